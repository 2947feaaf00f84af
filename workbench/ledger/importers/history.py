"""Imports that were made, or are under way: what became of each file. Owns the table `imports`."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Table, select, update

from workbench import clock
from workbench.errors import NotFound
from workbench.ledger.importers.base import ColumnMap, Report
from workbench.ledger.tables import ImportRow
from workbench.store import Store
from workbench.store.base import new_id, storable

RUNNING, STOPPED, FINISHED, FAILED = "running", "stopped", "finished", "failed"
_IMPORTS = cast("Table", ImportRow.__table__)


@dataclass
class Imported:
    """What became of a file: calls taken, calls that were there already, rows that were not taken and why. `position` is how many rows
    were read; `complete` says that all of them were, up to the end of the file.
    """

    id: str
    name: str
    format: str
    state: str
    position: int
    taken: int
    duplicates: int
    report: Report
    mapping: ColumnMap
    created_ms: int
    updated_ms: int
    fingerprint: str = ""
    path: str = ""

    @property
    def complete(self) -> bool:
        """Whether the file was read to its end, and the end was whole."""
        return self.state == FINISHED and not self.report.broken

    @property
    def skipped(self) -> int:
        """How many rows were not taken."""
        return self.report.skipped

    def to_json(self) -> dict[str, Any]:
        """The import as JSON."""
        plain = ("id", "name", "format", "state", "taken", "duplicates", "skipped", "complete", "position", "created_ms", "updated_ms")
        return {**{name: getattr(self, name) for name in plain}, "mapping": self.mapping.to_json(), **self.report.to_json()}


def begin(store: Store, *, name: str, path: str, fingerprint: str, format_: str, mapping: ColumnMap) -> Imported:
    """The import of this file that was not finished, to be gone on with where it says nothing else; else a new one."""
    with store.write() as session:
        asked = select(ImportRow).where(ImportRow.fingerprint == fingerprint, ImportRow.state != FINISHED).order_by(ImportRow.id.desc())
        for row in session.scalars(asked):
            if row.format == format_ and ColumnMap.from_json(row.mapping) == mapping:
                row.state, row.updated_ms, row.report = RUNNING, clock.now_ms(), {**(row.report or {}), "path": path}
                return _imported(row)
        now_ms = clock.now_ms()
        row = ImportRow(
            id=new_id(now_ms),
            name=storable(name)[:300],
            fingerprint=fingerprint,
            format=format_,
            mapping=mapping.to_json(),
            state=RUNNING,
            position=0,
            taken=0,
            duplicates=0,
            skipped=0,
            report={"path": path},
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        session.add(row)
        session.flush()
        return _imported(row)


def keep(connection: Connection, found: Imported) -> None:
    """Write how far the import has come, in the transaction of the calls that it has come to."""
    found.updated_ms = clock.now_ms()
    names = ("state", "position", "taken", "duplicates", "skipped", "updated_ms")
    values = {name: getattr(found, name) for name in names} | {"report": {**found.report.to_json(), "path": found.path}}
    connection.execute(update(_IMPORTS).where(_IMPORTS.c.id == found.id).values(values))


def set_state(store: Store, found: Imported, state: str) -> None:
    """Write that the import has ended, how it has."""
    found.state = state
    with store.write() as session:
        keep(session.connection(), found)


def get(store: Store, import_id: str) -> Imported:
    """The import of that id. Raises NotFound."""
    with store.read() as session:
        row = session.get(ImportRow, import_id)
        if row is None:
            raise NotFound(f"There is no import {import_id}.")
        return _imported(row)


def latest(store: Store, limit: int = 20) -> list[Imported]:
    """The newest imports, the newest first."""
    with store.read() as session:
        return [_imported(row) for row in session.scalars(select(ImportRow).order_by(ImportRow.id.desc()).limit(limit))]


def _imported(row: ImportRow) -> Imported:
    return Imported(
        row.id,
        row.name,
        row.format,
        row.state,
        row.position,
        row.taken,
        row.duplicates,
        Report.from_json(row.report, row.skipped),
        ColumnMap.from_json(row.mapping),
        row.created_ms,
        row.updated_ms,
        row.fingerprint,
        str((row.report or {}).get("path", "")),
    )
