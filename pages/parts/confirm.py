"""Confirming before something goes: by its name where it is lost for good, by a press where it comes back as easily."""

from collections.abc import Callable

import streamlit as st

from pages.parts import safe, session
from workbench.errors import WorkbenchError


def delete(noun: str, name: str, warning: str, act: Callable[[], object], *, word: str = "Delete") -> None:
    """Open a dialog that asks for `name` to be typed, and runs `act` once it was. Call it from a button's branch."""
    _dialog(noun, name, warning, act, word)


def _dialog(noun: str, name: str, warning: str, act: Callable[[], object], word: str) -> None:
    @st.dialog(f"{word} this {noun}?", width="small")
    def ask() -> None:
        st.write(safe.escape(warning, limit=600))
        st.caption("Type the name to confirm:")
        safe.code(name)
        typed = st.text_input("Name", key="confirm-name", live=True, autocomplete="off")
        if st.button(word, key="confirm-delete", type="primary", disabled=typed.strip() != name.strip()):
            act_and_say(f"{noun.capitalize()} {name}: done.", act)
            st.rerun()

    ask()


def remove(what: str, warning: str, act: Callable[[], object]) -> None:
    """Open a dialog that runs `act` on a press: for what one press brings back. Call it from a button's branch."""

    @st.dialog(f"Remove {what}?", width="small")
    def ask() -> None:
        st.write(safe.escape(warning, limit=600))
        if st.button("Remove", key="confirm-remove", type="primary"):
            act_and_say(f"Removed {what}.", act)
            st.rerun()

    ask()


def act_and_say(done: str, act: Callable[[], object]) -> bool:
    """Run `act` and leave a message for the next view: `done`, or what went wrong."""
    try:
        act()
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return False
    session.flash(done)
    return True
