"""How a metric is recorded: the three lines, and the names that ship with what they mean."""

import streamlit as st

from pages.parts import page, safe
from workbench.ledger import metrics

_LINES = 'from workbench.ledger import record_metric\n\nrecord_metric("relevance", 0.82, tags=["triage", "v7"])'
_SHELL = "workbench metrics record relevance 0.82 --tag triage"
_TEXT = (
    "A metric is a number with a name, a time and tags: conversions, relevance, a rating. Its chart shows here, and a rule can watch it."
)


def draw() -> None:
    """Draw the page before any value was recorded."""
    page.empty("No metric was recorded yet", _TEXT, key="metrics")
    lines()
    st.header("Names that ship", anchor=False)
    st.caption("Any other name will do. These have a unit and a meaning; an alert rule reads relevance, coherence and helpfulness.")
    with st.grid(4, min_column_width=230):
        for one in metrics.SHIPPED.values():
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(f"**{safe.escape(one.name)}**  \n:small[{safe.escape(one.unit)}]")
                st.caption(safe.escape(one.description))


def lines() -> None:
    """Draw the lines that record a value."""
    st.caption("In your program:")
    safe.code(_LINES)
    st.caption("In a terminal:")
    safe.code(_SHELL)
