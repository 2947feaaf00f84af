"""Adds calls to the sums and takes them away, within the caller's transaction. Owns the lock, and since when minutes are kept.

On PostgreSQL one writer adds at a time. The lock is taken after the rows of the calls are written, by everybody: nobody who holds it
waits for a row.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table, delete, select, text

from workbench.ledger.rollups import batches, busiest, gather, marks, series, stored
from workbench.ledger.rollups.series import DAY, HOUR, MINUTE
from workbench.ledger.tables import CallRow, RollupRow, SeriesRow

CALLS, ROLLUPS, SERIES = (cast("Table", row.__table__) for row in (CallRow, RollupRow, SeriesRow))
COUNTED = (
    "id", "started_ms", "latency_ms", "ttft_ms", "source", "prompt", "version", "label", "provider", "model", "status", "error_type",
    "retries", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_nano", "user_name",
    "tags", "feedback",
)  # fmt: skip
COUNTED_COLUMNS = tuple(CALLS.c[name] for name in COUNTED)
_MINUTES_MS = 3 * DAY  # how long minutes are kept
_LATE_MS = 600_000
_CLOSING = (DAY, HOUR, 5 * MINUTE)  # in what steps each of the marks goes on
_LOCK = text("SELECT pg_advisory_xact_lock(7305281166)")
_IDS = select(SERIES.c.id)


def lock(connection: Connection) -> None:
    """Keep every other writer from the sums until this transaction ends. Take no row of the calls after it."""
    if connection.dialect.name != "sqlite":
        connection.execute(_LOCK)


def add(connection: Connection, rows: Sequence[Mapping[str, Any]], minutes_from: int, sign: int = 1) -> None:
    """Add rows of the calls table to the sums; with `sign` -1, take them away."""
    put(connection, (batches if sign > 0 else gather).gathered(rows, minutes_from), sign)
    busiest.add(connection, rows, sign)


def put(connection: Connection, sums: gather.Sums, sign: int = 1) -> None:
    """Add what was gathered to the sums; with `sign` -1, take it away."""
    reopen(connection, _oldest(sums))
    series.ensure(connection, sums.names)
    stored.add(connection, sums, sign)


def reopen(connection: Connection, start_ms: int | None) -> None:
    """Sums from `start_ms` on change in this transaction: where that was closed, what anybody remembers counts no more."""
    known = marks.read(connection) if start_ms is not None else {}
    late = [number for before, number in marks.CLOSED.values() if start_ms is not None and start_ms < known.get(before, 0)]
    marks.put(connection, **{number: secrets.randbits(62) for number in late})


def _oldest(sums: gather.Sums) -> int | None:
    """When the first of them begin: the minute, or the hour where minutes are not kept."""
    minute, hour = (min((start_ms for _series, start_ms in sums.by_grain[grain]), default=None) for grain in (MINUTE, HOUR))
    return hour if minute is None or hour is None or hour < minute - minute % HOUR else minute


def close(connection: Connection, known: Mapping[str, int], now_ms: int) -> None:
    """Close the days, hours and minutes that have been over for some minutes: most calls that began in them are there."""
    for grain, (before, number) in zip(_CLOSING, marks.CLOSED.values(), strict=True):
        start_ms = (now_ms - _LATE_MS) // grain * grain
        if known.get(before, 0) < start_ms:
            marks.put(connection, **{before: start_ms, number: secrets.randbits(62)})


def minutes_from(connection: Connection, known: Mapping[str, int], now_ms: int) -> int:
    """From when on minutes are kept. Once a day those that are over go, also where no app runs that would see to it."""
    close(connection, known, now_ms)
    kept = known.get(marks.MINUTES_FROM)
    oldest = now_ms - _MINUTES_MS
    if kept is not None and kept >= oldest - DAY:
        return kept
    return drop_minutes(connection, now_ms)


def drop_minutes(connection: Connection, now_ms: int) -> int:
    """Drop the minutes that are no longer kept; from when on they are whole now."""
    known = marks.read(connection).get(marks.MINUTES_FROM)
    oldest = now_ms - _MINUTES_MS
    since = max(oldest - oldest % HOUR, known or 0)
    connection.execute(delete(ROLLUPS).where(ROLLUPS.c.grain == MINUTE, ROLLUPS.c.series.in_(_IDS), ROLLUPS.c.start_ms < since))
    if since != known:
        marks.put(connection, **{marks.MINUTES_FROM: since})
    return since
