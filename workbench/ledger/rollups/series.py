"""What the sums are kept by: facets (which dimensions a row names), grains (how long a row is), and the id of a series. Owns their words.

A series' id is worked out of what it is about, so that nobody has to ask which it is and no memory of it can be wrong.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from workbench.ledger.fields import OK

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
GRAINS = (MINUTE, HOUR, DAY)

DIMENSIONS = ("prompt", "version", "label", "provider", "model", "source", "outcome")
SOURCE, VERSION, MODEL, FULL = "source", "version", "model", "full"
FACETS: Mapping[str, tuple[str, ...]] = {  # the smallest first; each names the outcome besides
    SOURCE: ("source",),
    MODEL: ("provider", "model"),
    VERSION: ("prompt", "version", "label"),
    FULL: ("prompt", "version", "label", "provider", "model", "source"),
}
NO_VERSION = -1
ANSWERED, UNKNOWN = "", "unknown"

Full = tuple[str, int, str, str, str, str, str]  # a value for each of DIMENSIONS
_EMPTY: Full = ("", NO_VERSION, "", "", "", "", "")
_PLACES = {facet: tuple(DIMENSIONS.index(name) for name in (*names, "outcome")) for facet, names in FACETS.items()}

_KNOWN = {
    "sqlite": "SELECT id FROM rollup_series WHERE id IN (SELECT value FROM json_each(?))",
    "postgresql": "SELECT id FROM rollup_series WHERE id = ANY(%s)",
}
_NAMED = f"INSERT INTO rollup_series (id, facet, {', '.join(DIMENSIONS)}) VALUES "  # noqa: S608 (names of columns)
_ADD = {"sqlite": f"{_NAMED} ({', '.join('?' * 9)})", "postgresql": f"{_NAMED} ({', '.join(['%s'] * 9)})"}


def outcome(status: str, error_type: str | None) -> str:
    """The outcome of a call: "" where it was answered, else the type of its error."""
    return ANSWERED if status == OK else error_type or UNKNOWN


def full(row: Mapping[str, Any]) -> Full:
    """What a row of the calls table is about."""
    version = row["version"]
    return (
        row["prompt"] or "",
        NO_VERSION if version is None else version,
        row["label"] or "",
        row["provider"],
        row["model"],
        row["source"],
        outcome(row["status"], row["error_type"]),
    )


def of(facet: str, key: Full) -> Full:
    """The series of a facet that `key` belongs to: what the facet does not name is empty."""
    kept = list(_EMPTY)
    for place in _PLACES[facet]:
        kept[place] = key[place]
    return tuple(kept)  # type: ignore[return-value]


@lru_cache(maxsize=20_000)
def ids(key: Full) -> tuple[tuple[str, int], ...]:
    """The series that a call about `key` counts in, the full one first: facet and id of each."""
    return tuple((facet, series_id(facet, of(facet, key))) for facet in (FULL, VERSION, MODEL, SOURCE))


def series_id(facet: str, key: Full) -> int:
    """The id of a series: 63 bits of a digest; that two of a million series share one is less likely than one in ten million."""
    said = "\x1f".join((facet, *map(str, key)))
    return int.from_bytes(blake2b(said.encode(), digest_size=8).digest()) >> 1


def ensure(connection: Connection, wanted: Mapping[int, tuple[str, Full]]) -> None:
    """Write down the series that are not there yet."""
    missing = wanted.keys() - _known(connection, wanted)
    if missing:
        rows = [(number, wanted[number][0], *wanted[number][1]) for number in sorted(missing)]
        connection.exec_driver_sql(_ADD[connection.dialect.name], rows)


def _known(connection: Connection, wanted: Iterable[int]) -> set[int]:
    dialect = connection.dialect.name
    asked: Any = f"[{','.join(map(str, wanted))}]" if dialect == "sqlite" else list(wanted)
    return set(connection.exec_driver_sql(_KNOWN[dialect], (asked,)).scalars())
