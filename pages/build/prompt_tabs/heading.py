"""The head of one prompt: where one is, which version, its labels, and what can be done to the prompt as a whole."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.build.prompt_tabs import desk as desks
from pages.build.prompt_tabs import listing
from pages.parts import page, safe, session
from workbench.errors import NotFound, WorkbenchError
from workbench.prompts import drafts, names, registry
from workbench.prompts.registry import Prompt
from workbench.store import Store


def draw(store: Store, prompt: Prompt) -> DeltaGenerator:
    """Draw the head; what comes back is the slot for the one primary action."""
    slot = page.start(prompt.name, subtitle=prompt.description)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        session.link(session.PROMPTS, "All prompts", icon=":material/arrow_back:")
        st.badge(f"latest v{prompt.latest}" if prompt.latest else "no version yet", color="gray")
        listing.badges(prompt)
        if prompt.archived:
            st.badge("Archived", color="orange", icon=":material/archive:")
        _more(store, prompt)
    return slot


def missing(store: Store, name: str, error: NotFound) -> None:
    """A name in the URL that no prompt has: say so, and offer to begin it."""
    page.start("Prompts")
    page.problem(error)
    with st.container(horizontal=True):
        session.link(session.PROMPTS, "All prompts", icon=":material/arrow_back:")
        if st.button(f"Begin a prompt called {safe.escape(name, limit=60)}", key="begin-missing"):
            listing.begin(store, name, text_only=False)
            st.rerun()


def asked_version(store: Store, prompt: Prompt) -> int | None:
    """The version the URL asks for, where it is one to look at rather than the latest to write on. Raises NotFound."""
    asked = session.query("version")
    if not asked:
        return None
    number = registry.resolve(store, f"{prompt.name}@{asked}").number
    return None if number == prompt.latest else number


def _more(store: Store, prompt: Prompt) -> None:
    with st.popover("More", icon=":material/more_horiz:", key="prompt-more"):
        with st.form("duplicate-form", border=False):
            st.text_input("Duplicate as", f"{prompt.name}-copy", max_chars=200, key="duplicate-name")
            if st.form_submit_button("Duplicate", icon=":material/content_copy:"):
                _go_on(lambda: registry.duplicate(store, prompt.name, st.session_state["duplicate-name"]).name, "Duplicated.")
        with st.form("rename-form", border=False):
            st.text_input("Rename to", prompt.name, max_chars=200, key="rename-name")
            if st.form_submit_button("Rename", icon=":material/edit:"):
                _go_on(lambda: registry.rename(store, prompt.name, st.session_state["rename-name"]).name, "Renamed.")
        if prompt.archived:
            if st.button("Take out of the archive", icon=":material/unarchive:", key="unarchive"):
                _go_on(lambda: registry.unarchive(store, prompt.name).name, "Back in the list.")
        elif st.button(
            "Archive", icon=":material/archive:", key="archive", help="Out of the lists; its versions and labels go on working."
        ):
            _go_on(lambda: registry.archive(store, prompt.name).name, "Archived. The list shows it under Archived.")
        with st.form("delete-form", border=False):
            st.text_input("To delete, type its name", key="delete-name", help="Only a prompt that nothing refers to can be deleted.")
            if st.form_submit_button("Delete for good", icon=":material/delete:"):
                _delete(store, prompt)


def _go_on(action: Callable[[], str], said: str) -> None:
    """Do it, say it, and go to the prompt it left; an error stays inside the menu."""
    try:
        name = action()
    except WorkbenchError as error:
        page.problem(error)
        return
    session.flash(said)
    session.go(session.PROMPTS, prompt=names.prompt(name))


def _delete(store: Store, prompt: Prompt) -> None:
    if st.session_state["delete-name"].strip() != prompt.name:
        page.notice(f"Type {prompt.name} to delete it.", "warning")
        return
    with page.guard():
        registry.delete(store, prompt.name)
        st.session_state.get("desks", {}).pop(prompt.name, None)
        for kind in desks.KINDS:
            drafts.discard(store, kind, prompt.name)
        session.flash(f"{prompt.name} is deleted.")
        session.go(session.PROMPTS)
