"""The interval of a ratio that is told bucket by bucket: tokens over calls by day, dollars over calls by hour. Knows no store."""

import math

from workbench.stats.intervals import LEVEL, Interval, t_quantile
from workbench.stats.sketched import Ratio


def interval(found: Ratio | None, level: float = LEVEL) -> Interval | None:
    """The interval of the ratio by Student's t over its buckets; None where there are too few of them to know their spread.

    Whole buckets are what is drawn, so that calls of one day may resemble each other: Cochran, Sampling Techniques, 3rd edition, sections
    6.4 and 9A.2 (the ratio estimator over clusters of unequal size).
    """
    if found is None or found.spread is None:
        return None
    reach = t_quantile(found.buckets - 1, level) * math.sqrt(found.spread / found.n)
    return Interval(found.value - reach, found.value + reach)
