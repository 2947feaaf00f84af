"""Calls that cost what a test says, on the days before a fixed noon."""

from typing import Any

from tests.cost.ledger import call
from workbench.ledger.fields import CallRecord
from workbench.ledger.periods import DAY_MS

NOW = 1_700_049_600_000  # 2023-11-15 12:00 UTC
USD = 10**9


def spent(days_ago: int = 0, usd: float | None = 1, model: str = "openai/big", **more: Any) -> CallRecord:
    provider, _, name = model.partition("/")
    cost = None if usd is None else round(usd * USD)
    return call(None, started_ms=NOW - days_ago * DAY_MS, provider=provider, model=name, cost_nano=cost, **more)
