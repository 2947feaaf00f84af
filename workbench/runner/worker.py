"""Starts, stops and resumes runs. A run at work is held by a lease, so that an app and a command may share one store.

Owns the state of a run: planned, running, then stopped, capped, decided, finished or failed. Every finished cell is committed together with
its call, so a process killed at any instant loses nothing finished and pays for nothing twice.
"""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.orm import Session

from workbench.clock import SYSTEM, Clock
from workbench.errors import NotFound, RunError
from workbench.runner import owners
from workbench.runner.tables import CellRow, RunRow
from workbench.store import leases
from workbench.store.base import new_id

if TYPE_CHECKING:
    from workbench.store import Store

_live: "dict[str, Future[None]]" = {}


def start(store: "Store", run_id: str, *, clock: Clock = SYSTEM) -> None:
    """Set a planned run to work in the loop thread; returns at once. Raises NotFound, RunError."""

    def begin(session: Session, row: RunRow) -> None:
        if row.state != "planned":
            raise RunError(f"The run is {row.state} already.", hint=f"Go on with it: workbench runs resume {run_id}")

    _launch(store, run_id, begin, clock)


def resume(store: "Store", run_id: str, *, cap_usd: Decimal | float | None = None, clock: Clock = SYSTEM) -> None:
    """Go on with a run that was stopped, capped, interrupted, failed or decided early; finished cells stay. `cap_usd` sets a new cap.

    One that was decided goes on to its planned end: it is not stopped early a second time.
    Raises NotFound, and RunError where it is at work or has reached its end.
    """

    def begin(session: Session, row: RunRow) -> None:
        if row.state == "finished":
            raise RunError("The run has reached its end.", hint=f"Failed cells can be tried again: workbench runs retry-failed {run_id}")
        if cap_usd is not None:
            row.cap_nano = round(Decimal(str(cap_usd)) * 10**9)

    _launch(store, run_id, begin, clock)


def retry_failed(store: "Store", run_id: str, *, clock: Clock = SYSTEM) -> None:
    """Try the failed cells of a run again, and what it has not finished. The ledger keeps the calls that failed.

    One that was decided early forgets the decision, and stops again as soon as its scores decide it.
    Raises NotFound, and RunError where it is at work or nothing failed.
    """

    def begin(session: Session, row: RunRow) -> None:
        if row.state == "decided":
            row.plan = {**row.plan, "decision": None}
        gone = session.execute(delete(CellRow).where(CellRow.run_id == run_id, CellRow.status == "error"))
        if not gone.rowcount:  # type: ignore[attr-defined]  # a DELETE always counts
            raise RunError("No cell of the run failed.", hint=f"workbench runs show {run_id}")

    _launch(store, run_id, begin, clock)


def stop(store: "Store", run_id: str, *, clock: Clock = SYSTEM) -> None:
    """Ask the run to stop: within a second, whichever process it works in. A run that nobody works on is stopped here and now.

    Nothing happens to one that has ended. Raises NotFound.
    """
    held = _holder(store, run_id, clock) is not None
    with store.write() as session:
        row = _row(session, run_id)
        if row.state in ("planned", "running") and not held:
            row.state, row.ended_ms, row.stop_requested = "stopped", clock.now_ms(), False
        elif row.state == "running":
            row.stop_requested = True


def wait(run_id: str, timeout_s: float | None = None) -> bool:
    """Whether the run is no longer at work in this process, waiting so long for it."""
    future = _live.get(run_id)
    if future is None:
        return True
    try:
        future.result(timeout_s)
    except NotYet:
        return False
    return True


def _launch(store: "Store", run_id: str, begin: Callable[[Session, RunRow], None], clock: Clock) -> None:
    """Take the lease, let `begin` check and prepare the row, and hand the run to the loop thread."""
    from workbench.calls import loop
    from workbench.runner.work import work

    owner = owners.owner(new_id(clock.now_ms()))
    with store.read() as session:
        _row(session, run_id)
    if _holder(store, run_id, clock) or not leases.acquire(store, _lease(run_id), owner, clock.now_ms()):
        raise RunError("The run is at work already.", hint=f"Stop it first, or watch it: workbench runs show {run_id}")
    try:
        with store.write() as session:
            row = _row(session, run_id)
            begin(session, row)
            row.state, row.stop_requested, row.error, row.ended_ms = "running", False, "", None
            row.started_ms = row.started_ms or clock.now_ms()
    except BaseException:
        leases.release(store, _lease(run_id), owner)
        raise
    future = loop.submit(work(store, run_id, owner, clock))
    _live[run_id] = future
    future.add_done_callback(lambda done: _live.pop(run_id, None) if _live.get(run_id) is done else None)


def _holder(store: "Store", run_id: str, clock: Clock) -> str | None:
    """Who works on the run; None where nobody does. The lease of a process that is gone is freed on the way."""
    holder = leases.holder(store, _lease(run_id), clock.now_ms())
    if holder is not None and owners.is_gone(holder):
        leases.release(store, _lease(run_id), holder)
        return None
    return holder


def _lease(run_id: str) -> str:
    return f"run:{run_id}"


def _row(session: Session, run_id: str) -> RunRow:
    row = session.get(RunRow, run_id)
    if row is None:
        raise NotFound(f"There is no run {run_id!r}.", hint="`workbench runs list` shows the runs there are.")
    return row
