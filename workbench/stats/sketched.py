"""Percentiles and means of many numbers of which only a sketch is kept, with intervals, and how those of two groups differ.

Figures are within the sketch's 1 % of what the numbers themselves would give; bounds are wider by that much. `design` is the design
effect: how many times larger the variance is than that of independent numbers (Kish, Survey Sampling, 1965, section 8.2); sizes are
divided by it, each group's by its own where two are given.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from workbench.stats import sketch
from workbench.stats.intervals import LEVEL, normal_quantile, t_quantile

if TYPE_CHECKING:
    import numpy as np

_value_of = lru_cache(maxsize=5_000)(sketch.value_of)


class Estimate(NamedTuple):
    """A figure and its bounds; a bound is None where too few numbers lie beyond it."""

    value: float
    low: float | None
    high: float | None


class Moments(NamedTuple):
    """How many, their mean and their variance (n - 1)."""

    n: float
    mean: float
    variance: float


class Change(NamedTuple):
    """Group b's figure minus group a's: the difference, its interval, a two-sided p (None where no test is made)."""

    a: float
    b: float
    difference: float
    low: float | None
    high: float | None
    p: float | None


def percentiles(groups: Sequence[Sequence[bytes]], shares: Sequence[float], level: float = LEVEL) -> list[list[Estimate] | None]:
    """For every group of sketches the estimates of `shares` (0..1), in one pass over all groups; None for a group of nothing.

    The value is that of `sketch.percentiles`. Bounds are order statistics, exact for any distribution: Conover, Practical Nonparametric
    Statistics, 3rd edition, section 3.2.
    """
    return estimates(*table(groups), shares, level)


def estimates(counts: "np.ndarray", values: "np.ndarray", shares: Sequence[float], level: float = LEVEL) -> list[list[Estimate] | None]:
    """`percentiles` of counts that are there already: a row for each group, a column for each of `values`, in order."""
    import numpy as np

    if not len(values) or not len(counts):
        return [None] * len(counts)
    upto = counts.cumsum(axis=1)
    sizes = upto[:, -1]
    wanted = np.asarray(shares, dtype=float)
    ranks = np.maximum(sizes - 1, 0)[:, None] * wanted  # groups x shares
    low, high = rank_bounds(sizes[:, None], wanted[None, :], level)
    at = np.stack([np.floor(ranks), np.ceil(ranks), low - 1, high - 1], axis=2)  # the ranks of order statistics begin at 0 here
    found = values[_places(upto, at)]
    middle = found[..., 0] + (found[..., 1] - found[..., 0]) * (ranks - np.floor(ranks))
    return [_estimates(middle[g], found[g], low[g], high[g], int(size)) if size else None for g, size in enumerate(sizes)]


def table(groups: Sequence[Sequence[bytes]]) -> "tuple[np.ndarray, np.ndarray]":
    """Counts by group and bin, over the bins that are held at all (in order), and the value of each bin."""
    import numpy as np

    joined = [b"".join(group) for group in groups]
    pairs = np.frombuffer(b"".join(joined), dtype=[("bin", "<i2"), ("count", "<u4")])
    return dense(np.repeat(np.arange(len(groups)), [len(part) // 6 for part in joined]), pairs["bin"], pairs["count"], len(groups))


def dense(owner: "np.ndarray", bins: "np.ndarray", numbers: "np.ndarray", groups: int) -> "tuple[np.ndarray, np.ndarray]":
    """`table` of lists: of each bin the number of its group, and its count."""
    import numpy as np

    if not len(bins):
        return np.zeros((groups, 0)), np.zeros(0)
    least = int(bins.min())
    width = int(bins.max()) - least + 1
    places = owner.astype(np.int64) * width + (bins.astype(np.int64) - least)
    counts = np.bincount(places, weights=numbers, minlength=groups * width).reshape(groups, width)
    held = np.nonzero(counts.any(axis=0))[0]
    return counts[:, held], np.array([_value_of(place) for place in (held + least).tolist()])


def rank_bounds(n: "np.ndarray", share: "np.ndarray", level: float = LEVEL) -> "tuple[np.ndarray, np.ndarray]":
    """Ranks (from 1) of the order statistics that bound the percentile; 0, or more than n, where there is no such bound."""
    import numpy as np
    from scipy.special import bdtr, ndtri

    sizes, chances = (each.reshape(-1) for each in np.broadcast_arrays(np.maximum(n, 1).astype(int), share))
    mean, spread = sizes * chances, np.sqrt(sizes * chances * (1 - chances))

    def quantile(tail: float) -> "np.ndarray":
        # A guess by Cornish & Fisher's expansion is a step away at most but where there are few numbers: then it takes some steps more.
        z = ndtri(tail)
        found = np.clip(np.ceil(mean + z * spread + (z * z - 1) * (1 - 2 * chances) / 6 - 0.5), 0, sizes)
        down = up = np.arange(len(found))
        while len(down) or len(up):
            down = down[(found[down] > 0) & (bdtr(found[down] - 1, sizes[down], chances[down]) >= tail)]
            found[down] -= 1
            up = up[bdtr(found[up], sizes[up], chances[up]) < tail]
            found[up] += 1
        whole: np.ndarray = found.reshape(np.broadcast_shapes(n.shape, share.shape))
        return whole

    tail = (1 - level) / 2
    return quantile(tail), quantile(1 - tail) + 1


def moments(sketches: Sequence[bytes]) -> Moments | None:
    """Mean and variance by the bins, None where there are no numbers."""
    places, counts = sketch.merged(sketches)
    n = int(counts.sum())
    if not n:
        return None
    import numpy as np

    values = np.array([sketch.value_of(int(place)) for place in places])
    mean = float(values @ counts) / n
    return Moments(n, mean, float(((values - mean) ** 2) @ counts) / max(1, n - 1))


def welch(a: Moments, b: Moments, level: float = LEVEL) -> Change:
    """The difference of two means by Welch's t test, Biometrika 34 (1947) 28-35; no bounds where a group has one number or none vary."""
    from scipy.special import stdtr, stdtrit

    difference = b.mean - a.mean
    parts = [group.variance / group.n for group in (a, b)]
    error = math.sqrt(sum(parts))
    if min(a.n, b.n) < 2 or error <= 1e-12 * (abs(a.mean) + abs(b.mean)):
        return Change(a.mean, b.mean, difference, None, None, None)
    shares = [part / sum(parts) for part in parts]
    freedom = 1 / sum(share * share / (group.n - 1) for share, group in zip(shares, (a, b), strict=True))
    reach = float(stdtrit(freedom, 0.5 + level / 2)) * error
    return Change(a.mean, b.mean, difference, difference - reach, difference + reach, float(2 * stdtr(freedom, -abs(difference) / error)))


def percentile_change(
    a: Sequence[bytes], b: Sequence[bytes], share: float, *, design: float | tuple[float, float] = 1.0, level: float = LEVEL
) -> Change | None:
    """How the percentile `share` of b differs from that of a; None where a group is empty.

    Bounds: those of both percentiles, squared and added (Zou & Donner, Statistics in Medicine 27 (2008) 1693-1702), and never nearer than
    both figures may be off in the sketch. The test is Mood's on
    the percentile of both together instead of the median (Mood, Introduction to the Theory of Statistics, 1950, section 16.5): how many of
    each group lie in higher bins, which the sketch knows exactly.
    """
    one, other = (_estimate(group, share, each, level) for group, each in zip((a, b), _designs(design), strict=True))
    if one is None or other is None:
        return None
    above = exceeding([[*a], [*b]], [*a, *b], share)
    p = proportions_p(*above[0], *above[1], design=design)
    difference = other.value - one.value
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Change(one.value, other.value, difference, None, None, p)
    least = sketch.ACCURACY / (1 - sketch.ACCURACY) * (abs(one.value) + abs(other.value))
    low = difference - max(least, math.hypot(other.value - other.low, one.high - one.value))
    high = difference + max(least, math.hypot(other.high - other.value, one.value - one.low))
    return Change(one.value, other.value, difference, low, high, p)


def exceeding(groups: Sequence[Sequence[bytes]], reference: Sequence[bytes], share: float) -> list[tuple[int, int]]:
    """(how many lie in a higher bin than the percentile `share` of `reference`, how many there are) for every group."""
    import numpy as np

    places, counts = sketch.merged(reference)
    if not len(places):
        return [(0, 0)] * len(groups)
    upto = np.cumsum(counts)
    limit = int(places[min(int(np.searchsorted(upto, share * (upto[-1] - 1), side="right")), len(places) - 1)])
    found = []
    for group in groups:
        bins, held = sketch.merged(group)
        found.append((int(held[bins > limit].sum()), int(held.sum())))
    return found


def proportions_p(k_a: float, n_a: float, k_b: float, n_b: float, *, design: float | tuple[float, float] = 1.0) -> float:
    """Two-sided p that two proportions are one: Fisher's exact test where fewer than 25 are expected anywhere, else the score test."""
    from workbench.stats.unpaired import fisher

    if not n_a or not n_b:
        return 1.0
    of_a, of_b = _designs(design)
    counts = [k_a / of_a, n_a / of_a, k_b / of_b, n_b / of_b]
    pooled = (counts[0] + counts[2]) / (counts[1] + counts[3])
    if min(counts[1], counts[3]) * min(pooled, 1 - pooled) < 25:
        one, all_a, other, all_b = (math.floor(count) for count in counts)
        return fisher(one, all_a, other, all_b)
    error = math.sqrt(pooled * (1 - pooled) * (1 / counts[1] + 1 / counts[3]))
    return math.erfc(abs(k_b / n_b - k_a / n_a) / error / math.sqrt(2))


class Ratio(NamedTuple):
    """A sum over a count, told bucket by bucket: dollars over calls, errors over calls. `spread` is the variance one of the counted has
    once buckets are taken as they come (Cochran, Sampling Techniques, 3rd edition, section 9A: the ratio estimator over clusters of
    unequal size); None below four buckets, or as few as `ratio` is told.
    """

    value: float
    n: float
    spread: float | None
    buckets: int


def ratio(sums: Sequence[float], counts: Sequence[float], least: int = 4) -> Ratio | None:
    """The ratio over buckets; None where nothing was counted. Buckets that count nothing do not count as buckets; `least` of them (two or
    more) have a spread.
    """
    held = [(total, n) for total, n in zip(sums, counts, strict=True) if n]
    size = math.fsum(n for _, n in held)
    if not size:
        return None
    value = math.fsum(total for total, _ in held) / size
    if len(held) < least:
        return Ratio(value, size, None, len(held))
    squares = math.fsum((total - value * n) ** 2 for total, n in held)
    return Ratio(value, size, squares * len(held) / (len(held) - 1) / size, len(held))


def ratio_change(a: Ratio, b: Ratio, level: float = LEVEL) -> Change:
    """The ratio of b minus that of a, with Student's interval over the buckets of both and Satterthwaite's degrees of freedom; no bounds
    where a side has fewer than four buckets or nothing varies.
    """
    difference = b.value - a.value
    if a.spread is None or b.spread is None or a.spread + b.spread <= 0:
        return Change(a.value, b.value, difference, None, None, None)
    from scipy.special import stdtr

    parts = [side.spread / side.n for side in (a, b) if side.spread is not None]
    error, freedom = math.sqrt(sum(parts)), _freedom(parts, (a.buckets, b.buckets))
    reach = t_quantile(max(1, math.floor(freedom)), level) * error
    p = float(2 * stdtr(freedom, -abs(difference) / error))
    return Change(a.value, b.value, difference, difference - reach, difference + reach, p)


def design_effect(hits: Sequence[float], counts: Sequence[float]) -> float:
    """How many times more a proportion varies from bucket to bucket than chance alone would have it; 1 at least, and below six buckets."""
    told = ratio(hits, counts)
    if told is None or told.spread is None or told.buckets < 6:
        return 1.0
    alone = told.value * (1 - told.value)
    return max(1.0, told.spread / alone) if alone > 0 else 1.0


def _designs(design: float | tuple[float, float]) -> tuple[float, float]:
    return design if isinstance(design, tuple) else (design, design)


def _freedom(parts: Sequence[float], buckets: Sequence[int]) -> float:
    whole = sum(parts)
    return whole**2 / sum(part**2 / (count - 1) for part, count in zip(parts, buckets, strict=True))


def _estimate(group: Sequence[bytes], share: float, design: float, level: float) -> Estimate | None:
    """The percentile with bounds as wide as those of so many numbers fewer."""
    found = percentiles([group], [share], level)[0]
    if found is None or design <= 1:
        return None if found is None else found[0]
    _, counts = sketch.merged(group)
    size = float(counts.sum()) / design
    reach = normal_quantile(level) * math.sqrt(share * (1 - share) / size)
    low, high = share - reach, share + reach
    value, bounds = found[0].value, sketch.percentiles(group, [max(low, 0.0), min(high, 1.0)]) or [0.0, 0.0]
    return Estimate(value, _least(bounds[0]) if low > 0 else None, _most(bounds[1]) if high < 1 else None)


def _places(upto: "np.ndarray", ranks: "np.ndarray") -> "np.ndarray":
    """The column in which each rank of each group lies."""
    import numpy as np

    found = np.stack([np.searchsorted(row, wanted, side="right") for row, wanted in zip(upto, ranks, strict=True)])
    return found.clip(max=upto.shape[1] - 1)


def _estimates(middle: "np.ndarray", found: "np.ndarray", low: "np.ndarray", high: "np.ndarray", size: int) -> list[Estimate]:
    return [
        Estimate(
            float(middle[at]),
            _least(float(found[at, 2])) if low[at] >= 1 else None,
            _most(float(found[at, 3])) if high[at] <= size else None,
        )
        for at in range(len(middle))
    ]


def _least(value: float) -> float:
    """The least number that the sketch may tell as `value`."""
    return value / (1 + math.copysign(sketch.ACCURACY, value))


def _most(value: float) -> float:
    """The largest number that the sketch may tell as `value`."""
    return value / (1 - math.copysign(sketch.ACCURACY, value))
