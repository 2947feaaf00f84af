"""Excel workbooks (XLSX): one sheet, values as they were stored. Formulas are not executed. Bounded before anything is unpacked."""

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from workbench.datasets import cases as shapes
from workbench.datasets.importing.base import Options, Record, Skipped, Source, Table, format_of
from workbench.errors import InputError

MAX_UNPACKED = 400_000_000
MAX_STRINGS = 150_000_000  # the shared texts of a workbook are held in memory
_LAST_ROW = 1_048_576  # of any worksheet; a file that claims more is made to hurt


@format_of("xlsx", rank=10)
class Workbook(Table):
    """A workbook's sheet; its first row that is not empty is the header."""

    def __init__(self, source: Source, options: Options) -> None:
        super().__init__(source, options)
        _check_archive(source)
        first = next((cells for _row, cells in self._sheet_rows()), None)
        if first is None:
            raise InputError("the sheet is empty", place=source.name, hint="Choose a sheet with a header and at least one row.")
        self.columns = self.name_columns(first if options.header else [""] * len(first))

    @classmethod
    def claims(cls, source: Source, head: bytes) -> bool:
        """Any zip, and the older binary workbooks, whatever they are called; they are refused with a remedy when read."""
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"))

    def rows(self) -> Iterator[Record | Skipped]:
        """Every row after the header that is not empty."""
        lines = self._sheet_rows()
        if self.options.header:
            next(lines, None)
        width = len(self.columns)
        for row, cells in lines:
            if len(cells) > width:
                yield Skipped(row, f"has {len(cells)} cells where the header has {width}")
                continue
            padded = [*cells, *[""] * (width - len(cells))]
            for name, cell in zip(self.columns, padded, strict=True):
                shapes.bounded(cell, f"row {row}, column {name}")
            yield Record(row, dict(zip(self.columns, padded, strict=True)))

    def _sheet_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not empty, with its number, without the empty cells at its end."""
        try:
            before: Sequence[Any] = ()
            for row, values in enumerate(self._raw_rows(), 1):
                if row > _LAST_ROW:
                    raise InputError(f"the sheet claims more than {_LAST_ROW:,} rows", place=self.source.name)
                if values is before:
                    continue  # the reader fills a gap with one and the same empty row
                before = values
                cells = [_text(value) for value in values]
                while cells and not cells[-1].strip():
                    cells.pop()
                if cells:
                    yield row, cells
        except InputError:
            raise
        except Exception as error:  # a broken workbook breaks the reader in many ways; all mean the same to a person
            raise _unreadable(self.source) from error

    def _raw_rows(self) -> Iterator[Sequence[Any]]:
        from openpyxl import load_workbook

        with self.source.open() as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that hold no data
            book = load_workbook(file, read_only=True, data_only=True)
            try:
                self.sheets = tuple(sheet.title for sheet in book.worksheets)
                wanted = self.options.sheet or (self.sheets[0] if self.sheets else "")
                if wanted not in self.sheets:
                    raise InputError(f"there is no sheet {wanted!r}", place=self.source.name, hint=f"Sheets are {', '.join(self.sheets)}.")
                sheet = book[wanted]
                sheet.reset_dimensions()  # what a file says of its own size is not to be trusted
                yield from sheet.iter_rows(values_only=True, max_col=shapes.MAX_COLUMNS + 1)
            finally:
                book.close()


def _check_archive(source: Source) -> None:
    """Raise InputError for what is no XLSX, or unpacks to more than the bounds."""
    if source.head().startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError("is an old or a locked workbook", place=source.name, hint="Save it as XLSX without a password, or as CSV.")
    try:
        with source.open() as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _unreadable(source) from error
    if not any(entry.filename.endswith("workbook.xml") for entry in entries):
        raise InputError("is a zip archive, not a workbook", place=source.name, hint="Unpack it and choose the file inside.")
    strings = sum(entry.file_size for entry in entries if entry.filename.endswith("sharedStrings.xml"))
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED or strings > MAX_STRINGS:
        raise InputError(
            f"unpacks to more than {MAX_UNPACKED // 1_000_000} MB",
            place=source.name,
            hint="Save it as CSV, or split it into smaller files.",
        )


def _text(value: Any) -> str:
    """A cell as text: dates in ISO form, whole numbers without a point, truth in small letters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _unreadable(source: Source) -> InputError:
    return InputError("cannot be read as a workbook", place=source.name, hint="Open it in a spreadsheet, save it again as XLSX, or as CSV.")
