"""Whether a scenario can be worked out: every field within its bounds, and fields that belong together in agreement.

The one place for these checks: documents, pages and the optimiser ask here. Owns no reading of documents.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from workbench.cost import fields, rules
from workbench.cost.forms import At, near
from workbench.cost.model import ANY_CLASS, Batch, Recorded, Routing, Scenario, Typed

_CLOSE = Decimal("1e-6")  # shares that were worked out, not typed, miss 1 by as little


def check(scenario: Scenario) -> None:
    """Raise InputError with the place ("field levers.exact_cache.hit_rate") and the remedy where something cannot be."""
    fields.SCENARIO.check(scenario, At())
    agree(scenario)


def agree(scenario: Scenario) -> None:
    """Raise InputError where fields that are right each by itself contradict each other."""
    _baseline(scenario)
    classes = _classes(scenario)
    for lever in scenario.levers:
        here = At(f"levers.{lever.kind}")
        if isinstance(lever, Routing):
            rules.check_all(lever.rules, f"field {here.place}.rules")
            _known(lever.shares, classes, here.inner("shares"))
            for name, row in lever.shares.items():
                _whole(row, here.inner("shares").inner(name))
        elif isinstance(lever, Batch):
            _known(lever.classes, classes, here.inner("classes"))
    _limits(scenario)
    for name, believed in scenario.believed.items():
        _in_order(believed.latency_p50_ms, believed.latency_p95_ms, At("believed").inner(name).inner("latency_p50_ms"))
    if scenario.calibrate and scenario.bill_usd is None:
        At("calibrate").refuse("there is no bill to scale to", "Write bill_usd, or leave calibrate out.")


def _baseline(scenario: Scenario) -> None:
    here = At("baseline")
    if isinstance(scenario.baseline, Typed):
        _whole(scenario.baseline.models, here.inner("models"))
        if scenario.baseline.classes:
            _whole({name: each.share for name, each in scenario.baseline.classes.items()}, here.inner("classes"))
    elif isinstance(scenario.baseline, Recorded) and scenario.baseline.since_ms >= scenario.baseline.until_ms:
        here.inner("since").refuse("is not before until", "Exchange them, or leave until out: it is now.")


def _classes(scenario: Scenario) -> set[str]:
    """The classes that traffic can have: the typed ones, or those of the rules that say what a recorded call is."""
    if isinstance(scenario.baseline, Typed):
        return {ANY_CLASS, *scenario.baseline.classes}
    own = next((lever.rules for lever in scenario.levers if isinstance(lever, Routing)), ())
    return {ANY_CLASS, *(rule.klass for rule in own or rules.SHIPPED)}


def _known(names: Iterable[str], classes: set[str], here: At) -> None:
    for name in names:
        if name not in classes:
            there = sorted(classes - {ANY_CLASS})
            which = f"Classes: {', '.join(there[:20])}." if there else f"Name classes in baseline.classes, or write {ANY_CLASS}."
            here.inner(name).refuse("is no class of this traffic", near(name, there) + which)


def _limits(scenario: Scenario) -> None:
    here, limits = At("limits"), scenario.limits
    if limits.least and sum(limits.least.values()) > 1:
        here.inner("least").refuse(f"shares sum to {sum(limits.least.values())}, over 1", "Lower one of them.")
    for name, least in limits.least.items():
        if least > limits.most.get(name, Decimal(1)):
            here.inner("least").inner(name).refuse(
                f"{least} is over the most it may take, {limits.most[name]}", "Lower it, or raise the other."
            )
        if least and limits.models and name not in limits.models:
            here.inner("least").inner(name).refuse("is not among limits.models", "Add it there, or take this limit out.")
    _in_order(limits.latency_p50_ms, limits.latency_p95_ms, here.inner("latency_p50_ms"))


def _in_order(p50: int | None, p95: int | None, here: At) -> None:
    if p50 is not None and p95 is not None and p50 > p95:
        here.refuse(f"{p50:,} ms is over p95, {p95:,} ms", "Half of the replies cannot take longer than 95 of 100.")


def _whole(shares: Mapping[str, Decimal], here: At) -> None:
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) > _CLOSE:
        gap = 1 - total
        told = f"{abs(gap):f} is missing" if gap > 0 else f"{abs(gap):f} is too much"
        here.refuse(f"shares sum to {total:f}, not to 1: {told}", "Shares of one whole sum to 1 (100 %).")
