"""A JSON document with a list of rows in it. Read piece by piece where it is large, so that only one row is in memory at a time."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from workbench.errors import InputError
from workbench.ledger.importers import source
from workbench.ledger.importers.base import Bad, Container, Row, container

_WHOLE = 16 * 2**20  # a smaller document is read at once, and what stands behind its list is known from the start
_LONGEST = 64 * 2**20
_CHUNK = 2**20
_BLANK = " \t\r\n\ufeff"
# Lists that rows lie in, in the documents of the tools that are known; and the objects that are put around one.
_LISTS = {
    "data",
    "observations",
    "traces",
    "results",
    "resourceSpans",
    "batches",
    "calls",
    "items",
    "rows",
    "logs",
    "records",
    "generations",
}
_AROUND = {"results", "data"}


@container("json", rank=30)
class Document(Container):
    """A list of objects, or an object with such a list."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._at: source.Source | None = None

    @classmethod
    def claims(cls, path: Path, head: bytes) -> bool:
        """Text that begins like JSON."""
        return head.lstrip()[:1] in (b"{", b"[")

    @property
    def share(self) -> float:
        """How far the reading under way has come, 0 to 1."""
        return 0.0 if self._at is None else self._at.share()

    def rows(self) -> Iterator[Row]:
        """Every object of the lists. Lines count objects."""
        number = 0
        try:
            for says in self._objects():
                number += 1
                known = says if isinstance(says, dict) else Bad("is not an object")
                yield Row(number, known, json.dumps(says, sort_keys=True).encode("utf-8", "replace"))
        except RecursionError:
            self.broken = f"The file is nested too deeply behind item {number}."
        except ValueError:
            self.broken = f"The file is not JSON behind item {number}: it was cut off, or is damaged there."
        except source.BROKEN:
            self.broken = f"The file breaks off behind item {number}: it was not packed to its end."

    def _objects(self) -> Iterator[Any]:
        with source.opened(self.path) as self._at, io.TextIOWrapper(self._at.file, "utf-8", "replace") as text:
            first = text.read(_WHOLE)
            if len(first) < _WHOLE:
                try:
                    whole = json.loads(first)
                except ValueError:  # what is whole of it is taken all the same
                    pass
                else:
                    yield from self._of(whole)
                    return
            yield from _Pieces(text, first, self.context).objects()

    def _of(self, whole: Any) -> Iterator[Any]:
        if isinstance(whole, list):
            yield from whole
            return
        if not isinstance(whole, dict):
            raise InputError("holds no objects", place=self.path.name, hint='Write [{"model": ...}, ...], or one object a line.')
        lists = {name: value for name, value in whole.items() if name in _LISTS and isinstance(value, list)}
        self.context.update((name, value) for name, value in whole.items() if name not in lists and name not in _AROUND)
        for name in _AROUND:
            if isinstance(whole.get(name), dict):
                yield from self._of(whole[name])
                return
        if not lists:
            yield whole
        for found in lists.values():
            yield from found


class _Pieces:
    """Walks a document through a window that moves along."""

    def __init__(self, text: TextIO, first: str, context: dict[str, Any]) -> None:
        self._text, self._window, self._place, self._context = text, first, 0, context
        self._decoder = json.JSONDecoder()

    def objects(self) -> Iterator[Any]:
        """The objects of the lists in the document."""
        begins = self._next()
        if begins == "[":
            yield from self._list()
        elif begins == "{":
            yield from self._object()
        else:
            raise ValueError(begins)

    def _object(self) -> Iterator[Any]:
        self._place += 1
        while (mark := self._next()) != "}":
            if mark == ",":
                self._place += 1
                self._next()
            name = self._value()
            if self._next() != ":":
                raise ValueError(name)
            self._place += 1
            begins = self._next()
            if name in _LISTS and begins == "[":
                yield from self._list()
            elif name in _AROUND and begins == "{":
                yield from self._object()
            else:
                self._context[name] = self._value()
        self._place += 1

    def _list(self) -> Iterator[Any]:
        self._place += 1
        while (mark := self._next()) != "]":
            if mark == ",":
                self._place += 1
                self._next()
            yield self._value()
        self._place += 1

    def _next(self) -> str:
        """The next character that is not blank."""
        while True:
            while self._place < len(self._window):
                if self._window[self._place] not in _BLANK:
                    return self._window[self._place]
                self._place += 1
            if not self._more(_CHUNK):
                raise ValueError("the end of the file")

    def _value(self) -> Any:
        size = _CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._window, self._place)
            except ValueError:
                if len(self._window) - self._place > _LONGEST or not self._more(size):
                    raise
            else:
                if end < len(self._window) or not self._more(size):  # a number may go on
                    self._place = end
                    return value
            size *= 2

    def _more(self, size: int) -> bool:
        chunk = self._text.read(size)
        self._window = self._window[self._place :] + chunk
        self._place = 0
        return bool(chunk)
