"""Numeric differences through the function the product calls: one draw is one pair of variants of `compare_all`."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from benchmarks.simulation.cells import ALPHA, DRAWS, Cell
from benchmarks.simulation.truths import STEPS, TRUTHS, seed_of
from workbench.stats.mean import figure
from workbench.stats.paired import PairResult, compare_all

GROUPS = 16  # each with its own seed of the resampling, so that the chance in one set of weights does not decide
_NEAR = 1e-9
SCORES = {
    "five steps, even": np.full(5, 0.2),
    "five steps, most at both ends": np.array([0.3, 0.15, 0.1, 0.15, 0.3]),
    "five steps, 80 % perfect": np.array([0.05, 0.05, 0.05, 0.05, 0.8]),
    "five steps, 95 % perfect": np.array([0.02, 0.01, 0.01, 0.01, 0.95]),
}


@dataclass(frozen=True)
class Outcome:
    """What one world gave: intervals that held the truth, tests that found a difference."""

    intervals: list[Cell]
    tests: list[Cell]
    skewed: list[Cell] = field(default_factory=list)  # the tests where the mean is 0, but more cases fall than rise


def measure(name: str, n: int, draws: int = DRAWS, again: object = "", groups: int = GROUPS) -> Outcome:
    """Coverage of the intervals of mean and median on the data called `name`; where its variants are alike, the errors of the tests too."""
    truth, draw = TRUTHS[name], np.random.default_rng(seed_of("scores", name, n, again))
    results: list[PairResult] = []
    for group in range(groups):
        many = draws // groups
        values = np.vstack([np.zeros((1, n)), truth.draw(draw, (many, n))])
        results += compare_all(values, [(0, row + 1) for row in range(many)], seed=group, limits=truth.limits, binary=False)
    method = Counter(result.method for result in results if result.method != "none").most_common(1)[0][0]
    held = [_holds(result.low, result.high, truth.mean) for result in results]
    intervals = [Cell(method, n, name, float(np.mean(held)))]
    if truth.median is not None:
        held = [_holds(result.median_low, result.median_high, truth.median) for result in results]
        intervals.append(Cell("median", n, name, float(np.mean(held))))
    if truth.mean != 0:
        return Outcome(intervals, [])
    found = {
        results[0].test: [result.p for result in results],
        "paired_t": [result.p_t for result in results],
        "wilcoxon": [result.p_wilcoxon for result in results],
    }
    tests = [Cell(test, n, name, _share(ps)) for test, ps in found.items()]
    return Outcome(intervals, tests) if truth.null else Outcome(intervals, [], tests)


def one_variant(name: str, n: int, draws: int = DRAWS, again: object = "") -> Outcome:
    """Coverage of the interval of one variant's mean score."""
    chances, draw = SCORES[name], np.random.default_rng(seed_of("one", name, n, again))
    rows = draw.choice(STEPS, (draws, n), p=chances)
    bounds = [figure(row.tolist(), limits=(0.0, 1.0), seed=at % GROUPS) for at, row in enumerate(rows)]
    held = [_holds(low, high, float(STEPS @ chances)) for low, high, _ in bounds]
    return Outcome([Cell("score", n, name, float(np.mean(held)))], [])


def _holds(low: float | None, high: float | None, truth: float) -> bool:
    return (low is None or low <= truth + _NEAR) and (high is None or truth - _NEAR <= high)


def _share(ps: list[float | None]) -> float:
    return float(np.mean([p is not None and p <= ALPHA for p in ps]))
