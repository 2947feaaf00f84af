"""Two variants on the same cases: every figure of their difference. Owns PairResult and which test stands first, no numerics.

Scores that are all 0 or 1 take the exact McNemar test and Tango's score interval; other numbers a permutation test and the interval that
`mean` chooses. Repeats of a case are averaged first: they are not new evidence about other cases. What is not finite is missing.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.stats.binary import mcnemar_exact, mcnemar_midp, odds_ratio, tango
from workbench.stats.coverage import worst
from workbench.stats.intervals import LEVEL, Interval, by_case, normal_quantile
from workbench.stats.mean import Bounds, Limits, bounds
from workbench.stats.numeric import effect, median, sides, superiority, t_p, wilcoxon_p
from workbench.stats.resampling import mean_intervals, permutations
from workbench.stats.sample import Sample, sample

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LARGE = 2_000  # cases from which Student's test agrees with the permutation test to the digits shown, at no cost


@dataclass(frozen=True)
class PairResult:
    """The second variant minus the first. None stands where the data say nothing; fields of the other kind of data stay None."""

    n: int  # cases that both have
    difference: float | None  # mean of b - a; None for n = 0
    low: float | None  # the interval of the difference; None where nothing bounds it
    high: float | None
    p: float | None  # the exact test's two-sided p; None for n = 0
    test: str  # mcnemar_exact | permutation | paired_t | fisher | welch | none
    kind: str = "none"  # binary | numeric | none
    method: str = "none"  # the interval's: tango | bca | student | bootstrap_t ...
    p_mid: float | None = None  # binary: the mid-p
    gained: int | None = None  # binary: b right, a wrong
    lost: int | None = None  # binary: a right, b wrong
    both: int | None = None  # binary: both right
    sd: float | None = None  # numeric: of the differences
    bca_low: float | None = None  # numeric: the BCa bootstrap's interval, for comparison with other tools; it covers less than `method`
    bca_high: float | None = None
    median: float | None = None  # numeric: the median difference, with its order-statistic interval
    median_low: float | None = None
    median_high: float | None = None
    p_wilcoxon: float | None = None
    p_t: float | None = None
    effect: float | None = None  # binary: the matched odds ratio gained/lost (None where lost = 0); numeric: d_z
    effect_name: str = ""  # odds_ratio | d_z
    effect_low: float | None = None
    effect_high: float | None = None
    superiority: float | None = None  # the share of cases where b > a, ties half
    higher: int | None = None  # the cases where b > a, a difference that is only rounding counting as none
    lower: int | None = None  # the cases where b < a
    coverage: float | None = None  # the worst coverage measured for this interval's method at this n


def compare(
    a: Sequence[float],
    b: Sequence[float],
    cases: Sequence[Hashable] | None = None,
    *,
    level: float = LEVEL,
    seed: int = 0,
    limits: Limits | None = None,
) -> PairResult:
    """How `b` differs from `a`, aligned by position. `cases` names the case of each pair where cases repeat.

    `limits` bound the difference (scores: -1 and 1): the interval is cut to them, and rare differences get one that holds. Raises
    ValueError for lengths that do not match and a level that is none.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} scores cannot be paired with {len(b)}")
    first, second = list(a), list(b)
    if cases is not None:
        named = zip(cases, first, second, strict=True)
        kept = [(case, x, y) for case, x, y in named if math.isfinite(x) and math.isfinite(y)]
        names = [case for case, _, _ in kept]
        first, second = by_case([x for _, x, _ in kept], names), by_case([y for _, _, y in kept], names)
    return compare_all([first, second], [(0, 1)], level=level, seed=seed, limits=limits)[0]


def compare_all(
    values: "ArrayLike",
    pairs: Sequence[tuple[int, int]],
    *,
    level: float = LEVEL,
    seed: int = 0,
    limits: Limits | None = None,
    binary: bool | None = None,
) -> list[PairResult]:
    """`compare` for many pairs of variants at once, with the same results, all sharing their random numbers.

    `values`: variants x cases of one metric, repeats averaged, NaN where missing. `pairs`: (a, b) as rows of it. `binary` says what the
    values are; left open, a pair is binary where all its values are 0 or 1. Raises ValueError where they are not and should be.
    """
    import numpy as np

    normal_quantile(level)  # refuses a level that is none
    table = np.asarray(values, dtype=float)
    results: list[PairResult | None] = [None] * len(pairs)
    samples: dict[int, Sample] = {}
    for at, (a, b) in enumerate(pairs):
        kept = np.isfinite(table[a]) & np.isfinite(table[b])
        first, second = table[a][kept], table[b][kept]
        plain = bool((((first == 0) | (first == 1)) & ((second == 0) | (second == 1))).all())
        if binary and not plain:
            raise ValueError("binary values are 0 or 1")
        item = None if plain and binary is not False else sample(second, first)
        if len(first) == 0 or (item is not None and item.n == 0):
            results[at] = PairResult(0, None, None, None, None, "none")
        elif item is None:
            results[at] = _binary(first == 1, second == 1, level)
        else:
            samples[at] = item
    for at, result in zip(samples, _numeric(list(samples.values()), level, seed, limits), strict=True):
        results[at] = result
    return [result for result in results if result is not None]


def _binary(first: "NDArray[Any]", second: "NDArray[Any]", level: float) -> PairResult:
    n = len(first)
    gained, lost, both = int((second & ~first).sum()), int((first & ~second).sum()), int((first & second).sum())
    low, high = tango(gained, lost, n, level)
    ratio, ratio_low, ratio_high = odds_ratio(gained, lost, level)
    return PairResult(
        n=n,
        difference=(gained - lost) / n,
        low=low,
        high=high,
        p=mcnemar_exact(gained, lost),
        test="mcnemar_exact",
        kind="binary",
        method="tango",
        p_mid=mcnemar_midp(gained, lost),
        gained=gained,
        lost=lost,
        both=both,
        effect=ratio,
        effect_name="odds_ratio",
        effect_low=ratio_low,
        effect_high=ratio_high,
        superiority=(n + gained - lost) / (2 * n),
        higher=gained,
        lower=lost,
        coverage=_coverage("tango", n, level),
    )


def _numeric(samples: Sequence[Sample], level: float, seed: int, limits: Limits | None) -> list[PairResult]:
    large = [item.n >= LARGE and item.spread for item in samples]
    drawn = iter(permutations([item for item, much in zip(samples, large, strict=True) if not much], seed))
    ps = [None if much else next(drawn) for much in large]
    intervals = bounds(samples, limits=limits, level=level, seed=seed)
    plain = mean_intervals(samples, "bca", level, seed)
    return [_described(item, p, interval, bca, level) for item, p, interval, bca in zip(samples, ps, intervals, plain, strict=True)]


def _described(item: Sample, p: float | None, interval: Bounds, bca: Interval, level: float) -> PairResult:
    """All figures of one sample; `p` is the permutation test's, None where Student's stands in for it."""
    low, high, method = interval
    middle, middle_low, middle_high = median(item, level)
    size, size_low, size_high = effect(item, level)
    student = t_p(item)
    higher, lower = sides(item)
    return PairResult(
        n=item.n,
        difference=_known(item.figure(item.mean)),
        low=low,
        high=high,
        p=student if p is None else p,
        test="paired_t" if p is None else "permutation",
        kind="numeric",
        method=method,
        sd=_known(item.scaled(item.sd)) if item.n > 1 else None,
        bca_low=_known(bca.low),
        bca_high=_known(bca.high),
        median=_known(middle),
        median_low=_known(middle_low),
        median_high=_known(middle_high),
        p_wilcoxon=wilcoxon_p(item),
        p_t=student,
        effect=size,
        effect_name="d_z",
        effect_low=size_low,
        effect_high=size_high,
        superiority=superiority(item),
        higher=higher,
        lower=lower,
        coverage=_coverage(method, item.n, level),
    )


def _coverage(method: str, n: int, level: float) -> float | None:
    """The worst coverage that was measured, which was at 95 %."""
    return worst(method, n) if level == LEVEL else None


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
