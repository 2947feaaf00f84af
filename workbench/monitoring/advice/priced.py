"""What a lever is worth on calls that were made: worked out as What-if does, so that both say the same. Owns no lever."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.cost.model import Lever, Rule, Scenario
from workbench.cost.outcome import Outcome
from workbench.cost.traffic import Measured
from workbench.monitoring.advice.kinds import DAYS, Link, Worth, address, moment
from workbench.monitoring.advice.looked import Group, Looked

if TYPE_CHECKING:
    from workbench.cost.quality import Known
    from workbench.cost.traffic import Traffic

_DRAWS = 2_000  # of the ranges: the page of the scenario draws more


def traffic(looked: Looked, group: Group, *more: str, rules: Sequence[Rule] = ()) -> "Traffic":
    """The group's calls as traffic; `more` are models that it may be sent to."""
    from workbench.cost import loading

    bands = looked.book.bands(dict.fromkeys([*group.columns.models, *more]))
    return loading.traffic(group.columns, rules=rules, bands=bands, days_per_month=DAYS)


def outcome(
    looked: Looked,
    group: Group,
    lever: Lever,
    found: "Traffic",
    *,
    measured: Measured | None = None,
    known: "Mapping[str, Known] | None" = None,
) -> Outcome:
    """The lever on the group's calls, at today's prices, for a month."""
    from workbench.cost import engine

    book = looked.book.banded(found.bands)
    return engine.evaluate(scenario(group, lever), found, measured or Measured(), book, known or {}, {}, draws=_DRAWS)


def scenario(group: Group, lever: Lever) -> Scenario:
    """What What-if opens: these calls, and the lever."""
    kind = lever.kind.replace("_", " ")
    return Scenario(f"{kind[0].upper()}{kind[1:]} for {group.name}"[:80], group.recorded, (lever,))


def worth(done: Outcome, how: str, seconds: float | None = None) -> Worth:
    """The saving of an outcome. None in money where calls would go to where nobody knows the price, or none is known now."""
    known = done.after.unpriced_calls <= done.before.unpriced_calls and done.before.usd.value > 0
    if not known:
        return Worth(seconds=seconds, how=how)
    saved = done.saved
    return Worth(saved.value, saved.low, saved.high, seconds=seconds, how=how)


def whatif(group: Group, lever: Lever) -> Link:
    """The way to What-if with the lever set."""
    return Link("Open in What-if", "whatif", scenario=scenario(group, lever))


def calls(group: Group, label: str = "The calls", **more: str) -> Link:
    """The way to the group's calls on the Calls page."""
    period = {"since": moment(group.columns.since_ms), "until": moment(group.columns.until_ms)}
    return Link(label, "calls", {name: address(value) for name, value in group.filters.items()} | period | more)
