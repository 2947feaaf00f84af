"""A person's own measure of models for a task: one version over models x cases x n repeats, kept as a run of kind `benchmark`.

What it found takes precedence over the shipped suggestions of the Playground's task picker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from workbench import stats
from workbench.errors import InputError
from workbench.runner import reading, worker
from workbench.runner.plan import plan
from workbench.runner.reading import Run
from workbench.runner.spec import RunSpec, Variant, on_model
from workbench.runner.tables import CellRow

if TYPE_CHECKING:
    from workbench.store import Store

REPEATS = 5
_RUNS = 50  # newest benchmarks looked at for a task


@dataclass(frozen=True)
class Result:
    """How a model did on a task in its newest benchmark: `n` cases, mean score with its 95 % interval, per answered call latency and cost.

    `score` is None where the benchmark is not scored; `cost_usd` is the mean of a call, None where no price is known.
    """

    task: str
    model: str
    run_id: str
    n: int
    repeats: int
    score: float | None
    low: float | None
    high: float | None
    latency_ms: float | None
    cost_usd: float | None
    failed: int
    ended_ms: int | None
    simulated: bool


def start(
    store: "Store",
    task: str,
    variant: Variant,
    models: Sequence[str],
    *,
    dataset: str | None = None,
    items: Sequence[Mapping[str, str]] = (),
    score: str | Mapping[str, Any] | None = None,
    repeats: int = REPEATS,
    limit: int | None = None,
    cap_usd: Decimal | float | None = None,
) -> str:
    """The id of a run at work: `variant` on every model (provider/model), every case `repeats` times. Raises as `plan` does."""
    if not task.strip():
        raise InputError("is missing", place="task", hint="Name the task the models are measured for.")
    spec = RunSpec(
        variants=tuple(replace(on_model(variant, model), name=model) for model in dict.fromkeys(models)),
        dataset=dataset,
        items=tuple(items),
        name=task.strip(),
        kind="benchmark",
        limit=limit,
        score=score,
        repeats=repeats,
        cap_usd=cap_usd,
    )
    run_id = plan(store, spec)
    worker.start(store, run_id)
    return run_id


def results(store: "Store", task: str) -> list[Result]:
    """The newest result of every model on the task, best score first; models that never answered last."""
    found: dict[str, Result] = {}
    for run in reading.page(store, kind="benchmark", limit=_RUNS):
        if run.name == task.strip():
            for result in _of_run(store, run):
                found.setdefault(result.model, result)
    return sorted(found.values(), key=lambda result: (-1.0 if result.score is None else result.score, -result.failed), reverse=True)


def _of_run(store: "Store", run: Run) -> list[Result]:
    """What a run says of every model that has finished cells in it."""
    scored = select(CellRow.variant, CellRow.case_position, CellRow.score).where(CellRow.run_id == run.id, CellRow.score.is_not(None))
    answered = (
        select(CellRow.variant, func.avg(CellRow.latency_ms), func.avg(CellRow.cost_nano), func.count(func.distinct(CellRow.case_position)))
        .where(CellRow.run_id == run.id, CellRow.status == "ok")
        .group_by(CellRow.variant)
    )
    failed = select(CellRow.variant, func.count()).where(CellRow.run_id == run.id, CellRow.status == "error").group_by(CellRow.variant)
    with store.read() as session:
        scores = session.execute(scored.order_by(CellRow.variant, CellRow.case_position)).all()
        figures = {row[0]: row for row in session.execute(answered)}
        failures = {row[0]: row[1] for row in session.execute(failed)}
    made = []
    for variant in run.variants:
        if variant.position not in figures and variant.position not in failures:
            continue
        own = [(row.score, row.case_position) for row in scores if row.variant == variant.position]
        means = stats.by_case([score for score, _ in own], [case for _, case in own])
        interval = stats.score_interval([score for score, _ in own], [case for _, case in own]) if own else None
        _, latency_ms, cost_nano, cases = figures.get(variant.position, (None, None, None, 0))
        made.append(
            Result(
                task=run.name,
                model=variant.full_model,
                run_id=run.id,
                n=len(means) or cases,
                repeats=run.plan.repeats,
                score=sum(means) / len(means) if means else None,
                low=interval.low if interval else None,
                high=interval.high if interval else None,
                latency_ms=None if latency_ms is None else float(latency_ms),
                cost_usd=None if cost_nano is None else float(cost_nano) / 1e9,
                failed=failures.get(variant.position, 0),
                ended_ms=run.ended_ms,
                simulated=variant.provider == "simulated",
            )
        )
    return made
