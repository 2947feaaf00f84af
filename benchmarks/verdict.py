"""What a verdict takes, over the score, cost, latency and both tokens: every figure of every pair by itself, then the whole comparison
of a run: its cells read from a store, tested, corrected, ranked, checked and put into sentences. Last, the same asked again.
"""

import tempfile
import time
from itertools import combinations
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from benchmarks.report import report
from workbench.comparison.matrix import Matrix
from workbench.comparison.model import METRICS, Options
from workbench.comparison.verdict import compare_matrix, compare_run
from workbench.prompts import content
from workbench.runner.spec import Plan, Variant
from workbench.runner.tables import CellRow, RunRow, RunVariantRow
from workbench.stats import compare_all
from workbench.store import Store, open_store

SHAPES = ((2, 200, 0.15), (10, 2_000, 2.0), (10, 1_999, 2.0), (10, 999, 2.0))  # variants, cases, seconds allowed
MISSING = 0.01  # cells that failed
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
    right, thirds, *others = _tables(np.random.default_rng(cases), variants, cases)
    for name, score in (("right or wrong", right), ("scores in thirds", thirds)):
        tables = [score, *others, others[-1] + 1]
        about = f"{variants} x {cases} x 5, {name}"
        made = _matrix(tables)
        begun = time.perf_counter()
        compare_matrix(made, Options(margin=0.03))
        report(f"verdict on arrays, {about}", time.perf_counter() - begun, "s", variants * cases, bar=bar)
        run_id = _run(store, f"{variants}-{cases}-{name[:5]}", tables)
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


def _run(store: Store, run_id: str, tables: list[np.ndarray]) -> str:
    """The id of a finished run whose cells hold the tables."""
    variants, cases = tables[0].shape
    kept = Plan("0", cases=cases, score={"name": "equals"})
    with store.write() as session:
        whole = {"state": "finished", "total": variants * cases, "created_ms": 1, "ended_ms": 2}
        session.add(RunRow(id=run_id, name="n", kind="run", plan=kept.to_json(), **whole))
        session.flush()
        body = Variant("v", content.text("x"), "loop", "m").to_json()
        session.add_all(
            RunVariantRow(run_id=run_id, position=at, name=f"v{at}", provider="loop", model="m", content=body) for at in range(variants)
        )
        session.flush()
        session.execute(insert(CellRow), [_cell(run_id, at, case, tables) for at in range(variants) for case in range(cases)])
    return run_id


def _cell(run_id: str, variant: int, case: int, tables: list[np.ndarray]) -> dict[str, object]:
    score, cost, latency, sent, written = (None if np.isnan(table[variant, case]) else float(table[variant, case]) for table in tables)
    return {
        "run_id": run_id, "variant": variant, "case_position": case, "repeat": 0, "status": "error" if score is None else "ok",
        "score": score, "cost_nano": None if cost is None else round(cost * 1e9), "latency_ms": latency and int(latency),
        "input_tokens": sent and int(sent), "output_tokens": written and int(written), "score_reason": "", "error_message": "",
        "retries": 0, "fingerprint": "f", "finished_ms": 1 + case,
    }  # fmt: skip


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
