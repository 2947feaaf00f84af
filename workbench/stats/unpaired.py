"""Two groups that share no cases (online data): exact tests, intervals of the difference, and whether traffic was split as planned.

Refuses to pair what is not: cases that both variants have belong to `paired`, which sees far smaller differences.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any

from workbench.stats.coverage import worst
from workbench.stats.equivalence import right_or_wrong
from workbench.stats.intervals import LEVEL, Interval, median_interval, normal_quantile, wilson
from workbench.stats.paired import PairResult

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    Floats = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]

EXACT_BELOW = 50  # figures in both groups, without ties, below which Mann-Whitney's p is exact, as in R's wilcox.test


def compare_unpaired(
    a: "ArrayLike", b: "ArrayLike", *, level: float = LEVEL, seed: int = 0, limits: tuple[float, float] | None = None
) -> PairResult:
    """How group `b` differs from group `a`: figures of different cases, of any two sizes. NaN are left out; `n` counts both groups.

    All 0 or 1: Fisher's exact test, Newcombe's interval, the odds ratio. Otherwise Welch's test and interval, Mann-Whitney's p beside it
    (`p_wilcoxon`), Cohen's d, and the difference of the medians. `superiority` is the chance that one of b is higher than one of a, ties
    half. `limits` bound the difference. Nothing here is random: `seed` is taken so that both kinds of comparison are called alike.
    """
    del seed
    normal_quantile(level)
    first, second = finite(a), finite(b)
    n = len(first) + len(second)
    if not len(first) or not len(second):
        return PairResult(n, None, None, None, None, "none")
    if right_or_wrong(first) and right_or_wrong(second):
        return _binary(int(first.sum()), len(first), int(second.sum()), len(second), level)
    return _numeric(first, second, level, limits or (-math.inf, math.inf))


def newcombe(k_a: int, n_a: int, k_b: int, n_b: int, level: float = LEVEL) -> Interval:
    """The hybrid score interval of k_b / n_b - k_a / n_a: Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.

    By exact enumeration it covers 94.4 % or more for sizes of 20, 100 and 500 and rates of 0.05, 0.5 and 0.95 in all 81 combinations; its
    weak spot are two small groups of opposite certainty (88 % at 20 each, rates 0.02 and 0.98).
    """
    a, b = wilson(k_a, n_a, level), wilson(k_b, n_b, level)
    if n_a == 0 or n_b == 0:
        return Interval(-1.0, 1.0)
    rate_a, rate_b = k_a / n_a, k_b / n_b
    difference = rate_b - rate_a
    low = difference - math.hypot(rate_b - b.low, a.high - rate_a)
    high = difference + math.hypot(b.high - rate_b, rate_a - a.low)
    return Interval(max(-1.0, low), min(1.0, high))


def fisher(k_a: int, n_a: int, k_b: int, n_b: int) -> float:
    """The two-sided p of Fisher's exact test, as R's fisher.test: the chance of all tables no likelier than the one seen."""
    if not 0 <= k_a <= n_a or not 0 <= k_b <= n_b:
        raise ValueError(f"{k_a} of {n_a} and {k_b} of {n_b} are not proportions")
    low, logs = _tables(n_a, n_b, k_a + k_b)
    seen = logs[k_b - low]
    # R's tolerance: tables that are equally likely may differ in the last bits.
    return min(1.0, float(_shares(logs)[logs <= seen + 1e-7].sum()))


def conditional_odds_ratio(k_a: int, n_a: int, k_b: int, n_b: int, level: float = LEVEL) -> tuple[float | None, float | None, float | None]:
    """(estimate, low, high) of b's odds over a's: the conditional maximum likelihood estimate and its exact interval, as R's fisher.test.

    None for what is infinite; with nothing won or nothing lost at all nothing is known, and the interval is 0 to None.
    """
    import numpy as np

    low, logs = _tables(n_a, n_b, k_a + k_b)
    counts, last, tail = low + np.arange(len(logs)), low + len(logs) - 1, (1 - level) / 2
    if low == last:
        return None, 0.0, None
    # Large tables: every bound looks no further than a few standard deviations, each at most half the root of the numbers in play.
    near = np.abs(counts - k_b) <= 100 + 10 * math.sqrt(len(logs))
    counts, logs = counts[near], logs[near]

    def expected(log_odds: float) -> float:
        return float(_shares(logs + log_odds * counts) @ counts) - k_b

    def lower(log_odds: float) -> float:
        return float(_shares(logs + log_odds * counts)[counts >= k_b].sum()) - tail

    def upper(log_odds: float) -> float:
        return tail - float(_shares(logs + log_odds * counts)[counts <= k_b].sum())

    estimate = 0.0 if k_b == low else None if k_b == last else math.exp(_root(expected))
    return estimate, 0.0 if k_b == low else math.exp(_root(lower)), None if k_b == last else math.exp(_root(upper))


def welch(a: "ArrayLike", b: "ArrayLike", level: float = LEVEL) -> tuple[float, Interval] | None:
    """(two-sided p, interval of mean b - mean a) of Welch's t test, Biometrika 34 (1947) 28-35; None where a group has fewer than two
    figures or neither varies: there is no spread to measure by.
    """
    normal_quantile(level)
    from scipy.special import stdtr, stdtrit

    measured = welch_error(a, b)
    if measured is None:
        return None
    difference, error, freedom = measured
    reach = float(stdtrit(freedom, 0.5 + level / 2)) * error
    return float(2 * stdtr(freedom, -abs(difference) / error)), Interval(difference - reach, difference + reach)


def welch_error(a: "ArrayLike", b: "ArrayLike") -> tuple[float, float, float] | None:
    """(mean b - mean a, its standard error, Welch and Satterthwaite's degrees of freedom); None where there is no spread to measure by."""
    first, second = finite(a), finite(b)
    if len(first) < 2 or len(second) < 2:
        return None
    parts = [float(group.var(ddof=1)) / len(group) for group in (first, second)]
    error = math.sqrt(sum(parts))
    if error <= 1e-12 * float(abs(first).max() + abs(second).max()):
        return None
    shares = [part / sum(parts) for part in parts]
    freedom = 1 / sum(share * share / (len(group) - 1) for share, group in zip(shares, (first, second), strict=True))
    return float(second.mean() - first.mean()), error, freedom


def mann_whitney(a: "ArrayLike", b: "ArrayLike") -> tuple[float, float] | None:
    """(two-sided p, chance that one of b is above one of a, ties half); None where a group is empty.

    As R's wilcox.test: exact below EXACT_BELOW figures in both groups without ties, else the normal approximation with corrections for
    ties and continuity.
    """
    import numpy as np

    first, second = finite(a), finite(b)
    m, n = len(first), len(second)
    if not m or not n:
        return None
    ordered = np.sort(first)
    # How many of a lie below each of b, ties half.
    above = float((np.searchsorted(ordered, second, "left") + np.searchsorted(ordered, second, "right")).sum()) / 2
    ties = np.unique(np.concatenate([first, second]), return_counts=True)[1].astype(float)
    if m < EXACT_BELOW and n < EXACT_BELOW and ties.max() == 1:
        orders = sum(_rank_sums(m, n)[: round(min(above, m * n - above)) + 1])
        return min(1.0, 2 * orders / math.comb(m + n, m)), above / (m * n)
    total = m + n
    variance = m * n / 12 * (total + 1 - float((ties**3 - ties).sum()) / (total * (total - 1)))
    if variance <= 1e-9:
        return 1.0, above / (m * n)
    distance = max(0.0, abs(above - m * n / 2) - 0.5)
    return math.erfc(distance / math.sqrt(2 * variance)), above / (m * n)


def sample_ratio(counts: Sequence[int], expected: Sequence[float] | None = None) -> float | None:
    """The chi-square p that traffic was split as `expected` (shares or weights; evenly by default). None where nothing was to be split.

    A tiny p (0.001 is the custom) says that something other than chance dealt the cases: mend that before comparing.
    """
    weights = [1.0] * len(counts) if expected is None else [float(weight) for weight in expected]
    if len(weights) != len(counts) or any(count < 0 for count in counts) or any(not 0 <= weight < math.inf for weight in weights):
        raise ValueError("a sample ratio needs a count and a weight, not negative, for every group")
    total, whole = sum(counts), sum(weights)
    if any(count and not weight for count, weight in zip(counts, weights, strict=True)):
        return 0.0  # somebody was sent where nobody should be
    planned = [(count, total * weight / whole) for count, weight in zip(counts, weights, strict=True) if weight]
    if total == 0 or len(planned) < 2:
        return None
    from scipy.special import chdtrc

    return float(chdtrc(len(planned) - 1, math.fsum((count - plan) ** 2 / plan for count, plan in planned)))


def finite(values: "ArrayLike") -> "Floats":
    """The finite numbers among `values`, as an array."""
    import numpy as np

    data = np.asarray(values, dtype=float).ravel()
    kept: Floats = data[np.isfinite(data)]
    return kept


def _binary(k_a: int, n_a: int, k_b: int, n_b: int, level: float) -> PairResult:
    low, high = newcombe(k_a, n_a, k_b, n_b, level)
    estimate, least, most = conditional_odds_ratio(k_a, n_a, k_b, n_b, level)
    difference = k_b / n_b - k_a / n_a
    return PairResult(
        n_a + n_b,
        difference,
        low,
        high,
        fisher(k_a, n_a, k_b, n_b),
        "fisher",
        kind="binary",
        method="newcombe",
        effect=estimate,
        effect_name="odds_ratio",
        effect_low=least,
        effect_high=most,
        superiority=(1 + difference) / 2,
        coverage=worst("newcombe", min(n_a, n_b)) if level == LEVEL else None,  # measured at 95 %
    )


def _numeric(first: "Floats", second: "Floats", level: float, limits: tuple[float, float]) -> PairResult:
    """Where neither group varies the two constants are a table of two rows, and Fisher's test is the exact one."""
    difference = float(second.mean() - first.mean())
    tested, ranked = welch(first, second, level), mann_whitney(first, second)
    within = _pooled(first, second)
    middle, low, high = _medians(first, second, level)
    constant = tested is None and first.min() == first.max() and second.min() == second.max()
    p = tested[0] if tested else 1.0
    if constant and first[0] != second[0]:
        p = fisher(0, len(first), len(second), len(second))
    return PairResult(
        len(first) + len(second),
        difference,
        max(limits[0], tested[1].low) if tested else None,
        min(limits[1], tested[1].high) if tested else None,
        p,
        "welch" if tested else "fisher" if constant else "none",
        kind="numeric",
        method="welch" if tested else "none",
        sd=within,
        median=middle,
        median_low=low,
        median_high=high,
        p_wilcoxon=ranked[0] if ranked else None,
        p_t=tested[0] if tested else None,
        effect=difference / within if within else None,
        effect_name="d",
        superiority=ranked[1] if ranked else None,
        coverage=worst("welch", min(len(first), len(second))) if tested and level == LEVEL else None,
    )


def _medians(first: "Floats", second: "Floats", level: float) -> tuple[float, float | None, float | None]:
    """The difference of the medians, its bounds those of both medians squared and added, as Newcombe does for proportions.

    Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702; the bounds of each median are order statistics, with no assumption about
    its distribution. None where a group has too few figures to bound its median.
    """
    (middle_a, low_a, high_a), (middle_b, low_b, high_b) = _median(first, level), _median(second, level)
    difference = middle_b - middle_a
    if not all(map(math.isfinite, (low_a, high_a, low_b, high_b))):
        return difference, None, None
    low = difference - math.hypot(middle_b - low_b, high_a - middle_a)
    return difference, low, difference + math.hypot(high_b - middle_b, middle_a - low_a)


def _median(values: "Floats", level: float) -> tuple[float, float, float]:
    ordered = sorted(values.tolist())
    return median(ordered), *median_interval(ordered, level)


def _pooled(first: "Floats", second: "Floats") -> float | None:
    freedom = len(first) + len(second) - 2
    if freedom < 1:
        return None
    squares = float(((first - first.mean()) ** 2).sum() + ((second - second.mean()) ** 2).sum())
    return math.sqrt(squares / freedom)


def _tables(n_a: int, n_b: int, won: int) -> tuple[int, "Floats"]:
    """The least number b may have of `won`, and the log chance (but for a constant) of that and every larger one."""
    import numpy as np
    from scipy.special import gammaln

    low = max(0, won - n_a)
    k = np.arange(low, min(won, n_b) + 1)
    logs = -(gammaln(k + 1) + gammaln(n_b - k + 1) + gammaln(won - k + 1) + gammaln(n_a - won + k + 1))
    return low, logs - logs.max()


def _shares(logs: "Floats") -> "Floats":
    import numpy as np

    weights: Floats = np.exp(logs - logs.max())
    weights /= weights.sum()
    return weights


@cache
def _rank_sums(m: int, n: int) -> list[int]:
    """In how many orders Mann and Whitney's U takes each value, without ties: the coefficients of the Gaussian binomial, exact."""
    counts = [1] + [0] * (m * n)
    for i in range(1, m + 1):
        for at in range(m * n, n + i - 1, -1):  # times 1 - q^(n + i)
            counts[at] -= counts[at - n - i]
        for at in range(i, m * n + 1):  # over 1 - q^i
            counts[at] += counts[at - i]
    return counts


def _root(rising: Callable[[float], float]) -> float:
    """Where a function of the log odds crosses 0."""
    low, high = -1.0, 1.0
    while rising(low) > 0 and low > -700:
        low *= 2
    while rising(high) < 0 and high < 700:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
