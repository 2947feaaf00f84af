"""The price of one call at its own time, exact to the nano-dollar: by an own price where one holds, else by the price list."""

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.pricing import entries
from workbench.pricing import overrides as own
from workbench.pricing.overrides import Override
from workbench.pricing.rates import OUTPUT_KINDS, PricedPart, Rate, Rates, TokenCounts

FREE_PROVIDERS = frozenset({"simulated", "local"})  # run on this machine, no one sends a bill
_FREE_SOURCE = "free"


@dataclass(frozen=True, slots=True)
class Priced:
    """Nano-dollars of one call; `model_ref` is the entry of the price list and `source` the list itself, or an own price.
    `sum(part.nano) + request_nano == nano`; `input_nano` and `output_nano` are sums of parts.
    """

    nano: int
    input_nano: int
    output_nano: int
    model_ref: str
    source: str
    parts: tuple[PricedPart, ...] = ()
    request_nano: int = 0


def price(
    provider: str,
    model: str,
    usage: TokenCounts,
    *,
    at_ms: int,
    base_url: str = "",
    processing: str | None = None,
    overrides: Iterable[Override] = (),
) -> Priced | None:
    """What a call cost at `at_ms`; None where neither an own price nor the list knows the model. `base_url` is the address of a
    connection that a person added: it, not the connection's name, tells who sends the bill. `processing` is batch, flex, priority or
    fast; where the model has no such tariff its standard price counts.
    """
    found = rates(provider, model, at_ms=at_ms, base_url=base_url, processing=processing, overrides=overrides)
    return None if found is None else priced(found, usage)


def priced(found: Rates, usage: TokenCounts) -> Priced:
    """A call at rates that are known."""
    parts, of_request = found.parts(usage)
    of_output = sum(part.nano for part in parts if part.kind in OUTPUT_KINDS)
    of_input = sum(part.nano for part in parts) - of_output
    return Priced(of_input + of_output + of_request, of_input, of_output, found.model_ref, found.source, parts, of_request)


def rates(
    provider: str,
    model: str,
    *,
    at_ms: int,
    base_url: str = "",
    processing: str | None = None,
    overrides: Iterable[Override] = (),
) -> Rates | None:
    """The rates a call is billed by at `at_ms`, with where they are from and how long they hold; None where nobody knows."""
    held = own.holding(overrides, provider, model, at_ms) if overrides else None
    if held is not None:
        return own.rates_of(held, processing)
    if provider in FREE_PROVIDERS:
        return _free(f"{provider}/{model}")
    entry = entries.find(provider, model, base_url)
    return entry.rates_at(at_ms, processing) if entry else None


def _free(model_ref: str) -> Rates:
    nothing = Rate(0)
    return Rates(nothing, None, None, nothing, None, 0, source=_FREE_SOURCE, model_ref=model_ref)
