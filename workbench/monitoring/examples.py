"""The error summary: errors by type with their share of all calls, and the newest calls of each type, found by index."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select

from workbench.ledger.fields import ERROR
from workbench.ledger.rollups import raw
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.monitoring.dashboard_model import ErrorGroup, Filter
from workbench.monitoring.gathering import Gathered
from workbench.stats import proportion

if TYPE_CHECKING:
    from workbench.store import Store

_MOST_TYPES = 12
_SHOWN = 3
_TAGGED = 500  # of the newest errors so many are looked through for a tag
_CUT = 240  # characters of a message
_UNKNOWN = "unknown"


def errors(store: "Store", gathered: Gathered) -> list[ErrorGroup]:
    """By type, the most frequent first. Examples come from the newest bucket that holds the type, so that no search is long."""
    kinds = gathered.errors
    sized = sorted(((sum(held.calls for held in found.values()), kind) for (kind,), found in kinds.items()), reverse=True)[:_MOST_TYPES]
    calls = sum(held.calls for held in gathered.all.values())
    groups = []
    for n, kind in sized:
        rows = _newest(store, gathered, kind, max(at for at, held in kinds[kind,].items() if held.calls))
        low, high = proportion(n, calls)
        before = gathered.errors_before.get(kind, 0)
        last_ms, ids = rows[0][1] if rows else None, tuple(call_id for call_id, _ in rows)
        groups.append(ErrorGroup(kind, n, n / calls, low, high, before, last_ms, ids, _message(store, ids[:1])))
    return groups


def _message(store: "Store", ids: tuple[int, ...]) -> str:
    with store.read() as session:
        found = session.scalar(select(CallTextRow.error_message).where(CallTextRow.call_id.in_(ids))) if ids else None
    return " ".join((found or "")[: 2 * _CUT].split())[:_CUT]


def _newest(store: "Store", gathered: Gathered, kind: str, since_ms: int) -> list[tuple[int, int]]:
    """(id, when) of the newest such calls of one bucket."""
    span, filters = gathered.view.range, gathered.view.filters
    of_type = CallRow.error_type == kind if kind != _UNKNOWN else (CallRow.error_type == kind) | CallRow.error_type.is_(None)
    tags = filters.get("tag")
    query = (
        select(CallRow.id, CallRow.started_ms, CallRow.tags)
        .where(CallRow.status == ERROR, of_type, *_conditions(filters))
        .where(CallRow.started_ms >= max(since_ms, span.since_ms), CallRow.started_ms < min(since_ms + span.bucket_ms, span.until_ms))
        .order_by(CallRow.started_ms.desc(), CallRow.id.desc())
        .limit(_SHOWN if tags is None else _TAGGED)
    )
    wanted = None if tags is None else set(_several(tags))
    with store.read() as session:
        rows = session.execute(query).all()
    return [(row.id, row.started_ms) for row in rows if wanted is None or wanted & set(row.tags or ())][:_SHOWN]


_COLUMNS = {name: getattr(CallRow, name) for name in ("prompt", "version", "label", "provider", "model", "source", "user")}


def _conditions(filters: Mapping[str, Filter]) -> list[ColumnElement[bool]]:
    found = [_condition(name, value) for name, value in filters.items() if name in _COLUMNS]
    return [*found, *raw.conditions({"traffic": _several(filters["traffic"])})] if "traffic" in filters else found


def _condition(name: str, value: Filter) -> ColumnElement[bool]:
    """That a column has the value, or one of them; a prompt "" is none."""
    column, wanted = _COLUMNS[name], _several(value)
    found: ColumnElement[bool] = column.in_([one for one in wanted if one != ""])
    return found | column.is_(None) if "" in wanted else found


def _several(value: Filter) -> tuple[str | int, ...]:
    return value if isinstance(value, tuple) else (value,)
