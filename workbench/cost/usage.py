"""Tokens of the recorded calls as sums that any price can be put on: by day, hour band, model, tariff and band of input length.

Every price of the list changes at midnight (UTC), at one of a few hours, or past one of a few input lengths, so a million calls become
some thousand sums and repricing them is exact. Sums are kept in memory; calls that came since are added, not counted anew.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, case, func, literal, or_, select

from workbench.cost.model import Recorded
from workbench.errors import InputError
from workbench.ledger.fields import OK
from workbench.ledger.reading import Filters
from workbench.ledger.rollups import writing
from workbench.ledger.tables import CallRow
from workbench.pricing import entries
from workbench.store import Store

DAY_MS = 86_400_000
_CALLS = cast("Table", CallRow.__table__)
_MOST_KEPT = 8
_FRESH_S = 600.0  # what another process deletes is noticed by then


@dataclass(frozen=True, slots=True)
class Group:
    """Calls that any one price treats alike. `at_ms` is a time that stands for theirs, `size` a number of input tokens that stands for
    theirs; `billed` says whether the ledger knows their cost.
    """

    at_ms: int
    provider: str
    model: str
    processing: str | None
    size: int
    billed: bool


@dataclass(slots=True)
class Sums:
    """What the calls of a group add up to; tokens nest as those of one call do. `uncounted` were answered without any count."""

    calls: int = 0
    cost_nano: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    uncounted: int = 0

    def add(self, other: "Sums") -> None:
        """Take the other's in."""
        for name in Sums.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class _Kept:
    newest_id: int
    erasures: int
    read_s: float
    groups: dict[Group, Sums]


_kept: dict[tuple[Any, ...], _Kept] = {}
_lock = threading.Lock()


def of(store: Store, recorded: Recorded, *, edges: tuple[int, ...] = ()) -> Mapping[Group, Sums]:
    """Sums of the calls of `recorded` by group; `edges` are further times (epoch milliseconds) between which calls are kept apart.
    The first look reads every call, later ones only what came since. Raises InputError where a filter is none.
    """
    inside = tuple(sorted(edge for edge in set(edges) if recorded.since_ms < edge < recorded.until_ms))
    key = (str(store.engine.url), recorded.since_ms, recorded.until_ms, tuple(sorted(recorded.filters.items())), inside)
    with _lock:
        kept = _kept.get(key)
        newest = _newest(store)
        if kept is None or kept.erasures != writing.erasures or newest < kept.newest_id or time.monotonic() - kept.read_s > _FRESH_S:
            kept = _Kept(0, writing.erasures, time.monotonic(), {})
        if newest > kept.newest_id:
            groups = {group: Sums(**{name: getattr(sums, name) for name in Sums.__slots__}) for group, sums in kept.groups.items()}
            for group, sums in _read(store, recorded, inside, kept.newest_id, newest).items():
                groups.setdefault(group, Sums()).add(sums)
            kept = _Kept(newest, kept.erasures, kept.read_s, groups)
        _kept.pop(key, None)
        _kept[key] = kept
        while len(_kept) > _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
    return kept.groups


def _newest(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.max(_CALLS.c.id))) or 0


def _read(store: Store, recorded: Recorded, edges: tuple[int, ...], after: int, until: int) -> dict[Group, Sums]:
    calls, hours, bands = _CALLS.c, entries.hours(), entries.thresholds()
    of_day = calls.started_ms % DAY_MS
    keys = {
        "day_ms": calls.started_ms - of_day,
        "hour": _step(of_day, hours),
        "edge": _step(calls.started_ms, edges, at_edge=True),
        "provider": calls.provider,
        "model": calls.model,
        "processing": calls.processing,
        "band": _step(func.coalesce(calls.input_tokens, 0), bands, at_edge=False),
        "billed": case((calls.cost_nano.is_not(None), 1), else_=0),
    }
    named = [column.label(name) for name, column in keys.items()]
    query = select(*named, *_summed()).where(calls.started_ms >= recorded.since_ms, calls.started_ms < recorded.until_ms)
    query = query.where(*_conditions(recorded.filters), calls.id <= until, *([calls.id > after] if after else []))
    query = query.where(or_(calls.input_tokens.is_not(None), calls.output_tokens.is_not(None), calls.status == OK))
    found: dict[Group, Sums] = {}
    with store.read() as session:
        for row in session.execute(query.group_by(*named)).mappings():
            at_ms = max(row["day_ms"] + ((0, *hours)[row["hour"]]), (0, *edges)[row["edge"]])
            size = 0 if row["band"] == 0 else bands[row["band"] - 1] + 1
            group = Group(at_ms, row["provider"], row["model"], row["processing"], size, bool(row["billed"]))
            found.setdefault(group, Sums()).add(Sums(**{name: int(row[name]) for name in Sums.__slots__}))
    return found


def _summed() -> list[ColumnElement[Any]]:
    """Sums of the columns; a part is never more than its whole, as `pricing.rates` has it."""
    calls = _CALLS.c
    whole = {name: func.coalesce(calls[name], 0) for name in Sums.__slots__ if name.endswith("_tokens")}
    cached = _least(whole["cached_tokens"], whole["input_tokens"])
    written = _least(whole["cache_write_tokens"], whole["input_tokens"] - cached)
    tokens = whole | {
        "cached_tokens": cached,
        "cache_write_tokens": written,
        "cache_write_1h_tokens": _least(whole["cache_write_1h_tokens"], written),
        "reasoning_tokens": _least(whole["reasoning_tokens"], whole["output_tokens"]),
    }
    uncounted = and_(calls.input_tokens.is_(None), calls.output_tokens.is_(None))
    counts = {
        "calls": func.count(case((~uncounted, 1))),
        "uncounted": func.count(case((uncounted, 1))),
        "cost_nano": func.coalesce(func.sum(case((~uncounted, calls.cost_nano))), 0),
    }
    return [
        *(column.label(name) for name, column in counts.items()),
        *(func.coalesce(func.sum(column), 0).label(name) for name, column in tokens.items()),
    ]


def _least(left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((left < right, left), else_=right)


def _step(value: ColumnElement[Any], starts: tuple[int, ...], *, at_edge: bool = True) -> ColumnElement[Any]:
    """How many of `starts` the value has passed; reaching one passes it only `at_edge`."""
    if not starts:
        return literal(0)
    passed = ((value >= start if at_edge else value > start, n) for n, start in reversed(list(enumerate(starts, 1))))
    return case(*passed, else_=0)


def _conditions(filters: Mapping[str, str | int]) -> list[ColumnElement[bool]]:
    for name in filters:
        if name not in Filters.__annotations__ or name in ("since_ms", "until_ms"):
            raise InputError("is not a filter of the ledger", place=f"field filters.{name}")
    return [_CALLS.c[name] == value for name, value in filters.items()]
