"""Somebody saved first: what they saved beside what one has, and the two ways on. Nothing is overwritten either way."""

import streamlit as st

from pages.build.prompt_tabs import desk as desks
from pages.build.prompt_tabs import difference
from pages.build.prompt_tabs.desk import Desk
from pages.parts import format as shown
from pages.parts import page, safe
from workbench.errors import InputError
from workbench.playground import form as forms
from workbench.prompts import registry
from workbench.prompts.registry import Prompt
from workbench.store import Store


def draw(store: Store, prompt: Prompt, desk: Desk) -> bool:
    """Tell of a newer version while there is writing on the desk; True where the person chose to save on top of it."""
    newer = desk.dirty and (prompt.latest or 0) > desk.base
    if not newer and desk.theirs is None:
        return False
    theirs = desk.theirs = registry.version(store, prompt.name)
    with st.container(border=True, key="conflict"):
        page.notice(
            f"v{theirs.number} was saved by {theirs.author or 'somebody'} {shown.ago(theirs.created_ms)}, while you were writing. "
            "Nothing is overwritten: your draft is kept, and so is that version.",
            "warning",
        )
        with st.container(horizontal=True):
            on_top = st.button(f"Save mine on top, as v{theirs.number + 1}", key="save-on-top", icon=":material/save:")
            st.button(
                "Take theirs, drop mine", key="take-theirs", on_click=desks.discard, args=(store, desk, prompt), icon=":material/undo:"
            )
        try:
            difference.draw_between(theirs.content, forms.content(desk.form), f"v{theirs.number}, {safe.plain(theirs.author)}", "yours")
        except InputError as error:
            page.problem(error)
    return on_top
