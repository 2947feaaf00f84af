"""The cells of a run: a page of them, one in full, and the grid of cases by variants. Reads only; never loads every reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, case, cast, func, select
from sqlalchemy.orm import Session

from workbench.errors import CallError, InputError, NotFound, subclasses
from workbench.ledger.tables import CallTextRow
from workbench.prompts.content import Content
from workbench.runner.spec import Variant
from workbench.runner.tables import CellRow, RunCaseRow, RunRow, RunVariantRow
from workbench.text.messages import Message

if TYPE_CHECKING:
    from workbench.store import Store

FILTERS = ("all", "different", "regressions", "failures")
PASSED = 0.5  # a score below it is a failure
PREVIEW = 400  # characters of a reply in the grid


@dataclass(frozen=True)
class Cell:
    """A finished cell, without its texts. `cost_nano` is None where the model has no price."""

    variant: int
    case_position: int
    repeat: int
    status: str
    call_id: int | None
    score: float | None
    score_reason: str
    error_type: str | None
    error_kind: str | None
    error_message: str
    latency_ms: int | None
    input_tokens: int | None
    output_tokens: int | None
    cost_nano: int | None
    retries: int
    reused_from: str | None
    finished_ms: int

    @property
    def hint(self) -> str:
        """What to do about its error; empty where it has none."""
        return next((error.default_hint for error in subclasses(CallError) if getattr(error, "kind", "") == self.error_kind), "")

    @property
    def key(self) -> tuple[int, int, int]:
        """Where the cell stands: variant, case, repeat. `cells(after=...)` takes it."""
        return self.variant, self.case_position, self.repeat


@dataclass(frozen=True)
class CellDetail:
    """A cell in full. `cell` is None where it has not finished; `messages` is empty where the template failed on this case."""

    variant: Variant
    inputs: Mapping[str, str]
    expected: str | None
    tags: tuple[str, ...]
    messages: tuple[Message, ...]
    cell: Cell | None
    reply: str | None
    tool_calls: tuple[Mapping[str, Any], ...]
    attempts: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class GridCell:
    """A variant on a case: `score` is the mean over repeats; the reply (cut to PREVIEW), error and latency are those of one repeat,
    a failed one where there is one.
    """

    variant: int
    repeat: int
    finished: int
    failed: int
    score: float | None
    reply: str | None
    cut: bool
    score_reason: str
    error_type: str | None
    error_message: str
    latency_ms: int | None
    call_id: int | None
    reused: bool


@dataclass(frozen=True)
class GridRow:
    """A case, and what every variant made of it; None where nothing has finished."""

    position: int
    inputs: Mapping[str, str]
    expected: str | None
    tags: tuple[str, ...]
    cells: tuple[GridCell | None, ...]


@dataclass(frozen=True)
class Grid:
    """A page of rows, and how many match the filter."""

    total: int
    rows: tuple[GridRow, ...]


_CELL = tuple(getattr(CellRow, name) for name in Cell.__dataclass_fields__)


def cells(
    store: "Store",
    run_id: str,
    *,
    status: str | None = None,
    variant: int | None = None,
    after: tuple[int, int, int] | None = None,
    limit: int = 100,
) -> list[Cell]:
    """Finished cells by variant, case, repeat. `after` is the key of the last cell of the page before."""
    query = select(*_CELL).where(CellRow.run_id == run_id).order_by(CellRow.variant, CellRow.case_position, CellRow.repeat).limit(limit)
    if status is not None:
        query = query.where(CellRow.status == status)
    if variant is not None:
        query = query.where(CellRow.variant == variant)
    if after is not None:
        column, row, repeat = after
        same = (CellRow.variant == column) & ((CellRow.case_position > row) | ((CellRow.case_position == row) & (CellRow.repeat > repeat)))
        query = query.where((CellRow.variant > column) | same)
    with store.read() as session:
        return [Cell(*row) for row in session.execute(query)]


def cell(store: "Store", run_id: str, variant: int, case_position: int, repeat: int = 0) -> CellDetail:
    """One cell in full: what was sent, what came back, why it scored as it did. Raises NotFound."""
    with store.read() as session:
        column = session.get(RunVariantRow, (run_id, variant))
        row = session.get(RunCaseRow, (run_id, case_position))
        if column is None or row is None:
            raise NotFound(f"The run {run_id!r} has no cell of variant {variant} on case {case_position}.")
        place = (CellRow.run_id == run_id, CellRow.variant == variant, CellRow.case_position == case_position, CellRow.repeat == repeat)
        found = session.execute(select(*_CELL).where(*place)).one_or_none()
        done = None if found is None else Cell(*found)
        texts = session.get(CallTextRow, done.call_id) if done is not None and done.call_id is not None else None
    made = variant_of(column)
    return CellDetail(
        variant=made,
        inputs=row.inputs,
        expected=row.expected,
        tags=tuple(row.tags),
        messages=sent(made, row.inputs),
        cell=done,
        reply=texts.reply if texts else None,
        tool_calls=tuple(texts.tool_calls or ()) if texts else (),
        attempts=tuple(texts.attempts or ()) if texts else (),
    )


def grid(
    store: "Store",
    run_id: str,
    filter: str = "all",  # noqa: A002 (the word the page and its URL use)
    *,
    baseline: int = 0,
    offset: int = 0,
    limit: int = 50,
) -> Grid:
    """Cases as rows, variants as columns, by case.

    `different`: variants disagree in score or in having failed (in an unscored run: in their replies). `regressions`: some variant
    scores lower than the variant at position `baseline`, or failed where that did not. `failures`: a cell failed, or scored below
    PASSED. Raises NotFound, and InputError for an unknown filter.
    """
    if filter not in FILTERS:
        raise InputError(f"{filter!r} is not a filter", hint=f"Filters are {', '.join(FILTERS)}.")
    with store.read() as session:
        run = session.get(RunRow, run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id!r}.")
        if filter == "all":
            total, positions = run.plan["cases"], list(range(offset, min(offset + limit, run.plan["cases"])))
        else:
            matching = _matching(run_id, filter, baseline, scored=run.plan.get("score") is not None)
            total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
            positions = list(session.scalars(matching.order_by(CellRow.case_position).offset(offset).limit(limit)))
        return Grid(total, tuple(_rows(session, run_id, positions)))


def variant_of(row: RunVariantRow) -> Variant:
    """The variant as it was when the run was planned."""
    return Variant(
        name=row.name,
        content=Content.from_json(row.content["content"]),
        provider=row.provider,
        model=row.model,
        prompt=row.prompt,
        version=row.version,
        version_id=row.version_id,
        label=row.label,
        partials=row.content["partials"],
        optional=tuple(row.content["optional"]),
        types=row.content["types"],
    )


def sent(variant: Variant, inputs: Mapping[str, str]) -> tuple[Message, ...]:
    """The messages a variant sends for `inputs`; none where its template fails on them."""
    try:
        return variant.messages(inputs)
    except InputError:
        return ()


def _by_case(run_id: str) -> Subquery:
    """One row a case and variant: mean score, and whether any repeat failed."""
    return (
        select(
            CellRow.case_position,
            CellRow.variant,
            func.avg(CellRow.score).label("score"),
            func.max(case((CellRow.status == "error", 1), else_=0)).label("failed"),
        )
        .where(CellRow.run_id == run_id)
        .group_by(CellRow.case_position, CellRow.variant)
        .subquery()
    )


def _matching(run_id: str, wanted: str, baseline: int, *, scored: bool) -> Select[int]:
    """The positions of the cases that match, unordered."""
    base = select(CellRow.case_position).where(CellRow.run_id == run_id)
    if wanted == "failures":
        return base.where((CellRow.status == "error") | (CellRow.score < PASSED)).group_by(CellRow.case_position)
    if wanted == "regressions":
        one, other = _by_case(run_id), _by_case(run_id)
        worse = (other.c.score < one.c.score) | (other.c.failed > one.c.failed)
        joined = one.join(other, (one.c.case_position == other.c.case_position) & (other.c.variant != one.c.variant))
        regressed = select(one.c.case_position).select_from(joined).where(one.c.variant == baseline, worse)
        return base.where(CellRow.case_position.in_(regressed)).group_by(CellRow.case_position)
    if scored:
        each = _by_case(run_id)
        mixed: ColumnElement[bool] = (func.max(each.c.score) > func.min(each.c.score)) | (func.max(each.c.failed) > func.min(each.c.failed))
        differing = select(each.c.case_position).group_by(each.c.case_position).having(mixed)
        return base.where(CellRow.case_position.in_(differing)).group_by(CellRow.case_position)
    failed = cast(case((CellRow.status == "error", 1), else_=0), Integer)
    texts = base.outerjoin(CallTextRow, CallTextRow.call_id == CellRow.call_id).where(CellRow.repeat == 0).group_by(CellRow.case_position)
    replies = func.count(func.distinct(func.trim(CallTextRow.reply)))
    return texts.having((replies > 1) | (func.max(failed) > func.min(failed)))


def _rows(session: Session, run_id: str, positions: Sequence[int]) -> list[GridRow]:
    if not positions:
        return []
    of_run = (RunCaseRow.run_id == run_id, RunCaseRow.position.in_(positions))
    cases = {row.position: row for row in session.scalars(select(RunCaseRow).where(*of_run))}
    columns = session.scalar(select(func.count()).where(RunVariantRow.run_id == run_id)) or 0
    shown: dict[tuple[int, int], list[Any]] = {}
    reply = func.substr(CallTextRow.reply, 1, PREVIEW).label("reply")
    query = (
        select(*_CELL, reply, func.length(CallTextRow.reply).label("length"))
        .outerjoin(CallTextRow, CallTextRow.call_id == CellRow.call_id)
        .where(CellRow.run_id == run_id, CellRow.case_position.in_(positions))
        .order_by(CellRow.repeat)
    )
    for found in session.execute(query):
        shown.setdefault((found.case_position, found.variant), []).append(found)
    return [
        GridRow(
            at,
            cases[at].inputs,
            cases[at].expected,
            tuple(cases[at].tags),
            tuple(_grid_cell(shown.get((at, column), [])) for column in range(columns)),
        )
        for at in positions
        if at in cases
    ]


def _grid_cell(repeats: Sequence[Any]) -> GridCell | None:
    if not repeats:
        return None
    failed = [item for item in repeats if item.status == "error"]
    scores = [item.score for item in repeats if item.score is not None]
    one = (failed or repeats)[0]
    return GridCell(
        variant=one.variant,
        repeat=one.repeat,
        finished=len(repeats),
        failed=len(failed),
        score=sum(scores) / len(scores) if scores else None,
        reply=one.reply,
        cut=(one.length or 0) > PREVIEW,
        score_reason=one.score_reason,
        error_type=one.error_type,
        error_message=one.error_message,
        latency_ms=one.latency_ms,
        call_id=one.call_id,
        reused=one.reused_from is not None,
    )
