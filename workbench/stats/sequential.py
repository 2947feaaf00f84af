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
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9)  # of the eleven mixtures tried, the one that stopped soonest over 14 typical pairs
_STEPS = 60
_CLOSE = 1e-9  # of the logarithm of the capital
_GRID = 24  # values a side, where there are more than that
_AT_ONCE = 50_000  # products in memory
_GRAIN = 2.0**20  # weights are whole multiples of 1 / 2^20: their sums are exact, in whatever order


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
    units, counts = tally(values, np.zeros(len(values), dtype=int), 1, limits)
    return _states(units, counts, limits, level)[0]


def path(
    differences: "ArrayLike", *, limits: tuple[float, float] | None = (-1.0, 1.0), level: float = LEVEL, points: int = 200
) -> list[Sequential]:
    """At most `points` states on the way through the differences, evenly spaced, the last one after all of them.

    Empty where `sequential` is None or nothing is there.
    """
    import numpy as np

    values = _bounded(differences, limits, level)
    if values is None or limits is None or not len(values) or points < 1:
        return []
    ends = np.unique(np.linspace(len(values), 1, min(points, len(values))).round().astype(int))
    units, counts = tally(values, np.searchsorted(ends, np.arange(1, len(values) + 1)), len(ends), limits)
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


def capital(units: "ArrayLike", counts: "ArrayLike", *, mean: float = 0.0, limits: tuple[float, float] = (-1.0, 1.0)) -> "Floats":
    """The logarithm of the capital of one who bets against `mean`, for every row of `counts`: how often each of the ascending `units` was
    seen. `mean` 0 gives the logarithm of the e-value; a mean is held possible at a level while this is below -log(1 - level).
    """
    import numpy as np

    values, rows = np.asarray(units, dtype=float), np.atleast_2d(np.asarray(counts, dtype=float))
    sides = ((values, rows, mean - limits[0], limits[0]), (-values[::-1], rows[:, ::-1], limits[1] - mean, -limits[1]))
    return _mixed(*(_fixed_mean(seen, np.ascontiguousarray(often), room, low) for seen, often, room, low in sides))


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


def tally(values: "Floats", rows: "NDArray[np.intp]", count: int, limits: tuple[float, float] = (-1.0, 1.0)) -> tuple["Floats", "Floats"]:
    """The values there are, ascending, and how often each is in which row (rows x values).

    Many different values are spread over a grid, each over its two neighbours in proportion. The logarithm of a bet's factor is concave, so
    this can only make the capital smaller (by about 1 % in 100 cases): what is said of it stays valid, and costs no more
    for 2,000 cases than for 20.
    """
    import numpy as np

    units, at = np.unique(values, return_inverse=True)
    if len(units) <= 2 * _GRID + 1:
        counts = np.zeros((count, len(units)))
        np.add.at(counts, (rows, at), 1.0)
        return units, counts
    steps = np.where(values < 0, -limits[0], limits[1]) / _GRID
    place = np.abs(values) / steps
    near = np.minimum(np.floor(place), _GRID - 1)
    far_weight = np.minimum(np.floor((place - near) * _GRAIN) / _GRAIN, 1.0)
    sign = np.where(values < 0, -1, 1)
    counts = np.zeros((count, 2 * _GRID + 1))
    np.add.at(counts, (rows, _GRID + (sign * near).astype(int)), 1 - far_weight)
    np.add.at(counts, (rows, _GRID + (sign * (near + 1)).astype(int)), far_weight)
    ladder = np.arange(1, _GRID + 1)
    return np.concatenate([(ladder * (limits[0] / _GRID))[::-1], [0.0], ladder * (limits[1] / _GRID)]), counts


def _states(units: "Floats", counts: "Floats", limits: tuple[float, float], level: float) -> list[Sequential]:
    """The state of every row of `counts`, which says how often each of the ascending `units` was seen."""
    # Both sides of a pair go through the same arithmetic, so that swapping A and B mirrors every digit.
    more, less = _Side(units, counts, limits), _Side(-units[::-1], counts[:, ::-1], (-limits[1], -limits[0]))
    sizes = counts.sum(axis=1)
    found = zip(sizes, capital(units, counts, limits=limits), _low(more, less, level), _low(less, more, level), strict=True)
    return [_state(int(n), float(log_e), float(low), -float(high)) for n, log_e, low, high in found]


def _state(n: int, log_e: float, low: float, high: float) -> Sequential:
    e = MOST_E if log_e >= math.log(MOST_E) else math.exp(log_e)
    return Sequential(n, e, 1 / e if e > 1 else 1.0, low, high)


def _fixed_mean(units: "Floats", counts: "Floats", room: float, low: float) -> "Floats":
    """Logarithm of the capital of every share (rows x shares), all rows betting against the same mean, `room` above the lowest value."""
    import numpy as np

    shares = np.asarray(SHARES)[:, None]
    factors = np.log(shares * (units - low)[None, :] / room + (1 - shares))
    step = max(1, _AT_ONCE // max(1, factors.size))
    parts = [(counts[at : at + step, None, :] * factors).sum(axis=2) for at in range(0, len(counts), step)]
    return np.concatenate(parts) if parts else np.zeros((0, len(SHARES)))


def _mixed(up: "Floats", down: "Floats") -> "Floats":
    """Logarithm of the mean capital over all shares of both sides; the same when the sides are swapped."""
    import numpy as np

    each = np.logaddexp(up, down)
    top = each.max(axis=1)
    mixed: Floats = top + np.log(np.exp(each - top[:, None]).sum(axis=1) / (2 * len(SHARES)))
    return mixed


class _Side:
    """The bets on "more than m": (1 - share) + share (x - lowest) / (m - lowest) for every share, over all cases of a state."""

    def __init__(self, units: "Floats", counts: "Floats", limits: tuple[float, float]) -> None:
        import numpy as np

        self.low, self.high = limits
        self.above = np.ascontiguousarray(units - self.low)
        self.counts = np.ascontiguousarray(counts)
        sizes = self.counts.sum(axis=1)
        self.mean = self.low + (self.counts * self.above).sum(axis=1) / np.maximum(sizes, 1)

    def guess(self, wanted: float) -> "Floats":
        """About where the capital reaches `wanted`, as for a normal mean: a start for the search."""
        import numpy as np

        sizes = np.maximum(self.counts.sum(axis=1), 1)
        spread = (self.counts * (self.above + self.low - self.mean[:, None]) ** 2).sum(axis=1) / sizes
        return np.asarray(self.mean - np.sqrt(2 * spread * (wanted + 2) / sizes) - (wanted + 2) / sizes * (self.high - self.low) / 4)

    def logs(self, m: "Floats", rows: "NDArray[np.intp]") -> tuple["Floats", "Floats"]:
        """Logarithm of the capital of every share at `m` (one for each of the `rows`), and its slope in m."""
        import numpy as np

        shares = np.asarray(SHARES)[None, :, None]
        room = (m - self.low)[:, None, None]
        won = shares * self.above[None, None, :] / room
        factors = won + (1 - shares)
        counts = self.counts[rows][:, None, :]
        return (counts * np.log(factors)).sum(axis=2), -(counts * won / factors).sum(axis=2) / room[:, :, 0]


def _capital(more: _Side, less: _Side, m: "Floats", rows: "NDArray[np.intp]") -> tuple["Floats", "Floats"]:
    """Logarithm of K_m of these states and its slope in m."""
    import numpy as np

    up, up_slope = more.logs(m, rows)
    down, down_slope = less.logs(-m, rows)
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
    rows = np.flatnonzero(inside - outside > 2 * edge)
    # First the edge itself: where the capital stays small even there, it is the answer. Then a guess; then the search.
    at, then = np.full(len(rows), more.low + edge), more.guess(wanted)[rows]
    for step in range(_STEPS):
        if not len(rows):
            break
        value, slope = _capital(more, less, at, rows)
        beyond = value >= wanted
        outside[rows], inside[rows] = np.where(beyond, at, outside[rows]), np.where(beyond, inside[rows], at)
        go_on = beyond if step == 0 else (inside[rows] - outside[rows] > edge) & ~(beyond & (value - wanted < _CLOSE))
        # From inside, Newton's step on a convex curve leaps out; from outside it walks towards the root and never past it.
        then = then if step == 0 else at - (value - wanted) / np.where(slope < 0, slope, -math.inf)
        low, high = outside[rows], inside[rows]
        at = np.where((then > low) & (then < high), then, 0.5 * (low + high))[go_on]
        rows = rows[go_on]
    return outside
