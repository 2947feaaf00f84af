"""The Overview's charts of own metrics: hallucination, relevance, and what guards report. Where no value was kept there is no chart."""

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.monitoring import charts
from workbench.monitoring.charts import drawn
from workbench.monitoring.dashboard_model import Card, Chart, Line, Point
from workbench.monitoring.gathering import Gathered
from workbench.stats import proportion
from workbench.stats.unpaired import newcombe

if TYPE_CHECKING:
    from workbench.ledger.metrics import Cell
    from workbench.store import Store

HALLUCINATION, RELEVANCE, GUARD = "hallucination", "relevance", "guard_trigger"
_GUARDS_SHOWN = 12
_UNFILTERED = "All values of the range: own metrics are not narrowed by filters."


def own(store: "Store", gathered: Gathered, now_ms: int) -> list[Chart]:
    """Hallucination rate, relevance, guard triggers by kind."""
    from workbench.ledger import metrics

    held = {known.name for known in metrics.names(store)}
    note = _UNFILTERED if gathered.view.narrowed else ""
    found: list[Chart | None] = []
    if HALLUCINATION in held:
        found.append(_rate(store, gathered, now_ms, note))
    if RELEVANCE in held:
        cells = _cells(store, gathered, RELEVANCE)
        line = _line(gathered, now_ms, "mean", {at: Point(at, cell.mean, n=cell.n) for at, cell in cells.items()})
        found.append(drawn("relevance", "Relevance", "score", _n(cells), [line], group="quality", note=note))
    guards = sorted(name for name in held if name.startswith(GUARD))[:_GUARDS_SHOWN]
    found.append(_guards(store, gathered, now_ms, guards, note))
    return [chart for chart in found if chart is not None]


def cards(store: "Store", gathered: Gathered) -> list[Card]:
    """Hallucination rate, relevance and guard triggers as figures beside the period before; of what was never kept there is none."""
    from workbench.ledger import metrics

    held = {known.name for known in metrics.names(store)}
    span, found = gathered.view.range, []
    guards = sorted(name for name in held if name.startswith(GUARD))[:_GUARDS_SHOWN]
    for bare, names in (
        (Card("hallucination", "Hallucination rate", "share", None, n_of="values", good="down"), [HALLUCINATION]),
        (Card("relevance", "Relevance", "score", None, n_of="values", good="up"), [RELEVANCE]),
        (Card("guards", "Guard triggers", "triggers", None, n_of="values"), guards),
    ):
        now, before = (
            [cell for name in names if name in held for cell in metrics.read(store, name, *period) if cell.n]
            for period in ((span.since_ms, span.until_ms), span.previous)
        )
        if now or before:
            found.append(_card(bare, now, before))
    if gathered.view.narrowed:
        return [replace(card, note=_UNFILTERED) for card in found]
    return found


def _card(bare: Card, now: "list[Cell]", before: "list[Cell]") -> Card:
    n, n_before = sum(cell.n for cell in now), sum(cell.n for cell in before)
    value, previous = sum(cell.total for cell in now), sum(cell.total for cell in before)
    if bare.key == "guards":
        change = (value - previous) / previous if previous else None
        return replace(bare, value=value, previous=previous if before else None, change=change, n=n)
    mean, mean_before = value / n if n else None, previous / n_before if n_before else None
    low = high = clear = change = None
    if mean is not None and mean_before is not None:
        change = mean - mean_before if bare.unit == "share" or not mean_before else (mean - mean_before) / mean_before
    if bare.unit == "share" and all(_is_count(cell) for cell in [*now, *before]):
        if n:
            low, high = proportion(round(value), n)
        if n and n_before:
            bounds = newcombe(round(previous), n_before, round(value), n)
            clear = not bounds.low <= 0 <= bounds.high
    return replace(bare, value=mean, previous=mean_before, change=change, low=low, high=high, n=n, clear=clear)


def _rate(store: "Store", gathered: Gathered, now_ms: int, note: str) -> Chart | None:
    """Values of 0 and 1 are a share with an interval; other values a mean without one."""
    cells = _cells(store, gathered, HALLUCINATION)
    whole = all(cell.least >= 0 and cell.most <= 1 and _is_count(cell) for cell in cells.values())
    points = {}
    for at, cell in cells.items():
        low, high = proportion(round(cell.total), cell.n) if whole else (None, None)
        points[at] = Point(at, cell.mean, low, high, cell.n)
    line = _line(gathered, now_ms, "hallucinated", points)
    said = "Shaded is the 95 % interval." if whole else "The mean of the values kept."
    return drawn("hallucination", "Hallucination rate", "share/value", _n(cells), [line], group="quality", note=f"{said} {note}".strip())


def _guards(store: "Store", gathered: Gathered, now_ms: int, names: list[str], note: str) -> Chart | None:
    lines, n = [], 0
    for name in names:
        cells = _cells(store, gathered, name)
        n += _n(cells)
        if cells:
            kind = name.removeprefix(GUARD).strip("._:/-").replace("_", " ") or "any"
            lines.append(_line(gathered, now_ms, kind, {at: Point(at, cell.total, n=cell.n) for at, cell in cells.items()}))
    return drawn("guards", "Guard triggers by kind", "triggers", n, lines, kind="stacked", group="quality", note=note)


def _cells(store: "Store", gathered: Gathered, name: str) -> "dict[int, Cell]":
    from workbench.ledger import metrics

    span = gathered.view.range
    found = metrics.read(store, name, span.since_ms, span.until_ms, bucket_ms=span.bucket_ms)
    return {cell.bucket_ms: cell for cell in found if cell.bucket_ms is not None}


def _line(gathered: Gathered, now_ms: int, name: str, points: dict[int, Point]) -> Line:
    starts = charts.frame(gathered.view.range, {}, now_ms).starts
    return Line(name, tuple(points.get(at, Point(at, None)) for at in starts))


def _is_count(cell: "Cell") -> bool:
    """Whether every value is 0 or 1: then the sketch holds no other bin, and the sum is whole."""
    from workbench.stats import sketch

    bins = {place for part in cell.sketch for place in sketch.unpack(part)}
    return bins <= {sketch.bin_of(0), sketch.bin_of(1)}


def _n(cells: "dict[int, Cell]") -> int:
    return sum(cell.n for cell in cells.values())
