"""What the ledger remembers about itself as numbers: from when on minutes and rows are whole, whether the sums are. Owns their table."""

from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from workbench.ledger.tables import LedgerMarkRow

WHOLE = "rollups_whole"  # there where the sums hold every call; a store of an earlier release has none
MINUTES_FROM = "minutes_from_ms"
ROWS_FROM = "rows_from_ms"
TEXTS_FROM = "texts_from_ms"
# What began before may be remembered by who reads it, as long as the number beside it stays what it is: days, hours of a day that is not
# over, minutes of an hour that is not.
CLOSED = {
    "day": ("closed_days_ms", "closed_days_as"),
    "hour": ("closed_hours_ms", "closed_hours_as"),
    "minutes": ("closed_minutes_ms", "closed_minutes_as"),
}

_MARKS = cast("Table", LedgerMarkRow.__table__)
_ALL = "SELECT name, value FROM ledger_marks"


def _put(dialect: Any) -> Any:
    added = dialect.insert(_MARKS)
    return added.on_conflict_do_update(index_elements=["name"], set_={"value": added.excluded.value})


_PUT = {"sqlite": _put(sqlite), "postgresql": _put(postgresql)}


def read(connection: Connection) -> dict[str, int]:
    """All marks there are."""
    return {name: value for name, value in connection.exec_driver_sql(_ALL).all()}  # noqa: C416 (rows are no pairs to mypy)


def put(connection: Connection, **values: int | None) -> None:
    """Set marks; None takes one away."""
    for name, value in values.items():
        if value is None:
            connection.execute(_MARKS.delete().where(_MARKS.c.name == name))
        else:
            connection.execute(_PUT[connection.dialect.name], {"name": name, "value": value})
