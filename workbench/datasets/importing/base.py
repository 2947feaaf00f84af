"""What reading a file is made of: the source, a table of records, the mapping of columns, the report. Formats lie in files beside.

A format registers itself with `@format_of("csv", rank)`: the first in rank that claims a source reads it. Nothing is executed, ever:
a formula is text, or the value a spreadsheet stored for it.
"""

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NamedTuple, TypeVar

from workbench.datasets import cases as shapes
from workbench.datasets.cases import NewCase
from workbench.errors import InputError

MAX_BYTES = 100_000_000
MAX_REASONS = 100
_HEAD = 65_536
_EXPECTED = ("expected", "label", "answer", "target", "output", "category", "intent", "class", "ideal", "completion", "reference")


@dataclass(frozen=True)
class Source:
    """A file on disk or bytes in memory, and the name it came under."""

    content: Path | bytes
    name: str

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    @property
    def suffix(self) -> str:
        """The end of its name, in small letters, with its dot."""
        return Path(self.name).suffix.lower()

    def open(self) -> BinaryIO:
        """The bytes from the beginning."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    def head(self) -> bytes:
        """The first bytes, enough to tell what it is."""
        with self.open() as file:
            return file.read(_HEAD)


@dataclass(frozen=True)
class Record:
    """One row as it was read: `row` is its line (text) or row (workbook), counted from 1; the rest where the file itself says so."""

    row: int
    values: Mapping[str, str]
    expected: str | None = None
    tags: tuple[str, ...] = ()
    split: str = ""


class Skipped(NamedTuple):
    """A row that was not taken, and why."""

    row: int
    why: str


@dataclass(frozen=True)
class ColumnMap:
    """Which column is what. `inputs` None means every column that holds neither tags nor split; `expected` stays an input as well."""

    expected: str | None = None
    tags: str | None = None
    split: str | None = None
    inputs: tuple[str, ...] | None = None

    def input_columns(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The columns that become inputs. Raises InputError for a column the file does not have."""
        for name in (*(self.inputs or ()), self.expected, self.tags, self.split):
            if name is not None and name not in columns:
                raise InputError(f"there is no column {name!r}", place="columns", hint=f"Columns are {', '.join(columns)}.")
        chosen = self.inputs if self.inputs is not None else [name for name in columns if name not in {self.tags, self.split}]
        if not chosen:
            raise InputError("no column is left to be an input", place="columns", hint="Choose at least one.")
        return shapes.columns(chosen)

    def case(self, record: Record, inputs: Sequence[str]) -> NewCase:
        """The case that a record makes. Raises InputError for tags or a split that are too long."""
        values = record.values
        expected = values.get(self.expected) or None if self.expected else record.expected
        tags = shapes.tags(values.get(self.tags)) if self.tags else record.tags
        split = shapes.split(values.get(self.split)) if self.split else record.split
        return NewCase({name: values.get(name, "") for name in inputs}, expected, tags, split)


def guess(columns: Sequence[str]) -> ColumnMap:
    """What the columns are by their names, for a form to offer."""
    named = {name.strip().lower(): name for name in reversed(columns)}
    expected = next((named[word] for word in _EXPECTED if word in named), None) if len(columns) > 1 else None
    return ColumnMap(expected, named.get("tags", named.get("tag")), named.get("split"))


@dataclass(frozen=True)
class Preview:
    """What a file holds, before it is imported."""

    format: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    skipped: tuple[Skipped, ...]
    guessed: ColumnMap
    encoding: str
    delimiter: str
    notes: tuple[str, ...]
    sheets: tuple[str, ...]


@dataclass
class ImportReport:
    """How an import went: rows taken, rows skipped and why (the first 100 reasons), and how the file was read."""

    dataset: str
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    taken: int = 0
    skipped: int = 0
    reasons: list[Skipped] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def skip(self, row: int, why: str) -> None:
        """Count a row that is not taken."""
        self.skipped += 1
        if len(self.reasons) < MAX_REASONS:
            self.reasons.append(Skipped(row, why))

    def to_json(self) -> dict[str, Any]:
        """The report as JSON."""
        reasons = [{"row": row, "why": why} for row, why in self.reasons]
        return {**vars(self), "columns": list(self.columns), "reasons": reasons, "notes": list(self.notes)}


@dataclass(frozen=True)
class Options:
    """What a person may say about a file where guessing is not enough."""

    header: bool = True
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None


class Table(ABC):
    """An opened source: its columns, and its rows as often as asked."""

    format: ClassVar[str]
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def __init__(self, source: Source, options: Options) -> None:
        self.source = source
        self.options = options
        self.notes: list[str] = []
        self.at_byte = 0  # how far reading has come, for progress

    @classmethod
    @abstractmethod
    def claims(cls, source: Source, head: bytes) -> bool:
        """Whether this format reads the source."""

    @abstractmethod
    def rows(self) -> Iterator[Record | Skipped]:
        """Every row in order. Raises InputError where the file cannot be read on."""

    def name_columns(self, header: Sequence[str]) -> tuple[str, ...]:
        """`header` with a name for every column, each once; says in the notes what it named."""
        found: dict[str, None] = {}
        for number, raw in enumerate(header, 1):
            name = raw.strip() or f"column {number}"
            if not raw.strip() and self.options.header:
                self.notes.append(f"Column {number} has no name; it is called {name!r}.")
            count, unique = 1, name
            while unique in found:
                count += 1
                unique = f"{name} ({count})"
            if unique != name:
                self.notes.append(f"Two columns are called {name!r}; the later one is {unique!r}.")
            found[unique] = None
        return shapes.columns(tuple(found))


T = TypeVar("T", bound=type[Table])
_formats: list[tuple[int, type[Table]]] = []


def format_of(name: str, rank: int) -> Callable[[T], T]:
    """Register a class as the reader of the format `name`; lower ranks are asked first. Raises ValueError if the name is taken."""

    def register(cls: T) -> T:
        if any(other.format == name for _rank, other in _formats):
            raise ValueError(f"two formats are called {name!r}")
        cls.format = name
        _formats.append((rank, cls))
        _formats.sort(key=lambda entry: entry[0])
        return cls

    return register


def formats() -> list[type[Table]]:
    """Every format, the ones asked first at the front."""
    return [cls for _rank, cls in _formats]
