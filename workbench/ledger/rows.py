"""Rows of the ledger's tables out of what is known of a call. Owns what is cut or left out so that either database can hold it."""

import logging
from operator import attrgetter
from typing import Any

from workbench.ledger.derived import DERIVED, derive
from workbench.ledger.fields import COLUMNS, MOST_NANO, MOST_TOKENS, OK, TEXTS, TOKENS, WIDTHS, CallRecord, Values
from workbench.store.base import storable

_LOG = logging.getLogger("workbench.ledger")
_EMPTY: dict[str, Any] = {
    **{("user_name" if name == "user" else name): None for name in COLUMNS},
    "status": OK,
    "retries": 0,
    "estimated": False,
    **dict.fromkeys(("id", *DERIVED)),
}
_columns_of = attrgetter(*COLUMNS)


def values_of(record: CallRecord) -> Values:
    """The record's columns and texts as a database can hold them; what no call has (a count, a cost) is taken out and logged."""
    values: Values = dict(zip(COLUMNS, _columns_of(record), strict=True))
    for name, width in WIDTHS.items():
        text = values[name]
        if text is not None and (len(text) > width or not text.isascii() or "\x00" in text):
            values[name] = storable(text)[:width]
    _bound(values)
    for name in TEXTS:
        if (text := getattr(record, name)) is not None:
            values[name] = text
    return values


def row_of(values: Values, call_id: int) -> dict[str, Any]:
    """The row of the calls table."""
    row = _EMPTY | values
    row["user_name"] = row.pop("user", None)
    tags = row["tags"]
    row["tags"] = list(tags) if tags else None
    row["id"] = call_id
    if not values.keys().isdisjoint(TEXTS):
        for name in TEXTS:
            row.pop(name, None)
        if "request" in values:
            row.update(derive(values["request"]))
    return row


def call_row(record: CallRecord, call_id: int) -> dict[str, Any]:
    """The row of the calls table."""
    return row_of(values_of(record), call_id)


def texts_of(values: Values, call_id: int) -> dict[str, Any] | None:
    """The row of the call_texts table; None where the call left no text."""
    if values.keys().isdisjoint(TEXTS):
        return None
    return {name: values.get(name) for name in TEXTS} | {"call_id": call_id}


def _bound(row: Values) -> None:
    """Take out numbers that no call has: a paid reply must not be lost for one, and no sum of a day may outgrow its column."""
    absurd = [name for name in TOKENS if row[name] is not None and not 0 <= row[name] <= MOST_TOKENS]
    if row["cost_nano"] is not None and (absurd or not 0 <= row["cost_nano"] <= MOST_NANO):
        absurd.append("cost_nano")
    for name in absurd:
        _LOG.error("A call of %s/%s has %s %d: kept as unknown.", row["provider"], row["model"], name, row[name])
        row[name] = None
