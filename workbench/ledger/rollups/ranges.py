"""Which rows answer a question: the facet that holds what is asked for, the coarsest rows inside a range, finer ones at its ends.

Knows no database.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict

from workbench.errors import InputError
from workbench.ledger.fields import ERROR, OK, PRODUCTION, TRIED
from workbench.ledger.rollups.series import DAY, DIMENSIONS, FACETS, HOUR, MINUTE

Values = str | int | None | tuple[str | int | None, ...]
RAW = 0  # the grain of the calls themselves
GROUPS = (*DIMENSIONS, "status")


class Filters(TypedDict, total=False):
    """What sums may be narrowed by: a value, or a tuple of which any will do. `prompt` None or "" is no prompt, `status` ok or error,
    `traffic` production or trials (`ledger.fields.TRIALS`).
    """

    prompt: str | tuple[str | None, ...] | None
    version: int | tuple[int | None, ...] | None
    label: str | tuple[str | None, ...] | None
    provider: str | tuple[str, ...]
    model: str | tuple[str, ...]
    source: str | tuple[str, ...]
    status: str | tuple[str, ...]
    error_type: str | tuple[str, ...]
    traffic: str | tuple[str, ...]


NAMES = tuple(Filters.__annotations__)


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one grain that begin in [since_ms, until_ms); the calls themselves where `grain` is RAW."""

    grain: int
    since_ms: int
    until_ms: int


def asked(filters: Mapping[str, object], also: Collection[str] = ()) -> dict[str, tuple[str | int | None, ...]]:
    """The values allowed of each filter. Raises InputError for one that is none."""
    found: dict[str, tuple[str | int | None, ...]] = {}
    for name, value in filters.items():
        if name not in NAMES and name not in also:
            raise InputError("is not a filter of the sums", place=f"field {name}", hint=f"Filters are {', '.join((*NAMES, *also))}.")
        found[name] = tuple(value) if isinstance(value, tuple | list | set | frozenset) else (value,)  # type: ignore[assignment]
    for status in found.get("status", ()):
        if status not in (OK, ERROR):
            raise InputError(f"{status!r} is neither ok nor error", place="field status")
    for traffic in found.get("traffic", ()):
        if traffic not in (PRODUCTION, TRIED):
            raise InputError(f"{traffic!r} is neither {PRODUCTION} nor {TRIED}", place="field traffic")
    return found


def check(by: Collection[str], bucket_ms: int | None, offset_ms: int) -> None:
    """Raises InputError for a grouping that there is not."""
    for name in by:
        if name not in GROUPS:
            raise InputError("is nothing to group by", place=f"field {name}", hint=f"Groups are {', '.join(GROUPS)}.")
    if bucket_ms is not None and (bucket_ms < MINUTE or bucket_ms % MINUTE):
        raise InputError("is not a multiple of a minute", place="field bucket_ms")
    if offset_ms % MINUTE:
        raise InputError("is not a multiple of a minute", place="field offset_ms")


def facet(names: Collection[str]) -> str:
    """The smallest facet that names all of these."""
    wanted = {"source" if name == "traffic" else name for name in names} & set(DIMENSIONS) - {"outcome"}
    return next(facet for facet, held in FACETS.items() if wanted <= set(held))


@dataclass(frozen=True, slots=True)
class Kept:
    """Since when minutes, and since when the calls themselves are there."""

    minutes_from: int
    rows_from: int | None


def pieces(since_ms: int, until_ms: int, kept: Kept, bucket_ms: int | None = None, offset_ms: int = 0) -> list[Piece]:
    """What adds up to [since_ms, until_ms) exactly, none of it across the border of two buckets, oldest first.

    Where calls were dropped an hour is counted whole, in the range and bucket that it begins in.
    """
    old = [] if kept.rows_from is None else list(_old(since_ms, min(until_ms, kept.rows_from), bucket_ms, offset_ms))
    begin = since_ms if kept.rows_from is None else max(since_ms, kept.rows_from)
    if bucket_ms is None or bucket_ms < HOUR or _whole(HOUR, bucket_ms, offset_ms):
        grains = tuple(grain for grain in (DAY, HOUR, MINUTE) if bucket_ms is None or _whole(grain, bucket_ms, offset_ms))
        return _joined([*old, *_cover(begin, until_ms, grains, kept.minutes_from)])
    found = list(old)
    while begin < until_ms:
        end = min(until_ms, begin - (begin + offset_ms) % bucket_ms + bucket_ms)
        found += _cover(begin, end, (DAY, HOUR, MINUTE), kept.minutes_from)
        begin = end
    return _joined(found)


def bucket_of(at_ms: int, bucket_ms: int | None, offset_ms: int) -> int | None:
    """When the bucket of a time began."""
    return None if bucket_ms is None else at_ms - (at_ms + offset_ms) % bucket_ms


def _whole(grain: int, bucket_ms: int, offset_ms: int) -> bool:
    return not bucket_ms % grain and not offset_ms % grain


def _old(since_ms: int, until_ms: int, bucket_ms: int | None, offset_ms: int) -> Iterator[Piece]:
    grains = (DAY,) if bucket_ms is None or _whole(DAY, bucket_ms, offset_ms) else ()
    yield from _cover(_up(since_ms, HOUR), _up(until_ms, HOUR), (*grains, HOUR), 0)


def _cover(since_ms: int, until_ms: int, grains: tuple[int, ...], minutes_from: int) -> Iterator[Piece]:
    if since_ms >= until_ms:
        return
    if not grains:
        yield Piece(RAW, since_ms, until_ms)
        return
    grain, finer = grains[0], grains[1:]
    first, last = _up(since_ms, grain), until_ms - until_ms % grain
    if grain == MINUTE:
        first = max(first, minutes_from)
    if first >= last:
        yield from _cover(since_ms, until_ms, finer, minutes_from)
        return
    yield from _cover(since_ms, first, finer, minutes_from)
    yield Piece(grain, first, last)
    yield from _cover(last, until_ms, finer, minutes_from)


def _joined(found: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in found:
        if joined and joined[-1].grain == piece.grain and joined[-1].until_ms == piece.since_ms:
            joined[-1] = Piece(piece.grain, joined[-1].since_ms, piece.until_ms)
        else:
            joined.append(piece)
    return joined


def _up(at_ms: int, grain: int) -> int:
    return -(-at_ms // grain) * grain
