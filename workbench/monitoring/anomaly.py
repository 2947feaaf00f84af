"""How unusual a figure is for its hour: a robust z over the same hours of the past. Owns which past counts; pure.

Source: Iglewicz & Hoaglin, "How to Detect and Handle Outliers", ASQC 1993: the modified z-score, 0.6745 (x - median) / MAD, unusual from
3.5 on; where MAD is 0, the mean absolute deviation times 1.2533 takes its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

HOUR_MS, DAY_MS, WEEK_MS = 3_600_000, 86_400_000, 604_800_000
WEEKS = 8
LEAST_WEEKS, LEAST_DAYS = 6, 14
_LEAST_SPREAD = 0.05  # of the median: an hour that is always the same would call one call more an anomaly


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual at an hour: the median and the spread (a standard deviation, were it normal) of `n` hours of the past."""

    middle: float
    spread: float
    n: int

    def z(self, value: float) -> float:
        """How many spreads `value` is off, with its sign."""
        return (value - self.middle) / self.spread


def usual(past: Mapping[int, float], hour_ms: int, *, counted: bool = False) -> Usual | None:
    """What is usual at the hour that begins at `hour_ms`, of the values of earlier hours by their begin; None where they are too few.

    The same hour of the week where six of the last eight weeks have it; else the same hour of the days, where 14 have it. What is
    `counted` spreads by the square root of its number at least, as independent events do.
    """
    earlier = [start for start in past if hour_ms - WEEKS * WEEK_MS <= start < hour_ms and (hour_ms - start) % DAY_MS == 0]
    weekly = [past[start] for start in earlier if (hour_ms - start) % WEEK_MS == 0]
    if len(weekly) >= LEAST_WEEKS:
        return _spread(weekly, counted=counted)
    return _spread([past[start] for start in earlier], counted=counted) if len(earlier) >= LEAST_DAYS else None


def _spread(values: Sequence[float], *, counted: bool) -> Usual:
    middle = median(values)
    deviations = [abs(value - middle) for value in values]
    spread = median(deviations) / 0.6745 or fmean(deviations) * 1.2533
    least = max(_LEAST_SPREAD * abs(middle), max(middle, 1) ** 0.5 if counted else 1e-12)
    return Usual(middle, max(spread, least), len(values))
