"""Runs an import: batches of rows into the ledger, each with the place it was read to in one transaction.

Killed at any instant, it goes on where it was; and were that place lost, every call is known again: by its own id, else by its content and
how many equal rows stand before it in the file. So a file twice adds nothing, and a file that has grown adds what is new.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import Connection

from workbench.errors import InputError
from workbench.ledger import bulk
from workbench.ledger.bulk import Added
from workbench.ledger.charging import Charges
from workbench.ledger.fields import Values
from workbench.ledger.importers import garbage, history, opening
from workbench.ledger.importers.base import Bad, ColumnMap, Row
from workbench.ledger.importers.history import Imported
from workbench.ledger.importers.opening import Opened
from workbench.ledger.importers.repeats import Repeats
from workbench.store import Store

BATCH = 20_000
_BATCH_BYTES = 16 * 2**20  # rows with long texts go out in smaller batches


@dataclass(frozen=True)
class Progress:
    """How far an import has come: the share of the file (0 to 1), and what became of the rows so far."""

    share: float
    rows: int
    taken: int
    duplicates: int
    skipped: int


def run(
    store: Store,
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002 (the word of the interface)
    mapping: ColumnMap | Mapping[str, str] | None = None,
    name: str = "",
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Imported:
    """Import a file, or go on with one that was not finished; what became of it. `stop` is asked after every batch.

    Raises InputError where nothing of the file can be read, or a field that every call needs is not mapped: nothing is written then.
    """
    path = Path(path).expanduser()
    found = opening.opened(path, format, mapping)
    lacking = opening.preview(path, found.mapping, format=format).missing
    if lacking:
        raise InputError(
            f"no column gives {' and '.join(lacking)}", place="mapping", hint="Map a column to it, or give every call the same one."
        )
    noted = history.begin(store, path, name=name or path.name, format_=found.format, mapping=found.mapping)
    work = _Run(store, found, noted, progress)
    try:
        with garbage.put_off():
            whole = work.all(stop or (lambda: False))
    except Exception:
        history.set_state(store, work.noted, history.FAILED)
        raise
    work.noted.report.broken = found.container.broken
    history.set_state(store, work.noted, history.FINISHED if whole else history.STOPPED)
    return work.noted


class _Run:
    def __init__(self, store: Store, found: Opened, noted: Imported, progress: Callable[[Progress], None] | None) -> None:
        self._store, self._found, self._progress = store, found, progress
        self.noted = noted  # as it was committed last
        self._charges = Charges(store)
        self._repeats = None if found.dialect.names_rows else Repeats(found.container.hashes())

    def all(self, stop: Callable[[], bool]) -> bool:
        """Import every row that was not imported before; False where it was stopped."""
        ahead = self.noted.position
        for count, batch in enumerate(_batches(self._found.container.rows()), 1):
            # Rows that an earlier run has read still count among the equals of those that follow.
            numbers = self._repeats.number([row.key for row in batch]) if self._repeats else None
            if ahead >= len(batch):
                ahead -= len(batch)
                continue
            if stop():
                return False
            self._take(batch[ahead:], numbers[ahead:] if numbers else None)
            ahead = 0
            garbage.now(count)
        return True

    def _take(self, batch: Sequence[Row], numbers: Sequence[int] | None) -> None:
        noted = self.noted
        report = replace(noted.report, reasons=noted.report.reasons.copy(), lines=list(noted.report.lines))
        known: list[Values] = []
        kind = self._found.dialect
        for at, row in enumerate(batch):
            for values in opening.called(kind, row):
                if type(values) is Bad:
                    report.skip(row.line, values)
                    continue
                if "external_id" not in values:
                    values["external_id"] = name_of(values["started_ms"], row.key, numbers[at] if numbers else 0)
                known.append(values)
        then = noted

        def place(connection: Connection, added: Added) -> None:
            nonlocal then
            then = replace(
                noted,
                position=noted.position + len(batch),
                taken=noted.taken + added.taken,
                duplicates=noted.duplicates + len(added.duplicates),
                report=report,
                ids=history.joined(noted.ids, added.ids),
            )
            history.keep(connection, then, position=noted.position)

        bulk.add_values(self._store, known, charges=self._charges, beside=place)
        self.noted = then
        if self._progress is not None:
            self._progress(Progress(self._found.container.share, then.position, then.taken, then.duplicates, then.skipped))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row.key)
        if len(batch) >= BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def name_of(started_ms: int, key: bytes, number: int) -> str:
    """What a row without an id is known again by. Its time comes first: calls of one time then lie together in the index."""
    digest = blake2b(key, digest_size=16).hexdigest()
    return f"{started_ms:012x}-{digest}-{number}" if number else f"{started_ms:012x}-{digest}"
