"""What all calls since the beginning add up to, by model and by version of a prompt, out of the rollups of days.

Days that are over are added up once and kept in memory. What is kept holds as long as the sums of those days over everything, which are
few rows, are what they were: a call that comes late or goes away changes them, whichever process writes it. So a look costs the reading of
two days, however many calls there are; the first one, and the one after such a change, reads them all.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from workbench import clock
from workbench.stats import sketch

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from workbench.store import Store

SUMS = (
    "calls", "retries", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_nano",
    "unpriced", "timed", "latency_ms", "first_timed", "ttft_ms", "rated", "liked",
)  # fmt: skip
_MODEL, _VERSION = ("provider", "model", "outcome"), ("prompt", "version", "outcome")
_DAY_MS = 86_400_000
_AT_ONCE = 5_000

Sums = dict[str, int]
Key = tuple[Any, ...]


@dataclass
class Totals:
    """Sums by (provider, model, outcome) and by (prompt, version, outcome), and the sketches of both times by (provider, model)."""

    models: dict[Key, Sums] = field(default_factory=dict)
    versions: dict[Key, Sums] = field(default_factory=dict)
    latency: dict[Key, list[bytes]] = field(default_factory=dict)
    ttft: dict[Key, list[bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Kept:
    until_ms: int
    mark: tuple[Any, ...]
    totals: Totals


_kept: "WeakKeyDictionary[Store, _Kept]" = WeakKeyDictionary()
_looking = threading.Lock()


def read(store: "Store") -> Totals:
    """The totals of every call that is committed."""
    from workbench.ledger import rollups

    rollups.ready(store)
    until_ms = clock.now_ms() // _DAY_MS * _DAY_MS - _DAY_MS
    with _looking, store.read() as session:
        if not store.is_sqlite:  # both parts of one moment
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        kept = _kept.get(store)
        mark = _mark(session, until_ms)
        if kept is None or (kept.until_ms, kept.mark) != (until_ms, mark):
            kept = _kept[store] = _Kept(until_ms, mark, _packed(_of_days(session, None, until_ms)))
        return _of_days(session, until_ms, None, kept.totals)


def _mark(session: "Session", until_ms: int) -> tuple[Any, ...]:
    """What the days that are over add up to, over everything."""
    found = [0] * len(SUMS)
    for _number, row in _rows(session, _series(session, "source", ()), None, until_ms):
        found = [before + int(row[name]) for before, name in zip(found, SUMS, strict=True)]
    return tuple(found)


def _of_days(session: "Session", since_ms: int | None, until_ms: int | None, before: Totals | None = None) -> Totals:
    found = Totals()
    for facet, by, into in (("model", _MODEL, found.models), ("version", _VERSION, found.versions)):
        if before is not None:
            into |= {key: dict(sums) for key, sums in (before.models if facet == "model" else before.versions).items()}
        series = _series(session, facet, by)
        for number, row in _rows(session, series, since_ms, until_ms):
            sums = into.setdefault(series[number], dict.fromkeys(SUMS, 0))
            for name in SUMS:
                sums[name] += int(row[name])
        if facet == "model":
            _sketches(session, series, since_ms, until_ms, found)
    if before is not None:
        for held, added in ((before.latency, found.latency), (before.ttft, found.ttft)):
            for key, sketches in held.items():
                added[key] = [*sketches, *added.get(key, [])]
    return found


def _series(session: "Session", facet: str, by: Sequence[str]) -> dict[int, Key]:
    from sqlalchemy import select

    from workbench.ledger.tables import SeriesRow

    query = select(SeriesRow.id, *(getattr(SeriesRow, name) for name in by)).where(SeriesRow.facet == facet)
    return {row[0]: tuple(row[1:]) for row in session.execute(query)}


def _rows(session: "Session", series: dict[int, Key], since_ms: int | None, until_ms: int | None) -> Iterator[tuple[int, Any]]:
    """The sums of each series over the days in [since_ms, until_ms)."""
    from sqlalchemy import func, select

    from workbench.ledger.tables import RollupRow

    columns = [func.sum(getattr(RollupRow, name)).label(name) for name in SUMS]
    for query in _within(select(RollupRow.series, *columns), series, since_ms, until_ms):
        for row in session.execute(query.group_by(RollupRow.series)).mappings():
            yield row["series"], row


def _sketches(session: "Session", series: dict[int, Key], since_ms: int | None, until_ms: int | None, into: Totals) -> None:
    from sqlalchemy import select

    from workbench.ledger.tables import RollupRow

    for query in _within(select(RollupRow.series, RollupRow.latency, RollupRow.ttft), series, since_ms, until_ms):
        for number, latency, ttft in session.execute(query):
            into.latency.setdefault(series[number][:2], []).append(latency)
            into.ttft.setdefault(series[number][:2], []).append(ttft)


def _within(query: Any, series: dict[int, Key], since_ms: int | None, until_ms: int | None) -> Iterator[Any]:
    """`query` narrowed to days and series, by the numbers of these: the key of the table leads to each of them."""
    from workbench.ledger.tables import RollupRow

    numbers = sorted(series)
    for start in range(0, len(numbers), _AT_ONCE):
        narrowed = query.where(RollupRow.grain == _DAY_MS, RollupRow.series.in_(numbers[start : start + _AT_ONCE]))
        narrowed = narrowed if since_ms is None else narrowed.where(RollupRow.start_ms >= since_ms)
        yield narrowed if until_ms is None else narrowed.where(RollupRow.start_ms < until_ms)


def _packed(totals: Totals) -> Totals:
    """The totals with one sketch for each model in place of one for each day."""
    for held in (totals.latency, totals.ttft):
        for key, sketches in held.items():
            places, counts = sketch.merged(sketches)
            held[key] = [sketch.pack(dict(zip(places.tolist(), counts.tolist(), strict=True)))]
    return totals
