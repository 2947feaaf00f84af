"""Sums of closed days, hours and minutes that this process has read, so that a chart that is drawn again reads the rest alone. Bounded.

They are closed once a writer has said so (`marks.CLOSED`); whoever then adds to them or takes from them, in any process, leaves a new
number beside that mark, in the same transaction. Numbers are drawn, not counted: none comes back after a rollback or a restore.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from workbench.ledger.rollups import marks
from workbench.ledger.rollups.ranges import RAW, Piece
from workbench.ledger.rollups.raw import Question
from workbench.ledger.rollups.series import HOUR, MINUTE

MOST_BYTES = 40_000_000  # every range of a dense ledger at once, twice over with the period before


class Sized(Protocol):
    """What was read of a piece: columns, or sums by key."""

    @property
    def size(self) -> int:
        """Its bytes, about."""


Kind = TypeVar("Kind", bound=Sized)
_held: "OrderedDict[tuple[Any, ...], Sized]" = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Closed:
    """What may be remembered, as a snapshot of a store has it: until when, and as of which number; the earliest first."""

    until: tuple[tuple[int, int], ...]

    def split(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, none of them across the end of what is closed; closed minutes by whole hours and what lies before and after these."""
        for piece in pieces:
            since_ms = piece.since_ms
            for end_ms in self._ends(piece):
                if since_ms < end_ms < piece.until_ms:
                    yield Piece(piece.grain, since_ms, end_ms)
                    since_ms = end_ms
            yield Piece(piece.grain, since_ms, piece.until_ms)

    def _ends(self, piece: Piece) -> list[int]:
        if piece.grain == RAW or not self.until:
            return []
        ends = [end_ms for end_ms, _number in self.until if not end_ms % piece.grain]  # else the row there is still written
        if piece.grain == MINUTE:
            ends += [-(-piece.since_ms // HOUR) * HOUR, min(self._last, piece.until_ms) // HOUR * HOUR]
        return sorted(ends)

    @property
    def _last(self) -> int:
        return max((end_ms for end_ms, _number in self.until), default=0)

    def wider(self, piece: Piece, question: Question, minutes_from: int) -> tuple[Piece, Question]:
        """What to read, and to remember, in place of a piece: of an hour that a range begins or ends in all closed minutes, one by one,
        because the range begins a minute later in a minute's time. The same piece where it is not closed.
        """
        since_ms, until_ms = piece.since_ms // HOUR * HOUR, min(-(-piece.until_ms // HOUR) * HOUR, self._last)
        if piece.grain != MINUTE or piece.until_ms > until_ms or since_ms < minutes_from:
            return piece, question
        wider = Piece(MINUTE, since_ms, until_ms)
        return (piece, question) if wider == piece else (wider, replace(question, bucket_ms=MINUTE))

    def get(self, kind: type[Kind], piece: Piece, question: Question) -> Kind | None:
        """What was read of a closed piece before; None where nothing is known of it."""
        key = self._key(kind, piece, question)
        with _lock:
            found = None if key is None else _held.get(key)
            if key is not None and found is not None:
                _held.move_to_end(key)
            return found if isinstance(found, kind) else None

    def put(self, piece: Piece, question: Question, found: Sized) -> None:
        """Remember what was read of a closed piece; what was not asked for the longest goes where it gets too much."""
        key = self._key(type(found), piece, question)
        whole = not piece.since_ms % HOUR and (not piece.until_ms % HOUR or piece.until_ms == self._last)
        if key is None or not whole or found.size > MOST_BYTES // 2:
            return
        with _lock:
            _held[key] = found
            while sum(each.size for each in _held.values()) > MOST_BYTES:
                _held.popitem(last=False)

    def _key(self, kind: type[Sized], piece: Piece, question: Question) -> tuple[Any, ...] | None:
        number = next((number for end_ms, number in self.until if piece.until_ms <= end_ms), None)
        asked = tuple(sorted(question.asked.items()))
        return None if number is None else (number, kind, piece, tuple(question.by), question.bucket_ms, question.offset_ms, asked)


def closed(known: Mapping[str, int]) -> Closed:
    """What the marks of a snapshot allow to be remembered; nothing where nothing was closed yet."""
    return Closed(tuple((known[before], known[number]) for before, number in marks.CLOSED.values() if before in known))
