"""Charts as the spreadsheet's own: their figures stand beside them and can be changed. Owns the sheet of a chart and no other."""

from typing import TYPE_CHECKING, Any

from workbench.export.drawing import looks
from workbench.export.literal import visible
from workbench.export.model import Chart, Line
from workbench.export.spreadsheet import cells, grids

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_DAY_MS = 86_400_000
_EPOCH = 25_569  # the day of a spreadsheet on which 1970 begins
_WIDE, _TALL = 22, 10.5  # centimetres
_UNITS = {"ms": "milliseconds", "usd": "US dollars", "share": "per cent"}
_ROOM = "2026-01-01"  # every column of figures is as wide as a date
_ABOVE, _BELOW = "above", "below"


def write(sheet: "Worksheet", chart: Chart, accent: str) -> None:
    """Write a chart's figures from A1 and draw it beside them. A matrix is its own figures, coloured."""
    drawn = {"radar": _radar, "matrix": _matrix, "gantt": _gantt}.get(chart.kind, _plain)
    made = drawn(sheet, chart, accent)
    below = len(chart.labels) + 3
    about = (chart.title, chart.alt, f"n = {chart.n:,}" if chart.n is not None else "", chart.note)
    for text in (text for text in about if text):
        cells.put(sheet, below, 1, text)
        below += 1
    if made is not None:
        made.width, made.height = _WIDE, _TALL
        sheet.add_chart(made, f"{_letter(sheet.max_column + 2)}2")


def _plain(sheet: "Worksheet", chart: Chart, accent: str) -> Any:
    """Bars, lying or upright, lines, and points with intervals; the intervals are error bars."""
    from openpyxl.chart import BarChart, LineChart, Reference

    bounds = [bool(line.low and line.high) for line in chart.lines]
    names = [""]
    for line, has in zip(chart.lines, bounds, strict=True):
        names += [line.name, *([f"{line.name}, low", f"{line.name}, high", _BELOW, _ABOVE] if has else [])]
    _table(sheet, chart, names, accent)
    made: Any = LineChart() if chart.kind == "line" else BarChart()
    if chart.kind != "line":
        made.type, made.grouping, made.gapWidth = ("col" if chart.kind == "bar" else "bar"), "clustered", 60
    colours, column, last = looks.palette(f"#{accent.lower()}", len(chart.lines)), 2, len(chart.labels) + 1
    for line, has, colour in zip(chart.lines, bounds, colours, strict=True):
        _values(sheet, column, line.values, chart.unit)
        made.add_data(Reference(sheet, min_col=column, min_row=1, max_row=last), titles_from_data=True)
        _coloured(made.series[-1], chart.kind, colour)
        if has:
            _interval(sheet, made.series[-1], column, line, chart.unit)
        column += 5 if has else 1
    made.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    made.x_axis.tickLblPos = "low"
    if made.tagname == "barChart" and made.type == "bar":
        _downwards(made)
    return _dressed(made, chart, cells.FORMS.get(chart.unit, "General"))


def _interval(sheet: "Worksheet", series: Any, column: int, line: Line, unit: str) -> None:
    from openpyxl.chart.data_source import NumDataSource, NumRef
    from openpyxl.chart.error_bar import ErrorBars

    _values(sheet, column + 1, line.low, unit)
    _values(sheet, column + 2, line.high, unit)
    gaps = [
        [None if value is None or bound is None else abs(value - bound) for value, bound in zip(line.values, each, strict=False)]
        for each in (line.low, line.high)
    ]
    refs = []
    for at, values in enumerate(gaps, column + 3):
        _values(sheet, at, values, unit)
        place = f"${_letter(at)}$2:${_letter(at)}${len(line.values) + 1}"
        refs.append(NumDataSource(numRef=NumRef(f=f"{_quoted(sheet.title)}!{place}")))
    series.errBars = ErrorBars(errBarType="both", errValType="cust", minus=refs[0], plus=refs[1])


def _radar(sheet: "Worksheet", chart: Chart, accent: str) -> Any:
    from openpyxl.chart import RadarChart, Reference

    _table(sheet, chart, ["", *(line.name for line in chart.lines)], accent)
    made: Any = RadarChart()
    made.type = "marker"
    for column, (line, colour) in enumerate(zip(chart.lines, looks.palette(f"#{accent.lower()}", len(chart.lines)), strict=True), 2):
        _values(sheet, column, line.values, chart.unit)
        made.add_data(Reference(sheet, min_col=column, min_row=1, max_row=len(chart.labels) + 1), titles_from_data=True)
        _coloured(made.series[-1], "line", colour)
    made.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=len(chart.labels) + 1))
    return _dressed(made, chart, cells.FORMS.get(chart.unit, "General"))


def _matrix(sheet: "Worksheet", chart: Chart, accent: str) -> None:
    from openpyxl.formatting.rule import ColorScaleRule

    _table(sheet, chart, ["", *(line.name for line in chart.lines)], accent)
    for column, line in enumerate(chart.lines, 2):
        _values(sheet, column, line.values, chart.unit)
    if chart.lines and chart.labels:
        area = f"B2:{_letter(len(chart.lines) + 1)}{len(chart.labels) + 1}"
        coloured: Any = ColorScaleRule
        rule = coloured(start_type="min", start_color="FFFFFFFF", end_type="max", end_color=f"FF{accent}")
        sheet.conditional_formatting.add(area, rule)


def _gantt(sheet: "Worksheet", chart: Chart, accent: str) -> Any:
    """Bars from a day on: an unseen one up to it, one for what is done, one for what is left."""
    from openpyxl.chart import BarChart, Reference

    _table(sheet, chart, ["", "begins", "days done", "days left", "ends", "share done"], accent)
    line = chart.lines[0] if chart.lines else Line("", ())
    for at, (low, high) in enumerate(zip(line.low, line.high, strict=False), 2):
        if low is None or high is None:
            continue
        done = (line.values[at - 2] if at - 2 < len(line.values) else None) or 0.0
        days = (high - low) / _DAY_MS
        last = max(low, (high - 1) // _DAY_MS * _DAY_MS)  # `high` is the midnight after it
        dates = (low / _DAY_MS + _EPOCH, days * done, days * (1 - done), last / _DAY_MS + _EPOCH, done)
        for column, value in enumerate(dates, 2):
            cell: Any = sheet.cell(at, column)
            cell.value, cell.number_format = value, {2: "yyyy-mm-dd", 5: "yyyy-mm-dd", 6: "0%"}.get(column, "0.0")
    made: Any = BarChart()
    made.type, made.grouping, made.overlap, made.gapWidth = "bar", "stacked", 100, 50
    made.add_data(Reference(sheet, min_col=2, max_col=4, min_row=1, max_row=len(chart.labels) + 1), titles_from_data=True)
    made.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=len(chart.labels) + 1))
    made.series[0].graphicalProperties.noFill = made.series[0].graphicalProperties.line.noFill = True
    light = looks.mix(f"#{accent.lower()}", "#ffffff", 0.4).lstrip("#")
    made.series[1].graphicalProperties.solidFill, made.series[2].graphicalProperties.solidFill = accent, light
    _downwards(made)
    starts = [value for value in line.low if value is not None]
    if starts:
        made.y_axis.scaling.min = min(starts) // _DAY_MS + _EPOCH
    return _dressed(made, chart, "yyyy-mm-dd")


def _downwards(made: Any) -> None:
    """The first label at the top, as in the table, and the values still under the bars."""
    made.x_axis.scaling.orientation, made.y_axis.crosses = "maxMin", "max"


def _table(sheet: "Worksheet", chart: Chart, names: list[str], accent: str) -> None:
    grids.header(sheet, names, accent)
    for at, label in enumerate(chart.labels, 2):
        cells.put(sheet, at, 1, label[: cells.LONGEST // 2])
    grids.width(sheet, [[name + "  " for name in names], *([label] for label in chart.labels), ["", *[_ROOM] * (len(names) - 1)]])


def _values(sheet: "Worksheet", column: int, values: Any, unit: str) -> None:
    for at, value in enumerate(values, 2):
        if value is not None:  # an empty cell is a gap in the chart, never 0
            cell: Any = sheet.cell(at, column)
            cell.value, cell.number_format = value, cells.FORMS.get(unit, "General")


def _coloured(series: Any, kind: str, colour: str) -> None:
    bare = colour.lstrip("#")
    if kind in ("line", "forest"):
        series.graphicalProperties.line.solidFill = bare
        series.marker.symbol, series.marker.size = "circle", 7
        series.marker.graphicalProperties.solidFill = series.marker.graphicalProperties.line.solidFill = bare
        series.smooth = False
    if kind != "line":
        series.graphicalProperties.solidFill = bare


def _dressed(made: Any, chart: Chart, form: str) -> Any:
    made.title = visible(chart.title)[:200] or None
    made.y_axis.title = visible(_UNITS.get(chart.unit, chart.unit))[:60] if made.tagname != "radarChart" and chart.kind != "gantt" else None
    made.y_axis.number_format, made.y_axis.numFmt.sourceLinked = form, False
    made.x_axis.delete = made.y_axis.delete = False  # left unsaid, newer spreadsheets draw no axes
    made.display_blanks = "gap"
    made.legend.position = "b"
    if len(chart.lines) == 1 and chart.kind != "gantt":
        made.legend = None
    return made


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
