"""What needs somebody's attention, before any figure: alerts that fire, and slices of the traffic that got worse."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import address, session
from pages.watch.overview_parts import asked as asking
from pages.watch.overview_parts import wording
from workbench.monitoring import alerts
from workbench.monitoring.alerts import Alert
from workbench.monitoring.dashboard_model import Dashboard, Slice
from workbench.store import Store

_FIRST = 2


def firing(store: Store) -> None:
    """Draw the alerts that fire, and no more: for a page that is about something else."""
    held = alerts.history(store, open_only=True, limit=_FIRST + 1)
    if held:
        with st.container(border=True, gap="small", key="watch-attention"):
            _alerts(held)


def draw(store: Store, found: Dashboard) -> None:
    """Draw the alerts that fire, then what got worse, the worst first; nothing where nothing did."""
    held = alerts.history(store, open_only=True, limit=_FIRST + 1)
    if not found.slices and not held:
        return
    with st.container(border=True, gap="small", key="watch-attention"):
        _alerts(held)
        for number, each in enumerate(found.slices[:_FIRST]):
            _row(each, number, found)
        rest = found.slices[_FIRST:]
        if not rest:
            return
        with st.expander(f"{len(rest)} more got worse", key="watch-attention-more", on_change="rerun") as more:
            if more.open:
                _rows(rest, found)


def _alerts(held: Sequence[Alert]) -> None:
    for alert in held[:_FIRST]:
        _alert(alert)
    if len(held) > _FIRST:
        st.caption("More alerts fire.")


def _alert(alert: Alert) -> None:
    colour = {"critical": "red", "warning": "orange"}.get(alert.severity, "blue")
    seen = " · acknowledged" if alert.acknowledged_ms is not None else ""
    since = f"{alert.severity}, since {wording.moment(alert.started_ms)}"
    summary = f"  \n:small[{wording.md(alert.summary)}]" if alert.summary else ""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        said = f"**{wording.md(alert.name)}** · {wording.md(since)}{seen}"
        st.markdown(f":{colour}[:material/notifications_active: Alert] " + said + summary, width="stretch")
        session.link(session.ALERTS, "See alerts", icon=":material/notifications:")


def _rows(slices: Sequence[Slice], found: Dashboard) -> None:
    for number, each in enumerate(slices, _FIRST):
        _row(each, number, found)


def _row(one: Slice, number: int, found: Dashboard) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        with st.container(width="stretch", gap=None, key=f"watch-worse-{number}"):
            colour, icon = ("red", "trending_up") if one.ended_ms is None else ("gray", "check_circle")
            over = "" if one.ended_ms is None else ". It is over."
            st.markdown(f":{colour}[:material/{icon}:] {wording.sentence(one.sentence)}{over}  \n:small[{wording.md(one.evidence)}]")
        if dict(one.filters) != {name: found.view.filters.get(name) for name in one.filters}:
            st.button("Look at it", key=f"watch-look-{number}", icon=":material/filter_alt:", on_click=look, args=(one,))


def look(one: Slice) -> None:
    """Narrow the page to a slice. For a callback."""
    address.change(dict.fromkeys(asking.FILTERS) | asking.parameters(one.filters))
