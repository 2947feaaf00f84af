"""Keeps the sums true to the calls: `note` after calls are inserted, `erase` instead of deleting, `change` after one is changed.

Each in the caller's transaction, so that a process killed at any instant leaves calls and sums that agree.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete

from workbench import clock
from workbench.ledger.rollups import keeping, marks, rebuilding
from workbench.ledger.rollups.keeping import CALLS, COUNTED_COLUMNS

_PART = 20_000

erasures = 0  # grows when sums shrink in this process: what was kept of them in memory is wrong then


def note(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add the rows of the calls table that this transaction has inserted."""
    if not rows:
        return
    keeping.lock(connection)
    known = marks.read(connection)
    minutes_from = keeping.minutes_from(connection, known, clock.now_ms())
    if marks.WHOLE not in known and rebuilding.begin(connection, minutes_from, beyond=len(rows)):
        return  # calls of an earlier release were there: all were added up, these among them
    keeping.add(connection, rows, minutes_from)


def erase(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Delete the calls that meet `conditions`, and take them out of the sums; how many they were."""
    global erasures  # noqa: PLW0603 (one number that only grows)
    erasures += 1
    gone = connection.execute(delete(CALLS).where(*conditions).returning(*COUNTED_COLUMNS)).mappings()
    keeping.lock(connection)
    known = marks.read(connection)
    minutes_from = keeping.minutes_from(connection, known, clock.now_ms())
    whole = marks.WHOLE in known
    n = 0
    for found in gone.partitions(_PART):
        part: list[Mapping[str, Any]] = [dict(row) for row in found]
        n += len(part)
        if whole:
            keeping.add(connection, part, minutes_from, -1)
    if not whole:
        rebuilding.begin(connection, minutes_from)
    return n


def change(connection: Connection, before_row: Mapping[str, Any], after_row: Mapping[str, Any]) -> None:
    """Count a call as it is now, no longer as it was: two rows of the calls table. Call it after the update."""
    global erasures  # noqa: PLW0603
    keeping.lock(connection)
    known = marks.read(connection)
    minutes_from = keeping.minutes_from(connection, known, clock.now_ms())
    if marks.WHOLE not in known:
        rebuilding.begin(connection, minutes_from)
        return
    keeping.add(connection, [before_row], minutes_from, -1)
    keeping.add(connection, [after_row], minutes_from)
    erasures += before_row["cost_nano"] != after_row["cost_nano"]
