"""Adds calls up: once at the finest grain and in full, everything coarser from that. Owns what each sum counts; knows no database."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import add
from typing import Any

from workbench.ledger.fields import OK
from workbench.ledger.rollups import series
from workbench.ledger.rollups.series import DAY, HOUR, MINUTE, Full
from workbench.stats import sketch

SUMS = (
    "calls", "retries", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_nano", "unpriced",
    "token_calls", "cached_calls", "timed", "latency_ms", "first_timed", "ttft_ms", "rated", "liked",
)  # fmt: skip
N = len(SUMS)
LATENCY, TTFT = N, N + 1  # where a gathered row keeps the counts of its sketches

Gathered = list[Any]  # the SUMS, then the counts by bin of latency and of ttft
Place = tuple[int, int]  # series, start_ms
Finest = dict[Full, dict[int, Gathered]]
_ZERO = (0,) * N
LATER = ("ttft_ms", "feedback")  # what a row need not name
bin_of = lru_cache(maxsize=100_000)(sketch.bin_of)


class Sums:
    """What a batch of calls adds up to: `by_grain` holds a row for each series and start; `names` says what the series are about. In the
    rows the sketches are counts by bin, or bytes already where `packed` says so.
    """

    def __init__(self, *, packed: bool = False) -> None:
        self.packed = packed
        self.by_grain: dict[int, dict[Place, Gathered]] = {MINUTE: {}, HOUR: {}, DAY: {}}
        self.names: dict[int, tuple[str, Full]] = {}


def gathered(rows: Iterable[Mapping[str, Any]], minutes_from: int) -> Sums:
    """The sums of rows of the calls table. Minutes before `minutes_from` are not kept: those calls are in hours and days alone."""
    minutes, hours = _finest(rows, minutes_from)
    found = Sums()
    owned: set[Place] = set()
    _spread(found, MINUTE, minutes, set())
    _spread(found, HOUR, hours, owned)
    _raise(found.by_grain[MINUTE], found.by_grain[HOUR], HOUR, owned)
    _raise(found.by_grain[HOUR], found.by_grain[DAY], DAY, set())
    return found


def _finest(rows: Iterable[Mapping[str, Any]], minutes_from: int) -> tuple[Finest, Finest]:
    """The calls in full by minute, and by hour those that are too old for it."""
    minutes: Finest = {}
    hours: Finest = {}
    for row in rows:
        at_ms = row["started_ms"]
        finest, start_ms = (minutes, at_ms - at_ms % MINUTE) if at_ms >= minutes_from else (hours, at_ms - at_ms % HOUR)
        full = series.full(row)
        by_start = finest.get(full)
        if by_start is None:
            by_start = finest[full] = {}
        into = by_start.get(start_ms)
        if into is None:
            into = by_start[start_ms] = [*_ZERO, {}, {}]
        count(into, row)
    return minutes, hours


def count(into: Gathered, row: Mapping[str, Any]) -> None:
    """Add one call."""
    sent, received, cached, cost_nano = row["input_tokens"], row["output_tokens"], row["cached_tokens"], row["cost_nano"]
    latency_ms, ttft_ms, feedback = row["latency_ms"], row.get("ttft_ms"), row.get("feedback")
    into[0] += 1
    into[1] += row["retries"] or 0
    into[2] += sent or 0
    into[3] += cached or 0
    into[4] += row["cache_write_tokens"] or 0
    into[5] += received or 0
    into[6] += row["reasoning_tokens"] or 0
    if cost_nano is not None:
        into[7] += cost_nano
    elif row["status"] == OK:
        into[8] += 1
    if sent is not None or received is not None:
        into[9] += 1
    if cached:
        into[10] += 1
    if latency_ms is not None:
        into[11] += 1
        into[12] += latency_ms
        place, counts = bin_of(latency_ms), into[LATENCY]
        counts[place] = counts.get(place, 0) + 1
    if ttft_ms is not None:
        into[13] += 1
        into[14] += ttft_ms
        place, counts = bin_of(ttft_ms), into[TTFT]
        counts[place] = counts.get(place, 0) + 1
    if feedback is not None:
        into[15] += 1
        into[16] += feedback > 0


def _spread(found: Sums, grain: int, finest: Finest, owned: set[Place]) -> None:
    """Put the finest rows under the series of every facet."""
    into = found.by_grain[grain]
    for key, by_start in finest.items():
        for facet, number in series.ids(key):
            if number not in found.names:
                found.names[number] = (facet, series.of(facet, key))
            for start_ms, row in by_start.items():
                _fold(into, (number, start_ms), row, owned)


def _raise(fine: Mapping[Place, Gathered], coarse: dict[Place, Gathered], grain: int, owned: set[Place]) -> None:
    for (number, start_ms), row in fine.items():
        _fold(coarse, (number, start_ms - start_ms % grain), row, owned)


def _fold(into: dict[Place, Gathered], place: Place, row: Gathered, owned: set[Place]) -> None:
    """Add a row. The first at a place is lent, not copied: a place where a second comes gets one of its own, and is `owned` then."""
    have = into.get(place)
    if have is None:
        into[place] = row
        return
    if place not in owned:
        owned.add(place)
        have = into[place] = [*have[:N], dict(have[LATENCY]), dict(have[TTFT])]
    have[:N] = map(add, have[:N], row[:N])
    for at in (LATENCY, TTFT):
        counts = have[at]
        for number, n in row[at].items():
            counts[number] = counts.get(number, 0) + n
