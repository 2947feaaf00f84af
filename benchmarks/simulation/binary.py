"""Right and wrong answers: every outcome that can happen is enumerated with its probability, so that chance decides nothing."""

import math
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations_with_replacement

from benchmarks.simulation.cells import ALPHA, RATES, Cell
from workbench.stats.binary import mcnemar_exact, mcnemar_midp, odds_ratio, tango
from workbench.stats.equivalence import equivalence
from workbench.stats.intervals import proportion
from workbench.stats.unpaired import fisher, newcombe

TOGETHER = {"independent": 0.0, "correlated": 0.5, "strongly correlated": 0.9}  # shares of the largest correlation the rates allow
_RARE = 1e-10  # outcomes rarer than this are left out; together they weigh less than 0.01 points
_NEAR = 1e-12
Bounds = tuple[float | None, float | None]
MARGIN = 0.1


def coverage(sizes: tuple[int, ...]) -> Iterator[Cell]:
    """The share of worlds in which each interval holds the truth."""
    for n in sizes:
        for rate in RATES:
            held = _share((weight, _holds(_proportion(k, n), rate)) for weight, k in singles(n, rate))
            yield Cell("proportion", n, f"rate {rate}", held, exact=True)
        for first, second, how, gained, lost in pairs():
            where, outcomes = f"{first} and {second}, {how}", list(trinomial(n, gained, lost))
            held = _share((weight, _holds(_tango(b, c, n), gained - lost)) for weight, b, c in outcomes)
            yield Cell("tango", n, where, held, exact=True)
            held = _share((weight, _holds(_odds(b, c), gained / lost)) for weight, b, c in outcomes)
            yield Cell("odds_ratio", n, where, held, exact=True)
        for first, second in combinations_with_replacement(RATES, 2):
            held = _share((weight, _holds(_newcombe(k, m, n), second - first)) for weight, k, m in doubles(n, first, second))
            yield Cell("newcombe", n, f"{first} and {second}", held, exact=True)


def errors(sizes: tuple[int, ...]) -> Iterator[Cell]:
    """The share of worlds without a difference (for TOST: with one of just the margin) in which each test finds one."""
    for n in sizes:
        for first, second, how, gained, lost in pairs():
            if first == second:
                where, outcomes = f"both {first}, {how}", list(trinomial(n, gained, lost))
                found = _share((weight, mcnemar_exact(b, c) <= ALPHA) for weight, b, c in outcomes)
                yield Cell("mcnemar_exact", n, where, found, exact=True)
                found = _share((weight, mcnemar_midp(b, c) <= ALPHA) for weight, b, c in outcomes)
                yield Cell("mcnemar_midp", n, where, found, exact=True)
        for rate in RATES:
            found = _share((weight, _fisher(k, m, n) <= ALPHA) for weight, k, m in doubles(n, rate, rate))
            yield Cell("fisher", n, f"both {rate}", found, exact=True)
        for discordant in (12, 30, 60):  # at least as many as the margin
            gained, lost = discordant / 200 - MARGIN / 2, discordant / 200 + MARGIN / 2
            found = _share((weight, _equivalent(b, c, n)) for weight, b, c in trinomial(n, gained, lost))
            yield Cell("tost", n, f"right or wrong, {discordant} % discordant", found, exact=True)


def pairs() -> Iterator[tuple[float, float, str, float, float]]:
    """Two rates, how they go together, and the shares of cases that only the second and only the first gets right."""
    for first, second in combinations_with_replacement(RATES, 2):
        for how, share in TOGETHER.items():
            both = first * second + share * (min(first, second) - first * second)
            yield first, second, how, second - both, first - both


def singles(n: int, rate: float) -> Iterator[tuple[float, int]]:
    """The probability of every number right of `n`, and the number."""
    for k in range(n + 1):
        if (weight := math.exp(_log_binomial(k, n, rate))) > _RARE:
            yield weight, k


def doubles(n: int, first: float, second: float) -> Iterator[tuple[float, int, int]]:
    """The same for two independent groups of `n`."""
    others = list(singles(n, second))
    for weight, k in singles(n, first):
        for other, m in others:
            if weight * other > _RARE:
                yield weight * other, k, m


def trinomial(n: int, gained: float, lost: float) -> Iterator[tuple[float, int, int]]:
    """The same for the cases gained and lost of `n`."""
    for weight, b in singles(n, gained):
        for other, c in singles(n - b, lost / (1 - gained)):
            if weight * other > _RARE:
                yield weight * other, b, c


def _log_binomial(k: int, n: int, rate: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return ways + k * math.log(rate) + (n - k) * math.log1p(-rate)


def _share(worlds: Iterable[tuple[float, bool]]) -> float:
    kept = [(weight, weight * holds) for weight, holds in worlds]
    return math.fsum(held for _, held in kept) / math.fsum(weight for weight, _ in kept)


def _holds(bounds: Bounds, truth: float) -> bool:
    low, high = bounds
    return (low is None or low <= truth + _NEAR) and (high is None or truth - _NEAR <= high)


@cache
def _proportion(k: int, n: int) -> Bounds:
    return proportion(k, n)


@cache
def _tango(b: int, c: int, n: int) -> Bounds:
    return tango(b, c, n)


@cache
def _odds(b: int, c: int) -> Bounds:
    _, low, high = odds_ratio(b, c)
    return low, high


@cache
def _newcombe(k: int, m: int, n: int) -> Bounds:
    return newcombe(k, n, m, n)


@cache
def _fisher(k: int, m: int, n: int) -> float:
    return fisher(k, n, m, n)


@cache
def _equivalent(b: int, c: int, n: int) -> bool:
    rest = [1.0] * (n - b - c)
    found = equivalence([0.0] * b + [1.0] * c + rest, [1.0] * b + [0.0] * c + rest, MARGIN, alpha=ALPHA)
    return found is not None and found.equivalent
