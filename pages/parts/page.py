"""The frame of a page: its header row, its empty state, its errors. Every page starts with `start` and puts its body under `guard`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import safe
from workbench.errors import WorkbenchError

Kind = Literal["info", "success", "warning", "error"]
ICONS: dict[Kind, str] = {
    "info": ":material/info:",
    "success": ":material/check_circle:",
    "warning": ":material/warning:",
    "error": ":material/error:",
}


def start(title: str, *, subtitle: str = "") -> DeltaGenerator:
    """Draw the header row, title left, and return the slot on the right for the page's one primary action."""
    row = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", key="page-header")
    with row, st.container(width="content", gap="xxsmall"):
        st.title(safe.escape(title), anchor=False)
        if subtitle:
            st.caption(safe.escape(subtitle, limit=400))
    return row.container(horizontal=True, horizontal_alignment="right", width="content", key="page-action")


def empty(title: str, text: str, button: str | None = None, *, key: str = "empty") -> bool:
    """An empty state: what is missing, why one would want it, and one button. True in the view in which the button was pressed."""
    with st.container(border=True, horizontal_alignment="center", key=f"empty-{key}"):
        st.space("small")
        st.header(safe.escape(title), anchor=False, text_alignment="center")
        st.caption(safe.escape(text, limit=600), text_alignment="center")
        pressed = button is not None and st.button(button, key=key, type="primary")
        st.space("small")
    return pressed


def problem(error: WorkbenchError) -> None:
    """An error of the workbench: its sentence, and the next step."""
    next_step = f"  \n{safe.escape(error.hint, limit=1000)}" if error.hint else ""
    st.error(f"{safe.escape(error.message, limit=2000)}{next_step}", icon=ICONS["error"])


def notice(text: object, kind: Kind = "info") -> None:
    """One sentence in a box, with an icon of its kind."""
    boxes = {"info": st.info, "success": st.success, "warning": st.warning, "error": st.error}
    boxes[kind](safe.escape(text, limit=2000), icon=ICONS[kind])


@contextmanager
def guard() -> Iterator[None]:
    """Around a page's body: an error of the workbench is shown where it happened, and the rest of the page stays."""
    try:
        yield
    except WorkbenchError as error:
        problem(error)
