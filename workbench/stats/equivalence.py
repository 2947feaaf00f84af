"""As good as the other, within a margin a person set: two one-sided tests and the interval that decides them. Refuses to guess a margin.

Equivalence is a claim of its own: "no difference found" says that there were too few cases as readily as that there is nothing to find.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from workbench.stats.binary import score_z, tango

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Equivalence:
    """Whether `b` is as good as `a` within `margin`, in units of the metric.

    `p` is the larger of the two one-sided p values, `p_noninferior` the one against "b is lower than a by the margin or more" (for a metric
    where lower is better, pass both with a minus). `low` and `high` are the 1 - 2 alpha interval: 90 % where alpha is 0.05.
    """

    margin: float
    p: float
    p_noninferior: float
    low: float
    high: float
    equivalent: bool
    noninferior: bool


def equivalence(a: "ArrayLike", b: "ArrayLike", margin: float, *, alpha: float = 0.05) -> Equivalence | None:
    """Two one-sided tests (Schuirmann 1987) on pairs aligned by position; pairs with a NaN are left out.

    Scores that are all 0 or 1: the score test of Tango, Statistics in Medicine 17 (1998) 891-908, as Liu, Hsueh, Hsieh and Chen,
    Statistics in Medicine 21 (2002) 231-245, make it a test of equivalence; it keeps an honest answer where no pair differs. Other scores:
    paired t tests; where all differences are one number there is no spread to test with: see `_constant`. None for fewer than two pairs and
    for a margin that is not a positive number; ValueError for an `alpha` that is no error rate.
    """
    _check(alpha)
    first, second = complete(a, b)
    n = len(first)
    if n < 2 or not 0 < margin < math.inf:
        return None
    if right_or_wrong(first) and right_or_wrong(second):
        return _score_tests(int((second > first).sum()), int((second < first).sum()), n, margin, alpha)
    differences = second - first
    mean, spread = float(differences.mean()), float(differences.std(ddof=1))
    if spread <= 1e-12 * float(abs(first).max() + abs(second).max()):
        return _constant(mean, n, margin, alpha)
    return _t_tests(mean, spread / math.sqrt(n), n - 1, margin, alpha)


def equivalence_unpaired(a: "ArrayLike", b: "ArrayLike", margin: float, *, alpha: float = 0.05) -> Equivalence | None:
    """The same question of two groups that share no cases: Welch's t tests, as statsmodels' ttost_ind(usevar="unequal").

    Scores that are all 0 or 1: Newcombe's interval turned into tests, p being where its bound meets the margin. None where a group has
    fewer than two figures, or figures other than 0 and 1 have no spread at all.
    """
    from workbench.stats.unpaired import finite, welch_error

    _check(alpha)
    first, second = finite(a), finite(b)
    if min(len(first), len(second)) < 2 or not 0 < margin < math.inf:
        return None
    if right_or_wrong(first) and right_or_wrong(second):
        return _newcombe_tests((int(first.sum()), len(first), int(second.sum()), len(second)), margin, alpha)
    measured = welch_error(first, second)
    return None if measured is None else _t_tests(*measured, margin, alpha)


def complete(a: "ArrayLike", b: "ArrayLike") -> "tuple[Floats, Floats]":
    """Both as arrays, without the positions where either holds no finite number; ValueError for unequal lengths."""
    import numpy as np

    first, second = np.asarray(a, dtype=float).ravel(), np.asarray(b, dtype=float).ravel()
    if len(first) != len(second):
        raise ValueError(f"{len(first)} scores cannot be paired with {len(second)}")
    whole = np.isfinite(first) & np.isfinite(second)
    return first[whole], second[whole]


def right_or_wrong(values: "Floats") -> bool:
    """Whether every value is exactly 0 or 1."""
    return bool(((values == 0) | (values == 1)).all())


def _check(alpha: float) -> None:
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha must lie between 0 and 0.5, not {alpha}")


def _decided(margin: float, ps: tuple[float, float], bounds: tuple[float, float], alpha: float) -> Equivalence:
    worse, better = ps
    p = max(worse, better)
    return Equivalence(margin, p, worse, float(bounds[0]), float(bounds[1]), equivalent=p < alpha, noninferior=worse < alpha)


def _score_tests(gained: int, lost: int, n: int, margin: float, alpha: float) -> Equivalence:
    """A difference of two shares cannot pass 1: a margin above it is one of 1."""
    normal, far = NormalDist(), min(margin, 1.0)
    worse = normal.cdf(-score_z(gained, lost, n, -far))
    better = normal.cdf(score_z(gained, lost, n, far))
    return _decided(margin, (worse, better), tango(gained, lost, n, 1 - 2 * alpha), alpha)


def _t_tests(mean: float, error: float, freedom: float, margin: float, alpha: float) -> Equivalence:
    from scipy.special import stdtr, stdtrit

    worse, better = float(stdtr(freedom, -(mean + margin) / error)), float(stdtr(freedom, (mean - margin) / error))
    reach = float(stdtrit(freedom, 1 - alpha)) * error
    return _decided(margin, (worse, better), (mean - reach, mean + reach), alpha)


def _newcombe_tests(counts: tuple[int, int, int, int], margin: float, alpha: float) -> Equivalence:
    from workbench.stats.unpaired import newcombe

    normal = NormalDist()

    def p_of(side: int) -> float:
        """One-sided: the bound that lies z errors below (for side 1) or above the difference meets the margin."""
        near, far = -8.0, 8.0
        for _ in range(50):
            z = (near + far) / 2
            low, high = newcombe(*counts, max(1e-12, 2 * normal.cdf(abs(z)) - 1))
            bound = (low if z > 0 else high) if side == 1 else -(high if z > 0 else low)
            near, far = (z, far) if bound > -margin else (near, z)
        return normal.cdf(-far)

    return _decided(margin, (p_of(1), p_of(-1)), newcombe(*counts, 1 - 2 * alpha), alpha)


def _constant(value: float, n: int, margin: float, alpha: float) -> Equivalence | None:
    """The rule where every difference is `value`: two one-sided sign tests, about the median difference.

    If half of all cases or more lay beyond a margin, `n` cases in a row would lie within it with a chance of at most 1/2 to the power of n.
    With fewer cases than that chance needs to fall below alpha (five for 0.05) nothing is bounded, and the answer is None.
    """
    chance = 0.5**n
    if chance > alpha:
        return None
    worse, better = chance if value > -margin else 1.0, chance if value < margin else 1.0
    return _decided(margin, (worse, better), (value, value), alpha)
