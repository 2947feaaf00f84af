"""The price of one call at its own time, exact to the nano-dollar. Owns which price list entry a call belongs to.

The price list is genai-prices. Finding an entry costs milliseconds, so it is found once a model and kept; the price of a call
is then integer arithmetic on its published rates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from workbench.pricing.rates import Rates, rates_of

FREE_PROVIDERS = frozenset({"simulated", "local"})  # run on this machine, no one sends a bill
_FREE_SOURCE = "free"
# These two are priced by name: their base URL may be a gateway of the company's own in front of the same provider.
_BY_NAME = frozenset({"openai", "anthropic"})


class TokenCounts(Protocol):
    """What a price needs of a call's usage; `input_tokens` includes cached ones, `output_tokens` includes reasoning."""

    @property
    def input_tokens(self) -> int: ...  # noqa: D102 (the class says it)
    @property
    def cached_tokens(self) -> int: ...  # noqa: D102
    @property
    def cache_write_tokens(self) -> int: ...  # noqa: D102
    @property
    def output_tokens(self) -> int: ...  # noqa: D102
    @property
    def reasoning_tokens(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Priced:
    """Nano-dollars of one call; `model_ref` is the entry of the price list and `source` the list itself."""

    nano: int
    input_nano: int
    output_nano: int
    model_ref: str
    source: str


@dataclass(frozen=True, slots=True)
class _Counts:
    input_tokens: int
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    """A model of the price list: its reference, and its rates at a time."""

    model_ref: str
    source: str
    rates_at: Callable[[int], Rates | None]


def price(provider: str, model: str, usage: TokenCounts, *, at_ms: int, base_url: str = "") -> Priced | None:
    """What a call cost at `at_ms`; None where the price list does not know the model. `base_url` is the address of a connection
    that a person added: it, not the connection's name, tells who sends the bill.
    """
    if provider in FREE_PROVIDERS:
        return Priced(0, 0, 0, f"{provider}/{model}", _FREE_SOURCE)
    entry = _entry(provider, model, base_url)
    rates = entry.rates_at(at_ms) if entry else None
    if entry is None or rates is None:
        return None
    total, of_input, of_output = rates.nano(usage)
    return Priced(total, of_input, of_output, entry.model_ref, entry.source)


def estimate(provider: str, model: str, input_tokens: int, output_tokens: int, at_ms: int, *, base_url: str = "") -> Priced | None:
    """What a call of so many tokens would cost at `at_ms`, nothing of it cached."""
    return price(provider, model, _Counts(input_tokens, output_tokens=output_tokens), at_ms=at_ms, base_url=base_url)


@lru_cache(maxsize=4096)  # a miss is worth keeping too: looking for it walks the whole list
def _entry(provider: str, model: str, base_url: str) -> _Entry | None:
    import genai_prices
    from genai_prices.data_snapshot import get_snapshot

    snapshot = get_snapshot()
    found = None if provider in _BY_NAME or not base_url else base_url
    if found is None and not any(known.id == provider for known in snapshot.providers):
        return None
    try:
        owner, entry = snapshot.find_provider_model(model, None, None if found else provider, found)
    except LookupError:
        return None
    return _Entry(f"{owner.id}/{entry.id}", f"genai-prices {genai_prices.__version__}", _rates_at(entry))


def _rates_at(entry: Any) -> Callable[[int], Rates | None]:
    """A function of time that gives the rates of `entry`; where they never changed, the time is not even looked at."""
    if not isinstance(entry.prices, list):
        fixed = rates_of(entry.prices)
        return lambda _at_ms: fixed
    known = {id(dated.prices): rates_of(dated.prices) for dated in entry.prices}
    return lambda at_ms: known[id(entry.get_prices(datetime.fromtimestamp(at_ms / 1000, UTC)))]
