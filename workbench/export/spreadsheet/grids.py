"""Tables on sheets: a header that stays, filters, widths, numbers that can be summed. Owns the sheet of a table and no other."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from workbench.export.literal import visible
from workbench.export.model import Cell, Table, plain
from workbench.export.spreadsheet import cells
from workbench.export.word.text import address

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDEST, _NARROWEST = 60, 9  # characters of a column
_MEASURED = 500  # rows


def write(sheet: "Worksheet", table: Table, accent: str) -> None:
    """Write the table from A1. A text that no cell holds goes on in the rows below, and the last column says so."""
    from openpyxl.styles import Font

    names = [column.name for column in table.columns]
    count = max([len(names), 1, *(len(row) for row in table.rows)])
    names += [""] * (count - len(names))
    remarked = any(len(list(cells.pieces(plain(cell.runs)))) > 1 for row in table.rows for cell in row)
    header(sheet, [*names, *(["Remark"] if remarked else [])], accent)
    width(sheet, [[*names, *([cells.GOES_ON] if remarked else [])], *([plain(cell.runs) for cell in row] for row in table.rows)])
    forms, at = [_form(table, column) for column in range(count)], 2
    for row in table.rows:
        at += _row(sheet, at, table, row, forms)
    if at > 2:
        sheet.auto_filter.ref = f"A1:{sheet.cell(at - 1, count + remarked).coordinate}"
    else:
        cells.put(sheet, 2, 1, "No rows.").font = Font(name=cells.FONT, color="FF5F6B7A")


def _form(table: Table, column: int) -> str:
    """The number format that most of a column's figures have: they are all in one unit."""
    found = (cells.number(row[column]) for row in table.rows if column < len(row))
    known = Counter(each[1] for each in found if each is not None and each[1] != "General")
    return known.most_common(1)[0][0] if known else "General"


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


def _row(sheet: "Worksheet", at: int, table: Table, row: tuple[Cell, ...], forms: list[str]) -> int:
    """Write a row of the table; how many rows of the sheet it took comes back."""
    from openpyxl.styles import Alignment

    wrapped = Alignment(wrap_text=True, vertical="top")
    figures = Alignment(horizontal="right", vertical="top", wrap_text=True)
    taken = 1
    for column, cell in enumerate(row, 1):
        right = column <= len(table.columns) and table.columns[column - 1].align == "right"
        found = cells.number(cell)
        if found is not None:
            made: Any = sheet.cell(at, column)
            made.value = found[0]
            made.number_format = forms[column - 1] if found[1] == "General" else found[1]
            made.alignment = Alignment(vertical="top")
            continue
        parts = list(cells.pieces(plain(cell.runs)))
        taken = max(taken, len(parts))
        for down, part in enumerate(parts):
            if part:
                made = cells.put(sheet, at + down, column, part)
                made.alignment = figures if right else wrapped
        links = [url for url in (address(run.link) for run in cell.runs) if url]
        if links and parts[0]:
            linked(sheet.cell(at, column), links[0])
    cells.tall(sheet, at, ((plain(cell.runs), _width(sheet, column)) for column, cell in enumerate(row, 1)))
    for down in range(taken if taken > 1 else 0):
        cells.put(sheet, at + down, len(forms) + 1, cells.GOES_ON if down < taken - 1 else cells.WENT_ON)
    return taken


def _width(sheet: "Worksheet", column: int) -> float:
    from openpyxl.utils import get_column_letter

    return sheet.column_dimensions[get_column_letter(column)].width


def linked(cell: Any, url: str) -> None:
    """Make a cell lead to an address, or to a place in the file (`#'Sheet'!A1`)."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=url[1:]) if url.startswith("#") else url
    cell.font = Font(name=cells.FONT, color="FF1F5FA8", underline="single")
