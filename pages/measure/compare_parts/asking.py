"""What a person may ask of a comparison: margin, who is held against whom, what a failed cell counts as, how sure. All in the URL."""

import streamlit as st

from pages.parts.choosing import choose
from workbench.comparison.model import LEFT_OUT, WRONG, Options
from workbench.runner.reading import Run

EVERY = -1
_SEEN, _MOST = "_within-seen", 100.0
_LEVELS = (0.9, 0.95, 0.99)
_MISSING = {LEFT_OUT: "Left out", WRONG: "Count as wrong"}
_MARGIN = "Two variants are as good as each other where their scores differ by less than this, for sure. Left empty, nobody asks."
_FAILED = "Cells without a reply: errors, timeouts. A wrong reply is not one of them: it counts as wrong in any case."
_BASELINE = "Every other variant is held against this one: fewer tests, so smaller differences can be told apart."
_LEVEL = "How sure the intervals are. A winner is named only where p, adjusted for the number of pairs, is below what is left to 100 %."


def draw(run: Run) -> Options:
    """The row of controls, and what they ask for."""
    names = [each.name for each in run.variants]
    with st.container(horizontal=True, vertical_alignment="bottom", key="asked"):
        margin = _margin(run)
        baseline = _baseline(names)
        with st.container(width=150):
            missing = choose("Failed cells", list(_MISSING), "missing", say=_MISSING.__getitem__, default=LEFT_OUT, help=_FAILED)
        with st.container(width=110):
            level = choose("How sure", _LEVELS, "level", say=lambda share: f"{share * 100:g} %", default=0.95, help=_LEVEL)
    return Options(
        level=level or 0.95,
        margin=margin / 100 if margin else None,
        baseline=None if baseline == EVERY else names[baseline],
        missing=missing or LEFT_OUT,
    )


def _margin(run: Run) -> float | None:
    """The margin in points: of the URL, else the one the run was planned with. What another run was asked is not taken along."""
    planned = None if run.plan.margin is None else round(run.plan.margin * 100, 1)
    asked = (run.id, st.query_params.get("within"))
    if st.session_state.get(_SEEN) != asked or "within" not in st.session_state:
        st.session_state[_SEEN] = asked
        st.session_state["within"] = _points(asked[1], planned)
    return st.number_input(
        "As good as within, points", 0.1, _MOST, value=None, step=0.5, format="%.1f", key="within", width=190, help=_MARGIN,
        placeholder="not asked" if planned is None else f"{planned:g}, as planned", on_change=_to_url, args=(run.id,),
    )  # fmt: skip


def _points(wanted: str | None, planned: float | None) -> float | None:
    try:
        points = float(wanted or "")
    except ValueError:
        return planned
    return points if 0.1 <= points <= _MOST else planned


def _to_url(run_id: str) -> None:
    margin = st.session_state["within"]
    if margin is None:
        st.query_params.pop("within", None)
    else:
        st.query_params["within"] = f"{margin:g}"
    st.session_state[_SEEN] = (run_id, st.query_params.get("within"))


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
