"""Reads the ledger: one call, a page of calls, the calls of a run's cells, totals. Owns no write; every filter has an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TypedDict, Unpack, cast

from sqlalchemy import ColumnElement, Row, Select, Table, and_, case, func, or_, select

from workbench.errors import InputError, NotFound
from workbench.ledger.fields import COLUMNS, OK, TEXTS, CallRecord
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.store import Store

_CALLS, _TEXTS = cast("Table", CallRow.__table__), cast("Table", CallTextRow.__table__)
_NARROW = [_CALLS.c.id, *(_CALLS.c["user_name" if name == "user" else name].label(name) for name in COLUMNS)]
_WIDE = [*_NARROW, *(_TEXTS.c[name] for name in TEXTS), _TEXTS.c.note]


class Filters(TypedDict, total=False):
    """What a page or a total may be narrowed by. `label` and `version` go with `prompt`, `model` with `provider`."""

    prompt: str
    version: int
    label: str
    provider: str
    model: str
    status: str
    run_id: str
    cell_id: str
    trace_id: str
    since_ms: int
    until_ms: int


_NEEDS = {"version": "prompt", "label": "prompt", "model": "provider"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(CallRecord):
    """A recorded call. Its texts and the `note` that goes with its feedback are there where it was read alone, None on a page."""

    id: int
    note: str | None = None

    @property
    def cursor(self) -> tuple[int, int]:
        """Where the next page begins: pass it as `after`."""
        return self.started_ms, self.id


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over calls. `unpriced` counts answered calls whose cost is not known: `cost_nano` leaves them out."""

    n: int
    ok: int
    errors: int
    retries: int
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_nano: int
    unpriced: int

    @property
    def cost_usd(self) -> Decimal:
        """The known cost in dollars, exact."""
        return Decimal(self.cost_nano).scaleb(-9)

    def to_json(self) -> dict[str, Any]:
        """The totals under the ledger's field names."""
        shown = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "cost_nano"}
        return shown | {"cost_usd": self.cost_nano / 10**9}


def get(store: Store, call_id: int) -> Call:
    """The call with its texts. Raises NotFound."""
    query = select(*_WIDE).select_from(_CALLS.outerjoin(_TEXTS)).where(_CALLS.c.id == call_id)
    with store.read() as session:
        row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"The ledger has no call {call_id}.")
    return _call(row)


def some(store: Store, ids: Sequence[int], *, texts: bool = False) -> list[Call]:
    """Those of the calls `ids` that are there, newest first; at most some hundreds at a time."""
    columns, source = (_WIDE, _CALLS.outerjoin(_TEXTS)) if texts else (_NARROW, _CALLS)
    query = select(*columns).select_from(source).where(_CALLS.c.id.in_(ids)).order_by(_CALLS.c.started_ms.desc(), _CALLS.c.id.desc())
    with store.read() as session:
        return [_call(row) for row in session.execute(query)]


def siblings(store: Store, call: Call, limit: int = 100) -> list[Call]:
    """The calls of the same trace, else of the same cell, else of the same run, oldest first, `call` among them; none where it has none.
    At most `limit`: the first of a trace or a cell, of a run those recorded about the same time.
    """
    within = next((name for name in ("trace_id", "cell_id", "run_id") if getattr(call, name)), None)
    if within is None:
        return []
    of_it = _CALLS.c[within] == getattr(call, within)
    if within == "run_id":  # a run may have a hundred thousand: its index is in the order of ids
        before = select(_CALLS.c.id).where(of_it, _CALLS.c.id <= call.id).order_by(_CALLS.c.id.desc()).limit(limit // 2)
        after = select(_CALLS.c.id).where(of_it, _CALLS.c.id > call.id).order_by(_CALLS.c.id).limit(limit - limit // 2)
        with store.read() as session:
            ids = [*session.scalars(before), *session.scalars(after)]
    else:
        with store.read() as session:
            ids = list(session.scalars(select(_CALLS.c.id).where(of_it).order_by(_CALLS.c.id).limit(limit)))
    return some(store, ids)[::-1]


def page(store: Store, *, after: tuple[int, int] | None = None, limit: int = 50, **filters: Unpack[Filters]) -> list[Call]:
    """Calls newest first, without their texts; `after` is the cursor of the last call of the page before."""
    newest_first = _CALLS.c.started_ms.desc(), _CALLS.c.id.desc()
    chosen = select(_CALLS.c.id).where(*_conditions(filters)).order_by(*newest_first).limit(limit)
    if after is not None:
        started_ms, call_id = after
        # The bare bound on started_ms is implied by the rest; said apart, an index can start there.
        earlier = or_(_CALLS.c.started_ms < started_ms, _CALLS.c.id < call_id)
        chosen = chosen.where(_CALLS.c.started_ms <= started_ms, earlier)
    # The ids alone come out of an index; sorting whole rows of a provider with many calls takes ten times as long.
    query = select(*_NARROW).where(_CALLS.c.id.in_(chosen)).order_by(*newest_first)
    with store.read() as session:
        return [_call(row) for row in session.execute(query)]


def totals(store: Store, **filters: Unpack[Filters]) -> Totals:
    """Counts and sums over the calls that the filters leave."""
    calls = _CALLS.c
    summed = (calls.retries, calls.input_tokens, calls.cached_tokens, calls.cache_write_tokens, calls.output_tokens)
    query: Select[Any] = select(
        func.count(),
        func.count(case((calls.status == OK, 1))),
        func.count(case((calls.status != OK, 1))),
        *(func.coalesce(func.sum(column), 0) for column in (*summed, calls.reasoning_tokens, calls.cost_nano)),
        func.count(case((and_(calls.cost_nano.is_(None), calls.status == OK), 1))),
    ).where(*_conditions(filters))
    with store.read() as session:
        return Totals(*(int(value) for value in session.execute(query).one()))


def _conditions(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name, value in filters.items():
        if name not in Filters.__annotations__:
            raise InputError("is not a filter of the ledger", place=name, hint=f"Filters are {', '.join(Filters.__annotations__)}.")
        if (needed := _NEEDS.get(name)) and needed not in filters:
            raise InputError(f"goes together with {needed}", place=name)
        if name == "since_ms":
            conditions.append(_CALLS.c.started_ms >= value)
        elif name == "until_ms":
            conditions.append(_CALLS.c.started_ms < value)
        else:
            conditions.append(_CALLS.c[name] == value)
    return conditions


def _call(row: Row[Any]) -> Call:
    values = dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's public name for a row as a mapping)
    values["tags"] = tuple(values["tags"] or ())
    return Call(**values)
