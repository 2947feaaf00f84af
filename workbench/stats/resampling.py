"""Resampling: bootstrap intervals of a mean and the permutation test, for one sample or many at once. Owns the random numbers.

One block of random numbers serves every sample: the weight of the i-th smallest value in the r-th resample depends on the seed, i and
r alone. So samples of any length share the draws, a missing case costs nothing, and equal seeds repeat. Weights are Poisson(1) counts,
their sum the size of the resample (Hanley and MacGibbon, Computer Methods and Programs in Biomedicine 83 (2006) 57-62): Efron's
multinomial counts with the size left free, the same to the second order and drawn without knowing how many cases there are. BCa's and
percentile resamples of few cases are Efron's own, so that they agree with other tools' to what chance allows.
Values meet them on a grid of 40 bits, where every sum is exact: neither the order of a sum nor the machine moves a digit.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from workbench.stats.binary import mcnemar_exact
from workbench.stats.intervals import LEVEL, Interval, normal_quantile, t_quantile
from workbench.stats.sample import Sample, sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 4_999  # weights: a bound moves by some 1 % of the width from seed to seed
FLIPS = 9_999  # signs: p is known to 0.2 points near 5 %, and never below 0.0001
EXACT_UP_TO = 15  # differing cases whose sign patterns are all tried: 2^14, as a pattern and its mirror image count alike
METHODS = ("student", "bca", "bootstrap_t", "percentile", "envelope")
FLAT = 0.005  # the share of resamples without spread from which the studentised bootstrap says nothing
_UNBOUNDED = Interval(-math.inf, math.inf)
_ROWS = 128  # cases in one block of random numbers
_BITS = 40  # 13 more hold the sum of 2,000 weighted values in a float
_SAME = 1e-11  # resampled means as close as that to the mean seen are equal to it: the grid's rounding
_WEIGHTS, _SIGNS, _COUNTS = 0, 1, 2
FIXED = (
    200  # cases up to which BCa's and percentile resamples have exactly n cases, as other tools' have; beyond, nothing shows the difference
)


def student(values: Sequence[float], level: float = LEVEL) -> Interval:
    """Student's interval of the mean; unbounded where there are fewer than two values or they are all the same."""
    return mean_intervals([sample(values)], "student", level)[0]


def bca(values: Sequence[float], level: float = LEVEL, *, seed: int = 0) -> Interval:
    """The bias-corrected, accelerated bootstrap interval of the mean (Efron, JASA 82 (1987) 171-185); unbounded as Student's."""
    return mean_intervals([sample(values)], "bca", level, seed)[0]


def bootstrap_t(values: Sequence[float], level: float = LEVEL, *, seed: int = 0) -> Interval:
    """The studentised bootstrap interval of the mean (Efron and Tibshirani 1993, section 12.5), which follows skewness best.

    Unbounded as Student's, and on a side where too many resamples have no spread.
    """
    return mean_intervals([sample(values)], "bootstrap_t", level, seed)[0]


def percentile(values: Sequence[float], level: float = LEVEL, *, seed: int = 0) -> Interval:
    """The percentile bootstrap interval of the mean (Efron and Tibshirani 1993, chapter 13): the plainest, too short for few cases."""
    return mean_intervals([sample(values)], "percentile", level, seed)[0]


def envelope(values: Sequence[float], level: float = LEVEL, *, seed: int = 0) -> Interval:
    """At each end the wider of Student's and the studentised bootstrap's interval of the mean; Student's alone past FLAT.

    Student's falls short where the data are skewed, the bootstrap's where they have long tails on both sides; together they do neither.
    """
    return mean_intervals([sample(values)], "envelope", level, seed)[0]


def mean_intervals(samples: Sequence[Sample], method: str, level: float = LEVEL, seed: int = 0) -> list[Interval]:
    """The interval of each sample's mean by one of METHODS, the samples sharing one matrix of weights."""
    return [interval for interval, _ in named_intervals(samples, method, level, seed)]


def named_intervals(samples: Sequence[Sample], method: str, level: float = LEVEL, seed: int = 0) -> list[tuple[Interval, str]]:
    """The same, each with the method that gave it: `student` where the envelope has no bootstrap, `none` where nothing bounds the mean."""
    if method not in METHODS:
        raise ValueError(f"there is no method {method}; there are {', '.join(METHODS)}")
    normal_quantile(level)  # refuses a level that is none
    found = [(_UNBOUNDED, "none")] * len(samples)
    known = [at for at, item in enumerate(samples) if item.spread]
    if not known:
        return found
    spread = [samples[at] for at in known]
    drawn = [(*_student(item, level), 0.0) for item in spread] if method == "student" else _bootstrapped(spread, method, level, seed)
    for at, item, (low, high, flat) in zip(known, spread, drawn, strict=True):
        if method != "envelope":
            found[at] = item.back(low, high), method
            continue
        least, most = _student(item, level)
        found[at] = (item.back(least, most), "student") if flat > FLAT else (item.back(min(low, least), max(high, most)), method)
    return found


def _student(item: Sample, level: float) -> tuple[float, float]:
    reach = t_quantile(item.n - 1, level) * item.sd / math.sqrt(item.n)
    return item.mean - reach, item.mean + reach


def permutation(differences: Sequence[float], *, seed: int = 0) -> float:
    """The two-sided p value that the differences are as likely up as down (Fisher's randomisation test of the mean), by flipping signs.

    All patterns where at most EXACT_UP_TO differ from 0 or all differ by the same; else FLIPS drawn ones, what was seen counting as
    one of them (Phipson and Smyth 2010). 1 where nothing differs.
    """
    return permutations([sample(differences)], seed)[0]


def permutations(samples: Sequence[Sample], seed: int = 0) -> list[float]:
    """The permutation test of each sample, all sharing one matrix of signs."""
    found = [_exact(item) for item in samples]
    many = [at for at, p in enumerate(found) if p is None]
    for at, p in zip(many, _drawn([samples[at] for at in many], seed), strict=True):
        found[at] = p
    return [1.0 if p is None else p for p in found]


def _exact(item: Sample) -> float | None:
    """The p value without drawing, None where there are too many patterns."""
    steps = item.steps
    m = len(steps)
    if m == 0:
        return 1.0
    if int(abs(steps).min()) == int(abs(steps).max()):
        above = int((steps > 0).sum())
        return mcnemar_exact(above, m - above)
    if m > EXACT_UP_TO:
        return None
    values = abs(_fitted(steps))
    sums = _patterns(m) @ values
    return float((abs(sums) >= abs(_fitted(steps).sum())).mean())


def _drawn(samples: Sequence[Sample], seed: int) -> list[float]:
    import numpy as np

    if not samples:
        return []
    # Largest first: a case that is tied in one pair of variants leaves the signs of its other cases where they are.
    sizes = [np.sort(abs(_fitted(item.steps)))[::-1] for item in samples]
    chosen = _products(_SIGNS, seed, sizes)
    seen = [abs(float(_fitted(item.steps).sum())) for item in samples]
    return [
        (int((abs(2 * row - size.sum()) >= least).sum()) + 1) / (FLIPS + 1) for row, size, least in zip(chosen, sizes, seen, strict=True)
    ]


def _bootstrapped(samples: Sequence[Sample], method: str, level: float, seed: int) -> list[tuple[float, float, float]]:
    """Bounds of every sample's mean, in its own scale, and the share of resamples without spread (0 where it does not matter)."""
    import numpy as np

    distances = [item.values - item.mean for item in samples]
    shifts = [math.frexp(float(abs(row).max()))[1] for row in distances]
    centred = [_gridded(np.ldexp(row, -shift)) for row, shift in zip(distances, shifts, strict=True)]
    studentised = method in {"bootstrap_t", "envelope"}
    counts = sorted({item.n for item in samples})
    sizes = dict(zip(counts, _products(_WEIGHTS, seed, [np.ones(n) for n in counts]), strict=True))
    sums = _products(_WEIGHTS, seed, centred)
    squares = _products(_WEIGHTS, seed, [_gridded(row * row) for row in centred]) if studentised else sums
    found = []
    for item, shift, row, total, square in zip(samples, shifts, centred, sums, squares, strict=True):
        size = np.maximum(sizes[item.n], 1.0)  # an empty resample (of 20 cases: never) says 0
        means = total / size if studentised or item.n > FIXED else row @ _counts(seed, item.n) / item.n
        means[abs(means) < _SAME] = 0.0
        if studentised:
            error = math.ldexp(item.sd, -shift) / math.sqrt(item.n)
            low, high, flat = _studentised(means, square / size, size, error, level)
        else:
            shares = _shares(row, means, level) if method == "bca" else ((1 - level) / 2, (1 + level) / 2)
            low, high, flat = *map(float, np.quantile(means, shares)), 0.0
        found.append((item.mean + math.ldexp(low, shift), item.mean + math.ldexp(high, shift), flat))
    return found


def _shares(centred: "NDArray[Any]", means: "NDArray[Any]", level: float) -> tuple[float, float]:
    """The shares of resampled means below BCa's two bounds."""
    # Ties count half: means of a few distinct scores fall on the observed one often.
    below = float((means < 0).mean() + (means == 0).mean() / 2)
    normal, z = NormalDist(), normal_quantile(level)
    bias = normal.inv_cdf(min(max(below, 0.5 / len(means)), 1 - 0.5 / len(means)))
    cubes, squares = math.fsum((centred * centred * centred).tolist()), math.fsum((centred * centred).tolist())
    acceleration = cubes / (6 * squares**1.5)
    low, high = (normal.cdf(bias + (bias + side) / (1 - acceleration * (bias + side))) for side in (-z, z))
    return low, high


def _studentised(
    means: "NDArray[Any]", squares: "NDArray[Any]", sizes: "NDArray[Any]", error: float, level: float
) -> tuple[float, float, float]:
    """Bounds of the mean less the mean seen, whose standard error is `error`; and the share of resamples without spread."""
    import numpy as np

    errors = np.sqrt(np.maximum(squares - means * means, 0.0) / np.maximum(sizes - 1, 1.0))
    flat = errors <= 1e-6 * error  # the resample holds one value only
    ratios = np.where(flat, np.copysign(math.inf, means), means / np.where(flat, 1.0, errors))
    ratios[means == 0] = 0.0
    ordered = np.sort(ratios)
    rank = max(1, round((1 - level) / 2 * (len(ordered) + 1)))
    return -float(ordered[-rank]) * error, -float(ordered[rank - 1]) * error, float(flat.mean())


def _gridded(values: "NDArray[Any]") -> "NDArray[Any]":
    """Values of at most 1 in size on the grid of _BITS."""
    import numpy as np

    gridded: NDArray[Any] = np.ldexp(np.rint(np.ldexp(values, _BITS)), -_BITS)
    return gridded


def _fitted(steps: "NDArray[Any]") -> "NDArray[Any]":
    """Whole steps, coarser where they would need more than _BITS."""
    import numpy as np

    fitted: NDArray[Any] = np.rint(np.ldexp(steps, min(0, _BITS - math.frexp(float(abs(steps).max()))[1])))
    return fitted


def _products(kind: int, seed: int, rows: Sequence["NDArray[Any]"]) -> "NDArray[Any]":
    """The weighted sums of every row: len(rows) x RESAMPLES or FLIPS. A row is as long as it is; it meets the first weights."""
    import numpy as np

    width = max(len(row) for row in rows)
    padded = np.zeros((len(rows), width))
    for at, row in enumerate(rows):
        padded[at, : len(row)] = row
    sums = np.zeros((len(rows), FLIPS if kind == _SIGNS else RESAMPLES))
    for start in range(0, width, _ROWS):
        part = padded[:, start : start + _ROWS]
        sums += part @ _block(kind, seed, start // _ROWS)[: part.shape[1]].astype(float)
    return sums


# At most 1.3 MB each: the weights and the signs of 2,500 cases stay.
@lru_cache(maxsize=40)
def _block(kind: int, seed: int, index: int) -> "NDArray[Any]":
    """_ROWS rows of small numbers: RESAMPLES Poisson(1) weights, or 0 and 1 for FLIPS signs."""
    import numpy as np

    draw = np.random.default_rng((seed, kind, index))
    if kind == _SIGNS:
        packed = draw.integers(0, 256, size=(_ROWS, FLIPS // 8 + 1), dtype=np.uint8)
        return np.unpackbits(packed, axis=1)[:, :FLIPS]
    weights: NDArray[Any] = _poisson()[draw.integers(0, 65_536, size=(_ROWS, RESAMPLES), dtype=np.uint16)]
    return weights


@lru_cache(maxsize=40)
def _counts(seed: int, n: int) -> "NDArray[Any]":
    """Multinomial counts, n x RESAMPLES: how often each case is in each resample of n cases."""
    import numpy as np

    draw = np.random.default_rng((seed, _COUNTS, n))
    counts: NDArray[Any] = draw.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).T.astype(np.uint8)
    return counts


@lru_cache(maxsize=1)
def _poisson() -> "NDArray[Any]":
    """A Poisson(1) count for every number of 16 bits."""
    import numpy as np

    shares = [math.exp(-1) / math.factorial(count) for count in range(12)]
    return np.searchsorted(np.cumsum(shares) * 65_536, np.arange(65_536) + 0.5).astype(np.uint8)


@lru_cache(maxsize=EXACT_UP_TO)
def _patterns(m: int) -> "NDArray[Any]":
    """All patterns of `m` signs whose first is +."""
    import numpy as np

    rest = (np.arange(2 ** (m - 1))[:, None] >> np.arange(m - 1)) & 1
    return np.hstack([np.ones((len(rest), 1)), 2.0 * rest - 1])
