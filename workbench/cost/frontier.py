"""What quality costs: the cheapest plan for each quality between the cheapest plan's and the best, with and without limits on latency.

Found by the epsilon constraint (Haimes, Lasdon and Wismer 1971): cost is minimised under a rising limit on quality. A plan that another
one beats on cost, quality and p95 alike, or equals, is left out. Limits on spend and quality do not hold here: they are what is traded.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from workbench.cost.model import Limits, Scenario
from workbench.cost.optimiser import Limit, Plan

if TYPE_CHECKING:
    from workbench.cost.optimising import Setup
    from workbench.cost.programme import Programme
    from workbench.store import Store

_STEP = Decimal("0.0001")  # of quality: a hundredth of a point, so that a plan's limit can be read


def frontier(store: "Store", scenario: Scenario, points: int = 20) -> tuple[Plan, ...]:
    """Plans from the cheapest to the best, at most `points` without limits on latency and as many with those of the scenario. Each has
    its scenario, whose limits are those it was found under. Models of unknown quality take no part. Raises InputError.
    """
    from workbench.cost import checking, optimising, working

    checking.check(scenario)
    return of(optimising.setup(scenario, working.plan_inputs(store, scenario)), points)


def of(made: "Setup", points: int = 20) -> tuple[Plan, ...]:
    """The same on inputs that are there."""
    from workbench.cost import optimising
    from workbench.cost.programme import Programme

    built = Programme(optimising.problem(made))
    free = replace(made.scenario.limits, usd_per_month=None, quality=None, latency_p95_ms=None, latency_p50_ms=None)
    within = replace(made.scenario.limits, usd_per_month=None, quality=None)
    plans = [plan for limits in ((free,) if free == within else (free, within)) for plan in _series(made, built, limits, points)]
    return undominated(plans)


def undominated(plans: list[Plan]) -> tuple[Plan, ...]:
    """The plans that no other one beats or equals on cost, quality and p95, the cheapest first; of equal ones the first."""
    kept = [
        plan
        for place, plan in enumerate(plans)
        if not any(_beats(other, plan, earlier=at < place) for at, other in enumerate(plans) if at != place)
    ]
    return tuple(sorted(kept, key=lambda plan: (plan.usd or 0, plan.quality or 0)))


def _beats(other: Plan, plan: Plan, *, earlier: bool) -> bool:
    mine, theirs = (tuple(_close(value) for value in (it.usd, -(it.quality or 0), it.p95_ms or 0)) for it in (plan, other))
    return all(a <= b for a, b in zip(theirs, mine, strict=True)) and (theirs != mine or earlier)


def _close(value: Decimal | float | None) -> float:
    """A figure to nine digits: two ways to the same plan differ in the last ones."""
    return float(f"{float(value or 0):.9g}")


def _series(made: "Setup", built: "Programme", limits: Limits, points: int) -> Iterator[Plan]:
    """The cheapest plan for each of some qualities, evenly spaced."""
    from workbench.cost import optimiser, optimising, solving

    kept = optimiser.limits_of(limits)
    cheapest, finest = solving.cheapest(built, kept, known=("quality",)), solving.finest(built, kept)
    if cheapest is None or finest is None:
        return
    low, high = (Decimal(repr(built.quality(end) or 0.0)) for end in (cheapest, finest))
    steps = max(1, points - 1)
    for at in range(steps + 1 if high > low else 1):
        quality = (low + (high - low) * at / steps).quantize(_STEP, ROUND_FLOOR)
        last = at == steps
        choice = finest if last else cheapest if at == 0 else solving.cheapest(built, (*kept, Limit("quality", quality)))
        if choice is not None:
            plan = optimising.exactly(made, optimiser.told(built, choice))
            assert plan.scenario is not None
            yield replace(plan, scenario=replace(plan.scenario, limits=replace(limits, quality=quality)))
