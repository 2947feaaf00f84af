"""The figures of a chart as a table: what a chart says, for formats without pictures and for readers who cannot see them."""

import math
from collections.abc import Sequence

from workbench.export import figures
from workbench.export.model import Cell, Chart, Column, Line, Table, inline

_UNITS = {"ms": "", "usd": "", "share": "", "calls": "calls", "tokens": "tokens", "count": ""}
_LATEST_MS = 250_000_000_000_000  # about the year 9892: a date beyond it cannot be told


def table(chart: Chart) -> Table:
    """A row a label, a column a line; an interval stands in brackets behind its value. A timeline has from, to and the share done."""
    if chart.kind == "gantt":
        return Table((Column("Task"), Column("From"), Column("To"), Column("Done", "right")), _tasks(chart))
    columns = (Column(""), *(Column(line.name or "Value", "right") for line in chart.lines))
    rows = tuple((Cell(inline(label)), *(_cell(chart, line, at) for line in chart.lines)) for at, label in enumerate(chart.labels))
    return Table(columns, rows)


def measured(chart: Chart) -> str:
    """What the values are in, and over how many things: `calls, n = 1,204`. Empty where neither is to be said."""
    unit = _UNITS.get(chart.unit, chart.unit)
    counted = "" if chart.n is None else f"n = {figures.count(chart.n)}"
    return ", ".join(part for part in ("" if chart.kind == "gantt" else unit, counted) if part)


def _cell(chart: Chart, line: Line, at: int) -> Cell:
    value = _at(line.values, at)
    if value is None:
        return Cell(inline(figures.NONE))
    unit = chart.unit if chart.unit in _UNITS else ""
    told, low, high = figures.told(value, unit), _at(line.low, at), _at(line.high, at)
    if chart.kind == "forest" and value > 0:
        told = f"+{told}"
    between = figures.interval(low, high, unit)
    return Cell(inline(f"{told} ({between})" if between else told), value)


def _tasks(chart: Chart) -> tuple[tuple[Cell, ...], ...]:
    line = chart.lines[0] if chart.lines else Line("", ())
    rows = []
    for at, label in enumerate(chart.labels):
        done = _at(line.values, at)
        rows.append(
            (
                Cell(inline(label)),
                Cell(inline(_day(_at(line.low, at)))),
                Cell(inline(_day(_at(line.high, at)))),
                Cell(inline(figures.NONE if done is None else f"{round(done * 100)} %"), done),
            )
        )
    return tuple(rows)


def _day(at_ms: float | None) -> str:
    return figures.NONE if at_ms is None or not 0 <= at_ms <= _LATEST_MS else figures.day(round(at_ms))


def _at(values: Sequence[float | None], at: int) -> float | None:
    value = values[at] if at < len(values) else None
    return value if value is not None and math.isfinite(value) else None
