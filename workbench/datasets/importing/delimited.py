"""Comma, semicolon, tab or bar separated text, from a file or pasted. Refuses a quote that is never closed: it would swallow the rest."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from workbench.datasets import cases as shapes
from workbench.datasets.importing import encodings
from workbench.datasets.importing.base import Options, Record, Skipped, Source, Table, format_of
from workbench.errors import InputError
from workbench.text.counting import counted

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 50
_SEPARATOR = re.compile(r'"?sep=([^"\r\n])"?\r?\n', re.I)  # how Excel is told what separates columns; no row of the data


@format_of("csv", rank=90)
class Delimited(Table):
    """Any text that no other format claims."""

    def __init__(self, source: Source, options: Options) -> None:
        super().__init__(source, options)
        self.encoding, note = encodings.detect(source, options.encoding)
        self.notes += [note] if note else []
        told = _SEPARATOR.match(source.head().decode(self.encoding, "ignore"))
        self._names_it = bool(told)
        self.delimiter = options.delimiter or (told[1] if told else self._likely_delimiter())
        if len(self.delimiter) != 1 or self.delimiter in '"\r\n':
            raise InputError(f"{self.delimiter!r} cannot separate columns", place="delimiter", hint="Use one character: , ; | or a tab.")
        first = next((cells for _line, cells in self._lines() if isinstance(cells, list)), None)
        if first is None:
            raise InputError("is empty", place=source.name, hint="Choose a file with a header and at least one row.")
        self.columns = self.name_columns(first if options.header else [""] * len(first))

    @classmethod
    def claims(cls, source: Source, head: bytes) -> bool:
        """Everything: what cannot be read says so when it is read."""
        return True

    def rows(self) -> Iterator[Record | Skipped]:
        """Every row after the header; ragged and empty ones as skipped."""
        lines = self._lines()
        if self.options.header:
            next((cells for _line, cells in lines if isinstance(cells, list)), None)
        width = len(self.columns)
        for line, cells in lines:
            if isinstance(cells, str):
                yield Skipped(line, cells)
                continue
            while len(cells) > width and not cells[-1].strip():
                cells.pop()  # spreadsheets leave empty cells at the end of a row
            if len(cells) != width:
                yield Skipped(line, f"has {counted(len(cells), 'cell')} where the header has {width}")
            elif not any(map(str.strip, cells)):
                yield Skipped(line, "is empty")
            else:
                yield Record(line, dict(zip(self.columns, cells, strict=True)))

    def _lines(self) -> Iterator[tuple[int, list[str] | str]]:
        """Each row with the line it begins on: its cells, or why it cannot be read."""
        csv.field_size_limit(max(csv.field_size_limit(), shapes.MAX_CELL))
        with self.source.open() as binary, io.TextIOWrapper(binary, encoding=self.encoding, newline="") as text:
            ahead = len(text.readline()) > 0 if self._names_it else 0
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            while True:
                line = reader.line_num + 1 + ahead
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield line, self._unreadable(str(error), line)
                    continue
                if not cells:
                    continue
                self.at_byte = binary.tell()
                if max(map(len, cells)) > shapes.MAX_CELL:
                    raise _too_long(line)
                yield line, cells

    def _unreadable(self, error: str, line: int) -> str:
        """Why a row is skipped. Raises InputError where nothing after it can be trusted."""
        if "unexpected end" in error:
            raise InputError(
                "a quote opens here and is never closed", place=f"line {line}", hint='Close it, or write "" for a quote in a cell.'
            )
        if "field limit" in error:
            raise _too_long(line)
        return "has text after a closing quote" if "expected after" in error else error

    def _likely_delimiter(self) -> str:
        """The one that cuts the first rows into the most columns of equal number."""
        text = self.source.head().decode(self.encoding, "ignore")
        order = ("\t", *_DELIMITERS) if self.source.suffix in {".tsv", ".tab"} else _DELIMITERS
        return max(order, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> float:
    rows: list[Sequence[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if cells:
                rows.append(cells)
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    if len(rows) > 1:
        rows = rows[:-1]  # the sample may end within a row
    if not rows or len(rows[0]) < 2:
        return 0.0
    even = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
    return even + min(len(rows[0]), 50) / 1_000


def _too_long(line: int) -> InputError:
    return InputError(
        f"a cell holds more than {shapes.MAX_CELL:,} characters",
        place=f"line {line}",
        hint="Shorten it, or close the quote that opens there.",
    )
