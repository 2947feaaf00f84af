"""Adds up calls themselves, where no sum reaches: the ragged ends of a range, and narrowed by what no sum is kept by. Bounded."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, func, literal, or_, select

from workbench.ledger.fields import OK, PRODUCTION, TRIALS, TRIED
from workbench.ledger.rollups import gather, series
from workbench.ledger.rollups.found import Found, Key, Values, key_of
from workbench.ledger.rollups.gather import LATENCY, TTFT, Gathered, N
from workbench.ledger.rollups.keeping import CALLS, COUNTED_COLUMNS
from workbench.ledger.rollups.ranges import Piece, bucket_of
from workbench.ledger.rollups.series import ANSWERED
from workbench.stats import sketch

_PART = 5_000


@dataclass(frozen=True, slots=True)
class Question:
    """What to group by, and which calls count."""

    by: Collection[str]
    bucket_ms: int | None
    offset_ms: int
    asked: Mapping[str, Values]


def add(
    found: Found,
    connection: Connection,
    piece: Piece,
    question: Question,
    also: Sequence[ColumnElement[bool]] = (),
    *,
    by_time: bool = True,
) -> None:
    """Add the calls of a piece that meet `also`."""
    of = CALLS.c.started_ms >= piece.since_ms, CALLS.c.started_ms < piece.until_ms, *conditions(question.asked), *also
    query = select(*COUNTED_COLUMNS).where(*of)
    if by_time:  # without figures about its tables SQLite would rather read every call of a prompt than an hour of all calls
        query = query.with_hint(CALLS, "INDEXED BY ix_calls_started", "sqlite")
    rows = connection.execute(query.execution_options(yield_per=_PART)).mappings()
    count(found, (row for part in rows.partitions() for row in part), question)


def count(found: Found, rows: Iterable[Mapping[Any, Any]], question: Question) -> None:
    """Add rows of the calls table."""
    sums: dict[tuple[Key, bool], Gathered] = {}
    keys: dict[series.Full, tuple[Values, bool]] = {}
    for row in rows:
        full = series.full(row)
        key, answered = keys.get(full) or keys.setdefault(full, (key_of(question.by, full), full[-1] == ANSWERED))
        place = (key, bucket_of(row["started_ms"], question.bucket_ms, question.offset_ms)), answered
        into = sums.get(place)
        if into is None:
            into = sums[place] = [0] * N + [{}, {}]
        gather.count(into, row)
    for (key_and_bucket, answered), into in sums.items():
        found.add(key_and_bucket, into[:N], answered=answered)
        found.sketches(key_and_bucket, sketch.pack(into[LATENCY]), sketch.pack(into[TTFT]))


def conditions(asked: Mapping[str, Values]) -> list[ColumnElement[bool]]:
    """Which calls the filters leave."""
    found: list[ColumnElement[bool]] = []
    answered = CALLS.c.status == literal(OK)
    for name, allowed in asked.items():
        if name == "status":
            wanted = {status == OK for status in allowed}
            found += [] if len(wanted) == 2 else [answered if True in wanted else ~answered] if wanted else [false()]
        elif name == "traffic":
            found.append(or_(*(_OF_TRAFFIC[str(one)] for one in allowed)) if allowed else false())
        elif name == "error_type":
            named = func.coalesce(func.nullif(CALLS.c.error_type, ""), series.UNKNOWN)
            found.append(~answered & named.in_(allowed))
        elif name in ("prompt", "label", "version"):
            nothing = series.NO_VERSION if name == "version" else ""
            column = func.coalesce(CALLS.c[name], nothing)
            found.append(column.in_([nothing if value is None else value for value in allowed]))
        else:
            found.append(CALLS.c[name].in_(allowed))
    return found


_OF_TRAFFIC = {TRIED: CALLS.c.source.in_(TRIALS), PRODUCTION: CALLS.c.source.not_in(TRIALS)}
