"""How long the answers of a mix take: percentiles of the mixture of its models' own times, answers of caches among them.

A model's times are a sample of what was recorded, or a lognormal through a stated median and 95th percentile. Percentiles are read off
the mixture's own distribution: an average of percentiles is not a percentile. Refuses to answer where a model that takes a share has
no times: it is named. What goes in batches is not waited for, and does not belong into the shares.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost.model import Believed
from workbench.cost.outcome import Latency
from workbench.cost.traffic import Traffic
from workbench.text.counting import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

CACHE_MS = 5.0  # what a look-up in a cache beside the program takes: assumed, not measured
_Z95 = 1.6448536269514722  # standard deviations from the median of a normal distribution to its 95th percentile
_CLOSE = 1e-12  # rounding in sums of shares; a step of an empirical distribution of 10^9 calls is a thousand times that


@dataclass(frozen=True)
class Times:
    """The answer times of a model in milliseconds: an ascending `sample` with a weight each (summing to 1), or a lognormal through
    `p50_ms` and `p95_ms`. `n` is how many times were looked at; `source` says where they are from.
    """

    source: str
    n: int = 0
    sample: "NDArray[Any] | None" = None
    weights: "NDArray[Any] | None" = None  # cumulated
    p50_ms: float = 0.0
    p95_ms: float = 0.0

    def below(self, ms: float, *, strictly: bool = False) -> float:
        """The share of answers that take at most `ms` (less than `ms` where `strictly`)."""
        if self.sample is not None and self.weights is not None:
            at = int(self.sample.searchsorted(ms, side="left" if strictly else "right"))
            return float(self.weights[at - 1]) if at else 0.0
        if ms <= 0:
            return 0.0
        spread = math.log(self.p95_ms / self.p50_ms) / _Z95
        if spread == 0:
            return float(ms > self.p50_ms if strictly else ms >= self.p50_ms)
        return 0.5 * math.erfc(-(math.log(ms / self.p50_ms) / spread) / math.sqrt(2))


def stated(believed: Believed) -> Times | None:
    """The lognormal through both stated percentiles; None where one is missing or they cannot be (p95 below p50)."""
    p50, p95 = believed.latency_p50_ms, believed.latency_p95_ms
    if p50 is None or p95 is None or not 0 < p50 <= p95:
        return None
    return Times("stated", p50_ms=float(p50), p95_ms=float(p95))


def sampled(samples: "list[tuple[NDArray[Any], float]]", source: str = "") -> Times | None:
    """The times of several samples, each of which stands for so many calls; None where there are none."""
    import numpy as np

    kept = [(np.asarray(values, dtype=float), calls) for values, calls in samples if len(values) and calls > 0]
    if not kept:
        return None
    times = np.concatenate([values for values, _ in kept])
    weights = np.concatenate([np.full(len(values), calls / len(values)) for values, calls in kept])
    order = np.argsort(times, kind="stable")
    cumulated = np.cumsum(weights[order])
    said = source or counted(len(times), "recorded answer")
    return Times(said, len(times), times[order], cumulated / cumulated[-1])


def known(traffic: Traffic, believed: Mapping[str, Believed] | None = None) -> dict[str, Times]:
    """The times of every model: as recorded, each stream's sample standing for its calls; as stated where nothing was recorded."""
    found: dict[str, list[tuple[Any, float]]] = {}
    for stream, sample, calls in zip(traffic.streams, traffic.latency_ms, traffic.month_calls, strict=False):
        if sample is not None:
            found.setdefault(stream.model, []).append((sample, float(calls)))
    recorded = {model: sampled(samples) for model, samples in found.items()}
    said = {model: stated(one) for model, one in (believed or {}).items()}
    return {model: times for model, times in {**said, **{m: t for m, t in recorded.items() if t}}.items() if times is not None}


def of_mix(
    shares: Mapping[str, Decimal | float],
    times: Mapping[str, Times],
    *,
    cached: Decimal | float = 0,
    cache_ms: float = CACHE_MS,
) -> Latency:
    """p50 and p95 where each model answers its share of what `cached` leaves over (shares are taken relative to their sum).

    Both are None where a model with a share has no times, and where nothing is answered at all.
    """
    asked = {model: float(share) for model, share in shares.items() if share > 0}
    whole = sum(asked.values())
    left = 1.0 - float(cached) if whole else 0.0
    unknown = tuple(sorted(model for model in asked if model not in times)) if left > 0 else ()
    sources = {model: times[model].source for model in asked if model in times}
    parts = [(left * share / whole, times[model]) for model, share in asked.items() if model in times]
    if cached > 0:
        parts.append((float(cached), Times("cache", p50_ms=cache_ms, p95_ms=cache_ms)))
    if unknown or not parts:
        return Latency(None, None, unknown, sources)
    return Latency(percentile(parts, 0.5), percentile(parts, 0.95), (), sources)


def percentile(parts: list[tuple[float, Times]], level: float) -> float:
    """The smallest time that a share `level` of the mixture does not exceed. `parts` are shares (of any sum) and their times.

    Bisected on the mixture's distribution down to neighbouring floats, so that a recorded time comes out as it was recorded.
    """
    whole = sum(share for share, _ in parts)

    def enough(ms: float) -> bool:
        return sum(share * one.below(ms) for share, one in parts) >= (level - _CLOSE) * whole

    low, high = -1.0, 1.0
    while not enough(high):
        low, high = high, high * 2
    while low < (middle := low + (high - low) / 2) < high:
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def exceeds(times: Times, limit_ms: float) -> float:
    """The share of a model's answers that take longer than the limit, 0..1."""
    return min(1.0, max(0.0, 1.0 - times.below(limit_ms)))
