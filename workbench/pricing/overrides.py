"""Prices of one's own: a negotiated rate, a private model. Pure values; the ledger keeps them, the caller passes them in.

An own price never changes one of the list: it stands before it while it holds. Of several that hold, the newest made counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from workbench.errors import InputError
from workbench.pricing.rates import Rate, Rates, scaled

SOURCE = "own price"
PER_MTOK = ("input", "output", "cached", "cache_write", "cache_write_1h", "reasoning", "training")
_MOST = Decimal(1_000_000)
_FREE_HINT = "Say that it is free where 0 is meant; leave the field empty where the kind has no price of its own."


@dataclass(frozen=True, slots=True)
class OverrideRates:
    """Dollars per million tokens; None: that kind is billed as the kind around it. `batch` is the share of the standard price that a
    batch costs, `per_request` dollars a request. `free` says that every 0 among them is meant.
    """

    input: Decimal | None = None
    output: Decimal | None = None
    cached: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    reasoning: Decimal | None = None
    batch: Decimal | None = None
    training: Decimal | None = None
    per_request: Decimal | None = None
    free: bool = False

    def to_json(self) -> dict[str, Any]:
        """The rates that are stated, as texts, so that no digit is lost."""
        stated = {name: str(getattr(self, name)) for name in NUMBERS if getattr(self, name) is not None}
        return stated | ({"free": True} if self.free else {})


NUMBERS = tuple(field.name for field in fields(OverrideRates) if field.name != "free")


@dataclass(frozen=True, slots=True)
class Override:
    """A price of one's own for a model, as the ledger names it, from `from_ms` until before `until_ms`."""

    provider: str
    model: str
    from_ms: int
    until_ms: int | None
    rates: OverrideRates
    note: str = ""
    created_ms: int = 0
    id: int = 0

    def holds(self, at_ms: int) -> bool:
        """Whether it is in force at `at_ms`."""
        return self.from_ms <= at_ms and (self.until_ms is None or at_ms < self.until_ms)


class Overrides(tuple[Override, ...]):
    """Own prices with an index by model: a ledger of them is asked on every call."""

    _by_model: dict[tuple[str, str], tuple[Override, ...]]

    def of(self, provider: str, model: str) -> tuple[Override, ...]:
        """Those of one model, in their order."""
        if not hasattr(self, "_by_model"):
            found: dict[tuple[str, str], tuple[Override, ...]] = {}
            for one in self:
                found[one.provider, one.model] = (*found.get((one.provider, one.model), ()), one)
            self._by_model = found
        return self._by_model.get((provider, model), ())


def of(overrides: Iterable[Override], provider: str, model: str) -> tuple[Override, ...]:
    """The own prices of one model."""
    if isinstance(overrides, Overrides):
        return overrides.of(provider, model)
    return tuple(one for one in overrides if one.provider == provider and one.model == model)


def holding(overrides: Iterable[Override], provider: str, model: str, at_ms: int) -> Override | None:
    """The own price of a model that counts at `at_ms`: the newest made of those that hold."""
    held = [one for one in of(overrides, provider, model) if one.holds(at_ms)]
    return max(held, key=lambda one: (one.created_ms, one.id)) if held else None


@lru_cache(maxsize=1024)
def rates_of(override: Override, processing: str | None = None) -> Rates:
    """What an own price asks, under a tariff; it knows batches, where it says what they cost, and no other tariff."""
    own = override.rates
    share = own.batch if processing == "batch" else None

    def rate(dollars: Decimal | None) -> Rate | None:
        return None if dollars is None else Rate(scaled(dollars * share if share is not None else dollars))

    return Rates(
        input=rate(own.input),
        cached=rate(own.cached),
        cache_write=rate(own.cache_write),
        cache_write_1h=rate(own.cache_write_1h),
        output=rate(own.output),
        reasoning=rate(own.reasoning),
        training=None if own.training is None else Rate(scaled(own.training)),
        request=scaled((own.per_request or Decimal(0)) * 1000),
        source=SOURCE,
        model_ref=f"{override.provider}/{override.model}",
        processing=processing if share is not None else None,
        from_ms=override.from_ms,
        until_ms=override.until_ms,
    )


def from_json(raw: Mapping[str, Any]) -> OverrideRates:
    """The rates that `to_json` wrote. Raises InputError naming the field."""
    unknown = sorted(set(raw) - {*NUMBERS, "free"})
    if unknown:
        raise InputError("is not a rate", place=f"field {unknown[0]}", hint=f"Rates are {', '.join(NUMBERS)}.")
    return OverrideRates(**{name: _number(name, raw.get(name)) for name in NUMBERS}, free=bool(raw.get("free", False)))


def checked(rates: OverrideRates) -> OverrideRates:
    """The rates, once they make sense. Raises InputError naming the field: a negative or endless number, a 0 nobody said was meant, a
    batch dearer than no batch, or no rate for input or output beside another: an own price stands before the list's for every kind, so
    that tokens without a rate would be free by mistake. A price a request may stand alone.
    """
    stated = {name: value for name in NUMBERS if (value := getattr(rates, name)) is not None}
    for name, value in stated.items():
        most = Decimal(1) if name == "batch" else _MOST
        if not value.is_finite() or value < 0 or value > most:
            raise InputError(f"{value} is not a price", place=f"field {name}", hint=f"Write a number from 0 to {most:,}.")
        if value == 0 and not rates.free:
            raise InputError("0 would make it free", place=f"field {name}", hint=_FREE_HINT)
    by_tokens = any(name in stated for name in PER_MTOK)
    if rates.free and not by_tokens:
        return replace(rates, input=Decimal(0), output=Decimal(0))
    if by_tokens or rates.per_request is None:
        if rates.input is None:
            raise InputError("is empty", place="field input", hint="Say what a million input tokens cost.")
        if rates.output is None:
            hint = "Say what a million output tokens cost. For a model that writes none: 0, and that it is free."
            raise InputError("is empty", place="field output", hint=hint)
    return rates


def _number(name: str, value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise InputError(f"{value!r} is not a number", place=f"field {name}", hint="Write it like 2.5.") from error
