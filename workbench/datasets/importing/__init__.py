"""Files into datasets: CSV, TSV, JSONL, JSON, XLSX or pasted rows. An import is whole or does not happen, and says what it skipped.

Memory stays bounded: rows stream from the file into the store. A file is told by what it holds, not by what it is called.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from pkgutil import iter_modules

from workbench.datasets import registry
from workbench.datasets.cases import MAX_ROWS, NewCase
from workbench.datasets.importing.base import (
    MAX_BYTES,
    ColumnMap,
    ImportReport,
    Options,
    Preview,
    Record,
    Skipped,
    Source,
    Table,
    formats,
    guess,
)
from workbench.errors import InputError, NameTaken
from workbench.store import Store

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["MAX_BYTES", "ColumnMap", "ImportReport", "Options", "Preview", "Skipped", "Source", "guess", "load", "read"]

_EVERY = 2_000  # rows between two words of progress
_ALL_COLUMNS = ColumnMap()
_AS_FOUND = Options()

Progress = Callable[[float, int], None]


def read(content: str | Path | bytes, filename: str = "", *, options: Options = _AS_FOUND, sample: int = 20) -> Preview:
    """What a file (a path, or its bytes) holds: columns, the first rows, and a guess at what the columns are. Raises InputError."""
    table = _open(content, filename, options)
    found = list(islice(table.rows(), sample))
    return Preview(
        table.format,
        table.columns,
        tuple(item.values for item in found if isinstance(item, Record)),
        tuple(item for item in found if isinstance(item, Skipped)),
        guess(table.columns),
        table.encoding,
        table.delimiter,
        tuple(table.notes),
        table.sheets,
    )


def load(
    store: Store,
    name: str,
    content: str | Path | bytes,
    mapping: ColumnMap = _ALL_COLUMNS,
    *,
    filename: str = "",
    options: Options = _AS_FOUND,
    description: str = "",
    attribution: str = "",
    replace: bool = False,
    demo: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file (a path, or its bytes) as the dataset `name`, all or nothing; what was taken and skipped.

    `progress` hears the share done (0..1) and the rows taken; raising from it stops the import. Raises InputError, NameTaken.
    """
    there = registry.exists(store, name)
    if there and not replace:
        raise NameTaken(f"There is a dataset {name.strip()!r} already.", hint="Choose another name, or replace it.")
    table = _open(content, filename, options)
    inputs = mapping.input_columns(table.columns)
    report = ImportReport(name.strip(), table.format, table.encoding, table.delimiter, inputs)
    rows = _cases(table, mapping, report, progress)
    if there:
        registry.replace_cases(store, name, rows, columns=inputs)
    else:
        registry.create(store, name, rows, columns=inputs, description=description, attribution=attribution, demo=demo)
    report.notes = tuple(table.notes)
    return report


def _cases(table: Table, mapping: ColumnMap, report: ImportReport, progress: Progress | None) -> Iterator[NewCase]:
    size = max(1, table.source.size)
    for seen, item in enumerate(table.rows(), 1):
        if progress and seen % _EVERY == 0:
            progress(min(1.0, table.at_byte / size), report.taken)
        if isinstance(item, Skipped):
            report.skip(*item)
            continue
        try:
            case = mapping.case(item, report.columns)
        except InputError as error:
            report.skip(item.row, str(error))
            continue
        report.taken += 1
        if report.taken > MAX_ROWS:
            raise InputError(f"a dataset takes {MAX_ROWS:,} rows", place=f"row {item.row}", hint="Import a part of the file.")
        yield case
    if not report.taken:
        why = f"; the first was skipped because row {report.reasons[0].row} {report.reasons[0].why}" if report.reasons else ""
        raise InputError(f"has no rows to take{why}", place=table.source.name, hint="Choose a file with a header and at least one row.")
    if progress:
        progress(1.0, report.taken)


def _open(content: str | Path | bytes, filename: str, options: Options) -> Table:
    source = _source(content, filename)
    if not source.size:
        raise InputError("is empty", place=source.name, hint="Choose a file with a header and at least one row.")
    if source.size > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES // 1_000_000} MB", place=source.name, hint="Split it into smaller files.")
    head = source.head()
    reader = next(cls for cls in formats() if cls.claims(source, head))
    return reader(source, options)


def _source(content: str | Path | bytes, filename: str) -> Source:
    if isinstance(content, bytes):
        return Source(content, filename or "pasted rows")
    path = Path(content).expanduser()
    if not path.is_file():
        raise InputError("is not a file" if path.exists() else "there is no such file", place=str(path))
    return Source(path, filename or path.name)
