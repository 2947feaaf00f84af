"""The charts and tables of the Overview by sections, of which one is drawn at a time."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts import address, timeline
from pages.watch.overview_parts import asked as asking
from pages.watch.overview_parts import breakdown, errors, versus
from workbench.monitoring.dashboard_model import Chart, Dashboard
from workbench.store import Store

SECTION = "section"
TRAFFIC, SPEED, COST, QUALITY, PARTS, ERRORS, VERSUS = "traffic", "latency", "cost", "quality", "breakdown", "errors", "compare"
_SAID = {
    TRAFFIC: "Traffic", SPEED: "Latency", COST: "Cost and tokens", QUALITY: "Quality", PARTS: "Breakdown", ERRORS: "Errors",
    VERSUS: "Compare",
}  # fmt: skip
_GROUPS = {TRAFFIC: ("traffic",), SPEED: ("speed",), COST: ("cost", "tokens"), QUALITY: ("quality", "own")}
# Of many percentiles the outer ones would press the others flat: they are drawn when asked for.
_HIDDEN = frozenset({"p75", "p90", "p99.9"})


def draw(store: Store, found: Dashboard, now_ms: int) -> None:
    """Draw the choice of sections and the chosen one."""
    section = address.part("Section", _SAID, SECTION)
    if section in _GROUPS:
        _charts(found, _GROUPS[section], section)
    if section == TRAFFIC:
        breakdown.table(found.by_hour, found.view)
    elif section == COST:
        breakdown.table(found.top_users, found.view)
    elif section == PARTS:
        breakdown.draw(found)
    elif section == ERRORS:
        _charts(found, ("traffic",), section, keys=("errors",))
        errors.draw(found, now_ms)
    elif section == VERSUS:
        versus.draw(store, found, now_ms)


def _charts(found: Dashboard, groups: Sequence[str], section: str, *, keys: Sequence[str] | None = None) -> None:
    shown = [chart for group in groups for chart in found.charts if chart.group == group and (keys is None or chart.key in keys)]
    heat = found.heat if section == SPEED else None
    if not shown and heat is None:
        if section != ERRORS:
            st.caption(_NOTHING.get(section, "No data for these charts in this range."))
        return
    beside = len(shown) // 2 * 2  # an odd one has the whole width: a hole beside it would look like one that is missing
    if beside:
        with st.grid(2, min_column_width=340, key=f"watch-charts-{section}"):
            for chart in shown[:beside]:
                _chart(chart, found)
    for chart in shown[beside:]:
        _chart(chart, found)
    if heat is not None:
        with st.container(border=True, key="watch-box-heat"):
            title = "How many calls took how long" + (", by hour of the day" if heat.hour_of_day else "")
            timeline.draw_heat(heat, found.view.range, "watch-heat", title=title, pulled=asking.narrow, back=_back(found))


_NOTHING = {
    QUALITY: "No data: no call of this range was rated, and no metric was recorded. Rate calls on the Calls page.",
    SPEED: "No data: no call of this range has a latency.",
}


def _chart(chart: Chart, found: Dashboard) -> None:
    names = {line.name for line in chart.lines}
    hidden = tuple(_HIDDEN & names) if len(names) > len(_HIDDEN) + 1 else ()
    with st.container(border=True, key=f"watch-box-{chart.key}"):
        timeline.draw(
            chart, found.view.range, f"watch-chart-{chart.key}", markers=found.markers, pulled=asking.narrow, hidden=hidden,
            now_ms=found.made_ms, back=_back(found),
        )  # fmt: skip


def _back(found: Dashboard) -> Callable[[], None] | None:
    """The way from a part to the whole range; None where the whole is shown."""
    return None if found.view.range.name else asking.whole
