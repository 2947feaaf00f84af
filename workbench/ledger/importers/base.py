"""What an import is made of: a container that is read row by row, a dialect that makes calls of a row, a mapping of columns, a report.

A container is how a file holds rows (lines of JSON, delimited text, Parquet, a JSON document), a dialect whose rows they are. Both register
themselves under a name; a name taken twice raises.
"""

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

from workbench.errors import InputError
from workbench.ledger.fields import Values

_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|(?<![\w.])-?\d+(?:[.,]\d+)*(?![\w.])")  # what differs between rows of one trouble
LINES_KEPT, KINDS_KEPT = 100, 50
HEAD = 262_144  # bytes that are looked at to tell what a file is


class Bad(NamedTuple):
    """A row that is no call, and why."""

    why: str
    hint: str = ""

    @property
    def told(self) -> str:
        """What is wrong, and the remedy where there is one."""
        return f"{self.why}: {self.hint}" if self.hint else self.why

    @classmethod
    def of(cls, error: InputError) -> "Bad":
        """The row that this was said of, with the remedy."""
        hint = error.hint.strip().removesuffix(".")
        return cls(str(error), f"{hint[:1].lower()}{hint[1:]}")


class Row(NamedTuple):
    """A row as the container read it: its line (or item) counted from 1, what it says, and the bytes it is known again by."""

    line: int
    says: "dict[str, Any] | Bad"
    key: bytes = b""


@dataclass(frozen=True)
class ColumnMap:
    """Which column becomes which field, and fields that are the same for every row."""

    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The mapping as JSON."""
        return {"columns": dict(self.columns), "fixed": dict(self.fixed)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None) -> "ColumnMap":
        """The mapping that `to_json` wrote."""
        return cls(dict((raw or {}).get("columns", {})), dict((raw or {}).get("fixed", {})))


class Container(ABC):
    """An opened file. `context` is what the file says beside its rows; `notes` what a person should know of how it was read."""

    name: ClassVar[str]
    textual: ClassVar[bool] = False  # whether every value is a text, as in a CSV file

    def __init__(self, path: Path) -> None:
        self.path = path
        self.context: dict[str, Any] = {}
        self.notes: list[str] = []
        self.broken = ""  # why reading ended before the end of the file

    @classmethod
    @abstractmethod
    def claims(cls, path: Path, head: bytes) -> bool:
        """Whether a file that begins with `head` (unpacked) is one."""

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Every row from the beginning, once for each call of this."""

    @property
    @abstractmethod
    def share(self) -> float:
        """How far the reading under way has come, 0 to 1."""

    def hashes(self) -> Iterator[int]:
        """A number for each row that `rows` gives, equal for equal rows within this process."""
        for row in self.rows():
            yield hash(row.key)


class Dialect(ABC):
    """Whose rows they are. `mapped` says that a mapping of columns is what it goes by."""

    name: ClassVar[str]
    title: ClassVar[str]
    mapped: ClassVar[bool] = False

    def __init__(self, container: Container, mapping: ColumnMap, sample: Sequence[Mapping[str, Any]]) -> None:
        self.container, self.mapping = container, mapping

    @classmethod
    @abstractmethod
    def claims(cls, container: Container, sample: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the first rows are its own."""

    @abstractmethod
    def calls(self, row: Mapping[str, Any]) -> Iterable[Values | Bad]:
        """The checked calls of a row, without `external_id` where it has none of its own. Raises InputError where it cannot be taken."""

    @property
    def names_rows(self) -> bool:
        """Whether every call has an id of its own, so that nobody needs to tell equal rows apart."""
        return False


@dataclass
class Report:
    """Rows that were not taken: how many for which reason, and the first of them by line."""

    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    lines: list[tuple[int, str]] = field(default_factory=list)
    broken: str = ""

    def skip(self, line: int, bad: Bad) -> None:
        """Count a row that is not taken."""
        self.skipped += 1
        kind = Bad(_VALUE.sub("…", bad.why), bad.hint).told
        kind = kind if kind in self.reasons or len(self.reasons) < KINDS_KEPT else "other reasons"
        self.reasons[kind] += 1
        if len(self.lines) < LINES_KEPT:
            self.lines.append((line, bad.told))

    def to_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {"reasons": dict(self.reasons), "lines": [list(one) for one in self.lines], "broken": self.broken}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None, skipped: int) -> "Report":
        """The report that `to_json` wrote."""
        raw = raw or {}
        lines = [(int(line), str(why)) for line, why in raw.get("lines", [])]
        return cls(skipped, Counter(raw.get("reasons", {})), lines, str(raw.get("broken", "")))


@dataclass(frozen=True)
class Preview:
    """What a file holds, before it is imported: the first calls that would be made of it, and what is wrong with the first rows.
    `missing` names fields that no column and no fixed value gives; `firsts` is the first value of each column, as it stands in the file.
    """

    format: str
    title: str
    container: str
    columns: tuple[str, ...]
    mapping: ColumnMap
    calls: tuple[dict[str, Any], ...]
    problems: tuple[tuple[int, str], ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    mapped: bool
    firsts: Mapping[str, str] = field(default_factory=dict)


C = TypeVar("C", bound=type[Container])
D = TypeVar("D", bound=type[Dialect])
_containers: dict[str, tuple[int, type[Container]]] = {}
_dialects: dict[str, tuple[int, type[Dialect]]] = {}


def container(name: str, rank: int) -> Callable[[C], C]:
    """Register a way in which files hold rows; lower ranks are asked first."""

    def register(cls: C) -> C:
        if name in _containers:
            raise ValueError(f"two containers are called {name!r}")
        cls.name = name
        _containers[name] = rank, cls
        return cls

    return register


def dialect(name: str, title: str, rank: int) -> Callable[[D], D]:
    """Register whose rows can be read; lower ranks are asked first."""

    def register(cls: D) -> D:
        if name in _dialects:
            raise ValueError(f"two dialects are called {name!r}")
        cls.name, cls.title = name, title
        _dialects[name] = rank, cls
        return cls

    return register


def containers() -> list[type[Container]]:
    """Every container, the ones asked first at the front."""
    return [cls for _rank, cls in sorted(_containers.values(), key=lambda entry: entry[0])]


def dialects() -> list[type[Dialect]]:
    """Every dialect, the ones asked first at the front."""
    return [cls for _rank, cls in sorted(_dialects.values(), key=lambda entry: entry[0])]


def dialect_of(name: str) -> type[Dialect]:
    """The dialect of that name. Raises InputError."""
    if name not in _dialects:
        raise InputError(f"there is no format {name!r}", place="format", hint=f"Formats are {', '.join(cls.name for cls in dialects())}.")
    return _dialects[name][1]
