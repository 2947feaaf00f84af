"""`make simulate`: how often intervals hold the truth and tests find what is not there, written into docs/statistics.md and coverage.py.

Every experiment has a fixed seed; what can be enumerated is. Ends with 1 where a figure misses its bar, and says which.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from typing import Any

from benchmarks.simulation import binary, candidates, errors, scores, table
from benchmarks.simulation.cells import ALPHA, DRAWS, LEVEL, SIZES, Cell, worst_coverage, worst_error
from benchmarks.simulation.scores import Outcome
from benchmarks.simulation.truths import LARGER, LOGNORMAL, STEPPED, T3, TRUTHS

GRID = table.GRID
BETWEEN = (5, 10, 50, 200, 1_000)  # sizes at which only the data are drawn that turned out worst
WORST = (T3.name, LARGER.name, LOGNORMAL.name, STEPPED[0].name, STEPPED[3].name)
POINTS = {"coverage": 0.015, "error": 0.01}  # how far from nominal a figure may be
EXACT = ("newcombe", "odds_ratio", "proportion", "tango")
Job = tuple[Callable[..., Any], tuple[Any, ...]]


def main() -> int:
    # One thread for each of the workers: numpy's own would fight over the cores.
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    begun, work = time.perf_counter(), list(jobs())
    with get_context("spawn").Pool() as pool:
        waiting = [pool.apply_async(run, job) for job in work]
        outcomes = [one.get() for one in waiting]
    covered, widths, wrong, skewed = gather(outcomes)
    table.replace(table.CODE, table.CODE_MARKS, table.code(covered, widths, wrong, skewed))
    table.replace(table.PAGE, table.PAGE_MARKS, table.page(covered, widths, wrong, skewed))
    print(table.page(covered, widths, wrong, skewed))
    print(f"{len(work)} experiments in {time.perf_counter() - begun:.0f} s")
    for line in (found := misses(covered, wrong)):
        print(line)
    return 1 if found else 0


def jobs() -> Iterator[Job]:
    """Every experiment, those that take longest first."""
    for name in TRUTHS:
        yield from ((scores.measure, (name, n)) for n in reversed(GRID))
    for name in WORST:
        yield from ((scores.measure, (name, n, DRAWS // 2)) for n in reversed(BETWEEN))
    for name in scores.SCORES:  # one call a draw: the product shares no weights here
        yield from ((scores.one_variant, (name, n, DRAWS // 4)) for n in (100, 20, 10, 5))
    for experiment, names in errors.NAMES.items():
        yield from ((experiment, (name, n)) for n in reversed(GRID) for name in names)
    yield from ((of_candidates, (n,)) for n in (*SIZES, 1_000))
    yield from ((of_binary, (n,)) for n in SIZES)


def run(experiment: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    begun = time.process_time()
    outcome = experiment(*arguments)
    print(f"{experiment.__name__} {arguments}: {time.process_time() - begun:.1f} s", file=sys.stderr)
    return outcome


def of_binary(n: int) -> Outcome:
    return Outcome(list(binary.coverage((n,))), list(binary.errors((n,))))


def of_candidates(n: int) -> list[tuple[Cell, float]]:
    return list(candidates.coverage((n,)))


def gather(outcomes: list[Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Coverage, widths, errors and errors on skewed differences: the worst of every name and n, as they are written down."""
    measured = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    compared = [row for outcome in outcomes if not isinstance(outcome, Outcome) for row in outcome]
    covered = _plain(worst_coverage(cell for cell, _ in compared))
    for name, by_n in _plain(worst_coverage(cell for outcome in measured for cell in outcome.intervals)).items():
        covered[name] = covered.get(name, {}) | by_n  # what the product does stands before what a candidate would do
    widths: dict[str, dict[int, tuple[float, float]]] = {}
    for cell, width in compared:
        plain, widest = widths.setdefault(cell.name, {}).get(cell.n, (1.0, 0.0))
        widths[cell.name][cell.n] = (round(width, 2) if cell.where == "normal" else plain, max(widest, round(width, 2)))
    wrong = _plain(worst_error(cell for outcome in measured for cell in outcome.tests if cell.n in GRID))
    skewed = _plain(worst_error(cell for outcome in measured for cell in outcome.skewed if cell.n in GRID))
    return covered, widths, wrong, skewed


def misses(covered: dict[str, Any], wrong: dict[str, Any]) -> list[str]:
    """A sentence for every figure of the grid beyond its bar."""
    least, most = LEVEL - POINTS["coverage"], ALPHA + POINTS["error"]
    low = [(name, n, *covered[name][n]) for name in EXACT for n in GRID if covered[name][n][0] < least]
    high = [(name, n, *wrong[name][n]) for name in wrong for n in wrong[name] if wrong[name][n][0] > most]
    return [f"misses its bar: {name} at n = {n}: {100 * rate:.1f} % ({where})" for name, n, rate, where in low + high]


def _plain(worst: dict[str, dict[int, Cell]]) -> dict[str, dict[int, tuple[float, str]]]:
    return {name: {n: (round(cell.rate, 4), cell.where) for n, cell in by_n.items()} for name, by_n in worst.items()}


if __name__ == "__main__":
    sys.exit(main())
