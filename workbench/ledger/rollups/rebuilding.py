"""Works the sums out of the calls anew, a day at a time, and finds where they differ. What has no calls any more is left alone.

A day depends on its own calls alone, so each is a transaction of its own, and others write in between.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, delete, func, select

from workbench import clock
from workbench.ledger.rollups import busiest, gather, keeping, marks
from workbench.ledger.rollups.keeping import CALLS, COUNTED_COLUMNS, ROLLUPS, SERIES
from workbench.ledger.rollups.series import DAY, GRAINS
from workbench.ledger.tables import TopDayRow
from workbench.store import Store

_IDS = select(SERIES.c.id)
_PART = 5_000
_whole: "WeakSet[Store]" = WeakSet()  # whose sums hold every call: they will from then on


def rebuild(store: Store) -> int:
    """Work all sums out of the calls anew; how many days they are. Days whose calls were dropped keep what they have."""
    with store.write() as session:
        connection = session.connection()
        keeping.lock(connection)
        keeping.minutes_from(connection, marks.read(connection), clock.now_ms())
        marks.put(connection, **{marks.WHOLE: 1})
        found = days(connection)
    for day_ms in found:
        with store.write() as session:
            connection = session.connection()
            keeping.lock(connection)
            known = marks.read(connection)
            if day_ms >= known.get(marks.ROWS_FROM, day_ms):
                _day(connection, day_ms, known[marks.MINUTES_FROM])
    return len(found)


def ready(store: Store) -> None:
    """See to it that the sums hold every call: in a store of an earlier release they are worked out now. A look into memory afterwards."""
    if store in _whole:
        return
    with store.read() as session:
        connection = session.connection()
        there = marks.WHOLE in marks.read(connection)
        wanting = not there and connection.scalar(select(CALLS.c.id).limit(1)) is not None
    if wanting:
        rebuild(store)
    if there:
        _whole.add(store)


def prepare(connection: Connection, store: Store) -> None:
    """`ready` in a transaction that is about to insert calls."""
    if store in _whole:
        return
    if marks.WHOLE in marks.read(connection):
        _whole.add(store)
        return
    keeping.lock(connection)
    known = marks.read(connection)
    if marks.WHOLE not in known:
        begin(connection, keeping.minutes_from(connection, known, clock.now_ms()))


def begin(connection: Connection, minutes_from: int, *, beyond: int = 0) -> bool:
    """Sums that do not hold every call yet are made to; whether any call was there besides `beyond` of them."""
    marks.put(connection, **{marks.WHOLE: 1})
    some = select(CALLS.c.id).limit(beyond + 1).subquery()
    if (connection.scalar(select(func.count()).select_from(some)) or 0) <= beyond:
        return False
    for day_ms in days(connection):
        _day(connection, day_ms, minutes_from)
    return True


def days(connection: Connection) -> list[int]:
    """The days of which there are calls or sums, oldest first; not those whose calls were dropped."""
    since = marks.read(connection).get(marks.ROWS_FROM)
    starts = connection.scalars(select(ROLLUPS.c.start_ms).distinct())
    found = {start_ms - start_ms % DAY for start_ms in starts}
    at_ms = connection.scalar(select(func.min(CALLS.c.started_ms)))
    while at_ms is not None:
        day_ms = at_ms - at_ms % DAY
        found.add(day_ms)
        at_ms = connection.scalar(select(func.min(CALLS.c.started_ms)).where(CALLS.c.started_ms >= day_ms + DAY))
    return sorted(day_ms for day_ms in found if since is None or day_ms >= since)


def counted(connection: Connection, day_ms: int, minutes_from: int) -> tuple[gather.Sums, dict[busiest.Place, list[int]]]:
    """The sums of a day's calls, and those of its users and tags, counted anew."""
    tops: dict[busiest.Place, list[int]] = {}

    def seen() -> Iterator[Mapping[str, Any]]:
        for part in _calls(connection, day_ms):
            for place, values in busiest.gathered(part).items():
                into = tops.setdefault(place, [0] * len(values))
                into[:] = [have + value for have, value in zip(into, values, strict=True)]
            yield from part

    return gather.gathered(seen(), minutes_from), tops


def _day(connection: Connection, day_ms: int, minutes_from: int) -> None:
    keeping.reopen(connection, day_ms)
    of_day = (ROLLUPS.c.start_ms >= day_ms, ROLLUPS.c.start_ms < day_ms + DAY)
    connection.execute(delete(ROLLUPS).where(ROLLUPS.c.grain.in_(GRAINS), ROLLUPS.c.series.in_(_IDS), *of_day))
    connection.execute(delete(TopDayRow).where(TopDayRow.day_ms == day_ms))
    sums, tops = counted(connection, day_ms, minutes_from)
    keeping.put(connection, sums)
    busiest.put(connection, tops)


def _calls(connection: Connection, day_ms: int) -> Iterator[Any]:
    of_day = select(*COUNTED_COLUMNS).where(CALLS.c.started_ms >= day_ms, CALLS.c.started_ms < day_ms + DAY)
    return connection.execute(of_day.execution_options(yield_per=_PART)).mappings().partitions()
