"""A file as an import sees it: what holds its rows, whose they are, and which column is what. Looks at the first rows; writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from workbench.errors import InputError
from workbench.ledger.importers import columns, source
from workbench.ledger.importers.base import Bad, ColumnMap, Container, Dialect, Preview, Row, containers, dialect_of, dialects

for _reader in ("jsonl", "delimited", "parquet", "document", "columns", "azure", "otlp_file", "litellm", "langfuse", "promptfoo"):
    import_module(f"workbench.ledger.importers.{_reader}")  # each registers what it reads

_SAMPLE = 50
_SHOWN = 20


@dataclass(frozen=True)
class Opened:
    """A file whose rows can be read: the rows' container, their dialect, and the mapping in force."""

    container: Container
    dialect: Dialect
    mapping: ColumnMap
    columns: tuple[str, ...]
    sample: tuple[Row, ...]

    @property
    def format(self) -> str:
        """What the rows are called: the dialect's name; of plain columns the container's."""
        return self.container.name if self.dialect.mapped else self.dialect.name


def opened(path: str | Path, format_: str | None = None, mapping: ColumnMap | Mapping[str, str] | None = None) -> Opened:
    """The file, opened. `mapping` is of columns to fields; what it does not say is proposed. Raises InputError."""
    path = Path(path).expanduser()
    head = source.head(path)
    holder = next(cls for cls in containers() if cls.claims(path, head))(path)
    sample = tuple(islice(holder.rows(), _SAMPLE))
    says = [row.says for row in sample if isinstance(row.says, dict)]
    if not says:
        why = sample[0].says.why if sample and isinstance(sample[0].says, Bad) else holder.broken or "has no rows"
        place = f"{path.name}, line {sample[0].line}" if sample else path.name
        raise InputError(f"no row can be read: {why}", place=place, hint="Choose JSONL, JSON, CSV, TSV or Parquet with a call a row.")
    names = {cls.name for cls in containers()}
    if format_ and format_ in names:
        kind: type[Dialect] = columns.Columns
    else:
        kind = dialect_of(format_) if format_ else next(cls for cls in dialects() if cls.claims(holder, says))
    found = tuple(columns.leaves(says))
    given = mapping if isinstance(mapping, ColumnMap) else ColumnMap(dict(mapping or {}))
    if kind.mapped:
        given = _whole(given, found, says, comma=columns.sets_off_by_comma(holder, says))
    return Opened(holder, kind(holder, given, says), given, found, sample)


def detect(path: str | Path) -> str:
    """The name of the format that a file is in. Raises InputError where none fits."""
    return opened(path).format


def preview(path: str | Path, mapping: ColumnMap | Mapping[str, str] | None = None, *, format: str | None = None) -> Preview:  # noqa: A002 (the word of the interface)
    """What a file holds, before anything of it is imported. Raises InputError where it cannot be read at all."""
    found = opened(path, format, mapping)
    calls: list[dict[str, Any]] = []
    problems: list[tuple[int, str]] = []
    for row in found.sample[:_SHOWN]:
        for values in called(found.dialect, row):
            if isinstance(values, Bad):
                problems.append((row.line, values.told))
            else:
                calls.append({name: value for name, value in values.items() if value is not None})
    return Preview(
        found.format,
        found.dialect.title,
        found.container.name,
        found.columns,
        found.mapping,
        tuple(calls),
        tuple(problems),
        _missing(found),
        tuple(found.container.notes),
        found.dialect.mapped,
        columns.firsts(found.columns, [row.says for row in found.sample if isinstance(row.says, dict)]) if found.dialect.mapped else {},
    )


def called(kind: Dialect, row: Row) -> list[Any]:
    """The calls of a row, checked; what cannot be taken as Bad."""
    if isinstance(row.says, Bad):
        return [row.says]
    try:
        return list(kind.calls(row.says))
    except InputError as error:
        return [Bad.of(error)]
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        # A shape that no export of the tool is known to have: the row is refused, not the file.
        return [Bad(f"has a shape that is not known ({type(error).__name__})")]


def _whole(given: ColumnMap, found: tuple[str, ...], says: list[dict[str, Any]], *, comma: bool) -> ColumnMap:
    """What the person says, and what is proposed for the columns they say nothing of. A column mapped to "" is left out."""
    unknown = [column for column in given.columns if column not in found]
    if unknown:
        hint = f"Columns are {', '.join(found[:40])}."
        raise InputError(f"the file has no column {unknown[0]!r}", place="mapping", hint=hint)
    taken = {*given.columns.values(), *given.fixed}
    for each in (("started_ms", "started_at"), ("latency_ms", "latency_s", "ended_at"), ("ttft_ms", "ttft_s"), ("request", "message")):
        taken |= set(each) if taken & set(each) else set()
    proposed = {
        column: target
        for column, target in columns.propose(found, says, comma=comma).columns.items()
        if column not in given.columns and target not in taken
    }
    return ColumnMap({**proposed, **{column: target for column, target in given.columns.items() if target}}, given.fixed)


def _missing(found: Opened) -> tuple[str, ...]:
    if found.dialect.mapped:
        return columns.missing(found.mapping)
    return ("model",) if found.dialect.name == "azure" and not found.mapping.fixed.get("model") else ()
