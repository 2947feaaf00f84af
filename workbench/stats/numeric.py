"""What else is said of differences that are numbers: Student's and Wilcoxon's p, the median, d_z, superiority. Owns no random step."""

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.stats.intervals import LEVEL, below_median
from workbench.stats.sample import Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANKED_EXACTLY = 50  # differing cases up to which the distribution of the signed ranks is counted out
FAR = 300.0  # t from which only the spread of the sd matters: the noncentral t is its limit to three digits


def t_p(item: Sample) -> float | None:
    """The two-sided p of Student's paired test; None where the differences have no spread, as t would be 0 / 0 or infinite."""
    if not item.spread:
        return None
    from scipy.special import stdtr

    return float(2 * stdtr(item.n - 1, -item.mean / (item.sd / math.sqrt(item.n))))


def wilcoxon_p(item: Sample) -> float:
    """The two-sided p of Wilcoxon's signed-rank test, for a centre of symmetry at 0; 1 where nothing differs.

    Cases that tie are left out before ranking (Wilcoxon 1945; scipy's and R's way), equal sizes share their mean rank. Up to
    RANKED_EXACTLY differing cases the exact distribution given those ranks (Streitberg and Roehmel 1986), above the normal one with its
    variance corrected for shared ranks and no correction for continuity, as scipy does.
    """
    import numpy as np

    sizes, place, counts = np.unique(abs(item.steps), return_inverse=True, return_counts=True)
    if len(sizes) == 0:
        return 1.0
    doubled = (2 * np.cumsum(counts) - counts + 1)[place]  # twice the mean rank is a whole number
    total = int(doubled.sum())
    above = int(doubled[item.steps > 0].sum())
    smaller = min(above, total - above)
    if len(doubled) <= RANKED_EXACTLY:
        return min(1.0, 2 * float(_rank_sums(tuple(sorted(doubled.tolist())))[: smaller + 1].sum()))
    spread = math.sqrt(float((doubled.astype(float) ** 2).sum())) / 2
    return math.erfc((total / 2 - smaller) / spread / math.sqrt(2))


def median(item: Sample, level: float = LEVEL) -> tuple[float | None, float | None, float | None]:
    """The median difference and its order-statistic interval (`median_interval`); None where there is none."""
    n, values = item.n, item.values
    if n == 0:
        return None, None, None
    middle = item.figure(float(values[(n - 1) // 2] + values[n // 2]) / 2)
    below = below_median(n, level)
    if below is None:
        return middle, None, None
    return middle, *item.back(float(values[below]), float(values[n - 1 - below]))


def effect(item: Sample, level: float = LEVEL) -> tuple[float | None, float | None, float | None]:
    """Cohen's d_z, the mean difference in standard deviations of the differences, with its interval; None where there is no spread.

    The interval is that of the noncentral t (Cumming and Finch, Educational and Psychological Measurement 61 (2001) 532-574).
    """
    if not item.spread:
        return None, None, None
    from scipy.special import chdtri, nctdtrinc

    root, freedom, tail = math.sqrt(item.n), item.n - 1, (1 - level) / 2
    size = item.mean / item.sd
    if size * root > FAR:
        low, high = (size * math.sqrt(float(chdtri(freedom, share)) / freedom) for share in (1 - tail, tail))
    else:
        low, high = (float(nctdtrinc(freedom, share, size * root)) / root for share in (1 - tail, tail))
    if item.turned == 0:
        return 0.0, -high, high
    return (-size, -high, -low) if item.turned < 0 else (size, low, high)


def superiority(item: Sample) -> float | None:
    """The share of cases whose difference is above 0, ties counting half; None where there are none."""
    if item.n == 0:
        return None
    above, below = sides(item)
    if item.turned < 0:  # one side is worked out and mirrored
        return 1 - (item.n + below - above) / (2 * item.n)
    return (item.n + above - below) / (2 * item.n)


def sides(item: Sample) -> tuple[int, int]:
    """The cases whose difference is above 0 and below 0; the others tie."""
    above = int((item.steps > 0).sum())
    below = len(item.steps) - above
    return (below, above) if item.turned < 0 else (above, below)


@lru_cache(maxsize=256)
def _rank_sums(doubled: tuple[int, ...]) -> "NDArray[Any]":
    """The probability of every sum of some of the ranks, each in or out by a fair coin."""
    import numpy as np

    chances = np.zeros(sum(doubled) + 1)
    chances[0] = 1.0
    reached = 0
    for rank in doubled:
        reached += rank
        chances[: reached + 1] *= 0.5
        moved = chances[: reached + 1 - rank].copy()
        chances[rank : reached + 1] += moved
    return chances
