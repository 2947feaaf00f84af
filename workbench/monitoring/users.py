"""Who called most and what they cost, from the sums of days: whole days (UTC), users that are named. Narrowed by no filter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy import Table, func, select

from workbench.ledger import rollups
from workbench.ledger.tables import TopDayRow
from workbench.monitoring import ranges
from workbench.monitoring.dashboard_model import Column, Range
from workbench.monitoring.dashboard_model import Table as Shown
from workbench.stats import proportion
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.store import Store

_DAYS = cast("Table", TopDayRow.__table__)
_SHOWN = 10
_USER = "user"
_COLUMNS = (
    Column("user", "User"),
    Column("calls", "Requests", "calls"),
    Column("error_rate", "Error rate", "share"),
    Column("tokens", "Tokens", "tokens"),
    Column("cost", "Cost", "usd"),
)


@dataclass(frozen=True, slots=True)
class Users:
    """How many named users there were (`at_least` where a day keeps only its busiest), what they cost, and the table of the top ones."""

    n: int
    at_least: bool
    usd: float | None
    table: Shown


def users(store: "Store", span: Range) -> Users | None:
    """The users of the days that the range touches; None where no call names one."""
    found, n, at_least = rollups.top(store, _USER, span.since_ms, span.until_ms, _SHOWN)
    if not n:
        return None
    first = span.since_ms - span.since_ms % ranges.DAY
    of = _DAYS.c.kind == _USER, _DAYS.c.day_ms >= first, _DAYS.c.day_ms < span.until_ms, _DAYS.c.value != ""
    with store.read() as session:
        told = session.execute(select(*(func.sum(_DAYS.c[name]) for name in ("cost_nano", "unpriced", "ok"))).where(*of)).one()
    rows = tuple(
        {"user": one.value, "calls": one.calls, "tokens": one.tokens, "cost": _usd(one.cost_nano, one.unpriced, one.ok)}
        | _error_rate(one.calls - one.ok, one.calls)
        for one in found
    )
    note = f"Whole days (UTC); {'at least ' if at_least else ''}{counted(n, 'named user')}, the {len(rows)} busiest of them."
    return Users(n, at_least, _usd(*map(int, told)), Shown("top_users", "Top users", _COLUMNS, rows, ("user",), note))


def _usd(nano: int, unpriced: int, ok: int) -> float | None:
    """Dollars; None where nothing has a price."""
    return nano / 1e9 if nano or unpriced < ok or not ok else None


def _error_rate(errors: int, calls: int) -> dict[str, float | None]:
    low, high = proportion(errors, calls) if calls else (None, None)
    return {"error_rate": errors / calls if calls else None, "error_rate_low": low, "error_rate_high": high}
