"""Datasets into files: CSV and XLSX for spreadsheets, JSONL for programs.

A spreadsheet runs a cell that begins like a formula, so such cells get a ' in front; JSONL is exact and comes back as it was.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import Text, cast, exists, select

from workbench.datasets import cases as shapes
from workbench.datasets import registry
from workbench.datasets.cases import Case
from workbench.datasets.tables import CaseRow
from workbench.errors import InputError
from workbench.store import Store

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?%?")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML has no place for them
_XLSX_CELL = 32_767  # characters Excel keeps in a cell


@dataclass(frozen=True)
class Which:
    """The cases to write: of one split or tag, or all."""

    split: str | None = None
    tag: str | None = None


ALL = Which()


def write(store: Store, name: str, form: str, out: BinaryIO, which: Which = ALL) -> int:
    """Write the dataset into `out`; how many cases. Raises InputError for an unknown format, or a cell a workbook cannot hold."""
    if form not in FORMATS:
        raise InputError(f"{form!r} is no format to write", place="format", hint=f"Write one of {', '.join(FORMATS)}.")
    return FORMATS[form](store, name, out, which)


def content(store: Store, name: str, form: str, which: Which = ALL) -> bytes:
    """The dataset as the bytes of a file."""
    out = io.BytesIO()
    write(store, name, form, out, which)
    return out.getvalue()


def neutral(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula; plain numbers stay as they are."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell


def _csv(store: Store, name: str, out: BinaryIO, which: Which) -> int:
    # The mark at the beginning tells Excel that the file is UTF-8.
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    written = 0
    for row in _rows(store, name, which):
        writer.writerow(map(neutral, row))
        written += 1
    text.detach()
    return written - 1  # without the header


def _jsonl(store: Store, name: str, out: BinaryIO, which: Which) -> int:
    lines = (json.dumps(shapes.to_json(case), ensure_ascii=False).encode() for case in _walk(store, name, which))
    return sum(out.write(line + b"\n") > 0 for line in lines)


def _xlsx(store: Store, name: str, out: BinaryIO, which: Which) -> int:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Cases")
    written = 0
    try:
        for row in _rows(store, name, which):
            if max(map(len, row)) > _XLSX_CELL:
                why = f"a cell is longer than the {_XLSX_CELL:,} characters Excel keeps"
                raise InputError(why, place=f"row {written}", hint="Write CSV or JSONL.")
            sheet.append([_UNPRINTABLE.sub("\ufffd", neutral(cell)) for cell in row])
            written += 1
    finally:
        sheet.close()
    book.save(out)
    return written - 1  # without the header


FORMATS: dict[str, Callable[[Store, str, BinaryIO, Which], int]] = {"csv": _csv, "jsonl": _jsonl, "xlsx": _xlsx}


def _rows(store: Store, name: str, which: Which) -> Iterator[list[str]]:
    """A header, then every case: its inputs, and those of expected, tags and split that any case has."""
    dataset = registry.get(store, name)
    extra = _used(store, dataset.id)
    yield [*dataset.columns, *(_free(column, dataset.columns) for column in extra)]
    for case in _walk(store, name, which):
        own = {"expected": case.expected or "", "tags": ", ".join(case.tags), "split": case.split}
        yield [*(case.inputs.get(column, "") for column in dataset.columns), *(own[column] for column in extra)]


def _walk(store: Store, name: str, which: Which) -> Iterator[Case]:
    return registry.walk(store, name, split=which.split, tag=which.tag)


def _used(store: Store, dataset_id: int) -> list[str]:
    of = CaseRow.dataset_id == dataset_id
    asked = {"expected": CaseRow.expected.is_not(None), "tags": cast(CaseRow.tags, Text) != "[]", "split": CaseRow.split != ""}
    with store.read() as session:
        return [column for column, has in asked.items() if session.scalar(select(exists().where(of, has)))]


def _free(name: str, taken: tuple[str, ...]) -> str:
    count, unique = 1, name
    while unique in taken:
        count += 1
        unique = f"{name} ({count})"
    return unique
