"""The list of calls: a page of it, how many there are, the way to older and newer ones, and to a time."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import page, safe, session, tables
from pages.watch.calls_parts import filters, rows, taking, wanted
from pages.watch.calls_parts.wanted import CALL, POSITION, Wanted
from workbench.errors import InputError
from workbench.ledger import finding, search
from workbench.ledger.finding import LAST, Cursor, Found, Sought
from workbench.ledger.reading import Call
from workbench.store import Store
from workbench.text.counting import counted

LIMIT = 50


def draw(store: Store, asked: Wanted, now_ms: int) -> None:
    """Draw the page of the list that the URL asks for."""
    behind = search.catch_up(store) if asked.sought.words else 0
    try:
        found = finding.page(store, asked.sought, older_than=asked.older, newer_than=asked.newer, limit=LIMIT)
    except InputError as error:
        page.problem(error)
        return
    _told(store, asked, found, behind, now_ms)
    if found.calls:
        tables.table(
            [rows.row(call) for call in found.calls], rows.columns(found.calls), "calls", on_select=show, alt="Calls, newest first"
        )
    _ways(asked, found, now_ms)
    if found.calls:
        taking.draw(store, asked.sought)


def show(call_id: int) -> None:
    """Open one call."""
    st.query_params[CALL] = str(call_id)


def _told(store: Store, asked: Wanted, found: Found, behind: int, now_ms: int) -> None:
    """How many, and what was not looked at."""
    number = _counted(store, store.url, asked.sought, now_ms // 10_000)
    here = len(found.calls)
    whole = not found.older and not found.newer
    if number is not None:
        said = counted(number, "call")
    elif whole:
        said = counted(here, "call")
    else:
        said = f"{here:,}+ calls" if here else "No call"
    span = f", {rows.stamp(found.calls[-1].started_ms)} to {rows.stamp(found.calls[0].started_ms)} here" if here > 1 else ""
    st.caption(safe.escape(said + span, limit=200))
    if found.reached is not None:
        way = "up" if asked.newer else "back"
        page.notice(
            f"Looked at {counted(found.looked, 'call')}, {way} to {rows.stamp(found.reached[0])}; narrow the time, or look further."
        )
    if found.many_words:
        page.notice(
            f"More than {search.MOST:,} calls have these words: those recorded last are shown. Add a word or narrow the time.", "info"
        )
    if behind:
        many = counted(behind, "call")
        page.notice(f"The texts of about {many} are still being made searchable: look again in a while.", "info")


@st.cache_data(ttl=30, max_entries=200, show_spinner=False)
def _counted(_store: Store, _url: str, sought: Sought, moment: int) -> int | None:
    return finding.counted(_store, sought, moment * 10_000)


def _ways(asked: Wanted, found: Found, now_ms: int) -> None:
    if not found.calls and not found.older and not found.newer:
        _nothing(asked)
        return
    first: Cursor | None = found.calls[0].cursor if found.calls else asked.older or asked.newer
    last: Cursor | None = found.reached or (found.calls[-1].cursor if found.calls else asked.newer)
    if asked.newer is not None and found.reached is not None:
        first, last = found.reached, found.calls[-1].cursor if found.calls else asked.newer
    older = "Look further" if found.reached is not None and asked.newer is None else "Older"
    with st.container(horizontal=True, vertical_alignment="center", key="calls-ways"):
        st.button("Newest", key="newest", icon=":material/first_page:", disabled=not found.newer, on_click=_go, args=(None, None))
        st.button(
            "Newer",
            key="newer",
            icon=":material/chevron_left:",
            disabled=not found.newer or first is None,
            on_click=_go,
            args=("newer", first),
        )
        st.button(
            older, key="older", icon=":material/chevron_right:", icon_position="right", disabled=not found.older or last is None,
            on_click=_go, args=("older", last),
        )  # fmt: skip
        _jump(asked, found.calls, now_ms)


def _go(name: str | None, at: Cursor | None) -> None:
    for each in POSITION:
        st.query_params.pop(each, None)
    if name is not None and at is not None:
        st.query_params[name] = wanted.cursor(at)


def _jump(asked: Wanted, calls: Sequence[Call], now_ms: int) -> None:
    key = f"calls-jump-{asked.older}-{asked.newer}"  # closed once it has jumped
    with st.popover("Jump to a time", icon=":material/schedule:", key=key), st.form(f"{key}-form", border=False):
        st.text_input("Time (UTC)", key="jump-to", placeholder=rows.stamp(calls[0].started_ms if calls else now_ms)[:16], max_chars=40)
        st.caption("A date and time, or how long ago: 30m, 6h, 7d.")
        st.form_submit_button("Jump", type="primary", on_click=_jumped, args=(now_ms,))


def _jumped(now_ms: int) -> None:
    typed = str(st.session_state.get("jump-to") or "").strip()
    try:
        _go("older", (wanted.moment(typed, now_ms), LAST))
    except (ValueError, OverflowError):
        session.flash(f"{typed[:60]!r} is no time. Write for example 2026-11-21 14:00, or 6h.", "warning")


def _nothing(asked: Wanted) -> None:
    page.notice("No call fits these filters.")
    if asked.asked:
        st.button("Clear all filters", key="clear-nothing", icon=":material/filter_alt_off:", on_click=filters.clear)
