"""What values of an own metric add up to: n, sum, least, most and a sketch for percentiles. Pure; knows no table."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.stats import sketch as sketches

if TYPE_CHECKING:
    from workbench.ledger.metrics import Value


@dataclass(frozen=True, slots=True)
class Cell:
    """`n` values (at least one) of the time from `bucket_ms` on; `sketch` holds one or more sketches of them (`stats.sketch`)."""

    bucket_ms: int | None
    n: int
    total: float
    least: float
    most: float
    sketch: tuple[bytes, ...]

    @classmethod
    def of(cls, at_ms: int, *values: float) -> "Cell":
        """The cell of values."""
        return cls(at_ms, len(values), sum(values), min(values), max(values), (sketches.pack(sketches.add({}, values)),))

    @property
    def mean(self) -> float:
        """The mean."""
        return self.total / self.n

    def interval(self) -> tuple[float, float] | None:
        """Bounds (95 %) of the mean; None below two values. Of 0s and 1s Wilson's (1927); else Student's (1908) with the spread that the
        sketch tells within 2 %, not below 0 where no value is.
        """
        if self.n < 2:
            return None
        counts: dict[int, int] = {}
        for one in self.sketch:
            counts = sketches.combine(counts, sketches.unpack(one))
        if counts.keys() <= {sketches.bin_of(0), sketches.bin_of(1)} and self.least >= 0 and self.most <= 1:
            from workbench.stats import wilson

            return wilson(round(self.total), self.n)
        from scipy.special import stdtrit

        values = [(min(max(sketches.value_of(place), self.least), self.most), count) for place, count in counts.items()]
        middle = sum(value * count for value, count in values) / self.n
        spread = math.sqrt(sum(count * (value - middle) ** 2 for value, count in values) / (self.n - 1))
        half = float(stdtrit(self.n - 1, 0.975)) * spread / math.sqrt(self.n)
        low = self.mean - half
        return low if self.least < 0 else max(0.0, low), self.mean + half

    def percentiles(self, shares: Sequence[float]) -> list[float]:
        """The percentiles (`shares` are 0..1), each within 1 %, and within least and most."""
        found = sketches.percentiles(self.sketch, shares) or []
        return [min(max(value, self.least), self.most) for value in found]

    def __add__(self, other: "Cell") -> "Cell":
        """Both together, at the time of the first."""
        return joined([replace(self, bucket_ms=0), replace(other, bucket_ms=0)], None)[0].at(self.bucket_ms)

    def at(self, bucket_ms: int | None) -> "Cell":
        """The same, said of another time."""
        return replace(self, bucket_ms=bucket_ms)

    def to_row(self) -> dict[str, Any]:
        """The columns of the rollup's row beside its key; its sketches made one."""
        counts: dict[int, int] = {}
        for one in self.sketch:
            counts = sketches.combine(counts, sketches.unpack(one))
        return {"n": self.n, "total": self.total, "least": self.least, "most": self.most, "sketch": sketches.pack(counts)}

    def to_json(self) -> dict[str, Any]:
        """The cell as JSON: n, mean, sum, least, most and percentiles."""
        p50, p95, p99 = self.percentiles((0.5, 0.95, 0.99))
        extent = {"sum": self.total, "least": self.least, "most": self.most}
        shown = {"n": self.n, "mean": self.mean, "p50": p50, "p95": p95, "p99": p99} | extent
        return shown if self.bucket_ms is None else {"bucket_ms": self.bucket_ms} | shown


def gathered(keyed: "Iterable[tuple[tuple[Any, ...], Value]]") -> dict[tuple[Any, ...], Cell]:
    """A cell for each key."""
    held: dict[tuple[Any, ...], list[float]] = {}
    for key, one in keyed:
        held.setdefault(key, []).append(one.value)
    return {key: Cell.of(key[-1], *numbers) for key, numbers in held.items()}


def joined(cells: Iterable[Cell], bucket_ms: int | None, offset_ms: int = 0) -> list[Cell]:
    """`cells` as one (at no time), or as one for each bucket, in order of time."""
    held: dict[int | None, list[Cell]] = {}
    for cell in cells:
        at_ms = cell.bucket_ms or 0
        held.setdefault(None if bucket_ms is None else at_ms - (at_ms + offset_ms) % bucket_ms, []).append(cell)
    return [
        Cell(
            bucket,
            sum(cell.n for cell in parts),
            sum(cell.total for cell in parts),
            min(cell.least for cell in parts),
            max(cell.most for cell in parts),
            tuple(one for cell in parts for one in cell.sketch),
        )
        for bucket, parts in sorted(held.items(), key=lambda pair: pair[0] or 0)
    ]
