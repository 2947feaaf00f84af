"""Finds calls by any of their fields and by text, newest first, a page at a time at any depth. Owns no write.

What an index answers alone is exact. Where one field has an index and another has none, the calls of the index are looked through,
so many of them at most: a page then says how far back it looked. Which index leads is decided by how few calls it leaves.
"""

import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Select, Table, Text, and_, func, or_, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from workbench.ledger import reading, rollups, search
from workbench.ledger.fields import ERROR
from workbench.ledger.reading import Call
from workbench.ledger.rollups import marks
from workbench.ledger.tables import CallRow
from workbench.store import Store
from workbench.store.base import storable

LOOK = 50_000  # calls that are looked through in order of time: a tenth of a second, or less
LOOK_APART = 15_000  # calls of a prompt, a model and so on: they lie apart
_DAY_MS = 86_400_000
_SMALL = 10_000  # so many calls are quickly counted and looked through
_C = cast("Table", CallRow.__table__).c
Cursor = tuple[int, int]  # started_ms and id
LAST: int = 2**62  # an id above all

RATED = ("up", "down", "neither", "any")
_EQUAL = {
    "prompt": _C.prompt, "version": _C.version, "label": _C.label, "provider": _C.provider, "model": _C.model, "source": _C.source,
    "status": _C.status, "user": _C.user_name, "run_id": _C.run_id, "cell_id": _C.cell_id,
    "trace_id": _C.trace_id, "external_id": _C.external_id,
}  # fmt: skip
_LISTED = ("external_id", "cell_id", "trace_id", "run_id")  # few calls each, by an index of their own that knows no time
# Leading fields, the most telling first, and what splits their index into parts that are in order of time.
_LEADING: tuple[tuple[str, str], ...] = (
    ("user", ""), ("rated", "feedback"), ("error", ""), ("prompt", "version"), ("provider", "model"), ("source", ""), ("status", ""),
)  # fmt: skip
_Choice = tuple[list[list[ColumnElement[bool]]], set[str]]  # parts of an index, and the fields that they answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What calls are looked for; None is any. `prompt` "" is calls without one. `rated` is one of RATED. `latency_ms`, `cost_nano` and
    `tokens` (in and out together) are the least that is wanted; `words` must stand in the texts of a call.
    """

    prompt: str | None = None
    version: int | None = None
    label: str | None = None
    provider: str | None = None
    model: str | None = None
    source: str | None = None
    status: str | None = None
    error_type: str | None = None
    user: str | None = None
    tag: str | None = None
    run_id: str | None = None
    cell_id: str | None = None
    trace_id: str | None = None
    external_id: str | None = None
    rated: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    latency_ms: int | None = None
    cost_nano: int | None = None
    tokens: int | None = None
    words: str = ""

    @property
    def given(self) -> dict[str, Any]:
        """What is asked for, by field."""
        return {
            one.name: value
            for one in fields(self)
            if (value := getattr(self, one.name)) not in (None, "") or (one.name, value) == ("prompt", "")
        }


@dataclass(frozen=True, slots=True)
class Found:
    """A page of calls, newest first. `older` and `newer` say whether there may be more. `reached` is set where the search ended before
    the page was full, after about `looked` calls: those beyond were not looked at. `many_words` says that only the last matches of the
    words were looked at.
    """

    calls: list[Call]
    older: bool
    newer: bool
    reached: Cursor | None = None
    looked: int = 0
    many_words: bool = False


@dataclass(slots=True)
class _Lead:
    """What is walked through: parts that are each in order of time by an index, and the conditions left over."""

    parts: list[list[ColumnElement[bool]]]
    rest: list[ColumnElement[bool]]
    listed: bool = False
    most: int = field(default_factory=lambda: LOOK_APART)
    bounds: list[ColumnElement[bool]] = field(default_factory=list)


def page(store: Store, sought: Sought, *, older_than: Cursor | None = None, newer_than: Cursor | None = None, limit: int = 50) -> Found:
    """The newest `limit` calls; those next older than one, or next newer than one. Raises InputError where `words` has no word."""
    newer = newer_than is not None
    start = newer_than if newer else older_than
    with store.read() as session:
        lead, many = _lead(session, sought, start, newer=newer)
        reached = _bound(session, lead, start, newer=newer) if lead.rest and not lead.listed else None
        looked = lead.most
        ids = _first(session, lead, start, limit + 1, newer=newer)
    more = len(ids) > limit
    calls = reading.some(store, ids[:limit])
    further = None if more else reached
    if newer:
        return Found(calls, older=True, newer=more or further is not None, reached=further, looked=looked, many_words=many)
    return Found(calls, older=more or further is not None, newer=start is not None, reached=further, looked=looked, many_words=many)


def walk(store: Store, sought: Sought, *, limit: int, texts: bool = False) -> Iterator[Call]:
    """Up to `limit` calls, newest first, read a page at a time; with their texts if asked. Ends where a search looks no further."""
    after, left = None, limit
    while left > 0:
        found = page(store, sought, older_than=after, limit=min(500, left))
        yield from reading.some(store, [call.id for call in found.calls], texts=True) if texts else found.calls
        left -= len(found.calls)
        if not found.older or found.reached or not found.calls:
            return
        after = found.calls[-1].cursor


def counted(store: Store, sought: Sought, now_ms: int) -> int | None:
    """How many calls there are, out of the rollups; None where a field is asked for that no rollup has."""
    asked = sought.given
    since, until = asked.pop("since_ms", None), asked.pop("until_ms", None)
    if set(asked) - {"prompt", "version", "label", "provider", "model", "source", "status", "error_type"}:
        return None
    with store.read() as session:
        rows_from = marks.read(session.connection()).get(marks.ROWS_FROM)
        if since is None:  # whole days: no call has to be read
            since = (session.scalar(select(func.min(_C.started_ms))) or now_ms) // _DAY_MS * _DAY_MS
        if until is None:  # calls of a clock that is ahead count, too
            until = ((session.scalar(select(func.max(_C.started_ms))) or now_ms) // _DAY_MS + 1) * _DAY_MS
    since = max(since, rows_from or since)  # the sums know of older calls that retention has dropped
    if until <= since:
        return 0
    return sum(cell.calls for cell in rollups.read(store, since, until, filters=cast("Any", asked)))


def _lead(session: Session, sought: Sought, start: Cursor | None, *, newer: bool) -> tuple[_Lead, bool]:
    """The index to walk through, and what is left to look at in its calls."""
    conditions = _conditions(session, sought)
    times = [conditions.pop(name) for name in ("since_ms", "until_ms") if name in conditions]
    if sought.words:
        matches = search.matching(session, sought.words, **_ids_of(session, times))
        return _Lead([[matches.condition]], [*_bare(session, conditions.values()), *times], listed=True), matches.more
    if listed := next((name for name in _LISTED if name in conditions), None):
        return _Lead([[conditions.pop(listed)]], [*_bare(session, conditions.values()), *times], listed=True), False
    choices = [made for name, parts in _LEADING if (made := _choice(session, conditions, name, parts))]
    if not choices:
        return _Lead([[*times]], list(conditions.values()), most=LOOK), False
    parts, covered = _fewest(session, choices, set(conditions), [*times, *_beyond(start, newer=newer)])
    rest = [condition for name, condition in conditions.items() if name not in covered]
    return _Lead([[*part, *times] for part in parts], _bare(session, rest)), False


def _fewest(session: Session, choices: Sequence[_Choice], asked: set[str], within: Sequence[ColumnElement[bool]]) -> _Choice:
    """The choice that answers alone, else the one with the fewest calls where that is a small number, else the most telling one."""
    alone = next((choice for choice in choices if not asked - choice[1]), None)
    if alone is not None or len(choices) == 1:
        return alone or choices[0]
    sizes = [sum(_size(session, [*part, *within]) for part in parts[:20]) + _SMALL * (len(parts) > 20) for parts, _covered in choices]
    return choices[sizes.index(min(sizes))] if min(sizes) < _SMALL else choices[0]


def _size(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(select(_C.id).where(*conditions).limit(_SMALL).subquery())) or 0


def _choice(session: Session, conditions: Mapping[str, ColumnElement[bool]], name: str, column: str) -> _Choice | None:
    """The parts of the index that the field `name` leads, and the fields it covers; None where the field is not asked for."""
    if name == "error":
        known = conditions.get("status"), conditions.get("error_type")
        return ([[_C.status == ERROR]], {"status"}) if known[1] is not None and known[0] is None else None
    if name not in conditions:
        return None
    if not column:
        return [[conditions[name]]], {name}
    if column in conditions:
        return [[conditions[name], conditions[column]]], {name, column}
    values = _distinct(session, conditions[name], _C[column])
    lead = [] if name == "rated" else [conditions[name]]
    return [[*lead, _C[column].is_(None) if value is None else _C[column] == value] for value in values], {name}


def _distinct(session: Session, condition: ColumnElement[bool], column: ColumnElement[Any]) -> list[Any]:
    """Every value of the column that stands second in an index, a step of the index each."""
    found: list[Any] = []
    if session.scalar(select(1).where(condition, column.is_(None)).limit(1)):
        found.append(None)
    value = session.scalar(select(func.min(column)).where(condition, column.is_not(None)))
    while value is not None:
        found.append(value)
        value = session.scalar(select(func.min(column)).where(condition, column > value))
    return found


def _conditions(session: Session, sought: Sought) -> dict[str, ColumnElement[bool]]:
    """A condition for each field that is asked for."""
    found: dict[str, ColumnElement[bool]] = {}
    for name, value in sought.given.items():
        if name in _EQUAL:
            found[name] = _C.prompt.is_(None) if (name, value) == ("prompt", "") else _EQUAL[name] == value
    if sought.error_type:  # as the rollups have it: an error of no type is "unknown"
        found["error_type"] = and_(_C.status == ERROR, func.coalesce(_C.error_type, "unknown") == sought.error_type)
    if sought.tag:
        found["tag"] = _has(session, as_type(_C.tags, Text), json.dumps(storable(sought.tag)))
    if sought.rated:
        signs = {"up": _C.feedback > 0, "down": _C.feedback < 0, "neither": _C.feedback == 0}
        found["rated"] = signs.get(sought.rated, _C.feedback.is_not(None))
    if sought.since_ms is not None:
        found["since_ms"] = _C.started_ms >= sought.since_ms
    if sought.until_ms is not None:
        found["until_ms"] = _C.started_ms < sought.until_ms
    if sought.latency_ms is not None:
        found["latency_ms"] = _C.latency_ms >= sought.latency_ms
    if sought.cost_nano is not None:
        found["cost_nano"] = _C.cost_nano >= sought.cost_nano
    if sought.tokens is not None:
        sent = as_type(func.coalesce(_C.input_tokens, 0), BigInteger)  # two of them outgrow the column's own type
        found["tokens"] = sent + func.coalesce(_C.output_tokens, 0) >= sought.tokens
    return found


def _has(session: Session, column: ColumnElement[str], piece: str) -> ColumnElement[bool]:
    """Tags are kept as a JSON list: a tag stands in it between its quotes."""
    return func.instr(column, piece) > 0 if _sqlite(session) else func.strpos(column, piece) > 0


def _bare(session: Session, conditions: Any) -> list[ColumnElement[bool]]:
    """The conditions so that SQLite takes no index for them: without statistics it would take the first it finds."""
    if not _sqlite(session):
        return list(conditions)
    return [UnaryExpression(one.self_group(), operator=custom_op("+")) if isinstance(one, ColumnElement) else one for one in conditions]


def _ids_of(session: Session, times: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """Between which ids the calls of a time lie, where that is soon said: of a frequent word, only its matches there are looked at."""
    if not times:
        return {}
    inside = select(_C.id).where(*times).limit(LOOK + 1).subquery()
    number, least, most = session.execute(select(func.count(), func.min(inside.c.id), func.max(inside.c.id))).one()
    return {"least_id": least, "most_id": most} if 0 < number <= LOOK else {}


def _bound(session: Session, lead: _Lead, start: Cursor | None, *, newer: bool) -> Cursor | None:
    """Bound the walk to so many calls; the last one it looks at, None where it comes to the end."""
    reached: Cursor | None = None
    for part in lead.parts:
        query = _ordered(select(_C.started_ms, _C.id).where(*part, *_beyond(start, newer=newer)), newer=newer)
        row = session.execute(query.offset(max(1, lead.most // len(lead.parts))).limit(1)).one_or_none()
        if row is not None:
            ends = (int(row[0]), int(row[1]))
            reached = ends if reached is None else min(reached, ends) if newer else max(reached, ends)
    if reached is not None:
        lead.bounds = [_C.started_ms <= reached[0] if newer else _C.started_ms >= reached[0], *_until(reached, newer=newer)]
    return reached


def _first(session: Session, lead: _Lead, start: Cursor | None, limit: int, *, newer: bool) -> list[int]:
    """Ids of the next calls in the direction of the walk."""
    within = [*lead.rest, *lead.bounds, *_beyond(start, newer=newer)]
    streams = []
    for part in lead.parts:
        query = _ordered(select(_C.started_ms, _C.id).where(*part, *within), newer=newer).limit(limit)
        streams.append([(int(row[0]), int(row[1])) for row in session.execute(query)])
    return [call_id for _started, call_id in list(heapq.merge(*streams, reverse=not newer))[:limit]]


def _ordered(query: Select[Any], *, newer: bool) -> Select[Any]:
    return query.order_by(_C.started_ms, _C.id) if newer else query.order_by(_C.started_ms.desc(), _C.id.desc())


def _beyond(start: Cursor | None, *, newer: bool) -> list[ColumnElement[bool]]:
    """After `start` in the direction of the walk. The bound on started_ms alone is implied by the rest: an index can start there."""
    if start is None:
        return []
    at, call_id = start
    if newer:
        return [_C.started_ms >= at, or_(_C.started_ms > at, _C.id > call_id)]
    return [_C.started_ms <= at, or_(_C.started_ms < at, _C.id < call_id)]


def _until(end: Cursor, *, newer: bool) -> list[ColumnElement[bool]]:
    at, call_id = end
    return [or_(_C.started_ms < at, _C.id <= call_id) if newer else or_(_C.started_ms > at, _C.id >= call_id)]


def _sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
