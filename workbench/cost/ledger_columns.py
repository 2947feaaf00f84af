"""Recorded calls on their way out of the ledger into columns: one query by the index of the period, batch by batch. Writes nothing."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from workbench.cost.columns import ASKED, HASH, NUMBERS, OK_FLAG, QUESTION, Columns, Parts
from workbench.cost.model import Recorded

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection, Select

_FIELDS = (
    "version", "input_tokens", "cached_tokens", "cache_write_tokens", "cache_write_1h_tokens", "output_tokens", "reasoning_tokens", "words",
    "latency_ms", "retries", "prompt_hash", "cost_nano",
)  # fmt: skip
_NO_NUMBER = -(2**40)
_BATCH = 1_000  # rows that are gone again before the garbage collector looks at them: 20,000 at once take a third longer


def read(connection: "Connection", recorded: Recorded, *more: "ColumnElement[bool]", known: Columns | None = None) -> Columns:
    """The calls of the period that the filters and the conditions leave; codes of names go on from those of `known`."""
    import numpy as np

    names, parts = _Names(known), Parts([])
    wanted = recorded.filters.get("tag")
    for rows in _rows(connection, recorded, more):
        by_field = list(zip(*rows, strict=True))
        numbers = [_whole(values) for values in by_field[: len(NUMBERS)]]
        codes = names.codes(zip(*by_field[len(NUMBERS) :], strict=True), len(rows))
        if wanted is not None:
            tagged = np.array([*(wanted in tags for tags in names.tag_sets), False])[codes[:, 3]]
            numbers, codes = [values[tagged] for values in numbers], codes[tagged]
        parts.add(numbers, codes)
    return parts.columns(**names.as_fields(), since_ms=recorded.since_ms, until_ms=recorded.until_ms)


def _whole(values: Sequence[Any]) -> "NDArray[Any]":
    """The numbers as int64. What SQLite let in and is none counts as one that cannot be."""
    import numpy as np

    try:
        return np.array(values, dtype=np.int64)
    except (ValueError, TypeError, OverflowError):
        return np.array([value if isinstance(value, int) else _NO_NUMBER for value in values], dtype=np.int64)


class _Names(dict[Any, int]):
    """Codes for the texts of a row, given out in order of appearance. A row of texts that many calls share is looked at once: it is a key
    here, and its value is the place of its four codes.
    """

    def __init__(self, known: Columns | None) -> None:
        super().__init__()
        self._model = {name: at for at, name in enumerate(known.models)} if known else {}
        self._prompt = {name: at for at, name in enumerate(known.prompts)} if known else {}
        self._processing = {name: at for at, name in enumerate(known.processings)} if known else {}
        self._tags = {tags: at for at, tags in enumerate(known.tag_sets)} if known else {}
        self._found: list[tuple[int, int, int, int]] = []
        self.tag_sets: list[tuple[str, ...]] = list(self._tags)

    def __missing__(self, row: Any) -> int:
        self[row] = len(self._found)
        self._found.append(self._code(*row))
        return self[row]

    def codes(self, rows: Iterable[Any], count: int) -> "NDArray[Any]":
        """Codes [count, 4] of model, prompt, processing and tags; -1 is none."""
        import numpy as np

        places = np.fromiter(map(self.__getitem__, rows), np.int32, count)
        return np.array(self._found, dtype=np.int32)[places]

    def _code(self, provider: str, model: str, prompt: str | None, processing: str | None, tags: str | None) -> tuple[int, int, int, int]:
        kept = _tags(tags)
        at = -1 if not kept else self._tags.setdefault(kept, len(self._tags))
        if at == len(self.tag_sets):
            self.tag_sets.append(kept)
        return (
            self._model.setdefault(f"{provider}/{model}", len(self._model)),
            -1 if prompt is None else self._prompt.setdefault(prompt, len(self._prompt)),
            -1 if processing is None else self._processing.setdefault(processing, len(self._processing)),
            at,
        )

    def as_fields(self) -> dict[str, Any]:
        """The names, as the fields of `Columns`."""
        return {
            "models": tuple(self._model),
            "prompts": tuple(self._prompt),
            "processings": tuple(self._processing),
            "tag_sets": tuple(self.tag_sets),
        }


def _tags(text: str | None) -> tuple[str, ...]:
    """The tags of a call; none where the column holds something else."""
    try:
        tags = json.loads(text) if text else None
    except ValueError:
        return ()
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


def _rows(connection: "Connection", recorded: Recorded, more: "tuple[ColumnElement[bool], ...]") -> "Iterator[list[Any]]":
    from sqlalchemy import Table, Text, case, func, select, type_coerce
    from sqlalchemy import cast as as_sql

    from workbench.ledger.fields import OK
    from workbench.ledger.tables import CallRow

    calls = cast("Table", CallRow.__table__).c
    numbers = [calls.id, calls.started_ms, *(func.coalesce(calls[name], -1) for name in _FIELDS)]
    flags = (
        case((calls.status == OK, OK_FLAG), else_=0)
        + case((calls.prompt_hash.is_not(None), HASH), else_=0)
        + case((calls.question.is_(None), 0), (calls.question, ASKED + QUESTION), else_=ASKED)
    )
    tags = calls.tags if connection.dialect.name == "sqlite" else as_sql(calls.tags, Text)
    texts = calls.provider, calls.model, calls.prompt, calls.processing, type_coerce(tags, Text)
    conditions = [calls["user_name" if name == "user" else name] == value for name, value in recorded.filters.items() if name != "tag"]
    query = select(*numbers, flags, *texts).where(
        calls.started_ms >= recorded.since_ms, calls.started_ms < recorded.until_ms, *conditions, *more
    )
    yield from _fetched(connection, query)


def _fetched(connection: "Connection", query: "Select[Any]") -> "Iterator[list[Any]]":
    """Batches of the driver's own rows: nothing needs to be done to them, and a million Row objects take longer than the query."""
    compiled = query.compile(dialect=connection.dialect)
    given: Any = compiled.params
    if compiled.positional:
        given = [compiled.params[name] for name in cast("Any", compiled).positiontup or ()]
    driver: Any = connection.connection
    cursor = driver.cursor() if connection.dialect.name == "sqlite" else driver.cursor(name="baseline")  # else all rows come at once
    try:
        cursor.execute(str(compiled), given)
        while rows := cursor.fetchmany(_BATCH):
            yield rows
    finally:
        cursor.close()
