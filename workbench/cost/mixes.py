"""A mix of calls, and what it would cost on every model: of the ledger, its long prompts in their own tiers, or typed in. No store row
is read here but through `cost.usage`; a model without a price for what the mix holds is left out, never shown as $0.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench import pricing
from workbench.cost import usage
from workbench.cost.model import Recorded
from workbench.errors import InputError
from workbench.ledger import overrides, tariff
from workbench.pricing import FREE_PROVIDERS, Overrides, Rates, catalogue
from workbench.pricing.rates import rounded
from workbench.store import Store

_HOUR_MS = 3_600_000
_MOST_HELD = 8
_held: "dict[tuple[Any, ...], tuple[Mapping[usage.Group, usage.Sums], Mix]]" = {}  # of the same sums comes the same mix
_KINDS = (
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
)


@dataclass(frozen=True, slots=True)
class Portion:
    """Calls of a mix that any one price treats alike: their tokens, the tariff, and a number of input tokens that stands for theirs."""

    calls: int
    size: int
    processing: str | None
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    cache_write_1h_tokens: int
    output_tokens: int
    reasoning_tokens: int


@dataclass(frozen=True, slots=True)
class Mix:
    """So many calls with these tokens between them."""

    portions: tuple[Portion, ...]

    @property
    def calls(self) -> int:
        """How many calls they are."""
        return sum(portion.calls for portion in self.portions)

    def tokens(self, name: str) -> int:
        """Tokens of all calls by the ledger's name of them."""
        return sum(int(getattr(portion, name)) for portion in self.portions)

    def per_call(self, name: str) -> float:
        """The mean of a kind of tokens; 0 where there are no calls."""
        return self.tokens(name) / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class OnModel:
    """What the mix costs on a model, every call of it, and the standard rates that say so."""

    provider: str
    model: str
    nano: int
    rates: Rates

    @property
    def ref(self) -> str:
        """provider/model."""
        return f"{self.provider}/{self.model}"


def recorded(store: Store, period: Recorded) -> Mix:
    """The mix of the ledger over a period, without what ran on this machine unless nothing else did; calls without a count of tokens
    are left out. The first look reads every call.
    """
    groups = usage.of(store, period)
    key = str(store.engine.url), period.since_ms, period.until_ms, tuple(sorted(period.filters.items()))
    held = _held.get(key)
    if held is None or held[0] is not groups:
        if len(_held) >= _MOST_HELD:
            _held.clear()
        held = _held[key] = groups, _mixed(groups)
    return held[1]


def _mixed(groups: Mapping[usage.Group, usage.Sums]) -> Mix:
    billed = any(group.provider not in FREE_PROVIDERS and sums.calls for group, sums in groups.items())
    found: defaultdict[tuple[int, str | None], usage.Sums] = defaultdict(usage.Sums)
    for group, sums in groups.items():
        if sums.calls and not (billed and group.provider in FREE_PROVIDERS):
            found[group.size, group.processing].add(sums)
    ordered = sorted(found.items(), key=lambda one: (one[0][0], one[0][1] or ""))
    return Mix(tuple(Portion(sums.calls, size, kind, *(getattr(sums, name) for name in _KINDS)) for (size, kind), sums in ordered))


def typed(input_tokens: int, output_tokens: int, cached_tokens: int = 0, *, calls: int = 1_000) -> Mix:
    """`calls` calls of so many tokens each. Raises InputError naming the field."""
    for name, value in (("in", input_tokens), ("out", output_tokens), ("cached", cached_tokens)):
        if not 0 <= value <= 10**9:
            raise InputError(f"{value:,} is not a number of tokens of a call", place=f"field {name}", hint="Write 0 to 1,000,000,000.")
    if cached_tokens > input_tokens:
        raise InputError(f"{cached_tokens:,} is more than the input it is part of", place="field cached", hint="At most the input tokens.")
    return Mix((Portion(calls, input_tokens, None, input_tokens * calls, cached_tokens * calls, 0, 0, output_tokens * calls, 0),))


def on_every_model(store: Store, mix: Mix, *, at_ms: int) -> tuple[OnModel, ...]:
    """The mix on every model of the list and every one with an own price, the cheapest first, at the prices of the hour of `at_ms`."""
    return _on_every_model(mix, at_ms // _HOUR_MS * _HOUR_MS, overrides.current(store))


def on_model(store: Store, mix: Mix, provider: str, model: str, *, at_ms: int) -> OnModel | None:
    """The mix on a model as the ledger names it; None where nobody knows its price."""
    every = {portion.processing for portion in mix.portions} | {None}
    rates = {one: tariff.rates(store, provider, model, at_ms=at_ms, processing=one) for one in every}
    return _cost(mix, provider, model, rates)


@lru_cache(maxsize=32)
def _on_every_model(mix: Mix, at_ms: int, own: Overrides) -> tuple[OnModel, ...]:
    every = {portion.processing for portion in mix.portions} | {None}
    found: list[OnModel] = []
    for provider, model in dict.fromkeys([*((one.provider, one.model) for one in own), *_listed()]):
        rates = {one: pricing.rates(provider, model, at_ms=at_ms, processing=one, overrides=own) for one in every}
        cost = _cost(mix, provider, model, rates)
        if cost is not None:
            found.append(cost)
    return tuple(sorted(found, key=lambda one: one.nano))


def _listed() -> Iterable[tuple[str, str]]:
    return ((listed.provider, listed.model) for listed in catalogue.models())


def _cost(mix: Mix, provider: str, model: str, rates: dict[str | None, Rates | None]) -> OnModel | None:
    standard = rates[None]
    if standard is None or (standard.input is None and not standard.request):
        return None
    if standard.output is None and mix.tokens("output_tokens"):
        return None  # an embedding writes nothing: it cannot take these calls
    exact = sum((rates[portion.processing] or standard).exact(portion, size=portion.size, calls=portion.calls) for portion in mix.portions)
    return OnModel(provider, model, rounded(exact), standard)
