"""The log: one line of JSON a request, and one for the response or the error it came to, with the same id; alerts and warnings beside
them. Owns when it is on: where a file or the console is named (see `settings.log`), else never.

Lines are written by a thread of their own: a slow disk never delays a call. Where it cannot keep up, lines are left out and counted.
"""

import atexit
import logging
import os
import threading

from workbench import clock, settings
from workbench.calls.log_lines import Line
from workbench.calls.log_writing import LogQueue, LogWriter
from workbench.calls.outcome import Call, Outcome
from workbench.errors import SettingsError
from workbench.settings import LogSettings
from workbench.store.base import new_id

_CALLS = logging.getLogger("workbench.requests")
_ALERTS = logging.getLogger("workbench.alerts")
_ALL = logging.getLogger("workbench")  # warnings of the program itself

_starting = threading.Lock()
_log: LogWriter | None = None
_asked = False


def start() -> bool:
    """Whether anything is logged; begins with it where the settings say so. They are looked at once a process."""
    global _log, _asked  # noqa: PLW0603 (one log a process)
    if _asked:
        return _log is not None
    with _starting:
        if _asked:
            return _log is not None
        try:
            chosen = settings.log()
        except SettingsError as error:  # no reason to make no calls
            _ALL.error("Nothing is logged: %s %s", error.message, error.hint)
            chosen = LogSettings()
        if chosen.file or chosen.console:
            _log = LogWriter(chosen)
            _log.start()
            _attach(_log.handler)
        _asked = True
        return _log is not None


def stop() -> None:
    """Write what waits, and log no more until `start`."""
    global _log, _asked
    with _starting:
        ending, _log, _asked = _log, None, False
    if ending is not None:
        for logger in (_CALLS, _ALL):
            logger.removeHandler(ending.handler)
        ending.stop()


def request(call: Call) -> str:
    """Log that a call is asked for; the id its lines carry, empty where nothing is logged."""
    if not start():
        return ""
    line_id = new_id(clock.now_ms())
    _CALLS.info("request", extra={"line": Line("request", line_id, call)})
    return line_id


def outcome(line_id: str, call: Call, became: Outcome) -> None:
    """Log what became of the call with this id."""
    if line_id:
        event = "response" if became.success else "error"
        _CALLS.info(event, extra={"line": Line(event, line_id, call, became)})


def _attach(handler: LogQueue) -> None:
    _CALLS.setLevel(logging.INFO)
    _CALLS.propagate = False  # its lines are for the log alone
    _CALLS.addHandler(handler)
    if _ALERTS.level == logging.NOTSET:
        _ALERTS.setLevel(logging.INFO)
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name in {_CALLS.name, _ALERTS.name})
    _ALL.addHandler(handler)


def _after_fork() -> None:
    global _log, _asked, _starting  # the thread that writes stayed with the parent
    if _log is not None:
        for logger in (_CALLS, _ALL):
            logger.removeHandler(_log.handler)
    _log, _asked, _starting = None, False, threading.Lock()


def _end() -> None:
    global _asked  # noqa: PLW0603 (one log a process)
    stop()
    _asked = True  # an ending interpreter gives out no threads


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
