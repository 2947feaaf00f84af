"""A past export of the whole library: checked at once where it is small, else at a click, and written again behind the page."""

from functools import partial

import streamlit as st

from pages.handover.document_parts import site
from workbench import clock
from workbench.export import history, library
from workbench.export.differences import Freshness
from workbench.export.history import Export
from workbench.store import Store

UNKNOWN = Freshness(())
"""The state of a site that nobody has asked about yet."""

_AT_ONCE = 200  # sources; every prompt is read anew to find out
_HOLDS_MS = 5 * 60_000
_CHECKED = "past-checked"


def is_one(one: Export) -> bool:
    """Whether it is a site."""
    return one.kind == library.KIND


def state(store: Store, one: Export) -> Freshness:
    """Its state; UNKNOWN where finding out takes a while and was not asked for in the last minutes."""
    if len(one.sources) <= _AT_ONCE:
        return history.check(store, one)
    held, at_ms = st.session_state.get(_CHECKED, {}).get(one.id, (UNKNOWN, 0))
    return held if clock.now_ms() - at_ms < _HOLDS_MS else UNKNOWN


def actions(store: Store, one: Export, fresh: Freshness) -> None:
    """What can be done with it."""
    if fresh is UNKNOWN:
        if st.button("Check", key=f"past-check-{one.id}", icon=":material/update:", help="Reads every prompt anew"):
            with st.spinner("Reading every prompt"):
                found = history.check(store, one)
            st.session_state[_CHECKED] = st.session_state.get(_CHECKED, {}) | {one.id: (found, clock.now_ms())}
            st.rerun()
        return
    icon = ":material/refresh:" if fresh.stale else ":material/folder_zip:"
    st.button(
        "Make again" if fresh.stale else "Write it", key=f"past-again-{one.id}", icon=icon,
        disabled=bool(fresh.trouble) or site.running(), on_click=partial(site.start, noted=fresh.stale), args=(store,),
    )  # fmt: skip
