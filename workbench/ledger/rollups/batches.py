"""Adds up thousands of calls at once, as arrays: what `gather.gathered` says of them, their sketches packed already. Knows no database.

A batch that is spread over weeks has hardly two calls of one series in one hour: there the sums of each facet, hour and day cost more than
the calls. Nothing is looked at one by one here but what a call is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workbench.ledger.rollups import gather, series
from workbench.ledger.rollups.gather import SUMS, Sums
from workbench.ledger.rollups.series import ANSWERED, DAY, HOUR, MINUTE, Full
from workbench.stats import sketch

if TYPE_CHECKING:
    import numpy as np

ENOUGH = 500  # calls; fewer are added up sooner one by one
_READ = (
    "started_ms", "retries", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_nano",
    "latency_ms", "ttft_ms", "feedback",
)  # fmt: skip
_NONE = -(2**63)
_MOST = 2**62


def gathered(rows: Sequence[Mapping[str, Any]], minutes_from: int) -> Sums:
    """The sums of rows of the calls table, as `gather.gathered`; of many their sketches are bytes (`Sums.packed`)."""
    told = _columns(rows) if len(rows) >= ENOUGH else None
    if told is None:
        return gather.gathered(rows, minutes_from)
    found = Sums(packed=True)
    fulls: dict[Full, int] = {}
    about = [fulls.setdefault(key, len(fulls)) for key in map(series.full, rows)]
    ids = [series.ids(key) for key in fulls]
    for key, each in zip(fulls, ids, strict=True):
        found.names |= {number: (facet, series.of(facet, key)) for facet, number in each}
    numbers = sorted(found.names)
    rank = {number: place for place, number in enumerate(numbers)}
    finest = _finest(told, about, [key[-1] == ANSWERED for key in fulls])
    for facet in range(len(series.FACETS)):
        owners = [rank[each[facet][1]] for each in ids]
        of_facet = finest.owned(owners)
        by_hour = of_facet.grouped(HOUR)
        for grain, several in (
            (MINUTE, of_facet.since(minutes_from).grouped(MINUTE)),
            (HOUR, by_hour),
            (DAY, by_hour.grouped(DAY)),
        ):
            found.by_grain[grain].update(several.packed(numbers))
    return found


@dataclass(frozen=True)
class _Bins:
    """Counts of numbers by bin: whose each is, the bin, how many."""

    owner: "np.ndarray"
    place: "np.ndarray"
    count: "np.ndarray"

    def of(self, into: "np.ndarray") -> "_Bins":
        """Added up by groups: `into` says for each owner which it belongs to, -1 to none."""
        import numpy as np

        owner = into[self.owner]
        kept = owner >= 0
        if not kept.any():
            return _Bins(*(each[:0] for each in (self.owner, self.place, self.count)))
        owner, place, count = owner[kept], self.place[kept], self.count[kept]
        least = int(place.min())
        width = int(place.max()) - least + 1
        key = owner * width + (place - least)
        order = np.argsort(key, kind="stable")
        key = key[order]
        first = np.concatenate([[0], np.nonzero(np.diff(key))[0] + 1])
        return _Bins(key[first] // width, key[first] % width + least, np.add.reduceat(count[order], first))

    def packed(self, owners: int) -> list[bytes]:
        """The sketch of each owner, of bins in order."""
        import numpy as np

        told = sketch.packed(self.place, self.count)
        ends = (np.searchsorted(self.owner, np.arange(owners + 1)) * (len(told) // max(1, len(self.owner)))).tolist()
        return [told[low:high] for low, high in pairwise(ends)]


@dataclass(frozen=True)
class _Rows:
    """Sums in rows: whose each is (a place among the series), when it begins, the SUMS, and the bins of latency and of ttft."""

    owner: "np.ndarray"
    start: "np.ndarray"
    sums: "np.ndarray"
    bins: tuple[_Bins, _Bins]

    def owned(self, owners: Sequence[int]) -> "_Rows":
        """The same, each under another owner."""
        import numpy as np

        return _Rows(np.asarray(owners, dtype=np.int64)[self.owner], self.start, self.sums, self.bins)

    def since(self, since_ms: int) -> "_Rows":
        """Those that begin at `since_ms` or later."""
        import numpy as np

        kept = self.start >= since_ms
        if kept.all():
            return self
        into = np.where(kept, kept.cumsum() - 1, -1)
        latency, ttft = (each.of(into) for each in self.bins)
        return _Rows(self.owner[kept], self.start[kept], self.sums[kept], (latency, ttft))

    def grouped(self, grain: int) -> "_Rows":
        """Added up by owner and stretch of `grain`, in the order of both."""
        import numpy as np

        if not len(self.owner):
            return self
        start = self.start - self.start % grain
        order = np.lexsort((start, self.owner))
        owner, start = self.owner[order], start[order]
        begins = np.concatenate([[True], (np.diff(owner) != 0) | (np.diff(start) != 0)])
        first = np.nonzero(begins)[0]
        into = np.empty(len(order), dtype=np.int64)
        into[order] = begins.cumsum() - 1
        sums = np.add.reduceat(self.sums[order], first, axis=0)
        latency, ttft = (each.of(into) for each in self.bins)
        return _Rows(owner[first], start[first], sums, (latency, ttft))

    def packed(self, numbers: Sequence[int]) -> dict[gather.Place, gather.Gathered]:
        """As they are stored, by series and start."""
        latency, ttft = (each.packed(len(self.owner)) for each in self.bins)
        owners, starts = self.owner.tolist(), self.start.tolist()
        rows = zip(owners, starts, self.sums.tolist(), latency, ttft, strict=True)
        return {(numbers[owner], start_ms): [*sums, slow, first] for owner, start_ms, sums, slow, first in rows}


def _columns(rows: Sequence[Mapping[str, Any]]) -> "dict[str, np.ndarray] | None":
    """The numbers of the calls by name, `_NONE` where there is none; None where their sum might not be a number of eight bytes."""
    import numpy as np

    found = {}
    for name in _READ:
        values = [row.get(name) for row in rows] if name in gather.LATER else [row[name] for row in rows]
        try:
            held = np.array([_NONE if value is None else value for value in values], dtype=np.int64)
        except OverflowError:
            return None
        if int(held.max()) > _MOST // len(rows) and name != "started_ms":
            return None
        found[name] = held
    return found


def _finest(told: "Mapping[str, np.ndarray]", about: Sequence[int], answered: Sequence[bool]) -> _Rows:
    """A row for each call, in which it counts as `gather.count` counts it."""
    import numpy as np

    known = {name: values != _NONE for name, values in told.items()}
    value = {name: np.where(known[name], values, 0) for name, values in told.items()}
    owner = np.asarray(about, dtype=np.int64)
    ok = np.asarray(answered, dtype=bool)[owner]
    sums = {
        **{name: value[name] for name in SUMS if name in value},
        "calls": np.ones(len(owner), dtype=np.int64),
        "unpriced": ok & ~known["cost_nano"],
        "token_calls": known["input_tokens"] | known["output_tokens"],
        "cached_calls": value["cached_tokens"] != 0,
        "timed": known["latency_ms"],
        "first_timed": known["ttft_ms"],
        "rated": known["feedback"],
        "liked": value["feedback"] > 0,
    }
    table = np.empty((len(owner), len(SUMS)), dtype=np.int64)
    for place, name in enumerate(SUMS):
        table[:, place] = sums[name]
    latency, ttft = (_bins(told[name], known[name]) for name in ("latency_ms", "ttft_ms"))
    return _Rows(owner, told["started_ms"], table, (latency, ttft))


def _bins(values: "np.ndarray", known: "np.ndarray") -> _Bins:
    import numpy as np

    place = np.array(list(map(gather.bin_of, values[known].tolist())), dtype=np.int64)
    return _Bins(np.nonzero(known)[0], place, np.ones(len(place), dtype=np.int64))
