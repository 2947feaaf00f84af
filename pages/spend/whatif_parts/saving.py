"""Saving what is on the desk: under its name, after a question where something else stands under that name; then that is opened."""

import streamlit as st

from pages.parts import safe, session
from pages.spend.whatif_parts import bar, library
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts.desk import Desk
from workbench.errors import NotFound, WorkbenchError
from workbench.store import Store

PICKER = "scenario"
_ASKS = "whatif-save-asks"


def save(store: Store, desk: Desk) -> None:
    """Save what is on the desk under its name; ask first where something else stands under it. For a callback."""
    if _standing(store, desk):
        st.session_state[_ASKS] = True
    else:
        _save(store, desk)


def _standing(store: Store, desk: Desk) -> int:
    """The version under this name that the desk was not opened from and does not say either; 0 where there is none."""
    from workbench.cost import keeping

    try:
        found = keeping.load(store, desk.good.name)
    except NotFound:
        return 0
    opened = desk.number if desk.origin == f"{library.SAVED}{found.name}" else None
    return 0 if found.number == opened or found.scenario == desk.good else found.number


def ask(store: Store, desk: Desk) -> None:
    """Draw the question, where Save was just pressed and has one."""
    if not st.session_state.pop(_ASKS, False):
        return
    standing = _standing(store, desk)

    @st.dialog("Save over another version?", width="small")
    def question() -> None:
        st.write(f"{safe.escape(desk.good.name, limit=80)} is saved already, and its version {standing} is not what you began with.")
        st.caption(f"Version {standing} stays under More. To leave it the latest, close this and give yours another name.")
        if st.button(f"Save as version {standing + 1}", key="save-over", type="primary", on_click=_save, args=(store, desk)):
            st.rerun()

    question()


def _save(store: Store, desk: Desk) -> None:
    from workbench.cost import keeping

    try:
        kept = keeping.save(store, desk.good)
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    desks.discard_draft(desk)
    open_next(f"{library.SAVED}{kept.name}")
    session.flash(f"Saved as version {kept.number}." if kept.new else f"This is version {kept.number} already: no new version was made.")


def open_next(option: str) -> None:
    """Show another scenario in the next view. For a callback."""
    st.session_state[PICKER] = option
    st.session_state[f"_url-{PICKER}"] = option
    st.query_params[PICKER] = option
    st.query_params.pop(bar.LINK, None)
    st.session_state.pop(desks.KEY, None)
