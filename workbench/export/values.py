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
    if chart.kind == "forest":
        return _difference(chart, line, at, value)
    unit = chart.unit if chart.unit in _UNITS else ""
    told = figures.told(value, unit)
    between = figures.interval(_at(line.low, at), _at(line.high, at), unit)
    return Cell(inline(f"{told} ({between})" if between else told), value)


def _difference(chart: Chart, line: Line, at: int, value: float) -> Cell:
    """A difference has its sign, one of shares is in points, one of counts keeps its fraction."""
    points = 100.0 if chart.unit == "share" else 1.0
    exact = chart.unit in ("share", "tokens", "calls", "count")

    def said(one: float) -> str:
        if exact:
            return figures.number(round(one * points, 1), 1)
        return figures.told(one, chart.unit if chart.unit in _UNITS else "")

    sign = "+" if value > 0 and any(c in "123456789" for c in said(value)) else ""
    told = sign + said(value) + (" points" if chart.unit == "share" else "")
    low, high = _at(line.low, at), _at(line.high, at)
    return Cell(inline(told if low is None or high is None else f"{told} ({said(low)} to {said(high)})"), value)


def _tasks(chart: Chart) -> tuple[tuple[Cell, ...], ...]:
    line = chart.lines[0] if chart.lines else Line("", ())
    rows = []
    for at, label in enumerate(chart.labels):
        done = _at(line.values, at)
        rows.append(
            (
                Cell(inline(label)),
                Cell(inline(_day(_at(line.low, at)))),
                Cell(inline(_day(_last(_at(line.high, at))))),
                Cell(inline(figures.NONE if done is None else f"{round(done * 100)} %"), done),
            )
        )
    return tuple(rows)


def _day(at_ms: float | None) -> str:
    return figures.NONE if at_ms is None or not 0 <= at_ms <= _LATEST_MS else figures.day(round(at_ms))


def _last(until_ms: float | None) -> float | None:
    """A moment of the last day of a task whose end is the midnight after it."""
    return None if until_ms is None else until_ms - 1


def _at(values: Sequence[float | None], at: int) -> float | None:
    value = values[at] if at < len(values) else None
    return value if value is not None and math.isfinite(value) else None
