"""Charts that PowerPoint itself draws and a person can edit: bars, lines, points with intervals, radars, timelines.

Each carries its figures as a workbook, the bounds of its intervals beside them, so that an edited figure moves what is drawn. A matrix
is a table. Owns no figure: what is shown is what the chart holds.
"""

import math
from collections.abc import Sequence
from typing import Any

from workbench.export import figures
from workbench.export.deck.model import Box
from workbench.export.drawing import looks
from workbench.export.literal import one_line, visible
from workbench.export.model import Chart, Line
from workbench.export.powerpoint import text, workbooks
from workbench.export.powerpoint.look import emu

SIZE = 14.0  # of text in a chart
_BELOW = 20.0  # for the line below that says n and what the intervals are
_DAY_MS = 86_400_000
_EPOCH_DAYS = 25_569  # from the day that a spreadsheet counts from to 1970-01-01
_KINDS = {"bar": "COLUMN_CLUSTERED", "bars": "BAR_CLUSTERED", "line": "LINE_MARKERS", "forest": "LINE_MARKERS", "radar": "RADAR_MARKERS"}


def add(slide: Any, chart: Chart, box: Box, accent: str) -> None:
    """The chart in its box, with what it is over in a line below."""
    below = foot(chart)
    inner = Box(box.left, box.top, box.width, box.height - (_BELOW if below else 0.0))
    frame = _timeline(slide, chart, inner) if chart.kind == "gantt" else _plotted(slide, chart, inner, accent)
    frame.name = "Chart"
    frame._element._nvXxPr.cNvPr.set("descr", alt(chart))  # noqa: SLF001 - alternative text has no API
    if below:
        words = slide.shapes.add_textbox(0, 0, 0, 0)
        text.box_of(words, Box(box.left, box.top + box.height - _BELOW + 3, box.width, _BELOW - 3))
        text.line(words, text.frame(words), below, 12.0, colour=text.SOFT)


def foot(chart: Chart) -> str:
    """What stands below a chart: n, and its note."""
    over = [f"n = {chart.n:,}"] if chart.n is not None else []
    return one_line(" · ".join([*over, *([chart.note] if chart.note else [])]))[:160]


def alt(chart: Chart) -> str:
    """What a reader who cannot see the chart should know: its own words, else its figures."""
    if chart.alt:
        return visible(chart.alt)
    told = [f"{label}: {', '.join(_told(chart, line, at) for line in chart.lines)}" for at, label in enumerate(chart.labels[:30])]
    return visible(f"{chart.title}. {'; '.join(told)}")


def is_empty(chart: Chart) -> bool:
    """Whether no figure of it is known."""
    lines = chart.lines[:1] if chart.kind == "gantt" else chart.lines
    figures_of = [line.low if chart.kind == "gantt" else line.values for line in lines]
    return not chart.labels or not any(value is not None for values in figures_of for value in values)


def _told(chart: Chart, line: Line, at: int) -> str:
    value = line.values[at] if at < len(line.values) else None
    return f"{line.name} {figures.told(value, chart.unit)}" if len(chart.lines) > 1 else figures.told(value, chart.unit)


def _plotted(slide: Any, chart: Chart, box: Box, accent: str) -> Any:
    from pptx.enum.chart import XL_CHART_TYPE

    data = _figures(number_format(chart))
    data.categories = [visible(label) or " " for label in chart.labels]
    for line in chart.lines:
        data.add_series(visible(line.name), _padded(line.values, len(chart.labels)))
    kind = XL_CHART_TYPE[_KINDS[chart.kind]]
    frame = slide.shapes.add_chart(kind, emu(box.left), emu(box.top), emu(box.width), emu(box.height), data)
    made = frame.chart
    workbooks.replace(made, chart)
    _dressed(made, chart)
    colours = looks.palette(accent, len(chart.lines))
    for series, line, colour in zip(made.plots[0].series, chart.lines, colours, strict=True):
        _series(series, chart, line, colour[1:])
    return frame


def _dressed(made: Any, chart: Chart) -> None:
    """Title, legend, axes and grid."""
    from pptx.enum.chart import XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK

    made.font.size = emu(SIZE)
    said = one_line(f"{chart.title} ({unit(chart)})" if unit(chart) else chart.title)
    made.has_title = bool(said)
    if said:
        title = made.chart_title.text_frame
        title.text = said
        font = title.paragraphs[0].runs[0].font
        font.size, font.bold = emu(SIZE + 2), True
        made.chart_title.include_in_layout = False
    made.has_legend = len(chart.lines) > 1
    if made.has_legend:
        made.legend.position, made.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        made.legend.font.size = emu(SIZE)
    if chart.kind == "radar":
        made.value_axis.minimum_scale = 0
        if chart.unit == "rating":
            made.value_axis.maximum_scale, made.value_axis.major_unit = 5, 1
        return
    value, category = made.value_axis, made.category_axis
    value.has_major_gridlines = True
    _thin(value.major_gridlines.format.line, "E4E7EB")
    _thin(category.format.line, "9AA5B1")
    value.format.line.fill.background()
    value.major_tick_mark = category.major_tick_mark = XL_TICK_MARK.NONE
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW  # below the plot where values are below 0
    value.tick_labels.number_format, value.tick_labels.number_format_is_linked = number_format(chart, axis=True), False
    category.tick_labels.font.size = value.tick_labels.font.size = emu(SIZE)
    _scaled(value, chart)
    if chart.kind == "bars":
        category.reverse_order = True
        _at_the_far_end(made)
    if chart.kind in ("bar", "bars"):
        made.plots[0].gap_width = 60 if len(chart.labels) > 2 else 110
        made.plots[0].overlap = -10


def _scaled(axis: Any, chart: Chart) -> None:
    """Bars begin at 0, shares lie between 0 and 1 where they are no differences; the rest is the program's choice."""
    values = [each for line in chart.lines for each in (*line.values, *line.low, *line.high) if each is not None]
    if chart.kind == "forest" or not values:
        return
    if min(values) >= 0 and (chart.kind != "line" or chart.unit == "share"):
        axis.minimum_scale = 0
    if chart.unit == "share" and min(values) >= 0 and 0.5 < max(values) <= 1:
        axis.maximum_scale, axis.major_unit = 1, 0.2


def _series(series: Any, chart: Chart, line: Line, colour: str) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE

    paint = _rgb(colour.upper())
    if chart.kind in ("bar", "bars"):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = paint
        series.invert_if_negative = False
    else:
        series.smooth = False
        series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 10 if chart.kind == "forest" else 7
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = paint
        series.marker.format.line.color.rgb = paint
        if chart.kind == "forest":
            series.format.line.fill.background()
        else:
            series.format.line.color.rgb, series.format.line.width = paint, emu(2.25)
    if chart.kind != "radar":
        _labels(series, chart, line)
        workbooks.intervals(series, chart, line)


def _labels(series: Any, chart: Chart, line: Line) -> None:
    """Figures beside their bars, where there are few enough to be read and no interval is drawn through them."""
    from pptx.enum.chart import XL_LABEL_POSITION

    if chart.kind not in ("bar", "bars") or len(chart.labels) * len(chart.lines) > 12:
        return
    labels = series.data_labels
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, number_format(chart), False
    labels.font.size = emu(SIZE)
    labels.position = XL_LABEL_POSITION.INSIDE_BASE if line.low and line.high else XL_LABEL_POSITION.OUTSIDE_END
    if line.low and line.high:
        from pptx.enum.dml import MSO_THEME_COLOR

        labels.font.bold = True
        labels.font.color.theme_color = MSO_THEME_COLOR.BACKGROUND_1


def _timeline(slide: Any, chart: Chart, box: Box) -> Any:
    """Stacked lying bars: up to the start unseen, what is done, what is left; the axis is in days."""
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.enum.dml import MSO_THEME_COLOR

    line = chart.lines[0]
    rows = [(at, low, high) for at, (low, high) in enumerate(zip(line.low, line.high, strict=True)) if low is not None and high is not None]
    data = _figures("yyyy-mm-dd")
    data.categories = [visible(chart.labels[at]) or " " for at, _, _ in rows]
    shares = [min(1.0, max(0.0, line.values[at] or 0.0)) if at < len(line.values) else 0.0 for at, _, _ in rows]
    starts = [low / _DAY_MS + _EPOCH_DAYS for _, low, _ in rows]
    days = [max(0.5, (high - low) / _DAY_MS) for _, low, high in rows]
    data.add_series("Start", starts)
    data.add_series("Done (days)", [each * share for each, share in zip(days, shares, strict=True)], "0.0")
    data.add_series("Left (days)", [each * (1 - share) for each, share in zip(days, shares, strict=True)], "0.0")
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, emu(box.left), emu(box.top), emu(box.width), emu(box.height), data)
    made = frame.chart
    _dressed(made, Chart("bars", chart.title, "", chart.labels, chart.lines[:1]))
    made.plots[0].gap_width, made.plots[0].overlap = 45, 100
    axis = made.value_axis
    first, last = min(starts), max(start + span for start, span in zip(starts, days, strict=True))
    axis.minimum_scale, axis.maximum_scale = float(int(first)), float(int(last) + 1)
    axis.major_unit = _step(last - first)
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "d mmm", False
    hidden, done, left = made.plots[0].series
    hidden.format.fill.background()
    for series in (done, left):
        series.format.fill.solid()
    done.format.fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_1
    left.format.fill.fore_color.rgb = _rgb("B8C4D2")
    return frame


def _step(days: float) -> float:
    return next((float(step) for step in (1, 2, 7, 14, 28, 56, 91, 182) if days / step <= 8), 365.0)


def unit(chart: Chart) -> str:
    """The unit in words for the title, where the axis does not say it."""
    known = {"share": "", "usd": "US dollars", "ms": "ms", "day": ""}
    return known.get(chart.unit, chart.unit)


def number_format(chart: Chart, *, axis: bool = False) -> str:
    """How the program writes figures of the unit, as `figures` does."""
    if chart.unit == "share":
        if chart.kind == "forest":
            return "+0.0 %;\u22120.0 %;0 %" if not axis else "+0 %;\u22120 %;0 %"
        return "0 %" if axis else "0.0 %"
    values = [abs(each) for line in chart.lines for each in line.values if each]
    least = min(values, default=1.0)
    if chart.unit == "usd":
        places = 2 if least >= 1 else 4 if least >= 0.01 else 6
        return f'"$"0.{"0" * places}'
    if chart.unit == "ms":
        return "#,##0"
    return "#,##0" if all(float(each).is_integer() for each in values) else "#,##0.00"


def _thin(line: Any, colour: str) -> None:

    line.color.rgb, line.width = _rgb(colour), emu(0.75)


def _at_the_far_end(made: Any) -> None:
    """With categories from the top, the figures belong to the bottom again."""
    for crosses in made.value_axis._element.iterchildren("{*}crosses"):  # noqa: SLF001 - python-pptx sets it for one axis alone
        crosses.set("val", "max")


def _padded(values: Sequence[float | None], count: int) -> list[float | None]:
    known = [value if value is not None and math.isfinite(value) else None for value in values[:count]]
    return [*known, *([None] * (count - len(known)))]


def _figures(number_format: str) -> Any:
    from pptx.chart import data

    made: Any = data.CategoryChartData
    return made(number_format=number_format)


def _rgb(colour: str) -> Any:
    from pptx.dml import color

    made: Any = color.RGBColor
    return made.from_string(colour)
