"""A form that opens from far down a list begins at its top: the browser would leave the visitor where the list was."""

from functools import cache
from typing import Any

import streamlit as st

_OPENED = "alerts-opened"
_SCRIPT = """
const seen = new Set();
export default function ({ data }) {
  if (seen.has(data.opened)) return;
  seen.add(data.opened);
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
}
"""


def wanted() -> None:
    """Have the next view begin at its top. For a callback."""
    st.session_state[_OPENED] = st.session_state.get(_OPENED, 0) + 1


def draw() -> None:
    """Go there, once for each time it was wanted."""
    if _OPENED in st.session_state:
        with st.container(height=1, border=False, key="alerts-top"):
            _component()(key="alerts-top-of", data={"opened": st.session_state[_OPENED]})


@cache
def _component() -> Any:
    return st.components.v2.component("workbench.top", html="<span></span>", js=_SCRIPT)
