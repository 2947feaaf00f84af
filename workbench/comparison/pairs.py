"""Every pair of variants on one metric: the tests, the correction over pairs, and the rule that makes an outcome of them.

The rule, in this order: nothing to test is undecided; within the margin is equivalent; a corrected p below alpha is a winner; else
undecided. Where somebody could look before the planned end, evidence that holds at every look takes the place of the p value.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from workbench.comparison.model import EQUIVALENT, SCORE, UNDECIDED, WINNER, Metric, Options, Pair
from workbench.stats import PairResult
from workbench.stats.correction import holm
from workbench.stats.equivalence import Equivalence
from workbench.stats.sequential import FEWEST_CASES, Sequential

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.comparison.matrix import Matrix

    Floats = NDArray[np.float64]

POWER = 0.8


@dataclass(frozen=True)
class _Evidence:
    """What the rule decides by: a p value corrected for the pairs, and whether the two are equivalent; `told` is kept with the pair."""

    p: float
    equivalent: bool = False
    equivalence: Equivalence | None = None
    told: Sequential | None = None


def chosen(names: Sequence[str], baseline: str | None) -> list[tuple[int, int]]:
    """The pairs to compare, as positions: all of them, or every variant against the baseline."""
    if baseline is None:
        return list(combinations(range(len(names)), 2))
    first = list(names).index(baseline)
    return [(first, other) for other in range(len(names)) if other != first]


def of_metric(matrix: "Matrix", name: str, options: Options, *, peeked: bool = False, deep: bool = True) -> list[Pair]:
    """The pairs of a metric, with tests and outcome; `deep` adds what only a reader of the numbers wants. Verdicts are left empty."""
    metric, values = matrix.metric(name), matrix.values[name]
    pairs = chosen(matrix.names, options.baseline)
    tested = results(matrix, name, pairs, options)
    evidence = _evidence(matrix, metric, pairs, tested, options, peeked=peeked)
    made = []
    for (a, b), result, seen in zip(pairs, tested, evidence, strict=True):
        outcome, better = _outcome(result, metric, seen, 1 - options.level)
        pair = Pair(
            a=matrix.names[a],
            b=matrix.names[b],
            metric=name,
            result=result,
            p_adjusted=seen.p,
            outcome=outcome,
            winner=None if better is None else matrix.names[(a, b)[better]],
            verdict="",
            relative=_relative(values[a], values[b], matrix.paired),
            equivalence=seen.equivalence,
            sequential=seen.told,
        )
        made.append(
            _deepened(pair, metric, values[a], values[b], 1 - options.level) if deep and name == SCORE.name and matrix.paired else pair
        )
    return made


def results(matrix: "Matrix", name: str, pairs: list[tuple[int, int]], options: Options) -> list[PairResult]:
    """The tests of some pairs of a metric."""
    from workbench.stats import paired

    values, limits = matrix.values[name], matrix.limits_of(name)
    if not pairs:
        return []
    if matrix.paired:
        if not hasattr(paired, "compare_all"):
            return [paired.compare(values[a], values[b], level=options.level, seed=options.seed, limits=limits) for a, b in pairs]
        return paired.compare_all(values, pairs, level=options.level, seed=options.seed, limits=limits)
    from workbench.stats import unpaired

    return [unpaired.compare_unpaired(values[a], values[b], level=options.level, limits=limits) for a, b in pairs]


def _evidence(
    matrix: "Matrix", metric: Metric, pairs: list[tuple[int, int]], results: list[PairResult], options: Options, *, peeked: bool
) -> list[_Evidence]:
    values, alpha = matrix.values[metric.name], 1 - options.level
    margin = options.margin if metric.name == SCORE.name else None
    if peeked and matrix.paired:
        return [_at_every_look(values[b] - values[a], matrix.limits_of(metric.name), margin, options.level, len(pairs)) for a, b in pairs]
    corrected = [1.0 if p is None else p for p in holm([result.p for result in results])]
    found = []
    for (a, b), p in zip(pairs, corrected, strict=True):
        within = None if margin is None else _equivalence(values[a], values[b], margin, alpha, metric, paired=matrix.paired)
        bounds = matrix.limits_of(metric.name) if metric.name == SCORE.name and matrix.paired else None
        told = None if bounds is None else _sequential(values[b] - values[a], bounds, options.level)
        found.append(_Evidence(p, within is not None and within.equivalent, within, told))
    return found


def _at_every_look(differences: "Floats", limits: tuple[float, float] | None, margin: float | None, level: float, count: int) -> _Evidence:
    """Evidence that holds however often somebody looked. A metric without limits is read by the sign of each case's difference alone."""
    import numpy as np

    bounded = limits is not None
    seen = _sequential(differences if bounded else np.sign(differences), limits or (-1.0, 1.0), level)
    if seen is None or seen.n < FEWEST_CASES:
        return _Evidence(1.0, told=seen if bounded else None)
    p = min(1.0, count * seen.p)
    if not bounded:
        agrees = np.nanmean(differences) * np.nanmean(np.sign(differences)) > 0
        return _Evidence(p if agrees else 1.0)
    strict = seen if count == 1 or margin is None else _sequential(differences, limits or (-1.0, 1.0), 1 - (1 - level) / count)
    within = margin is not None and strict is not None and -margin < strict.low and strict.high < margin
    return _Evidence(p, within, told=seen)


def _sequential(differences: "Floats", limits: tuple[float, float], level: float) -> Sequential | None:
    from workbench.stats.sequential import sequential

    return sequential(differences, limits=limits, level=level)


def _equivalence(a: "Floats", b: "Floats", margin: float, alpha: float, metric: Metric, *, paired: bool) -> Equivalence | None:
    if not paired:
        return _unpaired_equivalence(a, b, margin, alpha)
    from workbench.stats.equivalence import equivalence

    if metric.higher_is_better:
        return equivalence(a, b, margin, alpha=alpha)
    turned = equivalence(-a, -b, margin, alpha=alpha)
    return None if turned is None else replace(turned, low=-turned.high, high=-turned.low)


def _unpaired_equivalence(a: "Floats", b: "Floats", margin: float, alpha: float) -> Equivalence | None:
    from workbench.stats.unpaired import compare_unpaired

    found = compare_unpaired(a, b, level=1 - 2 * alpha)
    if found.low is None or found.high is None:
        return None
    within = -margin < found.low and found.high < margin
    # The interval alone decides here; its two one-sided p values are known only as being below or above alpha.
    return Equivalence(margin, math.nan, math.nan, found.low, found.high, within, found.low > -margin)


def _outcome(result: PairResult, metric: Metric, evidence: _Evidence, alpha: float) -> tuple[str, int | None]:
    """The outcome, and which of the two won."""
    if not result.n or result.difference is None:
        return UNDECIDED, None
    if evidence.equivalent:
        return EQUIVALENT, None
    if evidence.p < alpha and result.difference != 0:
        return WINNER, int((result.difference > 0) == metric.higher_is_better)
    return UNDECIDED, None


def _relative(a: "Floats", b: "Floats", paired: bool) -> float | None:
    import numpy as np

    both = np.isfinite(a) & np.isfinite(b)
    first, second = (a[both], b[both]) if paired else (a[np.isfinite(a)], b[np.isfinite(b)])
    if not len(first) or not len(second) or not first.mean():
        return None
    return float(second.mean() / first.mean() - 1)


def _deepened(pair: Pair, metric: Metric, a: "Floats", b: "Floats", alpha: float) -> Pair:
    """The pair with its Bayesian reading and its power, before and after."""
    from workbench.stats import power
    from workbench.stats.bayes import bayes

    result = pair.result
    if not result.n:
        return pair
    detectable = None
    if result.kind == "binary" and result.gained is not None and result.lost is not None:
        detectable = power.detectable_binary(result.n, (result.gained + result.lost) / result.n, POWER, alpha)
    elif result.sd is not None:
        detectable = power.detectable_numeric(result.n, result.sd, POWER, alpha)
    more = power.more_cases(result, power=POWER, alpha=alpha) if pair.outcome == UNDECIDED else None
    return replace(pair, bayes=bayes(a, b, higher_is_better=metric.higher_is_better), detectable=detectable, more_cases=more)
