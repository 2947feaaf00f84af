"""The rows of the sums as the database holds them: read by key in parts, added to in one statement a grain. Owns their SQL."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from workbench.ledger.rollups.gather import LATENCY, SUMS, TTFT, Gathered, N, Place
from workbench.stats import sketch

_COLUMNS = ("grain", "series", "start_ms", *SUMS, "latency", "ttft")
_CHUNKS = (1, 16, 256)  # few lengths, so that a database has seen each statement before


def _insert(mark: str) -> str:
    summed = ", ".join(f"{name} = rollups.{name} + excluded.{name}" for name in SUMS)
    return (
        f"INSERT INTO rollups ({', '.join(_COLUMNS)}) VALUES ({', '.join([mark] * len(_COLUMNS))}) "  # noqa: S608 (names of columns)
        f"ON CONFLICT (grain, series, start_ms) DO UPDATE SET {summed}, latency = excluded.latency, ttft = excluded.ttft"
    )


def _sqlite_held(n: int) -> str:
    places = ", ".join(["(?, ?)"] * n)
    return (
        f"WITH wanted (series, start_ms) AS (VALUES {places}) SELECT r.series, r.start_ms, r.latency, r.ttft FROM wanted "  # noqa: S608
        "CROSS JOIN rollups r ON r.grain = ? AND r.series = wanted.series AND r.start_ms = wanted.start_ms"
    )


_ADD = {"sqlite": _insert("?"), "postgresql": _insert("%s")}
_HELD_SQLITE = {n: _sqlite_held(n) for n in _CHUNKS}
_HELD_POSTGRES = (
    "SELECT r.series, r.start_ms, r.latency, r.ttft FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (series, start_ms) "
    "JOIN rollups r ON r.grain = %s AND r.series = wanted.series AND r.start_ms = wanted.start_ms"
)
_EMPTIED = {
    "sqlite": "DELETE FROM rollups WHERE grain = ? AND series = ? AND start_ms = ? AND calls = 0",
    "postgresql": "DELETE FROM rollups WHERE grain = %s AND series = %s AND start_ms = %s AND calls = 0",
}


def add(connection: Connection, grain: int, rows: Mapping[Place, Gathered], sign: int) -> None:
    """Add rows of one grain to what is held, or take them away; a row that is left without a call goes."""
    if not rows:
        return
    places = sorted(rows)
    held = sketches(connection, grain, places)
    values = []
    for place in places:
        row = rows[place]
        latency, ttft = held.get(place, (sketch.EMPTY, sketch.EMPTY))
        sums = row[:N] if sign > 0 else [-value for value in row[:N]]
        values.append((grain, *place, *sums, sketch.grown(latency, row[LATENCY], sign), sketch.grown(ttft, row[TTFT], sign)))
    dialect = connection.dialect.name
    connection.exec_driver_sql(_ADD[dialect], values)
    if sign < 0:
        connection.exec_driver_sql(_EMPTIED[dialect], [(grain, *place) for place in places])


def sketches(connection: Connection, grain: int, places: Sequence[Place]) -> dict[Place, tuple[bytes, bytes]]:
    """The sketches of latency and ttft that are held of `places`."""
    if connection.dialect.name != "sqlite":
        asked: Any = ([number for number, _ in places], [start_ms for _, start_ms in places], grain)
        found = connection.exec_driver_sql(_HELD_POSTGRES, asked)
        return {(number, start_ms): (latency, ttft) for number, start_ms, latency, ttft in found}
    held: dict[Place, tuple[bytes, bytes]] = {}
    for part in _parts(places):
        flat = [value for place in part for value in place]
        for number, start_ms, latency, ttft in connection.exec_driver_sql(_HELD_SQLITE[len(part)], (*flat, grain)):
            held[number, start_ms] = (latency, ttft)
    return held


def _parts(places: Sequence[Place]) -> Iterator[Sequence[Place]]:
    """Parts of the lengths there are statements for; the last is filled up with its last place."""
    at = 0
    while at < len(places):
        left = len(places) - at
        size = next((n for n in _CHUNKS if n >= left), _CHUNKS[-1])
        part = list(places[at : at + size])
        yield part + [part[-1]] * (size - len(part))
        at += size
