"""What this process does on its own, again and again: alerts, deliveries, retention, the search index. Owns one thread and a lease of the
store, so that of several processes on one store one ticks. Refuses to let a task that fails or hangs stop the others.

A task is a function of the store and the time; it is named by its module, which is loaded when it first runs.
"""

import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbench import clock

if TYPE_CHECKING:
    from workbench.store import Store

Task = Callable[["Store", int], Any]

LEASE = "ticker"
BOUND_S = 60.0  # a task that takes longer is left behind and not started again before it has ended
_LONGEST_FIRST_S = 60.0
_JITTER = 0.1  # of a period: processes that start together do not stay together
_MOST_JITTER_S = 5.0
_LOOK_S = 0.5
_STOP_S = 1.0
_RETRY_S = 10.0  # where the store cannot be opened
_LOG = logging.getLogger("workbench.ticker")


@dataclass(slots=True)
class Ticking:
    """A task, and when it is due next in seconds of the monotonic clock; `thread` is where it runs now, `told` its last failure."""

    name: str
    every_s: float
    task: Task | str
    due_s: float = 0.0
    thread: threading.Thread | None = None
    told: str = ""

    def plan(self, now_s: float, draw: Callable[[], float], *, first: bool = False) -> None:
        """Set when it is due next: a period from now and a little; the first time within a period, so that not all come at once."""
        if first:
            self.due_s = now_s + min(self.every_s, _LONGEST_FIRST_S) * (0.2 + 0.8 * draw())
        else:
            self.due_s = now_s + self.every_s + min(self.every_s * _JITTER, _MOST_JITTER_S) * draw()

    def function(self) -> Task:
        """The function of the task, loaded where it was only named."""
        if isinstance(self.task, str):
            module, _, name = self.task.partition(":")
            loaded: Task = getattr(import_module(module), name)
            self.task = loaded
        return self.task


_TASKS: dict[str, Ticking] = {}


def register(name: str, every_s: float, task: Task | str) -> None:
    """Let the ticker call `task(store, now_ms)` every so many seconds; a text is `module:function`. Raises ValueError if the name is
    taken or the period is none.
    """
    if name in _TASKS:
        raise ValueError(f"two tasks are called {name!r}")
    if not every_s > 0:
        raise ValueError(f"{name} has no period: {every_s!r}")
    _TASKS[name] = Ticking(name, every_s, task)


register("deliveries", 5, "workbench.monitoring.delivery:tick")
register("alerts", 15, "workbench.monitoring.alerts:tick")
register("search", 30, "workbench.ledger.search:tick")
register("retention", 3_600, "workbench.ledger.retention:tick")


@dataclass(slots=True)
class Ticker:
    """The thread that calls the tasks while this process holds the lease."""

    tasks: list[Ticking]
    store: "Store | None" = None
    bound_s: float = BOUND_S
    draw: Callable[[], float] = random.random
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _holds: bool = False
    _renew_s: float = 0.0

    def start(self) -> None:
        """Begin; the store is opened by the thread itself."""
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End within a second and free the lease; a task under way is left to itself."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(_STOP_S)

    def _run(self) -> None:
        store = self._opened()
        now_s = time.monotonic()
        for ticking in self.tasks:
            ticking.plan(now_s, self.draw, first=True)
        while store is not None and not self._ending.is_set():
            if self._leads(store):
                self._call_due(store)
            soonest_s = min((ticking.due_s for ticking in self.tasks), default=float("inf"))
            self._ending.wait(max(0.001, min(soonest_s - time.monotonic(), _LOOK_S)) if self._holds else _LOOK_S)
        if store is not None and self._holds:
            self._let_go(store)

    def _opened(self) -> "Store | None":
        from workbench import store as stores
        from workbench.calls import log

        log.start()  # alerts are told there, whether or not a call was made
        while not self._ending.is_set():
            try:
                return self.store or stores.current()
            except Exception as error:
                _LOG.warning("The store cannot be opened, nothing is watched: %s", error)
            self._ending.wait(_RETRY_S)
        return None

    def _leads(self, store: "Store") -> bool:
        """Whether this process holds the lease; asked for and renewed as often as leases want it."""
        from workbench.store import leases

        now_s = time.monotonic()
        if now_s >= self._renew_s:
            self._renew_s = now_s + leases.HEARTBEAT_MS / 1000
            try:
                now_ms = clock.now_ms()
                # Who does not hold it only reads: a second process must not write all day for nothing.
                self._holds = leases.holder(store, LEASE, now_ms) in {None, self.owner} and leases.acquire(store, LEASE, self.owner, now_ms)
            except Exception as error:
                self._holds = False
                _LOG.warning("The lease of the ticker cannot be had: %s", error)
        return self._holds

    def _let_go(self, store: "Store") -> None:
        from workbench.store import leases

        try:
            leases.release(store, LEASE, self.owner)
        except Exception as error:  # it expires by itself
            _LOG.debug("The lease of the ticker could not be freed: %s", error)

    def _call_due(self, store: "Store") -> None:
        for ticking in sorted(self.tasks, key=lambda one: one.due_s):
            now_s = time.monotonic()
            if ticking.due_s > now_s:
                continue
            ticking.plan(now_s, self.draw)
            if ticking.thread is None or not ticking.thread.is_alive():
                self._call(store, ticking)
            if self._ending.is_set() or not self._leads(store):
                return

    def _call(self, store: "Store", ticking: Ticking) -> None:
        """Run one task and wait for it, as long as it is allowed to take."""
        ticking.thread = threading.Thread(target=self._attempt, args=(store, ticking), name=f"ticker-{ticking.name}", daemon=True)
        ticking.thread.start()
        until_s = time.monotonic() + self.bound_s
        while ticking.thread.is_alive() and time.monotonic() < until_s and not self._ending.is_set():
            ticking.thread.join(min(_LOOK_S, self.bound_s))
            self._leads(store)
        if ticking.thread.is_alive() and not self._ending.is_set():
            _LOG.error("The task %s takes longer than %g s: the others go on without it.", ticking.name, self.bound_s)

    def _attempt(self, store: "Store", ticking: Ticking) -> None:
        try:
            ticking.function()(store, clock.now_ms())
        except Exception as error:
            if self._ending.is_set():  # the store may be closed already
                return
            told = f"{type(error).__name__}: {error}"
            # The same failure every few seconds is told once.
            _LOG.log(logging.DEBUG if told == ticking.told else logging.ERROR, "The task %s failed.", ticking.name, exc_info=True)
            ticking.told = told
        else:
            ticking.told = ""


_starting = threading.Lock()
_running: Ticker | None = None


def start(store: "Store | None" = None) -> None:
    """Begin to tick in this process, unless it does already. Without a store it is the one of the settings."""
    global _running  # noqa: PLW0603 (one ticker a process)
    with _starting:
        if _running is None:
            _running = Ticker(list(_TASKS.values()), store)
            _running.start()


def stop() -> None:
    """End within a second; nothing where it does not run."""
    global _running
    with _starting:
        ending, _running = _running, None
    if ending is not None:
        ending.stop()
