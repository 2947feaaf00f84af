"""Intervals for one figure: a proportion, a mean, the score of a variant. Pure numerics; refuses to guess where data say nothing."""

import math
from collections.abc import Hashable, Iterable, Sequence
from statistics import NormalDist, fmean
from typing import NamedTuple

LEVEL = 0.95


class Interval(NamedTuple):
    """From `low` to `high`, both included."""

    low: float
    high: float


def normal_quantile(level: float) -> float:
    """How many standard errors an interval of `level` reaches to each side: 1.96 for 0.95."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(k: int, n: int, level: float = LEVEL) -> Interval:
    """The Wilson score interval of the proportion `k` of `n`; the whole range where `n` is 0."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is not a proportion")
    if n == 0:
        return Interval(0.0, 1.0)
    z = normal_quantile(level)
    share, weight = k / n, z * z / n
    centre = (share + weight / 2) / (1 + weight)
    reach = z / (1 + weight) * math.sqrt(share * (1 - share) / n + weight / (4 * n))
    # At the edges the formula gives 0 and 1 but for rounding; a reader should see exactly 0 and 1.
    return Interval(0.0 if k == 0 else centre - reach, 1.0 if k == n else centre + reach)


def mean_interval(values: Sequence[float], level: float = LEVEL) -> Interval:
    """Student's interval of the mean of `values`; unbounded where there are fewer than two."""
    n = len(values)
    if n < 2:
        return Interval(-math.inf, math.inf)
    mean = fmean(values)
    error = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1) / n)
    reach = t_quantile(n - 1, level) * error
    return Interval(mean - reach, mean + reach)


def score_interval(scores: Sequence[float], cases: Sequence[Hashable] | None = None, level: float = LEVEL) -> Interval:
    """The interval of a mean score, scores being 0..1: Wilson where every score is 0 or 1, else Student's, cut to 0..1.

    `cases` names the case of each score: repeats of a case are one observation, their mean.
    """
    values = by_case(scores, cases)
    if is_binary(values):
        return wilson(round(sum(values)), len(values), level)
    low, high = mean_interval(values, level)
    return Interval(max(0.0, low), min(1.0, high))


def by_case(scores: Sequence[float], cases: Sequence[Hashable] | None = None) -> list[float]:
    """The mean score of every case, in order of first appearance; `scores` as they are where no `cases` are given."""
    if cases is None:
        return list(scores)
    grouped: dict[Hashable, list[float]] = {}
    for case, score in zip(cases, scores, strict=True):
        grouped.setdefault(case, []).append(score)
    return [fmean(group) for group in grouped.values()]


def is_binary(values: Iterable[float]) -> bool:
    """Whether every value is exactly 0 or 1."""
    return all(value in {0, 1} for value in values)


def t_quantile(freedom: int, level: float) -> float:
    """How many standard errors Student's interval of `level` reaches to each side with `freedom` degrees of freedom."""
    normal_quantile(level)  # refuses a level that is none
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + level / 2))
