"""Backtest: a period predicted from the one before it, and how wrong that was."""

import streamlit as st

from pages.spend.whatif_parts.desk import Desk
from workbench.store import Store


def draw(store: Store, desk: Desk) -> None:
    """Draw it."""
    st.caption("There is no backtest here yet.")
