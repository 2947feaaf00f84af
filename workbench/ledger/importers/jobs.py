"""Imports that run beside whoever started them, one thread each, so that a page can come and go. They end with the process, and go on
later.
"""

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from workbench import settings
from workbench.errors import InputError, WorkbenchError
from workbench.ledger.importers import running, source
from workbench.ledger.importers.base import ColumnMap
from workbench.ledger.importers.history import Imported
from workbench.ledger.importers.running import Progress
from workbench.store import Store

_LOG = logging.getLogger("workbench.ledger")
_KEPT = 20
_CHUNK = 2**20


@dataclass
class Job:
    """An import under way. `progress` is the last that was heard of it; once it is `done`, `result` or `error` says how it ended."""

    name: str
    path: Path
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
    key = str(path.resolve())
    with _starting:
        jobs = _jobs.setdefault(store, {})
        known = jobs.pop(key, None)
        if known is not None and not known.done:
            jobs[key] = known
            return known
        for old in [each for each, job in jobs.items() if job.done][: max(0, len(jobs) - _KEPT)]:
            del jobs[old]
        job = jobs[key] = Job(name or path.name, path)
    threading.Thread(target=_work, args=(store, job, format_, mapping), name="import", daemon=True).start()
    return job


def latest(store: Store) -> Job | None:
    """The import that was started last in this process."""
    jobs = list(_jobs.get(store, {}).values())
    return jobs[-1] if jobs else None


def kept(content: BinaryIO, name: str) -> Path:
    """An uploaded file as a file of the workbench's own, so that its import can go on later. The same upload is the same file."""
    folder = settings.load().home / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{threading.get_ident()}.part"
    with part.open("wb") as file:
        while chunk := content.read(_CHUNK):
            file.write(chunk)
    safe = "".join(one if one.isalnum() or one in "._-" else "_" for one in name)[-80:] or "upload"
    target = folder / f"{source.fingerprint(part)}-{safe}"
    part.replace(target)
    return target


def _work(store: Store, job: Job, format_: str | None, mapping: ColumnMap | None) -> None:
    def heard(progress: Progress) -> None:
        job.progress = progress

    try:
        job.result = running.run(store, job.path, format=format_, mapping=mapping, name=job.name, progress=heard, stop=lambda: job.stopping)
    except WorkbenchError as error:
        job.error = error
    except Exception:
        _LOG.exception("An import broke.")
        job.error = InputError(
            "the import broke", place=job.name, hint="Start it again: it goes on where it was. The log says why it broke."
        )
    else:
        if job.result.complete and job.path.parent == settings.load().home / "imports":
            job.path.unlink(missing_ok=True)
    finally:
        job.done = True
