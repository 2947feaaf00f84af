"""A plan at a glance: how many metrics are met and tasks done, each metric's state, the timeline, the diagram, the heaviest risks."""

from datetime import date

import streamlit as st

from pages.handover.plan_parts import gantt, hazards, reading, sketch
from pages.handover.plan_parts.desk import Desk
from pages.parts import address, page, safe
from workbench.export.plans import dates, shipped
from workbench.export.plans.model import ENOUGH_METRICS, Plan
from workbench.store import Store

_MISSING = (
    ("problem", "problem", "the problem"), ("users", "problem", "the users"), ("solution", "problem", "the solution"),
    ("prompts", "prompts", "the prompts required"), ("metrics", "metrics", "success metrics"), ("tasks", "timeline", "tasks"),
    ("risks", "risks", "risks"), ("testing", "testing", "the testing plan"),
)  # fmt: skip


def draw(store: Store, desk: Desk, today: date) -> None:
    """Draw it."""
    plan = desk.plan
    measured = reading.of(store, plan)
    _cards(plan, measured, today)
    _missing(plan)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if not gantt.draw(plan, today):
            st.caption("No task has a date yet: the chart of the timeline appears here.")
        for said in dates.remarks(plan)[:3]:
            st.markdown(f":orange[:material/warning: {safe.escape(said, limit=500)}]")
        hazards.matrix(plan)
    with right:
        st.markdown("**Success metrics now**")
        _metrics(measured)
        if len(measured) < ENOUGH_METRICS:
            page.notice(f"A plan names three success metrics or more; this one has {len(measured)}.", "warning")
        sketch.draw(desk, editable=False)


def _cards(plan: Plan, measured: list[reading.Measured], today: date) -> None:
    done, late = sum(task.done for task in plan.tasks), dates.late(plan, today)
    ends = [one.end for one in dates.place(plan) if one.end is not None]
    with st.container(horizontal=True, key="plan-cards"):
        st.metric("Metrics met", f"{reading.met(measured)} of {len(measured)}", border=True)
        st.metric("Tasks done", f"{done} of {len(plan.tasks)}", border=True)
        st.metric("Late", str(len(late)), border=True, help="; ".join(safe.escape(one.task.title, limit=60) for one in late[:5]) or None)
        st.metric("Last day", max(ends).isoformat() if ends else "none yet", border=True)


def _metrics(measured: list[reading.Measured]) -> None:
    """A line for each that has a figure; those without are told together, by what they lack."""
    lacking: dict[str, list[str]] = {}
    for one in measured:
        if one.reading.value is None:
            lacking.setdefault(one.reading.why, []).append(one.metric.name)
        else:
            reading.line(one)
    for why, names in lacking.items():
        with st.container(gap="xxsmall"):
            st.markdown(f":gray-badge[:material/help: No data] **{safe.escape(', '.join(names), limit=200)}**")
            st.caption(safe.escape(why, limit=500))


def _missing(plan: Plan) -> None:
    filled = shipped.filled(plan)  # what a start only asks for is not written yet
    missing = [(view, words) for field, view, words in _MISSING if not getattr(filled, field)]
    if not missing:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="plan-missing"):
        st.caption(f"Still missing: {', '.join(words for _, words in missing)}.", width="content")
        st.button(
            "Write on",
            key="plan-write-on",
            type="tertiary",
            icon=":material/edit:",
            on_click=address.change,
            args=({"view": missing[0][0]},),
        )
