"""A past export that was taken off the list, and the way back."""

import streamlit as st

from pages.parts import safe, session
from workbench.export import history
from workbench.export.history import Export
from workbench.store import Store

_TAKEN = "past-taken"


def forget(one: Export) -> None:
    """Take it off the list. For a callback."""
    st.session_state[_TAKEN] = history.forget(session.store(), one.id)


def draw(store: Store) -> None:
    """What was taken off the list last, and the way back."""
    one: Export | None = st.session_state.get(_TAKEN)
    if one is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="past-taken-row"):
        st.caption(f"{safe.escape(one.name)} is off this list. The file itself stays where it is.", width="content")
        st.button("Undo", key="past-undo", icon=":material/undo:", type="tertiary", on_click=_undo, args=(store, one))


def _undo(store: Store, one: Export) -> None:
    history.bring_back(store, one)
    st.session_state.pop(_TAKEN, None)
