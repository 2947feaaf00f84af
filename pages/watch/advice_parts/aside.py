"""Putting a recommendation aside, taking that back at once, and bringing it back later."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import confirm
from pages.watch.advice_parts import wording
from workbench.monitoring import recommendations
from workbench.monitoring.advice.kinds import Recommendation
from workbench.monitoring.recommendations import Dismissed
from workbench.store import Store

_TAKEN = "advice-taken"


def button(store: Store, one: Recommendation, number: int) -> None:
    """Draw the button that puts it aside."""
    st.button(
        "Dismiss", key=f"advice-dismiss-{number}", icon=":material/visibility_off:", type="tertiary", on_click=_dismiss, args=(store, one)
    )


def draw_taken(store: Store) -> None:
    """Draw what was put aside last, with the way back."""
    one = st.session_state.get(_TAKEN)
    if one is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", border=True, key="advice-taken-row"):
        st.markdown(f":material/check: Put aside: {wording.sentence(one.title)}", width="stretch")
        st.button("Undo", key="advice-undo", icon=":material/undo:", on_click=_restore, args=(store, one.key))


def draw(store: Store, gone: Sequence[Dismissed]) -> None:
    """Draw everything that was put aside, each with the way back."""
    if not gone:
        return
    with st.expander(f"Put aside ({len(gone)})", key="advice-gone"):
        for number, one in enumerate(gone):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"advice-gone-{number}"):
                by = f"{wording.moment(one.at_ms)}, {one.author}" if one.author else wording.moment(one.at_ms)
                st.markdown(f"{wording.sentence(one.title)}  \n:small[{wording.md(by)}]", width="stretch")
                st.button("Bring back", key=f"advice-back-{number}", icon=":material/undo:", on_click=_restore, args=(store, one.key))


def _dismiss(store: Store, one: Recommendation) -> None:
    recommendations.dismiss(store, one)
    st.session_state[_TAKEN] = one


def _restore(store: Store, key: str) -> None:
    if confirm.act_and_say("It is back.", lambda: recommendations.restore(store, key)):
        st.session_state.pop(_TAKEN, None)
