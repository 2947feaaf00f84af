"""Finds where the sums are not what the calls add up to. Reads only; where the calls were dropped it has nothing to say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select

from workbench.clock import iso
from workbench.ledger.rollups import gather, marks, rebuilding
from workbench.ledger.rollups.gather import LATENCY, SUMS, TTFT
from workbench.ledger.rollups.keeping import ROLLUPS, SERIES
from workbench.ledger.rollups.series import DAY, DIMENSIONS, GRAINS, HOUR, MINUTE, NO_VERSION
from workbench.stats import sketch
from workbench.store import Store

_GRAINS = {MINUTE: "minute", HOUR: "hour", DAY: "day"}
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of one row: what is kept, and what the calls add up to. `about` names the series."""

    grain: int
    start_ms: int
    about: Mapping[str, Any]
    field: str
    kept: Any
    counted: Any

    def to_json(self) -> dict[str, Any]:
        """The difference as JSON."""
        at = {"grain": _GRAINS[self.grain], "start": iso(self.start_ms)}
        return at | {"about": dict(self.about), "field": self.field, "kept": self.kept, "counted": self.counted}


def verify(store: Store, most: int = _MOST) -> list[Difference]:
    """The first `most` differences between the sums and the calls, oldest first; none where everything agrees."""
    rebuilding.ready(store)
    return list(islice(_all(store), most))


def _all(store: Store) -> Iterator[Difference]:
    with store.read() as session:
        found = rebuilding.days(session.connection())
    for day_ms in found:
        with store.read() as session:
            consistent = {} if store.is_sqlite else {"isolation_level": "REPEATABLE READ"}
            connection = session.connection(execution_options=consistent)
            known = marks.read(connection)
            if day_ms >= known.get(marks.ROWS_FROM, day_ms):
                yield from _day(connection, day_ms, known.get(marks.MINUTES_FROM, day_ms))


def _day(connection: Connection, day_ms: int, minutes_from: int) -> Iterator[Difference]:
    sums, _tops = rebuilding.counted(connection, day_ms, minutes_from)
    kept = _kept(connection, day_ms)
    names = {row.id: (row.facet, tuple(getattr(row, name) for name in DIMENSIONS)) for row in connection.execute(select(SERIES))}
    for grain in GRAINS:
        rows = sums.by_grain[grain]
        for place in sorted({*rows, *kept[grain]}, key=lambda place: (place[1], place[0])):
            number, start_ms = place
            facet, values = sums.names.get(number) or names[number]
            about = {"facet": facet} | {
                name: value for name, value in zip(DIMENSIONS, values, strict=True) if value not in ("", NO_VERSION)
            }
            for field, have, counted in _differing(kept[grain].get(place), rows.get(place)):
                yield Difference(grain, start_ms, about, field, have, counted)


def _kept(connection: Connection, day_ms: int) -> dict[int, dict[gather.Place, gather.Gathered]]:
    of_day = ROLLUPS.c.start_ms >= day_ms, ROLLUPS.c.start_ms < day_ms + DAY
    found: dict[int, dict[gather.Place, gather.Gathered]] = {grain: {} for grain in GRAINS}
    query = select(ROLLUPS).where(ROLLUPS.c.grain.in_(GRAINS), ROLLUPS.c.series.in_(select(SERIES.c.id)), *of_day)
    for grain, number, start_ms, *values in connection.execute(query):
        found[grain][number, start_ms] = [*values[:LATENCY], sketch.unpack(values[LATENCY]), sketch.unpack(values[TTFT])]
    return found


def _differing(kept: gather.Gathered | None, counted: gather.Gathered | None) -> Iterator[tuple[str, Any, Any]]:
    if kept is None or counted is None:
        yield "calls", None if kept is None else kept[0], None if counted is None else counted[0]
        return
    for at, name in enumerate((*SUMS, "latency sketch", "ttft sketch")):
        if kept[at] != counted[at]:
            yield name, kept[at], counted[at]
