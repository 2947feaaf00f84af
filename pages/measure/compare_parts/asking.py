"""What a person may ask of a comparison: margin, who is held against whom, what a failed cell counts as, how sure. All in the URL."""

import streamlit as st

from pages.parts.choosing import choose
from workbench.comparison.model import LEFT_OUT, WRONG, Options
from workbench.runner.reading import Run

EVERY = -1
_LEVELS = (0.9, 0.95, 0.99)
_MISSING = {LEFT_OUT: "Left out", WRONG: "Count as wrong"}
_MARGIN = "Two variants are as good as each other where their scores differ by less than this, for sure. Left empty, nobody asks."
_BASELINE = "Every other variant is held against this one: fewer tests, so smaller differences can be told apart."
_LEVEL = "How sure the intervals are. A winner is named only where p, adjusted for the number of pairs, is below what is left to 100 %."


def draw(run: Run) -> Options:
    """The row of controls, and what they ask for."""
    names = [each.name for each in run.variants]
    planned = None if run.plan.margin is None else round(run.plan.margin * 100, 1)
    with st.container(horizontal=True, vertical_alignment="bottom", key="asked"):
        margin = st.number_input(
            "As good as within, points", 0.1, 100.0, value=planned, step=0.5, format="%.1f", key="within", placeholder="not asked",
            bind="query-params", width=190, help=_MARGIN,
        )  # fmt: skip
        baseline = _baseline(names)
        with st.container(width=150):
            missing = choose("Failed cells", list(_MISSING), "missing", say=_MISSING.__getitem__, default=LEFT_OUT)
        with st.container(width=110):
            level = choose("How sure", _LEVELS, "level", say=lambda share: f"{share * 100:g} %", default=0.95, help=_LEVEL)
    return Options(
        level=level or 0.95,
        margin=margin / 100 if margin else None,
        baseline=None if baseline == EVERY else names[baseline],
        missing=missing or LEFT_OUT,
    )


def _baseline(names: list[str]) -> int:
    """The position of the variant all others are held against; EVERY where all pairs are."""
    if len(names) < 3:
        return EVERY
    with st.container(width=240):
        chosen = choose(
            "Compare", range(EVERY, len(names)), "baseline", say=lambda n: "Every pair" if n == EVERY else f"All against {names[n]}",
            default=EVERY, help=_BASELINE,
        )  # fmt: skip
    return EVERY if chosen is None else int(chosen)
