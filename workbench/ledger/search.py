"""Full-text search in the texts of calls. Owns the table call_search; it is filled behind the calls, by the ticker and when one searches.

Indexed are the words of a call's messages, variables, reply, tool calls and error: each once, at most WORDS of them, lower case,
accents taken off; a Chinese, Japanese or Korean character is a word. Nothing is ever taken out of SQLite's index, which keeps no text:
a match counts only while the call and a text of it are there. SQLite hands out the ids of the newest calls again once they were deleted
(a trigger leaves the mark `search_reused_from`); the index then goes on in another generation, and matches of the generation before do
not count from that id on.
"""

import json
import logging
import re
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Table, delete, exists, func, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from workbench.errors import InputError
from workbench.ledger.tables import CallRow, CallTextRow, LedgerMarkRow
from workbench.store import Store
from workbench.store.base import storable

_LOG = logging.getLogger("workbench.ledger")

MOST = 5_000  # matches that a search looks at: those recorded last
WORDS = 5_000
_CHARACTERS = 200_000  # of one call
_BATCH = 500
_TICK_S, _TICK = 10.0, 20_000
_AT_SEARCH_S, _AT_SEARCH = 0.05, 1_000
_LATE = 10_000  # ids that another process of a team may commit after a higher one
_DEEPEST = 40
_SHIFT = 40  # bits of an id; above them stands the generation
_MASK = (1 << _SHIFT) - 1
_DONE, _REUSED, _GENERATION = "searched_id", "search_reused_from", "search_generation_"

_CALLS, _TEXTS, _MARKS = (cast("Table", row.__table__) for row in (CallRow, CallTextRow, LedgerMarkRow))
_SAID = ("request", "variables", "reply", "tool_calls", "error_message")
_EAST = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_EAST}]|[^\W_{_EAST}]+")
_WRITE = {
    "sqlite": text("INSERT INTO call_search (rowid, body) VALUES (:id, :body)"),
    "postgresql": text(
        "INSERT INTO call_search (rowid, words) SELECT call_id, to_tsvector('simple', :body) FROM call_texts WHERE call_id = :id "
        "FOR KEY SHARE ON CONFLICT (rowid) DO NOTHING"
    ),
}
_FOUND = {
    "sqlite": "SELECT rowid & 1099511627775 FROM call_search WHERE call_search MATCH :words AND ({valid}) ORDER BY rowid DESC LIMIT {most}",
    "postgresql": "SELECT rowid FROM call_search WHERE words @@ to_tsquery('simple', :words) AND ({valid}) "
    "ORDER BY rowid DESC LIMIT {most}",
}
_AMONG = {  # one value, however many ids
    "sqlite": "calls.id IN (SELECT value FROM json_each(:found))",
    "postgresql": "calls.id IN (SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:found AS json)))",
}


@dataclass(frozen=True, slots=True)
class Matches:
    """`condition` on the calls that have the words; `more` says that only the MOST recorded last are among them."""

    condition: ColumnElement[bool]
    more: bool


def tick(store: Store, now_ms: int) -> None:
    """Make some more calls findable, for ten seconds at most."""
    catch_up(store, most=_TICK, seconds=_TICK_S)


def catch_up(store: Store, *, most: int = _AT_SEARCH, seconds: float = _AT_SEARCH_S) -> int:
    """Make up to `most` more calls findable; about how many are still not (0 where all are)."""
    until_s, taken = time.monotonic() + seconds, 0
    while True:
        try:
            number = _step(store, min(_BATCH, most - taken))
        except OperationalError:  # an import holds the database: whoever searches is told what is missing, the next turn goes on
            _LOG.warning("Calls could not be made findable for now.", exc_info=True)
            return behind(store)
        taken += number
        if number == 0 or taken >= most or time.monotonic() >= until_s:
            return behind(store)


def behind(store: Store) -> int:
    """About how many calls are not findable yet: ids between the last indexed one and the newest with a text."""
    with store.read() as session:
        newest = session.scalar(select(func.coalesce(func.max(_TEXTS.c.call_id), 0))) or 0
        return max(0, newest - _mark(session, _DONE))


def mostly_gone(store: Store) -> bool:
    """Whether most of what SQLite's index holds is of texts that are gone; PostgreSQL's loses them with the texts."""
    if not store.is_sqlite:
        return False
    with store.read() as session:
        indexed = session.scalar(text("SELECT count(*) FROM call_search_docsize")) or 0
        said = or_(*(_TEXTS.c[name].is_not(None) for name in _SAID))
        there = session.scalar(select(func.count()).select_from(_TEXTS).where(_TEXTS.c.call_id <= _mark(session, _DONE), said)) or 0
    return there * 2 < indexed


def rebuild(store: Store) -> None:
    """Forget the index: it is filled anew, in the background and by searches. For a store whose texts were mostly deleted."""
    with store.write() as session:
        session.execute(text("INSERT INTO call_search (call_search) VALUES ('delete-all')" if store.is_sqlite else "TRUNCATE call_search"))
        session.execute(
            delete(_MARKS).where(or_(_MARKS.c.name.in_((_DONE, _REUSED)), _MARKS.c.name.startswith(_GENERATION, autoescape=True)))
        )


def matching(session: Session, wanted: str, *, least_id: int = 0, most_id: int = _MASK) -> Matches:
    """The calls that have every word of `wanted`; `word*` is every word that begins so, which takes longer the more calls have one. Ids
    outside the bounds are left out. Raises InputError where there is no word in it.
    """
    found = _asked(wanted[:500])
    if not found:
        raise InputError("has no word to search for", place="text", hint="Write a word with letters or digits.")
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        asked = " ".join(f'"{word}"{"*" if begins else ""}' for word, begins in found)
    else:
        asked = " & ".join(f"'{word}'{':*' if begins else ''}" for word, begins in found)
    valid = _valid(session, least_id, most_id) if dialect == "sqlite" else f"rowid BETWEEN {least_id} AND {most_id}"
    ids = session.scalars(text(_FOUND[dialect].format(valid=valid, most=MOST + 1)), {"words": asked}).all()
    inside = text(_AMONG[dialect]).bindparams(found=json.dumps(ids[:MOST]))
    there = exists().where(_TEXTS.c.call_id == _CALLS.c.id, or_(*(_TEXTS.c[name].is_not(None) for name in _SAID)))
    return Matches(cast("ColumnElement[bool]", inside) & there, len(ids) > MOST)


def _asked(wanted: str) -> list[tuple[str, bool]]:
    """The words that are asked for, and whether each stands for its beginnings."""
    return [(word, place == len(found) - 1 and piece.endswith("*")) for piece in wanted.split() for found in [words(piece)]
            for place, word in enumerate(found)]  # fmt: skip


def words(said: str) -> list[str]:
    """The words of a text as they are indexed and searched for."""
    if not said.isascii():
        said = "".join(c for c in unicodedata.normalize("NFKD", storable(said)) if not unicodedata.combining(c))
        said = unicodedata.normalize("NFC", said)  # Korean syllables together again
    return list(dict.fromkeys(_WORD.findall(said.lower())))


def body(row: Mapping[str, Any]) -> str:
    """What a call is found by, out of its row of call_texts."""
    parts, left = [], _CHARACTERS
    for said in _texts(row):
        parts.append(said[:left])
        left -= len(parts[-1])
        if left <= 0:
            break
    return " ".join(words("\n".join(parts))[:WORDS])


def _texts(row: Mapping[str, Any]) -> Iterator[str]:
    request = row["request"]
    messages = request.get("messages") if isinstance(request, Mapping) else None
    for value in (row["reply"], row["error_message"], row["variables"], row["tool_calls"], messages):
        yield from _leaves(value)


def _leaves(value: object, depth: int = 0) -> Iterator[str]:
    """Every text in a JSON value, names of fields left out: of a message neither its role nor the type of a part is searched for."""
    if isinstance(value, str):
        yield value if not value.startswith("data:") else ""
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in ("role", "type") and depth < _DEEPEST:
                yield from _leaves(inner, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for inner in value:
            yield from _leaves(inner, depth + 1)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield json.dumps(value)


def _step(store: Store, limit: int) -> int:
    """Index one batch; how many calls it had. Texts are read and taken apart before the store is locked for the write."""
    with store.read() as session:
        begun = _mark(session, _DONE)
        reused = _mark(session, _REUSED, -1)
        rows = [] if reused >= 0 else _waiting(session, begun, limit, late=0 if store.is_sqlite else _LATE)
        bodies = [{"id": row.call_id, "body": found} for row in rows if (found := body(dict(row._mapping)))]  # noqa: SLF001 (SQLAlchemy's public name)
    if reused < 0 and not rows:
        return 0
    with store.write() as session:
        if _mark(session, _REUSED, -1) >= 0:
            _next_generation(session)
            return 1  # what was read above may be of calls that are gone: it is read again
        if _mark(session, _DONE) != begun:
            return 1  # somebody else was quicker
        above = _generations(session)[-1][0] << _SHIFT if store.is_sqlite else 0
        if bodies:
            session.execute(_WRITE[session.get_bind().dialect.name], [{"id": above + one["id"], "body": one["body"]} for one in bodies])
        _put(session, _DONE, max(begun, rows[-1].call_id))
    return len(rows)


def _waiting(session: Session, begun: int, limit: int, *, late: int) -> list[Row[Any]]:
    query = select(_TEXTS).order_by(_TEXTS.c.call_id).limit(limit)
    if not late:
        return list(session.execute(query.where(_TEXTS.c.call_id > begun)))
    # Ids come out of a sequence: a lower one may be committed after a higher one was indexed.
    missed = text("NOT EXISTS (SELECT 1 FROM call_search WHERE call_search.rowid = call_texts.call_id)")
    said = or_(*(_TEXTS.c[name].is_not(None) for name in _SAID))
    return list(session.execute(query.where(_TEXTS.c.call_id > begun - late, or_(_TEXTS.c.call_id > begun, said & missed))))


def _next_generation(session: Session) -> None:
    """From the reused id on, what is in the index is of calls that are gone."""
    since = _mark(session, _REUSED)
    session.execute(delete(_MARKS).where(_MARKS.c.name == _REUSED))
    if _mark(session, _DONE) < since:
        return
    held = _generations(session)
    void = [f"{_GENERATION}{number}" for number, start in held if start >= since]
    session.execute(delete(_MARKS).where(_MARKS.c.name.in_(void)))
    _put(session, f"{_GENERATION}{held[-1][0] + 1}", since)
    _put(session, _DONE, since - 1)


def _valid(session: Session, least_id: int, most_id: int) -> str:
    """The ranges of rowids that count, as SQL: of each generation those before the id that the next one begins with."""
    ranges, end = [], most_id
    for number, start in reversed(_generations(session)):
        above, first = number << _SHIFT, max(start, least_id)
        if first <= end:
            ranges.append(f"rowid BETWEEN {above + first} AND {above + end}")
        end = min(end, start - 1)
    return " OR ".join(ranges) or "rowid < 0"


def _generations(session: Session) -> list[tuple[int, int]]:
    """Number and first id of every generation, ascending in both."""
    held = session.execute(select(_MARKS).where(_MARKS.c.name.startswith(_GENERATION, autoescape=True)))
    return [(0, 0), *sorted((int(row.name.removeprefix(_GENERATION)), row.value) for row in held)]


def _mark(session: Session, name: str, default: int = 0) -> int:
    value = session.scalar(select(_MARKS.c.value).where(_MARKS.c.name == name))
    return default if value is None else int(value)


def _put(session: Session, name: str, value: int) -> None:
    session.merge(LedgerMarkRow(name=name, value=value))
    session.flush()
