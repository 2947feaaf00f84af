"""Writes the log from a thread of its own: a bounded queue, a file that begins anew when it is full. Owns no line's content."""

import logging
import os
import queue
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from typing import Any

from workbench.calls.log_lines import JsonLines
from workbench.settings import LogSettings
from workbench.text.counting import counted

_MOST_WAITING = 10_000
_STOP_S = 5.0


class LogFile(RotatingFileHandler):
    """A file that several processes may write: who finds it full renames it, the others notice and go on in the new one."""

    def __init__(self, path: Path, most_bytes: int, files: int) -> None:
        super().__init__(path, maxBytes=most_bytes, backupCount=files, encoding="utf-8", errors="backslashreplace", delay=True)
        self._told = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, into the file that has the name now."""
        try:
            if self.stream is not None and not self._is_current():
                self.stream.close()
                self.stream = None
            if self.stream is None:
                Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            self.handleError(record)
        else:
            super().emit(record)

    def createLock(self) -> None:  # noqa: N802 (the name of the class below it)
        """No lock: one thread writes, and where it hangs in a broken disk, the end of the process must not wait for it."""
        self.lock = None

    def doRollover(self) -> None:  # noqa: N802 (the name of the class below it)
        """Begin a new file, unless another process just has. Without older ones to keep, the file itself is emptied."""
        with _turn(self.baseFilename + ".lock"):
            if self._is_current():
                super().doRollover()
                if not self.backupCount:
                    os.truncate(self.baseFilename, 0)
            elif self.stream is not None:
                self.stream.close()
                self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name of the class below it)
        """Say once that the file cannot be written; calls go on."""
        if not self._told:
            self._told = True
            logging.getLogger("workbench").error("The log file %s cannot be written.", self.baseFilename, exc_info=True)

    def _is_current(self) -> bool:
        if self.stream is None:
            return False
        try:
            found, own = Path(self.baseFilename).stat(), os.fstat(self.stream.fileno())
        except (OSError, ValueError):
            return False
        return (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino)


class _turn:  # noqa: N801 (reads as the words of its with statement)
    """One process at a time, where the system offers that."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._held: int | None = None

    def __enter__(self) -> None:
        try:
            import fcntl
        except ImportError:
            return
        self._held = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX)

    def __exit__(self, *_error: object) -> None:
        if self._held is not None:
            os.close(self._held)


class LogQueue(QueueHandler):
    """Hands records to the log's thread as they are, and never waits for it."""

    def __init__(self, waiting: "queue.SimpleQueue[Any]") -> None:
        super().__init__(waiting)
        self._waiting = waiting
        self.left_out = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """The record itself: it is made into text by the thread that writes it."""
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Put the record into the queue; where that is full, count it as left out."""
        if self._waiting.qsize() < _MOST_WAITING:
            self._waiting.put(record)
        else:
            self.left_out += 1


class LogWriter(QueueListener):
    """The thread that writes."""

    def __init__(self, chosen: LogSettings) -> None:
        # Of the queues the one that may be put to in the middle of a put: a warning may come out of a finaliser.
        self.waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.handler = LogQueue(self.waiting)
        targets: list[logging.Handler] = [LogFile(chosen.file, chosen.bytes, chosen.files)] if chosen.file else []
        targets += [logging.StreamHandler()] if chosen.console else []
        for target in targets:
            target.setFormatter(JsonLines(texts=chosen.texts))
        super().__init__(self.waiting, *targets)

    def handle(self, record: logging.LogRecord) -> None:
        """Write one record, and before it how many could not be."""
        left_out, self.handler.left_out = self.handler.left_out, 0
        if left_out:
            told = f"{counted(left_out, 'line was', 'lines were')} left out: the disk could not keep up."
            super().handle(logging.makeLogRecord({"name": "workbench.requests", "levelname": "WARNING", "msg": told}))
        super().handle(record)

    def stop(self) -> None:
        """Write what waits, for at most some seconds: a disk that hangs must not keep the process."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self.waiting.put(None)  # what the listener takes for the end
        thread.join(_STOP_S)
        if not thread.is_alive():
            for target in self.handlers:
                target.close()
