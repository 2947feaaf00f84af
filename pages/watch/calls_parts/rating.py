"""Thumbs up or down for a call, with a note, and the way to take the last one back."""

import streamlit as st

from pages.parts import confirm
from workbench.ledger import feedback
from workbench.ledger.reading import Call
from workbench.store import Store

_UNDO = "_call-rating-undo"
_SAID = {1: "Thumbs up.", -1: "Thumbs down.", 0: "Neither.", None: "The rating is taken off."}


def draw(store: Store, call: Call) -> None:
    """Draw the thumbs and the note."""
    with st.container(border=True, key="call-rating"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _thumb(store, call, 1, "Good", ":material/thumb_up:")
            _thumb(store, call, -1, "Bad", ":material/thumb_down:")
            undo = st.session_state.get(_UNDO)
            if undo is not None and undo[0] == call.id:
                st.button("Undo", key="rate-undo", icon=":material/undo:", type="tertiary", on_click=_undo, args=(store, *undo))
        if call.feedback not in (None, 1, -1):
            st.caption(f"Rated {call.feedback}." if call.feedback else "Rated as neither good nor bad.")
        key = f"call-note-{call.id}-{hash(call.note)}"
        st.text_input(
            "Note", call.note or "", key=key, placeholder="Why?", max_chars=feedback.MOST_NOTE, on_change=_noted, args=(store, call, key)
        )


def _thumb(store: Store, call: Call, value: int, word: str, icon: str) -> None:
    chosen = call.feedback == value
    st.button(
        f"{word}, chosen" if chosen else word, key=f"rate-{value}", icon=icon, type="secondary", on_click=rate,
        args=(store, call, None if chosen else value), help="Press again to take it off." if chosen else None,
    )  # fmt: skip


def rate(store: Store, call: Call, value: int | None) -> None:
    """Keep the rating, the note stays."""
    if confirm.act_and_say(_SAID[value], lambda: feedback.rate(store, call.id, value, call.note)):
        st.session_state[_UNDO] = (call.id, call.feedback, call.note)


def _noted(store: Store, call: Call, key: str) -> None:
    note = str(st.session_state.get(key) or "")
    if confirm.act_and_say("The note is kept.", lambda: feedback.rate(store, call.id, call.feedback, note)):
        st.session_state[_UNDO] = (call.id, call.feedback, call.note)


def _undo(store: Store, call_id: int, value: int | None, note: str | None) -> None:
    if confirm.act_and_say("Taken back.", lambda: feedback.rate(store, call_id, value, note)):
        st.session_state.pop(_UNDO, None)
