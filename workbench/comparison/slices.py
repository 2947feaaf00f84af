"""The same comparison on the cases of one tag at a time, corrected for all of them: where does the winner lose?"""

from typing import TYPE_CHECKING

from workbench.comparison import pairs
from workbench.comparison.model import SCORE, Comparison, Slice

if TYPE_CHECKING:
    from workbench.comparison.matrix import Matrix

FEWEST = 5  # cases below which a tag is no slice
MOST = 50  # tags that are looked at, the most frequent first: beyond it every case has a tag of its own


def tags(matrix: "Matrix") -> list[str]:
    """The tags that enough cases carry, most frequent first."""
    counts: dict[str, int] = {}
    for found in matrix.tags:
        for tag in dict.fromkeys(found):
            counts[tag] = counts.get(tag, 0) + 1
    # A tag that every case carries is the whole over again.
    enough = [tag for tag, count in counts.items() if FEWEST <= count < matrix.cases]
    return sorted(enough, key=lambda tag: -counts[tag])[:MOST]


def of(found: Comparison, matrix: "Matrix") -> tuple[Slice, ...]:
    """Every pair on every tag with enough cases in both; `reversed` where the winner of the pair loses."""
    import numpy as np

    from workbench.stats.correction import holm

    wanted = tags(matrix)
    if not wanted or not matrix.paired:
        return ()
    metric, options = matrix.metric(SCORE.name), found.options
    places = pairs.chosen(matrix.names, options.baseline)
    made = []
    for tag in wanted:
        part = matrix.only(np.array([tag in mine for mine in matrix.tags], dtype=bool))
        results = pairs.measured(part, places, options, peeked=found.peeked)[SCORE.name]
        made += [(tag, a, b, result) for (a, b), result in zip(places, results, strict=True) if result.n >= FEWEST]
    corrected = holm([result.p for _tag, _a, _b, result in made])
    winners = {(pair.a, pair.b): pair.winner for pair in found.pairs if pair.metric == metric.name}
    made_of = []
    for (tag, a, b, result), p in zip(made, corrected, strict=True):
        names = (matrix.names[a], matrix.names[b])
        won = winners[names]
        ahead = names[((result.difference or 0.0) > 0) == metric.higher_is_better]
        turned = won is not None and ahead != won and pairs.clear(result, p, 1 - options.level)
        made_of.append(Slice(tag, *names, result, 1.0 if p is None else p, turned))
    return tuple(made_of)
