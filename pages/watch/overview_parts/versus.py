"""Two versions or two periods beside each other: what differs, by how much, and how sure that is."""

import streamlit as st

from workbench.monitoring.dashboard_model import Dashboard
from workbench.store import Store


def draw(store: Store, found: Dashboard, now_ms: int) -> None:
    """Draw the comparison."""
    st.caption("To come.")
