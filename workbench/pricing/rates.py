"""Rates of a model: what each kind of token costs. Owns the arithmetic; every sum is of integers, so it is exact.

Kinds nest: cached and cache-write tokens are input tokens, reasoning tokens are output tokens. A kind with a rate of its own
leaves the kind around it, so that no token is billed twice; a kind without one is billed as the kind around it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.pricing.price import TokenCounts

_SCALE_DIGITS = 18  # the price list's finest rate has this many decimals
_NANO_TOKEN: int = 10 ** (_SCALE_DIGITS + 6 - 9)  # scaled dollars per million tokens -> nano-dollars per token
_NANO_REQUEST: int = 10 ** (_SCALE_DIGITS + 3 - 9)  # scaled dollars per thousand requests -> nano-dollars per request


@dataclass(frozen=True, slots=True)
class Rate:
    """Dollars per million tokens times 10**18. Past a tier's start, counted in input tokens, its rate holds for all tokens."""

    base: int
    tiers: tuple[tuple[int, int], ...] = ()

    def at(self, input_tokens: int) -> int:
        """The rate for a call with so many input tokens."""
        applicable = self.base
        for start, rate in self.tiers:
            if input_tokens > start:
                applicable = rate
        return applicable


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one model at one time; None where a kind has no rate of its own."""

    input: Rate | None
    cached: Rate | None
    cache_write: Rate | None
    output: Rate | None
    reasoning: Rate | None
    request: int  # dollars per thousand requests, times 10**18

    def nano(self, usage: "TokenCounts") -> tuple[int, int, int]:
        """Nano-dollars of a call: all, for input, for output."""
        total_input = usage.input_tokens
        # A provider's own numbers may contradict each other; a part is never more than its whole.
        cached = min(usage.cached_tokens, total_input)
        written = min(usage.cache_write_tokens, total_input - cached)
        reasoning = min(usage.reasoning_tokens, usage.output_tokens)
        of_input = _sum(self.input, total_input, ((self.cached, cached), (self.cache_write, written)), total_input)
        of_output = _sum(self.output, usage.output_tokens, ((self.reasoning, reasoning),), total_input)
        of_request = self.request * (_NANO_TOKEN // _NANO_REQUEST)
        return (
            _rounded(of_input + of_output + of_request),
            _rounded(of_input),
            _rounded(of_output),
        )


def rates_of(prices: Any) -> Rates | None:
    """The rates in a price list entry; None where it has none that a call's tokens could be billed by (audio by the hour)."""
    read = Rates(
        input=_rate(prices.input_mtok),
        cached=_rate(prices.cache_read_mtok),
        cache_write=_rate(prices.cache_write_mtok),
        output=_rate(prices.output_mtok),
        reasoning=_rate(prices.output_reasoning_mtok),
        request=_scaled(prices.requests_kcount) if prices.requests_kcount is not None else 0,
    )
    return read if read.input or read.output or read.request else None


def _rate(value: Any) -> Rate | None:
    if value is None:
        return None
    if hasattr(value, "tiers"):
        return Rate(_scaled(value.base), tuple((tier.start, _scaled(tier.price)) for tier in value.tiers))
    return Rate(_scaled(value))


def _scaled(dollars: Any) -> int:
    scaled: int = int(dollars.scaleb(_SCALE_DIGITS))
    return scaled


def _sum(around: Rate | None, total: int, kinds: tuple[tuple[Rate | None, int], ...], total_input: int) -> int:
    """Scaled cost of `total` tokens, of which some kinds have rates of their own."""
    cost = 0
    for rate, tokens in kinds:
        if rate is not None and tokens:
            cost += rate.at(total_input) * tokens
            total -= tokens
    return cost + (around.at(total_input) * total if around is not None else 0)


def _rounded(scaled: int) -> int:
    """Nano-dollars, a half to the even neighbour as Decimal rounds."""
    whole, rest = divmod(scaled, _NANO_TOKEN)
    return whole + (rest * 2 > _NANO_TOKEN or (rest * 2 == _NANO_TOKEN and whole % 2 == 1))
