"""The views under the waterfall; only the one that is open is worked out."""

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
from workbench.cost.model import Outcome
from workbench.store import Store

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


def draw(store: Store, desk: Desk, outcome: Outcome | None) -> None:
    """Draw the choice of views and the one that is chosen."""
    said = VIEWS if outcome is not None else {name: title for name, title in VIEWS.items() if name not in _OF_FIGURES}
    if outcome is not None:
        said = said | {"months": f"{len(outcome.months)} months"}
    chosen = address.part("View", said, bar.VIEW)
    if outcome is not None and chosen in _OF_FIGURES:
        {
            "models": lambda: by_model.draw(outcome),
            "months": lambda: ahead.draw(outcome),
            "matters": lambda: matters.draw(outcome),
            "export": lambda: taking.draw(desk, [outcome]),
        }[chosen]()
        return
    {
        "plan": lambda: cheapest.draw(store, desk),
        "rules": lambda: rules_tab.draw(store, desk),
        "compare": lambda: side_by_side.draw(store, desk, outcome),
        "backtest": lambda: backtest_tab.draw(store, desk),
        "assumptions": lambda: assumptions.draw(desk, outcome),
    }[chosen]()
