"""Puts sums together by key, from rows of the sums and from calls alike, until they are cells. Knows no database."""

from collections.abc import Collection, Mapping, Sequence
from operator import add
from typing import Any

from workbench.ledger.fields import ERROR, OK
from workbench.ledger.rollups.cells import Cell
from workbench.ledger.rollups.gather import SUMS
from workbench.ledger.rollups.ranges import Piece, bucket_of
from workbench.ledger.rollups.series import ANSWERED, DIMENSIONS, NO_VERSION
from workbench.stats import sketch

Values = tuple[str | int | None, ...]
Key = tuple[Values, int | None]  # a value for each of `by`, and the bucket
_NAMES = (*SUMS, "ok")
_AT = {name: place for place, name in enumerate(DIMENSIONS)}
_BYTES = 1_200  # of a key and its sums, about


def spelled(name: str, value: str | int | None) -> str | int:
    """A value as a series has it: nothing is "", no version is `NO_VERSION`."""
    if value is None:
        return NO_VERSION if name == "version" else ""
    return value


def key_of(by: Collection[str], dimensions: Sequence[Any]) -> Values:
    """What a series is grouped under, of its values for DIMENSIONS; no version is None."""
    found: list[str | int | None] = []
    for name in by:
        if name == "status":
            found.append(OK if dimensions[-1] == ANSWERED else ERROR)
        else:
            value = dimensions[_AT[name]]
            found.append(None if name == "version" and value == NO_VERSION else value)
    return tuple(found)


class Found:
    """Sums by key while they are put together."""

    def __init__(self) -> None:
        self.sums: dict[Key, list[int]] = {}  # SUMS, then those that were answered
        self.latency: dict[Key, list[bytes]] = {}
        self.ttft: dict[Key, list[bytes]] = {}

    def add(self, key: Key, values: Sequence[int], *, answered: bool) -> None:
        """Sums of some calls of one key, all answered or none."""
        ok = values[0] if answered else 0
        have = self.sums.get(key)
        self.sums[key] = [*values, ok] if have is None else list(map(add, have, (*values, ok)))

    def sketches(self, key: Key, latency: bytes, ttft: bytes) -> None:
        """Sketches of some calls of one key."""
        if latency:
            self.latency.setdefault(key, []).append(latency)
        if ttft:
            self.ttft.setdefault(key, []).append(ttft)

    def take(self, other: "Found") -> None:
        """Add what another has."""
        for key, values in other.sums.items():
            have = self.sums.get(key)
            self.sums[key] = values if have is None else list(map(add, have, values))
        for mine, theirs in ((self.latency, other.latency), (self.ttft, other.ttft)):
            for key, several in theirs.items():
                mine.setdefault(key, []).extend(several)

    def cut(self, piece: Piece, bucket_ms: int | None, offset_ms: int) -> "Found":
        """What is known by the minute, of the minutes that begin within a piece, by buckets of `bucket_ms`."""
        found = Found()
        for (values, at_ms), sums in self.sums.items():
            if at_ms is not None and piece.since_ms <= at_ms < piece.until_ms:
                into = values, bucket_of(at_ms, bucket_ms, offset_ms)
                have = found.sums.get(into)
                found.sums[into] = sums if have is None else list(map(add, have, sums))
                found.latency.setdefault(into, []).extend(self.latency.get((values, at_ms), ()))
                found.ttft.setdefault(into, []).extend(self.ttft.get((values, at_ms), ()))
        return found

    def slim(self) -> None:
        """Make one of the sketches of each key."""
        for held in (self.latency, self.ttft):
            for key, several in held.items():
                if len(several) > 1:
                    held[key] = [sketch.packed(*sketch.merged(several))]

    @property
    def size(self) -> int:
        """How many bytes all of it takes, about."""
        sketches = (each for held in (self.latency, self.ttft) for several in held.values() for each in several)
        return _BYTES * len(self.sums) + sum(map(len, sketches))

    def cells(self, by: Collection[str]) -> list[Cell]:
        """The sums as cells, in the order of time and key."""
        keys = sorted({values for values, _bucket in self.sums}, key=lambda values: [(value is not None, value) for value in values])
        rank = {values: number for number, values in enumerate(keys)}
        named = {values: dict(zip(by, values, strict=True)) for values in keys}
        ordered = sorted(self.sums, key=lambda key: (key[1] or 0, rank[key[0]]))
        return [self._cell(key, named[key[0]]) for key in ordered]

    def _cell(self, key: Key, named: Mapping[str, str | int | None]) -> Cell:
        sums: dict[str, Any] = dict(zip(_NAMES, self.sums[key], strict=True))
        return Cell(key=named, bucket_ms=key[1], latency=tuple(self.latency.get(key, ())), ttft=tuple(self.ttft.get(key, ())), **sums)
