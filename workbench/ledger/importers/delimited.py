"""CSV and TSV: a header, then a row a call. Every value is a text; an empty cell says nothing."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from workbench.errors import InputError
from workbench.ledger.importers import source
from workbench.ledger.importers.base import Bad, Container, Row, container

_DELIMITERS = (",", "\t", ";", "|")
_OPEN = "A quote opens in line {} and is never closed: from there on nothing was read."
_ENDS = re.compile(r"[\r\n]")


@container("csv", rank=90)
class Delimited(Container):
    """Any text that nothing else claims, where it has a header of two columns or more."""

    textual = True

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._at: source.Source | None = None
        head = source.head(path)
        self._encoding = _encoding(head)
        if self._encoding != "utf-8":
            self.notes.append("The file is not UTF-8: it is read as Windows-1252.")
        begins = head.decode(self._encoding, "replace").lstrip("\r\n")
        self.delimiter = max(_DELIMITERS, key=_ENDS.split(begins, maxsplit=1)[0].count)
        csv.field_size_limit(source.LONGEST_LINE)
        header: list[str] = next(csv.reader(io.StringIO(begins, newline=""), delimiter=self.delimiter), [])
        self.columns = tuple(name.strip() for name in header)
        if len(self.columns) < 2 or len(set(self.columns)) < len(self.columns):
            why = "two columns have the same name" if len(self.columns) > 1 else "has no header of two columns or more"
            raise InputError(why, place=f"{path.name}, line 1", hint="The first line must name the columns, as in timestamp,model,...")

    @classmethod
    def claims(cls, path: Path, head: bytes) -> bool:
        """Any text that does not begin like JSON."""
        return head.lstrip()[:1] not in (b"{", b"[")

    @property
    def share(self) -> float:
        """How far the reading under way has come, 0 to 1."""
        return 0.0 if self._at is None else self._at.share()

    def rows(self) -> Iterator[Row]:
        """Every row after the header that is not empty."""
        width = len(self.columns)
        for line, cells in self._cells():
            key = "\x1f".join(cells).encode("utf-8", "replace")
            while len(cells) > width and not cells[-1]:
                cells.pop()
            if len(cells) != width:
                yield Row(line, Bad(f"has {len(cells)} cells where the header has {width}"), key)
            else:
                yield Row(line, {name: cell for name, cell in zip(self.columns, cells, strict=True) if cell}, key)

    def hashes(self) -> Iterator[int]:
        """A number for each row."""
        for _line, cells in self._cells():
            yield hash("\x1f".join(cells).encode("utf-8", "replace"))

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        line = 0
        try:
            with source.opened(self.path) as self._at, io.TextIOWrapper(self._at.file, self._encoding, "replace", newline="") as text:
                lines = _Lines(text)
                reader = csv.reader(lines, delimiter=self.delimiter, strict=False)
                header = False
                for cells in reader:
                    if lines.ended:  # asked for more than there is: it stands within quotes
                        self.broken = _OPEN.format(line + 1)
                        return
                    line = reader.line_num
                    if header and any(cells):
                        yield line, cells
                    header = header or bool(cells)
        except csv.Error:
            self.broken = _OPEN.format(line + 1)
        except source.BROKEN:
            self.broken = f"The file breaks off after line {line}: it was not packed to its end."


class _Lines:
    """Lines as the reader of the standard library can take them; `ended` once it has asked for one behind the last."""

    def __init__(self, text: TextIO) -> None:
        self._text, self.ended = text, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(source.LONGEST_LINE)
        if not line:
            self.ended = True
            raise StopIteration
        return line.replace("\x00", "\ufffd") if "\x00" in line else line


def _encoding(head: bytes) -> str:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # its end may be cut within a character
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
