"""A month of traffic that has something of every kind to recommend: repeats, short questions, long replies, failures, growth."""

import random
from collections.abc import Iterator
from typing import Any

from tests.cost.ledger import call
from workbench.ledger import bulk
from workbench.ledger.fields import CallRecord
from workbench.store import Store

DAY_MS = 86_400_000
_SHARED = " ".join(["Answer with care and cite the handbook."] * 300)


def a_month(store: Store, now_ms: int, *, names: tuple[str, ...] = ("faq", "report", "agent/plan", "handbook")) -> None:
    """Calls of the last 30 days of four prompts and two models."""
    bulk.add(store, list(_calls(random.Random(3), now_ms, names)))


_EACH = 800  # calls of a prompt


def _calls(chance: random.Random, now_ms: int, names: tuple[str, ...]) -> Iterator[CallRecord]:
    since = now_ms - 30 * DAY_MS
    usual: dict[str, Any] = {"provider": "openai", "model": "gpt-5", "source": "client", "cost_nano": None}
    for at in range(_EACH):
        started, day = since + at * (30 * DAY_MS // _EACH), at * 30 // _EACH
        yield call(f"Where is order {at // 4}?", started_ms=started, prompt=names[0], version=1, latency_ms=1_500,
                   **usual, input_tokens=1_500, output_tokens=400)  # fmt: skip
        text, output = f"Write about {at} " + "more " * 40, 6_000 if at % 25 == 3 else 300
        yield call(text, started_ms=started, prompt=names[1], version=2, latency_ms=4_000, **usual, input_tokens=900, output_tokens=output)
        limited: dict[str, Any] = {"status": "error", "error_type": "rate_limit"} if at % 20 == 7 else {}
        yield call(text, started_ms=started, prompt=names[2], version=3, latency_ms=round(900 * chance.lognormvariate(0, 0.2)),
                   **usual, **limited, input_tokens=1_000 + 60 * day + chance.randrange(40), output_tokens=200)  # fmt: skip
        failed: dict[str, Any] = {"status": "error", "error_type": "malformed"} if at > 0.87 * _EACH and at % 3 else {}
        yield call(f"{_SHARED} {at}", started_ms=started, prompt=names[3], version=5 if at > 0.83 * _EACH else 4, latency_ms=3_000,
                   **usual, **failed, input_tokens=2_600, output_tokens=150)  # fmt: skip
