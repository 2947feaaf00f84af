"""A run in figures: every variant's score with its interval, every pair's difference with its test, cost and latency.

Owns the shape that `workbench run --json` prints. A cell that failed has no score: it is counted as failed, and a case enters a pair
only where both variants have a score. Repeats of a case are one observation, their mean.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench import stats
from workbench.comparison import verdict
from workbench.comparison.model import SCORE, Comparison
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.runner.tables import CellRow
from workbench.stats import PairResult

if TYPE_CHECKING:
    from workbench.store import Store


@dataclass(frozen=True)
class VariantSummary:
    """`n` counts cases with a score (in an unscored run: with a reply). `low` and `high` bound the score at 95 %.

    Costs leave out what has no price; None where nothing has. `latency_*` are over answered cells, in milliseconds.
    """

    name: str
    n: int
    score: float | None
    low: float | None
    high: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    ok: int = 0
    failed: int = 0
    unpriced: int = 0
    model: str = ""

    def to_json(self) -> dict[str, Any]:
        """The fields `run --json` prints."""
        return {name: getattr(self, name) for name in _VARIANT}


_VARIANT = (
    *("name", "n", "score", "low", "high", "latency_p50_ms", "latency_p95_ms"),
    *("input_tokens", "output_tokens", "cost_usd"),
)


@dataclass(frozen=True)
class Pair:
    """Variant `b` minus variant `a` over the `n` cases that both have a score for, with its 95 % interval and two-sided p value."""

    a: str
    b: str
    n: int
    difference: float
    low: float
    high: float
    p: float
    test: str

    def to_json(self) -> dict[str, Any]:
        """The fields `run --json` prints."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(frozen=True)
class Summary:
    """A run and its figures."""

    run: Run
    variants: tuple[VariantSummary, ...]
    compared: Callable[[], Comparison] = field(repr=False, compare=False)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs on the score, in the order the variants were given; none where the run is not scored. Worked out when asked for."""
        if self.run.plan.score is None:
            return ()
        told = {(pair.a, pair.b): pair.result for pair in self.compared().pairs if pair.metric == SCORE.name}
        names = [variant.name for variant in self.variants]
        return tuple(_pair(a, b, told.get((a, b))) for a, b in combinations(names, 2))

    def to_json(self) -> dict[str, Any]:
        """The object that `run --json` prints. `simulated` is there only where a variant ran on the simulated provider."""
        run = self.run
        costs = [variant.cost_usd for variant in self.variants if variant.cost_usd is not None]
        marked = {"simulated": [item.name for item in run.variants if item.provider == "simulated"]} if run.simulated else {}
        return {
            "run_id": run.id,
            "state": run.state,
            "cells": run.total,
            "ok": run.ok,
            "failed": run.failed,
            "retries": run.retries,
            "wall_s": round(run.wall_s, 3),
            "cost_usd": round(sum(costs), 9) if costs else None,
            "variants": [variant.to_json() for variant in self.variants],
            "pairs": [pair.to_json() for pair in self.pairs],
            **marked,
        }


@dataclass
class _Column:
    """What the cells of one variant hold."""

    cases: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    latencies: list[int] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)
    ok: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_nano: int = 0
    priced: int = 0

    def add(self, row: Any) -> None:
        if row.status != "ok":
            self.failed += 1
            self.cost_nano += row.cost_nano or 0
            return
        self.ok += 1
        self.answered.add(row.case_position)
        if row.score is not None:
            self.cases.append(row.case_position)
            self.scores.append(row.score)
        if row.latency_ms is not None:
            self.latencies.append(row.latency_ms)
        self.input_tokens += row.input_tokens or 0
        self.output_tokens += row.output_tokens or 0
        self.cost_nano += row.cost_nano or 0
        self.priced += row.cost_nano is not None

    def means(self) -> dict[int, float]:
        """The mean score of every case that has one."""
        return dict(zip(dict.fromkeys(self.cases), stats.by_case(self.scores, self.cases), strict=True))


def summarise(store: "Store", run_id: str) -> Summary:
    """The figures of a run, at work or ended. Raises NotFound."""
    run = reading.get(store, run_id)
    columns = _columns(store, run)
    variants = tuple(_variant(item.name, item.full_model, column) for item, column in zip(run.variants, columns, strict=True))
    return Summary(run, variants, lambda: verdict.compare_run(store, run_id))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` of `values` lie, interpolated between neighbours; None where there are none."""
    if not values:
        return None
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


def _columns(store: "Store", run: Run) -> list[_Column]:
    names = ("variant", "case_position", "status", "score", "latency_ms", "input_tokens", "output_tokens", "cost_nano")
    query = select(*(getattr(CellRow, name) for name in names)).where(CellRow.run_id == run.id)
    columns = [_Column() for _ in run.variants]
    with store.read() as session:
        for row in session.execute(query.order_by(CellRow.variant, CellRow.case_position, CellRow.repeat)):
            columns[row.variant].add(row)
    return columns


def _variant(name: str, model: str, column: _Column) -> VariantSummary:
    means = list(column.means().values())
    interval = stats.score_interval(column.scores, column.cases) if means else None
    known = interval is not None and math.isfinite(interval.low) and math.isfinite(interval.high)
    return VariantSummary(
        name=name,
        n=len(means) if means else len(column.answered),
        score=sum(means) / len(means) if means else None,
        low=interval.low if interval is not None and known else None,
        high=interval.high if interval is not None and known else None,
        latency_p50_ms=percentile(column.latencies, 0.5),
        latency_p95_ms=percentile(column.latencies, 0.95),
        input_tokens=column.input_tokens,
        output_tokens=column.output_tokens,
        cost_usd=column.cost_nano / 1e9 if column.priced or not column.ok else None,
        ok=column.ok,
        failed=column.failed,
        unpriced=column.ok - column.priced,
        model=model,
    )


def _pair(a: str, b: str, result: PairResult | None) -> Pair:
    """The pair as it is printed: a difference that nothing bounds lies between -1 and 1, and what was not tested has p = 1."""
    if result is None or not result.n or result.difference is None:
        return Pair(a, b, 0, 0.0, -1.0, 1.0, 1.0, "none")
    low, high = (-1.0 if result.low is None else result.low, 1.0 if result.high is None else result.high)
    return Pair(a, b, result.n, result.difference, low, high, 1.0 if result.p is None else result.p, result.test)
