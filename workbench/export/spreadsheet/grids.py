"""Tables on sheets: a header that stays, filters, widths, numbers that can be summed. Owns the sheet of a table and no other."""

from typing import TYPE_CHECKING, Any

from workbench.export.literal import visible
from workbench.export.model import Cell, Table, plain
from workbench.export.spreadsheet import cells
from workbench.export.word.text import address

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDEST, _NARROWEST = 60, 9  # characters of a column
_MEASURED = 500  # rows
Laid = tuple[str, int, bool]
"""A column of a sheet: its name, the column of the table it shows, and whether as numbers where there are some."""


def write(sheet: "Worksheet", table: Table, accent: str) -> None:
    """Write the table from A1. A text that no cell holds goes on in the rows below, and the last column says so."""
    from openpyxl.styles import Font

    laid = _laid(table)
    names = [name for name, _, _ in laid]
    remarked = any(len(list(cells.pieces(plain(cell.runs)))) > 1 for row in table.rows for cell in row)
    header(sheet, [*names, *(["Remark"] if remarked else [])], accent)
    shown = [[plain(row[at].runs) if at < len(row) else "" for _, at, _ in laid] for row in table.rows]
    width(sheet, [[*names, *([cells.GOES_ON] if remarked else [])], *shown])
    down = 2
    for row in table.rows:
        down += _row(sheet, down, table, row, laid)
    if down > 2:
        sheet.auto_filter.ref = f"A1:{sheet.cell(down - 1, len(laid) + remarked).coordinate}"
    else:
        cells.put(sheet, 2, 1, "No rows.").font = Font(name=cells.FONT, color="FF5F6B7A")


def _laid(table: Table) -> list[Laid]:
    """The columns of the sheet. Where figures were shown with more than themselves (an interval), the text stands beside the number."""
    count = max([len(table.columns), 1, *(len(row) for row in table.rows)])
    laid: list[Laid] = []
    for at in range(count):
        name = table.columns[at].name if at < len(table.columns) else ""
        laid.append((name, at, True))
        column = [row[at] for row in table.rows if at < len(row)]
        if any(cells.number(cell) is not None and cells.told_more(cell) for cell in column):
            laid.append((f"{name}, as shown", at, False))
    return laid


def header(sheet: "Worksheet", names: list[str], accent: str) -> None:
    """Write the first row; it stays when the sheet is scrolled and is printed on every page."""
    from openpyxl.styles import Alignment, Font, PatternFill

    for column, name in enumerate(names, 1):
        cell = cells.put(sheet, 1, column, name[: cells.LONGEST // 2])
        cell.font = Font(name=cells.FONT, bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor=f"FF{accent}")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    printed(sheet, "landscape")


def printed(sheet: "Worksheet", orientation: str) -> None:
    """Print the sheet as wide as a page and as long as it is."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    setup: Any = sheet.page_setup
    setup.orientation, setup.paperSize, setup.fitToHeight = orientation, 9, 0  # 9 is A4


def width(sheet: "Worksheet", rows: list[list[str]]) -> None:
    """Make each column as wide as its texts, within bounds."""
    from openpyxl.utils import get_column_letter

    for column in range(max((len(row) for row in rows), default=0)):
        texts = [visible(row[column][:400]) for row in rows[:_MEASURED] if column < len(row)]
        longest = max((len(line) for text in texts for line in text.split("\n")), default=0)
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(_WIDEST, max(_NARROWEST, longest + 3))


def _row(sheet: "Worksheet", at: int, table: Table, row: tuple[Cell, ...], laid: list[Laid]) -> int:
    """Write a row of the table; how many rows of the sheet it took comes back."""
    taken, texts = 1, []
    for column, (_, source, numeric) in enumerate(laid, 1):
        if source >= len(row):
            continue
        cell = row[source]
        found = cells.number(cell) if numeric else None
        if found is not None:
            _figure(sheet.cell(at, column), *found)
            continue
        right = source < len(table.columns) and table.columns[source].align == "right"
        taken = max(taken, _text(sheet, at, column, cell, right=right))
        texts.append((plain(cell.runs), _width(sheet, column)))
    cells.tall(sheet, at, texts)
    for down in range(taken if taken > 1 else 0):
        cells.put(sheet, at + down, len(laid) + 1, cells.GOES_ON if down < taken - 1 else cells.WENT_ON)
    return taken


def _figure(cell: Any, value: float, form: str) -> None:
    from openpyxl.styles import Alignment, Font

    cell.value, cell.number_format = value, form
    cell.alignment, cell.font = Alignment(vertical="top"), Font(name=cells.FONT)


def _text(sheet: "Worksheet", at: int, column: int, cell: Cell, *, right: bool) -> int:
    from openpyxl.styles import Alignment, Font

    parts = list(cells.pieces(plain(cell.runs)))
    for down, part in enumerate(parts):
        if part:
            made = cells.put(sheet, at + down, column, part)
            made.alignment = Alignment(horizontal="right" if right else None, vertical="top", wrap_text=True)
            made.font = Font(name=cells.FONT)
    links = [url for url in (address(run.link) for run in cell.runs) if url]
    if links and parts[0]:
        linked(sheet.cell(at, column), links[0])
    return len(parts)


def _width(sheet: "Worksheet", column: int) -> float:
    from openpyxl.utils import get_column_letter

    return sheet.column_dimensions[get_column_letter(column)].width


def linked(cell: Any, url: str) -> None:
    """Make a cell lead to an address, or to a place in the file (`#'Sheet'!A1`)."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=url[1:]) if url.startswith("#") else url
    cell.font = Font(name=cells.FONT, color="FF1F5FA8", underline="single")
