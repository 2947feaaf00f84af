"""Past exports: which are stale and what changed since, each made again at a click. The newest ten; more on demand."""

import streamlit as st

from pages.parts import exporting, page, safe, session
from pages.parts import format as fmt
from workbench import clock
from workbench.export import history, kinds
from workbench.export.history import Export, Freshness
from workbench.store import Store

_AT_ONCE = 10


def draw(store: Store) -> None:
    """The list, each with its state. A document is composed again to find out."""
    st.subheader("Past exports", anchor=False)
    shown = int(st.session_state.get("past-shown", _AT_ONCE))
    found = history.page(store, limit=shown + 1)
    if not found:
        page.notice("Nothing was exported yet. A file says what it was written from, and here it says when that has changed.")
        return
    for one in found[:shown]:
        _row(store, one)
    with st.container(horizontal=True):
        if len(found) > shown and st.button("Show more", key="past-more", type="tertiary"):
            st.session_state["past-shown"] = shown + _AT_ONCE
            st.rerun()
    st.caption("In a pipeline: `workbench export check FILE` exits 4 where a file is stale.")


def _row(store: Store, one: Export) -> None:
    fresh = history.check(store, one)
    with st.container(border=True, key=f"past-{one.id}"), st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap="xxsmall"):
            st.markdown(f"**{safe.escape(one.name)}** · {safe.escape(one.subject)}")
            st.caption(f"{fmt.ago(one.made_ms, clock.now_ms())} · {fmt.size(one.size_bytes)} · from {len(one.sources)} sources")
            _state(fresh)
        with st.container(horizontal=True, width="content"):
            st.download_button(
                "Make again" if fresh.stale else "Download", data=exporting.made(kinds.request_from_json(one.request), one.format),
                file_name=one.name, key=f"past-again-{one.id}", icon=":material/download:", disabled=bool(fresh.trouble),
                type="secondary" if fresh.stale else "tertiary",
            )  # fmt: skip
            st.button(
                "",
                key=f"past-forget-{one.id}",
                icon=":material/close:",
                type="tertiary",
                help="Take off this list",
                on_click=_forget,
                args=(one.id,),
            )


def _state(fresh: Freshness) -> None:
    if not fresh.stale:
        st.badge("Fresh", icon=":material/check:", color="green")
        return
    st.badge("Stale", icon=":material/update:", color="orange")
    if fresh.trouble:
        st.caption(safe.escape(f"It cannot be made again: {fresh.trouble}", limit=400))
    for change in fresh.changes[:3]:
        st.caption(safe.escape(change.sentence, limit=300))
    if len(fresh.changes) > 3:
        with st.popover(f"{len(fresh.changes) - 3} more changes", type="tertiary"):
            for change in fresh.changes[3:]:
                st.caption(safe.escape(change.sentence, limit=300))


def _forget(export_id: int) -> None:
    history.forget(session.store(), export_id)
