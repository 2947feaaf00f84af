"""Sums of many keys and buckets as arrays: what a chart of every version needs, without an object for each of them. Knows no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.ledger.rollups.found import Values

if TYPE_CHECKING:
    import numpy as np

    from workbench.ledger.rollups.cells import Cell

NAMES = ("calls", "input_tokens", "output_tokens", "cost_nano", "unpriced", "token_calls", "timed", "rated", "liked")
SUMMED = (*NAMES, "ok")
_OFTEN = 2  # rows a cell from which on their sketches are added up: the answered and the failed calls alone are not worth it
_AT_ONCE = 200_000  # bins
_DENSE = 4_000_000  # counts that are held at once while sketches are put together


@dataclass(frozen=True)
class Columns:
    """`sums[name]` has a row for each of `keys` and a column for each of `starts` (when buckets begin, in order). The sketches of latency
    are lists of bins and counts, in no order: `cell` says whose each is, the number of the key times how many starts there are, plus the
    number of the start. A bin may be there more than once. `whole` is what the sketches of each key add up to, where that is known already.
    """

    keys: tuple[Values, ...]
    starts: "np.ndarray"
    sums: "Mapping[str, np.ndarray]"
    cell: "np.ndarray"
    bins: "np.ndarray"
    counts: "np.ndarray"
    whole: "tuple[int, np.ndarray] | None" = None

    @cached_property
    def table(self) -> "tuple[int, np.ndarray]":
        """The least bin; and how many calls each key (a row) has in it and in the bins that follow."""
        import numpy as np

        if self.whole is not None:
            return self.whole
        if not len(self.bins) or not len(self.starts):
            return 0, np.zeros((len(self.keys), 0))
        least = int(self.bins.min())
        width = int(self.bins.max()) - least + 1
        row = (np.arange(len(self.keys) * len(self.starts)) // len(self.starts) * width - least)[self.cell]
        table = np.bincount(row + self.bins, weights=self.counts, minlength=len(self.keys) * width)
        return least, table.reshape(len(self.keys), width)

    @property
    def size(self) -> int:
        """How many bytes the arrays take, about."""
        arrays = (self.starts, self.cell, self.bins, self.counts, self.table[1], *self.sums.values())
        return sum(each.nbytes for each in arrays) + 200 * len(self.keys)

    def sketch(self, key: int) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
        """Of one key: for every bin the number of its bucket, the bin, its count."""
        width = len(self.starts)
        mine = (self.cell >= key * width) & (self.cell < (key + 1) * width)
        return self.cell[mine] - key * width, self.bins[mine], self.counts[mine]


def of_rows(keys: Sequence[Values], key: Sequence[int], at: Sequence[int], sums: Mapping[str, Any], sketches: Sequence[bytes]) -> Columns:
    """Columns of rows, each with its key's number, its bucket, its sums by name and its sketch."""
    import numpy as np

    starts, column = np.unique(np.asarray(at, dtype=np.int64), return_inverse=True)
    cell = np.asarray(key, dtype=np.int64) * len(starts) + column
    pairs = np.frombuffer(b"".join(sketches), dtype=[("bin", "<i2"), ("count", "<u4")])
    owner = (
        np.repeat(cell.astype(np.int32), [len(each) // pairs.itemsize for each in sketches]) if len(pairs) else np.zeros(0, dtype=np.int32)
    )
    shape = (len(keys), len(starts))
    held = {name: _added(cell, np.asarray(values, dtype=np.int64), shape) for name, values in sums.items()}
    together = len(cell) > _OFTEN * np.count_nonzero(held["calls"])
    return Columns(tuple(keys), starts, held, *(_together if together else _slim)(owner, pairs["bin"], pairs["count"]))


def of_cells(cells: "Iterable[Cell]", by: Sequence[str]) -> Columns:
    """Columns of cells that are grouped by `by` at least."""
    held = list(cells)
    keys: dict[Values, int] = {}
    numbers = [keys.setdefault(tuple([cell.key[name] for name in by]), len(keys)) for cell in held]
    sums = {name: [getattr(cell, name) for cell in held] for name in SUMMED}
    return of_rows(list(keys), numbers, [cell.bucket_ms or 0 for cell in held], sums, [b"".join(cell.latency) for cell in held])


def joined(parts: Sequence[Columns], step_ms: int | None = None) -> Columns:
    """Several as one, by stretches of `step_ms` where that is given; keys in the order in which they come up, by time and then by value."""
    import numpy as np

    parts = [part for part in parts if part.keys]
    keys = sorted({key for part in parts for key in part.keys}, key=lambda values: [(value is not None, value) for value in values])
    rank = {key: number for number, key in enumerate(keys)}
    begun = [part.starts if step_ms is None else part.starts - part.starts % step_ms for part in parts]
    starts = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *begun]))
    sums = {name: np.zeros((len(keys), len(starts)), dtype=np.int64) for name in SUMMED}
    places = []
    for part, at in zip(parts, begun, strict=True):
        rows = np.array([rank[key] for key in part.keys])
        place = (rows[:, None] * len(starts) + np.searchsorted(starts, at)[None, :]).reshape(-1)
        for name, into in sums.items():
            np.add.at(into.reshape(-1), place, part.sums[name].reshape(-1))
        places.append(place)
    order, where = _order(sums["calls"])
    kept = {name: values[order] for name, values in sums.items()}
    cells = [where[place].astype(np.int32)[part.cell] for part, place in zip(parts, places, strict=True)]
    told = (cells, [part.bins for part in parts], [part.counts for part in parts])
    tables = [(np.array([rank[key] for key in part.keys]), part.table) for part in parts]
    least, table = _tables(tables, len(keys))
    return Columns(tuple(keys[number] for number in order.tolist()), starts, kept, *_slim(*map(_one, told)), (least, table[order]))


def cut(columns: Columns, since_ms: int, until_ms: int) -> Columns:
    """The buckets that begin in [since_ms, until_ms)."""
    width = len(columns.starts)
    low, high = columns.starts.searchsorted([since_ms, until_ms]).tolist()
    key, column = columns.cell // max(1, width), columns.cell % max(1, width)
    kept = (column >= low) & (column < high)
    sums = {name: values[:, low:high] for name, values in columns.sums.items()}
    cell = key[kept] * (high - low) + column[kept] - low
    return Columns(columns.keys, columns.starts[low:high], sums, cell, columns.bins[kept], columns.counts[kept])


def regrouped(columns: Columns, places: Sequence[int]) -> Columns:
    """By some of the values of their keys."""
    import numpy as np

    numbers: dict[Values, int] = {}
    rows = np.array([numbers.setdefault(tuple([key[place] for place in places]), len(numbers)) for key in columns.keys], dtype=np.int64)
    width = len(columns.starts)
    sums = {}
    for name, values in columns.sums.items():
        sums[name] = np.zeros((len(numbers), width), dtype=np.int64)
        np.add.at(sums[name], rows, values)
    cells = (rows[:, None] * width + np.arange(width)[None, :]).astype(np.int32).reshape(-1)
    whole = _tables([(rows, columns.table)], len(numbers))
    return Columns(tuple(numbers), columns.starts, sums, cells[columns.cell], columns.bins, columns.counts, whole)


def _order(calls: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
    """The keys that calls were counted under, by when the first of them were, and where each cell is then."""
    import numpy as np

    width, held = calls.shape[1], calls > 0
    some = np.nonzero(held.any(axis=1))[0]
    order = some[np.argsort(held[some].argmax(axis=1), kind="stable")] if len(some) else some
    rank = np.zeros(len(calls), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return order, (rank[:, None] * width + np.arange(width)[None, :]).reshape(-1)


def _tables(parts: "Sequence[tuple[np.ndarray, tuple[int, np.ndarray]]]", keys: int) -> "tuple[int, np.ndarray]":
    """Tables of `Columns.table` as one, the rows of each put where its first array says."""
    import numpy as np

    held = [(rows, least, table) for rows, (least, table) in parts if table.shape[1]]
    if not held:
        return 0, np.zeros((keys, 0))
    least = min(each for _, each, _ in held)
    into = np.zeros((keys, max(each + table.shape[1] for _, each, table in held) - least))
    for rows, each, table in held:
        np.add.at(into[:, each - least : each - least + table.shape[1]], rows, table)
    return least, into


def _one(parts: "Sequence[np.ndarray]") -> "np.ndarray":
    import numpy as np

    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, dtype=np.int16), *parts])


def _slim(cell: "np.ndarray", bins: "np.ndarray", counts: "np.ndarray") -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    import numpy as np

    return cell.astype(np.int32, copy=False), bins.astype(np.int16, copy=False), counts.astype(np.uint32, copy=False)


def _added(cell: "np.ndarray", values: "np.ndarray", shape: tuple[int, int]) -> "np.ndarray":
    import numpy as np

    into = np.zeros(shape[0] * shape[1], dtype=np.int64)
    np.add.at(into, cell, values)
    return into.reshape(shape)


def _together(cell: "np.ndarray", bins: "np.ndarray", counts: "np.ndarray") -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    """Bins of one cell added up, where that takes no more than a bounded table."""
    import numpy as np

    if not len(cell):
        return _slim(cell, bins, counts)
    least = int(bins.min())
    width = int(bins.max()) - least + 1
    if (int(cell.max()) + 1) * width > _DENSE:
        return _slim(cell, bins, counts)
    table = np.zeros((int(cell.max()) + 1) * width)
    for begin in range(0, len(cell), _AT_ONCE):  # each needs some arrays of eight bytes a bin
        part = slice(begin, begin + _AT_ONCE)
        table += np.bincount(
            cell[part].astype(np.int64) * width + (bins[part].astype(np.int64) - least), weights=counts[part], minlength=len(table)
        )
    held = np.nonzero(table)[0]
    return _slim(held // width, held % width + least, table[held])
