"""What a worker knows of its run: the plan as it was kept, which cells are left, and the row a finished cell becomes.

Reads the store in chunks of cases, so that a run of a million cells needs no more memory than one of a hundred.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from workbench import assertions
from workbench.clock import SYSTEM, Clock
from workbench.errors import InputError, NotFound
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.ledger.writer import Beside
from workbench.providers.base import Request
from workbench.runner import fingerprints
from workbench.runner.cells import variant_of
from workbench.runner.fingerprints import Earlier
from workbench.runner.spec import Plan, Variant, plan_from_json
from workbench.runner.tables import CellRow, RunCaseRow, RunRow, RunVariantRow

if TYPE_CHECKING:
    from sqlalchemy import Executable

    from workbench.assertions import Assertion
    from workbench.calls.door import Outcome
    from workbench.store import Store

_LOG = logging.getLogger("workbench.runner")
_CELLS: Table = CellRow.__table__  # type: ignore[assignment]  # declared as FromClause, and always a Table
# A worker that lost its lease may still bring a cell home that its successor has finished: the first one stands.
_INSERTS: "dict[str, Executable]" = {
    "sqlite": sqlite.insert(_CELLS).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_CELLS).on_conflict_do_nothing(),
}
_CHUNK_CASES, _CHUNK_CELLS = 32, 512
_CLOSE_CASES = 8  # where the run may end early: only cases that all variants have finished can decide
_REASON, _MESSAGE = 2_000, 4_000


@dataclass(frozen=True)
class Todo:
    """A cell to ask a model for. `cell_id` is what its call carries in the ledger."""

    variant: int
    case: int
    repeat: int
    cell_id: str
    request: Request
    fingerprint: str
    inputs: Mapping[str, str]
    expected: str | None


@dataclass(frozen=True)
class Chunk:
    """The next cells to ask for, rows of cells that need no call, and where to go on; None at the end."""

    todos: Sequence[Todo]
    settled: Sequence[Beside]
    next_case: int | None


@dataclass(frozen=True)
class Job:
    """A run at work. Build it with `load`."""

    store: "Store"
    run_id: str
    kind: str
    demo: bool
    plan: Plan
    variants: tuple[Variant, ...]
    assertion: "Assertion | None"
    orphans: Mapping[str, Earlier]
    clock: Clock = SYSTEM

    def lanes(self) -> dict[str, tuple[int, ...]]:
        """The positions of the variants of each provider: a slow one must not hold up the others."""
        found: dict[str, list[int]] = {}
        for position, variant in enumerate(self.variants):
            found.setdefault(variant.provider, []).append(position)
        return {provider: tuple(positions) for provider, positions in found.items()}

    def chunk(self, positions: Sequence[int], start: int) -> Chunk:
        """The unfinished cells of these variants on the cases from `start`. Within a chunk a variant's cells follow each other, so
        that a model can keep what their prompts begin with.
        """
        most = _CLOSE_CASES if self.plan.until_decided else _CHUNK_CASES
        size = max(1, min(most, _CHUNK_CELLS // (len(positions) * self.plan.repeats)))
        with self.store.read() as session:
            query = select(RunCaseRow.position, RunCaseRow.inputs, RunCaseRow.expected)
            of_run = query.where(RunCaseRow.run_id == self.run_id, RunCaseRow.position >= start)
            cases = session.execute(of_run.order_by(RunCaseRow.position).limit(size)).all()
            if not cases:
                return Chunk((), (), None)
            last = cases[-1].position
            finished = select(CellRow.variant, CellRow.case_position, CellRow.repeat).where(
                CellRow.run_id == self.run_id, CellRow.variant.in_(positions), CellRow.case_position.between(start, last)
            )
            done = {tuple(row) for row in session.execute(finished)}
        todos, settled = self._sort([self._case(position, case, done) for position in positions for case in cases])
        return Chunk(todos, settled, last + 1 if last + 1 < self.plan.cases else None)

    def finished(self, todo: Todo, outcome: "Outcome") -> Beside:
        """The row of the cell that `outcome` finished; the writer fills in the id of its call."""
        if outcome.success and outcome.reply is not None:
            usage = outcome.reply.usage
            values = self._ok(todo, outcome.reply.text) | {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
        else:
            values = self._failed(todo, outcome.error_type or "unknown", outcome.error_kind or "unknown", outcome.message or "")
        values |= {"latency_ms": outcome.latency_ms, "cost_nano": outcome.cost_nano, "retries": outcome.retries}
        return self._beside(values, "call_id")

    def not_asked(self, todo: Todo, error_type: str, kind: str, message: str) -> Beside:
        """The row of a cell that failed without a call of its own."""
        return self._beside(self._failed(todo, error_type, kind, message), None)

    def _case(self, position: int, case: Any, done: set[tuple[int, ...]]) -> "list[Todo | Beside]":
        """The cells of one variant on one case that have not finished; one whose template fails has finished with that."""
        left = [repeat for repeat in range(self.plan.repeats) if (position, case.position, repeat) not in done]
        if not left:
            return []
        variant = self.variants[position]
        try:
            messages = variant.messages(case.inputs)
        except InputError as error:
            empty = [self._todo(position, case, repeat, Request(variant.model, ()), "") for repeat in left]
            message = f"{error} {error.hint}".strip()
            return [self.not_asked(todo, "invalid_request", "template", message) for todo in empty]
        content = variant.content
        return [
            self._todo(
                position,
                case,
                repeat,
                Request(
                    variant.model,
                    messages,
                    fingerprints.parameters(variant, repeat),
                    content.tools,
                    content.tool_choice,
                    self.plan.timeout_s,
                ),
                fingerprints.fingerprint(variant, messages, repeat),
            )
            for repeat in left
        ]

    def _todo(self, position: int, case: Any, repeat: int, request: Request, fingerprint: str) -> Todo:
        cell_id = f"{self.run_id}:{position}:{case.position}:{repeat}"
        return Todo(position, case.position, repeat, cell_id, request, fingerprint, case.inputs, case.expected)

    def _sort(self, found: "Sequence[Sequence[Todo | Beside]]") -> tuple[list[Todo], list[Beside]]:
        """What must be asked for, and what need not: templates that failed, calls already paid for, replies used again."""
        todos = [item for items in found for item in items if isinstance(item, Todo)]
        settled = [item for items in found for item in items if isinstance(item, Beside)]
        earlier = {todo.fingerprint: None for todo in todos} if self.plan.reuse else {}
        known = fingerprints.known(self.store, list(earlier), but=self.run_id) if earlier else {}
        left = []
        for todo in todos:
            if answer := self.orphans.get(todo.cell_id):
                settled.append(self._answered(todo, answer, reused=False))
            elif answer := known.get(todo.fingerprint):
                settled.append(self._answered(todo, answer, reused=True))
            else:
                left.append(todo)
        return left, settled

    def _answered(self, todo: Todo, answer: Earlier, *, reused: bool) -> Beside:
        """The row of a cell that was answered before: by an earlier run for nothing, or by a call of this one that is paid for."""
        values = self._ok(todo, answer.reply) | {
            "call_id": answer.call_id,
            "latency_ms": answer.latency_ms,
            "input_tokens": answer.input_tokens,
            "output_tokens": answer.output_tokens,
            "cost_nano": 0 if reused else answer.cost_nano,
            "retries": 0 if reused else answer.retries,
            "reused_from": answer.run_id if reused else None,
        }
        return self._beside(values, None)

    def _ok(self, todo: Todo, reply: str) -> dict[str, Any]:
        score, reason = self._score(todo, reply)
        return self._values(todo) | {"status": "ok", "score": score, "score_reason": reason[:_REASON]}

    def _failed(self, todo: Todo, error_type: str, kind: str, message: str) -> dict[str, Any]:
        error = {"error_type": error_type, "error_kind": kind, "error_message": message[:_MESSAGE]}
        return self._values(todo) | {"status": "error", **error}

    def _values(self, todo: Todo) -> dict[str, Any]:
        """A row with every column, so that the writer can send many at once."""
        return {
            "run_id": self.run_id,
            "variant": todo.variant,
            "case_position": todo.case,
            "repeat": todo.repeat,
            "status": "",
            "call_id": None,
            "score": None,
            "score_reason": "",
            "error_type": None,
            "error_kind": None,
            "error_message": "",
            "latency_ms": None,
            "input_tokens": None,
            "output_tokens": None,
            "cost_nano": None,
            "retries": 0,
            "fingerprint": todo.fingerprint,
            "reused_from": None,
            "finished_ms": self.clock.now_ms(),
        }

    def _score(self, todo: Todo, reply: str) -> tuple[float | None, str]:
        if self.assertion is None:
            return None, ""
        try:
            score = self.assertion.check(reply, assertions.CaseView(todo.inputs, todo.expected))
        except Exception as error:  # a reply that was paid for is kept, whatever its scoring does
            _LOG.warning("The cell %s could not be scored.", todo.cell_id, exc_info=True)
            return None, f"could not be scored: {error}"
        return score.value, score.reason

    def _beside(self, values: dict[str, Any], call_id: str | None) -> Beside:
        return Beside(_INSERTS["sqlite" if self.store.is_sqlite else "postgresql"], values, call_id)


def load(store: "Store", run_id: str, *, clock: Clock = SYSTEM) -> Job:
    """The job of the run. Raises NotFound."""
    with store.read() as session:
        row = session.get(RunRow, run_id)
        if row is None:
            raise NotFound(f"There is no run {run_id!r}.")
        variants = session.scalars(select(RunVariantRow).where(RunVariantRow.run_id == run_id).order_by(RunVariantRow.position)).all()
    plan = plan_from_json(row.plan)
    return Job(
        store=store,
        run_id=run_id,
        kind=row.kind,
        demo=row.demo,
        plan=plan,
        variants=tuple(variant_of(variant) for variant in variants),
        assertion=None if plan.score is None else assertions.from_json(plan.score),
        orphans=_orphans(store, run_id),
        clock=clock,
    )


def _orphans(store: "Store", run_id: str) -> dict[str, Earlier]:
    """Calls of this run that were answered and belong to no cell, by cell_id: they are paid for and must not be asked again."""
    query = (
        select(CallRow, CallTextRow.reply, CallTextRow.tool_calls)
        .join(CallTextRow, CallTextRow.call_id == CallRow.id)
        .outerjoin(CellRow, CellRow.call_id == CallRow.id)
        .where(CallRow.run_id == run_id, CallRow.status == "ok", CallRow.cell_id.is_not(None), CellRow.call_id.is_(None))
    )
    with store.read() as session:
        return {
            row.cell_id: Earlier(
                run_id=run_id,
                call_id=row.id,
                reply=reply or "",
                tool_calls=tuple(tool_calls or ()),
                latency_ms=row.latency_ms,
                input_tokens=row.input_tokens,
                output_tokens=row.output_tokens,
                cost_nano=row.cost_nano,
                retries=row.retries,
            )
            for row, reply, tool_calls in session.execute(query)
            if row.cell_id is not None
        }
