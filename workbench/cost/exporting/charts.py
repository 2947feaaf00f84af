"""The charts of the workbook: a waterfall of stacked columns, lines over the months. Owns where a column begins and ends, no figure."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workbench.cost.amounts import nano
from workbench.cost.outcome import Outcome

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SERIES = ("base", "total", "less", "less, below 0", "more", "more, below 0")
ROWS = 22  # of the sheet that a chart covers
_COLOURS = (None, "4C5C78", "2E8B6F", "2E8B6F", "C8553D", "C8553D")  # nothing, slate, green, red
_BEFORE, _AFTER = "8A93A6", "2F6FDE"
_LINES = ("2F6FDE", "C8553D", "2E8B6F", "8E5BB5", "B8860B", "4C5C78")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Step:
    """A column of the waterfall: what it says, and how high each of SERIES stands in it."""

    label: str
    usd: Decimal
    pieces: tuple[Decimal, ...]


def steps(outcome: Outcome) -> tuple[Step, ...]:
    """Before, every part, after. Parts alone may save more than there is: what lies under 0 is a piece of its own."""
    heights = [outcome.before.usd.value]
    for part in outcome.parts:
        heights.append(heights[-1] + part.usd)
    parts = (
        Step(part.label or part.kind, nano(part.usd), _pieces(start, end))
        for part, (start, end) in zip(outcome.parts, pairwise(heights), strict=True)
    )
    return (_total("before", outcome.before.usd.value), *parts, _total("after", outcome.after.usd.value))


def waterfall(sheet: "Worksheet", title: str, header: int, count: int) -> None:
    """Draw the table whose header stands in row `header` and which has `count` steps, beside it."""
    from openpyxl.chart import BarChart, Reference

    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", "stacked", 100, 40
    chart.add_data(Reference(sheet, min_col=3, max_col=2 + len(SERIES), min_row=header, max_row=header + count), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=header + 1, max_row=header + count))
    for series, colour in zip(chart.series, _COLOURS, strict=True):
        series.graphicalProperties.line.noFill = True
        if colour is None:
            series.graphicalProperties.noFill = True
        else:
            series.graphicalProperties.solidFill = colour
    chart.legend = None
    _dress(chart, f"{title[:120]}: what each part changes alone", "dollars a month")
    chart.x_axis.tickLblPos = "low"  # labels under the columns, where some lie under 0
    sheet.add_chart(chart, f"{chr(ord('A') + 2 + len(SERIES))}{header}")


def months(sheet: "Worksheet", scenarios: int, count: int) -> None:
    """Draw the sheet of months: a line a scenario, its baseline dashed; with one scenario alone its range as well."""
    from openpyxl.chart import LineChart, Reference

    chart: Any = LineChart()
    drawn = (1, 2, 3, 4) if scenarios == 1 else (1, 2)
    for scenario in range(scenarios):
        for part in drawn:
            column = 1 + 4 * scenario + part
            chart.add_data(Reference(sheet, min_col=column, min_row=1, max_row=1 + count), titles_from_data=True)
            line = chart.series[-1].graphicalProperties.line
            line.solidFill = _BEFORE if part == 1 and scenarios == 1 else _LINES[scenario % len(_LINES)]
            line.dashStyle = {1: "dash", 2: "solid"}.get(part, "sysDot")
            line.width = 28_000 if part == 2 else 15_000  # in English metric units: 2.2 and 1.2 points
            chart.series[-1].smooth = False
    if not chart.series:
        return
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=1 + count))
    chart.legend.position = "b"
    _dress(chart, "Month by month", "dollars a month")
    chart.x_axis.title = "month"
    sheet.add_chart(chart, f"B{count + 4}")


def _dress(chart: Any, title: str, axis: str) -> None:
    chart.title, chart.y_axis.title = title, axis
    chart.y_axis.number_format = '"$"#,##0.##'
    chart.x_axis.delete = chart.y_axis.delete = False  # left unsaid, newer spreadsheets draw no axes
    chart.width, chart.height = 24, 10.5  # centimetres


def _total(label: str, usd: Decimal) -> Step:
    return Step(label, nano(usd), (_ZERO, nano(usd), _ZERO, _ZERO, _ZERO, _ZERO))


def _pieces(start: Decimal, end: Decimal) -> tuple[Decimal, ...]:
    """The column between two heights: an unseen base up to it, then the piece above 0 and the one below."""
    low, high = min(start, end), max(start, end)
    base = low if low > 0 else min(high, _ZERO)
    above, below = max(high, _ZERO) - max(low, _ZERO), min(low, _ZERO) - min(high, _ZERO)
    pieces = (nano(above), nano(below))
    return (nano(base), _ZERO, *(pieces if end <= start else (_ZERO, _ZERO)), *((_ZERO, _ZERO) if end <= start else pieces))
