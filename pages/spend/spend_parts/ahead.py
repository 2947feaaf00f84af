"""Where spending goes: projections, kept for a quarter of an hour as long as nothing is spent, and when a limit is crossed."""

from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from pages.spend.spend_parts.facts import Narrowed
from workbench.cost import projection
from workbench.cost.projection import Projection, Solved
from workbench.ledger import spend
from workbench.ledger.budgets import Budget, Standing
from workbench.ledger.periods import DAY_MS, Period, day, end, start
from workbench.store import Store

_QUARTER_MS = 900_000


def month(store: Store, now_ms: int, narrowed: Narrowed) -> Projection | None:
    """What this month will have cost; None where one model of one prompt is asked for: no pace is kept of that."""
    return None if narrowed.scope is None else scope(store, *narrowed.scope, "month", now_ms)


def scope(store: Store, name: str, key: str, period: Period, now_ms: int) -> Projection:
    """What a day or a month of one scope will have cost."""
    # A budget of a nano-dollar stands for the scope: what it projects does not depend on the limit.
    budget = Budget(0, name, key, period, 1, None, stops=False, created_ms=0)
    spent = spend.total(store, start(period, now_ms), end(period, now_ms), scope=name, key=key)
    return of(store, Standing(budget, start(period, now_ms), spent.cost_nano, spent.unpriced), now_ms)


def of(store: Store, standing: Standing, now_ms: int) -> Projection:
    """What the period of a budget will have cost at its end."""
    return _kept(store, store.url, standing, now_ms // _QUARTER_MS, now_ms)


@st.cache_data(ttl=900, max_entries=500, show_spinner=False)
def _kept(_store: Store, _url: str, standing: Standing, _quarter: int, _now_ms: int) -> Projection:
    return projection.of(_store, standing, _now_ms)


@st.cache_data(ttl=60, max_entries=64, show_spinner=False)
def solved(_store: Store, _url: str, since_ms: int, until_ms: int) -> tuple[Solved, ...]:
    """Cost a solved case of the scored runs of a period, all models first."""
    return projection.solved(_store, since_ms, until_ms)


@dataclass(frozen=True)
class Rest:
    """What a day of the rest of a period costs on average, in dollars; `low` and `high` are its p5 and p95."""

    since_ms: int
    until_ms: int
    usd: float
    low: float
    high: float


def rest(found: Projection | None, now_ms: int) -> Rest | None:
    """The days from tomorrow on; None where none is left or nothing is projected."""
    since_ms = day(now_ms) + DAY_MS
    if found is None or found.projected is None or since_ms >= found.until_ms:
        return None
    days = Decimal(found.until_ms - now_ms) / DAY_MS
    figure = found.projected
    low, high = (figure.value if each is None else each for each in (figure.low, figure.high))
    usd, least, most = (float((each - found.spent_usd) / days) for each in (figure.value, low, high))
    return Rest(since_ms, found.until_ms, usd, least, most)


def crossing_ms(standing: Standing, found: Projection, now_ms: int) -> int | None:
    """When the limit is crossed at an even pace to the projected end; None where it is not, or is already."""
    left = standing.left_usd
    if found.projected is None or not left:
        return None
    to_come = found.projected.value - standing.spent_usd
    if to_come <= 0 or left > to_come:
        return None
    return now_ms + round(left / to_come * (standing.until_ms - now_ms))
