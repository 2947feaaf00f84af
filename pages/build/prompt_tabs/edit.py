"""The Edit tab: messages and settings on the left, what they come to on the right, and saving."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.build.prompt_tabs import conflict, fields, side
from pages.build.prompt_tabs import desk as desks
from pages.build.prompt_tabs.desk import Desk
from pages.parts import editor, page, session
from workbench.prompts.registry import Prompt, Saved
from workbench.store import Store


def draw(store: Store, prompt: Prompt, slot: DeltaGenerator) -> None:
    """Draw the tab; the Save button goes into `slot`."""
    desk = desks.at(store, prompt)
    with slot:
        pressed = st.button("Save version", type="primary", icon=":material/save:", key="save-version", help="Ctrl+S, on a Mac ⌘S")
    with st.container(key="newer"):  # always there, so that the editor under it stays where it is
        on_top = conflict.draw(store, prompt, desk)
    line = st.container(horizontal=True, vertical_alignment="center", key="edit-line")
    writing, telling = st.columns([3, 2], gap="medium")
    with writing:
        edited = editor.messages(
            desk.form.turns, engine=desk.form.engine, rev=desk.rev, key=f"editor-{prompt.name}",
            typed=lambda turns: desks.keep(store, desk, replace(desk.form, turns=turns)),
        )  # fmt: skip
        desks.keep(store, desk, fields.draw(store, desk, edited.turns))
    with telling:
        side.draw(store, prompt, desk)
    note = _line(store, prompt, desk, line)
    if pressed or edited.save or on_top:
        save(store, desk, note, on_top=on_top)


def save(store: Store, desk: Desk, note: str, *, on_top: bool = False) -> None:
    """Save what is on the desk and say what came of it."""
    with page.guard():
        saved = desks.save(store, desk, note, on_top=on_top)
        if saved is not None:
            session.flash(told(saved), "success" if saved.new else "info")
        st.rerun()


def told(saved: Saved) -> str:
    """What a save came to, in a sentence."""
    version = saved.version
    if saved.new:
        return f"Saved as v{version.number}."
    return f"This is v{version.number} already: no new version was made."


def _line(store: Store, prompt: Prompt, desk: Desk, line: DeltaGenerator) -> str:
    """The line over the editor: the note of the next version, whether a draft is kept, and the way back."""
    with line:
        note = st.text_input(
            "Note", key=f"note-{prompt.name}-{desk.base}-{desk.rev}", placeholder="What changed, in a few words (kept with the version)",
            label_visibility="collapsed", max_chars=500, width="stretch",
        )  # fmt: skip
        if desk.dirty:
            st.badge("Unsaved changes · draft kept", color="orange", icon=":material/edit:")
            st.button("Discard draft", on_click=desks.discard, args=(store, desk, prompt), icon=":material/undo:")
        else:
            st.badge(
                "Saved" if prompt.latest else "Nothing written yet", color="green" if prompt.latest else "gray", icon=":material/check:"
            )
        for kind in desks.other_drafts(store, desk):
            st.button("Open the other draft", key=f"other-{kind}", on_click=desks.switch, args=(store, desk, kind), type="tertiary",
                      help="Another browser keeps a draft of this prompt.")  # fmt: skip
    return str(note or "")
