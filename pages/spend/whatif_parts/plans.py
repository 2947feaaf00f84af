"""Plans of the scenario at hand: the cheapest one and the frontier, found once and kept while one of them is tried on."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from workbench.cost.model import Scenario
from workbench.store import Store

if TYPE_CHECKING:
    from workbench.cost.optimiser import Plan

_KEY = "whatif-plans"


@dataclass
class Kept:
    """Plans that were made of `source`. A plan that was taken over is not looked into again: it has only its own levers left, and the
    points beside it would be gone.
    """

    source: Scenario
    cheapest: "Plan | None" = None
    frontier: "tuple[Plan, ...] | None" = None

    def holds(self, scenario: Scenario) -> bool:
        """Whether these are the plans to show beside the scenario."""
        found = ((self.cheapest,) if self.cheapest else ()) + (self.frontier or ())
        return scenario == self.source or scenario in [taken(plan, self.source) for plan in found]


def taken(plan: "Plan", before: Scenario) -> Scenario | None:
    """What the scenario is once the plan was taken over: its levers, and the limits that were asked for all along."""
    return None if plan.scenario is None else replace(plan.scenario, limits=before.limits)


def cheapest(store: Store, scenario: Scenario) -> "Plan":
    """The cheapest plan under the scenario's limits."""
    from workbench.cost import optimising

    kept = _kept(scenario)
    if kept.cheapest is None:
        with st.spinner("Looking for the cheapest plan", show_time=True):
            kept.cheapest = optimising.optimise(store, kept.source)
    return kept.cheapest


def frontier(store: Store, scenario: Scenario) -> "tuple[Plan, ...]":
    """For every quality the least it costs."""
    from workbench.cost import frontier as drawing

    kept = _kept(scenario)
    if kept.frontier is None:
        with st.spinner("Drawing the frontier", show_time=True):
            kept.frontier = drawing.frontier(store, kept.source)
    return kept.frontier


def _kept(scenario: Scenario) -> Kept:
    kept: Kept | None = st.session_state.get(_KEY)
    if kept is None or not kept.holds(scenario):
        kept = st.session_state[_KEY] = Kept(scenario)
    return kept
