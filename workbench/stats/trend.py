"""Whether something grows or shrinks over time, and by how much: Theil and Sen's slope with Sen's interval, Mann and Kendall's test.

Both look at the order of values alone, so that a few wild days change little. Values beside each other in time are often alike, which
would make chance look like a trend: the variance is widened by the autocorrelation of what the slope leaves over.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.95
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` a unit of time with its interval, `p` two-sided, and the `start` and `end` of the fitted line at the first and the last
    time; `n` values, worth `effective` independent ones.
    """

    slope: float
    low: float
    high: float
    p: float
    start: float
    end: float
    n: int
    effective: float


def trend(times: Sequence[float], values: Sequence[float], level: float = LEVEL) -> Trend | None:
    """The trend of `values` over ascending `times`; None for fewer than 4 values or where all times are the same.

    Sources: Sen, JASA 63 (1968) 1379-1389 (slope, interval, variance with ties); Mann, Econometrica 13 (1945) 245-259; the correction
    of the variance by lag-one autocorrelation of the detrended values: Yue and Wang, Water Resources Management 18 (2004) 201-218.
    """
    import numpy as np

    from workbench.stats.intervals import normal_quantile

    t, x = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    first, second = np.triu_indices(len(t), 1)
    apart = t[second] - t[first]
    if len(t) < _LEAST or not bool((apart > 0).any()):
        return None
    rises = (x[second] - x[first])[apart > 0]
    slopes = np.sort(rises / apart[apart > 0])
    slope = float(np.median(slopes))
    sign = float(np.sign(rises).sum())
    left = x - slope * t
    level_at = float(np.median(left))
    widened = _widened(left)
    variance = _variance(x, t) * widened
    spread = math.sqrt(variance)
    z = 0.0 if not spread or not sign else (abs(sign) - 1) / spread
    reach = normal_quantile(level) * spread
    lower, upper = round((len(slopes) - reach) / 2), round((len(slopes) + reach) / 2)
    return Trend(
        slope=slope,
        low=float(slopes[min(max(lower - 1, 0), len(slopes) - 1)]),
        high=float(slopes[max(0, min(upper, len(slopes) - 1))]),
        p=math.erfc(z / math.sqrt(2)),
        start=level_at + slope * float(t[0]),
        end=level_at + slope * float(t[-1]),
        n=len(t),
        effective=len(t) / widened,
    )


def _variance(values: "NDArray[Any]", times: "NDArray[Any]") -> float:
    """Of Kendall's sum of signs, with ties in the values and in the times."""
    n = len(values)
    whole = n * (n - 1) * (2 * n + 5)
    return (whole - _tied(values) - _tied(times)) / 18


def _tied(values: "NDArray[Any]") -> float:
    import numpy as np

    counts = np.unique(values, return_counts=True)[1].astype(float)
    return float((counts * (counts - 1) * (2 * counts + 5)).sum())


def _widened(left: "NDArray[Any]") -> float:
    """How many times larger the variance is for values that are like the one before; at least 1. What is left over beside a line looks
    less alike than it is, by (2 + 4 rho) / n: Kendall, Biometrika 41 (1954) 403-404, for a line instead of a mean.
    """
    rest = left - left.mean()
    whole = float((rest * rest).sum())
    if not whole:
        return 1.0
    n = len(rest)
    alike = min(0.9, (n * float((rest[1:] * rest[:-1]).sum()) / whole + 2) / max(1, n - 4))
    return max(1.0, (1 + alike) / (1 - alike))
