"""The last thing that was done to a budget, and the way back from it: shown until the next one."""

import streamlit as st

from pages.parts import confirm
from pages.spend.spend_parts import wording
from workbench.ledger import budgets
from workbench.store import Store

_KEY = "budget-taken"


def keep(said: str, *back: tuple[str, int]) -> None:
    """Remember what was done; the steps `back`, each restore or remove and a budget, take it back. For a callback."""
    st.session_state[_KEY] = (said, back)


def draw(store: Store) -> None:
    """Draw it, where there is something to take back."""
    kept = st.session_state.get(_KEY)
    if kept is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", border=True, key="budget-taken-row"):
        st.markdown(f":material/check: {wording.md(kept[0])}", width="content")
        st.button("Undo", key="budget-undo", icon=":material/undo:", on_click=_undo, args=(store, kept[1]))


def restore(store: Store, budget_id: int) -> None:
    """Put an earlier budget in force again and say so. For a callback."""
    if confirm.act_and_say("It is in force again.", lambda: budgets.restore(store, budget_id)):
        st.session_state.pop(_KEY, None)


def _undo(store: Store, back: tuple[tuple[str, int], ...]) -> None:
    def act() -> None:
        for step, budget_id in back:
            (budgets.restore if step == "restore" else budgets.remove)(store, budget_id)

    if confirm.act_and_say("Taken back.", act):
        st.session_state.pop(_KEY, None)
