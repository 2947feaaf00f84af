"""Live refresh: every so many seconds, until it is paused; and how old the figures are, counted in the browser."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

EVERY_S = 10
_PAUSED = "watch-paused"
_ASSETS = Path(__file__).with_name("assets")


def paused() -> bool:
    """Whether this visitor has paused the refresh."""
    return bool(st.session_state.get(_PAUSED))


def draw(now_ms: int, *, moves: bool) -> None:
    """Draw how long ago the ledger was looked at (now, as this is drawn) and what pauses it. A range that is over needs no pause."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="watch-live", width="content"):
        state = "paused" if paused() else "live" if moves else "over"
        _component()(key="watch-age", data={"at": now_ms, "state": state})
        if moves:
            label, icon = ("Resume", "play_arrow") if paused() else ("Pause", "pause")
            st.button(label, key="watch-pause", icon=f":material/{icon}:", type="tertiary", on_click=_toggle)


def _toggle() -> None:
    st.session_state[_PAUSED] = not paused()


@cache
def _component() -> Any:
    css, js = ((_ASSETS / name).read_text(encoding="utf-8") for name in ("age.css", "age.js"))
    return st.components.v2.component("workbench.age", html='<span class="age"></span>', css=css, js=js)
