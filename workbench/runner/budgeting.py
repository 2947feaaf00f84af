"""What a run would do to the budgets there are, said before it starts. Refuses nothing: the door does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.ledger import budgets
from workbench.ledger.book import usd

if TYPE_CHECKING:
    from workbench.ledger.budgets import Budget, Standing
    from workbench.runner.spec import Variant
    from workbench.store import Store


def warnings(store: "Store", variants: "Sequence[Variant]", nano: Sequence[Sequence[float]], now_ms: int) -> list[str]:
    """A sentence for each budget that the run would cross; `nano` is what each variant will cost at least, and at most."""
    found = (_told(standing, *(_share(standing.budget, variants, side) for side in nano)) for standing in budgets.standings(store, now_ms))
    return [sentence for sentence in found if sentence]


def _share(budget: "Budget", variants: "Sequence[Variant]", nano: Sequence[float]) -> float:
    """What of the cost falls under the budget."""
    keys = {"total": "", "model": "full_model", "prompt": "prompt"}
    name = keys[budget.scope]
    return sum(cost for variant, cost in zip(variants, nano, strict=True) if not name or getattr(variant, name) == budget.key)


def _told(standing: "Standing", least: float, most: float) -> str:
    budget = standing.budget
    left = budget.limit_nano - standing.spent_nano
    if most <= 0 or most < left:
        return ""
    named = f"the budget of ${usd(budget.limit_nano)} for {budget.title}"
    then = "the run stops there, and can be resumed" if budget.stops else "it only warns"
    if left <= 0:
        return f"{named[0].upper()}{named[1:]} is used up: {'the run would stop at once' if budget.stops else then}."
    verb = "would" if least >= left else "may"
    return f"At up to ${usd(round(most))} it {verb} cross {named}, of which ${usd(left)} is left: {then}."
