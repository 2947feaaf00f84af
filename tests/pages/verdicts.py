"""Runs whose scores are given: cells as a finished run leaves them, without a model behind, so that every outcome can be set up at will."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.prompts import registry
from workbench.prompts.content import Content
from workbench.runner import plan
from workbench.runner.spec import RunSpec, variants_from
from workbench.runner.tables import CellRow, RunCaseRow, RunRow, RunVariantRow
from workbench.store import Store
from workbench.text.messages import message

Scores = Sequence[Sequence[float | None]]
TAGS = ("refund", "card", "transfer")
STARTED_MS = 1_790_000_000_000


def versions(store: Store, count: int, *, name: str = "intent") -> list[str]:
    """Refs of `count` versions of the prompt `name`."""
    for number in range(count):
        content = Content((message("user", f"Way {number + 1} to sort: {{{{text}}}}"),), model="simulated/good")
        registry.save_version(store, name, content, note=f"way {number + 1}")
    return [f"{name}@{number + 1}" for number in range(count)]


def run(
    store: Store,
    scores: Scores,
    *,
    dataset: str = "messages",
    names: Sequence[str] | None = None,
    scored: bool = True,
    tags: Sequence[str] = TAGS,
    state: str = "finished",
    name: str = "",
) -> str:
    """The id of a run with one row of scores a variant: None is a cell that failed, NaN one that has not finished. Later variants
    take less time and cost more.
    """
    count = len(scores[0])
    refs = versions(store, len(scores))
    rows = [NewCase({"text": f"Where is my card {n}?"}, "arrival" if n % 2 else "limit", tags=(tags[n % len(tags)],)) for n in range(count)]
    datasets.create(store, dataset, rows)
    variants = tuple(variants_from(store, refs, ["simulated/good"]))
    spec = RunSpec(variants=variants, dataset=dataset, name=name, score="equals:expected" if scored else None)
    run_id = plan.plan(store, spec)
    cells = [_cell(run_id, at, case, score, scored) for at, line in enumerate(scores) for case, score in enumerate(line) if score == score]  # noqa: PLR0124
    with store.write() as session:
        session.execute(insert(CellRow), cells)
        session.execute(
            update(RunRow).where(RunRow.id == run_id).values(
                state=state, started_ms=STARTED_MS, ended_ms=STARTED_MS + 60_000, active_ms=60_000
            )
        )  # fmt: skip
        for at, called in enumerate(names or ()):
            session.execute(update(RunVariantRow).where(RunVariantRow.run_id == run_id, RunVariantRow.position == at).values(name=called))
        assert session.scalar(select(RunCaseRow.position).where(RunCaseRow.run_id == run_id).limit(1)) == 0
    return run_id


def _cell(run_id: str, variant: int, case: int, score: float | None, scored: bool) -> dict[str, object]:
    failed = score is None
    wobble = (case * 7919 + variant * 104_729) % 400
    return {
        "run_id": run_id,
        "variant": variant,
        "case_position": case,
        "repeat": 0,
        "status": "error" if failed else "ok",
        "score": score if scored else None,
        "error_type": "server_error" if failed else None,
        "error_kind": "server_error" if failed else None,
        "error_message": "overloaded" if failed else "",
        "latency_ms": None if failed else 900 - 60 * variant + wobble,
        "input_tokens": None if failed else 60 + 10 * variant + case % 5,
        "output_tokens": None if failed else 4 + case % 3,
        "cost_nano": None if failed else 20_000 + 5_000 * variant + 100 * (case % 7),
        "fingerprint": f"{run_id}-{variant}-{case}",
        "finished_ms": STARTED_MS + case * 10 + variant,
    }


def right(count: int, share: float, *, shift: int = 0) -> list[float]:
    """Scores of `count` cases of which about `share` are right, spread evenly."""
    return [1.0 if (case * 37 + shift) % 100 < share * 100 else 0.0 for case in range(count)]
