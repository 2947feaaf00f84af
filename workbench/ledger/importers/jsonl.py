"""JSON lines: an object a line. A line that is none is reported, and the next one read."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from workbench.ledger.importers import source
from workbench.ledger.importers.base import Bad, Container, Row, container

# What json.loads does, without looking for blanks around a line that has none.
_SCAN: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder())["scan_once"]
_TOO_LONG = Bad(f"is longer than {source.LONGEST_LINE // 2**20} MB")


@container("jsonl", rank=20)
class Lines(Container):
    """An object a line."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._at: source.Source | None = None

    @classmethod
    def claims(cls, path: Path, head: bytes) -> bool:
        """Text whose first line is an object of its own, and no document of one line."""
        first, _, rest = head.lstrip().partition(b"\n")
        if not first.startswith(b"{"):
            return False
        try:
            found = json.loads(first)
        except RecursionError:
            return True
        except ValueError:  # cut in its first line, or a document over several lines
            return path.name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson")) and first.strip() != b"{"
        return bool(rest.strip()) or not any(isinstance(value, list | dict) and len(value) for value in found.values())

    @property
    def share(self) -> float:
        """How far the reading under way has come, 0 to 1."""
        return 0.0 if self._at is None else self._at.share()

    def rows(self) -> Iterator[Row]:
        """Every line that is not blank."""
        number, scan = 0, _SCAN
        try:
            with source.opened(self.path) as self._at:
                for line in source.lines(self._at):
                    number += 1
                    key = line.strip()
                    if not key:
                        continue
                    if len(line) == source.LONGEST_LINE:
                        yield Row(number, _TOO_LONG, key)
                        continue
                    try:
                        text = key.decode()
                        says, end = scan(text, 0)
                        if end != len(text):
                            raise ValueError(text[end : end + 20])
                    except (ValueError, StopIteration, RecursionError) as error:
                        yield Row(number, _unread(error, cut=line[-1:] != b"\n"), key)
                        continue
                    yield Row(number, says if type(says) is dict else Bad("is not an object"), key)
        except source.BROKEN:
            self.broken = f"The file breaks off after line {number}: it was not packed to its end."

    def hashes(self) -> Iterator[int]:
        """A number for each line that is not blank."""
        try:
            with source.opened(self.path) as self._at:
                for line in source.lines(self._at):
                    if key := line.strip():
                        yield hash(key)
        except source.BROKEN:
            return


def _unread(error: Exception, *, cut: bool) -> Bad:
    if isinstance(error, UnicodeDecodeError):
        return Bad("is not UTF-8")
    if cut:
        return Bad("is cut off: the file ends within it")
    if isinstance(error, RecursionError):
        return Bad("is nested too deeply")
    return Bad("holds a number of thousands of digits" if "integer string conversion" in str(error) else "is not JSON")
