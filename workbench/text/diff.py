"""Differences between two texts or two sets of fields, as data that a page can draw. Quick on long texts: lines are matched first,
and only what stands between matching lines is matched by word.
"""

import difflib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Op = Literal["same", "added", "removed"]
_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_EXACT = 40_000  # pairs of equal words in a block up to which it is matched exactly: the cost grows with them
_EMPTY = object()
Block = tuple[str, Sequence[str], Sequence[str]]


@dataclass(frozen=True)
class Piece:
    """A stretch of text that is the same on both sides, added on the right, or removed from the left."""

    op: Op
    text: str


@dataclass(frozen=True)
class Row:
    """A row of two texts side by side: line numbers from 1, None where that side has no line."""

    op: Literal["same", "changed", "added", "removed"]
    left: str | None
    right: str | None
    left_line: int | None
    right_line: int | None


@dataclass(frozen=True)
class FieldChange:
    """A field that differs. `path` is like parameters.temperature or messages[2].content; absent is None."""

    path: str
    before: Any
    after: Any


def words(a: str, b: str) -> list[Piece]:
    """Pieces that read as `a` without the added ones, and as `b` without the removed ones."""
    pieces: list[Piece] = []
    left, right = a.splitlines(keepends=True), b.splitlines(keepends=True)
    work = _Work()
    for op, before, after in _blocks(left, right):
        if op == "same":
            pieces.append(Piece("same", "".join(before)))
        else:
            pieces += _word_pieces("".join(before), "".join(after), work)
    return list(_merged(pieces))


def lines(a: str, b: str) -> list[Row]:
    """The two texts side by side, line by line; lines of a changed block stand beside one another in order."""
    rows: list[Row] = []
    at_left, at_right = 0, 0
    for op, before, after in _blocks(a.splitlines(), b.splitlines()):
        for index in range(max(len(before), len(after))):
            left = before[index] if index < len(before) else None
            right = after[index] if index < len(after) else None
            kind: Any = "same" if op == "same" else "added" if left is None else "removed" if right is None else "changed"
            left_line = at_left + index + 1 if left is not None else None
            right_line = at_right + index + 1 if right is not None else None
            rows.append(Row(kind, left, right, left_line, right_line))
        at_left += len(before)
        at_right += len(after)
    return rows


def fields(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[FieldChange]:
    """Every leaf that differs, in the order of `a`, then what only `b` has."""
    return list(_field_changes("", a, b))


def _field_changes(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            yield from _field_changes(f"{path}.{name}" if path else str(name), before.get(name, _EMPTY), after.get(name, _EMPTY))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        for index in range(max(len(before), len(after))):
            left = before[index] if index < len(before) else _EMPTY
            right = after[index] if index < len(after) else _EMPTY
            yield from _field_changes(f"{path}[{index + 1}]", left, right)
    elif before is _EMPTY or after is _EMPTY or before != after or isinstance(before, bool) != isinstance(after, bool):
        yield FieldChange(path, None if before is _EMPTY else before, None if after is _EMPTY else after)


def _word_pieces(a: str, b: str, work: "_Work") -> Iterator[Piece]:
    if a and b:
        for op, before, after in _blocks(_WORD.findall(a), _WORD.findall(b), work):
            if op == "same":
                yield Piece("same", "".join(before))
                continue
            if before:
                yield Piece("removed", "".join(before))
            if after:
                yield Piece("added", "".join(after))
        return
    if a:
        yield Piece("removed", a)
    if b:
        yield Piece("added", b)


def _blocks(a: Sequence[str], b: Sequence[str], work: "_Work | None" = None) -> Iterator[Block]:
    """Runs of equal and of differing items. What both sides begin and end with is set aside first: most edits are small. Then
    what stands once on each side anchors the rest (patience), and what is left between anchors is matched exactly.
    """
    work = work or _Work()
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    if head:
        yield "same", a[:head], b[:head]
    inner_a, inner_b = a[head : len(a) - tail], b[head : len(b) - tail]
    if inner_a and inner_b:
        yield from _inner_blocks(inner_a, inner_b, work)
    elif inner_a or inner_b:
        yield "differs", inner_a, inner_b
    if tail:
        yield "same", a[len(a) - tail :], b[len(b) - tail :]


def _inner_blocks(a: Sequence[str], b: Sequence[str], work: "_Work") -> Iterator[Block]:
    cost = _cost(a, b)
    if cost <= _EXACT and work.left >= cost:
        work.left -= cost
        for op, i, j, k, m in difflib.SequenceMatcher(str.isspace if len(a) > 1 else None, a, b, autojunk=False).get_opcodes():
            yield "same" if op == "equal" else "differs", a[i:j], b[k:m]
        return
    anchors = _anchors(a, b)
    if not anchors:
        yield "differs", a, b
        return
    i = k = 0
    for at_a, at_b in anchors:
        if at_a < i or at_b < k:  # inside the run that the anchor before already matched
            continue
        yield from _blocks(a[i:at_a], b[k:at_b], work)
        run = _common(a[at_a:], b[at_b:]) if at_a == i and at_b == k else 1
        yield "same", a[at_a : at_a + run], b[at_b : at_b + run]
        i, k = at_a + run, at_b + run
    yield from _blocks(a[i:], b[k:], work)


def _cost(a: Sequence[str], b: Sequence[str]) -> int:
    """How many pairs of equal items there are: what exact matching has to look at."""
    counts = Counter(item for item in b if not item.isspace())
    return sum(counts[item] for item in a)


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Places that match for certain: items, or else runs of items, that stand once on each side, in an order both share."""
    for length in (1, 4, 12):
        once_a, once_b = _once(a, length), _once(b, length)
        pairs = [(place, once_b[run]) for run, place in once_a.items() if run in once_b]
        if pairs:
            return _rising(pairs)
    return []


def _once(items: Sequence[str], length: int) -> dict[tuple[str, ...], int]:
    runs = [tuple(items[place : place + length]) for place in range(len(items) - length + 1)]
    counts = Counter(runs)
    return {run: place for place, run in enumerate(runs) if counts[run] == 1 and not run[0].isspace()}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs, sorted on the left, that rises on the right too."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for index, (_left, right) in enumerate(pairs):
        pile = bisect_left(tops, right)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [right]
        piles[pile : pile + 1] = [index]
    found = []
    index = piles[-1]
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


@dataclass
class _Work:
    """Pairs that may still be matched exactly in one comparison; then blocks are shown whole."""

    left: int = 200_000


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    length = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        length += 1
    return length


def _merged(pieces: list[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece, a removal before the addition that replaces it."""
    removed, added, same = "", "", ""
    for piece in (*pieces, Piece("same", "")):
        if piece.op == "same" and piece.text:
            yield from _changes(removed, added)
            removed = added = ""
            same += piece.text
            continue
        if piece.op != "same" and same:
            yield Piece("same", same)
            same = ""
        removed += piece.text if piece.op == "removed" else ""
        added += piece.text if piece.op == "added" else ""
    if same:
        yield Piece("same", same)
    yield from _changes(removed, added)


def _changes(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)
