"""The Overview: everything one look shows, from a handful of sums that are read once. Owns no sums and no pixels; reads only."""

from itertools import chain
from typing import TYPE_CHECKING

from workbench.monitoring import breakdowns, cards, charts, examples, heat, markers, naming, own, spending, users
from workbench.monitoring.dashboard_model import Dashboard, View
from workbench.monitoring.gathering import Gathered, gather

if TYPE_CHECKING:
    from workbench.store import Store


def look(store: "Store", view: View, now_ms: int) -> Dashboard:
    """The Overview of `view` as of `now_ms`. Raises InputError for a filter that does not exist.

    Costs the same at any number of calls; only a filter by user or tag scans calls, at most 200,000 of them, and `complete` says so.
    """
    gathered = gather(store, view)
    everyone = None if view.narrowed else users.users(store, view.range)
    whole = charts.frame(view.range, gathered.all, now_ms)
    drawn = charts.charts(gathered, whole), spending.spending(store, gathered, whole, now_ms), own.own(store, gathered, now_ms)
    return Dashboard(
        view,
        now_ms,
        whole.everything.calls,
        cards=(*cards.cards(gathered, whole, now_ms, everyone), *own.cards(store, gathered)),
        charts=tuple(chain.from_iterable(drawn)),
        markers=tuple(markers.markers(store, gathered)),
        slices=tuple(naming.named(store, gathered, now_ms)),
        by_hour=breakdowns.by_hour(gathered),
        by_prompt=breakdowns.by_prompt(gathered),
        by_version=breakdowns.by_version(gathered),
        by_model=breakdowns.by_model(gathered),
        top_users=everyone.table if everyone else None,
        heat=heat.heat(gathered, now_ms),
        errors=tuple(examples.errors(store, gathered)),
        notes=tuple(_notes(gathered)),
        complete=gathered.complete,
    )


def _notes(gathered: Gathered) -> list[str]:
    """What is bounded, coarser or missing."""
    view, found = gathered.view, []
    if view.range.note:
        found.append(view.range.note)
    if not gathered.complete:
        found.append("Filters by user or tag look at the newest 200,000 calls: the range, or the period before it, is not covered whole.")
    if view.narrowed:
        found.append("Users are not told apart under a filter.")
    return found
