"""Tables on slides: real ones, with a head, thin lines and figures to the right."""

import math
from typing import Any

from workbench.export import figures
from workbench.export.deck.model import CELL_PAD, CELL_RISE, Box, Grid, Par
from workbench.export.drawing import looks
from workbench.export.literal import one_line, visible
from workbench.export.model import Chart, Run, plain
from workbench.export.powerpoint import text
from workbench.export.powerpoint.look import POINT, emu

_PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # Office's own "No Style, No Grid"
_LINE = "D5DAE1"
_ALIGN = {"left": "", "right": "r", "centre": "ctr"}


def add(slide: Any, grid: Grid, alt: str = "") -> Any:
    """The table in its box."""
    box, table = grid.box, grid.table
    shape = slide.shapes.add_table(len(table.rows) + 1, len(table.columns), emu(box.left), emu(box.top), emu(box.width), emu(box.height))
    shape.name = "Table"
    said = visible(alt or " | ".join(column.name for column in table.columns)[:300])
    shape._element._nvXxPr.cNvPr.set("descr", said)  # noqa: SLF001 - no API
    made = shape.table
    made._tbl.tblPr.find(_qn("a:tableStyleId")).text = _PLAIN  # noqa: SLF001 - no API
    made.horz_banding = False
    for column, width in zip(made.columns, grid.widths, strict=True):
        column.width = emu(width)
    for row, height in zip(made.rows, grid.heights, strict=True):
        row.height = emu(height)
    for at, column in enumerate(table.columns):
        runs = (Run(column.name, bold=True),)
        _cell(made.cell(0, at), runs, grid.size, column.align, head=True)
    for number, row in enumerate(table.rows, 1):
        for at, cell in enumerate(row):
            _cell(made.cell(number, at), cell.runs, grid.size, table.columns[at].align)
    return shape


def _cell(cell: Any, runs: tuple[Run, ...], size: float, align: str, *, head: bool = False, ground: str = "") -> None:
    body = cell._tc.get_or_add_txBody()  # noqa: SLF001 - see text.frame
    for old in list(body.p_lst):
        body.remove(old)
    par = Par(runs, size)
    text.paragraph(cell, body, par, text.INK, _ALIGN[align] if not text.is_rtl(plain(runs)) else "")
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - borders have no API
    for name, points in (("marL", CELL_PAD), ("marR", CELL_PAD), ("marT", CELL_RISE), ("marB", CELL_RISE)):
        properties.set(name, str(round(points * POINT)))
    properties.set("anchor", "ctr" if head else "t")
    for side in ("a:lnL", "a:lnR", "a:lnT"):
        text.sub(text.sub(properties, side, w="0"), "a:noFill")
    below = text.sub(properties, "a:lnB", w=str(POINT * 3 // 2 if head else POINT * 3 // 4))
    text.fill(below, text.ACCENT if head else _LINE)
    if ground:
        text.fill(properties, ground)
    else:
        text.sub(properties, "a:noFill")


def _qn(tag: str) -> str:
    from pptx.oxml.ns import qn

    return str(qn(tag))


def add_matrix(slide: Any, chart: Chart, box: Box, alt: str) -> None:
    """A matrix as a table: its lines are rows, its labels columns, a cell the darker the more it holds."""
    values = [value for line in chart.lines for value in line.values if value is not None and math.isfinite(value)]
    top = max(values, default=0.0) or 1.0
    rows, columns = len(chart.lines) + 1, len(chart.labels) + 1
    title = slide.shapes.add_textbox(0, 0, 0, 0)
    text.box_of(title, Box(box.left, box.top, box.width, 24))
    text.line(title, text.frame(title), one_line(chart.title), 16.0, bold=True, align="ctr")
    width, height = box.width / columns, min(64.0, (box.height - 32) / rows)
    frame = slide.shapes.add_table(rows, columns, emu(box.left), emu(box.top + 32), emu(box.width), emu(height * rows))
    frame.name = "Matrix"
    frame._element._nvXxPr.cNvPr.set("descr", alt)  # noqa: SLF001 - no API
    made = frame.table
    made._tbl.tblPr.find(_qn("a:tableStyleId")).text = _PLAIN  # noqa: SLF001 - no API
    for column in made.columns:
        column.width = emu(width)
    for row in made.rows:
        row.height = emu(height)
    for at, label in enumerate(("", *chart.labels)):
        _cell(made.cell(0, at), (Run(label, bold=True),), 14.0, "centre" if at else "left", head=True)
    for number, line in enumerate(chart.lines, 1):
        _cell(made.cell(number, 0), (Run(line.name, bold=True),), 14.0, "left")
        for at in range(len(chart.labels)):
            value = line.values[at] if at < len(line.values) else None
            value = value if value is not None and math.isfinite(value) else None
            share = 0.0 if value is None else max(0.0, value / top)
            ground = looks.mix(looks.DEFAULT_ACCENT, "#ffffff", 0.08 + 0.5 * share)[1:].upper() if share else ""
            said = "" if value is None else figures.told(value, chart.unit if chart.unit in ("share", "usd", "ms") else "count")
            _cell(made.cell(number, at + 1), (Run(said, bold=share > 0),), 18.0, "centre", ground=ground)
