"""A run on the Compare page: its panel while it works, then the verdict, then whichever view of it the person opens."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.measure.compare_parts import (
    again,
    asking,
    differences,
    grid,
    live,
    pair,
    power,
    promote,
    regressions,
    sequence,
    slices,
    verdict,
    was_run,
)
from pages.parts import address, page, run_panel, session
from pages.parts import format as fmt
from workbench.comparison.model import SCORE, Comparison, Options
from workbench.errors import NotFound
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.store import Store
from workbench.text.counting import counted

VIEWS = {
    "differences": "Differences",
    "pair": "Pair",
    "regressions": "Worst regressions",
    "tags": "By tag",
    "sequence": "While it ran",
    "power": "Power",
    "cells": "Cells",
}
_OF_SCORES = ("tags", "sequence", "power")
_OF_PAIRS = ("pair", "regressions")


def draw(store: Store, run_id: str) -> None:
    """Draw the run named in the URL."""
    try:
        run = reading.get(store, run_id)
    except NotFound as error:
        page.start("Compare")
        page.problem(error)
        session.link(session.COMPARE, "Set up a comparison", icon=":material/balance:")
        return
    slot = page.start("Compare", subtitle=_about(run))
    if run.state != "finished" or run.failed:
        run = run_panel.show(run.id, key="compare-run")
    if run_panel.is_live(run):
        live.draw(store, run)
    elif run.done:
        _result(store, run, slot)
        return
    with slot:
        again.draw(store, run, main=False)


def _result(store: Store, run: Run, slot: DeltaGenerator) -> None:
    said = st.container()
    options = asking.draw(run)
    with said:
        found = _compared(store, run, options)
        verdict.draw(found, run)
    with slot:
        promote.button(store, run, found)
        again.draw(store, run, main=found.winner is None)
    with page.guard():
        _view(store, run, found)
    verdict.method(found)
    was_run.draw(run)


def _compared(store: Store, run: Run, options: Options) -> Comparison:
    from workbench.comparison.verdict import compare_run

    with st.spinner("Comparing", show_time=True):
        return compare_run(store, run.id, options)


def _view(store: Store, run: Run, found: Comparison) -> None:
    """The view of the URL, or the one that was pressed since: only that one is drawn."""
    chosen = address.part("View", views(found), "view", of=run.id)
    {
        "differences": lambda: differences.draw(found, run),
        "pair": lambda: pair.draw(store, found, run),
        "regressions": lambda: regressions.draw(store, found, run),
        "tags": lambda: slices.draw(found),
        "sequence": lambda: sequence.draw(store, found, run),
        "power": lambda: power.draw(found, run),
        "cells": lambda: grid.draw(store, found, run),
    }[chosen]()


def views(found: Comparison) -> dict[str, str]:
    """The views in which there is anything to see."""
    there = set(VIEWS)
    if not any(pair.metric == SCORE.name for pair in found.pairs):
        there -= set(_OF_SCORES)
    if not found.pairs:
        there -= set(_OF_PAIRS)
    if not found.metrics:
        there.remove("differences")
    return {name: title for name, title in VIEWS.items() if name in there}


def _about(run: Run) -> str:
    scored = f"scored by {_scoring(run)}" if run.plan.score else "not scored"
    on = f" on {run.dataset}" if run.dataset else ""
    return f"{counted(run.plan.cases, 'case')}{on}, {scored}, {fmt.ago(run.created_ms)}"


def _scoring(run: Run) -> str:
    score = dict(run.plan.score or {})
    return f"{score.pop('name', '')}:{score.pop('column', '')}"
