"""What a cell holds: texts that stay texts whatever they begin with, numbers as numbers, names that a sheet may have."""

import math
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from workbench.export.literal import visible
from workbench.export.model import Cell, plain

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST = 32_767  # UTF-16 units that a cell holds
GOES_ON, WENT_ON = "Goes on in the next row.", "Goes on from the row above."
FORMS = {"share": "0.0%", "usd": '"$"#,##0.00####', "ms": '#,##0" ms"', "calls": "#,##0", "tokens": "#,##0", "count": "#,##0"}
"""Unit -> number format."""
_MEANT = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # a spreadsheet reads _x0041_ as the letter A
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\n\t]")
_NAME = 31  # characters of a sheet's name
FONT = "Calibri"  # said in every font: left unsaid, some spreadsheets choose one with serifs
_LINE_PT, _TALLEST_PT = 15.0, 405.0  # of a row; a spreadsheet draws none taller
_FIGURE = re.compile(r"([+−-]?)(\$?)([\d,]*\.?\d+) ?(%|(?:ms|s|min|points?)\b)?(.*)", re.DOTALL)
_SIZES = {"%": 0.01, "point": 0.01, "points": 0.01, "ms": 1.0, "s": 1_000.0, "min": 60_000.0}


def put(sheet: "Worksheet", row: int, column: int, text: str) -> Any:
    """Write a text of at most LONGEST units; the cell comes back. It is no formula and becomes none when somebody edits it."""
    cell: Any = sheet.cell(row, column)
    cell.value = _MEANT.sub("_x005F_", visible(text))
    cell.data_type = "s"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True
    return cell


def pieces(text: str) -> Iterator[str]:
    """The text in pieces that each fit a cell; at least one."""
    fits = LONGEST if text.isascii() else LONGEST // 2  # a character may be two units
    fits //= 2 if "_x" in text else 1  # and escaped it is longer
    for at in range(0, max(len(text), 1), fits):
        yield text[at : at + fits]


def number(cell: Cell) -> tuple[float, str] | None:
    """The number behind a cell and its number format, None where there is none that a spreadsheet holds.

    The format is read off what is shown, and General where it would show another number.
    """
    if cell.value is None or not math.isfinite(cell.value):
        return None
    return cell.value, _form(plain(cell.runs).strip(), cell.value)


def tall(sheet: "Worksheet", row: int, texts: Iterable[tuple[str, float]]) -> None:
    """Make a row as tall as its texts need, each with the width of its column in characters."""
    lines = 1
    for text, width in texts:
        lines = max(lines, sum(1 + int(len(line) * 1.05 / max(width, 1)) for line in text[:20_000].split("\n")))
    if lines > 1:
        sheet.row_dimensions[row].height = min(lines * _LINE_PT, _TALLEST_PT)


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a sheet may have and that none of `taken` (in small letters) is; it is added to them."""
    base = " ".join(_FORBIDDEN.sub(" ", visible(wanted)).split()).strip("'")[:_NAME].strip("' ") or "Table"
    base = f"{base} 1" if base.lower() == "history" else base  # Excel keeps that one for itself
    name, count = base, 2
    while name.lower() in taken:
        ending = f" {count}"
        name, count = base[: _NAME - len(ending)] + ending, count + 1
    taken.add(name.lower())
    return name


def told_more(cell: Cell) -> bool:
    """Whether what is shown says more than its figure: an interval, of how many."""
    found = _FIGURE.fullmatch(plain(cell.runs).strip())
    return found is None or bool(found[5])


def _form(text: str, value: float) -> str:
    found = _FIGURE.fullmatch(text)
    if found is None:
        return "General"
    sign, dollar, digits, unit, _ = found.groups()
    places = len(digits.rpartition(".")[2]) if "." in digits else 0
    said = float(digits.replace(",", "")) * (-1 if sign in ("-", "−") else 1)
    if abs(value / _SIZES.get(unit or "", 1.0) - said) > 0.51 * 10**-places:  # what is shown is the value, rounded
        return "General"
    zeros = "0." + "0" * places if places else "0"
    if unit in ("%", "point", "points"):
        return f"{zeros}%"
    return FORMS["ms"] if unit else f'"$"#,##{zeros}' if dollar else f"#,##{zeros}"
