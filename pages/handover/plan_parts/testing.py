"""The step Testing: what is tested on which cases, the runs and datasets behind it; and the budget with its scenario."""

import streamlit as st

from pages.handover.plan_parts import fields
from pages.handover.plan_parts.desk import Desk
from pages.parts import format as fmt
from pages.parts import page, session
from workbench.export.figures import counted
from workbench.store import Store

_OFFERED = 200


def draw(store: Store, desk: Desk) -> None:
    """Draw both."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Testing plan**")
        fields.area(
            desk, ("testing",), "What is tested, and how", help="Cases, checks, what has to hold before release. Markdown.", height=180
        )
        fields.several(desk, ("runs",), "Runs", _runs(store), placeholder="Link runs that show it")
        fields.several(desk, ("datasets",), "Datasets", _datasets(store), placeholder="Link datasets it is tested on")
    with right:
        st.markdown("**Budget**")
        fields.area(desk, ("budget",), "What it may cost, and why", help="Markdown.", height=180)
        fields.link(
            desk, ("scenario",), "Scenario", _scenarios(store), placeholder="None linked", help="As it is saved on the page What-if"
        )
        _figures(store, desk)


def _figures(store: Store, desk: Desk) -> None:
    """What the scenario comes to."""
    from workbench.export.plans import gathering

    if not desk.plan.scenario:
        session.link(session.WHATIF, "Work a scenario out", icon=":material/calculate:")
        return
    found, _ = gathering.costs(store, desk.plan)
    if found is None or found.table is None:
        page.notice(found.missing if found else "", "warning")
        return
    for name, value in found.table.rows:
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.caption(name.runs[0].text, width="content")
            st.text(value.runs[0].text, width="content")
    session.link(session.WHATIF, "Open the scenario", icon=":material/calculate:", scenario=f"saved/{desk.plan.scenario}")


def _runs(store: Store) -> dict[str, str]:
    from workbench.runner import reading

    return {run.id: f"{run.name or run.id} · {fmt.moment(run.created_ms)}" for run in reading.page(store, limit=_OFFERED)}


def _datasets(store: Store) -> dict[str, str]:
    from workbench.datasets import registry

    return {one.name: f"{one.name} · {counted(one.cases, 'case')}" for one in registry.page(store, limit=_OFFERED)}


def _scenarios(store: Store) -> list[str]:
    from workbench.cost import keeping

    return [one.name for one in keeping.page(store, limit=_OFFERED)]
