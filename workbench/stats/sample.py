"""Differences of one pair of variants, made ready: sorted, on a common scale, looked at from one side. Owns what a tie is.

Sorted, so that the order of cases never matters. Turned so that the mean is not negative, so that swapping the variants mirrors every
figure to the last digit: all are worked out on the turned sample and turned back. Scaled by a power of two, so that no square overflows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.stats.intervals import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIE = 44  # bits: values closer than 2^-44 (6e-14) of the largest score are equal; 0.3 - 0.2 and 0.2 - 0.1 differ by rounding alone


@dataclass(frozen=True)
class Sample:
    """`values` sorted upwards, times `turned` * 2^-exponent; `turned` is 1, -1, or 0 where they mirror themselves.

    `mean` and `sd` are those of `values`; `steps` are the values other than 0 as whole multiples of the smallest difference that counts;
    `spread` is whether the values differ at all.
    """

    values: "NDArray[Any]"
    n: int
    exponent: int
    turned: int
    mean: float
    sd: float
    steps: "NDArray[Any]"
    spread: bool

    def back(self, low: float, high: float) -> Interval:
        """An interval on `values` as one on the differences themselves."""
        if self.turned == 0:
            high = (high - low) / 2
            low = -high
        if self.turned < 0:
            low, high = -high, -low
        return Interval(self.scaled(low), self.scaled(high))

    def figure(self, value: float) -> float:
        """A figure on `values` (a mean, a median) as one on the differences themselves."""
        return 0.0 if self.turned == 0 else self.scaled(self.turned * value)

    def scaled(self, value: float) -> float:
        """A figure on `values` in the unit of the differences; infinite where it does not fit into a float."""
        try:
            return math.ldexp(value, self.exponent)
        except OverflowError:
            return math.copysign(math.inf, value)


def sample(b: "Sequence[float] | NDArray[Any]", a: "Sequence[float] | NDArray[Any] | None" = None) -> Sample:
    """The differences b - a (the values of `b` themselves where there is no `a`). What is not finite is missing."""
    import numpy as np

    later = np.asarray(b, dtype=float)
    earlier = np.zeros(len(later)) if a is None else np.asarray(a, dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        differences = later - earlier
    kept = np.isfinite(differences)
    differences = differences[kept]
    n = len(differences)
    largest = max(float(abs(later[kept]).max()), float(abs(earlier[kept]).max())) if n else 0.0
    smallest = math.ldexp(1.0, max(-1074, math.frexp(largest)[1] - TIE))
    steps = np.rint(differences / smallest)
    differences = np.sort(np.where(steps == 0, 0.0, differences))
    exponent = math.frexp(float(abs(differences).max()))[1] if n else 0
    values = np.ldexp(differences, -exponent)
    turned = _side(values)
    if turned < 0:
        values = -values[::-1]
    mean = math.fsum(values.tolist()) / n if n else 0.0
    off = values - mean
    spread = n > 1 and int(steps.min()) != int(steps.max())
    sd = math.sqrt(math.fsum((off * off).tolist()) / (n - 1)) if spread else 0.0
    return Sample(values, n, exponent, turned, mean, sd, (turned or 1) * steps[steps != 0], spread)


def _side(values: "NDArray[Any]") -> int:
    """The sign of the sum of sorted values; where that is 0, of the first that its mirror image lacks; 0 where it lacks none."""
    total = math.fsum(values.tolist())
    if total:
        return 1 if total > 0 else -1
    lacking = (values + values[::-1])[values + values[::-1] != 0]
    return 0 if len(lacking) == 0 else (1 if lacking[0] > 0 else -1)
