"""Reads the sums: exact for any stretch of time, narrowed and grouped by any of their dimensions. Owns no write, and no memory."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection

from workbench.ledger.fields import ERROR, OK
from workbench.ledger.rollups import marks, ranges, raw, rebuilding
from workbench.ledger.rollups.cells import Cell
from workbench.ledger.rollups.found import Found, Values, key_of, spelled
from workbench.ledger.rollups.gather import SUMS
from workbench.ledger.rollups.ranges import RAW, Filters, Kept, Piece, bucket_of
from workbench.ledger.rollups.raw import Question
from workbench.ledger.rollups.series import ANSWERED, DAY, DIMENSIONS
from workbench.store import Store


def read(
    store: Store,
    since_ms: int,
    until_ms: int,
    *,
    by: Collection[str] = (),
    bucket_ms: int | None = None,
    offset_ms: int = 0,
    filters: Filters | None = None,
    sketches: bool = True,
) -> list[Cell]:
    """Sums of the calls that began in [since_ms, until_ms), exact: by dimensions (`prompt`, `version`, `label`, `provider`, `model`,
    `source`, `status`, `outcome`) and by stretches of `bucket_ms` (a multiple of a minute; `offset_ms` is what local time is ahead of UTC).
    Oldest first; cells without a call are left out, but for the one of everything. Without `sketches` no percentiles are known, and the
    answer comes sooner. Raises InputError.

    The calls themselves are read only for what minutes or hours do not reach: less than an hour at either end, or stretches under an
    hour that lie more than three days back.
    """
    by = tuple(by)
    ranges.check(by, bucket_ms, offset_ms)
    question = Question(by, bucket_ms, offset_ms, ranges.asked(filters or {}))
    found, chosen = Found(), None
    rebuilding.ready(store)
    with store.read() as session:
        consistent = {} if store.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        connection = session.connection(execution_options=consistent)
        known = marks.read(connection)
        if marks.WHOLE in known:
            kept = Kept(known[marks.MINUTES_FROM], known.get(marks.ROWS_FROM))
            for piece in ranges.pieces(since_ms, until_ms, kept, bucket_ms, offset_ms):
                if piece.grain == RAW:
                    raw.add(found, connection, piece, question)
                else:
                    chosen = chosen or _choose(connection, question)
                    _add(found, connection, piece, chosen, question, sketches=sketches)
    cells = found.cells(by)
    return cells or ([] if by or bucket_ms else [Cell()])


def total(connection: Connection) -> int:
    """How many calls the sums hold, those that were dropped for their age among them."""
    return int(connection.exec_driver_sql(_TOTAL).scalar() or 0)


def rows_from(connection: Connection) -> int | None:
    """From when on the calls themselves are there; None where none were dropped."""
    return marks.read(connection).get(marks.ROWS_FROM)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The series that answer a question: the number of each is twice that of its key, and one more where its calls were answered."""

    numbers: dict[int, int]
    keys: list[Values]


def _choose(connection: Connection, question: Question) -> _Chosen:
    facet = ranges.facet((*question.by, *question.asked))
    narrowed, values = _narrowed(question.asked)
    sql = f"SELECT id, {', '.join(DIMENSIONS)} FROM rollup_series WHERE facet = ?{narrowed}"  # noqa: S608 (names of columns and marks)
    keys: dict[Values, int] = {}
    numbers = {}
    for number, *dimensions in connection.exec_driver_sql(_marked(connection, sql), (facet, *values)):
        key = key_of(question.by, dimensions)
        numbers[number] = 2 * keys.setdefault(key, len(keys)) + (dimensions[-1] == ANSWERED)
    return _Chosen(numbers, list(keys))


def _narrowed(asked: Mapping[str, Values]) -> tuple[str, list[Any]]:
    sql, values = "", []
    for name, allowed in asked.items():
        if name == "status":
            sql += _OF_STATUS[frozenset(map(str, allowed))]
            continue
        column = "outcome" if name == "error_type" else name
        sql += " AND outcome <> ''" if name == "error_type" else ""
        spelt = [spelled(name, value) for value in allowed]
        sql += f" AND {column} IN ({', '.join('?' * len(spelt))})" if spelt else " AND 1 = 0"
        values += spelt
    return sql, values


def _add(found: Found, connection: Connection, piece: Piece, chosen: _Chosen, question: Question, *, sketches: bool) -> None:
    if not chosen.numbers:
        return
    keys, sqlite = chosen.keys, connection.dialect.name == "sqlite"
    asked: tuple[Any, ...] = (json.dumps(chosen.numbers),) if sqlite else (list(chosen.numbers), list(chosen.numbers.values()))
    values = (*asked, piece.grain, piece.since_ms, piece.until_ms)
    source = _FROM_SQLITE if sqlite else _FROM_POSTGRES
    if sketches and question.bucket_ms == piece.grain:  # hardly two rows of one cell: nothing to sum up there
        bucket_ms, offset_ms = question.bucket_ms, question.offset_ms
        for number, at_ms, *sums, latency, ttft in _rows(connection, f"{_PLAIN} {source}", values):
            key = keys[number >> 1], bucket_of(at_ms, bucket_ms, offset_ms)
            found.add(key, sums, answered=bool(number & 1))
            found.sketches(key, latency, ttft)
        return
    bucket = _bucket(connection, question.bucket_ms, question.offset_ms)
    for number, at_ms, *sums in _rows(connection, f"SELECT g.value, {bucket}, {_SUMMED} {source} GROUP BY 1, 2", values):
        found.add((keys[number >> 1], at_ms), sums if sqlite else [int(value) for value in sums], answered=bool(number & 1))
    if not sketches:
        return
    joined = "r.latency, r.ttft" if sqlite else "string_agg(r.latency, ''::bytea), string_agg(r.ttft, ''::bytea)"
    grouped = "" if sqlite else " GROUP BY 1, 2"
    for number, at_ms, latency, ttft in _rows(connection, f"SELECT g.value / 2, {bucket}, {joined} {source}{grouped}", values):
        found.sketches((keys[number], at_ms), latency, ttft)


def _rows(connection: Connection, sql: str, values: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
    """Rows as the driver gives them: there are thousands, and each is looked at once."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql, values)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
    finally:
        cursor.close()


def _bucket(connection: Connection, bucket_ms: int | None, offset_ms: int) -> str:
    """The bucket of a row in SQL, whose remainder follows the sign."""
    if bucket_ms is None:
        return "NULL"
    percent = "%" if connection.dialect.name == "sqlite" else "%%"
    return f"r.start_ms - ((r.start_ms + {offset_ms:d}) {percent} {bucket_ms:d} + {bucket_ms:d}) {percent} {bucket_ms:d}"


_TOTAL = f"SELECT sum(r.calls) FROM rollup_series s CROSS JOIN rollups r WHERE s.facet = 'source' AND r.series = s.id AND r.grain = {DAY}"  # noqa: S608
_OF_STATUS = {
    frozenset({OK}): " AND outcome = ''",
    frozenset({ERROR}): " AND outcome <> ''",
    frozenset({OK, ERROR}): "",
    frozenset(): " AND 1 = 0",
}
_PLAIN = f"SELECT g.value, r.start_ms, {', '.join(f'r.{name}' for name in SUMS)}, r.latency, r.ttft"
_SUMMED = ", ".join(f"sum(r.{name})" for name in SUMS)
_ON = "r.grain = ? AND r.start_ms >= ? AND r.start_ms < ?"
_FROM_SQLITE = f"FROM json_each(?) g CROSS JOIN rollups r ON r.series = CAST(g.key AS INTEGER) AND {_ON}"
_FROM_POSTGRES = f"FROM unnest(?::bigint[], ?::bigint[]) AS g (key, value) JOIN rollups r ON r.series = g.key AND {_ON}".replace("?", "%s")


def _marked(connection: Connection, sql: str) -> str:
    return sql if connection.dialect.name == "sqlite" else sql.replace("?", "%s")
