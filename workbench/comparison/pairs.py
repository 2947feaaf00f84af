"""Every pair of variants on one metric: the tests, the correction over pairs, and the rule that makes an outcome of them.

The rule, in this order: nothing to test is undecided; within the margin is equivalent; a corrected p below alpha is a winner, of
numbers only where their interval leaves 0 out as well; else undecided. Where somebody could look before the planned end, p and
intervals are those that hold at every look.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from workbench.comparison.model import EQUIVALENT, SCORE, UNDECIDED, WINNER, Metric, Options, Pair
from workbench.stats import PairResult
from workbench.stats.correction import holm
from workbench.stats.sequential import FEWEST_CASES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.comparison.matrix import Matrix

    Floats = NDArray[np.float64]

POWER = 0.8


def chosen(names: Sequence[str], baseline: str | None) -> list[tuple[int, int]]:
    """The pairs to compare, as positions: all of them, or every variant against the baseline."""
    if baseline is None:
        return list(combinations(range(len(names)), 2))
    first = list(names).index(baseline)
    return [(first, other) for other in range(len(names)) if other != first]


def of_all(matrix: "Matrix", options: Options, *, peeked: bool, deep: bool = True) -> list[Pair]:
    """The pairs of every metric, with tests and outcome; `deep` adds what only a reader of the numbers wants. Verdicts are left empty."""
    places = chosen(matrix.names, options.baseline)
    found = measured(matrix, places, options, peeked=peeked)
    made = []
    for metric in matrix.metrics:
        pairs = _of_metric(matrix, metric, list(zip(places, found[metric.name], strict=True)), options, peeked=peeked)
        made += [_deepened(pair, matrix, options) if deep and metric.name == SCORE.name else pair for pair in pairs]
    return made


def measured(matrix: "Matrix", places: list[tuple[int, int]], options: Options, *, peeked: bool) -> dict[str, list[PairResult]]:
    """The test and the interval of some pairs on every metric; where somebody could look, those that hold at every look.

    Metrics that share their limits are measured in one call, as they share its random numbers too.
    """
    import numpy as np

    from workbench.stats import paired, unpaired

    found: dict[str, list[PairResult]] = {metric.name: [] for metric in matrix.metrics}
    if not places:
        return found
    for limits in {matrix.limits_of(name): None for name in found}:
        names = [name for name in found if matrix.limits_of(name) == limits]
        table = np.concatenate([matrix.values[name] for name in names])
        rows = [(at * len(matrix.names) + a, at * len(matrix.names) + b) for at in range(len(names)) for a, b in places]
        if matrix.paired:
            results = paired.compare_all(table, rows, level=options.level, seed=options.seed, limits=limits)
        else:
            results = [unpaired.compare_unpaired(table[a], table[b], level=options.level, limits=limits) for a, b in rows]
        if peeked and matrix.paired:
            pairs = zip(rows, results, strict=True)
            results = [_looked_at(result, table[b] - table[a], limits, options.level) for (a, b), result in pairs]
        for at, name in enumerate(names):
            found[name] = results[at * len(places) : (at + 1) * len(places)]
    return found


def _of_metric(
    matrix: "Matrix", metric: Metric, measures: list[tuple[tuple[int, int], PairResult]], options: Options, *, peeked: bool
) -> list[Pair]:
    name, values, alpha = metric.name, matrix.values[metric.name], 1 - options.level
    watched = len(measures) if peeked and matrix.paired else 0
    corrected = [1.0 if p is None else p for p in holm([result.p for _, result in measures])]
    made = []
    for ((a, b), result), p in zip(measures, corrected, strict=True):
        relative = _relative(values[a], values[b], paired=matrix.paired)
        pair = Pair(matrix.names[a], matrix.names[b], name, result, p, UNDECIDED, None, "", relative)
        if name == SCORE.name:
            pair = _on_score(pair, matrix, (a, b), options, watched=watched)
        outcome, better = _outcome(pair, metric, alpha, fewest=FEWEST_CASES if peeked else 1)
        made.append(replace(pair, outcome=outcome, winner=None if better is None else (pair.a, pair.b)[better]))
    return made


def _looked_at(result: PairResult, differences: "Floats", limits: tuple[float, float] | None, level: float) -> PairResult:
    """The result with figures that hold however often somebody looked; those that do not are taken out.

    A metric without limits is read by the sign of each case's difference: that tells who is ahead, and has no interval.
    """
    import numpy as np

    from workbench.stats.sequential import sequential

    bounded = limits is not None
    seen = sequential(differences if bounded else np.sign(differences), limits=limits or (-1.0, 1.0), level=level)
    if not result.n or seen is None:
        return replace(result, p=None if not result.n else 1.0, low=None, high=None, test="none", method="none")
    p = seen.p if bounded or np.nanmean(np.sign(differences)) * (result.difference or 0.0) > 0 else 1.0
    kept = {
        name: getattr(result, name)
        for name in ("n", "difference", "kind", "gained", "lost", "both", "sd", "median", "superiority", "higher", "lower")
    }
    low, high = (seen.low, seen.high) if bounded else (None, None)
    test = "e_value" if bounded else "e_value_of_signs"
    return PairResult(**kept, low=low, high=high, p=p, test=test, method="confidence_sequence" if bounded else "none")


def _on_score(pair: Pair, matrix: "Matrix", at: tuple[int, int], options: Options, *, watched: int) -> Pair:
    """The pair with what only a score has: equivalence within the margin, and the evidence case by case.

    `watched` is the number of pairs that somebody could look at, 0 where nobody could.
    """
    from workbench.comparison import within
    from workbench.stats.sequential import sequential

    a, b = matrix.values[SCORE.name][at[0]], matrix.values[SCORE.name][at[1]]
    if matrix.paired and matrix.limits is not None:
        pair = replace(pair, sequential=sequential(b - a, limits=matrix.limits, level=options.level))
    if options.margin is None:
        return pair
    alpha, margin = 1 - options.level, options.margin
    if watched:
        return replace(pair, equivalence=within.at_every_look(b - a, margin, alpha / watched, matrix.limits))
    higher = matrix.metric(SCORE.name).higher_is_better
    return replace(pair, equivalence=within.by_tests(a, b, margin, alpha, paired=matrix.paired, higher_is_better=higher))


def _outcome(pair: Pair, metric: Metric, alpha: float, *, fewest: int) -> tuple[str, int | None]:
    """The outcome, and which of the two won."""
    result = pair.result
    if result.difference is None or result.n < max(1, fewest):
        return UNDECIDED, None
    if pair.equivalence is not None and pair.equivalence.equivalent:
        return EQUIVALENT, None
    if clear(result, pair.p_adjusted, alpha):
        return WINNER, int((result.difference > 0) == metric.higher_is_better)
    return UNDECIDED, None


def clear(result: PairResult, p: float | None, alpha: float) -> bool:
    """Whether a pair differs, `p` being the corrected one: p is below alpha and, for numbers, the interval leaves 0 out where there is one.

    Few differing cases have a wide interval whatever their signs say. Of right and wrong the exact test alone decides: Tango's
    interval leaves 0 out wherever that test finds something.
    """
    if not result.difference or p is None or p >= alpha:
        return False
    if result.kind != "numeric" or result.method == "confidence_sequence" or result.low is None or result.high is None:
        return True
    return result.low > 0 or result.high < 0


def _relative(a: "Floats", b: "Floats", *, paired: bool) -> float | None:
    import numpy as np

    both = np.isfinite(a) & np.isfinite(b)
    first, second = (a[both], b[both]) if paired else (a[np.isfinite(a)], b[np.isfinite(b)])
    if not len(first) or not len(second) or not first.mean():
        return None
    found = float(second.mean() / first.mean() - 1)
    return found if math.isfinite(found) else None


def _deepened(pair: Pair, matrix: "Matrix", options: Options) -> Pair:
    """The pair with its Bayesian reading, what it could have seen, and how many more cases would decide."""
    from workbench.stats import power
    from workbench.stats.bayes import bayes, bayes_unpaired

    result, detectable, alpha = pair.result, None, 1 - options.level
    if not result.n:
        return pair
    a, b = (matrix.values[SCORE.name][matrix.names.index(name)] for name in (pair.a, pair.b))
    if matrix.paired:  # more cases must bring p below what the strictest step of the correction asks of it
        alpha /= len(chosen(matrix.names, options.baseline))
    more = power.more_cases(result, power=POWER, alpha=alpha) if pair.outcome == UNDECIDED else None
    higher = matrix.metric(SCORE.name).higher_is_better
    if not matrix.paired:
        return replace(pair, bayes=bayes_unpaired(a, b, higher_is_better=higher), more_cases=more or None)
    if result.kind == "binary" and result.gained is not None and result.lost is not None:
        detectable = power.detectable_binary(result.n, (result.gained + result.lost) / result.n, POWER, alpha)
    elif result.sd:  # without spread there is nothing to judge power by
        detectable = power.detectable_numeric(result.n, result.sd, POWER, alpha)
    return replace(pair, bayes=bayes(a, b, higher_is_better=higher), detectable=detectable, more_cases=more or None)
