"""Which metric and which pair the views below the verdict are about: both in the URL, both kept from view to view."""

import streamlit as st

from pages.measure.compare_parts import evidence, wording
from pages.measure.compare_parts.differences import choose_metric, of
from pages.parts import charts
from pages.parts.choosing import choose
from workbench.comparison.model import UNDECIDED, Comparison, Metric, Pair
from workbench.runner.reading import Run

_NAME = 30  # characters of a name in the box


def metric_and_pair(found: Comparison, run: Run) -> tuple[Metric, Pair | None]:
    """The metric, and the pair where there is one that has a difference."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric = choose_metric(found, run)
        return metric, pair(found, metric)


def pair(found: Comparison, metric: Metric, *, live: bool = False) -> Pair | None:
    """The pair of the URL among those of the metric; `live` follows what is still open until a person chooses."""
    offered = {evidence.key(each, found.names): each for each in of(found, metric)}
    if len(offered) < 2:
        return next(iter(offered.values()), None)
    start = _first(found, offered)
    if live and "pair" not in st.query_params:
        kept = offered.get(str(st.session_state.get("pair")))
        start = evidence.key(kept, found.names) if kept is not None and kept.outcome == UNDECIDED else _open(found, offered)
        offered = {start: offered[start], **offered}  # the first is what a select box without a choice shows
        st.session_state["pair"] = start
    named = charts.labels(found.names, _NAME)
    with st.container(width=440):
        chosen = choose(
            "Pair",
            list(offered),
            "pair",
            say=lambda key: wording.pair(offered[key], named),
            default=start,
            label_visibility="collapsed",
        )
    return offered[chosen or next(iter(offered))]


def _first(found: Comparison, offered: dict[str, Pair]) -> str:
    """The pair of the best two: the winner against the next best where there is one."""
    return min(offered, key=lambda key: _behind(found, offered[key]))


def _open(found: Comparison, offered: dict[str, Pair]) -> str:
    """The pair of the best two that nothing is decided of yet; the best two of all where everything is."""
    return min(offered, key=lambda key: (offered[key].outcome != UNDECIDED, _behind(found, offered[key])))


def _behind(found: Comparison, pair: Pair) -> int:
    """How far down the ranking the two stand."""
    order = {rank.variant: number for number, rank in enumerate(found.ranking)}
    return order.get(pair.a, 0) + order.get(pair.b, 0)
