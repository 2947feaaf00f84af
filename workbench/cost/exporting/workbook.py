"""Outcomes as a workbook: figures are numbers, texts are texts, and the charts are the spreadsheet's own. Equal outcomes, equal bytes."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost import comparing
from workbench.cost.amounts import nano
from workbench.cost.exporting import charts
from workbench.cost.outcome import Outcome

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_FORMATS = {"usd": '"$"#,##0.00', "share": "0.0%", "ms": '#,##0" ms"', "calls": "#,##0", "ratio": "0.0000"}
_SMALL = '"$"0.000000'  # dollars under one
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML has no place for them
_LONGEST = 32_767  # characters a cell holds
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment a zip knows


def write(outcomes: Sequence[Outcome]) -> bytes:
    """The workbook: Comparison, Waterfall, Months, Models, Assumptions, Notes."""
    from openpyxl import Workbook

    book, titles = Workbook(), [_holdable(title) for title in comparing.titles(outcomes)]  # charts take them as they come
    sheet = book.active
    assert sheet is not None
    sheet.title = "Comparison"
    _comparison(sheet, outcomes, titles)
    _waterfall(book.create_sheet("Waterfall"), outcomes, titles)
    _months(book.create_sheet("Months"), outcomes, titles)
    _models(book.create_sheet("Models"), outcomes, titles)
    _assumptions(book.create_sheet("Assumptions"), outcomes, titles)
    _notes(book.create_sheet("Notes"), outcomes, titles)
    book.properties.creator = "Prompt Workbench"
    out = io.BytesIO()
    book.save(out)
    return _dateless(out.getvalue())


def put(sheet: "Worksheet", row: int, cells: Iterable[object], *, column: int = 1, bold: bool = False, unit: str = "usd") -> None:
    """Write a row: decimals as numbers in the form of `unit`, texts as texts whatever they begin with, None as nothing."""
    from openpyxl.styles import Font

    for at, value in enumerate(cells, column):
        if value is None:
            continue
        cell: Any = sheet.cell(row, at)
        if isinstance(value, Decimal | int):
            number = Decimal(value)
            cell.value = nano(number)
            cell.number_format = _SMALL if unit == "usd" and 0 < abs(number) < 1 else _FORMATS.get(unit, "General")
        else:
            text = cell.value = _holdable(str(value))
            cell.data_type = "s"  # a text that begins with = is no formula,
            cell.quotePrefix = text.startswith(("=", "+", "-", "@"))  # nor becomes one when somebody edits it
        if bold:
            cell.font = Font(bold=True)


def _comparison(sheet: "Worksheet", outcomes: Sequence[Outcome], titles: Sequence[str]) -> None:
    """A row a figure; each scenario has three columns: the figure, its p5 and its p95."""
    put(sheet, 1, ["section", "figure", "side", *(part for title in titles for part in (title, "p5", "p95")), "remarks"], bold=True)
    rows = [row for row in comparing.side_by_side(outcomes) if row.section not in ("months", "what matters")]
    for at, row in enumerate(rows, 2):
        put(sheet, at, [row.section, row.item, row.side])
        for number, cell in enumerate(row.cells):
            if cell is not None:
                put(sheet, at, [cell.value, cell.low, cell.high], column=4 + 3 * number, unit=row.unit)
                if cell.value is None:
                    put(sheet, at, ["unpriced" if cell.text == "unpriced" else "unknown"], column=4 + 3 * number)
        put(
            sheet, at, ["; ".join(dict.fromkeys(cell.text for cell in row.cells if cell and cell.text)) or None], column=4 + 3 * len(titles)
        )
    _wide(sheet, [14, 30, 12, *[16] * 3 * len(titles), 40], frozen="D2")


def _waterfall(sheet: "Worksheet", outcomes: Sequence[Outcome], titles: Sequence[str]) -> None:
    """A table for each scenario with its chart beside it."""
    first = 1
    for title, outcome in zip(titles, outcomes, strict=True):
        put(sheet, first, [title], bold=True)
        if comparing.saved(outcome) is None:
            put(sheet, first + 1, ["unpriced"])
            first += 4
            continue
        put(sheet, first + 1, ["step", "dollars a month", *charts.SERIES], bold=True)
        steps = charts.steps(outcome)
        for at, step in enumerate(steps, first + 2):
            put(sheet, at, [step.label, step.usd, *step.pieces])
        charts.waterfall(sheet, title, first + 1, len(steps))
        first += max(len(steps) + 4, charts.ROWS)
    _wide(sheet, [44, 18, *[12] * len(charts.SERIES)])


def _months(sheet: "Worksheet", outcomes: Sequence[Outcome], titles: Sequence[str]) -> None:
    """A row a month; each scenario has four columns: before, after, and the p5 and p95 of after."""
    put(sheet, 1, ["month", *(f"{title}{part}" for title in titles for part in (", before", ", after", ", p5", ", p95"))], bold=True)
    longest = max((len(outcome.months) for outcome in outcomes), default=0)
    for month in range(longest):
        cells: list[object] = []
        for outcome in outcomes:
            before = outcome.months_before[month].value if month < len(outcome.months_before) and comparing.total(outcome.before) else None
            after = outcome.months[month] if month < len(outcome.months) and comparing.total(outcome.after) else None
            cells += [before, *((after.value, after.low, after.high) if after else (None, None, None))]
        put(sheet, month + 2, [month + 1], unit="month")
        put(sheet, month + 2, cells, column=2)
    charts.months(sheet, len(outcomes), longest)
    _wide(sheet, [8, *[20] * 4 * len(outcomes)], frozen="B2")


def _models(sheet: "Worksheet", outcomes: Sequence[Outcome], titles: Sequence[str]) -> None:
    put(sheet, 1, ["scenario", "side", "model", "class", "calls", "share of calls", "dollars a month", "price from"], bold=True)
    at = 1
    for title, outcome in zip(titles, outcomes, strict=True):
        for name, side in ((comparing.BEFORE, outcome.before), (comparing.AFTER, outcome.after)):
            for each in side.models:
                at += 1
                put(sheet, at, [title, name, each.model, each.klass])
                put(sheet, at, [each.calls], column=5, unit="calls")
                put(sheet, at, [each.share], column=6, unit="share")
                put(sheet, at, ["unpriced" if each.usd is None else each.usd, each.source], column=7)
    _wide(sheet, [30, 8, 30, 14, 16, 14, 18, 30], frozen="A2")


def _assumptions(sheet: "Worksheet", outcomes: Sequence[Outcome], titles: Sequence[str]) -> None:
    put(sheet, 1, ["scenario", "assumption", "value", "where from", "field"], bold=True)
    listed = [(title, each) for title, outcome in zip(titles, outcomes, strict=True) for each in outcome.assumptions]
    for at, (title, each) in enumerate(listed, 2):
        put(sheet, at, [title, each.name, each.value, each.source, each.field])
    _wide(sheet, [30, 40, 30, 40, 36], frozen="A2")


def _notes(sheet: "Worksheet", outcomes: Sequence[Outcome], titles: Sequence[str]) -> None:
    put(sheet, 1, ["scenario", "what", "said"], bold=True)
    at = 1
    for title, outcome in zip(titles, outcomes, strict=True):
        said = [("traffic", outcome.traffic), ("note", outcome.scenario.note), *(("finding", each) for each in outcome.findings)]
        for what, text in [*said, *(("warning", each) for each in outcome.warnings)]:
            if text:
                at += 1
                put(sheet, at, [title, what, text])
    _wide(sheet, [30, 12, 120], frozen="A2")


def _holdable(text: str) -> str:
    """`text` as a cell can hold it."""
    clean = _UNPRINTABLE.sub("\ufffd", text)
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"


def _wide(sheet: "Worksheet", widths: Sequence[int], frozen: str = "") -> None:
    from openpyxl.utils import get_column_letter

    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    if frozen:
        sheet.freeze_panes = frozen


def _dateless(book: bytes) -> bytes:
    """The same workbook without the moment of its making, which would make equal outcomes unequal files."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", data)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return out.getvalue()
