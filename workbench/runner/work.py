"""A run at work in the loop thread: lanes of cells, one a provider; one way to end.

Never hangs and never ends without saying how: whatever is raised becomes the state `failed` with the error and the next step.
"""

import asyncio
import logging
import traceback
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from workbench.calls import door, retry
from workbench.calls.door import Call, Outcome
from workbench.clock import Clock
from workbench.errors import AuthFailed, BudgetReached, Cancelled, ModelUnknown, ProviderMissing, RunError, WorkbenchError
from workbench.ledger import writer
from workbench.ledger.writer import Beside
from workbench.providers import keys
from workbench.runner import early, jobs, watching
from workbench.runner.early import Early
from workbench.runner.forecasts import NOTHING, Forecast
from workbench.runner.jobs import Job, Todo
from workbench.runner.pacing import EvenPace, Purse
from workbench.runner.quote import concurrency
from workbench.runner.tables import CellRow, RunRow
from workbench.store import leases
from workbench.store.leases import LeaseRow
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.stats.sequential import Decision
    from workbench.store import Store

_LOG = logging.getLogger("workbench.runner")
_HOPELESS = {AuthFailed.kind, ProviderMissing.kind, ModelUnknown.kind}  # no other cell of the variant will fare better
_HOPELESS_AFTER = 5
_UNFINISHED = {Cancelled.kind, BudgetReached.kind}  # the cell was not asked to its end: it can be, when the run goes on
_WAITING = 4  # cells begun for each place on the way: a call that waits for its retry leaves its place to another
_READ_AHEAD = 64  # cells in hand below which the next chunk is read
_LEAD = 64  # cases a quick provider may be ahead where the run may end early: more would be asked in vain


async def work(store: "Store", run_id: str, owner: str, clock: Clock) -> None:
    """Work on the run until it ends, and write down how it ended. The caller holds the lease and has set the state."""
    state, error = "failed", ""
    decision: dict[str, Any] = {}
    lap = watching.Lap(clock)
    try:
        job = await asyncio.to_thread(jobs.load, store, run_id, clock=clock)
        scores = await asyncio.to_thread(early.load, job)
        working = Work(job, await asyncio.to_thread(_purse, store, run_id), scores)
        await working.look()  # a run that was stopped may hold all it needs
        watches = [asyncio.create_task(watching.watch(working, owner, lap)), asyncio.create_task(watching.judge(working))]
        try:
            state, error = await working.until_end()
        finally:
            for watch in watches:
                watch.cancel()
        decision = early.kept(working.decision, job.variants)
    except asyncio.CancelledError:
        # The process is going: without a lease the run shows as interrupted at once, and anybody may resume it.
        # Released right here: an interpreter that is ending starts no thread any more.
        leases.release(store, f"run:{run_id}", owner)
        raise
    except Exception as raised:
        error = _told(raised)
    if state != "lost":
        ended: dict[str, Any] = {"state": state, "error": error, "ended_ms": clock.now_ms(), "stop_requested": False}
        if state == "decided":
            ended["plan"] = decision
        await asyncio.to_thread(_close, store, run_id, owner, lap.ms(), ended)


class Work:
    """The run's cells under way."""

    def __init__(self, job: Job, purse: Purse, scores: Early | None) -> None:
        self.job = job
        self.purse = purse
        self.scores = scores
        self.decision: Decision | None = None
        self.news = asyncio.Event()  # a case that all variants have finished
        self.halt = asyncio.Event()
        self._end: tuple[str, str] | None = None
        self._policy = retry.named(job.plan.retry)
        widths = {provider: concurrency(job.plan.concurrency, provider) for provider in job.lanes()}
        self._pace = EvenPace(job.plan.rpm, max(widths.values())) if job.plan.rpm else None
        self._rooms = {provider: asyncio.Semaphore(width) for provider, width in widths.items()}
        self._hopeless = [0] * len(job.variants)
        self._answered = [0] * len(job.variants)
        self._given_up: dict[int, Outcome] = {}  # by variant: how its calls failed
        self._forecasts = [Forecast(job, variant) for variant in job.variants]
        self._probing = asyncio.Lock()

    @property
    def over(self) -> bool:
        """Whether no further cell may be begun."""
        return self._end is not None

    def end(self, state: str, error: str = "", *, at_once: bool = False) -> None:
        """Begin no further cell; `at_once` stops those under way, too. The first reason stands."""
        self._end = self._end or (state, error)
        if at_once:
            self.halt.set()

    def note(self, rows: "Sequence[Beside]") -> None:
        """Take in the cells that have just been written."""
        if self.scores is not None and sum(self.scores.note(row.values) for row in rows):
            self.news.set()

    async def look(self) -> None:
        """End the run if its scores decide it. Cells under way are finished: they are paid for."""
        if self.scores is None:
            return
        try:
            self.decision = await asyncio.to_thread(self.scores.look)
        except Exception:
            _LOG.warning("The scores of the run %s could not be looked at: it goes on to its end.", self.job.run_id, exc_info=True)
            self.scores = None
        if self.decision is not None:
            self.end("decided")

    async def until_end(self) -> tuple[str, str]:
        """The state the run ended in, and its error. Raises what went wrong with the run itself."""
        try:
            async with asyncio.TaskGroup() as group:
                for provider, positions in self.job.lanes().items():
                    lane = _Lane(self, positions, concurrency(self.job.plan.concurrency, provider), group)
                    for _ in range(lane.width):
                        group.create_task(self._pull(lane, group))
        except ExceptionGroup as raised:  # not except*: before Python 3.11.4 it wraps what is raised in it in a group again
            raise _first(raised) from None
        if self._end is not None and self.decision is None:
            return self._end
        left = await asyncio.to_thread(_left, self.job)
        if self._end is not None and left:
            return self._end
        given_up = " ".join(f"{self.job.variants[at].full_model}: {one.message} {one.hint}".strip() for at, one in self._given_up.items())
        if not left:
            return "finished", given_up
        again = "it is" if left == 1 else "they are"
        return "failed", f"{counted(left, 'cell was', 'cells were')} not finished. Resume the run: {again} asked again."

    async def _pull(self, lane: "_Lane", group: asyncio.TaskGroup) -> None:
        while (todo := await lane.next()) is not None:
            outcome = await self._ask(todo)
            # Under a cap every cell begun is money that may be spent: none is begun that has no place.
            if outcome is not None and outcome.retries and self.purse.cap_nano is None:
                for _ in range(lane.widen()):
                    group.create_task(self._pull(lane, group))

    async def _ask(self, todo: Todo) -> Outcome | None:
        """What became of the cell; None where the cap did not let it begin, or where its variant has no hope."""
        if (alike := self._given_up.get(todo.variant)) is not None:
            await self._fail_unasked(todo, alike)
            return None
        forecast = self._forecasts[todo.variant]
        if self.purse.cap_nano is None or forecast.free or forecast.seen:
            return await self._spend(todo)
        async with self._probing:  # what the first reply costs is not known: no other is risked with it
            if self.over:
                return None
            if not forecast.seen:
                return await self._spend(todo)
        return await self._spend(todo)

    async def _fail_unasked(self, todo: Todo, alike: Outcome) -> None:
        message = f"Not asked, because the calls before it failed: {alike.message}"
        rows = [self.job.not_asked(todo, alike.error_type or "unknown", alike.error_kind or "unknown", message)]
        await writer.of(self.job.store).write_async(rows)
        self.note(rows)

    async def _spend(self, todo: Todo) -> Outcome | None:
        """What became of the cell; None where the cap did not let it begin."""
        forecast = self._forecasts[todo.variant]
        need = await forecast.need(todo.request) if self.purse.cap_nano is not None and not forecast.free else NOTHING
        if not await self.purse.admit(need.nano, lambda: self.over):
            self.end("capped", "The next call would cross the spending cap. Raise the cap and resume: finished cells are kept.")
            return None
        cost: int | None = None
        outcome: Outcome | None = None
        rows: list[Beside] = []
        try:
            outcome = await door.complete(
                self._call(todo), cancel=self.halt, store=self.job.store, beside=lambda outcome: self._row(todo, outcome, rows)
            )
            cost = outcome.cost_nano
        finally:
            if need is not NOTHING and outcome is not None and outcome.reply is not None:
                forecast.learn(need, outcome.reply.usage, cost)
            await self.purse.settle(need.nano, cost)
        self._learn(todo, outcome)
        self.note(rows)
        return outcome

    def _call(self, todo: Todo) -> Call:
        variant, job = self.job.variants[todo.variant], self.job
        return Call(
            provider=variant.provider,
            request=todo.request,
            source=job.kind,
            prompt=variant.prompt,
            version=variant.version,
            label=variant.label,
            user=job.plan.user or None,
            tags=("demo",) if job.demo else (),
            run_id=job.run_id,
            cell_id=todo.cell_id,
            variables=dict(todo.inputs),
            retry=self._policy,
            pace=self._pace,
            room=self._rooms[variant.provider],
        )

    def _row(self, todo: Todo, outcome: Outcome, rows: "list[Beside]") -> list[Beside]:
        """The cell's row, put in `rows`; none where it was stopped, or refused for a budget: it has not finished."""
        rows[:] = [] if outcome.error_kind in _UNFINISHED else [self.job.finished(todo, outcome)]
        return rows

    def _learn(self, todo: Todo, outcome: Outcome) -> None:
        """Give a variant up that has no hope: the rest of its cells fail without a call, and the other variants go on."""
        at = todo.variant
        if outcome.reply is not None:
            self._answered[at] += 1
        elif outcome.error_kind == BudgetReached.kind:
            self.end("capped", f"{outcome.message} {outcome.hint} Then resume the run: finished cells are kept.")
        elif outcome.error_kind in _HOPELESS and not self._answered[at]:
            self._hopeless[at] += 1
            if self._hopeless[at] >= _HOPELESS_AFTER:
                self._given_up[at] = outcome


class _Lane:
    """The cells of one provider, handed out one by one; the next chunk is read while the last one is being worked on.

    What is read ahead belongs to the `group`: a run does not end before it, and fails where it fails.
    """

    def __init__(self, work: Work, positions: tuple[int, ...], width: int, group: asyncio.TaskGroup) -> None:
        self.width = width
        self._wide = False
        self._work = work
        self._positions = positions
        self._group = group
        self._ready: deque[Todo] = deque()
        self._from: int | None = 0
        self._reading: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    def widen(self) -> int:
        """How many more may pull cells: some once calls are being retried, whose places on the way are free meanwhile; else none."""
        more, self._wide = 0 if self._wide else (_WAITING - 1) * self.width, True
        return more

    async def next(self) -> Todo | None:
        """The next cell; None when there is none or the run is over."""
        async with self._turn:
            while not self._work.over:
                if self._reading is None and self._from is not None and len(self._ready) < _READ_AHEAD:
                    self._reading = self._group.create_task(self._read(self._from))
                if self._ready:
                    return self._ready.popleft()
                if self._reading is None:
                    return None
                await self._reading
            return None

    async def _read(self, start: int) -> None:
        job, scores = self._work.job, self._work.scores
        while scores is not None and start > scores.prefix + max(_LEAD, 4 * self.width) and not self._work.over:
            await asyncio.sleep(watching.LOOK_S)
        chunk = await asyncio.to_thread(job.chunk, self._positions, start)
        if chunk.settled:
            await writer.of(job.store).write_async(chunk.settled)
            self._work.note(chunk.settled)
        self._ready.extend(chunk.todos)
        self._from, self._reading = chunk.next_case, None


def _purse(store: "Store", run_id: str) -> Purse:
    with store.read() as session:
        spent = session.scalar(select(func.sum(CellRow.cost_nano)).where(CellRow.run_id == run_id))
        return Purse(session.scalar(select(RunRow.cap_nano).where(RunRow.id == run_id)), int(spent or 0))


def _left(job: Job) -> int:
    with job.store.read() as session:
        total = session.scalar(select(RunRow.total).where(RunRow.id == job.run_id)) or 0
        return total - (session.scalar(select(func.count()).select_from(CellRow).where(CellRow.run_id == job.run_id)) or 0)


def _close(store: "Store", run_id: str, owner: str, worked_ms: int, values: dict[str, Any]) -> None:
    """Write down how the run ended and free its lease, unless somebody else has taken it over. `plan` is added to the plan there is."""
    name = f"run:{run_id}"
    with store.write() as session:
        if session.scalar(select(LeaseRow.owner).where(LeaseRow.name == name)) == owner:
            active = RunRow.active_ms + worked_ms
            if "plan" in values:
                values["plan"] = {**(session.scalar(select(RunRow.plan).where(RunRow.id == run_id)) or {}), **values["plan"]}
            session.execute(update(RunRow).where(RunRow.id == run_id).values(active_ms=active, **values))
    leases.release(store, name, owner)


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """The first of the errors that ended a run: the others follow from it."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, Exception) else RunError(str(error))


def _told(error: Exception) -> str:
    """The error as the run keeps it: what happened, and what to do."""
    if isinstance(error, WorkbenchError):
        return f"{error} {error.hint}".strip()
    _LOG.error("A run failed.\n%s", keys.redact("".join(traceback.format_exception(error))))
    return f"{type(error).__name__}: {keys.redact(str(error))}. Resume the run; if it fails again, please report this."
