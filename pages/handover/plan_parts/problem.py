"""The step Problem: what hurts, whom it hurts, what is built; who owns the plan and when it begins."""

import streamlit as st

from pages.handover.plan_parts import fields
from pages.handover.plan_parts.desk import Desk


def draw(desk: Desk) -> None:
    """Draw the fields."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        fields.area(desk, ("problem",), "Problem statement", help="What hurts, whom, how often, what it costs. Markdown.", height=180)
        fields.area(desk, ("users",), "Target users", help="Who uses it, how often, what they know. Markdown.", height=140)
        fields.area(
            desk, ("solution",), "Solution overview", help="What is built and why that way; what is out of scope. Markdown.", height=180
        )
    with right:
        fields.line(desk, ("owner",), "Owner", placeholder="Who answers for the project")
        fields.line(desk, ("contact",), "Contact", placeholder="Where questions go", most=500)
        fields.day(desk, ("start",), "First day", help="Week 1 begins with its Monday; from a Saturday or Sunday, with the Monday after")
        st.caption("Every change is saved as it is made; Undo takes it back.")
