"""The Overview's charts of money: by model, by prompt, a request, a user. Money that is not known is left out, and the note says so."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from sqlalchemy import Table, func, select

from workbench.ledger.rollups import Columns
from workbench.ledger.tables import TopDayRow
from workbench.monitoring import charts, ranges, tally
from workbench.monitoring.charts import Frame, drawn
from workbench.monitoring.dashboard_model import Chart, Line, Point
from workbench.monitoring.gathering import Gathered
from workbench.monitoring.tally import Tally
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.store import Store

_MOST_LINES = 7
_MOST_DAYS = 92
_DAYS = cast("Table", TopDayRow.__table__)
NO_PROMPT = "No prompt"


def spending(store: "Store", gathered: Gathered, whole: Frame, now_ms: int) -> list[Chart]:
    """What was spent, in the steps in which prompts and models are read."""
    everything = whole.everything
    parts = charts.frame(gathered.view.range, {}, now_ms, gathered.step_ms)
    models = _largest(parts, gathered.models, [f"{provider}/{model}" for provider, model in gathered.models.keys])
    prompts = _largest(parts, gathered.prompts, [str(prompt or NO_PROMPT) for (prompt,) in gathered.prompts.keys])
    note = charts.unpriced(everything)
    each = whole.line("cost a request", lambda held, at: Point(at, held.usd_per_call, n=held.priced))
    found = [
        drawn("cost_by_model", "Cost by model", "usd", everything.priced, models, kind="stacked", group="cost", note=note),
        drawn("cost_by_prompt", "Cost by prompt", "usd", everything.priced, prompts, kind="stacked", group="cost", note=note),
        drawn("cost_per_call", "Cost a request", "usd/call", everything.priced, [each], group="cost", note=note),
        None if gathered.view.narrowed else _per_user(store, gathered, now_ms),
    ]
    return [chart for chart in found if chart is not None] if everything.usd is not None else []


def _largest(parts: Frame, columns: Columns, names: Sequence[str]) -> list[Line]:
    """A line for each of the dearest, and one for all others together."""
    dearest = sorted(range(len(names)), key=(-columns.sums["cost_nano"].sum(axis=1)).tolist().__getitem__)
    shown = dearest if len(dearest) <= _MOST_LINES + 1 else dearest[:_MOST_LINES]
    lines = [parts.with_held(tally.of_columns(columns, [place])).line(names[place], _dollars) for place in shown]
    if rest := dearest[len(shown) :]:
        lines.append(parts.with_held(tally.of_columns(columns, rest)).line(counted(len(rest), "other"), _dollars))
    return lines


def _dollars(held: Tally, at_ms: int) -> Point:
    """Nothing was spent where nothing was called; what is not priced is not known."""
    return Point(at_ms, held.usd if held.calls else 0.0, n=held.priced)


def _per_user(store: "Store", gathered: Gathered, now_ms: int) -> Chart | None:
    """Dollars a user and day, from the days' own sums: whole days (UTC) alone, the last three months of them at most."""
    span = gathered.view.range
    first = max(-(-span.since_ms // ranges.DAY), span.until_ms // ranges.DAY - _MOST_DAYS) * ranges.DAY
    if span.until_ms - first < 2 * ranges.DAY:
        return None
    known = func.count().filter(_DAYS.c.value != "")
    query = select(_DAYS.c.day_ms, func.sum(_DAYS.c.cost_nano).filter(_DAYS.c.value != ""), known, func.count().filter(_DAYS.c.value == ""))
    query = query.where(_DAYS.c.kind == "user", _DAYS.c.day_ms >= first, _DAYS.c.day_ms < span.until_ms).group_by(_DAYS.c.day_ms)
    with store.read() as session:
        held = {at: (int(nano or 0), int(users)) for at, nano, users, _ in session.execute(query)}
    points = tuple(_user_point(at, *held.get(at, (0, 0))) for at in range(first, min(span.until_ms, now_ms), ranges.DAY))
    note = "By whole days (UTC), among users that are named; of a day with more than 1,000 users, the 1,000 busiest."
    users = sum(point.n for point in points)
    return drawn("cost_per_user", "Cost per user and day", "usd/user", users, [Line("cost per user", points)], group="cost", note=note)


def _user_point(at_ms: int, nano: int, users: int) -> Point:
    return Point(at_ms, nano / 1e9 / users if users else None, n=users)
