"""A project in the store: a prompt with two versions, a plan, and a run of both whose figures are known."""

from datetime import date

from sqlalchemy import insert, update

from tests.comparison import runs
from workbench.export.plans import keeping
from workbench.export.plans.model import Measure, Metric, Plan, Requirement
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.prompts import content, registry
from workbench.runner.tables import CellRow, RunCaseRow, RunRow, RunVariantRow
from workbench.store import Store
from workbench.text.messages import message

AT_MS = 1_790_000_000_000  # 2026-09-21
RUN, PROMPT, PLAN = "run-1", "support/triage", "Support triage"
TEXT = "My card has not arrived. What should I do about it now?"


def fill(store: Store, *, given: str = TEXT, reply: str = "card_arrival", problem: str = "Each message is read by hand.") -> None:
    """All of it. v2 is right on 36 of 40 cases, v1 on 16 of them; one cell of v2 has no reply."""
    for n, body in enumerate((content.text("Sort: {{text}}"), _few_shot()), 1):
        registry.save_version(store, PROMPT, body, note=f"note {n}", author="Ann", now_ms=AT_MS - n)
    made = [registry.version(store, PROMPT, number) for number in (1, 2)]
    second: list[float | None] = [1.0] * 36 + [0.0] * 3 + [None]
    scores: list[list[float | None]] = [[1.0] * 16 + [0.0] * 24, second]
    columns: dict[str, runs.Scores] = {"latency_ms": [[400] * 40, [600] * 40], "cost_nano": [[100_000] * 40, [200_000] * 40]}
    versions = [(PROMPT, one.number, one.id) for one in made]
    tags = [["card"] if at < 34 else ["refund"] for at in range(40)]
    names = [f"{PROMPT}@1", f"{PROMPT}@2"]
    runs.make(store, scores, run_id=RUN, names=names, versions=versions, tags=tags, columns=columns)
    with store.write() as session:
        session.execute(update(RunRow).values(name="Two classifiers", created_ms=AT_MS, ended_ms=AT_MS + 1000, dataset="banking"))
        for at, one in enumerate(made):
            row = session.get(RunVariantRow, (RUN, at))
            assert row is not None
            row.content = {**row.content, "content": one.content.to_json()}
        session.execute(update(RunCaseRow).values(inputs={"text": given}, expected="card_arrival"))
        cells = [(v, at) for v, column in enumerate(scores) for at, score in enumerate(column) if score is not None]
        call = {"started_ms": AT_MS, "source": "run", "provider": "loop", "model": "m", "status": "ok", "retries": 0, "estimated": False}
        session.execute(insert(CallRow), [{"id": n, **call} for n, _ in enumerate(cells, 1)])
        replies = [reply if scores[v][at] else f"wrong: {reply}" for v, at in cells]
        session.execute(insert(CallTextRow), [{"call_id": n, "reply": said} for n, said in enumerate(replies, 1)])
        for n, (v, at) in enumerate(cells, 1):
            place = (CellRow.run_id == RUN, CellRow.variant == v, CellRow.case_position == at)
            session.execute(update(CellRow).where(*place).values(call_id=n))
    keeping.create(store, _plan(problem), now_ms=AT_MS)


def _few_shot() -> content.Content:
    turns = (
        message("system", "You sort messages."),
        message("user", "Where is it?"),
        message("assistant", "card_arrival"),
        message("user", "{{text}}"),
    )
    return content.Content(turns, output_schema={"type": "object", "properties": {"intent": {"type": "string"}}})


def _plan(problem: str) -> Plan:
    return Plan(
        PLAN,
        owner="Ann Example",
        contact="ann@example.com",
        start=date(2026, 9, 1),
        problem=problem,
        users="12 people of first-level support",
        solution="A prompt sorts each message before anybody reads it.",
        prompts=(
            Requirement("Sort", "Name the intent", "few-shot", "one word", f"{PROMPT}@2"),
            Requirement("Reply", "Write two sentences"),
        ),
        metrics=(Metric("Right intent", 0.9, "at least", Measure("score", PROMPT)),),
    )
