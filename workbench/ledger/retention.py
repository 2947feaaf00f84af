"""How long texts and calls are kept: drops texts, then whole calls, by age; the rollups stay. Owns how long, and since when they are there.

Days are those of UTC, and are dropped whole. Nothing is dropped until somebody says how long to keep it.
"""

import time
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, select, update

from workbench.errors import InputError
from workbench.ledger import rollups
from workbench.ledger.fields import TEXTS
from workbench.ledger.periods import DAY_MS, day
from workbench.ledger.rollups import marks, writing
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.store import Store

MOST_DAYS = 36_500
_TEXT_DAYS, _ROW_DAYS, _TEXTS_SEEN = "text_days", "row_days", "texts_seen_id"
_CALLS, _TEXTS = cast("Table", CallRow.__table__), cast("Table", CallTextRow.__table__)
_PART = 5_000
_TICK_S = 10.0


@dataclass(frozen=True, slots=True)
class Kept:
    """For how many days texts and calls are kept; None: for ever."""

    text_days: int | None
    row_days: int | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many calls lost their texts, how many calls went; `complete` is False where time ran out before the end."""

    texts: int
    rows: int
    complete: bool = True


def get(store: Store) -> Kept:
    """How long things are kept."""
    with store.read() as session:
        known = marks.read(session.connection())
    return Kept(known.get(_TEXT_DAYS), known.get(_ROW_DAYS))


def put(store: Store, text_days: int | None, row_days: int | None) -> Kept:
    """Keep texts and calls for so many days from now on; None: for ever. `apply` drops what is older. Raises InputError."""
    for name, value in ((_TEXT_DAYS, text_days), (_ROW_DAYS, row_days)):
        if value is not None and not 1 <= value <= MOST_DAYS:
            raise InputError(f"{value} is not from 1 to {MOST_DAYS:,} days", place=f"field {name}")
    if text_days is not None and row_days is not None and text_days > row_days:
        raise InputError(f"texts cannot be kept for {text_days} days where calls go after {row_days}", place=f"field {_TEXT_DAYS}")
    with store.write() as session:
        marks.put(session.connection(), **{_TEXT_DAYS: text_days, _ROW_DAYS: row_days})
    return Kept(text_days, row_days)


def apply(store: Store, now_ms: int, *, at_most_s: float | None = None) -> Dropped:
    """Drop what is too old, in many small transactions: first texts, then calls."""
    kept, until_s = get(store), None if at_most_s is None else time.monotonic() + at_most_s
    texts, rows, complete = 0, 0, True
    if kept.row_days is not None:
        rollups.ready(store)  # calls that are in no sum yet would be gone for good
    if kept.text_days is not None:
        texts, complete = _drop_texts(store, day(now_ms - kept.text_days * DAY_MS), until_s)
    if kept.row_days is not None and complete:
        rows, complete = _drop_rows(store, day(now_ms - kept.row_days * DAY_MS), until_s)
    return Dropped(texts, rows, complete)


def tick(store: Store, now_ms: int) -> None:
    """What is to be done from time to time: drop what is too old, for a bounded time, and tidy the rollups."""
    apply(store, now_ms, at_most_s=_TICK_S)
    rollups.tidy(store, now_ms)


def _drop_texts(store: Store, before_ms: int, until_s: float | None) -> tuple[int, bool]:
    with store.read() as session:
        known = marks.read(session.connection())
        newest = session.scalar(select(func.max(_CALLS.c.id))) or 0
    aged = _CALLS.c.started_ms >= known.get(marks.TEXTS_FROM, 0), _CALLS.c.started_ms < before_ms
    came_late = _CALLS.c.id > known.get(_TEXTS_SEEN, 0), _CALLS.c.started_ms < before_ms
    n = 0
    for old in (aged, came_late):
        while True:
            with store.write() as session:
                gone = _without_texts(session.connection(), old)
            n += gone
            if gone < _PART:
                break
            if until_s is not None and time.monotonic() > until_s:
                return n, False
    with store.write() as session:
        since = max(before_ms, known.get(marks.TEXTS_FROM, before_ms))
        marks.put(session.connection(), **{marks.TEXTS_FROM: since, _TEXTS_SEEN: newest})
    return n, True


def _without_texts(connection: Connection, old: tuple[ColumnElement[bool], ...]) -> int:
    """Take the texts of some old calls; a note that somebody wrote stays."""
    bare = [_TEXTS.c[name].is_(None) for name in TEXTS]
    texted = select(_TEXTS.c.call_id).select_from(_CALLS.join(_TEXTS)).where(*old)
    ids = connection.scalars(texted.where(_TEXTS.c.note.is_(None) | ~and_(*bare)).limit(_PART)).all()
    chosen = _TEXTS.c.call_id.in_(ids)
    connection.execute(update(_TEXTS).where(chosen, _TEXTS.c.note.is_not(None)).values(dict.fromkeys(TEXTS)))
    connection.execute(delete(_TEXTS).where(chosen, _TEXTS.c.note.is_(None)))
    return len(ids)


def _drop_rows(store: Store, before_ms: int, until_s: float | None) -> tuple[int, bool]:
    with store.write() as session:
        connection = session.connection()
        if before_ms > marks.read(connection).get(marks.ROWS_FROM, -1):
            marks.put(connection, **{marks.ROWS_FROM: before_ms})  # before the first is gone: from now on the sums alone speak of them
    n = 0
    oldest = select(_CALLS.c.id).where(_CALLS.c.started_ms < before_ms).order_by(_CALLS.c.started_ms).limit(_PART)
    while True:
        with store.write() as session:
            ids = session.scalars(oldest).all()
            session.execute(delete(_CALLS).where(_CALLS.c.id.in_(ids)))
        n += len(ids)
        writing.erasures += bool(ids)
        if len(ids) < _PART:
            return n, True
        if until_s is not None and time.monotonic() > until_s:
            return n, False
