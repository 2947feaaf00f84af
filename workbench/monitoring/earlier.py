"""The period before, bucket by bucket: a line beside those of now, moved forward by the length of the range.

Reads the sums once more, not split up; where they would have to be scanned for a user or a tag there is no such line.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from workbench.ledger import rollups
from workbench.monitoring import charts, gathering, tally
from workbench.monitoring.charts import Frame
from workbench.monitoring.dashboard_model import Card, Chart, Dashboard, Line, Point
from workbench.monitoring.tally import Tally

if TYPE_CHECKING:
    from workbench.ledger.rollups import Filters
    from workbench.store import Store

NAME = "the period before"
_BY_PARTS = ("cost_by_model", "cost_by_prompt")
_SUMS = ("requests", "tokens", "cost", "throughput")
_SCANNED = ("user", "tag")


def beside(store: "Store", found: Dashboard) -> Dashboard:
    """The Overview with the period before as a line in requests, success rate, p95 and cost; without a call before, as it was."""
    view = found.view
    span = view.range
    if not found.charts or any(name in view.filters for name in _SCANNED):
        return found
    # Steps of now lie on whole steps of UTC: those before lie as far into theirs as a whole length leads back.
    offset, filters = span.length_ms % span.bucket_ms, cast("Filters", dict(view.filters))
    cells = rollups.read(store, *span.previous, bucket_ms=span.bucket_ms, offset_ms=offset, filters=filters, remember=True)
    held = {(cell.bucket_ms or 0) + span.length_ms: tally.total([cell]) for cell in cells}
    if not any(one.calls for one in held.values()):
        return found
    fine = charts.frame(span, held, span.until_ms)
    step = gathering.parts_step(span.length_ms)
    grouped: dict[int, list[Tally]] = {}
    for at, one in held.items():
        grouped.setdefault(at // step * step, []).append(one)
    coarse = charts.frame(span, {at: tally.total(several) for at, several in grouped.items()}, span.until_ms, step)
    drawn = tuple(_with(chart, fine, coarse) for chart in found.charts)
    first = min(at for at, one in held.items() if one.calls) - span.length_ms
    return replace(found, charts=drawn, cards=_without_a_past(found.cards) if _began(store, found, first) else found.cards)


def _began(store: "Store", found: Dashboard, first_ms: int) -> bool:
    """Whether the first calls there ever were fall into the period before, and well after its beginning."""
    span, filters = found.view.range, cast("Filters", dict(found.view.filters))
    if first_ms < span.previous[0] + span.length_ms // 10:
        return False
    return not rollups.read(store, 0, span.previous[0], filters=filters, sketches=False)[0].calls


def _without_a_past(cards: tuple[Card, ...]) -> tuple[Card, ...]:
    """A sum of a part of the period before is nothing to be compared with."""
    note = "Calls began in the period before."
    return tuple(
        replace(card, previous=None, change=None, note=f"{card.note} {note}".strip()) if card.key in _SUMS else card for card in cards
    )


def _with(chart: Chart, fine: Frame, coarse: Frame) -> Chart:
    frame = coarse if chart.key in _BY_PARTS else fine
    if chart.key == "latency":
        line = replace(fine.latency[list(charts.PERCENTILES).index("p95")], name=f"p95, {NAME}")
    elif chart.key in _LINES:
        line = frame.line(NAME, _LINES[chart.key])
    else:
        return chart
    # Its own interval would hide that of now; and a sum of a part of a bucket would look like a fall.
    whole, summed = max(frame.minutes), chart.kind == "stacked"
    bare = tuple(
        Point(point.at_ms, None if summed and minutes < whole else point.value, n=point.n)
        for point, minutes in zip(line.points, frame.minutes, strict=True)
    )
    return replace(chart, lines=(*chart.lines, Line(line.name, bare, dashed=True)))


def _dollars(held: Tally, at_ms: int) -> Point:
    return Point(at_ms, held.usd if held.calls else 0.0, n=held.priced)


_LINES: Mapping[str, Callable[[Tally, int], Point]] = {
    "requests": lambda held, at: Point(at, held.calls, n=held.calls),
    "success_rate": lambda held, at: Point(at, held.success_rate, n=held.calls),
    **dict.fromkeys(_BY_PARTS, _dollars),
}
