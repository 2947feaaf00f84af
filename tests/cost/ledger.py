"""Calls put into the ledger as the door would have written them, so that a test knows every figure."""

from typing import Any

from workbench.ledger.fields import CallRecord
from workbench.ledger.writer import Writer
from workbench.store import Store

DAY_MS = 86_400_000
START_MS = 1_750_000_000_000 // DAY_MS * DAY_MS


def call(text: str | None = "What is this?", **fields: Any) -> CallRecord:
    """A record of a call with the request `text`; None is a call whose text was not recorded."""
    request = None if text is None else {"messages": [{"role": "user", "content": text}]}
    usual: dict[str, Any] = {"started_ms": START_MS, "source": "test", "provider": "p", "model": "m", "latency_ms": 100, "cost_nano": 1_000}
    tokens = {"input_tokens": 10, "output_tokens": 5}
    return CallRecord(**{**usual, **tokens, "request": request, **fields})


def put(store: Store, *records: CallRecord) -> list[int]:
    """The ids of the records, written in order."""
    ledger = Writer(store)
    futures = [ledger.append(record) for record in records]
    return [future.result(30) for future in futures]
