"""The workbook inside a chart: labels, values, and below each series the distances to the bounds of its intervals.

Error bars refer to those cells, so that a person who edits them moves the bars. Texts are texts there, never formulas.
"""

import io
import math
from collections.abc import Sequence
from typing import Any

from workbench.export.literal import visible
from workbench.export.model import Chart, Line

_AFTER_ERROR_BARS = ("c:cat", "c:val", "c:smooth", "c:shape", "c:extLst")  # what the schema wants behind them


def replace(made: Any, chart: Chart) -> None:
    """Put our workbook in the place of python-pptx's: the same cells, and the bounds to the right of them."""
    made.part.chart_workbook.update_from_xlsx_blob(_workbook(chart))


def intervals(series: Any, chart: Chart, line: Line) -> None:
    """Error bars from the bounds of a line; none where no bound is known."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    if not (line.low and line.high) or not any(each is not None for each in _below(chart, line)):
        return
    at = len(chart.lines) + 2 + 2 * chart.lines.index(line)
    parts = []
    for tag, column, values in (("plus", at + 1, _above(chart, line)), ("minus", at, _below(chart, line))):
        cells = f"Sheet1!${_letter(column)}$2:${_letter(column)}${len(chart.labels) + 1}"
        points = "".join(f'<c:pt idx="{n}"><c:v>{value!r}</c:v></c:pt>' for n, value in enumerate(values) if value is not None)
        cache = f'<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numCache>'
        parts.append(f"<c:{tag}><c:numRef><c:f>{cells}</c:f>{cache}</c:numRef></c:{tag}>")
    look = '<c:spPr><a:ln w="19050" cap="flat"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill><a:round/></a:ln></c:spPr>'
    direction = '<c:errDir val="y"/>' if chart.kind in ("line", "forest") else ""
    head = f'{direction}<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
    bars = parse_xml(f"<c:errBars {nsdecls('c', 'a')}>{head}{''.join(parts)}{look}</c:errBars>")
    element: Any = series._element  # noqa: SLF001 - error bars have no API
    before = next((child for child in element if child.tag in {qn(tag) for tag in _AFTER_ERROR_BARS}), None)
    if before is None:
        element.append(bars)
    else:
        before.addprevious(bars)


def _workbook(chart: Chart) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sheet1"
    rows: list[list[str | float | None]] = [["", *(visible(line.name) for line in chart.lines)]]
    rows += [[visible(label), *(_at(line.values, n) for line in chart.lines)] for n, label in enumerate(chart.labels)]
    for line in chart.lines:
        rows[0] += [f"{visible(line.name)}: down to", f"{visible(line.name)}: up to"]
        for n, (low, high) in enumerate(zip(_below(chart, line), _above(chart, line), strict=True)):
            rows[n + 1] += [low, high]
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row, 1):
            if value is None or value == "":
                continue
            cell = sheet.cell(number, at)
            if isinstance(value, str):
                cell.value = value[:32_000]
                cell.data_type = "s"  # a text that begins with "=" is no formula
            else:
                cell.value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _below(chart: Chart, line: Line) -> list[float | None]:
    return [_apart(_at(line.values, n), _at(line.low, n)) for n in range(len(chart.labels))]


def _above(chart: Chart, line: Line) -> list[float | None]:
    return [_apart(_at(line.high, n), _at(line.values, n)) for n in range(len(chart.labels))]


def _apart(upper: float | None, lower: float | None) -> float | None:
    return None if upper is None or lower is None else max(0.0, upper - lower)


def _at(values: Sequence[float | None], at: int) -> float | None:
    value = values[at] if at < len(values) else None
    return value if value is not None and math.isfinite(value) else None


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)
