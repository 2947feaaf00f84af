"""The one way calls get into the store: their rows, their texts, and the sums they add to, in the transaction that is under way."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import JSON, Connection, Table, insert, text
from sqlalchemy.exc import DBAPIError

from workbench.errors import StoreError
from workbench.ledger import book, rollups
from workbench.ledger.book import Noted
from workbench.ledger.fields import Values
from workbench.ledger.rows import row_of, texts_of
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.store import Store
from workbench.store.base import PlainText, storable

_CALLS, _TEXTS = cast("Table", CallRow.__table__), cast("Table", CallTextRow.__table__)
# An id is never given twice, whatever was deleted: imports and other rows speak of calls by it.
_LAST_ID = "SELECT max(coalesce((SELECT max(id) FROM calls), 0), coalesce((SELECT value FROM ledger_marks WHERE name = 'last_call_id'), 0))"
_KEEP_ID = "INSERT INTO ledger_marks (name, value) VALUES ('last_call_id', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
LOCKED = {"40001", "40P01", "55P03", "SQLITE_BUSY", "SQLITE_LOCKED"}
_NEXT_IDS = text("SELECT nextval(pg_get_serial_sequence('calls', 'id')) FROM generate_series(1, :n)")


def calls(connection: Connection, store: Store, known: Sequence[Values]) -> tuple[list[int], Noted | None]:
    """Insert calls with all that belongs to them; their ids, and what they did to budgets: settle it once this is committed."""
    if not known:
        return [], None
    rollups.prepare(connection, store)
    ids = _new_ids(connection, len(known), is_sqlite=store.is_sqlite)
    rows = [row_of(values, call_id) for values, call_id in zip(known, ids, strict=True)]
    _insert(connection, _CALLS, rows)
    noted = book.of(store).note(connection, rows)
    rollups.note(connection, rows)
    if texts := [row for values, call_id in zip(known, ids, strict=True) if (row := texts_of(values, call_id)) is not None]:
        _insert(connection, _TEXTS, texts)
    return ids, noted


def _new_ids(connection: Connection, n: int, *, is_sqlite: bool) -> list[int]:
    """Ids known before the insert, so that calls, texts and cells go out as three statements however many there are."""
    if is_sqlite:  # BEGIN IMMEDIATE holds every other writer off until the commit
        last: int = connection.exec_driver_sql(_LAST_ID).scalar_one()
        connection.exec_driver_sql(_KEEP_ID, (last + n,))
        return list(range(last + 1, last + 1 + n))
    return list(connection.execute(_NEXT_IDS, {"n": n}).scalars())


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert whole rows. On SQLite by the driver alone: binding by the types of the columns takes as long as the insert itself."""
    if connection.dialect.name != "sqlite":
        connection.execute(insert(table), rows)
        return
    connection.exec_driver_sql(statement(table.name), bound(table.name, rows))


def statement(table: str) -> str:
    """The statement that inserts whole rows of `calls` or `call_texts` by SQLite's driver."""
    return _by_driver(table)[0]


def bound(table: str, rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows of `calls` or `call_texts` as `statement` takes them."""
    _statement, pick, written = _by_driver(table)
    values = []
    for row in rows:
        kept = [(name, value, write) for name, write in written if (value := row[name]) is not None]
        for name, value, write in kept:
            row[name] = write(value)
        values.append(pick(row))
        for name, value, _write in kept:  # whoever reads the row afterwards finds what was there
            row[name] = value
    return values


@lru_cache
def _by_driver(name: str) -> tuple[str, Callable[[dict[str, Any]], tuple[Any, ...]], tuple[tuple[str, Callable[[Any], Any]], ...]]:
    """The statement for the driver, what picks its values out of a row, and the places whose values are written another way."""
    table = {_CALLS.name: _CALLS, _TEXTS.name: _TEXTS}[name]
    names = [column.name for column in table.columns if column.name not in _LATER]
    ways = ((JSON, _texts if table is _CALLS else json.dumps), (PlainText, storable))
    written = tuple((name, write) for name in names for kind, write in ways if isinstance(table.c[name].type, kind))
    told = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 (names of the schema)
    return told, itemgetter(*names), written


_LATER = {"note"}  # columns that no new call has


def _texts(value: list[str]) -> str:
    """A call's tags as JSON: the same few lists come again and again."""
    return _texts_of(tuple(value))


@lru_cache(maxsize=4096)
def _texts_of(value: tuple[str, ...]) -> str:
    return json.dumps(value)


def state(error: Exception) -> str | None:
    """The database's own name for what went wrong."""
    orig = getattr(error, "orig", None)
    name: str | None = getattr(orig, "sqlite_errorname", None) or getattr(orig, "sqlstate", None)
    return name


_HINTS = {
    "SQLITE_FULL": "The disk is full: free some space, then go on; what was written before is safe.",
    "SQLITE_READONLY": "The database file cannot be written: check its permissions.",
    "SQLITE_BUSY": "Another program holds the database: close it, then go on.",
}


def refused(error: Exception) -> StoreError:
    """What to say of a database that would not take a call."""
    cause = str(error.orig) if isinstance(error, DBAPIError) else f"{type(error).__name__}: {error}"
    refused = StoreError(f"The ledger could not be written: {cause}", hint=_HINTS.get(state(error) or ""))
    refused.__cause__ = error
    return refused
