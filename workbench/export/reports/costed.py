"""An outcome of a cost scenario as tables and charts, all of it worked out by `workbench.cost`: no saving without quality and latency."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from workbench.cost import comparing, engine
from workbench.cost.amounts import UNKNOWN, ranged, told
from workbench.cost.comparing import AFTER, BEFORE, SAVED
from workbench.cost.model import Lever, Scenario
from workbench.cost.outcome import Figure, Outcome, Quality, Side
from workbench.errors import InputError
from workbench.export import figures, period
from workbench.export.model import Cell, Chart, Line, Run, Table, inline
from workbench.export.reports import blocks

if TYPE_CHECKING:
    from workbench.cost.keeping import Kept
    from workbench.cost.working import Inputs
    from workbench.store import Store

_FEW_DRAWS = 200  # of a lever alone only the point is shown
_UNKNOWN = Cell((Run(UNKNOWN, italic=True),))
_SIDES = (BEFORE, AFTER, SAVED)


def priced_at(store: "Store", kept: "Kept") -> tuple[int, str]:
    """The moment of a scenario's prices and why that one: the scenario's own, else noon of the newest day that the store knows."""
    if kept.scenario.prices_at_ms is not None:
        return kept.scenario.prices_at_ms, "the day the scenario names"
    newest = max(kept.created_ms, period.newest_ms(store) or 0)
    return newest // period.DAY_MS * period.DAY_MS + period.DAY_MS // 2, "the newest day of the data: of the scenario, or of a call"


def undated(shown: object, at_ms: int) -> str:
    """`shown` as a digest covers it, without the day of its prices: a later day with the same prices changes nothing."""
    return json.dumps(shown, sort_keys=True).replace(f" at {figures.day(at_ms)}", "")


def month(outcome: Outcome) -> Table:
    """Money, calls, quality and latency of a month, before and after, each with its range."""
    shown: dict[str, dict[str, Cell]] = {}
    for record in comparing.records(outcome):
        if record.section in ("month", "quality", "latency"):
            shown.setdefault(record.item, {})[record.side] = _record(record)
    rows = [[blocks.words(item), *(cells.get(side, blocks.words("")) for side in _SIDES)] for item, cells in shown.items()]
    return blocks.table(["A month", *(f"{side.capitalize()}>" for side in _SIDES)], rows, "Ranges are p5 to p95.")


def sentence(outcome: Outcome) -> str:
    """What a month costs and saves, and what that does to quality and latency."""
    saved, share, before, after = comparing.saved(outcome), comparing.saved_share(outcome), outcome.before, outcome.after
    part = "" if share is None else f", {told(abs(share), 'share')}"
    gap = "" if saved is None else f": {told(abs(saved.value), 'usd')} {'less' if saved.value >= 0 else 'more'}{part}"
    if not outcome.scenario.levers:
        return f"A month costs {_total(after)}. Quality: {_quality(after.quality)}. Latency (p95): {_ms(after)}."
    month_of = f"A month costs {_total(after)} instead of {_total(before)}{gap}."
    quality = f"Quality: {_quality(after.quality)} instead of {_quality(before.quality)}."
    return f"{month_of} {quality} Latency (p95): {_ms(after)} instead of {_ms(before)}."


def steps(outcome: Outcome, found: "Inputs", scenario: Scenario) -> Table | None:
    """What each part changes by itself in money, and what it alone does to quality and latency. None where what is saved is not known."""
    parts = comparing.steps(outcome)
    if not parts:
        return None
    alone = {lever.kind: _alone(scenario, found, lever) for lever in scenario.levers}
    rows = []
    for part in parts:
        side = alone.get(part.kind)
        quality = blocks.words("") if side is None else _share(side.quality)
        slow = blocks.words("") if side is None else _slow(side)
        rows.append([blocks.words(part.label or part.kind), _usd(part.usd), quality, slow])
    ends = [("Before", outcome.before), ("After", outcome.after)]
    made = [[blocks.words(name), _usd_of(comparing.total(side)), _share(side.quality), _slow(side)] for name, side in ends]
    columns = ["Part", "Dollars a month>", "Quality with it alone>", "Latency (p95) with it alone>"]
    return blocks.table(
        columns, [made[0], *rows, made[1]], "Less than 0 saves. Parts overlap: what is left over stands as a part of its own."
    )


def waterfall(outcome: Outcome) -> Chart | None:
    """The parts as bars; None where what is saved is not known."""
    parts = comparing.steps(outcome)
    if not parts:
        return None
    labels = tuple(part.label or part.kind for part in parts)
    said = f"From {_total(outcome.before)} to {_total(outcome.after)} a month: " + "; ".join(
        f"{part.label or part.kind} {told(part.usd, 'usd')}" for part in parts
    )
    line = Line("change", tuple(float(part.usd) for part in parts))
    return Chart("bars", "What each part changes, dollars a month", "usd", labels, (line,), note="Left of 0 saves.", alt=said)


def tornado(outcome: Outcome) -> tuple[Chart, Table] | None:
    """How far each unsure thing alone moves the month after; None where nothing is unsure or priced."""
    bars, total = comparing.bars(outcome), comparing.total(outcome.after)
    if not bars or total is None:
        return None
    middle = float(total.value)
    ends = [sorted((float(each.low), float(each.high))) for each in bars]
    line = Line("change", tuple(0.0 for _ in bars), tuple(low - middle for low, _ in ends), tuple(high - middle for _, high in ends))
    title = "How far each unsure thing moves the month, dollars"
    note = f"0 is {told(total.value, 'usd')}; each bar from p5 to p95 of one thing, all else in the middle."
    said = "; ".join(f"{each.name}: {told(each.low, 'usd')} to {told(each.high, 'usd')}" for each in bars)
    chart = Chart("forest", title, "usd", tuple(each.name for each in bars), (line,), note=note, alt=said)
    rows = [
        [blocks.words(each.name), blocks.words(each.at_low), _usd(each.low), blocks.words(each.at_high), _usd(each.high)] for each in bars
    ]
    return chart, blocks.table(["Unsure", "At p5", "Month>", "At p95", "Month>"], rows)


def models(outcome: Outcome) -> Table:
    """Each model's calls and dollars before and after, and where its price is from."""
    before, after = comparing.by_model(outcome.before), comparing.by_model(outcome.after)
    rows = []
    for name in dict.fromkeys([*before, *after]):
        cells = [blocks.words(name)]
        for side in (before, after):
            each = side.get(name)
            none = each is None or each.usd is None
            cells += [
                blocks.words("") if each is None else _UNKNOWN if none else _usd(each.usd),
                blocks.words("") if each is None else _number(each.share, "share"),
            ]
        rows.append([*cells, blocks.words((after.get(name) or before[name]).source or "no price known")])
    columns = ["Model", "Before>", "Share of calls>", "After>", "Share of calls>", "Price from"]
    return blocks.table(columns, rows, "Dollars a month; shares of the calls that reach any model.")


def months(outcome: Outcome) -> tuple[Chart, Table] | None:
    """The months ahead, before and after, with their ranges; None where one of them has no price."""
    if comparing.total(outcome.before) is None or comparing.total(outcome.after) is None or not outcome.months:
        return None
    labels = tuple(str(at) for at in range(1, len(outcome.months) + 1))
    sides = [("as it is", outcome.months_before), ("scenario", outcome.months)]
    shown = sides if outcome.scenario.levers else sides[1:]
    lines = tuple(_line(name, found) for name, found in shown)
    said = f"The year after: {ranged(outcome.year)}"
    chart = Chart("line", "The months ahead, dollars", "usd", labels, lines, note="Bands: p5 to p95.", alt=said)
    rows = [[blocks.words(label), *(_usd_of(found[at]) for _, found in shown)] for at, label in enumerate(labels)]
    rows.append([blocks.words("Sum"), *([blocks.words("")] if len(shown) > 1 else []), _usd_of(outcome.year)])
    return chart, blocks.table(["Month", *(f"{name.capitalize()}>" for name, _ in shown)], rows)


def assumptions(outcome: Outcome) -> Table:
    """Everything the result rests on, with where it is from and the field that changes it."""
    rows = [
        [blocks.words(each.name), blocks.words(each.value), blocks.words(each.source), blocks.words(each.field, code=True)]
        for each in outcome.assumptions
    ]
    return blocks.table(["What", "How much", "Where from", "Field"], rows)


def sides_sources(outcome: Outcome) -> list[str]:
    """Where quality and latency of each model are from, and of which nothing is known."""
    said = []
    for name, mine in (("Quality", outcome.after.quality), ("Latency", outcome.after.latency)):
        said += [f"{name} of {model}: {source}." for model, source in mine.sources.items()]
        said += [f"{name} of {model} is not known: run it on a dataset, or state it in the scenario." for model in mine.unknown]
    return said


def _alone(scenario: Scenario, found: "Inputs", lever: Lever) -> Side | None:
    """The month with one lever alone; None where it cannot be worked out by itself."""
    try:
        made = engine.evaluate(
            replace(scenario, levers=(lever,)),
            found.traffic,
            found.measured,
            found.book,
            found.quality,
            found.latency,
            draws=_FEW_DRAWS,
        )
    except InputError:
        return None
    return made.after


def _record(record: comparing.Record) -> Cell:
    if record.value is None:
        return blocks.words(record.text) if record.text else _UNKNOWN
    figure = ranged(Figure(record.value, record.low, record.high), record.unit)
    text = figure + (f"; {record.text}" if record.text and record.section == "month" else "")
    return Cell(inline(text), float(record.value))


def _line(name: str, found: Sequence[Figure]) -> Line:
    low, high = (
        tuple(None if end is None else float(end) for end in ends) for ends in ([each.low for each in found], [each.high for each in found])
    )
    return Line(name, tuple(float(each.value) for each in found), low, high)


def _total(side: Side) -> str:
    figure = comparing.total(side)
    return "an unknown amount (no price is known)" if figure is None else ranged(figure)


def _quality(quality: Quality) -> str:
    return told(quality.value, "share")


def _ms(side: Side) -> str:
    return told(None if side.latency.p95_ms is None else Decimal(str(side.latency.p95_ms)), "ms")


def _share(quality: Quality) -> Cell:
    if quality.value is None:
        return _UNKNOWN
    return Cell(inline(ranged(Figure(quality.value, quality.low, quality.high), "share")), float(quality.value))


def _slow(side: Side) -> Cell:
    return _UNKNOWN if side.latency.p95_ms is None else Cell(inline(_ms(side)), float(side.latency.p95_ms))


def _usd(value: Decimal | None) -> Cell:
    return _number(value, "usd")


def _usd_of(figure: Figure | None) -> Cell:
    return _UNKNOWN if figure is None else Cell(inline(ranged(figure)), float(figure.value))


def _number(value: Decimal | None, unit: str) -> Cell:
    return _UNKNOWN if value is None else Cell(inline(told(value, unit)), float(value))
