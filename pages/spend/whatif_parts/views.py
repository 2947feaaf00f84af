"""The views under the waterfall; only the one that is open is worked out."""

import streamlit as st

from pages.parts import address
from pages.spend.whatif_parts import (
    ahead,
    assumptions,
    backtest_tab,
    bar,
    by_model,
    cheapest,
    matters,
    rules_tab,
    side_by_side,
    taking,
)
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.outcome import Outcome
from workbench.store import Store
from workbench.text.counting import counted

VIEWS = {
    "models": "By model",
    "months": "12 months",
    "matters": "What matters most",
    "plan": "Cheapest plan",
    "rules": "Rules",
    "compare": "Compare",
    "backtest": "Backtest",
    "assumptions": "Assumptions",
    "export": "Export",
}
_OF_FIGURES = ("models", "months", "matters", "export")
_OF_TRAFFIC = ("plan", "backtest")


def draw(store: Store, desk: Desk, outcome: Outcome | None) -> None:
    """Draw the choice of views and the one that is chosen."""
    said = VIEWS if outcome is not None else {name: title for name, title in VIEWS.items() if name not in _OF_FIGURES}
    if outcome is not None:
        said = said | {"months": counted(len(outcome.months), "month")}
    chosen = _choose(said)
    if outcome is not None and chosen in _OF_FIGURES:
        {
            "models": lambda: by_model.draw(outcome),
            "months": lambda: ahead.draw(outcome),
            "matters": lambda: matters.draw(outcome),
            "export": lambda: taking.draw(desk, [outcome]),
        }[chosen]()
        return
    if desk.problem is not None and chosen in _OF_TRAFFIC:
        st.caption("There is nothing to work this out from: what to do about it is said above.")
        return
    {
        "plan": lambda: cheapest.draw(store, desk),
        "rules": lambda: rules_tab.draw(store, desk),
        "compare": lambda: side_by_side.draw(store, desk, outcome),
        "backtest": lambda: backtest_tab.draw(store, desk),
        "assumptions": lambda: assumptions.draw(desk, outcome),
    }[chosen]()


def _choose(said: dict[str, str]) -> str:
    """The view of the URL, or as pressed since. There are many: they wrap."""
    first = next(iter(said))
    if address.follow(bar.VIEW, first) not in said:
        st.session_state[bar.VIEW] = first
    chosen = st.segmented_control(
        "View", list(said), default=st.session_state[bar.VIEW], required=True, key=bar.VIEW, label_visibility="collapsed",
        format_func=said.__getitem__, wrap=True, on_change=address.say, args=(bar.VIEW, first),
    )  # fmt: skip
    return str(chosen)
