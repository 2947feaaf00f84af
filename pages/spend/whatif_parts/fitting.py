"""Keeps a scenario in one piece when its traffic changes: levers that speak of classes that are gone let go of them."""

from dataclasses import replace

from workbench.cost import rules
from workbench.cost.model import ANY_CLASS, Baseline, Batch, Lever, Routing, Rule, Scenario, Typed


def class_names(scenario: Scenario) -> list[str]:
    """The classes that the traffic of the scenario has; `all` alone where nothing tells them apart."""
    if isinstance(scenario.baseline, Typed):
        return list(scenario.baseline.classes) or [ANY_CLASS]
    return list(dict.fromkeys(rule.klass for rule in rules_of(scenario)))


def rules_of(scenario: Scenario) -> tuple[Rule, ...]:
    """The rules that say what class a recorded call is: its own, or those that ship."""
    own = next((lever.rules for lever in scenario.levers if isinstance(lever, Routing)), ())
    return own or rules.SHIPPED


def with_baseline(scenario: Scenario, baseline: Baseline) -> Scenario:
    """The scenario on another baseline."""
    return fitted(replace(scenario, baseline=baseline))


def fitted(scenario: Scenario) -> Scenario:
    """The scenario without rows of classes that it does not have; a lever that nothing is left of goes."""
    names = {ANY_CLASS, *class_names(scenario)}
    levers = [_fit(lever, names) for lever in scenario.levers]
    return replace(scenario, levers=tuple(lever for lever in levers if lever is not None))


def _fit(lever: Lever, names: set[str]) -> Lever | None:
    if isinstance(lever, Routing):
        kept = {name: row for name, row in lever.shares.items() if name in names}
        return replace(lever, shares=kept) if kept or lever.rules else None
    if isinstance(lever, Batch) and lever.classes:
        left = tuple(name for name in lever.classes if name in names)
        return replace(lever, classes=left) if left else None
    return lever
