"""Overview: what runs, how well, and what got worse. The range and the filters are in the URL; the figures renew themselves."""

from functools import partial

import streamlit as st

from pages.parts import address, page, session
from pages.watch.overview_parts import asked as asking
from pages.watch.overview_parts import attention, bar, cards, first, live, looking, sections, wording
from pages.watch.overview_parts.asked import Asked
from workbench import clock
from workbench.monitoring import choices
from workbench.monitoring.dashboard_model import Dashboard
from workbench.store import Store

_SUBTITLE = "What runs, how well, and what got worse. Times are UTC."


def _draw() -> None:
    store, now_ms = session.store(), clock.now_ms()
    slot = page.start("Overview", subtitle=_SUBTITLE)
    if not choices.newest(store):
        first.draw(store)
        return
    asked = asking.read(now_ms)
    mixed = bar.draw(store, asked, now_ms)
    address.settle()
    if asked.refused:
        page.notice(asked.refused, "warning")
    with slot:
        _calls(asked, now_ms)
    moves = asked.moves(now_ms)
    every = live.EVERY_S if moves and not live.paused() else None
    # What is asked for is part of the key: a refresh on its way when it changes must not draw the old one.
    st.fragment(partial(_body, store, asked, dict(st.query_params), every, mixed), run_every=every, key="watch-body")()


def _body(store: Store, asked: Asked, address_was: dict[str, str], every: int | None, mixed: bool) -> None:
    """All that renews itself. What was changed here and concerns the row above draws the whole page again."""
    now_ms = clock.now_ms()
    if _without_parts(dict(st.query_params)) != _without_parts(address_was) or (every is None) != _still(asked, now_ms):
        st.rerun()
    with page.guard():
        found = looking.look(store, asked.view(now_ms, mixed=mixed), now_ms)
        _about(found, asked, now_ms)
        if not found.calls:
            _nothing(found, asked)
            return
        attention.draw(store, found)
        cards.draw(found.cards)
        sections.draw(store, found, now_ms)
        for note in found.notes:
            st.caption(f":material/info: {wording.md(note)}")


def _still(asked: Asked, now_ms: int) -> bool:
    return live.paused() or not asked.moves(now_ms)


def _without_parts(params: dict[str, str]) -> dict[str, str]:
    """The parameters that the row above depends on."""
    return {name: text for name, text in params.items() if name in (*asking.FILTERS, asking.RANGE, asking.SINCE, asking.UNTIL, asking.RUNS)}


def _about(found: Dashboard, asked: Asked, now_ms: int) -> None:
    span = found.view.range
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="watch-about"):
        said = [wording.period(span.since_ms, span.until_ms), f"compared with {wording.period(*span.previous)}"]
        if found.view.narrowed:
            said.insert(0, f"Only {wording.filters(found.view.narrowed)}")
        if "traffic" in found.view.filters:
            said.append("without runs and the playground")
        st.caption(wording.md(" · ".join(said)), width="content")
        live.draw(now_ms, moves=asked.moves(now_ms))


def _nothing(found: Dashboard, asked: Asked) -> None:
    only = f" of {wording.filters(found.view.narrowed)}" if found.view.narrowed else ""
    apart = "traffic" in found.view.filters
    page.notice(f"No data: no call{only} in this range.{' Runs and the playground are left out.' if apart else ''}")
    with st.container(horizontal=True):
        if apart:
            st.button(
                "Count runs, too", key="watch-nothing-runs", icon=":material/science:", on_click=address.change, args=({asking.RUNS: "1"},)
            )
        if only:
            st.button("Show all calls", key="watch-nothing-all", icon=":material/filter_alt_off:", on_click=asking.drop_filters)
        elif asked.span is not None:
            st.button("Show the whole range", key="watch-nothing-whole", icon=":material/zoom_out:", on_click=asking.whole)
        if asked.name != "90d":
            st.button("Show 90 days", key="watch-nothing-90", icon=":material/date_range:", on_click=_ninety)


def _ninety() -> None:
    address.change({asking.RANGE: "90d", asking.SINCE: None, asking.UNTIL: None})


def _calls(asked: Asked, now_ms: int) -> None:
    """The way to the calls behind the figures."""
    span = asked.range(now_ms)
    if st.button("See the calls", type="primary", icon=":material/list:", key="watch-calls"):
        session.go(session.CALLS, **asking.parameters(asked.filters), **asking.period(span.since_ms, span.until_ms))


with page.guard():
    _draw()
