"""Recorded calls as columns: one numpy array a field, in order of time, read from the ledger once and kept. Owns no sum and no price.

A million calls take 90 MB. What has come in since is read alone; where calls were removed, or came in out of order, all is read again.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from workbench.cost.model import KINDS, Recorded
from workbench.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection, Select

    from workbench.store import Store

FILTERS = ("prompt", "version", "label", "provider", "model", "status", "source", "tag", "user", "run_id")
MOST = 2**31 - 1  # tokens of a call, and whatever else is kept as 32 bits
OK_FLAG, HASH, ASKED, QUESTION = 1, 2, 4, 8  # answered; has a prompt_hash; it is known whether it is a question; it is one
_IN_THE_LEDGER = (
    "version", "input_tokens", "cached_tokens", "cache_write_tokens", "cache_write_1h_tokens", "output_tokens", "reasoning_tokens",
    "words", "latency_ms", "retries", "prompt_hash", "cost_nano",
)  # fmt: skip
NUMBERS = ("call_id", "started_ms", *(name.removesuffix("_tokens") for name in _IN_THE_LEDGER), "flags")
_NO_NUMBER = -(2**40)
_BATCH = 20_000
_KEPT = 3


@dataclass(frozen=True)
class Skipped:
    """Lines of a file that were left out for one reason: how many, and the first few of them."""

    why: str
    lines: int
    first: tuple[int, ...]

    @property
    def said(self) -> str:
        """As a sentence: "3 lines (4, 9, 12): output is negative"."""
        more = ", ..." if self.lines > len(self.first) else ""
        return f"{self.lines:,} line{'' if self.lines == 1 else 's'} ({', '.join(map(str, self.first))}{more}): {self.why}"


@dataclass(frozen=True)
class Report:
    """What became of the lines of a file, and which of its columns was read as what."""

    taken: int
    skipped: tuple[Skipped, ...]
    read_as: tuple[tuple[str, str], ...]  # ("time", "TIMESTAMP")


@dataclass(frozen=True, eq=False)
class Columns:
    """n calls. Codes point into the names beside them, -1 is none; a number of -1 is not known. Arrays are not to be written to.

    `tokens[:, k]` are of `model.KINDS`, 0 where a call has none of a kind, and 0 for calls that were not answered (`ok` is False).
    """

    call_id: "NDArray[Any]"  # int64; the line of the file for a trace
    started_ms: "NDArray[Any]"  # int64, ascending
    model: "NDArray[Any]"  # int32, into `models`
    prompt: "NDArray[Any]"  # int32, into `prompts`
    version: "NDArray[Any]"  # int32
    tokens: "NDArray[Any]"  # int32 [n, K]
    words: "NDArray[Any]"  # int32
    question: "NDArray[Any]"  # int8: 1 yes, 0 no
    prompt_hash: "NDArray[Any]"  # int64, where `has_hash`
    has_hash: "NDArray[Any]"  # bool
    latency_ms: "NDArray[Any]"  # int32
    retries: "NDArray[Any]"  # int32
    ok: "NDArray[Any]"  # bool
    cost_nano: "NDArray[Any]"  # int64; -1: no price is known
    processing: "NDArray[Any]"  # int16, into `processings`
    tag: "NDArray[Any]"  # int32, into `tag_sets`
    models: tuple[str, ...] = ()  # provider/model
    prompts: tuple[str, ...] = ()
    processings: tuple[str, ...] = ()
    tag_sets: tuple[tuple[str, ...], ...] = ()
    since_ms: int = 0
    until_ms: int = 0
    without_tokens: int = 0  # answered calls that were left out, because nobody counted their tokens
    impossible: int = 0  # calls that were left out for numbers that cannot be: negative, or over 2,147,483,647 tokens
    notes: tuple[str, ...] = ()
    report: "Report | None" = None  # of a trace

    def __len__(self) -> int:
        return len(self.started_ms)


ARRAYS = tuple(field.name for field in fields(Columns))[:16]
_TYPES = ("i8", "i8", "i4", "i4", "i4", "i4", "i4", "i1", "i8", "?", "i4", "i4", "?", "i8", "i2", "i4")


@dataclass(frozen=True)
class _Stamp:
    """What the ledger held: where two are equal, nothing has changed that a baseline could see."""

    newest: int
    counted: int  # calls in the sums by day: they go down where calls are removed


_kept: "WeakKeyDictionary[Store, dict[Any, tuple[_Stamp, Columns]]]" = WeakKeyDictionary()
_loading = threading.Lock()


def load(store: "Store", recorded: Recorded) -> Columns:
    """The calls of the period that the filters leave. Empty where there are none. Raises InputError that names the field."""
    checked(recorded)
    key = (recorded.since_ms, recorded.until_ms, frozenset(recorded.filters.items()))
    with _loading:  # two pages that ask at once load once
        kept = _kept.setdefault(store, {})
        before = kept.pop(key, None)
        with store.read() as session:
            connection = session.connection()
            stamp = _stamp(connection)
            loaded = _renewed(connection, recorded, stamp, before)
        kept[key] = stamp, loaded
        while len(kept) > _KEPT:
            del kept[next(iter(kept))]
        return loaded


def checked(recorded: Recorded) -> None:
    """Raises InputError where the period is none, or a filter is not one of FILTERS."""
    if recorded.until_ms <= recorded.since_ms:
        raise InputError("ends before it begins", place="field baseline.until_ms", hint="Choose a later end.")
    for name in recorded.filters:
        if name not in FILTERS:
            raise InputError("is not a filter", place=f"field baseline.filters.{name}", hint=f"Filters are {', '.join(FILTERS)}.")
    if "version" in recorded.filters and "prompt" not in recorded.filters:
        raise InputError("goes together with prompt", place="field baseline.filters.version", hint="Name the prompt of that version.")


@dataclass
class Parts:
    """Rows on their way to columns: arrays of each batch, already as narrow as they stay, and what was left out."""

    arrays: "list[list[NDArray[Any]]]"
    without_tokens: int = 0
    impossible: int = 0

    def add(self, numbers: "Sequence[NDArray[Any]]", codes: "NDArray[Any]") -> None:
        """A batch: int64 arrays in the order of NUMBERS, and int32 [n, 4] codes of model, prompt, processing and tags."""
        import numpy as np

        raw = dict(zip(NUMBERS, numbers, strict=True))
        ok, tokens = (raw["flags"] & OK_FLAG) != 0, np.stack([raw[kind] for kind in KINDS], axis=1)
        narrow = np.stack([raw[name] for name in ("version", "words", "latency_ms", "retries")], axis=1)
        bad = ((tokens < -1) | (tokens > MOST)).any(axis=1) | (np.abs(narrow) > MOST).any(axis=1)
        missing = ok & ~bad & ((raw["input"] < 0) | (raw["output"] < 0))
        self.impossible += int(np.count_nonzero(bad))
        self.without_tokens += int(np.count_nonzero(missing))
        values = (
            raw["call_id"], raw["started_ms"], codes[:, 0], codes[:, 1], raw["version"], np.where(ok[:, None], np.maximum(tokens, 0), 0),
            np.maximum(raw["words"], -1), np.where(raw["flags"] & ASKED, (raw["flags"] & QUESTION) != 0, -1), raw["prompt_hash"],
            (raw["flags"] & HASH) != 0, np.maximum(raw["latency_ms"], -1), np.maximum(raw["retries"], 0), ok,
            np.maximum(raw["cost_nano"], -1), codes[:, 2], codes[:, 3],
        )  # fmt: skip
        keep = ~(bad | missing)
        self.arrays.append([value[keep].astype(kind) for value, kind in zip(values, _TYPES, strict=True)])

    def columns(self, **beside: Any) -> Columns:
        """All batches as columns in order of time; `beside` are the other fields."""
        import numpy as np

        if not self.arrays:
            self.add([np.empty(0, dtype=np.int64)] * len(NUMBERS), np.empty((0, 4), dtype=np.int32))
        arrays: dict[str, Any] = {}
        for at, name in enumerate(ARRAYS):
            arrays[name] = np.concatenate([batch[at] for batch in self.arrays])
            for batch in self.arrays:
                batch[at] = batch[at][:0]  # so that no more than one field is there twice
        return _ordered(Columns(**arrays, without_tokens=self.without_tokens, impossible=self.impossible, **beside))


def _ordered(columns: Columns) -> Columns:
    import numpy as np

    times = columns.started_ms
    arrays: dict[str, Any] = {name: getattr(columns, name) for name in ARRAYS}
    if bool((times[1:] < times[:-1]).any()):
        order = np.lexsort((columns.call_id, times))
        arrays = {name: array[order] for name, array in arrays.items()}
    for array in arrays.values():
        array.setflags(write=False)
    return replace(columns, **arrays)


def _stamp(connection: "Connection") -> _Stamp:
    from sqlalchemy import func, select

    from workbench.ledger.tables import CallRow, SpendDayRow

    newest = connection.execute(select(func.max(CallRow.id))).scalar()
    counted = connection.execute(select(func.sum(SpendDayRow.calls))).scalar()
    return _Stamp(int(newest or 0), int(counted or 0))


def _renewed(connection: "Connection", recorded: Recorded, stamp: _Stamp, before: tuple[_Stamp, Columns] | None) -> Columns:
    from sqlalchemy import func, select

    from workbench.ledger.tables import CallRow

    if before is None:
        return _read(connection, recorded)
    was, columns = before
    if was == stamp:
        return columns
    came = connection.execute(select(func.count()).select_from(CallRow).where(CallRow.id > was.newest)).scalar()
    if came != stamp.counted - was.counted:
        return _read(connection, recorded)
    return _joined(columns, _read(connection, recorded, CallRow.id > was.newest, known=columns))


def _joined(old: Columns, new: Columns) -> Columns:
    """Both together; the names of `new` begin with those of `old`."""
    import numpy as np

    left = new.without_tokens, new.impossible
    if not len(new) and not any(left):
        return old
    arrays: dict[str, Any] = {name: np.concatenate([getattr(old, name), getattr(new, name)]) for name in ARRAYS}
    without, impossible = old.without_tokens + left[0], old.impossible + left[1]
    return _ordered(replace(new, **arrays, without_tokens=without, impossible=impossible))


def _read(connection: "Connection", recorded: Recorded, *more: "ColumnElement[bool]", known: Columns | None = None) -> Columns:
    import numpy as np

    names, parts = _Names(known), Parts([])
    wanted = recorded.filters.get("tag")
    for rows in _rows(connection, recorded, more):
        by_field = list(zip(*rows, strict=True))
        numbers = [_whole(values) for values in by_field[: len(NUMBERS)]]
        codes = names.codes(list(zip(*by_field[len(NUMBERS) :], strict=True)))
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


class _Names:
    """Codes for the texts of a row, given out in order of appearance. A text that many calls share is looked at once."""

    def __init__(self, known: Columns | None) -> None:
        self._model = {name: at for at, name in enumerate(known.models)} if known else {}
        self._prompt = {name: at for at, name in enumerate(known.prompts)} if known else {}
        self._processing = {name: at for at, name in enumerate(known.processings)} if known else {}
        self._tags = {tags: at for at, tags in enumerate(known.tag_sets)} if known else {}
        self._seen: dict[Any, tuple[int, int, int, int]] = {}
        self.tag_sets: list[tuple[str, ...]] = list(self._tags)

    def codes(self, rows: list[Any]) -> "NDArray[Any]":
        import numpy as np

        seen = self._seen
        for row in dict.fromkeys(rows):
            if row not in seen:
                seen[row] = self._code(*row)
        return np.fromiter(chain.from_iterable(map(seen.__getitem__, rows)), np.int32, len(rows) * 4).reshape(-1, 4)

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

    from workbench.ledger.record import OK
    from workbench.ledger.tables import CallRow

    calls = cast("Table", CallRow.__table__).c
    numbers = [calls.id, calls.started_ms, *(func.coalesce(calls[name], -1) for name in _IN_THE_LEDGER)]
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
