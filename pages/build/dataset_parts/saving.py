"""Saving what was edited in the grid, letting it go, taking a save back. Called from buttons, before the page is drawn again."""

import streamlit as st

from pages.build.dataset_parts import conflict
from pages.build.dataset_parts.edits import Shot, read
from pages.parts import session
from workbench.datasets import editing
from workbench.datasets.cases import Dataset
from workbench.datasets.editing import Edits
from workbench.errors import Conflict, WorkbenchError

SHOT = "_cases-shot"
_UNDO, _TURN = "_cases-undo", "_cases-turn"


def turn() -> int:
    """How often edits were let go or saved in this session: each time another editor begins."""
    return int(st.session_state.get(_TURN, 0))


def save(shot: Shot, revision: int | None = None) -> None:
    """Write the edits; on top of `revision` where the person said so."""
    store, edits = session.store(), read(st.session_state[shot.key], shot)
    try:
        if revision is not None:
            edits = conflict.still_there(store, shot.dataset.name, edits)
        remember(editing.apply_edits(store, shot.dataset.name, revision or shot.dataset.revision, edits), edits)
    except Conflict:
        return  # the page shows what was saved meanwhile
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    discard()


def remember(edited: editing.Edited, edits: Edits) -> None:
    """Keep what takes a save back, and say what was saved."""
    st.session_state[_UNDO] = (edited.dataset.name, edited.dataset.revision, edited.undo)
    parts = [(len(edits.changed), "changed"), (len(edits.added), "added"), (len(edits.removed), "removed")]
    session.flash("Saved: " + ", ".join(f"{count:,} {word}" for count, word in parts if count) + ".")


def discard() -> None:
    """Let the edits go: the next grid begins with what the store holds."""
    st.session_state.pop(SHOT, None)
    st.session_state[_TURN] = turn() + 1


def undo_button(dataset: Dataset, *, disabled: bool) -> None:
    """Offer to take the last save back, while nothing was saved after it."""
    name, revision, undo = st.session_state.get(_UNDO, ("", 0, None))
    if undo is not None and (name, revision) == (dataset.name, dataset.revision):
        st.button("Undo last save", key="undo", icon=":material/undo:", disabled=disabled, on_click=_undo, args=(dataset, undo))


def _undo(dataset: Dataset, undo: Edits) -> None:
    try:
        editing.apply_edits(session.store(), dataset.name, dataset.revision, undo)
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    st.session_state.pop(_UNDO, None)
    session.flash("The last save is taken back.")
    discard()
