"""CSV and TSV: a header, then a row a call. Every value is a text; an empty cell says nothing."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from workbench.errors import InputError
from workbench.ledger.importers import source
from workbench.ledger.importers.base import Bad, Container, Row, container

_DELIMITERS = (",", "\t", ";", "|")
_OPEN = "A quote opens near line {} and is never closed: what follows it was not read."


@container("csv", rank=90)
class Delimited(Container):
    """Any text that nothing else claims, where it has a header of two columns or more."""

    textual = True

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._at: source.Source | None = None
        first = source.head(path).decode("utf-8", "replace").lstrip("\r\n").partition("\n")[0]
        self.delimiter = max(_DELIMITERS, key=first.count)
        self.columns = tuple(name.strip() for name in next(csv.reader([first], delimiter=self.delimiter), []))
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
        csv.field_size_limit(source.LONGEST_LINE)
        reader = None
        try:
            with source.opened(self.path) as self._at, io.TextIOWrapper(self._at.file, "utf-8", "replace", newline="") as text:
                reader = csv.reader(_without_nul(text), delimiter=self.delimiter, strict=False)
                next((cells for cells in reader if cells), None)
                for cells in reader:
                    if any(cells):
                        yield reader.line_num, cells
        except csv.Error:
            self.broken = _OPEN.format(reader.line_num if reader else 1)
        except source.BROKEN:
            self.broken = f"The file breaks off after line {reader.line_num if reader else 0}: it was not packed to its end."


def _without_nul(text: TextIO) -> Iterator[str]:
    while line := text.readline(source.LONGEST_LINE):
        yield line.replace("\x00", "\ufffd") if "\x00" in line else line
