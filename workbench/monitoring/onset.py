"""When something got worse: the stretch of buckets whose figure stands out most from all others. Pure arithmetic; tests nothing.

Source: the likelihood ratio scan for an epidemic change in the mean, Levin & Kline, Statistics in Medicine 4 (1985) 469-488.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_BACK = 0.5  # over, where the buckets after the stretch lie nearer to those before it


def stretch(sums: Sequence[float], counts: Sequence[float], first: int) -> tuple[int, int] | None:
    """[begin, end) of the buckets, `first` or later, whose ratio of sums to counts lies above the rest most clearly, weighed by counts.

    `end` is the number of buckets where it lasts to the end. None where no stretch lies above the rest, or nothing else was counted.
    """
    import numpy as np

    if first >= len(sums):
        return None
    total, size = np.concatenate([[0.0], np.cumsum(sums)]), np.concatenate([[0.0], np.cumsum(counts)])
    begins, ends = np.arange(len(sums))[:, None], np.arange(1, len(sums) + 1)[None, :]
    inside, held = total[ends] - total[begins], size[ends] - size[begins]
    outside, rest = total[-1] - inside, size[-1] - held
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = inside / held - outside / rest
        weight = gap**2 * held * rest
    weight[(begins >= ends) | (begins < first) | ~(gap > 0) | ~np.isfinite(gap)] = -1.0
    begin, end = (int(place) for place in np.unravel_index(int(weight.argmax()), weight.shape))
    return None if weight[begin, end] <= 0 else _lasting(total, size, begin, end + 1)


def _lasting(total: "np.ndarray", size: "np.ndarray", begin: int, end: int) -> tuple[int, int]:
    """To the end, where what comes after the stretch is no better than half way back."""
    last = len(total) - 1
    after, before = size[last] - size[end], size[begin]
    if not after or not before:
        return begin, last
    inside = (total[end] - total[begin]) / (size[end] - size[begin])
    usual = total[begin] / before
    since = (total[last] - total[end]) / after
    return (begin, last) if since - usual > _BACK * (inside - usual) else (begin, end)
