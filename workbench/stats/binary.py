"""Two variants whose cases are right or wrong: McNemar's tests, Tango's interval, the matched odds ratio. Owns counts, refuses scores.

`b` and `c` count the discordant pairs, those that one variant got right and the other wrong.
"""

import math
from collections.abc import Callable

from workbench.stats.intervals import LEVEL, Interval, clopper_pearson, normal_quantile

_COUNTED = 1_000  # throws up to which whole numbers are quick, and exact


def mcnemar_exact(b: int, c: int) -> float:
    """The two-sided exact p value that `b` and `c` discordant pairs are equally likely; 1 where there are none."""
    below, at = _half_binomial(min(b, c), b + c)
    return min(1.0, 2 * (below + at))


def mcnemar_midp(b: int, c: int) -> float:
    """The mid-p value of the same question: half of the probability of what was seen is left out. Less conservative.

    Fagerland, Lydersen, Laake, BMC Medical Research Methodology 13 (2013) 91.
    """
    below, at = _half_binomial(min(b, c), b + c)
    return 1.0 if b + c == 0 else min(1.0, 1 - at / 2 if b == c else 2 * below + at)


def tango(b: int, c: int, n: int, level: float = LEVEL) -> Interval:
    """Tango's score interval of (b - c) / n, the difference of two proportions on the same `n` pairs, `b` and `c` discordant ones.

    Tango, Statistics in Medicine 17 (1998) 891-908. It keeps its level with few discordant pairs and stays within -1..1.
    """
    if b < 0 or c < 0 or b + c > n:
        raise ValueError(f"{b} and {c} discordant pairs do not fit into {n}")
    z = normal_quantile(level)
    if n == 0:
        return Interval(-1.0, 1.0)
    if b < c:  # one side is worked out and mirrored, so that swapping the variants changes no digit
        low, high = tango(c, b, n, level)
        return Interval(-high, -low)
    seen = (b - c) / n
    high = 1.0 if seen == 1 else _bisect(lambda d: score_z(b, c, n, d) + z, seen, 1.0)
    return Interval(-high if b == c else _bisect(lambda d: score_z(b, c, n, d) - z, -1.0, seen), high)


def odds_ratio(b: int, c: int, level: float = LEVEL) -> tuple[float | None, float | None, float | None]:
    """The matched odds ratio b / c and its exact interval; None for what is infinite, all None where no pair is discordant.

    Given the discordant pairs, `b` is binomial with the odds b / c: the interval is Clopper and Pearson's, read as odds
    (Breslow and Day 1980, section 5.2; R's exact2x2::mcnemar.exact).
    """
    if b + c == 0:
        return None, None, None
    low, high = clopper_pearson(b, b + c, level)
    return b / c if c else None, low / (1 - low), high / (1 - high) if high < 1 else None


def _half_binomial(k: int, n: int) -> tuple[float, float]:
    """P(X < k) and P(X = k) of a fair coin thrown `n` times, for k <= n / 2."""
    if k < 0 or n < 0:
        raise ValueError("counts cannot be negative")
    if n <= _COUNTED:
        at = math.comb(n, k) / 2**n
    else:
        at = math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))
    below, term = 0.0, at
    for i in range(k, 0, -1):
        term *= i / (n - i + 1)
        below += term
        if term < below * 1e-17:
            break
    return below, at


def score_z(b: int, c: int, n: int, d: float) -> float:
    """Tango's score statistic of `n` pairs for the hypothesis that the true difference is `d`; it falls as `d` rises."""
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
