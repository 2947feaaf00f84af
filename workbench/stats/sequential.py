"""Evidence that stays valid however often it is looked at: e-values and confidence sequences for the mean of bounded differences.

Owns one construction: a gambler who holds that the mean is m bets a fixed mixture of stakes on every case (Waudby-Smith & Ramdas,
"Estimating means of bounded random variables by betting", JRSS-B 2023, arXiv 2010.09686). Refuses metrics without limits.

The capital for m, K_m = mean over the stakes s of prod(1 + s (x - m)), half of it on "more than m" and half on "less", is a
martingale where m is the true mean: by Ville (1939) it ever reaches 1/alpha in at most alpha of all worlds. So K_0 is an e-value against
"no difference" (Grünwald, de Heide & Koolen, JRSS-B 2024), 1/K_0 a p value valid at every look, and the m whose capital is below
1/alpha form a confidence sequence (Howard et al., Annals of Statistics 2021): all n at once are covered with the level. Stakes
are shares of the largest one that cannot go broke; that makes K_m log-convex in m, hence the sequence an interval, and it always holds
the sample mean. The capital depends on the differences, not on their order: nothing is carried over from earlier looks (no running
minimum of p, no running intersection of intervals).
"""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
MOST_E = 1e300
FEWEST_CASES = 10  # before that nothing is decided: a run should not end on its first handful of cases
WINNER, EQUIVALENT = "winner", "equivalent"
SHARES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97)
_STEPS = 60
_CLOSE = 1e-9  # of the logarithm of the capital
_BUDGET = 1_500_000  # logarithms that one path may take: about 50 ms


@dataclass(frozen=True)
class Sequential:
    """The evidence after `n` cases. `e` is the e-value against "no difference", at most 1e300; `p` is min(1, 1/e), valid at every look.

    `low` and `high` bound the mean difference, valid at every n at once; before anything is known they are the limits.
    """

    n: int
    e: float
    p: float
    low: float
    high: float


@dataclass(frozen=True)
class Decision:
    """What ended a comparison: `winner` (its row beats every other) or `equivalent` (every pair is settled), after `n` cases."""

    outcome: str
    winner: int | None
    n: int


def sequential(differences: "ArrayLike", *, limits: tuple[float, float] | None = (-1.0, 1.0), level: float = LEVEL) -> Sequential | None:
    """The evidence after all of the differences (b - a a case; NaN is missing), in whatever order they came.

    None where `limits` are None or not finite, or a difference lies outside them. ValueError for a level that is none.
    """
    import numpy as np

    values = _bounded(differences, limits, level)
    if values is None or limits is None:
        return None
    units, counts = np.unique(values, return_counts=True)
    return _states(units, counts[None, :].astype(float), limits, level)[0]


def path(
    differences: "ArrayLike", *, limits: tuple[float, float] | None = (-1.0, 1.0), level: float = LEVEL, points: int = 200
) -> list[Sequential]:
    """At most `points` states on the way through the differences, the last one after all of them; fewer where the differences take
    very many values. Empty where `sequential` is None or nothing is there.
    """
    import numpy as np

    values = _bounded(differences, limits, level)
    if values is None or limits is None or not len(values) or points < 1:
        return []
    units, at = np.unique(values, return_inverse=True)
    points = max(2, min(points, _BUDGET // (len(units) * 2 * len(SHARES)))) if points > 1 else 1
    ends = np.unique(np.linspace(len(values), 1, min(points, len(values))).round().astype(int))
    edges = np.searchsorted(ends, np.arange(1, len(values) + 1))
    counts = np.zeros((len(ends), len(units)))
    np.add.at(counts, (edges, at), 1.0)
    return _states(units, counts.cumsum(axis=0), limits, level)


def decided(
    values: "ArrayLike",
    *,
    limits: tuple[float, float] | None = (-1.0, 1.0),
    level: float = LEVEL,
    margin: float | None = None,
) -> Decision | None:
    """Whether one row of `values` (variants x cases, NaN where missing) beats all others; or, with a `margin`, whether every pair is
    settled: beaten, or its confidence sequence inside +- margin. None while nothing is decided.

    The error is shared by all pairs (Bonferroni): a false winner comes in at most 1 - level of all runs, however often this is asked.
    """
    import numpy as np

    table = np.atleast_2d(np.asarray(values, dtype=float))
    variants, cases = table.shape
    if variants < 2 or cases < FEWEST_CASES:
        return None
    pairs = list(combinations(range(variants), 2))
    strict = 1 - (1 - level) / len(pairs)
    states = {(a, b): sequential(table[b] - table[a], limits=limits, level=strict) for a, b in pairs}
    settled, better = True, np.zeros(variants, dtype=int)
    for (a, b), state in states.items():
        if state is None or state.n < FEWEST_CASES:
            settled = False
        elif state.low > 0:
            better[b] += 1
        elif state.high < 0:
            better[a] += 1
        else:
            settled = settled and margin is not None and -margin < state.low and state.high < margin
    best = int(better.argmax())
    if better[best] == variants - 1:
        return Decision(WINNER, best, cases)
    return Decision(EQUIVALENT, None, cases) if settled and margin is not None else None


def _bounded(differences: "ArrayLike", limits: tuple[float, float] | None, level: float) -> "Floats | None":
    """The differences without the missing ones; None where nothing bounds them."""
    import numpy as np

    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    if limits is None or not all(map(math.isfinite, limits)):
        return None
    low, high = limits
    if not low < 0 < high:
        raise ValueError(f"limits must lie on both sides of 0, not {limits}")
    values = np.asarray(differences, dtype=float).ravel()
    values = values[~np.isnan(values)]
    slack = 1e-9 * (high - low)  # means of repeats are off by a rounding
    if len(values) and not (low - slack <= values.min() and values.max() <= high + slack):
        return None
    clipped: Floats = np.clip(values, low, high) + 0.0  # -0.0 and 0.0 are one value
    return clipped


def _states(units: "Floats", counts: "Floats", limits: tuple[float, float], level: float) -> list[Sequential]:
    """The state of every row of `counts`, which says how often each of the ascending `units` was seen."""
    import numpy as np

    # Both sides of a pair go through the same arithmetic, so that swapping A and B mirrors every digit.
    more, less = _Side(units, counts, limits), _Side(-units[::-1], counts[:, ::-1], (-limits[1], -limits[0]))
    sizes = counts.sum(axis=1)
    capital = _capital(more, less, np.zeros(len(counts)))[0]
    found = zip(sizes, capital, _low(more, less, level), _low(less, more, level), strict=True)
    return [_state(int(n), float(log_e), float(low), -float(high)) for n, log_e, low, high in found]


def _state(n: int, log_e: float, low: float, high: float) -> Sequential:
    e = MOST_E if log_e >= math.log(MOST_E) else math.exp(log_e)
    return Sequential(n, e, 1 / e if e > 1 else 1.0, low, high)


class _Side:
    """The bets on "more than m": (1 - share) + share (x - lowest) / (m - lowest) for every share, over all cases of a state."""

    def __init__(self, units: "Floats", counts: "Floats", limits: tuple[float, float]) -> None:
        import numpy as np

        self.low, self.high = limits
        self.above = np.ascontiguousarray(units - self.low)
        self.counts = np.ascontiguousarray(counts)
        sizes = self.counts.sum(axis=1)
        self.mean = self.low + (self.counts * self.above).sum(axis=1) / np.maximum(sizes, 1)

    def logs(self, m: "Floats") -> tuple["Floats", "Floats"]:
        """Logarithm of the capital of every share at `m` (states x shares), and its slope in m."""
        import numpy as np

        shares = np.asarray(SHARES)[None, :, None]
        room = (m - self.low)[:, None, None]
        won = shares * self.above[None, None, :] / room
        factors = won + (1 - shares)
        counts = self.counts[:, None, :]
        return (counts * np.log(factors)).sum(axis=2), -(counts * won / factors).sum(axis=2) / room[:, :, 0]


def _capital(more: _Side, less: _Side, m: "Floats") -> tuple["Floats", "Floats"]:
    """Logarithm of K_m of every state and its slope in m."""
    import numpy as np

    up, up_slope = more.logs(m)
    down, down_slope = less.logs(-m)
    each = np.logaddexp(up, down)  # symmetric, so that the sum over shares is the same for both orders of a pair
    top = each.max(axis=1, keepdims=True)
    weights = np.exp(each - top)
    total = weights.sum(axis=1)
    slopes = np.exp(up - each) * up_slope - np.exp(down - each) * down_slope
    return top[:, 0] + np.log(total / (2 * len(SHARES))), (weights * slopes).sum(axis=1) / total


def _low(more: _Side, less: _Side, level: float) -> "Floats":
    """The smallest m still held possible in every state; a hair below the true root, so that nothing possible is cut off."""
    import numpy as np

    wanted = -math.log1p(-level)
    edge = 1e-12 * (more.high - more.low)
    outside, inside = np.full(len(more.mean), more.low), more.mean.copy()
    m = np.full(len(more.mean), more.low + edge)  # first the edge itself: where the capital stays small even there, it is the answer
    m = np.minimum(m, inside)
    open_ = inside - outside > edge
    for _ in range(_STEPS):
        at = np.clip(np.where(open_, m, inside), more.low + edge, more.high - edge)
        value, slope = _capital(more, less, at)
        beyond = value >= wanted
        outside, inside = np.where(open_ & beyond, at, outside), np.where(open_ & ~beyond, at, inside)
        open_ = open_ & (inside - outside > edge) & ~(beyond & (value - wanted < _CLOSE))
        if not open_.any():
            break
        # From inside, Newton's step on a convex curve leaps out; from outside it walks towards the root and never past it.
        newton = at - (value - wanted) / np.where(slope < 0, slope, -math.inf)
        m = np.where((newton > outside) & (newton < inside), newton, 0.5 * (outside + inside))
    return outside
