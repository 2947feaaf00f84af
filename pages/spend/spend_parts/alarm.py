"""The line on Home that says which budgets are over or warn. Nothing where all is well."""

import streamlit as st

from pages.parts import session
from pages.spend.spend_parts import wording
from pages.spend.spend_parts.rows import title
from workbench.ledger import budgets
from workbench.store import Store

_NAMED = 3


def draw(store: Store, now_ms: int) -> None:
    """Draw the line."""
    found = [one for one in budgets.standings(store, now_ms) if one.state != "ok"]
    if not found:
        return
    over = [one for one in found if one.state == "over"]
    shown = over or found
    names = "; ".join(title(one.budget) for one in shown[:_NAMED]) + (f"; {len(shown) - _NAMED:,} more" if len(shown) > _NAMED else "")
    said = f"Over budget: {names}" if over else f"Close to the limit: {names}"
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="budget-alarm"):
        colour, icon = ("red", ":material/block:") if over else ("orange", ":material/warning:")
        st.markdown(f":{colour}[{icon} {wording.md(said)}]", width="content")
        session.link(session.BUDGETS, "See budgets", icon=":material/savings:")
