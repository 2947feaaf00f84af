"""What calls add up to, and the figures that follow from it. Owns what is said where there is nothing: None, never 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workbench.ledger.rollups.gather import SUMS
from workbench.stats import sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Sums of calls. `key` names what they have in common (a prompt, label or outcome that is none is "", a version None), `bucket_ms`
    when their stretch of time began. `timed` calls have a latency, `first_timed` a time to first token, `token_calls` a known number of
    tokens, `cached_calls` tokens from a cache; `rated` ones were rated, `liked` of these above 0; `unpriced` ones were answered at no
    known price, and `cost_nano` leaves them out. `latency_ms` and `ttft_ms` are sums; `latency` and `ttft` sketches of the same calls.
    """

    key: Mapping[str, str | int | None] = field(default_factory=dict)
    bucket_ms: int | None = None
    calls: int = 0
    ok: int = 0
    retries: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_nano: int = 0
    unpriced: int = 0
    token_calls: int = 0
    cached_calls: int = 0
    timed: int = 0
    latency_ms: int = 0
    first_timed: int = 0
    ttft_ms: int = 0
    rated: int = 0
    liked: int = 0
    latency: tuple[bytes, ...] = field(default=(), repr=False)
    ttft: tuple[bytes, ...] = field(default=(), repr=False)

    def __add__(self, other: "Cell") -> "Cell":
        """Both together: what their keys have in common is the key."""
        key = {name: value for name, value in self.key.items() if name in other.key and other.key[name] == value}
        sums: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in (*SUMS, "ok", "latency", "ttft")}
        return Cell(key=key, bucket_ms=self.bucket_ms if self.bucket_ms == other.bucket_ms else None, **sums)

    @property
    def errors(self) -> int:
        """Calls that were not answered."""
        return self.calls - self.ok

    @property
    def success_rate(self) -> float | None:
        """The share of calls that were answered."""
        return self.ok / self.calls if self.calls else None

    @property
    def satisfaction(self) -> float | None:
        """The share of rated calls that were liked."""
        return self.liked / self.rated if self.rated else None

    @property
    def mean_latency_ms(self) -> float | None:
        """The mean over calls with a latency."""
        return self.latency_ms / self.timed if self.timed else None

    def percentiles(self, shares: Sequence[float]) -> list[float] | None:
        """Milliseconds that these shares (0 to 1) of the calls did not exceed, each within 1 % (`stats.sketch`); None without any."""
        return sketch.percentiles(self.latency, shares) if self.timed else None

    def ttft_percentiles(self, shares: Sequence[float]) -> list[float] | None:
        """The same of the time to first token."""
        return sketch.percentiles(self.ttft, shares) if self.first_timed else None

    @property
    def tokens(self) -> int | None:
        """Tokens in and out; None where no call says."""
        return self.input_tokens + self.output_tokens if self.token_calls else None

    @property
    def tokens_per_call(self) -> float | None:
        """Tokens in and out a call, over those that say."""
        return (self.input_tokens + self.output_tokens) / self.token_calls if self.token_calls else None

    @property
    def cached_share(self) -> float | None:
        """The share of input tokens that came from a provider's cache."""
        return self.cached_tokens / self.input_tokens if self.input_tokens else None

    @property
    def cost_usd(self) -> Decimal | None:
        """The known cost in dollars, exact; None where calls were answered and none of them has a price, or there was none."""
        known = self.calls and (self.unpriced < self.ok or self.cost_nano or not self.ok)
        return Decimal(self.cost_nano).scaleb(-9) if known else None

    @property
    def usd_per_call(self) -> float | None:
        """Dollars a call, failed ones among them, of those with a known price."""
        priced = self.calls - self.unpriced
        return self.cost_nano / priced / 10**9 if priced > 0 else None
