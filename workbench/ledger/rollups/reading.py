"""Reads the sums: exact for any stretch of time, narrowed and grouped by any of their dimensions. Owns no write."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection

from workbench.ledger.fields import ERROR, OK, PRODUCTION, TRIALS, TRIED
from workbench.ledger.rollups import columns, ending, marks, ranges, raw, rebuilding, remembered
from workbench.ledger.rollups.cells import Cell
from workbench.ledger.rollups.columns import Columns
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
    remember: bool = False,
) -> list[Cell]:
    """Sums of the calls that began in [since_ms, until_ms), exact: by dimensions (`prompt`, `version`, `label`, `provider`, `model`,
    `source`, `status`, `outcome`) and by stretches of `bucket_ms` (a multiple of a minute; `offset_ms` is what local time is ahead of UTC).
    Oldest first; cells without a call are left out, but for the one of everything. Without `sketches` no percentiles are known, and the
    answer comes sooner. With `remember` what lies in closed hours is kept for the next time (not without `sketches`). Raises InputError.

    The calls themselves are read only for what minutes or hours do not reach: less than an hour at either end, or stretches under an
    hour that lie more than three days back.
    """
    by = tuple(by)
    ranges.check(by, bucket_ms, offset_ms)
    question = Question(by, bucket_ms, offset_ms, ranges.asked(filters or {}))
    found, chosen = Found(), None
    with _snapshot(store) as (connection, known):
        closed = remembered.closed(known if remember and sketches else {})
        for piece in closed.split(_pieces(connection, known, since_ms, until_ms, question)):
            if piece.grain == RAW:
                raw.add(found, connection, piece, question)
                continue
            wider, asked = closed.wider(piece, question, known[marks.MINUTES_FROM])
            part = closed.get(Found, wider, asked)
            if part is None:
                chosen = chosen or _choose(connection, question)
                part = Found()
                _add(part, connection, wider, chosen, asked, sketches=sketches)
                if remember:
                    part.slim()
                    closed.put(wider, asked, part)
            found.take(part if asked is question else part.cut(piece, bucket_ms, offset_ms))
    cells = found.cells(by)
    return cells or ([] if by or bucket_ms else [Cell()])


def read_columns(
    store: Store, since_ms: int, until_ms: int, *, by: Collection[str], bucket_ms: int, filters: Filters | None = None
) -> Columns:
    """`read` with the sketches of latency, as arrays: for many keys and buckets. What lies in days and hours that are closed is remembered
    until one of them changes.
    """
    by = tuple(by)
    ranges.check(by, bucket_ms, 0)
    question = Question(by, bucket_ms, 0, ranges.asked(filters or {}))
    found, chosen, parts = Found(), None, []
    with _snapshot(store) as (connection, known):
        closed = remembered.closed(known)
        for piece in closed.split(_pieces(connection, known, since_ms, until_ms, question)):
            if piece.grain == RAW:
                raw.add(found, connection, piece, question)
                continue
            wider, asked = closed.wider(piece, question, known[marks.MINUTES_FROM])
            part = closed.get(Columns, wider, asked)
            if part is None:
                chosen = chosen or _choose(connection, question)
                part = _columns(connection, wider, chosen, asked)
                closed.put(wider, asked, part)
            parts.append(part if asked is question else columns.cut(part, piece.since_ms, piece.until_ms))
    return columns.joined([*parts, columns.of_cells(found.cells(by), by)], bucket_ms)


@contextmanager
def _snapshot(store: Store) -> Iterator[tuple[Connection, dict[str, int]]]:
    """A connection that sees one state of the sums, and its marks."""
    rebuilding.ready(store)
    with store.read() as session:
        consistent = {} if store.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        connection = session.connection(execution_options=consistent)
        yield connection, marks.read(connection)


def _pieces(connection: Connection, known: Mapping[str, int], since_ms: int, until_ms: int, question: Question) -> list[Piece]:
    if marks.WHOLE not in known or since_ms >= until_ms:
        return []
    kept = Kept(known[marks.MINUTES_FROM], known.get(marks.ROWS_FROM))
    until_ms = ending.end(connection, known, (since_ms, until_ms), question.bucket_ms, question.offset_ms)
    return ranges.pieces(since_ms, until_ms, kept, question.bucket_ms, question.offset_ms)


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
    asked = dict(question.asked)
    if set(asked.get("traffic", ())) == {PRODUCTION} and not _tried(connection):
        del asked["traffic"]  # the smaller facets will do
    facet = ranges.facet((*question.by, *asked))
    narrowed, values = _narrowed(asked)
    sql = f"SELECT id, {', '.join(DIMENSIONS)} FROM rollup_series WHERE facet = ?{narrowed}"  # noqa: S608 (names of columns and marks)
    keys: dict[Values, int] = {}
    numbers = {}
    for number, *dimensions in connection.exec_driver_sql(_marked(connection, sql), (facet, *values)):
        key = key_of(question.by, dimensions)
        numbers[number] = 2 * keys.setdefault(key, len(keys)) + (dimensions[-1] == ANSWERED)
    return _Chosen(numbers, list(keys))


def _tried(connection: Connection) -> bool:
    """Whether any call was ever tried out here."""
    sql = f"SELECT 1 FROM rollup_series WHERE facet = 'source' AND source IN {_TRIALS} LIMIT 1"  # noqa: S608 (words of our own)
    return connection.exec_driver_sql(sql).scalar() is not None


def _narrowed(asked: Mapping[str, Values]) -> tuple[str, list[Any]]:
    sql, values = "", []
    for name, allowed in asked.items():
        if name in _OF:
            sql += _OF[name][frozenset(map(str, allowed))]
            continue
        column = "outcome" if name == "error_type" else name
        sql += " AND outcome <> ''" if name == "error_type" else ""
        spelt = [spelled(name, value) for value in allowed]
        sql += f" AND {column} IN ({', '.join('?' * len(spelt))})" if spelt else " AND 1 = 0"
        values += spelt
    return sql, values


def _columns(connection: Connection, piece: Piece, chosen: _Chosen, question: Question) -> Columns:
    """The rows of a piece, none of them looked at one by one."""
    source, values = _source(connection, piece, chosen)
    bucket = _bucket(connection, question.bucket_ms, question.offset_ms)
    rows = _rows(connection, f"SELECT g.value, {bucket}, {_SLIM} {source}", values) if chosen.numbers else ()
    numbers, at_ms, *sums, latency = zip(*rows, strict=True) if rows else ((),) * (len(columns.NAMES) + 3)
    held = dict(zip(columns.NAMES, sums, strict=True))
    held["ok"] = tuple([calls if number & 1 else 0 for number, calls in zip(numbers, held["calls"], strict=True)])
    return columns.of_rows(chosen.keys, [number >> 1 for number in numbers], at_ms, held, latency)


def _add(found: Found, connection: Connection, piece: Piece, chosen: _Chosen, question: Question, *, sketches: bool) -> None:
    if not chosen.numbers:
        return
    keys, sqlite = chosen.keys, connection.dialect.name == "sqlite"
    source, values = _source(connection, piece, chosen)
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


def _source(connection: Connection, piece: Piece, chosen: _Chosen) -> tuple[str, tuple[Any, ...]]:
    """The rows of a piece in SQL, and its parameters."""
    within = piece.grain, piece.since_ms, piece.until_ms
    if connection.dialect.name == "sqlite":
        return _FROM_SQLITE, (json.dumps(chosen.numbers), *within)
    return _FROM_POSTGRES, (list(chosen.numbers), list(chosen.numbers.values()), *within)


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
_TRIALS = f"({', '.join(map(repr, TRIALS))})"
_OF = {
    "status": {
        frozenset({OK}): " AND outcome = ''",
        frozenset({ERROR}): " AND outcome <> ''",
        frozenset({OK, ERROR}): "",
        frozenset(): " AND 1 = 0",
    },
    "traffic": {
        frozenset({PRODUCTION}): f" AND source NOT IN {_TRIALS}",
        frozenset({TRIED}): f" AND source IN {_TRIALS}",
        frozenset({PRODUCTION, TRIED}): "",
        frozenset(): " AND 1 = 0",
    },
}
_PLAIN = f"SELECT g.value, r.start_ms, {', '.join(f'r.{name}' for name in SUMS)}, r.latency, r.ttft"
_SLIM = f"{', '.join(f'r.{name}' for name in columns.NAMES)}, r.latency"
_SUMMED = ", ".join(f"sum(r.{name})" for name in SUMS)
_ON = "r.grain = ? AND r.start_ms >= ? AND r.start_ms < ?"
_FROM_SQLITE = f"FROM json_each(?) g CROSS JOIN rollups r ON r.series = CAST(g.key AS INTEGER) AND {_ON}"
_FROM_POSTGRES = f"FROM unnest(?::bigint[], ?::bigint[]) AS g (key, value) JOIN rollups r ON r.series = g.key AND {_ON}".replace("?", "%s")


def _marked(connection: Connection, sql: str) -> str:
    return sql if connection.dialect.name == "sqlite" else sql.replace("?", "%s")
