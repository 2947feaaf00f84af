"""Whether two variants are as good as each other within a margin: on the same cases, on different ones, and while somebody looks on."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.stats.equivalence import Equivalence, equivalence, right_or_wrong
from workbench.stats.intervals import Interval
from workbench.stats.sequential import FEWEST_CASES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def paired(a: "Floats", b: "Floats", margin: float, alpha: float, *, higher_is_better: bool = True) -> Equivalence | None:
    """Two one-sided tests on the same cases."""
    if higher_is_better:
        return equivalence(a, b, margin, alpha=alpha)
    turned = equivalence(-a, -b, margin, alpha=alpha)
    return None if turned is None else replace(turned, low=-turned.high, high=-turned.low)


def unpaired(a: "Floats", b: "Floats", margin: float, alpha: float, *, higher_is_better: bool = True) -> Equivalence | None:
    """The same on different cases: the interval for unpaired groups must lie inside the margin.

    A one-sided p is the smallest error rate at which its end of the interval does; None where nothing bounds the difference.
    """
    bounds = _interval_of(a, b)
    if bounds is None:
        return None
    below = _smallest(lambda error: bounds(1 - 2 * error).low > -margin)
    above = _smallest(lambda error: bounds(1 - 2 * error).high < margin)
    p, worse = max(below, above), below if higher_is_better else above
    low, high = bounds(1 - 2 * alpha)
    return Equivalence(margin, p, worse, low, high, equivalent=p < alpha, noninferior=worse < alpha)


def at_every_look(differences: "Floats", margin: float, alpha: float, limits: tuple[float, float] | None) -> Equivalence | None:
    """The same while somebody looks on: the confidence sequence must lie inside the margin. `alpha` is that of this pair alone."""
    from workbench.stats.sequential import sequential

    seen = sequential(differences, limits=limits, level=1 - alpha)
    if seen is None or limits is None or seen.n < FEWEST_CASES:
        return None
    low, high = limits
    worse = better = 1.0
    if seen.low > -margin:  # the evidence against a mean of -margin, which lies below what was seen
        found = sequential(differences + margin, limits=(low + margin, high + margin), level=1 - alpha) if margin < -low else None
        worse = found.p if found else 0.0
    if seen.high < margin:
        found = sequential(differences - margin, limits=(low - margin, high - margin), level=1 - alpha) if margin < high else None
        better = found.p if found else 0.0
    within = -margin < seen.low and seen.high < margin
    return Equivalence(margin, max(worse, better), worse, seen.low, seen.high, equivalent=within, noninferior=seen.low > -margin)


def _interval_of(a: "Floats", b: "Floats") -> Callable[[float], Interval] | None:
    """The interval of the difference of two groups, by its level."""
    import numpy as np

    from workbench.stats.unpaired import newcombe, welch

    first, second = a[np.isfinite(a)], b[np.isfinite(b)]
    if not len(first) or not len(second):
        return None
    if right_or_wrong(first) and right_or_wrong(second):
        counts = (int(first.sum()), len(first), int(second.sum()), len(second))
        return lambda level: newcombe(*counts, level)
    if welch(first, second) is None:
        return None

    def bounds(level: float) -> Interval:
        found = welch(first, second, level)
        assert found is not None
        return found[1]

    return bounds


def _smallest(holds: Callable[[float], bool]) -> float:
    """The smallest error rate below 1/2 at which something holds; 1 where it never does."""
    low, high = 0.0, 0.5
    if not holds(high - 1e-9):
        return 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
