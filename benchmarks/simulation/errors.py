"""Tests beyond the paired ones of right and wrong: how often they find what is not there."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from benchmarks.simulation.cells import ALPHA, DRAWS, LEVEL, RATES, Cell
from benchmarks.simulation.scores import Outcome
from benchmarks.simulation.truths import ALIKE, NORMAL, STEPS, T3, seed_of
from workbench.stats.binary import mcnemar_exact
from workbench.stats.clusters import cluster_interval
from workbench.stats.correction import holm
from workbench.stats.equivalence import equivalence
from workbench.stats.sequential import capital
from workbench.stats.unpaired import compare_unpaired

Floats = NDArray[Any]
Group = Callable[[np.random.Generator, int], Floats]
VARIANTS, REPEATS = 4, 3
MANY = 10_000  # draws where they are cheap
_SKEW = float(np.exp(0.5))

# Name: the two groups, the difference of their means, whether they are alike, and how many times n the second group has.
GROUPS: dict[str, tuple[Group, Group, float, bool, int]] = {
    "normal": (lambda rng, n: rng.standard_normal(n), lambda rng, n: rng.standard_normal(n), 0.0, True, 1),
    "t3": (lambda rng, n: rng.standard_t(3, n), lambda rng, n: rng.standard_t(3, n), 0.0, True, 1),
    "lognormal": (lambda rng, n: rng.lognormal(0, 1, n), lambda rng, n: rng.lognormal(0, 1, n), 0.0, True, 1),
    "five steps": (lambda rng, n: rng.choice(STEPS, n), lambda rng, n: rng.choice(STEPS, n), 0.0, True, 1),
    "normal, spread 1 and 3, n and 2 n": (lambda rng, n: rng.standard_normal(n), lambda rng, n: 3 * rng.standard_normal(n), 0.0, False, 2),
    "normal, spread 3 and 1, n and 2 n": (lambda rng, n: 3 * rng.standard_normal(n), lambda rng, n: rng.standard_normal(n), 0.0, False, 2),
    "lognormal, twice as large": (lambda rng, n: rng.lognormal(0, 1, n), lambda rng, n: 2 * rng.lognormal(0, 1, n), _SKEW, False, 1),
}


def unpaired(name: str, n: int, draws: int = MANY, again: object = "") -> Outcome:
    """Welch's interval and test on two groups, and Mann and Whitney's test where the groups are alike."""
    draw = np.random.default_rng(seed_of("unpaired", name, n, again))
    first, second, truth, alike, times = GROUPS[name]
    results = [compare_unpaired(first(draw, n), second(draw, n * times)) for _ in range(draws)]
    held = float(np.mean([r.low is not None and r.high is not None and r.low <= truth <= r.high for r in results]))
    tests = [Cell("welch", n, name, _share([r.p for r in results]))] if truth == 0 else []
    if alike:
        tests.append(Cell("mann_whitney", n, name, _share([r.p_wilcoxon for r in results])))
    return Outcome([Cell("welch", n, name, held)], tests)


def tost(name: str, n: int, draws: int = MANY, again: object = "") -> Outcome:
    """Equivalence and non-inferiority, found where the true difference is just the margin."""
    truth = {"normal": NORMAL, "t3": T3, "two lognormals alike": ALIKE}[name]
    draw = np.random.default_rng(seed_of("tost", name, n, again))
    margin, rows = 0.5, truth.draw(draw, (draws, n))
    zeros = np.zeros(n)
    same = [equivalence(zeros, row + margin, margin, alpha=ALPHA) for row in rows]
    worse = [equivalence(zeros, row - margin, margin, alpha=ALPHA) for row in rows]
    return Outcome(
        [],
        [
            Cell("tost", n, name, float(np.mean([found is not None and found.equivalent for found in same]))),
            Cell("noninferior", n, name, float(np.mean([found is not None and found.noninferior for found in worse]))),
        ],
    )


def clusters(name: str, n: int, draws: int = MANY, again: object = "") -> Outcome:
    """Student's interval with cluster-robust errors, `n` cases of several repeats that share what is special about their case."""
    draw = np.random.default_rng(seed_of("clusters", name, n, again))
    held = []
    for _ in range(draws):
        sizes = draw.integers(1, 2 * REPEATS, n) if name.endswith("unequal repeats") else np.full(n, REPEATS)
        cases = np.repeat(np.arange(n), sizes)
        shared = draw.standard_t(3, n) if name.startswith("t3") else draw.standard_normal(n)
        bounds = cluster_interval(shared[cases] + 0.5 * draw.standard_normal(len(cases)), cases.tolist(), LEVEL)
        held.append(bounds is not None and bounds.low <= 0 <= bounds.high)
    rate = float(np.mean(held))
    return Outcome([Cell("cluster", n, name, rate)], [Cell("cluster_t", n, name, 1 - rate)])


def family(name: str, n: int, draws: int = MANY, again: object = "") -> Outcome:
    """Holm's correction over all pairs of four variants that are alike: worlds in which it lets any pair through."""
    draw = np.random.default_rng(seed_of("holm", name, n, again))
    first, second = np.triu_indices(VARIANTS, 1)
    wrong = 0
    for _ in range(draws):
        if name.startswith("rate"):
            right = draw.random((VARIANTS, n)) < float(name.removeprefix("rate "))
            gained, lost = (~right[first] & right[second]).sum(axis=1), (right[first] & ~right[second]).sum(axis=1)
            ps = [_mcnemar(int(b), int(c)) for b, c in zip(gained, lost, strict=True)]
        else:
            values = draw.standard_normal((VARIANTS, n))
            steps = values[second] - values[first]
            ratios = steps.mean(axis=1) / steps.std(axis=1, ddof=1) * np.sqrt(n)
            ps = (2 * stdtr(n - 1, -abs(ratios))).tolist()
        wrong += any(p is not None and p <= ALPHA for p in holm(ps))
    return Outcome([], [Cell("holm", n, name, wrong / draws)])


def peeking(name: str, n: int, draws: int = DRAWS, again: object = "") -> Outcome:
    """The e-value, looked at after every one of `n` cases: worlds in which it ever finds a difference between variants that are alike."""
    draw = np.random.default_rng(seed_of("peeking", name, n, again))
    if name.startswith("rate"):
        rate = float(name.removeprefix("rate "))
        steps = (draw.random((draws, n)) < rate).astype(int) - (draw.random((draws, n)) < rate)
    else:
        steps = np.rint(4 * (draw.choice(STEPS, (draws, n)) - draw.choice(STEPS, (draws, n)))).astype(int)
    units = np.unique(steps)
    counts = np.stack([(steps == unit).cumsum(axis=1) for unit in units], axis=-1).reshape(-1, len(units))
    seen, back = np.unique(counts, axis=0, return_inverse=True)
    evidence = capital(units / 4 if abs(units).max() > 1 else units, seen)[back.ravel()].reshape(draws, n)
    wrong = (evidence.max(axis=1) >= -np.log(ALPHA)).mean()
    return Outcome([Cell("sequential", n, name, float(1 - wrong))], [Cell("sequential", n, name, float(wrong))])


NAMES = {
    unpaired: tuple(GROUPS),
    tost: ("normal", "t3", "two lognormals alike"),
    clusters: ("normal, equal repeats", "t3, unequal repeats"),
    family: (*(f"rate {rate}" for rate in RATES), "normal"),
    peeking: (*(f"rate {rate}" for rate in RATES), "five steps"),
}


def _share(ps: list[float | None]) -> float:
    return float(np.mean([p is not None and p <= ALPHA for p in ps]))


@cache
def _mcnemar(b: int, c: int) -> float:
    return mcnemar_exact(b, c)
