"""Metrics of a plan as they stand now: read at most every fifteen seconds, told by word, icon and figure."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import safe, session
from workbench.export.plans import measures, model
from workbench.export.plans.measures import Measured
from workbench.export.plans.model import Plan
from workbench.store import Store

STATES = {
    "met": ("Met", ":material/check_circle:", "green"),
    "not met": ("Not met", ":material/cancel:", "red"),
    "no data": ("No data", ":material/help:", "gray"),
    "no target": ("No target", ":material/flag:", "gray"),
}


def of(store: Store, plan: Plan) -> list[Measured]:
    """Every metric of the plan with its reading."""
    linked = tuple((one.measure, one.unit) for one in plan.metrics)
    found = _read(store.url, linked)
    return [Measured(metric, each) for metric, each in zip(plan.metrics, found, strict=True)]


@st.cache_data(ttl=15, max_entries=32, show_spinner=False)
def _read(_address: str, linked: tuple[tuple[model.Measure | None, str], ...]) -> list[measures.Reading]:
    metrics = tuple(model.Metric(str(number), measure=measure, unit=unit) for number, (measure, unit) in enumerate(linked))
    return [one.reading for one in measures.measure(session.store(), Plan("-", metrics=metrics))]


def badge(one: Measured) -> None:
    """Met or not, by word and icon."""
    word, icon, colour = STATES[one.standing]
    st.badge(word, icon=icon, color=colour)


def line(one: Measured) -> None:
    """One metric's state in a line: badge, sentence, how many, period, interval."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        badge(one)
        if one.reading.value is None:
            st.markdown(f"**{safe.escape(one.metric.name)}**", width="content")
            st.caption(safe.escape(" · ".join(filter(None, (one.reading.why, one.remark))), limit=500), width="content")
            return
        st.markdown(f"**{safe.escape(one.sentence)}**", width="content")
        st.caption(safe.escape(about(one), limit=400), width="content")


def about(one: Measured) -> str:
    """What a figure rests on."""
    reading = one.reading
    parts = [f"95 % interval {reading.within}" if reading.within else "", f"n = {reading.n:,}" if reading.n else "", reading.period]
    parts += [one.remark]
    return " · ".join(filter(None, parts))


def met(measured: Sequence[Measured]) -> int:
    """How many have reached their target."""
    return sum(one.standing == "met" for one in measured)
