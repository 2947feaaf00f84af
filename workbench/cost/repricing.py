"""The ledger at other prices: of another date, or as if another model had answered. A view: nothing in the ledger changes.

Costs are worked out of sums that every price treats alike (`cost.usage`), so that they are exact, tiers of each call included, and
rounded once a model. A call whose price nobody knows is counted apart on the side that does not know it, never as $0.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial

from workbench.cost import usage
from workbench.cost.model import Recorded
from workbench.ledger import overrides, tariff
from workbench.pricing import Rates
from workbench.pricing.rates import rounded
from workbench.providers import base
from workbench.store import Store


@dataclass(frozen=True, slots=True)
class Line:
    """Calls of one model, or of all. `billed_nano` and `repriced_nano` are of the `calls` that have a price on both sides; `gained`
    have one only now, `lost` had one only when they were billed, `unpriced` have none at all, `uncounted` no count of tokens.
    """

    model: str
    calls: int = 0
    billed_nano: int = 0
    repriced_nano: int = 0
    gained: int = 0
    gained_nano: int = 0
    lost: int = 0
    lost_nano: int = 0
    unpriced: int = 0
    uncounted: int = 0

    @property
    def all_calls(self) -> int:
        """Every call of the line."""
        return self.calls + self.gained + self.lost + self.unpriced + self.uncounted

    @property
    def ratio(self) -> float | None:
        """Repriced over billed; None where nothing was billed."""
        return self.repriced_nano / self.billed_nano if self.billed_nano else None


@dataclass(frozen=True, slots=True)
class Repriced:
    """The view: what was asked, a line a recorded model (the dearest first), and their sum. `at_ms` None: each call at its own time."""

    at_ms: int | None
    model: str | None
    lines: tuple[Line, ...]
    total: Line


def reprice(store: Store, recorded: Recorded, *, at_ms: int | None = None, model: str | None = None) -> Repriced:
    """The calls of `recorded` at the prices of `at_ms` (None: of each call's own time, by today's list and own prices), and as if
    `model` (provider/model) had answered them with as many tokens. Raises ProviderMissing where `model` names no provider.
    """
    target = None if model is None else base.split(model)
    own = overrides.current(store)
    edges = () if at_ms is not None else tuple(edge for one in own for edge in (one.from_ms, one.until_ms) if edge and edge % usage.DAY_MS)
    found: defaultdict[str, list[tuple[usage.Group, usage.Sums, Rates | None]]] = defaultdict(list)
    known: dict[tuple[str, str, str | None, int], Rates | None] = {}
    for group, sums in usage.of(store, recorded, edges=edges).items():
        provider, name = target or (group.provider, group.model)
        key = provider, name, group.processing, group.at_ms if at_ms is None else at_ms
        if key not in known:
            known[key] = tariff.rates(store, provider, name, at_ms=key[3], processing=group.processing)
        found[f"{group.provider}/{group.model}"].append((group, sums, known[key]))
    lines = sorted((_line(name, groups) for name, groups in found.items()), key=lambda line: (-_size(line), -line.all_calls, line.model))
    return Repriced(at_ms, model, tuple(lines), _total(lines))


def _line(model: str, groups: list[tuple[usage.Group, usage.Sums, Rates | None]]) -> Line:
    counts: defaultdict[str, int] = defaultdict(int)
    exact = {True: 0, False: 0}
    for group, sums, rates in groups:
        counts["uncounted"] += sums.uncounted
        if rates is None:
            counts["lost" if group.billed else "unpriced"] += sums.calls
            counts["lost_nano"] += sums.cost_nano
            continue
        exact[group.billed] += rates.exact(sums, size=group.size, calls=sums.calls)
        counts["calls" if group.billed else "gained"] += sums.calls
        counts["billed_nano"] += sums.cost_nano
    return Line(model, repriced_nano=rounded(exact[True]), gained_nano=rounded(exact[False]), **counts)


def _total(lines: list[Line]) -> Line:
    names = [name for name in Line.__slots__ if name != "model"]
    return Line("", **{name: sum(map(partial(_value, name), lines)) for name in names})


def _value(name: str, line: Line) -> int:
    value: int = getattr(line, name)
    return value


def _size(line: Line) -> int:
    return line.repriced_nano + line.gained_nano + line.lost_nano
