"""The last thing that was done to a rule, and the way back from it: shown until the next one."""

from collections.abc import Callable

import streamlit as st

from pages.parts import confirm
from pages.watch.alert_parts import wording
from workbench.store import Store

_KEY, _AGAIN = "alerts-taken", "alerts-again"

Back = Callable[[Store], object]


def keep(said: str, back: Back | None = None) -> None:
    """Remember what was done; `back` takes it back. For a callback."""
    st.session_state[_KEY] = (said, back)
    again()


def forget() -> None:
    """Nothing is to be taken back any more. For a callback."""
    st.session_state.pop(_KEY, None)


def again() -> None:
    """Have the whole page drawn after a press in the part that renews itself. For a callback."""
    st.session_state[_AGAIN] = True


def asked_again(*, clear: bool = False) -> bool:
    """Whether the whole page is to be drawn; `clear` once it is."""
    return bool(st.session_state.pop(_AGAIN, False) if clear else st.session_state.get(_AGAIN))


def draw(store: Store) -> None:
    """Draw it, where something was done."""
    said, back = st.session_state.get(_KEY) or ("", None)
    if not said:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", border=True, key="alerts-taken-row"):
        st.markdown(f":material/check: {wording.md(said)}", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            if back is not None:
                st.button("Undo", key="alerts-undo", icon=":material/undo:", on_click=_undo, args=(store, back))
            st.button("Close", key="alerts-close", icon=":material/close:", type="tertiary", on_click=forget)


def _undo(store: Store, back: Back) -> None:
    if confirm.act_and_say("Taken back.", lambda: back(store)):
        forget()
