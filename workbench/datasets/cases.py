"""The shape of a case and the bounds every case keeps, wherever it comes from. Pure: knows no store and no file format."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import InputError

MAX_ROWS = 1_000_000
MAX_COLUMNS = 200
MAX_CELL = 1_000_000  # characters
MAX_NAME = 200
MAX_SPLIT = 40
MAX_TAG = 100


@dataclass(frozen=True)
class NewCase:
    """A case that is not in the store yet. `inputs` maps column to text; `expected` is the reply that counts as right."""

    inputs: Mapping[str, str]
    expected: str | None = None
    tags: tuple[str, ...] = ()
    split: str = ""


@dataclass(frozen=True)
class Case:
    """A case of the store. `position` orders the cases of a dataset and only ever grows; `id` stays through edits."""

    id: int
    position: int
    inputs: Mapping[str, str]
    expected: str | None = None
    tags: tuple[str, ...] = ()
    split: str = ""


@dataclass(frozen=True)
class Dataset:
    """A named list of cases. `columns` are its inputs in order; `cases` is their number; `revision` rises with every change."""

    name: str
    description: str
    attribution: str
    columns: tuple[str, ...]
    revision: int
    cases: int
    demo: bool
    created_ms: int
    updated_ms: int
    id: int = field(repr=False, default=0)


def dataset_name(name: str) -> str:
    """`name` without spaces around it. Raises InputError where it cannot name a dataset."""
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable() or name[0] in "~-":
        raise InputError(
            f"{name[:60]!r} cannot name a dataset",
            place="name",
            hint=f"Use 1 to {MAX_NAME} printable characters that do not begin with ~ or -.",
        )
    return name


def text(value: object) -> str:
    """`value` as the text of a cell: texts as they are, nothing as an empty text, anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def bounded(value: str, place: str) -> str:
    """`value` if it fits into a cell. Raises InputError."""
    if len(value) > MAX_CELL:
        raise InputError(f"holds {len(value):,} characters; a cell takes {MAX_CELL:,}", place=place)
    return value


def tags(value: object, place: str = "tags") -> tuple[str, ...]:
    """Tags from a list, or from a text that separates them by commas or semicolons; each once, in order. Raises InputError."""
    if value is None:
        return ()
    parts: Iterable[object] = (
        value.replace(";", ",").split(",") if isinstance(value, str) else value if isinstance(value, Iterable) else [value]
    )
    found = tuple(dict.fromkeys(part for part in (text(item).strip() for item in parts) if part))
    for tag in found:
        if len(tag) > MAX_TAG:
            raise InputError(f"the tag {tag[:40]!r}… is longer than {MAX_TAG} characters", place=place)
    return found


def split(value: object, place: str = "split") -> str:
    """The name of a split; empty for none. Raises InputError."""
    name = text(value).strip()
    if len(name) > MAX_SPLIT:
        raise InputError(f"the split {name[:40]!r}… is longer than {MAX_SPLIT} characters", place=place)
    return name


def columns(names: Sequence[str]) -> tuple[str, ...]:
    """`names` as the inputs of a dataset. Raises InputError where one is empty, doubled, or too long, or where there are too many."""
    if len(names) > MAX_COLUMNS:
        raise InputError(f"{len(names):,} columns; a dataset takes {MAX_COLUMNS}", place="columns")
    for place, name in enumerate(names, 1):
        if not name.strip() or len(name) > MAX_NAME:
            raise InputError(f"column {place} is called {name[:40]!r}", place="columns", hint=f"Names have 1 to {MAX_NAME} characters.")
    if twice := next((name for name in names if list(names).count(name) > 1), None):
        raise InputError(f"two columns are called {twice!r}", place="columns", hint="Give every column a name of its own.")
    return tuple(names)


def columns_of(cases: Iterable[NewCase]) -> tuple[str, ...]:
    """Every input that any of `cases` has, in order of first appearance."""
    return tuple(dict.fromkeys(column for case in cases for column in case.inputs))


def from_json(raw: Mapping[str, Any], place: str = "case") -> NewCase:
    """A case out of `{"inputs": {...}, "expected": ..., "tags": [...], "split": ...}`. Raises InputError."""
    inputs = raw.get("inputs", {})
    if not isinstance(inputs, Mapping):
        raise InputError("inputs must map column to text", place=place)
    if unknown := set(raw) - {"inputs", "expected", "tags", "split"}:
        raise InputError(f"has the field {min(unknown)!r}", place=place, hint="Fields are inputs, expected, tags and split.")
    expected = raw.get("expected")
    return NewCase(
        {str(name): bounded(text(value), f"{place}, column {name}") for name, value in inputs.items()},
        None if expected is None else bounded(text(expected), f"{place}, expected"),
        tags(raw.get("tags"), place),
        split(raw.get("split"), place),
    )


def to_json(case: Case | NewCase) -> dict[str, Any]:
    """The case as JSON, `from_json` reads it back."""
    return {"inputs": dict(case.inputs), "expected": case.expected, "tags": list(case.tags), "split": case.split}
