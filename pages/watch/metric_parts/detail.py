"""One metric: its figures, its charts over time, its tags beside each other, its latest values, and the way to an alert of it."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import address, choosing, page, session, timeline
from pages.parts import format as fmt
from pages.watch.metric_parts import figures, spans, values
from pages.watch.metric_parts.figures import Course
from pages.watch.overview_parts import asked as asking
from pages.watch.overview_parts.wording import md
from workbench.ledger import metrics
from workbench.ledger.metrics import Known
from workbench.monitoring.dashboard_model import Range
from workbench.store import Store

_TIME, _TAGS, _LATEST = "time", "tags", "latest"
_PARTS = {_TIME: "Over time", _TAGS: "By tag", _LATEST: "Latest values"}


def draw(store: Store, name: str, known: Sequence[Known], now_ms: int) -> None:
    """Draw the metric `name`."""
    kind = metrics.kind(name)
    slot = page.start(name[:100], subtitle=f"{kind.description}{f' Unit: {kind.unit}.' if kind.unit else ''}")
    held = next((one for one in known if one.name == name), None)
    if held is None:
        page.notice("No value of this metric was recorded.", "warning")
        st.button("All metrics", key="metric-back", icon=":material/arrow_back:", on_click=address.change, args=(_GONE,))
        return
    tag = _bar(store, held, now_ms)
    with slot:
        if st.button("Make an alert of it", type="primary", key="metric-alert", icon=":material/add_alert:"):
            session.go(session.ALERTS, edit="new", metric=name, tag=tag or None)
    span = asking.read(now_ms).range(now_ms)
    found = figures.course(store, name, span, tag)
    if found.whole is None:
        only = f" with the tag {tag}" if tag else ""
        last = f" The last ones are of {fmt.moment(held.last_day_ms)[:10]}." if not tag else ""
        page.notice(f"No data: no value{only} in this range.{last}")
        return
    _figures(found, name)
    part = address.part("Part", _PARTS, "part")
    if part == _TAGS:
        values.by_tag(store, name, span)
    elif part == _LATEST:
        values.latest(store, name, span, tag)
    else:
        _charts(found, span, name)


_GONE = dict.fromkeys((spans.METRIC, spans.TAG, "part"))


def _bar(store: Store, known: Known, now_ms: int) -> str:
    """Draw the way back, the range and the tags; the tag that is chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="metric-bar"):
        st.button("All metrics", key="metric-back", icon=":material/arrow_back:", on_click=address.change, args=(_GONE,))
        span = spans.draw(now_ms)
        if not span.name:
            st.button("Whole range", key="metric-whole", icon=":material/zoom_out:", type="tertiary", on_click=asking.whole)
        tags = [tag for tag, _ in metrics.tags(store, known.name, known.first_day_ms, known.last_day_ms + 1)]
        with st.container(width=230):
            return str(choosing.choose("Tag", tags, spans.TAG, placeholder="All values", free=True) or "") if tags else ""


def _figures(found: Course, name: str) -> None:
    cell = found.whole
    if cell is None:
        return
    said = dict(zip(figures.PERCENTILES, cell.percentiles(figures.SHARES), strict=True))
    shown = {"Mean": (cell.mean, figures.bounds(found, name))}
    shown |= {place: (value, "") for place, value in said.items()}
    shown |= {"Lowest": (cell.least, ""), "Highest": (cell.most, "")}
    with st.grid(7, min_column_width=120, key="metric-figures"):
        _card("Values", fmt.number(cell.n), "in this range")
        for title, (value, interval) in shown.items():
            _card(title, figures.reads(value, name), interval)


def _card(title: str, said: str, under: str) -> None:
    with st.container(border=True, height="stretch", gap=None, key=f"metric-card-{title.lower()}"):
        st.caption(title)
        st.markdown(f"**{md(said)}**")
        if under:
            st.caption(md(under))


def _charts(found: Course, span: Range, name: str) -> None:
    with st.grid(2, min_column_width=340, key="metric-charts"):
        for chart in figures.charts(found, name):
            with st.container(border=True, key=f"watch-box-metric-{chart.key}"):
                timeline.draw(chart, span, f"metric-chart-{chart.key}", pulled=asking.narrow, back=spans.back(span))
