"""Strengths from choices between two, ties included: Bradley and Terry's model with Davidson's ties, its intervals, its pairs.

Pure numerics. Bradley and Terry, Biometrika 39 (1952) 324-345; Davidson, Journal of the American Statistical Association 65 (1970)
317-328; Hunter, Annals of Statistics 32 (2004) 384-406. Davidson's model rather than half a win for each side: both move a strength
alike, but a tie counted as a coin that showed half a head makes every interval too wide where ties are frequent. The likelihood is
concave, so Newton's method finds what Hunter's MM algorithm finds, in ten steps, and leaves the information the intervals come from.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from workbench.stats.correction import holm
from workbench.stats.intervals import LEVEL, normal_quantile, t_quantile

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

FIRST, TIE, SECOND = 1.0, 0.5, 0.0  # what a choice says of its first side
# One choice more for each item, against an item of average strength, half won and half lost: an item that won everything stays
# finite (10 of 10 reads as 97 %, not 100 %), and a hundred real choices outweigh it.
PRIOR = 1.0
_STEPS, _LONGEST, _CLOSE = 200, 2.0, 1e-10


@dataclass(frozen=True)
class Choice:
    """One choice between two items, by their index; `says` is FIRST, TIE or SECOND."""

    first: int
    second: int
    says: float


@dataclass(frozen=True)
class Strength:
    """An item. `value` is the logarithm of its strength, mean 0 over all; `probability` that it is preferred over an item of average
    strength, where one is preferred at all, with its interval. `low` and `high` are None where no choice bounds them.
    """

    value: float
    probability: float
    low: float | None
    high: float | None
    choices: int


@dataclass(frozen=True)
class Preference:
    """The probability that item `second` is preferred over `first`, where one is preferred. `p` is Wald's (Student's
    distribution where choices are clustered, as for the interval), `p_adjusted` Holm's over all.
    """

    first: int
    second: int
    probability: float
    low: float | None
    high: float | None
    p: float
    p_adjusted: float
    error: float | None = None  # standard error of the log odds


@dataclass(frozen=True)
class Fit:
    """Every item and every pair of items (first < second). `ties` is Davidson's nu: an even match ends in a tie with nu / (2 + nu).

    `method` is fisher (from the information), sandwich (choices of a cluster belong together; never narrower than fisher) or none.
    """

    strengths: tuple[Strength, ...]
    pairs: tuple[Preference, ...]
    ties: float
    n: int
    method: str
    reason: str = ""


def fit(
    choices: Sequence[Choice],
    size: int,
    *,
    clusters: Sequence[Hashable] | None = None,
    prior: float = PRIOR,
    level: float = LEVEL,
) -> Fit:
    """The strengths of `size` items. `clusters` names the case of each choice: several choices on a case are not several cases.

    `prior` 0 gives the plain maximum of the likelihood, which exists only where every item both won and lost, directly or by a chain.
    Raises ValueError for items out of range, one against itself, and clusters that do not fit.
    """
    normal_quantile(level)
    if any(not (0 <= one.first < size and 0 <= one.second < size) or one.first == one.second for one in choices):
        raise ValueError(f"a choice is between two different items of {size}")
    if clusters is not None and len(clusters) != len(choices):
        raise ValueError(f"{len(clusters)} clusters do not fit {len(choices)} choices")
    counted = Counter(side for one in choices for side in (one.first, one.second))
    if all(one.says == TIE for one in choices):
        return _unknown(size, len(choices), counted)
    import numpy as np

    tied = any(one.says == TIE for one in choices)
    design, at = _design(choices, size, tied=tied)
    weights = np.bincount(at, minlength=len(design)).astype(float)
    outcomes = np.array([[one.says - 0.5, float(one.says == TIE)] for one in choices])[:, : 1 + tied]
    totals = _summed(outcomes, at, len(design))
    solution, information = _newton(design, weights, totals, size, prior)
    inverse = np.linalg.pinv(information)
    expected = _moments(design @ solution)[0]
    grouped = None if clusters is None else _clustered(outcomes - expected[at], design, at, clusters)
    covariance = [inverse] + ([] if grouped is None else [inverse @ grouped[0] @ inverse])
    quantile = normal_quantile(level) if grouped is None else t_quantile(grouped[1] - 1, level)
    values = solution[:size] - solution[:size].mean()

    def error(contrast: "Array") -> float:
        return math.sqrt(max(float(contrast @ each[:size, :size] @ contrast) for each in covariance))

    return Fit(
        strengths=tuple(_strength(values, n, error, quantile, counted[n]) for n in range(size)),
        pairs=_pairs(values, error, None if grouped is None else grouped[1] - 1, level, counted),
        ties=math.exp(solution[size]) if tied else 0.0,
        n=len(choices),
        method="fisher" if grouped is None else "sandwich",
    )


def _design(choices: Sequence[Choice], size: int, *, tied: bool) -> "tuple[Array, Array]":
    """For every pair of items that was compared: what its difference of strengths and its log nu are made of; and each choice's pair."""
    import numpy as np

    pairs = sorted({(one.first, one.second) for one in choices})
    places = {pair: n for n, pair in enumerate(pairs)}
    rows = np.zeros((len(pairs), 1 + tied, size + tied))
    for n, (first, second) in enumerate(pairs):
        rows[n, 0, first], rows[n, 0, second] = 1, -1
        if tied:
            rows[n, 1, size] = 1
    return rows, np.array([places[one.first, one.second] for one in choices])


def _moments(at: "Array") -> "tuple[Array, Array]":
    """Mean and covariance of an outcome (half a point for the side preferred, a tie or not) at differences and log nu, by pair."""
    import numpy as np

    logits = np.stack([at[:, 0] / 2, -at[:, 0] / 2, *([at[:, 1]] if at.shape[1] > 1 else [])], axis=1)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = odds / odds.sum(axis=1, keepdims=True)
    points = np.array([[0.5, 0.0], [-0.5, 0.0], [0.0, 1.0]])[: logits.shape[1], : at.shape[1]]
    mean = shares @ points
    return mean, np.einsum("po,oa,ob->pab", shares, points, points) - mean[:, :, None] * mean[:, None, :]


def _newton(design: "Array", weights: "Array", totals: "Array", size: int, prior: float) -> "tuple[Array, Array]":
    """The maximum of the likelihood with its prior, and the information there."""
    import numpy as np

    solution = np.zeros(design.shape[2])
    for _ in range(_STEPS):
        mean, covariance = _moments(design @ solution)
        gradient = np.einsum("pa,pas->s", totals - weights[:, None] * mean, design)
        information = np.einsum("pas,pab,pbt->st", design, weights[:, None, None] * covariance, design)
        average = 1 / (1 + np.exp(-solution[:size]))
        gradient[:size] += prior * (0.5 - average)
        information[:size, :size] += np.diag(prior * average * (1 - average))
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        solution = solution + step * min(1.0, _LONGEST / max(float(np.abs(step).max()), _CLOSE))
        if float(np.abs(step).max()) < _CLOSE:
            break
    return solution, information


def _clustered(off: "Array", design: "Array", at: "Array", clusters: Sequence[Hashable]) -> "tuple[Array, int] | None":
    """The covariance of the gradient summed by cluster, and how many clusters; None where every choice stands alone."""
    import numpy as np

    places: dict[Hashable, int] = {}
    where = np.array([places.setdefault(cluster, len(places)) for cluster in clusters])
    if not 1 < len(places) < len(clusters):
        return None
    sums = _summed(np.einsum("ca,cas->cs", off, design[at]), where, len(places))
    return np.asarray(sums.T @ sums * len(places) / (len(places) - 1)), len(places)


def _summed(values: "Array", groups: Any, count: int) -> "Array":
    import numpy as np

    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, groups, values)
    return sums


def _strength(values: "Array", n: int, error: Any, quantile: float, choices: int) -> Strength:
    import numpy as np

    contrast = np.full(len(values), -1 / len(values))
    contrast[n] += 1
    reach = quantile * error(contrast)
    value = float(values[n])
    if not choices:
        return Strength(0.0, 0.5, None, None, 0)
    return Strength(value, _logistic(value), _logistic(value - reach), _logistic(value + reach), choices)


def _pairs(values: "Array", error: Any, freedom: int | None, level: float, counted: Counter[int]) -> tuple[Preference, ...]:
    import numpy as np
    from scipy.special import stdtr

    quantile = normal_quantile(level) if freedom is None else t_quantile(freedom, level)

    def tail(distance: float) -> float:
        return NormalDist().cdf(-distance) if freedom is None else float(stdtr(freedom, -distance))

    found = []
    for first, second in combinations(range(len(values)), 2):
        if not (counted[first] and counted[second]):
            found.append(Preference(first, second, 0.5, None, None, 1.0, 1.0))
            continue
        contrast = np.zeros(len(values))
        contrast[first], contrast[second] = -1, 1
        apart, width = float(values[second] - values[first]), error(contrast)
        p = 2 * tail(abs(apart) / width) if width > 0 else 1.0
        low, high = _logistic(apart - quantile * width), _logistic(apart + quantile * width)
        found.append(Preference(first, second, _logistic(apart), low, high, p, p, width))
    return tuple(
        Preference(**{**vars(pair), "p_adjusted": adjusted if adjusted is not None else 1.0})
        for pair, adjusted in zip(found, holm([pair.p for pair in found]), strict=True)
    )


def _unknown(size: int, n: int, counted: Counter[int]) -> Fit:
    reason = "No choice preferred one over the other." if n else "Nothing was chosen yet."
    pairs = tuple(Preference(*pair, 0.5, None, None, 1.0, 1.0) for pair in combinations(range(size), 2))
    return Fit(tuple(Strength(0.0, 0.5, None, None, counted[at]) for at in range(size)), pairs, math.inf if n else 0.0, n, "none", reason)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0
