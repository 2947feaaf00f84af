"""Takes an import back: exactly the calls that it brought in go, and the sums they are in; the file can come in again afterwards.

In parts, each with what is left to do in one transaction: killed at any instant, it goes on where it was.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from sqlalchemy import Table

from workbench.ledger import rollups
from workbench.ledger.importers import history
from workbench.ledger.importers.history import UNDONE, Ids, Imported
from workbench.ledger.importers.running import Progress
from workbench.ledger.tables import CallRow
from workbench.store import Store

PART = 5_000  # calls a transaction
_CALLS = cast("Table", CallRow.__table__)


def undo(store: Store, import_id: str, *, progress: Callable[[Progress], None] | None = None) -> Imported:
    """Take the import back, or go on with that; the import as it is then. Calls that went meanwhile because of their age stay in the sums.

    Raises NotFound. An import of the file that is under way in any process ends with this.
    """
    rollups.ready(store)
    with store.write() as session:
        found = history.undoing(session.connection(), import_id)
    whole = max(1, found.taken)
    while found.state != UNDONE:
        found = _part(store, import_id)
        if progress is not None:
            progress(Progress(min(1.0, found.undone / whole), found.undone, found.taken, 0, 0))
    return found


def _part(store: Store, import_id: str) -> Imported:
    with store.write() as session:
        connection = session.connection()
        found = history.undoing(connection, import_id)
        if found.state == UNDONE:  # by another process
            return found
        left, (first, last) = _last(found.ids)
        gone = rollups.erase(connection, _CALLS.c.id.between(first, last)) if last else 0
        found = replace(found, ids=left, undone=found.undone + gone, state=found.state if left else UNDONE)
        history.put_undone(connection, found)
    return found


def _last(ids: Ids) -> tuple[Ids, tuple[int, int]]:
    """What is left of the ranges without the last of them, or its end; and that. (0, 0) is nothing."""
    if not ids:
        return (), (0, 0)
    *before, (first, last) = ids
    if last - first < PART:
        return tuple(before), (first, last)
    return (*before, (first, last - PART)), (last - PART + 1, last)
