"""Whether two variants are as good as each other within a margin: on the same cases, on different ones, and while somebody looks on."""

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.stats.equivalence import Equivalence, equivalence, equivalence_unpaired
from workbench.stats.sequential import FEWEST_CASES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def by_tests(a: "Floats", b: "Floats", margin: float, alpha: float, *, paired: bool, higher_is_better: bool) -> Equivalence | None:
    """Two one-sided tests, on the same cases where `paired`, else on different ones."""
    test = equivalence if paired else equivalence_unpaired
    if higher_is_better:
        return test(a, b, margin, alpha=alpha)
    # Seen from the other side, b is not worse where a is not higher by the margin.
    turned = test(b, a, margin, alpha=alpha)
    return None if turned is None else replace(turned, low=-turned.high, high=-turned.low)


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
