"""Many comparisons at once: Holm's correction, and a ranking that shows ties as ties. Pure arithmetic; decides nothing by a mean alone."""

import math
from collections.abc import Callable, Sequence

RANKING_RULE = (
    "Variants stand in the order of their means. A variant shares the place of those just above it unless one of them beats it "
    "after correction; then it opens the next place."
)


def holm(ps: Sequence[float | None], *, beside: int = 0) -> list[float | None]:
    """Holm's step-down adjustment, Scandinavian Journal of Statistics 6 (1979) 65-70, in the order given.

    As R's p.adjust(method="holm"): what is missing (None or NaN) stays None and does not count as a comparison. `beside` are so many
    further comparisons of p 1.
    """
    known = sorted((p, index) for index, p in enumerate(ps) if p is not None and not math.isnan(p))
    if any(not 0 <= p <= 1 for p, _ in known):
        raise ValueError("a p value lies between 0 and 1")
    adjusted: list[float | None] = [None] * len(ps)
    largest = 0.0
    for step, (p, index) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) + beside - step) * p))
        adjusted[index] = largest
    return adjusted


def ranking(means: Sequence[float | None], beats: Callable[[int, int], bool], *, higher_is_better: bool = True) -> list[tuple[int, int]]:
    """(place, index) of every variant, best first; `beats(i, j)` says whether a test, corrected, has variant i better than variant j.

    See RANKING_RULE; a place is 1 + the number of variants on better places: 1, 1, 3. Nobody shares a place with someone who beats them,
    but for one case: where tests and means disagree (the means are over different cases) and a lower one beats a higher, all from one to
    the other share a place, so that nobody on a better place is ever beaten by someone on a worse one. Variants without a mean come last.
    """
    known = [index for index, mean in enumerate(means) if mean is not None and not math.isnan(mean)]
    sign = -1.0 if higher_is_better else 1.0
    order = sorted(known, key=lambda index: (sign * float(means[index] or 0.0), index))
    groups: list[list[int]] = []
    for index in order:
        if groups and not any(beats(above, index) for above in groups[-1]):
            groups[-1].append(index)
        else:
            groups.append([index])
        upset = next((at for at, group in enumerate(groups[:-1]) if any(beats(index, above) for above in group)), None)
        if upset is not None:
            groups[upset:] = [[member for group in groups[upset:] for member in group]]
    groups.append([index for index in range(len(means)) if index not in known])
    placed: list[tuple[int, int]] = []
    for group in groups:
        placed += [(len(placed) + 1, index) for index in group]
    return placed
