"""Writes the ledger: one thread a store, many calls a commit. Owns durability: a future resolves only after its commit.

A call, the sums it adds to and the rows that belong to it (a run's cell) are written in one transaction, so that a process killed at
any instant has all or nothing. While one commit is under way the next batch gathers; under load the thread also lingers a moment, because a
commit costs the same for one call and for fifty.
"""

import asyncio
import atexit
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import OperationalError

from workbench.errors import StoreError
from workbench.ledger import inserting
from workbench.ledger.book import Noted
from workbench.ledger.fields import CallRecord
from workbench.ledger.rows import values_of
from workbench.store import Store

_LOG = logging.getLogger("workbench.ledger")

_BATCH = 500
_LINGER_S = 0.004
_BUSY_S = 0.02  # a commit this short ago means that calls come in a stream
_IDLE_S = 5.0  # then the thread ends; the next call starts another
_TRIES_WHILE_LOCKED = 3  # each waits the store's own ten seconds


@dataclass(frozen=True, slots=True)
class Beside:
    """A row to write in the transaction of a call. All rows of one `statement` object in a batch are one executemany;
    `call_id` names the value that receives the id of the call.
    """

    statement: Executable
    values: dict[str, Any]
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    record: CallRecord | None
    beside: Sequence[Beside]
    future: "Future[int | None] | asyncio.Future[int | None]"


class Writer:
    """The one writer of a store's ledger. Any thread may append."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changed = threading.Condition()
        self._waiting: list[_Job] = []
        self._unsettled = 0
        self._sleeping = False
        self._thread: threading.Thread | None = None
        self._committed_s = 0.0

    def append(self, record: CallRecord, beside: Sequence[Beside] = ()) -> "Future[int]":
        """A future of the call's id, resolved once the call and the rows beside it are committed; fails with StoreError."""
        future: Future[int | None] = Future()
        self._put(_Job(record, beside, future))
        return cast("Future[int]", future)

    def append_async(self, record: CallRecord, beside: Sequence[Beside] = ()) -> "asyncio.Future[int]":
        """`append` for a coroutine of the running loop; a whole batch wakes the loop once."""
        future: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._put(_Job(record, beside, future))
        return cast("asyncio.Future[int]", future)

    def write(self, beside: Sequence[Beside]) -> "Future[None]":
        """A future resolved once rows that belong to no call are committed."""
        future: Future[int | None] = Future()
        self._put(_Job(None, beside, future))
        return cast("Future[None]", future)

    def write_async(self, beside: Sequence[Beside]) -> "asyncio.Future[None]":
        """`write` for a coroutine of the running loop."""
        future: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._put(_Job(None, beside, future))
        return cast("asyncio.Future[None]", future)

    def flush(self, timeout_s: float = 60.0) -> bool:
        """Wait until everything appended so far is settled; False where that took longer than allowed."""
        with self._changed:
            return self._changed.wait_for(lambda: self._unsettled == 0, timeout_s)

    def _put(self, job: _Job) -> None:
        with self._changed:
            self._waiting.append(job)
            self._unsettled += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ledger-writer", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:  # an ending interpreter gives out no threads; what a call cost must be written even then
                    self._thread = None
            elif self._sleeping:
                self._changed.notify_all()
            if self._thread is not None:
                return
            batch, self._waiting = self._waiting, []
        self._finish(batch)

    def _work(self) -> None:
        while batch := self._next():
            self._finish(batch)

    def _finish(self, batch: list[_Job]) -> None:
        self._commit(batch)
        self._committed_s = time.monotonic()
        with self._changed:
            self._unsettled -= len(batch)
            if not self._unsettled:
                self._changed.notify_all()

    def _next(self) -> list[_Job]:
        """The next batch, waited for; nothing where the thread has been idle and ends."""
        with self._changed:
            self._sleeping = True
            self._changed.wait_for(lambda: self._waiting, _IDLE_S)
            self._sleeping = False
            if not self._waiting:
                self._thread = None
                return []
        if time.monotonic() - self._committed_s < _BUSY_S:
            time.sleep(_LINGER_S)
        with self._changed:
            batch = list(islice(self._waiting, _BATCH))
            del self._waiting[: len(batch)]
            return batch

    def _commit(self, batch: list[_Job]) -> None:
        """Write `batch` and settle its futures. One bad row fails alone: the batch is halved until it stands by itself."""
        try:
            ids = self._write(batch)
        except OperationalError as error:
            _settle(batch, None, inserting.refused(error))
        except Exception as error:
            if len(batch) > 1:
                middle = len(batch) // 2
                self._commit(batch[:middle])
                self._commit(batch[middle:])
            else:
                self._alone(batch[0], error)
        else:
            _settle(batch, ids, None)

    def _alone(self, job: _Job, error: Exception) -> None:
        """A job that cannot be written: the call itself is kept if only the rows beside it were refused."""
        _LOG.error("A row of the ledger was refused: %s", type(error).__name__, exc_info=error)
        if job.record is not None and job.beside:
            try:
                self._write([_Job(job.record, (), job.future)])
            except Exception:
                _LOG.exception("The call was refused, too.")
        _settle([job], None, inserting.refused(error))

    def _write(self, batch: list[_Job]) -> list[int | None]:
        for left in range(_TRIES_WHILE_LOCKED - 1, -1, -1):
            try:
                with self._store.write() as session:
                    ids, noted = _insert(session.connection(), batch, self._store)
                if noted is not None:  # what was spent counts once it is committed
                    noted.settle()
                return ids
            except OperationalError as error:
                if not left or inserting.state(error) not in inserting.LOCKED:
                    raise
        raise AssertionError("the last try returns or raises")


_writers: dict[Store, Writer] = {}
_making = threading.Lock()


def of(store: Store) -> Writer:
    """The one writer of `store` in this process."""
    with _making:
        if store not in _writers:
            _writers[store] = Writer(store)
        return _writers[store]


@atexit.register
def flush_all() -> None:
    """Wait until every writer has settled what it was given."""
    for writer in list(_writers.values()):
        writer.flush()


def _insert(connection: Connection, batch: list[_Job], store: Store) -> tuple[list[int | None], Noted | None]:
    fresh, noted = inserting.calls(connection, store, [values_of(job.record) for job in batch if job.record is not None])
    left = iter(fresh)
    ids = [None if job.record is None else next(left) for job in batch]
    rows: dict[int, tuple[Executable, list[dict[str, Any]]]] = {}
    for job, call_id in zip(batch, ids, strict=True):
        for beside in job.beside:
            values = beside.values if beside.call_id is None else beside.values | {beside.call_id: call_id}
            rows.setdefault(id(beside.statement), (beside.statement, []))[1].append(values)
    for statement, values_of_rows in rows.values():
        connection.execute(statement, values_of_rows)
    return ids, noted


def _settle(batch: list[_Job], ids: list[int | None] | None, error: StoreError | None) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[int | None], int | None]]] = {}
    for job, call_id in zip(batch, ids or [None] * len(batch), strict=True):
        if isinstance(job.future, asyncio.Future):
            loops.setdefault(job.future.get_loop(), []).append((job.future, call_id))
        elif job.future.set_running_or_notify_cancel():
            job.future.set_exception(error) if error else job.future.set_result(call_id)
    for loop, settled in loops.items():
        try:
            loop.call_soon_threadsafe(_settle_in_loop, settled, error)
        except RuntimeError:  # the loop has ended; the rows are committed all the same
            _LOG.debug("Nobody waits for %d calls any more.", len(settled))


def _settle_in_loop(settled: "list[tuple[asyncio.Future[int | None], int | None]]", error: StoreError | None) -> None:
    for future, call_id in settled:
        if not future.done():
            future.set_exception(error) if error else future.set_result(call_id)
