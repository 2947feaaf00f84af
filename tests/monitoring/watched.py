"""Calls for tests of alerts: many at once, at given times."""

from collections.abc import Iterable
from typing import Any

from workbench.ledger import bulk
from workbench.ledger.fields import CallRecord
from workbench.monitoring import rulebook
from workbench.monitoring.rulebook import Kept
from workbench.monitoring.rules import Rule
from workbench.store import Store

NOW = 1_700_000_040_000  # a whole minute
MINUTE = 60_000


def call(at_ms: int, **values: Any) -> CallRecord:
    """A call of openai/m that began at `at_ms`; `fails` makes it a failed one."""
    if values.pop("fails", False):
        values |= {"status": "error", "error_type": "timeout"}
    return CallRecord(
        **{"started_ms": at_ms, "source": "client", "provider": "openai", "model": "m", "latency_ms": 500, "cost_nano": 10**6} | values
    )


def put(store: Store, records: Iterable[CallRecord]) -> None:
    """Add the calls."""
    bulk.add(store, list(records), price=False)


def burst(since_ms: int, until_ms: int, every_ms: int, fail_every: int = 0, **values: Any) -> list[CallRecord]:
    """Calls at a pace, each `fail_every`-th a failed one."""
    times = range(since_ms, until_ms, every_ms)
    return [call(at, fails=bool(fail_every) and n % fail_every == 0, **values) for n, at in enumerate(times)]


def only(store: Store, *rules: Rule) -> list[Kept]:
    """These rules and no shipped one."""
    for kept in rulebook.all(store):
        rulebook.remove(store, kept.id)
    return [rulebook.add(store, rule) for rule in rules]
