"""The rates a scenario is worked out with: prices of its own first, then own prices of the ledger, then the price list at one time.

Owns which price counts and in which band of input length; `pricing` owns the prices. A name without provider is looked up as the price
list resolves it, and its source says which entry that was. Refuses to guess: an unknown model has no rates.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost.model import KINDS, Component, OwnPrice

if TYPE_CHECKING:
    from workbench.pricing.overrides import Override
    from workbench.pricing.rates import Rates

PER_TOKEN = (*KINDS, "request")
"""What `Book.of` gives: dollars a token of each kind, every kind filled in, and dollars a request."""

AROUND = {"cached": "input", "cache_write": "input", "cache_write_1h": "cache_write", "reasoning": "output"}
_MTOK = Decimal(1_000_000)
BATCH = "batch"


@dataclass(frozen=True)
class Book:
    """Rates by model. `thresholds` are the input tokens where bands begin (`Traffic.bands`); `vendor` says who bills for a connection a
    person added: the price list's provider and the base URL (None: the connection's name is the provider).
    """

    prices: Mapping[str, OwnPrice] = field(default_factory=dict)
    overrides: Iterable["Override"] = ()
    at_ms: int = 0
    thresholds: tuple[int, ...] = ()
    vendor: Callable[[str], tuple[str, str]] | None = None
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def of(self, model: str, processing: str | None = None, band: int = 0) -> Mapping[str, Decimal] | None:
        """Dollars by PER_TOKEN for calls in that band under that tariff (the standard one where the model has no such tariff); None
        where nobody knows what the model costs.
        """
        key = model, processing, band
        if key not in self._kept:
            own = self.prices.get(model)
            listed = None if own else self._listed(model, processing)
            if own:
                self._kept[key] = _of_own(own, processing)
            else:
                self._kept[key] = None if listed is None else _of_listed(listed, self._tokens(band))
        kept: Mapping[str, Decimal] | None = self._kept[key]
        return kept

    def has_batch(self, model: str) -> bool:
        """Whether the model has a price for batches."""
        own = self.prices.get(model)
        if own:
            return own.batch is not None
        listed = self._listed(model, BATCH)
        return listed is not None and listed.processing == BATCH

    def source(self, model: str) -> str:
        """Where the model's price is from, in words; empty where it is unknown."""
        if model in self.prices:
            note = self.prices[model].note
            return f"this scenario ({note})" if note else "this scenario"
        listed = self._listed(model, None)
        return listed.source if listed else ""

    def bands(self, models: Iterable[str]) -> tuple[int, ...]:
        """Input tokens past which some price of these models changes, ascending."""
        found = {start for model in models if model not in self.prices and (rates := self._listed(model, None)) for start in rates.bands}
        return tuple(sorted(found))

    def banded(self, thresholds: tuple[int, ...]) -> "Book":
        """The same book for traffic with these bands."""
        return self if thresholds == self.thresholds else replace(self, thresholds=thresholds, _kept={})

    def of_component(self, component: Component) -> Decimal | None:
        """Dollars a million tokens of a component: its own, else the model's rate for training or for input; None: unknown."""
        if component.usd_per_mtok is not None:
            return component.usd_per_mtok
        own = self.prices.get(component.model)
        if own and component.kind == "embedding":
            return own.input
        listed = self._listed(component.model, None)
        rate = (listed.training if component.kind == "fine_tuning" else listed.input) if listed else None
        return rate.usd_per_mtok if rate else None

    def _tokens(self, band: int) -> int:
        """The least input tokens of a call in the band."""
        return self.thresholds[min(band, len(self.thresholds)) - 1] + 1 if band and self.thresholds else 0

    def _listed(self, model: str, processing: str | None) -> "Rates | None":
        from workbench import pricing
        from workbench.pricing import overrides as own

        key = "listed", model, processing
        if key not in self._kept:
            provider, _, name = model.partition("/")
            # Own prices go by the connection's name, the list by who bills for it.
            held = own.holding(self.overrides, provider, name, self.at_ms)
            vendor, base_url = self.vendor(provider) if self.vendor else (provider, "")
            if held:
                self._kept[key] = own.rates_of(held, processing)
            elif name:
                self._kept[key] = pricing.rates(vendor, name, at_ms=self.at_ms, base_url=base_url, processing=processing)
            else:
                self._kept[key] = self._of_bare(model, processing)
        rates: Rates | None = self._kept[key]
        return rates

    def _of_bare(self, model: str, processing: str | None) -> "Rates | None":
        """The rates of a name without provider, their source with the entry that was taken; None where nobody or several have it."""
        from workbench import pricing
        from workbench.pricing import catalogue
        from workbench.pricing import overrides as own

        meant = catalogue.bare(model, self.overrides)
        found = meant and pricing.rates(*meant, at_ms=self.at_ms, processing=processing, overrides=self.overrides)
        if not found:
            return None
        entry, listed = found.model_ref, found.source
        return replace(found, source=f"{listed} of {entry}" if listed == own.SOURCE else f"{entry} of the price list ({listed})")


def _of_own(own: OwnPrice, processing: str | None) -> Mapping[str, Decimal]:
    share = own.batch if processing == BATCH and own.batch is not None else Decimal(1)
    stated = {kind: getattr(own, kind) for kind in KINDS}
    return _filled({kind: None if rate is None else rate * share / _MTOK for kind, rate in stated.items()}, Decimal(0))


def _of_listed(rates: "Rates", input_tokens: int) -> Mapping[str, Decimal]:
    from workbench.pricing.rates import usd

    stated = {kind: getattr(rates, kind) for kind in KINDS}
    per_token = {kind: None if rate is None else usd(rate.at(input_tokens)).scaleb(-6) for kind, rate in stated.items()}
    return _filled(per_token, rates.usd_per_request)


def _filled(stated: Mapping[str, Decimal | None], request: Decimal) -> Mapping[str, Decimal]:
    """Every kind with a rate: one without is billed as the kind around it, and nothing where that has none either."""
    rates: dict[str, Decimal] = {}
    for kind in KINDS:  # a kind comes after the one around it
        rate = stated[kind]
        rates[kind] = rate if rate is not None else rates.get(AROUND.get(kind, ""), Decimal(0))
    return rates | {"request": request}
