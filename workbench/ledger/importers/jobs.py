"""Imports that run beside whoever started them, one thread each, so that a page can come and go; and that are taken back so. They end with
the process, and go on later. Owns the files that were uploaded.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from workbench import settings
from workbench.errors import InputError, WorkbenchError
from workbench.ledger.importers import history, running, source, undoing
from workbench.ledger.importers.base import ColumnMap
from workbench.ledger.importers.history import Imported
from workbench.ledger.importers.running import Progress
from workbench.store import Store

_LOG = logging.getLogger("workbench.ledger")
_KEPT = 20
_CHUNK = 2**20
_ABANDONED_S = 7 * 86_400


@dataclass
class Job:
    """An import under way, or one that is being taken back (`back`). `progress` is the last that was heard of it; once it is `done`,
    `result` or `error` says how it ended.
    """

    name: str
    path: Path
    back: bool = False
    progress: Progress = field(default_factory=lambda: Progress(0.0, 0, 0, 0, 0))
    result: Imported | None = None
    error: WorkbenchError | None = None
    done: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """End it after the batch that is under way."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()


_jobs: dict[Store, dict[str, Job]] = {}
_starting = threading.Lock()


def start(store: Store, path: Path, *, name: str = "", format_: str | None = None, mapping: ColumnMap | None = None) -> Job:
    """Start an import of `path`, or the one of it that is under way."""
    job, fresh = _slot(store, str(path.resolve()), Job(name or path.name, path))

    def work() -> Imported:
        hear, stop = _hears(job), (lambda: job.stopping)
        done = running.run(store, path, format=format_, mapping=mapping, name=job.name, progress=hear, stop=stop)
        if done.complete:
            _drop(path)
        return done

    if fresh:
        threading.Thread(target=_work, args=(job, work), name="import", daemon=True).start()
    return job


def take_back(store: Store, import_id: str) -> Job:
    """Start taking an import back, or go on with that; where it is under way it stops. What was uploaded for it goes. Raises NotFound."""
    found = history.get(store, import_id)
    for running_now in _jobs.get(store, {}).values():
        if not running_now.done and not running_now.back and str(running_now.path.resolve()) == found.path:
            running_now.stop()
    job, fresh = _slot(store, f"back {import_id}", Job(found.name, Path(found.path), back=True))

    def work() -> Imported:
        done = undoing.undo(store, import_id, progress=_hears(job))
        _drop(job.path)
        return done

    if fresh:
        threading.Thread(target=_work, args=(job, work), name="import-back", daemon=True).start()
    return job


def latest(store: Store) -> Job | None:
    """The import that was started last in this process."""
    jobs = list(_jobs.get(store, {}).values())
    return jobs[-1] if jobs else None


def kept(content: BinaryIO, name: str) -> Path:
    """An uploaded file as a file of the workbench's own, so that its import can go on later. The same upload is the same file. Those that
    nobody came back for within a week go.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_file() and time.time() - old.stat().st_mtime > _ABANDONED_S:
            old.unlink(missing_ok=True)
    part = folder / f".{threading.get_ident()}.part"
    with part.open("wb") as file:
        while chunk := content.read(_CHUNK):
            file.write(chunk)
    safe = "".join(one if one.isalnum() or one in "._-" else "_" for one in name)[-80:] or "upload"
    target = folder / f"{source.fingerprint(part)}-{safe}"
    part.replace(target)
    return target


def _folder() -> Path:
    return settings.load().home / "imports"


def _drop(path: Path) -> None:
    """Delete a file that was uploaded; one that lies elsewhere is not ours."""
    if path.parent == _folder():
        path.unlink(missing_ok=True)


def _slot(store: Store, key: str, fresh: Job) -> tuple[Job, bool]:
    """The job under way for `key`, else `fresh` in its place; and whether it is that."""
    with _starting:
        jobs = _jobs.setdefault(store, {})
        known = jobs.pop(key, None)
        if known is not None and not known.done:
            jobs[key] = known
            return known, False
        for old in [each for each, job in jobs.items() if job.done][: max(0, len(jobs) - _KEPT)]:
            del jobs[old]
        jobs[key] = fresh
        return fresh, True


def _hears(job: Job) -> Callable[[Progress], None]:
    def hear(progress: Progress) -> None:
        job.progress = progress

    return hear


def _work(job: Job, work: Callable[[], Imported]) -> None:
    try:
        job.result = work()
    except WorkbenchError as error:
        job.error = error
    except Exception:
        _LOG.exception("An import broke.")
        job.error = InputError(
            "the import broke", place=job.name, hint="Start it again: it goes on where it was. The log says why it broke."
        )
    finally:
        job.done = True
