"""What-if: a month as it is, what would be done, and what that comes to in money, quality and latency. The scenario lives in the URL."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import page, session
from pages.spend.whatif_parts import baseline, desk, head, headline, levers, library, result, steps, telling, views
from workbench.errors import WorkbenchError
from workbench.store import Store


def _draw() -> None:
    store = session.store()
    slot = page.start("What-if", subtitle="What would a month cost, and what would that do to quality and latency?")
    row = st.container(horizontal=True, vertical_alignment="bottom", key="whatif-scenario")
    option = head.choose(store, row)
    try:
        at = library.at(store, option)
    except WorkbenchError as error:
        page.problem(error)
        library.forget_link()
        at = library.at(store, option)
    _page(store, at, row, slot)


def _page(store: Store, at: desk.Desk, row: DeltaGenerator, slot: DeltaGenerator) -> None:
    outcome = result.work_out(store, at)
    head.draw(store, at, row, slot)
    if outcome is not None:
        telling.line(outcome)
    left, right = st.columns([2, 3], gap="medium")
    with left, st.container(key="whatif-left", gap="small"):
        baseline.draw(at)
        levers.draw(at)
    with right:
        if outcome is None:
            telling.nothing(at)
        else:
            headline.draw(at, outcome)
            steps.draw(outcome)
        with page.guard():
            views.draw(store, at, outcome)


with page.guard():
    _draw()
