"""Rates of a model: what each kind of token costs. Owns the arithmetic; every sum is of integers, so it is exact.

Kinds nest: cached and cache-write tokens are input tokens, those written for an hour are cache-write tokens, reasoning tokens are
output tokens. A kind with a rate of its own leaves the kind around it, so that no token is billed twice; a kind without one is billed
as the kind around it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

_SCALE_DIGITS = 18  # the price list's finest rate has this many decimals
EXACT: int = 10 ** (_SCALE_DIGITS + 6 - 9)  # scaled dollars per million tokens -> nano-dollars per token
_NANO_REQUEST: int = 10 ** (_SCALE_DIGITS + 3 - 9)  # scaled dollars per thousand requests -> nano-dollars per request

OUTPUT_KINDS = ("output", "reasoning")


class TokenCounts(Protocol):
    """What a price needs of a call's usage; `input_tokens` includes cached and written ones, `cache_write_tokens` those written for an
    hour, `output_tokens` includes reasoning.
    """

    @property
    def input_tokens(self) -> int: ...  # noqa: D102 (the class says it)
    @property
    def cached_tokens(self) -> int: ...  # noqa: D102
    @property
    def cache_write_tokens(self) -> int: ...  # noqa: D102
    @property
    def cache_write_1h_tokens(self) -> int: ...  # noqa: D102
    @property
    def output_tokens(self) -> int: ...  # noqa: D102
    @property
    def reasoning_tokens(self) -> int: ...  # noqa: D102


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

    @property
    def usd_per_mtok(self) -> Decimal:
        """Dollars per million tokens before any tier, exact."""
        return usd(self.base)

    @property
    def steps(self) -> tuple[tuple[int, Decimal], ...]:
        """The tiers as (more input tokens than, dollars per million tokens)."""
        return tuple((start, usd(rate)) for start, rate in self.tiers)


@dataclass(frozen=True, slots=True)
class PricedPart:
    """One kind of tokens of a call: those billed at its own rate, the rate in dollars per million tokens, and their nano-dollars."""

    kind: str
    tokens: int
    usd_per_mtok: Decimal
    nano: int


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one model at one time; None where a kind has no rate of its own. `processing` is the tariff they are of, None for
    the standard one, also where another was asked for and the list has none. They hold from `from_ms` until before `until_ms`.
    """

    input: Rate | None
    cached: Rate | None
    cache_write: Rate | None
    output: Rate | None
    reasoning: Rate | None
    request: int  # dollars per thousand requests, times 10**18
    cache_write_1h: Rate | None = None
    training: Rate | None = None  # tokens a model is fine-tuned on; no call has any
    source: str = ""
    model_ref: str = ""
    processing: str | None = None
    from_ms: int | None = None
    until_ms: int | None = None

    def parts(self, usage: TokenCounts) -> tuple[tuple[PricedPart, ...], int]:
        """What each kind of tokens costs, kinds without tokens left out, and the nano-dollars of the request itself.

        Their sum is the rounded total exactly: a part is the difference of two rounded running sums, so it is off by less than one.
        """
        found: list[PricedPart] = []
        running = before = 0
        for kind, tokens, rate in self._billed(usage):
            if tokens:
                scaled = rate.at(usage.input_tokens)
                running += scaled * tokens
                found.append(PricedPart(kind, tokens, usd(scaled), rounded(running) - before))
                before = rounded(running)
        return tuple(found), rounded(running + self.request * (EXACT // _NANO_REQUEST)) - before

    def exact(self, usage: TokenCounts, *, size: int, calls: int = 1) -> int:
        """Nano-dollars times `EXACT`, not rounded, of `calls` calls with `usage` between them, each in the band of `size` input tokens."""
        of_tokens = sum(rate.at(size) * tokens for _kind, tokens, rate in self._billed(usage))
        return of_tokens + calls * self.request * (EXACT // _NANO_REQUEST)

    @property
    def usd_per_request(self) -> Decimal:
        """Dollars a request costs beside its tokens."""
        return usd(self.request) / 1000

    @property
    def bands(self) -> tuple[int, ...]:
        """Input tokens past which some rate is another, ascending."""
        every = (self.input, self.cached, self.cache_write, self.cache_write_1h, self.output, self.reasoning)
        return tuple(sorted({start for rate in every if rate is not None for start, _scaled_rate in rate.tiers}))

    def _billed(self, usage: TokenCounts) -> Iterator[tuple[str, int, Rate]]:
        """Every kind with a rate of its own, the tokens billed at it, and the rate. Each token is in one of them at most."""
        # A provider's own numbers may contradict each other; a part is never more than its whole.
        cached = min(usage.cached_tokens, usage.input_tokens)
        written = min(usage.cache_write_tokens, usage.input_tokens - cached)
        hour = min(usage.cache_write_1h_tokens, written)
        reasoning = min(usage.reasoning_tokens, usage.output_tokens)
        left = usage.input_tokens
        if self.cached is not None:
            yield "cached", cached, self.cached
            left -= cached
        if self.cache_write_1h is not None:
            yield "cache_write_1h", hour, self.cache_write_1h
            left -= hour
            written -= hour
        if self.cache_write is not None:
            yield "cache_write", written, self.cache_write
            left -= written
        if self.input is not None:
            yield "input", left, self.input
        spoken = usage.output_tokens
        if self.reasoning is not None:
            yield "reasoning", reasoning, self.reasoning
            spoken -= reasoning
        if self.output is not None:
            yield "output", spoken, self.output


def rates_of(prices: Any) -> Rates | None:
    """The rates in a price list entry; None where it has none that a call's tokens could be billed by (audio by the hour)."""
    read = Rates(
        input=_rate(prices.input_mtok),
        cached=_rate(prices.cache_read_mtok),
        cache_write=_rate(prices.cache_write_mtok),
        cache_write_1h=_rate(prices.cache_write_1h_mtok),
        output=_rate(prices.output_mtok),
        reasoning=_rate(prices.output_reasoning_mtok),
        request=scaled(prices.requests_kcount) if prices.requests_kcount is not None else 0,
    )
    return read if read.input or read.output or read.request else None


def usd(scaled_rate: int) -> Decimal:
    """A scaled rate in dollars, without trailing zeros."""
    plain = Decimal(scaled_rate).scaleb(-_SCALE_DIGITS).normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


def scaled(dollars: Decimal) -> int:
    """Dollars times 10**18, finer digits cut off."""
    return int(dollars.scaleb(_SCALE_DIGITS))


def rounded(exact: int) -> int:
    """Nano-dollars of an exact sum, a half to the even neighbour as Decimal rounds."""
    whole, rest = divmod(exact, EXACT)
    return whole + (rest * 2 > EXACT or (rest * 2 == EXACT and whole % 2 == 1))


def _rate(value: Any) -> Rate | None:
    if value is None:
        return None
    if hasattr(value, "tiers"):
        return Rate(scaled(value.base), tuple((tier.start, scaled(tier.price)) for tier in value.tiers))
    return Rate(scaled(value))
