"""The address bar of the page: it holds what is not saved, so that it can be shared, and Back takes a change back."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench import clock

if TYPE_CHECKING:
    from pages.spend.whatif_parts.desk import Desk

LINK, VIEW = "s", "part"
_BEHIND_MS = 1_500


def was_here() -> bool:
    """Whether the view before this one was of this page too: an address without changes then means Back."""
    return VIEW in st.session_state


def is_behind(desk: "Desk") -> bool:
    """Whether the browser may not know yet what was just written to its address bar: what it sends is then not a wish to go back."""
    return clock.now_ms() - desk.linked_ms < _BEHIND_MS


def write(desk: "Desk") -> None:
    """Make the address bar say what is on the desk."""
    desk.linked_ms = clock.now_ms() if st.query_params.get(LINK, "") != desk.link else desk.linked_ms
    if desk.link:
        st.query_params[LINK] = desk.link
    else:
        st.query_params.pop(LINK, None)
