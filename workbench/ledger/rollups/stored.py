"""The rows of the sums as the database holds them: read by key in parts, added to in one statement a grain. Owns their SQL."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from workbench.ledger.rollups.gather import LATENCY, SUMS, TTFT, Gathered, N, Sums
from workbench.stats import sketch

_COLUMNS = ("grain", "series", "start_ms", *SUMS, "latency", "ttft")
GrainPlace = tuple[int, int, int]  # grain, series, start_ms
_NOTHING = (sketch.EMPTY, sketch.EMPTY)
_CHUNKS = (12, 100, 500)  # few lengths, so that a database has seen each statement before


def _insert(mark: str) -> str:
    summed = ", ".join(f"{name} = rollups.{name} + excluded.{name}" for name in SUMS)
    return (
        f"INSERT INTO rollups ({', '.join(_COLUMNS)}) VALUES ({', '.join([mark] * len(_COLUMNS))}) "  # noqa: S608 (names of columns)
        f"ON CONFLICT (grain, series, start_ms) DO UPDATE SET {summed}, latency = excluded.latency, ttft = excluded.ttft"
    )


def _sqlite_held(n: int) -> str:
    places = ", ".join(["(?, ?, ?)"] * n)
    return (
        f"WITH wanted (grain, series, start_ms) AS (VALUES {places}) SELECT r.grain, r.series, r.start_ms, r.latency, r.ttft FROM wanted "  # noqa: S608
        "CROSS JOIN rollups r ON r.grain = wanted.grain AND r.series = wanted.series AND r.start_ms = wanted.start_ms"
    )


_ADD = {"sqlite": _insert("?"), "postgresql": _insert("%s")}
_HELD_SQLITE = {n: _sqlite_held(n) for n in _CHUNKS}
_HELD_POSTGRES = (
    "SELECT r.grain, r.series, r.start_ms, r.latency, r.ttft FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) "
    "AS wanted (grain, series, start_ms) "
    "JOIN rollups r ON r.grain = wanted.grain AND r.series = wanted.series AND r.start_ms = wanted.start_ms"
)
_EMPTIED = {
    "sqlite": "DELETE FROM rollups WHERE grain = ? AND series = ? AND start_ms = ? AND calls = 0",
    "postgresql": "DELETE FROM rollups WHERE grain = %s AND series = %s AND start_ms = %s AND calls = 0",
}


def add(connection: Connection, sums: Sums, sign: int) -> None:
    """Add rows to what is held, or take them away; a row that is left without a call goes."""
    # Always in one order: the rows lie side by side in the database, too.
    rows = [((grain, *place), row) for grain, found in sums.by_grain.items() for place, row in sorted(found.items(), key=itemgetter(0))]
    if not rows:
        return
    held = sketches(connection, [place for place, _row in rows])
    fresh: dict[int, tuple[Any, ...]] = {}  # by the identity of a row: a lone call is the row of a dozen places
    values: list[tuple[Any, ...]] = []
    for place, row in rows:
        there = held.get(place)
        if there is None and sign > 0:
            told = row if sums.packed else fresh.get(id(row)) or fresh.setdefault(id(row), _packed(row))
            values.append((*place, *told))
            continue
        latency, ttft = there or _NOTHING
        counted = row[:N] if sign > 0 else [-value for value in row[:N]]
        bins = map(sketch.unpack, row[N:]) if sums.packed else row[N:]
        values.append((*place, *counted, *(sketch.grown(have, more, sign) for have, more in zip((latency, ttft), bins, strict=True))))
    dialect = connection.dialect.name
    connection.exec_driver_sql(_ADD[dialect], values)
    if sign < 0:
        connection.exec_driver_sql(_EMPTIED[dialect], [place for place, _row in rows])


def _packed(row: Gathered) -> tuple[Any, ...]:
    return (*row[:N], sketch.pack(row[LATENCY]), sketch.pack(row[TTFT]))


def sketches(connection: Connection, places: Sequence[GrainPlace]) -> dict[GrainPlace, tuple[bytes, bytes]]:
    """The sketches of latency and ttft that are held of `places`."""
    if connection.dialect.name != "sqlite":
        found = connection.exec_driver_sql(_HELD_POSTGRES, tuple(map(list, zip(*places, strict=True))))
        return {(grain, number, start_ms): (latency, ttft) for grain, number, start_ms, latency, ttft in found}
    held: dict[GrainPlace, tuple[bytes, bytes]] = {}
    for part in _parts(places):
        flat = tuple(value for place in part for value in place)
        for grain, number, start_ms, latency, ttft in connection.exec_driver_sql(_HELD_SQLITE[len(part)], flat).all():
            held[grain, number, start_ms] = (latency, ttft)
    return held


def _parts(places: Sequence[GrainPlace]) -> Iterator[Sequence[GrainPlace]]:
    """Parts of the lengths there are statements for; the last is filled up with its last place."""
    at = 0
    while at < len(places):
        left = len(places) - at
        size = next((n for n in _CHUNKS if n >= left), _CHUNKS[-1])
        part = list(places[at : at + size])
        yield part + [part[-1]] * (size - len(part))
        at += size
