"""The cases behind a pair: both values of every case, kept for the run as it stands, and the cells that a count in a table opens."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address
from workbench.comparison import model
from workbench.comparison.model import SCORE, Comparison, Metric, Pair
from workbench.runner import reading
from workbench.runner.cells import PASSED
from workbench.runner.reading import Run
from workbench.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.comparison.matrix import Matrix

# What both variants of a pair did on a case, as the filter of the cells and its URL name it.
BOTH, GAINED, LOST, NEITHER = "both", "gained", "lost", "neither"
WRONG, ERRORS = "wrong", "errors"


@dataclass(frozen=True)
class Series:
    """The cases that both variants have a value for, in the order in which the second of the two came in."""

    cases: "NDArray[np.int64]"
    a: "NDArray[np.float64]"
    b: "NDArray[np.float64]"

    @property
    def differences(self) -> "NDArray[np.float64]":
        """What b has more than a, case by case."""
        return self.b - self.a


def series(store: Store, run: Run, found: Comparison, metric: Metric, names: tuple[str, str]) -> Series:
    """The values of the two variants, case by case; empty where the metric has none."""
    import numpy as np

    held = _matrix(store, run, as_it_stands(store, run))
    if metric.name not in held.values:
        return Series(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    if found.options.missing == model.WRONG and metric.name == SCORE.name:
        held = held.counted_wrong()
    first, second = held.names.index(names[0]), held.names.index(names[1])
    values = held.values[metric.name]
    cases = np.flatnonzero(np.isfinite(values[first]) & np.isfinite(values[second]))
    came_in = np.maximum(held.finished_ms[first, cases], held.finished_ms[second, cases])
    cases = cases[np.argsort(came_in, kind="stable")]
    return Series(cases, values[first, cases], values[second, cases])


def worst(found: Series, metric: Metric) -> "NDArray[np.int64]":
    """Indexes into the series where b did worse than a, the largest loss first."""
    import numpy as np

    loss = -found.differences if metric.higher_is_better else found.differences
    order = np.argsort(-loss, kind="stable")
    return order[loss[order] > 0]


def matching(found: Series, kind: str) -> list[int]:
    """The cases where both, one, or neither of the variants was right, by position."""
    a, b = found.a >= PASSED, found.b >= PASSED
    chosen = {BOTH: a & b, GAINED: b & ~a, LOST: a & ~b, NEITHER: ~a & ~b}[kind]
    return sorted(int(case) for case in found.cases[chosen])


def wrong(store: Store, run: Run) -> list[int]:
    """The cases on which some variant's reply was wrong, by position; a cell without a reply is none of them."""
    scores = _matrix(store, run, as_it_stands(store, run)).scores
    return sorted({int(case) for _, case, score in scores if score < PASSED})


def errors(store: Store, run: Run) -> list[int]:
    """The cases on which some cell has no reply, by position."""
    return sorted({cell.case_position for cell in reading.cells(store, run.id, status="error", limit=run.failed)}) if run.failed else []


def open_cells(kind: str, pair: Pair, run_id: str, names: tuple[str, ...]) -> None:
    """Show the cells of a pair under the filter `kind`: for a button's callback."""
    st.session_state["show"], st.session_state["view"] = kind, "cells"
    st.session_state["pair"] = key(pair, names)
    address.say("pair", "", run_id)
    address.say("show", "all", run_id)
    address.say("view", "differences", run_id)


def key(pair: Pair, names: tuple[str, ...]) -> str:
    """The pair in the URL: the positions of its variants."""
    return f"{names.index(pair.a)}-{names.index(pair.b)}"


def as_it_stands(store: Store, run: Run) -> tuple[object, ...]:
    """What changes whenever a cell of the run does: the key of whatever is kept of it."""
    return (store.url, run.id, run.created_ms, run.state, run.ended_ms, run.ok, run.failed, run.spent_nano, run.retries)


# One entry a state of a run: a finished one is read once, one at work whenever it has moved.
@st.cache_resource(max_entries=6, show_spinner=False)
def _matrix(_store: Store, _run: Run, key: tuple[object, ...]) -> "Matrix":
    from workbench.comparison import matrix

    return matrix.read(_store, _run)
