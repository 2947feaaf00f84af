"""A run whose replies are given by hand, for tests of ratings: every cell with its call and its text."""

from collections.abc import Sequence

from sqlalchemy import insert

from workbench.ledger.tables import CallRow, CallTextRow
from workbench.prompts import content
from workbench.runner.spec import Plan, Variant
from workbench.runner.tables import CellRow, RunCaseRow, RunRow, RunVariantRow
from workbench.store import Store


def run_of(store: Store, replies: Sequence[Sequence[str | None]], *, repeats: int = 1, run_id: str = "r", state: str = "stopped") -> str:
    """A run in which variant v replied `replies[v][n]` on case n // repeats; None is a cell that failed. Variants are called A, B, ..."""
    cases = len(replies[0]) // repeats
    plan = Plan("0", cases=cases, repeats=repeats)
    kept = Variant("v", content.text("x"), "loop", "m").to_json()
    calls, texts, cells = [], [], []
    for variant, column in enumerate(replies):
        for n, reply in enumerate(column):
            at = 1 + variant * len(column) + n + sum(map(ord, run_id)) * 100_000
            cell = {"run_id": run_id, "variant": variant, "case_position": n // repeats, "repeat": n % repeats, "status": "ok"}
            cell |= {"score_reason": "", "error_message": "", "retries": 0, "fingerprint": "f", "finished_ms": 1}
            if reply is None:
                cells.append(cell | {"status": "error", "error_type": "timeout", "call_id": None})
                continue
            calls.append({"id": at, "started_ms": 1, "source": "run", "provider": "loop", "model": "m", "status": "ok", "retries": 0})
            texts.append({"call_id": at, "reply": reply})
            cells.append(cell | {"error_type": None, "call_id": at})
    with store.write() as session:
        total = len(replies) * len(replies[0])
        session.add(RunRow(id=run_id, name=f"run {run_id}", kind="run", state=state, plan=plan.to_json(), total=total, created_ms=1))
        session.flush()
        for at in range(len(replies)):
            name = chr(ord("A") + at)
            session.add(RunVariantRow(run_id=run_id, position=at, name=name, provider="loop", model="m", content=kept))
        for at in range(cases):
            session.add(RunCaseRow(run_id=run_id, position=at, inputs={"text": f"case {at}"}, expected=f"expected {at}", tags=[]))
        session.flush()
        session.execute(insert(CallRow), [row | {"estimated": False} for row in calls])
        session.execute(insert(CallTextRow), texts)
        session.execute(insert(CellRow), cells)
    return run_id


def different(variants: int, cases: int) -> list[list[str]]:
    """Replies that all differ: "B on 3" is variant B's on the fourth case."""
    return [[f"{chr(ord('A') + variant)} on {case}" for case in range(cases)] for variant in range(variants)]
