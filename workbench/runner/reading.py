"""Runs as a person sees them: state, progress, money, time left. Reads only, but for `rename` and `delete`.

A run says `running` as long as its row does; where nobody works on it any more it is `interrupted`, and can be resumed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, Select, case, func, select, update
from sqlalchemy.orm import Session

from workbench.clock import SYSTEM, Clock
from workbench.errors import InputError, NotFound, RunError
from workbench.runner import owners, savings
from workbench.runner.cells import Cell, CellDetail, Grid, GridCell, GridRow, cell, cells, grid
from workbench.runner.exporting import COLUMNS, export_csv, export_json
from workbench.runner.spec import Plan, plan_from_json
from workbench.runner.tables import CellRow, RunRow, RunVariantRow
from workbench.store import leases
from workbench.store.base import storable
from workbench.store.leases import LeaseRow

if TYPE_CHECKING:
    from workbench.store import Store

__all__ = [
    "COLUMNS",
    "Cell",
    "CellDetail",
    "Grid",
    "GridCell",
    "GridRow",
    "Run",
    "RunVariant",
    "cell",
    "cells",
    "delete",
    "export_csv",
    "export_json",
    "get",
    "grid",
    "page",
    "plan_of",
    "rename",
]

ANSWERED = ("finished", "decided")  # it reached its end, planned or early
ENDED = ("stopped", "capped", "decided", "finished", "failed")
STATES = ("planned", "running", "interrupted", *ENDED)
_RECENT = 100  # cells whose pace tells the time left
_REMEMBERED = 2_000


@dataclass(frozen=True)
class RunVariant:
    """A variant of a run, without its content."""

    position: int
    name: str
    prompt: str | None
    version: int | None
    label: str | None
    provider: str
    model: str

    @property
    def full_model(self) -> str:
        """provider/model."""
        return f"{self.provider}/{self.model}"


@dataclass(frozen=True)
class Run:
    """A run now. `done` counts cells that have finished: `ok` with a reply, `failed` without. `eta_s` is None where nothing tells it.

    `error` is why it failed, and what to do next. `active_ms` is the time at work over every resume. `saved_calls` were planned and not
    asked, because the run was decided early, and would have cost about `saved_nano`; None where that has no price.
    """

    id: str
    name: str
    kind: str
    state: str
    stopping: bool
    dataset: str | None
    total: int
    demo: bool
    error: str
    created_ms: int
    started_ms: int | None
    ended_ms: int | None
    active_ms: int
    cap_nano: int | None
    variants: tuple[RunVariant, ...]
    plan: Plan
    ok: int = 0
    failed: int = 0
    reused: int = 0
    retries: int = 0
    unpriced: int = 0
    spent_nano: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    saved_calls: int = 0
    saved_nano: int | None = 0
    rate_per_s: float | None = field(default=None, compare=False)
    eta_s: float | None = field(default=None, compare=False)

    @property
    def done(self) -> int:
        """Cells that have finished."""
        return self.ok + self.failed

    @property
    def spent_usd(self) -> Decimal:
        """Dollars spent by this run; what has no price is not in it, see `unpriced`."""
        return Decimal(self.spent_nano) / 10**9

    @property
    def saved_usd(self) -> Decimal | None:
        """Dollars that deciding early saved, about; None where a model has no price."""
        return None if self.saved_nano is None else Decimal(self.saved_nano) / 10**9

    @property
    def decided_after(self) -> int | None:
        """The cases that decided the run; None where it was not decided early, or went on to its end after that."""
        return int(self.plan.decision["n"]) if self.state == "decided" and self.plan.decision else None

    @property
    def cap_usd(self) -> Decimal | None:
        """The spending cap in dollars."""
        return None if self.cap_nano is None else Decimal(self.cap_nano) / 10**9

    @property
    def wall_s(self) -> float:
        """Seconds at work."""
        return self.active_ms / 1000

    @property
    def simulated(self) -> bool:
        """Whether any variant ran on the simulated provider."""
        return any(variant.provider == "simulated" for variant in self.variants)

    def to_json(self) -> dict[str, Any]:
        """The run as JSON."""
        names = ("id", "name", "kind", "state", "stopping", "dataset", "total", "done", "ok", "failed", "reused", "retries", "unpriced")
        times = ("created_ms", "started_ms", "ended_ms", "wall_s", "eta_s", "input_tokens", "output_tokens", "error", "demo", "simulated")
        return {
            "run_id": self.id,
            **{name: getattr(self, name) for name in (*names[1:], *times)},
            "spent_usd": float(self.spent_usd),
            "cap_usd": None if self.cap_usd is None else float(self.cap_usd),
            "saved_calls": self.saved_calls,
            "saved_usd": None if self.saved_usd is None else float(self.saved_usd),
            "variants": [{**vars(variant), "model": variant.full_model} for variant in self.variants],
            "plan": self.plan.to_json(),
        }


def get(store: "Store", run_id: str, *, clock: Clock = SYSTEM) -> Run:
    """The run. Raises NotFound."""
    found = _load(store, select(RunRow).where(RunRow.id == run_id), clock)
    if not found:
        raise NotFound(f"There is no run {run_id!r}.", hint="`workbench runs list` shows the runs there are.")
    return found[0]


def page(
    store: "Store",
    *,
    state: str | None = None,
    kind: str | None = None,
    prompt: str | None = None,
    after: Run | None = None,
    limit: int = 50,
    clock: Clock = SYSTEM,
) -> list[Run]:
    """Runs, newest first. `after` is the last run of the page before; `state` may be any of STATES."""
    query = select(RunRow).order_by(RunRow.created_ms.desc(), RunRow.id.desc()).limit(limit)
    if after is not None:
        older = (RunRow.created_ms == after.created_ms) & (RunRow.id < after.id)
        query = query.where((RunRow.created_ms < after.created_ms) | older)
    if kind is not None:
        query = query.where(RunRow.kind == kind)
    if prompt is not None:
        query = query.where(RunRow.id.in_(select(RunVariantRow.run_id).where(RunVariantRow.prompt == prompt)))
    if state in ("running", "interrupted"):
        with store.read() as session:
            held = _held(session, clock.now_ms())
        query = query.where(RunRow.state == "running", RunRow.id.in_(held) if state == "running" else RunRow.id.not_in(held))
    elif state is not None:
        query = query.where(RunRow.state == state)
    return _load(store, query, clock)


def plan_of(store: "Store", run_id: str) -> Plan:
    """The plan of the run. Raises NotFound."""
    return get(store, run_id).plan


def rename(store: "Store", run_id: str, name: str) -> None:
    """Call the run `name`. Raises NotFound, InputError."""
    name = name.strip()
    if not 0 < len(name) <= 200:
        raise InputError("a run has a name of 1 to 200 characters", place="name")
    get(store, run_id)
    with store.write() as session:
        session.execute(update(RunRow).where(RunRow.id == run_id).values(name=storable(name)))


def delete(store: "Store", run_id: str, *, clock: Clock = SYSTEM) -> None:
    """Delete the run with its cells; the ledger keeps its calls. Raises NotFound, and RunError while it is at work."""
    if get(store, run_id, clock=clock).state == "running":
        raise RunError("The run is at work.", hint=f"Stop it first: workbench runs stop {run_id}")
    with store.write() as session:
        row = session.get(RunRow, run_id)
        if row is not None:
            session.delete(row)


def _load(store: "Store", query: Select[RunRow], clock: Clock) -> list[Run]:
    with store.read() as session:
        rows = list(session.scalars(query))
        ids = [row.id for row in rows]
        if not ids:
            return []
        variants = _variants(session, ids)
        counts = _counts(session, rows)
        running = {row.id for row in rows if row.state == "running"}
        at_work = running & _held(session, clock.now_ms()) if running else running
        pace = {run_id: _pace(session, run_id, clock.now_ms()) for run_id in at_work}
    return [_run(row, variants.get(row.id, ()), counts.get(row.id, {}), row.id in at_work, pace.get(row.id)) for row in rows]


def _run(row: RunRow, variants: Sequence[RunVariant], counts: Mapping[str, Any], at_work: bool, pace: float | None) -> Run:
    left = row.total - counts.get("ok", 0) - counts.get("failed", 0)
    return Run(
        id=row.id,
        name=row.name,
        kind=row.kind,
        state="interrupted" if row.state == "running" and not at_work else row.state,
        stopping=row.stop_requested and at_work,
        dataset=row.dataset,
        total=row.total,
        demo=row.demo,
        error=row.error,
        created_ms=row.created_ms,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        active_ms=row.active_ms,
        cap_nano=row.cap_nano,
        variants=tuple(variants),
        plan=plan_from_json(row.plan),
        rate_per_s=pace,
        eta_s=left / pace if pace else None,
        **counts,
    )


def _variants(session: Session, ids: list[str]) -> dict[str, list[RunVariant]]:
    columns = [getattr(RunVariantRow, name) for name in RunVariant.__dataclass_fields__]
    found: dict[str, list[RunVariant]] = {}
    query = select(RunVariantRow.run_id, *columns).where(RunVariantRow.run_id.in_(ids)).order_by(RunVariantRow.position)
    for run_id, *values in session.execute(query):
        found.setdefault(run_id, []).append(RunVariant(*values))
    return found


# Counting the cells of an ended run again and again would make a page of runs as slow as the runs are large.
_ended: dict[tuple[str, str, str, int], dict[str, Any]] = {}


def _counts(session: Session, rows: Sequence[RunRow]) -> dict[str, dict[str, Any]]:
    """What the cells of each run add up to."""
    address = str(session.get_bind().engine.url)
    keys = {row.id: (address, row.id, row.state, row.ended_ms) for row in rows if row.state in ENDED and row.ended_ms is not None}
    known = {run_id: _ended[key] for run_id, key in keys.items() if key in _ended}
    wanted = [row for row in rows if row.id not in known]
    if wanted:
        saved = savings.saved(session, wanted)
        counted = session.execute(_counting([row.id for row in wanted])).mappings()
        found = {row["run_id"]: {**_figures(row), **saved.get(row["run_id"], {})} for row in counted}
        if len(_ended) > _REMEMBERED:
            _ended.clear()
        _ended.update({key: found[run_id] for run_id, key in keys.items() if run_id in found})
        known |= found
    return known


def _figures(row: RowMapping) -> dict[str, int]:
    return {name: int(value or 0) for name, value in row.items() if name != "run_id"}


def _counting(ids: list[str]) -> Any:
    ok = case((CellRow.status == "ok", 1), else_=0)
    return (
        select(
            CellRow.run_id,
            func.sum(ok).label("ok"),
            func.sum(1 - ok).label("failed"),
            func.count(CellRow.reused_from).label("reused"),
            func.sum(CellRow.retries).label("retries"),
            func.sum(case(((CellRow.status == "ok") & CellRow.cost_nano.is_(None), 1), else_=0)).label("unpriced"),
            func.sum(CellRow.cost_nano).label("spent_nano"),
            func.sum(CellRow.input_tokens).label("input_tokens"),
            func.sum(CellRow.output_tokens).label("output_tokens"),
        )
        .where(CellRow.run_id.in_(ids))
        .group_by(CellRow.run_id)
    )


def _held(session: Session, now_ms: int) -> set[str]:
    """The runs that somebody is at work on."""
    query = select(LeaseRow.name, LeaseRow.owner).where(LeaseRow.name.like("run:%"), LeaseRow.heartbeat_ms > now_ms - leases.EXPIRES_MS)
    return {name.removeprefix("run:") for name, owner in session.execute(query) if not owners.is_gone(owner)}


def _pace(session: Session, run_id: str, now_ms: int) -> float | None:
    """Cells a second, by the newest cells; None before two have finished."""
    newest = select(CellRow.finished_ms).where(CellRow.run_id == run_id, CellRow.reused_from.is_(None))
    times = list(session.scalars(newest.order_by(CellRow.finished_ms.desc()).limit(_RECENT)))
    if len(times) < 2:
        return None
    # A run that was resumed has a pause behind it: only what lies within the newest minute of work tells the pace.
    times = [time for time in times if time > times[0] - 60_000]
    span_s = (max(now_ms, times[0]) - times[-1]) / 1000
    return (len(times) - 1) / span_s if span_s > 0 and len(times) > 1 else None
