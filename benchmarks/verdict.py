"""What a verdict takes, over the score, cost, latency and both tokens: every figure of every pair by itself, then the whole comparison
of a run: its cells read from a store, tested, corrected, ranked, checked and put into sentences. Last, the same asked again.
"""

import tempfile
import time
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks import seed
from benchmarks.report import report
from workbench.comparison.matrix import Matrix
from workbench.comparison.model import METRICS, Options
from workbench.comparison.verdict import compare_matrix, compare_run
from workbench.stats import compare_all
from workbench.store import Store, open_store

SHAPES = ((2, 200, 0.15), (10, 2_000, 2.0), (10, 1_999, 2.0), (10, 999, 2.0))  # variants, cases, seconds allowed
BOUNDED = 2  # metrics that have limits
VERDICTS = ((2, 200, 0.3), (10, 2_000, 3.0))
AGAIN = 0.05  # seconds allowed where nothing has changed


def main() -> None:
    _seconds(2, 50)  # what is imported when first used
    for variants, cases, bar in SHAPES:
        pairs = 5 * variants * (variants - 1) // 2
        report(f"figures of pairs, {variants} x {cases} x 5", _seconds(variants, cases), "s", pairs, bar=bar)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'workbench.db'}")
        compare_matrix(_matrix([np.arange(50.0).reshape(2, 25) % 3 / 2] * 5), Options(margin=0.03))  # what is imported when first used
        for variants, cases, bar in VERDICTS:
            _verdict(store, variants, cases, bar)
        store.close()


def _verdict(store: Store, variants: int, cases: int, bar: float) -> None:
    """Right or wrong, and scores in thirds: as arrays, out of the store, and asked again."""
    right, thirds, *others = seed.tables(np.random.default_rng(cases), variants, cases)
    for name, score in (("right or wrong", right), ("scores in thirds", thirds)):
        tables = [score, *others, others[-1] + 1]
        about = f"{variants} x {cases} x 5, {name}"
        made = _matrix(tables)
        begun = time.perf_counter()
        compare_matrix(made, Options(margin=0.03))
        report(f"verdict on arrays, {about}", time.perf_counter() - begun, "s", variants * cases, bar=bar)
        run_id = seed.run(store, f"{variants}-{cases}-{name[:5]}", tables)
        for what, allowed in (("of a run in a store", bar), ("asked again", AGAIN)):
            begun = time.perf_counter()
            compare_run(store, run_id, Options(margin=0.03))
            report(f"verdict {what}, {about}", time.perf_counter() - begun, "s", variants * cases, bar=allowed)


def _matrix(tables: list[np.ndarray]) -> Matrix:
    shape = tables[0].shape
    rows = np.array([(at, case, value) for (at, case), value in np.ndenumerate(tables[0]) if np.isfinite(value)])
    return Matrix(
        names=tuple(f"v{at}" for at in range(shape[0])),
        metrics=METRICS,
        values={metric.name: table for metric, table in zip(METRICS, tables, strict=True)},
        missing=np.isnan(tables[0]).astype(np.int64),
        finished_ms=np.zeros(shape, dtype=np.int64),
        scores=rows,
    )


def _seconds(variants: int, cases: int) -> float:
    tables = seed.tables(np.random.default_rng(cases), variants, cases)
    pairs = list(combinations(range(variants), 2))
    begun = time.perf_counter()
    for at, table in enumerate(tables):
        compare_all(table, pairs, limits=(-1, 1) if at < BOUNDED else None, binary=None if at < BOUNDED else False)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
