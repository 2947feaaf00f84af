"""Many calls at once: from a file, over HTTP. Owns what a duplicate is: a call whose `external_id` is in the ledger already."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Connection, Table, bindparam, select, text
from sqlalchemy.exc import DBAPIError

from workbench.ledger import inserting
from workbench.ledger.charging import Charges
from workbench.ledger.fields import CallRecord, Values
from workbench.ledger.rows import values_of
from workbench.ledger.tables import CallRow
from workbench.store import Store

_CALLS = cast("Table", CallRow.__table__)
_TRIES = 5
_AGAIN = {*inserting.LOCKED, "23505"}
_HELD_SQLITE = text("SELECT external_id FROM calls WHERE external_id IN (SELECT value FROM json_each(:ids))")
_HELD = select(_CALLS.c.external_id).where(_CALLS.c.external_id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Added:
    """What became of calls: how many were taken, the indexes of those that were there already, and the ids of those taken, in order."""

    taken: int
    duplicates: list[int] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)


Beside = Callable[[Connection, Added], None]


def add(store: Store, records: Sequence[CallRecord], *, price: bool = True) -> Added:
    """Add calls in one transaction, committed when this returns. Those that are there already are left out; those that say no cost are
    priced, with `price`, at the time they began. Raises StoreError where the store refuses: then none is taken.
    """
    return add_values(store, [values_of(record) for record in records], charges=Charges(store) if price else None)


def add_values(store: Store, known: Sequence[Values], *, charges: Charges | None = None, beside: Beside | None = None) -> Added:
    """`add` for calls that were checked already. `beside` writes what belongs to them into the same transaction."""
    if charges is not None:
        for values in known:
            if values.get("cost_nano") is None and (nano := charges.cost_nano(values)) is not None:
                values["cost_nano"] = nano
    for left in range(_TRIES - 1, -1, -1):
        try:
            return _add(store, known, beside)
        except (DBAPIError, OverflowError) as error:
            # On PostgreSQL another process may have added one of them meanwhile: then it is found next time.
            if not left or inserting.state(error) not in _AGAIN:
                raise inserting.refused(error) from error
    raise AssertionError("the last try returns or raises")


def _add(store: Store, known: Sequence[Values], beside: Beside | None) -> Added:
    with store.write() as session:
        connection = session.connection()
        fresh, duplicates = _fresh(connection, known)
        ids, noted = inserting.calls(connection, store, fresh)
        added = Added(len(ids), duplicates, ids)
        if beside is not None:
            beside(connection, added)
    if noted is not None:  # what was spent counts once it is committed
        noted.settle()
    return added


def _fresh(connection: Connection, known: Sequence[Values]) -> tuple[Sequence[Values], list[int]]:
    """The calls that are not there yet, each once, and the indexes of the others."""
    named = [name for values in known if (name := values.get("external_id")) is not None]
    if not named:
        return known, []
    query, ids = (_HELD_SQLITE, json.dumps(named)) if connection.dialect.name == "sqlite" else (_HELD, named)
    seen = set(connection.execute(query, {"ids": ids}).scalars())
    if not seen and len(set(named)) == len(named):
        return known, []
    fresh: list[Values] = []
    duplicates: list[int] = []
    for index, values in enumerate(known):
        name = values.get("external_id")
        if name is not None and name in seen:
            duplicates.append(index)
            continue
        if name is not None:
            seen.add(name)
        fresh.append(values)
    return fresh, duplicates
