"""JSON: one object a line (JSONL), or a list of objects. Reads our own export back exactly; other objects are rows of columns."""

import io
import json
from collections.abc import Iterator
from typing import Any

from workbench.datasets import cases as shapes
from workbench.datasets.importing import encodings
from workbench.datasets.importing.base import Options, Record, Skipped, Source, Table, format_of
from workbench.errors import InputError

_OWN = {"inputs", "expected", "tags", "split"}
_ENDS = {".json", ".jsonl", ".ndjson"}


class _Objects(Table):
    """What both forms share: columns are the keys of all objects, in order of first appearance."""

    def __init__(self, source: Source, options: Options) -> None:
        super().__init__(source, options)
        self.encoding, note = encodings.detect(source, options.encoding)
        self.notes += [note] if note else []
        found: dict[str, None] = {}
        first: Skipped | None = None
        for item in self.rows():
            if isinstance(item, Skipped):
                first = first or item
            else:
                found.update(dict.fromkeys(item.values))
        if not found:
            why = f"; row {first.row} {first.why}" if first else ""
            raise InputError(f"has no objects with fields{why}", place=source.name, hint='Write {"column": "text", ...}, one a line.')
        self.columns = shapes.columns(tuple(found))

    def _record(self, row: int, value: Any) -> Record | Skipped:
        if not isinstance(value, dict):
            return Skipped(row, "is not an object")
        if isinstance(value.get("inputs"), dict) and value.keys() <= _OWN:
            try:
                own = shapes.from_json(value, f"row {row}")
            except InputError as error:
                return Skipped(row, str(error))
            return Record(row, own.inputs, own.expected, own.tags, own.split)
        values = {str(name): shapes.bounded(shapes.text(cell), f"row {row}, column {name}") for name, cell in value.items()}
        return Record(row, values) if any(map(str.strip, values.values())) else Skipped(row, "is empty")


@format_of("jsonl", rank=20)
class Lines(_Objects):
    """One object a line."""

    @classmethod
    def claims(cls, source: Source, head: bytes) -> bool:
        """Text whose first line is an object, or that is called so and begins like one."""
        text = _decoded(head)
        first, _, rest = text.partition("\n")
        if not text.startswith("{"):
            return False
        return isinstance(_parsed(first), dict) or (source.suffix in {".jsonl", ".ndjson"} and (bool(rest) or len(text) > 1))

    def rows(self) -> Iterator[Record | Skipped]:
        """Every line that is not blank."""
        with self.source.open() as binary, io.TextIOWrapper(binary, encoding=self.encoding, newline="\n") as text:
            for number, line in enumerate(text, 1):
                if not line.strip():
                    continue
                self.at_byte = binary.tell()
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError) as error:
                    yield Skipped(number, f"is not JSON: {getattr(error, 'msg', 'nested too deeply')}")
                else:
                    yield self._record(number, value)


@format_of("json", rank=30)
class Whole(_Objects):
    """A list of objects, or an object with one such list in it. Row numbers count its items."""

    @classmethod
    def claims(cls, source: Source, head: bytes) -> bool:
        """Text that begins like JSON and is not called a CSV."""
        text = _decoded(head)
        return text[:1] in {"[", "{"} and (source.suffix in _ENDS or not source.suffix or _begins_as_list(text))

    def rows(self) -> Iterator[Record | Skipped]:
        """Every item of the list."""
        with self.source.open() as binary:
            text = binary.read().decode(self.encoding)
        start = _list_start(text)
        decoder = json.JSONDecoder()
        number, at = 0, _skip(text, start + 1)
        while text[at : at + 1] != "]":
            number += 1
            try:
                value, end = decoder.raw_decode(text, at)
            except (ValueError, RecursionError) as error:
                raise _broken(text, getattr(error, "pos", at), getattr(error, "msg", "nested too deeply")) from error
            self.at_byte = end
            yield self._record(number, value)
            at = _skip(text, end)
            if text[at : at + 1] == ",":
                at = _skip(text, at + 1)
            elif text[at : at + 1] != "]":
                raise _broken(text, at, "the list is not closed" if at >= len(text) else "a comma is missing")


def _list_start(text: str) -> int:
    """Where the list begins: the text itself, or the first list that is a value of the object it is."""
    start = _skip(text, 0)
    if text[start : start + 1] == "[":
        return start
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _broken(text, getattr(error, "pos", start), getattr(error, "msg", "nested too deeply")) from error
    lists = [name for name, value in whole.items() if isinstance(value, list)] if isinstance(whole, dict) else []
    if len(lists) != 1:
        raise InputError("is not a list of objects", place="line 1", hint="Write [{...}, {...}], or one object a line.")
    decoder = json.JSONDecoder()
    at = start + 1
    while True:
        name, at = decoder.raw_decode(text, _skip(text, at))
        at = _skip(text, _skip(text, at) + 1)
        if name == lists[0] and text[at] == "[":
            return at
        _value, at = decoder.raw_decode(text, at)
        at = _skip(text, at) + 1


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\ufeff":
        at += 1
    return at


def _broken(text: str, at: int, why: str) -> InputError:
    line = text.count("\n", 0, at) + 1
    return InputError(
        f"is not JSON: {why}", place=f"line {line}, column {at - text.rfind(chr(10), 0, at)}", hint="Mend it and import again."
    )


def _decoded(head: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    return head.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _begins_as_list(text: str) -> bool:
    """Whether a text called neither JSON nor nothing still is a list of objects: `[` and then `{`."""
    return text[:1] == "[" and text[_skip(text, 1) : _skip(text, 1) + 1] == "{"
