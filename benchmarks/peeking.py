"""What looking after every case does: how often a run without any difference is called decided, and when a real difference is seen.

Owns the simulation; the tests call it, and as a program it prints the table of the guide, one JSON line a figure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.report import report
from workbench.stats import sequential
from workbench.stats.sequential import FEWEST_CASES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Draw = Callable[[np.random.Generator, int], Floats]

RUNS, CASES, LEVEL = 2_000, 500, 0.95
# Rates of A and B, and the share of cases on which they differ.
DIFFERENCES = ((0.70, 0.75, 0.15), (0.70, 0.80, 0.20), (0.50, 0.60, 0.40), (0.80, 0.95, 0.17), (0.50, 0.70, 0.30), (0.30, 0.60, 0.40))
_CHUNK = 100  # runs in memory at once


@dataclass(frozen=True)
class Stopping:
    """When runs were decided: the share that was within the cases there are, and the cases asked (all of them where it was not)."""

    decided: float
    wrong: float
    median: float
    mean: float


def pairs(rate_a: float, rate_b: float, discordance: float) -> "Draw":
    """Differences b - a of cases that are right or wrong under each; `discordance` is the share on which the two differ."""
    better, worse = (discordance + rate_b - rate_a) / 2, (discordance - rate_b + rate_a) / 2
    assert min(better, worse) >= -1e-12
    assert max(rate_a, rate_b) + min(better, worse) <= 1 + 1e-12, "no two such rates differ that often"

    def draw(random: np.random.Generator, cases: int) -> "Floats":
        at = random.random(cases)
        return np.where(at < better, 1.0, np.where(at < better + worse, -1.0, 0.0))

    return draw


def peeks(draw: "Draw", *, runs: int = RUNS, cases: int = CASES, mean: float = 0.0, seed: int = 0) -> "Floats":
    """The logarithm of the capital against `mean` after every case (runs x cases)."""
    random = np.random.default_rng(seed)
    found = []
    for begin in range(0, runs, _CHUNK):
        count = min(_CHUNK, runs - begin)
        values = draw(random, count * cases)
        units, counts = sequential.tally(values, np.arange(len(values)), len(values))
        seen = counts.reshape(count, cases, len(units)).cumsum(axis=1)
        found.append(sequential.capital(units, seen.reshape(-1, len(units)), mean=mean).reshape(count, cases))
    return np.concatenate(found)


def ever(capital: "Floats", *, level: float = LEVEL, fewest: int = 1) -> float:
    """The share of runs in which the capital reached 1 / (1 - level) at any look, the first after `fewest` cases."""
    return float((capital[:, fewest - 1 :] >= -np.log1p(-level)).any(axis=1).mean())


def naive(rate: float, discordance: float, *, runs: int = RUNS, cases: int = CASES, level: float = LEVEL, seed: int = 0) -> float:
    """The share of runs without a difference in which an exact McNemar test, repeated after every case, was ever significant."""
    from scipy.stats import binom

    values = pairs(rate, rate, discordance)(np.random.default_rng(seed), runs * cases).reshape(runs, cases)
    gained, lost = (values > 0).cumsum(axis=1), (values < 0).cumsum(axis=1)
    fewer, both = np.minimum(gained, lost), gained + lost
    p = 2 * binom.cdf(np.arange(fewer.max() + 1)[:, None], np.arange(both.max() + 1)[None, :], 0.5)[fewer, both]
    return float((p[:, FEWEST_CASES - 1 :] <= 1 - level).any(axis=1).mean())


def stopping_times(
    rate_a: float, rate_b: float, discordance: float, *, runs: int = RUNS, cases: int = CASES, level: float = LEVEL, seed: int = 0
) -> Stopping:
    """When runs of two variants with these rates are decided, looked at after every case."""
    draw = pairs(rate_a, rate_b, discordance)
    capital = peeks(draw, runs=runs, cases=cases, seed=seed)
    hits = capital >= -np.log1p(-level)
    hits[:, : FEWEST_CASES - 1] = False
    stopped = hits.any(axis=1)
    at = np.where(stopped, hits.argmax(axis=1) + 1, cases)
    # The same seed draws the same cases again: the sign of their mean where the run was stopped names the winner.
    values = np.concatenate([part.reshape(-1, cases) for part in _redrawn(draw, runs, cases, seed)])
    mean = np.take_along_axis(values.cumsum(axis=1), at[:, None] - 1, axis=1)[:, 0]
    wrong = stopped & (np.sign(mean) != np.sign(rate_b - rate_a))
    return Stopping(float(stopped.mean()), float(wrong.mean()), float(np.median(at)), float(at.mean()))


def main() -> None:
    for rate, discordance in ((0.5, 0.5), (0.8, 0.2), (0.95, 0.05)):
        name = f"no difference, {rate:.0%} right, {discordance:.0%} of cases differ"
        share = ever(peeks(pairs(rate, rate, discordance)), fewest=FEWEST_CASES)
        report(f"{name}: false winners under continuous peeking", share, "share", RUNS, bar=0.05)
        report(f"{name}: the same with a repeated McNemar test", naive(rate, discordance), "share", RUNS)
    for a, b, discordance in DIFFERENCES:
        found = stopping_times(a, b, discordance)
        name = f"{a:.0%} against {b:.0%}, {discordance:.0%} of cases differ"
        report(f"{name}: decided within {CASES} cases", found.decided, "share", RUNS)
        report(f"{name}: the wrong one", found.wrong, "share", RUNS)
        report(f"{name}: cases until decided, median", found.median, "cases", RUNS)
        report(f"{name}: cases until decided, mean", found.mean, "cases", RUNS)


def _redrawn(draw: "Draw", runs: int, cases: int, seed: int) -> "list[Floats]":
    random = np.random.default_rng(seed)
    return [draw(random, min(_CHUNK, runs - begin) * cases) for begin in range(0, runs, _CHUNK)]


if __name__ == "__main__":
    main()
