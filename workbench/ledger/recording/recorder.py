"""Takes what programs record: one thread opens the store, works out costs and hands calls to the ledger's writer. The program's own
thread never waits for a database, a price list or an import. Owns what happens at the end of the process and after a fork.
"""

import atexit
import concurrent.futures.thread  # noqa: F401 (tokens are counted with it, and an ending interpreter refuses to load it)
import logging
import os
import sys
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.errors import StoreError
from workbench.ledger.fields import CallRecord

if TYPE_CHECKING:
    from workbench.store import Store

_LOG = logging.getLogger("workbench.ledger")
_MOST_UNSETTLED = 100_000  # here and with the writer; then who records waits: memory has an end, and so has the patience of a program
_FLUSH_S = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """A call to record. `answered_by` is the model that says it answered, for the price; `base_url` the address that was asked where that
    is nobody's own; `count` says that tokens are to be counted here, as the provider sent none; without `texts` neither request nor
    reply is kept.
    """

    record: CallRecord
    store: "Store | None" = None
    answered_by: str = ""
    base_url: str = ""
    count: bool = False
    texts: bool = True
    future: "Future[int]" = field(default_factory=Future)


class Recorder:
    """The one recorder of a process."""

    def __init__(self, *, forked: bool = False) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._unsettled = 0
        self._thread: threading.Thread | None = None
        self._forked = forked
        self._store: Store | None = None

    def put(self, job: Job) -> "Future[int]":
        """A future of the call's id, resolved once it is committed; fails with StoreError, which is logged in any case."""
        with self._changed:
            self._changed.wait_for(lambda: self._unsettled < _MOST_UNSETTLED, _FLUSH_S)
            self._waiting.append(job)
            self._unsettled += 1
            if self._thread is None:
                self._start()
            elif len(self._waiting) == 1:
                self._changed.notify_all()
            alone = self._thread is None
        if alone:
            self._take(self._waiting.popleft())
        return job.future

    def flush(self, timeout_s: float = _FLUSH_S) -> bool:
        """Wait until everything put so far is committed or has failed; False where that took longer than allowed."""
        with self._changed:
            return self._changed.wait_for(lambda: self._unsettled == 0, timeout_s)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="ledger-recorder", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # an ending interpreter gives out no threads
            self._thread = None
        if "multiprocessing.util" in sys.modules:  # a child of it ends without the interpreter's own farewell
            from multiprocessing.util import Finalize

            Finalize(None, _end, exitpriority=100)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                job = self._waiting.popleft()
            self._take(job)

    def _take(self, job: Job) -> None:
        try:
            from workbench.ledger import writer

            store = job.store or self._own()
            writer.of(store).append(_worked_out(store, job)).add_done_callback(partial(self._settle, job))
        except Exception as error:
            refused = error if isinstance(error, StoreError) else StoreError(f"The call could not be recorded: {error}")
            self._settled(job, None, refused)

    def _settle(self, job: Job, written: "Future[int]") -> None:
        error = written.exception()
        self._settled(job, None if error else written.result(), error)

    def _settled(self, job: Job, call_id: int | None, error: BaseException | None) -> None:
        if error:
            _LOG.error("A call of %s/%s is lost: %s", job.record.provider, job.record.model, error)
        if job.future.set_running_or_notify_cancel():
            job.future.set_exception(error) if error else job.future.set_result(call_id or 0)
        with self._changed:
            self._unsettled -= 1
            if self._unsettled in {0, _MOST_UNSETTLED - 1}:
                self._changed.notify_all()

    def _own(self) -> "Store":
        """The store of this process. After a fork one of its own: connections cannot be shared with the parent."""
        from workbench import store as stores

        if not self._forked:
            return stores.current()
        if self._store is None:
            self._store = stores.open_store()
        return self._store


def _worked_out(store: "Store", job: Job) -> CallRecord:
    """The record with what only the store and the price list know: the connection, counted tokens, the cost. None of it may fail it."""
    record = job.record
    try:
        if job.base_url:
            record = replace(record, provider=_connection(store, job.base_url) or record.provider)
        if job.count:
            record = _counted(record)
        if record.cost_nano is None and record.input_tokens:  # a part of the tokens has no price worth telling
            record = replace(record, cost_nano=_cost_nano(store, record, job.answered_by))
    except Exception:
        _LOG.exception("The cost of a call of %s/%s could not be worked out.", record.provider, record.model)
    return record if job.texts else replace(record, request=None, reply=None, tool_calls=None)


def _connection(store: "Store", base_url: str) -> str | None:
    """The name of the connection with this address."""
    from workbench.providers import connections

    wanted = base_url.rstrip("/")
    return next((one.name for one in connections.page(store) if (one.base_url or "").rstrip("/") == wanted), None)


def _counted(record: CallRecord) -> CallRecord:
    """The record with its tokens counted here, where the provider sent none; what it sent stays, unless more was seen to come."""
    from workbench.text import tokens

    asked, said = record.input_tokens, record.output_tokens
    texts = [text for message in (record.request or {}).get("messages", ()) for text in _texts(message)]
    if asked is None and texts:
        asked = sum(tokens.count(text, record.model).tokens + 4 for text in texts)
    here = tokens.count(record.reply, record.model).tokens if record.reply else 0
    here += sum(tokens.count(f"{call.get('name')}{call.get('arguments')}", record.model).tokens for call in record.tool_calls or ())
    return replace(record, input_tokens=asked, output_tokens=max(said or 0, here), estimated=True)


def _texts(message: object) -> list[str]:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]


def _cost_nano(store: "Store", record: CallRecord, answered_by: str) -> int | None:
    from workbench.ledger import tariff
    from workbench.pricing import FREE_PROVIDERS
    from workbench.providers.base import Reply, Usage

    counts = {name: getattr(record, name) or 0 for name in Usage.__dataclass_fields__}
    reply = Reply("", usage=Usage(**counts), model=answered_by, processing=record.processing)
    free = record.provider in FREE_PROVIDERS
    priced = tariff.of_reply(store, record.provider, record.model, reply, at_ms=record.started_ms, free=free)
    return None if priced is None else priced.nano


_recorder = Recorder()
_ended = False


def put(job: Job) -> "Future[int]":
    """Hand a call to the recorder of this process. At the very end of the process nobody else will wait for it."""
    future = _recorder.put(job)
    if _ended:
        flush()
    return future


def flush(timeout_s: float = _FLUSH_S) -> bool:
    """Wait until every call recorded so far is settled."""
    return _recorder.flush(timeout_s)


def _end() -> None:
    global _ended  # noqa: PLW0603 (one end a process)
    _ended = True
    flush()


def _after_fork() -> None:
    global _recorder, _ended  # the thread and the locks of the parent do not exist in the child
    _recorder, _ended = Recorder(forked=True), False


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
