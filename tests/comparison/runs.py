"""Runs made by hand: cells put into the store as a worker would have left them, so that a test knows every figure."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from workbench.prompts import content
from workbench.runner.spec import Plan, Variant
from workbench.runner.tables import CellRow, RunCaseRow, RunRow, RunVariantRow
from workbench.store import Store

Scores = Sequence[Sequence[float | None]]
_CELL: dict[str, Any] = {
    "status": "ok",
    "score_reason": "",
    "error_type": None,
    "error_message": "",
    "retries": 0,
    "fingerprint": "f",
    "cost_nano": 2_000,
    "latency_ms": 10,
    "input_tokens": 7,
    "output_tokens": 3,
}
_FAILED = {"status": "error", "error_type": "timeout", "cost_nano": None, "latency_ms": 9_999}


def make(
    store: Store,
    scores: Scores,
    *,
    run_id: str = "r",
    names: Sequence[str] = (),
    state: str = "finished",
    repeats: int = 1,
    scored: bool = True,
    provider: str = "loop",
    tags: Sequence[Sequence[str]] = (),
    columns: dict[str, Scores] | None = None,
    plan: dict[str, Any] | None = None,
    total: int | None = None,
    versions: Sequence[tuple[str, int, int]] = (),
) -> str:
    """A run whose variant v scored `scores[v][n]` on case n // repeats; None is a cell that failed, and a shorter row is not finished.

    `columns` sets latency_ms, cost_nano, input_tokens or output_tokens alike; `versions` names prompt, number and row of each variant.
    """
    names = names or [f"v{at}" for at in range(len(scores))]
    cases = max(map(len, scores), default=0) // repeats
    kept = Plan("0", cases=cases, repeats=repeats, score={"name": "equals"} if scored else None, **(plan or {}))
    whole = cases * repeats * len(scores) if total is None else total
    with store.write() as session:
        session.add(RunRow(id=run_id, name="n", kind="run", state=state, plan=kept.to_json(), total=whole, created_ms=1, ended_ms=2))
        session.flush()
        for at, name in enumerate(names):
            prompt, version, version_id = versions[at] if versions else (None, None, None)
            named = {"prompt": prompt, "version": version, "version_id": version_id}
            body = Variant(name, content.text("x"), provider, "m").to_json()
            session.add(RunVariantRow(run_id=run_id, position=at, name=name, provider=provider, model="m", content=body, **named))
        for at in range(cases):
            mine = list(tags[at]) if tags else []
            session.add(RunCaseRow(run_id=run_id, position=at, inputs={"text": str(at)}, expected="x", tags=mine))
        session.flush()
        rows = []
        for at, row in enumerate(scores):
            for n, score in enumerate(row):
                place = {"run_id": run_id, "variant": at, "case_position": n // repeats, "repeat": n % repeats, "finished_ms": 1 + n}
                more = {name: values[at][n] for name, values in (columns or {}).items()}
                rows.append(_CELL | place | more | {"score": score} | (_FAILED if score is None and scored else {}))
        if rows:
            session.execute(insert(CellRow), rows)
    return run_id


def right_or_wrong(both: int, first: int, second: int, neither: int) -> list[list[float]]:
    """Two variants by their table: cases that both got right, only the first, only the second, and neither."""
    first_row = [1.0] * both + [1.0] * first + [0.0] * second + [0.0] * neither
    second_row = [1.0] * both + [0.0] * first + [1.0] * second + [0.0] * neither
    return [first_row, second_row]
