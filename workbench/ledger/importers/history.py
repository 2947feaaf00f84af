"""Imports that were made, or are under way: what became of each file, and which calls are of it. Owns the table `imports`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Table, select, update

from workbench import clock
from workbench.errors import Conflict, NotFound
from workbench.ledger.importers.base import ColumnMap, Report
from workbench.ledger.importers.source import fingerprint
from workbench.ledger.tables import ImportRow
from workbench.store import Store
from workbench.store.base import new_id, storable

RUNNING, STOPPED, FINISHED, FAILED = "running", "stopped", "finished", "failed"
UNDOING, UNDONE = "undoing", "undone"
Ids = tuple[tuple[int, int], ...]  # ids of calls: the first and the last of each unbroken range, ascending
_IMPORTS = cast("Table", ImportRow.__table__)


@dataclass
class Imported:
    """What became of a file: calls taken, calls that were there already, rows that were not taken and why. `position` is how many rows
    were read; `complete` says that all of them were, up to the end of the file. `ids` are those of its calls that are to be found under it;
    `undone` is how many of them were taken out again.
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
    ids: Ids = ()
    undone: int = 0

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
        plain = (
            "id",
            "name",
            "format",
            "state",
            "taken",
            "duplicates",
            "skipped",
            "complete",
            "position",
            "undone",
            "created_ms",
            "updated_ms",
        )
        return {**{name: getattr(self, name) for name in plain}, "mapping": self.mapping.to_json(), **self.report.to_json()}


def begin(store: Store, path: Path, *, name: str, format_: str, mapping: ColumnMap) -> Imported:
    """The import of this file that was not finished, to be gone on with where it says nothing else; else a new one. Raises Conflict where
    an import of it is being taken back.
    """
    known = fingerprint(path)
    with store.write() as session:
        asked = select(ImportRow).where(ImportRow.fingerprint == known, ImportRow.state.not_in((FINISHED, UNDONE)))
        for row in session.scalars(asked.order_by(ImportRow.id.desc())):
            if row.state == UNDOING:
                hint = f"Wait for it, or finish it: workbench calls import --undo {row.id}"
                raise Conflict("An earlier import of this file is being taken back.", hint=hint)
            if row.format == format_ and ColumnMap.from_json(row.mapping) == mapping:
                row.state, row.updated_ms, row.report = RUNNING, clock.now_ms(), {**(row.report or {}), "path": str(path.resolve())}
                return _imported(row)
        now_ms = clock.now_ms()
        row = ImportRow(
            id=new_id(now_ms),
            name=storable(name)[:300],
            fingerprint=known,
            format=format_,
            mapping=mapping.to_json(),
            state=RUNNING,
            position=0,
            taken=0,
            duplicates=0,
            skipped=0,
            report={"path": str(path.resolve())},
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        session.add(row)
        session.flush()
        return _imported(row)


def keep(connection: Connection, found: Imported, *, position: int) -> None:
    """Write how far the import has come since `position`, in the transaction of the calls that it has come to. Raises Conflict where it is
    not there any more: another process goes on with it, or took it back.
    """
    if not _put(connection, found, position):
        hint = "What it has taken stays, and nothing is taken twice. The list of imports says how it stands."
        raise Conflict(f"The import of {found.name} goes on elsewhere, or was taken back.", hint=hint)


def set_state(store: Store, found: Imported, state: str) -> None:
    """Write that the import has ended, how it has; nothing where another process has it now."""
    found.state = state
    with store.write() as session:
        _put(session.connection(), found, found.position)


def undoing(connection: Connection, import_id: str) -> Imported:
    """The import, from now on being taken back; nobody else changes it until this transaction ends. Raises NotFound."""
    connection.execute(update(_IMPORTS).where(_IMPORTS.c.id == import_id, _IMPORTS.c.state != UNDONE).values(state=UNDOING))
    row = connection.execute(select(_IMPORTS).where(_IMPORTS.c.id == import_id)).first()
    if row is None:
        raise NotFound(f"There is no import {import_id}.", hint="workbench calls import --list shows which there are.")
    return _imported(row)


def put_undone(connection: Connection, found: Imported) -> None:
    """Write how far the import was taken back."""
    found.updated_ms = clock.now_ms()
    values = {"state": found.state, "updated_ms": found.updated_ms, "report": _report(found)}
    connection.execute(update(_IMPORTS).where(_IMPORTS.c.id == found.id).values(values))


def otherwise(store: Store, path: Path, mapping: ColumnMap) -> Imported | None:
    """The last import of this very file with other columns whose calls are still there: they hide what would be taken now."""
    asked = select(ImportRow).where(ImportRow.fingerprint == fingerprint(path), ImportRow.state != UNDONE, ImportRow.taken > 0)
    with store.read() as session:
        found = map(_imported, session.scalars(asked.order_by(ImportRow.id.desc())))
        return next((one for one in found if one.mapping != mapping), None)


def joined(known: Ids, fresh: Sequence[int]) -> Ids:
    """`known` and the ids of more calls, which follow all of them."""
    found = list(known)
    for number in fresh:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def get(store: Store, import_id: str) -> Imported:
    """The import of that id. Raises NotFound."""
    with store.read() as session:
        row = session.get(ImportRow, import_id)
        if row is None:
            raise NotFound(f"There is no import {import_id}.", hint="workbench calls import --list shows which there are.")
        return _imported(row)


def latest(store: Store, limit: int = 20) -> list[Imported]:
    """The newest imports, the newest first."""
    with store.read() as session:
        return [_imported(row) for row in session.scalars(select(ImportRow).order_by(ImportRow.id.desc()).limit(limit))]


def _put(connection: Connection, found: Imported, position: int) -> bool:
    found.updated_ms = clock.now_ms()
    names = ("state", "position", "taken", "duplicates", "skipped", "updated_ms")
    values = {name: getattr(found, name) for name in names} | {"report": _report(found)}
    own = _IMPORTS.c.id == found.id, _IMPORTS.c.state == RUNNING, _IMPORTS.c.position == position
    return bool(connection.execute(update(_IMPORTS).where(*own).values(values)).rowcount)


def _report(found: Imported) -> dict[str, Any]:
    return {**found.report.to_json(), "path": found.path, "ids": [list(one) for one in found.ids], "undone": found.undone}


def _pairs(known: Iterable[Sequence[int]]) -> Ids:
    return tuple((int(first), int(last)) for first, last in known)


def _imported(row: Any) -> Imported:
    report = row.report or {}
    return Imported(
        row.id,
        row.name,
        row.format,
        row.state,
        row.position,
        row.taken,
        row.duplicates,
        Report.from_json(report, row.skipped),
        ColumnMap.from_json(row.mapping),
        row.created_ms,
        row.updated_ms,
        row.fingerprint,
        str(report.get("path", "")),
        _pairs(report.get("ids", ())),
        int(report.get("undone", 0)),
    )
