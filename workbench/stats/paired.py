"""Two variants on the same cases: exact tests and intervals for the difference. Pure numerics; every random step has a fixed seed.

Scores that are all 0 or 1 take the exact McNemar test and Tango's score interval; other scores a sign-flip permutation test and a
bootstrap interval. Repeats of a case are averaged first: they are not new evidence about other cases.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

from workbench.stats.intervals import LEVEL, Interval, by_case, is_binary, mean_interval, normal_quantile

RESAMPLES = 9_999
EXACT_UP_TO = 14  # differing cases whose 2^14 sign patterns are all tried
LARGE = 2_000  # cases from which Student's test and interval agree with resampling to the digits shown, at no cost
FEW = 30  # cases below which the bootstrap covers too little (simulated: 80 % at 5 cases, 88 % at 10) and Student's interval is used
_CHUNK = 2_000_000  # numbers drawn at once: bounds memory


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
    coverage: float | None = None  # the worst coverage measured for this interval's method at this n


def compare(
    a: Sequence[float],
    b: Sequence[float],
    cases: Sequence[Hashable] | None = None,
    *,
    level: float = LEVEL,
    seed: int = 0,
    limits: tuple[float, float] | None = None,
) -> PairResult:
    """How `b` differs from `a`, aligned by position. `cases` names the case of each pair where cases repeat.

    `limits` bound the difference (scores: -1 and 1).
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} scores cannot be paired with {len(b)}")
    first, second = by_case(a, cases), by_case(b, cases)
    kept = [(x, y) for x, y in zip(first, second, strict=True) if math.isfinite(x) and math.isfinite(y)]
    first, second = [x for x, _ in kept], [y for _, y in kept]
    n = len(first)
    if n == 0:
        return PairResult(0, None, None, None, None, "none")
    if is_binary(first) and is_binary(second):
        return _binary(first, second, level)
    differences = [y - x for x, y in kept]
    return _numeric(differences, level, seed, limits or (-math.inf, math.inf))


def _binary(first: Sequence[float], second: Sequence[float], level: float) -> PairResult:
    n = len(first)
    gained = sum(x < y for x, y in zip(first, second, strict=True))
    lost = sum(x > y for x, y in zip(first, second, strict=True))
    low, high = tango(gained, lost, n, level)
    return PairResult(
        n,
        (gained - lost) / n,
        low,
        high,
        mcnemar_exact(gained, lost),
        "mcnemar_exact",
        kind="binary",
        method="tango",
        p_mid=mcnemar_midp(gained, lost),
        gained=gained,
        lost=lost,
        both=sum(x == 1 and y == 1 for x, y in zip(first, second, strict=True)),
        effect=gained / lost if lost else None,
        effect_name="odds_ratio",
        superiority=0.5 + (gained - lost) / (2 * n),
    )


def _numeric(differences: Sequence[float], level: float, seed: int, limits: tuple[float, float]) -> PairResult:
    n, difference = len(differences), fmean(differences)
    student = n < FEW or n >= LARGE
    low, high = mean_interval(differences, level) if student else bootstrap(differences, level, seed=seed)
    bounded = math.isfinite(low) and math.isfinite(high)
    exact = n < LARGE
    sd = math.sqrt(math.fsum((value - difference) ** 2 for value in differences) / (n - 1)) if n > 1 else None
    return PairResult(
        n,
        difference,
        max(limits[0], low) if bounded else None,
        min(limits[1], high) if bounded else None,
        permutation(differences, seed=seed) if exact else t_test(differences),
        "permutation" if exact else "paired_t",
        kind="numeric",
        method=("student" if student else "bca") if bounded else "none",
        sd=sd,
        effect=difference / sd if sd else None,
        effect_name="d_z",
        superiority=sum((value > 0) + (value == 0) / 2 for value in differences) / n,
    )


def mcnemar_exact(b: int, c: int) -> float:
    """The two-sided exact p value that `b` and `c` discordant pairs are equally likely; 1 where there are none."""
    below, at = _half_binomial(min(b, c), b + c)
    return min(1.0, 2 * (below + at))


def mcnemar_midp(b: int, c: int) -> float:
    """The mid-p value of the same question: half of the probability of what was seen is left out. Less conservative."""
    below, at = _half_binomial(min(b, c), b + c)
    return 1.0 if b + c == 0 else min(1.0, 1 - at / 2 if b == c else 2 * below + at)


def tango(b: int, c: int, n: int, level: float = LEVEL) -> Interval:
    """Tango's score interval of (b - c) / n, the difference of two proportions on the same `n` pairs, `b` and `c` discordant ones.

    Tango, Statistics in Medicine 17 (1998) 891-908. It keeps its level with few discordant pairs and stays within -1..1.
    """
    if b < 0 or c < 0 or b + c > n:
        raise ValueError(f"{b} and {c} discordant pairs do not fit into {n}")
    if n == 0:
        return Interval(-1.0, 1.0)
    z = normal_quantile(level)
    seen = (b - c) / n
    low = -1.0 if seen == -1 else _bisect(lambda d: _score(b, c, n, d) - z, -1.0, seen)
    high = 1.0 if seen == 1 else _bisect(lambda d: _score(b, c, n, d) + z, seen, 1.0)
    return Interval(low, high)


def permutation(differences: Sequence[float], *, seed: int = 0) -> float:
    """The two-sided p value that the mean difference is 0, by flipping signs: all patterns where few cases differ, else at random."""
    import numpy as np

    values = np.array([value for value in differences if value != 0], dtype=float)
    m = len(values)
    if m == 0:
        return 1.0
    # Sums that are equal in arithmetic may differ in the last bits of floating point.
    seen = abs(math.fsum(values)) - 1e-9 * float(np.abs(values).sum())
    if m <= EXACT_UP_TO:
        patterns = (np.arange(2**m)[:, None] >> np.arange(m)) & 1
        return float(np.mean(np.abs((2 * patterns - 1) @ values) >= seen))
    draw = np.random.default_rng(seed)
    hits = 0
    for rows in _chunks(m):
        signs = 2 * draw.integers(0, 2, size=(rows, m), dtype=np.int8) - 1
        hits += int(np.count_nonzero(np.abs(signs @ values) >= seen))
    return (hits + 1) / (RESAMPLES + 1)


def bootstrap(values: Sequence[float], level: float = LEVEL, *, seed: int = 0) -> Interval:
    """The bias-corrected, accelerated bootstrap interval of the mean (Efron 1987)."""
    import numpy as np

    data = np.array(values, dtype=float)
    mean = float(data.mean())
    off = data - mean
    spread = float((off**2).sum())
    if len(data) < 2 or spread <= 1e-18 * len(data):
        return Interval(mean, mean) if len(data) else Interval(-math.inf, math.inf)
    draw = np.random.default_rng(seed)
    means = np.concatenate([data[draw.integers(0, len(data), size=(rows, len(data)))].mean(axis=1) for rows in _chunks(len(data))])
    # Ties count half: means of a few distinct scores fall on the observed one often.
    close = 1e-12 * max(1.0, abs(mean))
    below = float(np.mean(means < mean - close) + np.mean(np.abs(means - mean) <= close) / 2)
    normal = NormalDist()
    bias = normal.inv_cdf(min(max(below, 0.5 / len(means)), 1 - 0.5 / len(means)))
    acceleration = float((off**3).sum()) / (6 * spread**1.5)
    z = normal_quantile(level)
    shares = [normal.cdf(bias + (bias + side) / (1 - acceleration * (bias + side))) for side in (-z, z)]
    low, high = np.quantile(means, shares)
    return Interval(float(low), float(high))


def t_test(differences: Sequence[float]) -> float:
    """The two-sided p value of Student's paired test that the mean difference is 0."""
    from scipy.special import stdtr

    n, mean = len(differences), fmean(differences)
    error = math.sqrt(math.fsum((value - mean) ** 2 for value in differences) / (n - 1) / n)
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    return float(2 * stdtr(n - 1, -abs(mean / error)))


def _half_binomial(k: int, n: int) -> tuple[float, float]:
    """P(X < k) and P(X = k) of a fair coin thrown `n` times, for k <= n / 2."""
    if k < 0 or n < 0:
        raise ValueError("counts cannot be negative")
    at = math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))
    below, term = 0.0, at
    for i in range(k, 0, -1):
        term *= i / (n - i + 1)
        below += term
        if term < below * 1e-17:
            break
    return below, at


def _score(b: int, c: int, n: int, d: float) -> float:
    """Tango's statistic for the hypothesis that the difference is `d`; it falls as `d` rises."""
    middle = -b - c + (2 * n - b + c) * d
    q = (math.sqrt(max(0.0, middle * middle + 8 * n * c * d * (1 - d))) - middle) / (4 * n)
    variance = n * (2 * q + d * (1 - d))
    distance = b - c - n * d
    if variance <= 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)


def _bisect(falling: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


def _chunks(width: int) -> list[int]:
    """RESAMPLES rows of `width` numbers, in pieces that fit into memory."""
    rows = max(1, min(RESAMPLES, _CHUNK // width))
    return [min(rows, RESAMPLES - start) for start in range(0, RESAMPLES, rows)]
