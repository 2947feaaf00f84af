"""The figures of own metrics as the page shows them: cells by bucket, their charts, how a value reads. Reads the store, draws nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workbench.ledger import metrics
from workbench.ledger.metric_cells import Cell, joined
from workbench.monitoring import ranges
from workbench.monitoring.dashboard_model import Chart, Line, Point, Range
from workbench.store import Store

SHARES = (0.5, 0.95, 0.99)
PERCENTILES = ("p50", "p95", "p99")
_SOME = 5  # values that a bucket holds on average: fewer have an interval as wide as the chart, and percentiles that are single values


@dataclass(frozen=True)
class Course:
    """A metric over a range: what it adds up to (None without a value), and by bucket. `span` has the buckets that were chosen: no finer
    than those asked for, and wide enough to hold some values each.
    """

    whole: Cell | None
    by_bucket: tuple[Cell, ...]
    span: Range

    def line(self, name: str, point: Callable[[Cell], Point]) -> Line:
        """A line over every bucket of the range; buckets without a value are gaps."""
        held = {cell.bucket_ms: cell for cell in self.by_bucket}
        return Line(name, tuple(point(held[at]) if at in held else Point(at, None) for at in ranges.starts(self.span)))

    def interval(self, cell: Cell, name: str) -> tuple[float, float] | None:
        """The bounds of a mean. Where every value of the range lies within 0 and 1, a mean of rates or scores does, too."""
        found = cell.interval()
        if found is None or self.whole is None or metrics.kind(name).unit not in ("", "share", "score"):
            return found
        return (max(0.0, found[0]), min(1.0, found[1])) if self.whole.least >= 0 and self.whole.most <= 1 else found


def course(store: Store, name: str, span: Range, tag: str = "") -> Course:
    """The metric over the range."""
    found = metrics.read(store, name, span.since_ms, span.until_ms, tag=tag, bucket_ms=span.bucket_ms)
    whole = joined(found, None)
    for step in ranges.coarser(span):
        if len(found) * _SOME <= sum(cell.n for cell in found):
            break
        found, span = joined(found, step), replace(span, bucket_ms=step)
    return Course(whole[0] if whole else None, tuple(found), span)


def charts(found: Course, name: str) -> list[Chart]:
    """Mean with its interval, percentiles, and how many values."""
    kind = metrics.kind(name)
    n = 0 if found.whole is None else found.whole.n
    unit = {"share": "share", "": "value"}.get(kind.unit, kind.unit)
    spread = [cell.percentiles(SHARES) for cell in found.by_bucket]
    by_bucket = {cell.bucket_ms: values for cell, values in zip(found.by_bucket, spread, strict=True)}
    lines = [
        found.line(said, lambda cell, place=place: Point(cell.bucket_ms or 0, by_bucket[cell.bucket_ms][place], n=cell.n))
        for place, said in enumerate(PERCENTILES)
    ]
    count = found.line("values", lambda cell: Point(cell.bucket_ms or 0, cell.n, n=cell.n))
    return [
        Chart("mean", "Mean", unit, n, (found.line("mean", lambda cell: _mean(found, cell, name)),)),
        Chart("percentiles", "Percentiles", unit, n, tuple(lines)),
        Chart("count", "Number of values", "values", n, (count,), kind="stacked"),
    ]


def reads(value: float | None, name: str) -> str:
    """A value with its unit."""
    if value is None:
        return "no data"
    unit = metrics.kind(name).unit
    said = f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:,.4g}"
    return f"{said} s" if unit == "s" else said


def bounds(found: Course, name: str) -> str:
    """The interval of the mean in words; nothing below two values."""
    held = None if found.whole is None else found.interval(found.whole, name)
    return "" if held is None else f"{reads(held[0], name)} to {reads(held[1], name)}"


def spark(found: Course, span: Range, most: int = 60) -> Sequence[float]:
    """The means by bucket, the newest `most`."""
    return [cell.mean for cell in found.by_bucket][-most:]


def _mean(found: Course, cell: Cell, name: str) -> Point:
    low, high = found.interval(cell, name) or (None, None)
    return Point(cell.bucket_ms or 0, cell.mean, low, high, cell.n)
