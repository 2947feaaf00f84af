"""The sums of a range with those of the period before, key by key: what slices are told apart by. Knows no database."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from workbench.ledger.rollups import Columns
from workbench.monitoring.differing import P95
from workbench.stats.sketch import values_of

if TYPE_CHECKING:
    import numpy as np

Sides = tuple[float, float, float, float]  # what was summed up and over how many, before and after


class Both:
    """The keys of the range with their buckets of the period before in front of their own; a bucket of either may begin when one of the
    other does.
    """

    def __init__(self, before: Columns, now: Columns) -> None:
        import numpy as np

        self.keys, self.first = now.keys, len(before.starts)
        self.starts = np.concatenate([before.starts, now.starts])
        self._now, self._before = now, before
        there = {key: number for number, key in enumerate(before.keys)}
        self._earlier = np.array([there.get(key, -1) for key in now.keys], dtype=np.int64)
        known = self._earlier >= 0
        self.sums = {}
        for name, values in now.sums.items():
            earlier = np.zeros((len(now.keys), self.first), dtype=np.int64)
            earlier[known] = before.sums[name][self._earlier[known]]
            self.sums[name] = np.hstack([earlier, values])

    def sketch(self, key: int) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
        """Of a key: for every bin the number of its bucket, the bin, its count; in no order."""
        import numpy as np

        place, later = int(self._earlier[key]), self._now.sketch(key)
        earlier = self._before.sketch(place) if place >= 0 else tuple(each[:0] for each in later)
        owner = np.concatenate([earlier[0], later[0] + self.first])
        bins, counts = (np.concatenate([earlier[at], later[at]]) for at in (1, 2))
        return owner, bins, counts

    @cached_property
    def calls(self) -> list[int]:
        """The calls of each key in the range."""
        return self.sums["calls"][:, self.first :].sum(axis=1).tolist()  # type: ignore[no-any-return]

    @cached_property
    def lengths(self) -> list[int]:
        """How many buckets of the range hold calls of each key."""
        return self._held.sum(axis=1).tolist()  # type: ignore[no-any-return]

    @cached_property
    def _held(self) -> "np.ndarray":
        return self.sums["calls"][:, self.first :] > 0

    @cached_property
    def _newest(self) -> "np.ndarray":
        """Which buckets are the last quarter of those of the range that hold calls of a key, one at least."""
        import numpy as np

        upto = self._held.cumsum(axis=1)
        length = upto[:, -1:]
        return upto > length - np.maximum(1, length // 4)  # type: ignore[no-any-return]

    @cached_property
    def sides(self) -> Mapping[str, tuple[list[Sides], list[Sides]]]:
        """What each metric sums up and over how many, of each key: of the period before and of the range; of all before its last quarter
        and of that. Of p95 only over how many.
        """
        import numpy as np

        calls, rated = self.sums["calls"], self.sums["rated"]
        pairs = {
            "error_rate": (calls - self.sums["ok"], calls, 1),
            "p95": (np.zeros_like(calls), self.sums["timed"], 1),
            "cost_per_call": (self.sums["cost_nano"], np.maximum(0, calls - self.sums["unpriced"]), 10**9),
            "satisfaction": (rated - self.sums["liked"], rated, 1),
        }
        return {metric: self._sides(*pair) for metric, pair in pairs.items()}

    def _sides(self, hits: "np.ndarray", counts: "np.ndarray", unit: int) -> tuple[list[Sides], list[Sides]]:
        told = []
        for values, of in ((hits, unit), (counts, 1)):
            later = values[:, self.first :]
            now, newest, whole = later.sum(axis=1), (later * self._newest).sum(axis=1), values.sum(axis=1)
            told.append([(each / of if of > 1 else each).tolist() for each in (whole - now, now, whole - newest, newest)])
        (before, now, older, newest), (n_before, n_now, n_older, n_newest) = told
        return list(zip(before, n_before, now, n_now, strict=True)), list(zip(older, n_older, newest, n_newest, strict=True))

    @cached_property
    def p95s(self) -> list[list[float]]:
        """The p95 of each key: of the period before, of the range, of all before its last quarter, of that quarter; NaN where none is."""
        return _p95s(*self._bins).tolist()  # type: ignore[no-any-return]

    @cached_property
    def slower(self) -> tuple[list[Sides], list[Sides]]:
        """How many calls are in a higher bin than the p95 of all of a key, and how many there are; the two sides as in `sides`."""
        import numpy as np

        counts, values = self._bins
        if not len(values):
            return [], []
        upto = (counts[:, 0] + counts[:, 1]).cumsum(axis=-1)
        limit = np.minimum((upto <= P95 * (upto[:, -1:] - 1)).sum(axis=-1), len(values) - 1)
        above = (counts * (np.arange(len(values)) > limit[:, None])[:, None, :]).sum(axis=-1).tolist()
        n = counts.sum(axis=-1).tolist()
        both = [[(k[at], of[at], k[at + 1], of[at + 1]) for k, of in zip(above, n, strict=True)] for at in (0, 2)]
        return both[0], both[1]

    @cached_property
    def _bins(self) -> "tuple[np.ndarray, np.ndarray]":
        """How many calls each key has in each bin, on the four sides of `p95s`; and the values of the bins."""
        import numpy as np

        mine = self._newest.reshape(-1)[self._now.cell]
        cell, bins, counts = (each[mine] for each in (self._now.cell, self._now.bins, self._now.counts))
        (least_before, before), (least, now) = self._before.table, self._now.table
        owner = cell // max(1, self._held.shape[1])
        places = owner.astype(np.int64) * now.shape[1] + (bins.astype(np.int64) - least)
        final = np.bincount(places, weights=counts, minlength=now.size).reshape(now.shape)
        begin = min(least_before if before.shape[1] else least, least)
        end = max(least_before + before.shape[1], least + now.shape[1])
        earlier, later, newest = (np.zeros((len(self.keys), end - begin)) for _ in range(3))
        known = self._earlier >= 0
        earlier[known, least_before - begin : least_before - begin + before.shape[1]] = before[self._earlier[known]]
        later[:, least - begin : least - begin + now.shape[1]] = now
        newest[:, least - begin : least - begin + now.shape[1]] = final
        return np.stack([earlier, later, earlier + later - newest, newest], axis=1), values_of(begin, end)


def _p95s(counts: "np.ndarray", values: "np.ndarray") -> "np.ndarray":
    """The value of the bin in which the p95 of the counts along the last axis lies."""
    import numpy as np

    if not len(values):
        return np.full(counts.shape[:-1], np.nan)
    upto = counts.cumsum(axis=-1)
    rank = P95 * (upto[..., -1:] - 1)
    place = np.minimum((upto <= rank).sum(axis=-1), len(values) - 1)
    return np.where(upto[..., -1] > 0, values[place], np.nan)
