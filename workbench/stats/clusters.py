"""Repeats of a case, and other values that belong together: errors that count clusters, not values; and how often repeats disagree.

Owns nothing that treats a repeat as one more case.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.stats.intervals import LEVEL, Interval, normal_quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    Floats = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]

RESAMPLES = 4_999
FEW = 20  # clusters below which a draw may hold hardly any spread: studentised bounds run away (simulated: 300,000 times as wide at 10)
_CHUNK = 2_000_000  # numbers drawn at once: bounds memory


class ClusterMean(NamedTuple):
    """A mean over all values, its cluster-robust standard error (None for fewer than two clusters), and the number of clusters."""

    mean: float | None
    error: float | None
    clusters: int


def cluster_robust(values: "ArrayLike", clusters: Sequence[Hashable]) -> ClusterMean:
    """The mean of `values` and its CR1 standard error, `clusters` naming the cluster of each; NaN are left out.

    Liang and Zeger, Biometrika 73 (1986) 13-22, with the factor G / (G - 1) for G clusters: what statsmodels gives for
    OLS(values, ones).fit(cov_type="cluster"). With one value a cluster it is the standard error of any mean.
    """
    sums, sizes = _totals(values, clusters)
    groups = len(sums)
    if groups == 0:
        return ClusterMean(None, None, 0)
    mean = float(sums.sum() / sizes.sum())
    if groups == 1:
        return ClusterMean(mean, None, 1)
    rest = sums - mean * sizes
    return ClusterMean(mean, math.sqrt(groups / (groups - 1) * float(rest @ rest)) / float(sizes.sum()), groups)


def cluster_interval(values: "ArrayLike", clusters: Sequence[Hashable], level: float = LEVEL) -> Interval | None:
    """Student's interval of the mean with the cluster-robust error and G - 1 degrees of freedom; None for fewer than two clusters."""
    normal_quantile(level)  # refuses a level that is none
    from scipy.special import stdtrit

    mean, error, groups = cluster_robust(values, clusters)
    if mean is None or error is None:
        return None
    reach = float(stdtrit(groups - 1, 0.5 + level / 2)) * error
    return Interval(mean - reach, mean + reach)


def cluster_bootstrap(values: "ArrayLike", clusters: Sequence[Hashable], level: float = LEVEL, *, seed: int = 0) -> Interval | None:
    """The studentised bootstrap interval of the mean: whole clusters are drawn again, each draw measured by its own cluster-robust error.

    Davison and Hinkley, Bootstrap Methods and their Application (1997), 5.2. Clusters may differ in size. With fewer than FEW clusters, or
    where they all have one mean, it is `cluster_interval`; None for fewer than two.
    """
    normal_quantile(level)
    import numpy as np

    mean, error, groups = cluster_robust(values, clusters)
    if mean is None or error is None or groups < FEW or error <= 1e-12 * abs(mean):
        return cluster_interval(values, clusters, level)
    sums, sizes = _totals(values, clusters)
    sums = sums - mean * sizes  # around the mean: the products below lose nothing to rounding
    products = np.stack([sums, sizes, sums * sums, sums * sizes, sizes * sizes], axis=1)
    draw, parts = np.random.default_rng(seed), []
    rows = max(1, min(RESAMPLES, _CHUNK // groups))
    for start in range(0, RESAMPLES, rows):
        times = draw.multinomial(groups, np.full(groups, 1 / groups), size=min(rows, RESAMPLES - start))
        total, size, squares, cross, square_sizes = (times @ products).T
        off = total / size
        spread = np.maximum(squares - 2 * off * cross + off * off * square_sizes, 0)
        errors = np.sqrt(groups / (groups - 1) * spread) / size
        parts.append(off[errors > 1e-9 * error] / errors[errors > 1e-9 * error])
    pivots = np.concatenate(parts)
    high, low = np.quantile(pivots, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(mean - low * error), float(mean - high * error))


def effective(values: "ArrayLike", clusters: Sequence[Hashable]) -> float | None:
    """How many independent values would tell as much of the mean as these: their number over the design effect, and never more than it.

    The design effect is the cluster-robust variance of the mean over the naive one (Kish, Survey Sampling (1965), 8.2). None for fewer
    than two clusters, and where either variance is 0.
    """
    import numpy as np

    data = np.asarray(values, dtype=float).ravel()
    error, known = cluster_robust(data, clusters).error, data[np.isfinite(data)]
    if error is None or len(known) < 2:
        return None
    naive, tiny = float(known.std(ddof=1)) / math.sqrt(len(known)), 1e-12 * float(abs(known).max())
    if naive <= tiny or error <= tiny:
        return None
    return len(known) * min(1.0, (naive / error) ** 2)


def stability(repeats: Sequence[Sequence[float]]) -> tuple[float, float] | None:
    """How often the repeats of a case disagree: (share of cases with more than one outcome, mean chance that two repeats of a case differ).

    `repeats` holds the values of each case; cases with fewer than two are left out. None where no case is left.
    """
    flips: list[float] = []
    for case in repeats:
        counts = Counter(value for value in case if math.isfinite(value))
        total = sum(counts.values())
        if total >= 2:
            flips.append(1 - sum(k * (k - 1) for k in counts.values()) / (total * (total - 1)))
    if not flips:
        return None
    return sum(flip > 0 for flip in flips) / len(flips), math.fsum(flips) / len(flips)


def _totals(values: "ArrayLike", clusters: Sequence[Hashable]) -> "tuple[Floats, Floats]":
    """The sum and the number of values of every cluster."""
    import numpy as np

    data = np.asarray(values, dtype=float).ravel()
    if len(data) != len(clusters):
        raise ValueError(f"{len(data)} values have {len(clusters)} cluster names")
    known: dict[Hashable, int] = {}
    codes = np.array([known.setdefault(name, len(known)) for name in clusters], dtype=int)
    whole = np.isfinite(data)
    sums: Floats = np.bincount(codes[whole], weights=data[whole], minlength=len(known)).astype(float)
    sizes: Floats = np.bincount(codes[whole], minlength=len(known)).astype(float)
    return sums[sizes > 0], sizes[sizes > 0]
