"""Which metric and which pair the views below the verdict are about: both in the URL, both kept from view to view."""

import streamlit as st

from pages.measure.compare_parts import evidence, wording
from pages.measure.compare_parts.differences import choose_metric, of
from pages.parts.choosing import choose
from workbench.comparison.model import Comparison, Metric, Pair
from workbench.runner.reading import Run


def metric_and_pair(found: Comparison, run: Run) -> tuple[Metric, Pair | None]:
    """The metric, and the pair where there is one that has a difference."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric = choose_metric(found, run)
        return metric, pair(found, metric)


def pair(found: Comparison, metric: Metric) -> Pair | None:
    """The pair of the URL among those of the metric."""
    offered = {evidence.key(each, found.names): each for each in of(found, metric)}
    if len(offered) < 2:
        return next(iter(offered.values()), None)
    with st.container(width=360):
        chosen = choose(
            "Pair",
            list(offered),
            "pair",
            say=lambda key: wording.pair(offered[key]),
            default=_first(found, offered),
            label_visibility="collapsed",
        )
    return offered[chosen or next(iter(offered))]


def _first(found: Comparison, offered: dict[str, Pair]) -> str:
    """The pair of the best two: the winner against the next best where there is one."""
    order = {rank.variant: number for number, rank in enumerate(found.ranking)}
    return min(offered, key=lambda key: order.get(offered[key].a, 0) + order.get(offered[key].b, 0))
