"""Anybody's own scores, out of a file: a row is one score of one variant, on a case where there is one. Refuses what it cannot read.

No row is dropped in silence: whatever is no score is an error that names file, line, column and what to write instead.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.comparison.matrix import Scores
from workbench.datasets.importing import MAX_BYTES, Options, Source
from workbench.datasets.importing.base import Record, Table, formats
from workbench.errors import InputError

MOST_VARIANTS = 50
_MISSING = {"", "nan", "na", "n/a", "null", "none", "-", "#n/a"}
_RIGHT = {"true", "yes", "y", "pass", "passed", "right", "correct"}
_WRONG = {"false", "no", "n", "fail", "failed", "wrong", "incorrect"}
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
_LARGEST = 1e100  # squares of more leave the range of numbers
_AS_FOUND = Options()


@dataclass(frozen=True)
class Columns:
    """Which column is what; without `case` no two rows belong together."""

    variant: str = "variant"
    score: str = "score"
    case: str | None = None


def read(path: Path, columns: Columns, *, options: Options = _AS_FOUND, higher_is_better: bool = True) -> Scores:
    """The scores of a file (CSV in any dialect, JSONL, JSON, XLSX): variants and cases in order of first appearance.

    Empty scores and "nan" are missing; true/false, yes/no and pass/fail are 1 and 0. Raises InputError.
    """
    try:
        return _read(_open(path, options), path, columns, higher_is_better=higher_is_better)
    except InputError as error:
        if path.name in error.message:
            raise
        raise InputError(error.message, place=path.name, hint=error.hint) from error


def _read(table: Table, path: Path, columns: Columns, *, higher_is_better: bool) -> Scores:
    names = _named(table, columns, path)
    variants: dict[str, int] = {}
    cases: dict[str, int] = {}
    seen: dict[int, int] = {}
    rows: list[tuple[int, int, float]] = []
    for record in _records(table, path):
        place = f"{path.name}, line {record.row}"
        variant = variants.setdefault(_named_in(record, names.variant, place), len(variants))
        if len(variants) > MOST_VARIANTS:
            why = f"column {names.variant!r} names more than {MOST_VARIANTS} variants"
            raise InputError(why, place=place, hint="Is it the column of variants? --variant names it.")
        if names.case is None:
            case = seen[variant] = seen.get(variant, -1) + 1
        else:
            case = cases.setdefault(_named_in(record, names.case, place), len(cases))
        rows.append((variant, case, _score(record, names.score, place, comma=table.delimiter not in {",", ""})))
    count = len(cases) if names.case is not None else 1 + max(seen.values(), default=-1)
    notes = tuple(table.notes)
    return Scores(tuple(variants), count, rows, paired=names.case is not None, higher_is_better=higher_is_better, notes=notes)


def _open(path: Path, options: Options) -> Table:
    path = path.expanduser()
    if not path.is_file():
        raise InputError("is not a file" if path.exists() else "there is no such file", place=str(path))
    source = Source(path, path.name)
    if not source.size:
        raise InputError("is empty", place=path.name, hint="Write a header and a row for every score.")
    if source.size > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES // 1_000_000} MB", place=path.name, hint="Average repeats, or take a part of it.")
    head = source.head()
    return next(form for form in formats() if form.claims(source, head))(source, options)


def _records(table: Table, path: Path) -> Iterator[Record]:
    for item in table.rows():
        if isinstance(item, Record):
            yield item
        elif item.why != "is empty":
            raise InputError(f"this row {item.why}", place=f"{path.name}, line {item.row}", hint="Mend it: no score is left out unsaid.")


def _named(table: Table, columns: Columns, path: Path) -> Columns:
    """The columns as the file writes them; letters may be large or small. Raises InputError for one it does not have."""
    found = {role: _column(table, role, name, path) for role, name in vars(columns).items() if name is not None}
    if len(set(found.values())) < len(found):
        raise InputError("one column cannot be two things", place=path.name, hint="Name different columns for variant, score and case.")
    return Columns(**found)


def _column(table: Table, role: str, name: str, path: Path) -> str:
    if name in table.columns:
        return name
    alike = [column for column in table.columns if column.strip().lower() == name.strip().lower()]
    if len(alike) == 1:
        return alike[0]
    hint = f"Columns are {', '.join(table.columns[:20])}. Name the right one: --{role} COLUMN."
    raise InputError(f"there is no column {name!r} for the {role}", place=f"{path.name}, line 1", hint=hint)


def _named_in(record: Record, column: str, place: str) -> str:
    name = (record.values.get(column) or "").strip()
    if not name:
        raise InputError(f"column {column!r} is empty", place=place, hint="Name the variant and the case in every row.")
    return name


def _score(record: Record, column: str, place: str, *, comma: bool) -> float:
    text = (record.values.get(column) or "").strip()
    word = text.lower()
    if word in _MISSING:
        return math.nan
    if word in _RIGHT or word in _WRONG:
        return float(word in _RIGHT)
    if comma and _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        hint = "Write a number such as 0.5, true or false, or leave it empty where the score is missing."
        raise InputError(f"column {column!r}: {text[:60]!r} is not a score", place=place, hint=hint) from None
    if not abs(value) <= _LARGEST:
        hint = "Write a finite number, or leave it empty where the score is missing."
        raise InputError(f"column {column!r}: {text[:60]!r} is too large for a score", place=place, hint=hint)
    return value
