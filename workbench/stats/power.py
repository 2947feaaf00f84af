"""How many cases a comparison needs, and what it could have seen. Owns power of the paired tests; refuses to call a figure certain.

A difference is that of the means of two variants on the same cases; `discordance` is the share of cases on which they differ.
"""

import math
from collections.abc import Callable
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from workbench.stats.paired import PairResult

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]
    Ints = np.ndarray[tuple[Any, ...], np.dtype[np.int_]]

ALPHA, POWER = 0.05, 0.8
MOST = 1_000_000
EXACT_UP_TO = 20_000  # cases beyond which the corrected approximation is within 0.002 of the exact power
SMOOTH = 10  # variance of the number of differing cases from which the power no longer falls as cases are added
_TAIL = 8.0  # standard deviations beyond which the number of differing cases is not looked at


def mcnemar_power(n: int, difference: float, discordance: float, alpha: float = ALPHA) -> float:
    """The chance that the exact two-sided McNemar test of `n` cases finds p <= alpha.

    Up to EXACT_UP_TO cases exact: over every number of differing cases, its chance times the binomial test's power there (Duffy,
    Biometrics 40 (1984) 1005-1015); beyond, Connor's approximation less the continuity correction. 0 where nothing can be found; a
    difference cannot pass the discordance, and counts as that large.
    """
    _check(power=POWER, alpha=alpha, discordance=discordance)
    d = min(abs(difference), discordance)
    if n < 1 or discordance == 0:
        return 0.0
    if n > EXACT_UP_TO:
        return _asymptotic_power(n, d, discordance, alpha)
    import numpy as np
    from scipy.special import bdtr, bdtrc

    sd = math.sqrt(n * discordance * (1 - discordance))
    first, last = max(0, int(n * discordance - _TAIL * sd - 2)), min(n, int(n * discordance + _TAIL * sd + 2))
    m = np.arange(first, last + 1)
    critical = _critical(alpha)[first : last + 1]
    share = (discordance + d) / (2 * discordance)
    able = critical >= 0
    found = np.where(able, bdtr(np.maximum(critical, 0), m, 1 - share) + bdtrc(m - np.maximum(critical, 0) - 1, m, 1 - share), 0.0)
    return min(1.0, float(found @ _binomial(m, n, discordance)))


def mcnemar_cases(difference: float, discordance: float, power: float = POWER, alpha: float = ALPHA, most: int = MOST) -> int | None:
    """The fewest cases with which the exact McNemar test reaches `power`; None for no difference and where over `most`.

    Power climbs in steps with n and may fall back a little: the first n that reaches it counts. Beyond EXACT_UP_TO approximate.
    """
    _check(power=power, alpha=alpha, discordance=discordance)
    d = abs(difference)
    about = connor_cases(d, discordance, power, alpha)
    if about is None or about > most:
        return None
    n = _first(lambda n: mcnemar_power(n, d, discordance, alpha) >= power, about)
    # A smaller n may reach the power just before a fall; where the number of differing cases spreads, the steps are smoothed away.
    if n * discordance * (1 - discordance) < SMOOTH:
        n = next((k for k in range(1, n) if mcnemar_power(k, d, discordance, alpha) >= power), n)
    return n if n <= most else None


def connor_cases(difference: float, discordance: float, power: float = POWER, alpha: float = ALPHA) -> int | None:
    """Cases for the asymptotic McNemar test by Connor, Biometrics 43 (1987) 207-211; None for no difference."""
    _check(power=power, alpha=alpha, discordance=discordance)
    d = abs(difference)
    if d == 0 or not d <= discordance:
        return None
    at, reach = _quantiles(power, alpha)
    return math.ceil(((at * math.sqrt(discordance) + reach * math.sqrt(discordance - d * d)) / d) ** 2 - 1e-9)


def t_power(n: int, difference: float, sd: float, alpha: float = ALPHA) -> float:
    """The chance that the two-sided paired t test of `n` cases finds p <= alpha, `sd` being that of the differences.

    Both tails of the noncentral t, as R's power.t.test(type="paired", strict=TRUE). 0 for fewer than two cases; 1 where sd is 0.
    """
    _check(power=POWER, alpha=alpha, discordance=1.0)
    if sd < 0:
        raise ValueError("a standard deviation is not negative")
    if n < 2 or difference == 0:
        return 0.0 if n < 2 else alpha
    if sd == 0:
        return 1.0
    return _t_power(n - 1, abs(difference) / sd * math.sqrt(n), alpha)


def t_cases(difference: float, sd: float, power: float = POWER, alpha: float = ALPHA, most: int = MOST) -> int | None:
    """The fewest cases with which the paired t test reaches `power`; None for no difference and where over `most`."""
    _check(power=power, alpha=alpha, discordance=1.0)
    if difference == 0 or not math.isfinite(difference) or not math.isfinite(sd):
        return None
    ratio = sd / abs(difference)
    if sum(_quantiles(power, alpha)) ** 2 * ratio * ratio > most:
        return None
    n = _first(
        lambda n: t_power(n, difference, sd, alpha) >= power, max(2, math.ceil(sum(_quantiles(power, alpha)) ** 2 * ratio * ratio)), 2
    )
    return n if n <= most else None


def detectable_binary(n: int, discordance: float, power: float = POWER, alpha: float = ALPHA) -> float | None:
    """The smallest difference of shares that `n` cases find with `power`; None where not even one as large as the discordance."""
    _check(power=power, alpha=alpha, discordance=discordance)
    if mcnemar_power(n, discordance, discordance, alpha) < power:
        return None
    about = sum(_quantiles(power, alpha)) * math.sqrt(discordance / n)
    return _smallest(lambda d: mcnemar_power(n, d, discordance, alpha) - power, discordance, about)


def detectable_numeric(n: int, sd: float, power: float = POWER, alpha: float = ALPHA) -> float | None:
    """The smallest mean difference that the paired t test finds with `power`; None for fewer than two cases."""
    _check(power=power, alpha=alpha, discordance=1.0)
    if n < 2 or not math.isfinite(sd):
        return None
    return sd * _detectable_effect(n, power, alpha)


@cache
def _detectable_effect(n: int, power: float, alpha: float) -> float:
    # Two cases need a difference of about 20 standard deviations at 0.05; a strict alpha a multiple of it.
    enough = 2.0
    while t_power(n, enough, 1.0, alpha) < power:
        enough *= 2
    return _smallest(lambda d: t_power(n, d, 1.0, alpha) - power, enough)


def more_cases(result: PairResult, *, power: float = POWER, alpha: float = ALPHA, most: int = MOST) -> int | None:
    """About how many more cases would decide, were the difference now seen the true one: those that reach `power`, less those there are.

    0 where p is below alpha already. None where nothing can be said: fewer than two cases, no difference, or over `most` (a difference of
    nearly nothing). At least 1 otherwise. Results of unpaired groups count cases of both groups, in the proportion there is.
    """
    _check(power=power, alpha=alpha, discordance=1.0)
    if result.n < 2 or not result.difference or result.p is None:
        return None
    if result.p < alpha:
        return 0
    if result.gained is not None and result.lost is not None:
        needed = mcnemar_cases(result.difference, (result.gained + result.lost) / result.n, power, alpha, result.n + most)
    elif result.test in {"fisher", "welch"}:
        needed = _unpaired_cases(result, power, alpha)
    else:
        needed = t_cases(result.difference, result.sd, power, alpha, result.n + most) if result.sd else None
    if needed is None or needed - result.n > most:
        return None
    return max(1, needed - result.n)


def curve(
    difference: float,
    *,
    discordance: float | None = None,
    sd: float | None = None,
    alpha: float = ALPHA,
    points: int = 40,
    most: int | None = None,
) -> list[tuple[int, float]]:
    """(cases, power) to draw power against n: of the McNemar test where `discordance` is given, else of the t test with `sd`.

    From a few cases to `most`, by default to where the power is 0.95 (10,000 where it never is). Empty where neither is known.
    """
    if discordance is None and sd is None:
        return []

    def power_of(n: int) -> float:
        return mcnemar_power(n, difference, discordance, alpha) if discordance is not None else t_power(n, difference, sd or 0.0, alpha)

    if most is None:
        most = (
            connor_cases(difference, discordance, 0.95, alpha) if discordance else t_cases(difference, sd or 0.0, 0.95, alpha)
        ) or 10_000
    most = max(10, most)
    ns = sorted({round(2 + (most - 2) * step / max(1, points - 1)) for step in range(points)})
    return [(n, power_of(n)) for n in ns]


def _unpaired_cases(result: PairResult, power: float, alpha: float) -> int | None:
    """Errors shrink with the square root of the cases: from the width of the interval, whose level is taken to be 1 - alpha."""
    if result.low is None or result.high is None or not result.difference:
        return None
    at, reach = _quantiles(power, alpha)
    error = (result.high - result.low) / (2 * at)
    return math.ceil(result.n * ((at + reach) * error / result.difference) ** 2)


def _asymptotic_power(n: int, d: float, discordance: float, alpha: float) -> float:
    """Connor's, each count of differing cases one short of the other side: the exact test is as cautious as the continuity correction."""
    normal = NormalDist()
    spread = math.sqrt(max(discordance - d * d, 1e-300))
    at, root = normal.inv_cdf(1 - alpha / 2) * math.sqrt(discordance), math.sqrt(n)
    return sum(normal.cdf((side * d * root - 1 / root - at) / spread) for side in (1, -1))


def _quantiles(power: float, alpha: float) -> tuple[float, float]:
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2), normal.inv_cdf(power)


def _check(*, power: float, alpha: float, discordance: float) -> None:
    for name, value in (("power", power), ("alpha", alpha)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must lie between 0 and 1, not {value}")
    if not 0 <= discordance <= 1:
        raise ValueError(f"discordance is a share of the cases, not {discordance}")


def _t_power(freedom: int, away: float, alpha: float) -> float:
    """The chance that a noncentral t passes the critical value on either side: the normal's, over every spread the sample may show.

    By quadrature, in pieces around the spread at which the answer turns. scipy.special.nctdtr gives NaN and noise for some far values.
    """
    import numpy as np
    from scipy.special import gammaincinv, gammaln, ndtr, stdtrit

    at = float(stdtrit(freedom, 1 - alpha / 2))
    low, high = (math.sqrt(2 * float(gammaincinv(freedom / 2, share)) / freedom) for share in (1e-15, 1 - 1e-15))
    turn = [min(max(away / at + side * 9 / at, low), high) for side in (-1, 1)]
    edges = np.unique([low, (low + turn[0]) / 2, *turn, (turn[1] + high) / 2, high])
    nodes, weights = _nodes()
    half = np.diff(edges)[:, None] / 2
    spread = edges[:-1, None] + half * (1 + nodes)
    log_density = math.log(2) + freedom / 2 * math.log(freedom / 2) - gammaln(freedom / 2) + (freedom - 1) * np.log(spread)
    chance = np.exp(log_density - freedom / 2 * spread**2) * half * weights
    found = float((chance * (ndtr(away - at * spread) + ndtr(-away - at * spread))).sum())
    return min(1.0, found / float(chance.sum()))


@cache
def _nodes() -> "tuple[Floats, Floats]":
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(48)
    return nodes, weights


@cache
def _critical(alpha: float) -> "Ints":
    """For every number m of differing cases the largest k at which k against m - k has p <= alpha in the exact test; -1 where none has."""
    import numpy as np
    from scipy.special import bdtr

    m = np.arange(EXACT_UP_TO + 1)
    z = NormalDist().inv_cdf(1 - alpha / 2)
    k = np.maximum(np.floor((m - 1 - z * np.sqrt(m)) / 2) - 3, -1).astype(int)
    half = alpha / 2 * (1 + 1e-12)
    for _ in range(12):  # the guess is a few steps below
        k = np.where((k + 1 <= m) & (bdtr(np.minimum(k + 1, m), np.maximum(m, 1), 0.5) <= half), k + 1, k)
    k[0] = -1
    critical: Ints = k
    return critical


def _binomial(m: "Ints", n: int, p: float) -> "Floats":
    import numpy as np
    from scipy.special import gammaln, xlog1py, xlogy

    logs = gammaln(n + 1) - gammaln(m + 1) - gammaln(n - m + 1) + xlogy(m, p) + xlog1py(n - m, -p)
    chances: Floats = np.exp(logs)
    return chances


def _first(reaches: Callable[[int], bool], about: int, least: int = 1) -> int:
    """The first whole number from `least` on that reaches, searched outwards from `about`; ask only of what is reached somewhere."""
    low, high, step = about, about, max(1, about // 50)
    while not reaches(high):
        low, high, step = high, high + step, step * 2
    if low == high:
        while low > least and reaches(low):
            low, high, step = max(least, low - step), low, step * 2
        if low == least and reaches(low):
            return least
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _smallest(above: Callable[[float], float], high: float, about: float = 0.0) -> float:
    """Where a rising function crosses 0 between 0 and `high`, near `about`: false position, the Illinois variant, to six digits."""
    low, at_low, at_high, side = 0.0, -1.0, 1.0, 0
    for guess in (0.9 * about, 1.1 * about):  # a narrow bracket saves most of the work
        if low < guess < high:
            value = above(guess)
            low, at_low, high, at_high = (low, at_low, guess, value) if value >= 0 else (guess, value, high, at_high)
    at_low = above(low) if low == 0 else at_low
    at_high = above(high) if at_high == 1 else at_high
    while at_low < 0 and high - low > 1e-6 * high:
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        middle = min(max(middle, low + 5e-7 * high), high - 5e-7 * high)
        value = above(middle)
        if value >= 0:
            high, at_high = middle, value
            at_low /= 2 if side == 1 else 1
            side = 1
        else:
            low, at_low = middle, value
            at_high /= 2 if side == -1 else 1
            side = -1
    return high
