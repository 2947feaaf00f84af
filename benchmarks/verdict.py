"""Every figure of every pair of variants, over the score, cost, latency and both tokens: exact tests, resampling, ranks, medians."""

import time
from itertools import combinations

import numpy as np

from benchmarks.report import report
from workbench.stats import compare_all

SHAPES = ((2, 200, 0.15), (10, 2_000, 2.0), (10, 1_999, 2.0), (10, 999, 2.0))  # variants, cases, seconds allowed
MISSING = 0.01  # cells that failed
BOUNDED = 2  # metrics that have limits


def main() -> None:
    _seconds(2, 50)  # what is imported when first used
    for variants, cases, bar in SHAPES:
        pairs = 5 * variants * (variants - 1) // 2
        report(f"figures of pairs, {variants} x {cases} x 5", _seconds(variants, cases), "s", pairs, bar=bar)


def _seconds(variants: int, cases: int) -> float:
    tables = _tables(np.random.default_rng(cases), variants, cases)
    pairs = list(combinations(range(variants), 2))
    begun = time.perf_counter()
    for at, table in enumerate(tables):
        compare_all(table, pairs, limits=(-1, 1) if at < BOUNDED else None, binary=None if at < BOUNDED else False)
    return time.perf_counter() - begun


def _tables(draw: np.random.Generator, variants: int, cases: int) -> list[np.ndarray]:
    """A metric each: right or wrong, scores in thirds, dollars, milliseconds, tokens; with cells missing."""
    shape, better = (variants, cases), np.linspace(0.5, 0.7, variants)[:, None]
    tables = [
        (draw.random(shape) < better).astype(float),
        draw.binomial(3, better, size=shape) / 3,
        draw.lognormal(-9, 0.5, size=shape),
        draw.lognormal(6, 1, size=shape).round(),
        draw.poisson(300, size=shape).astype(float),
    ]
    return [np.where(draw.random(shape) < MISSING, np.nan, table) for table in tables]


if __name__ == "__main__":
    main()
