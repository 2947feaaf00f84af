"""Recorded calls as columns: one numpy array a field, in order of time, read from the ledger once and kept. Owns no sum and no price.

A million calls take 90 MB. What has come in since is read alone; where calls were removed, or came in out of order, all is read again.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from workbench import clock
from workbench.cost.model import KINDS, Recorded
from workbench.errors import InputError
from workbench.text.counting import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from workbench.store import Store

FILTERS = ("prompt", "version", "label", "provider", "model", "status", "source", "tag", "user", "run_id")
MOST = 2**31 - 1  # tokens of a call, and whatever else is kept as 32 bits
OK_FLAG, HASH, ASKED, QUESTION = 1, 2, 4, 8  # answered; has a prompt_hash; it is known whether it is a question; it is one
NUMBERS = (
    "call_id", "started_ms", "version", "input", "cached", "cache_write", "cache_write_1h", "output", "reasoning", "words", "latency_ms",
    "retries", "prompt_hash", "cost_nano", "flags",
)  # fmt: skip
_KEPT = 3
_HOUR_MS = 3_600_000


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
        return f"{counted(self.lines, 'line')} ({', '.join(map(str, self.first))}{more}): {self.why}"


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
    processing: "NDArray[Any]"  # int32, into `processings`
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
_TYPES = ("i8", "i8", "i4", "i4", "i4", "i4", "i4", "i1", "i8", "?", "i4", "i4", "?", "i8", "i4", "i4")


@dataclass(frozen=True)
class _Stamp:
    """What the ledger held: where two are equal, nothing has changed that a baseline could see."""

    newest: int
    counted: int  # calls in the sums by day: they go down where calls are erased
    dropped: int  # up to when calls were dropped for their age, which stay in the sums


_kept: "WeakKeyDictionary[Store, dict[Any, tuple[_Stamp, Columns]]]" = WeakKeyDictionary()
_loading = threading.Lock()


def load(store: "Store", recorded: Recorded) -> Columns:
    """The calls of the period that the filters leave. Empty where there are none. Raises InputError that names the field.

    The period ends with the present hour at the latest: days to come would thin a month out.
    """
    checked(recorded)
    recorded = replace(recorded, until_ms=min(recorded.until_ms, -(-clock.now_ms() // _HOUR_MS) * _HOUR_MS))
    if recorded.until_ms <= recorded.since_ms:
        raise InputError("lies in the future", place="field baseline.since", hint="Choose an earlier beginning: no call has been made yet.")
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
        raise InputError("ends before it begins", place="field baseline.until", hint="Choose a later end.")
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
            raw["call_id"], raw["started_ms"], codes[:, 0], codes[:, 1], raw["version"], _nested(np.where(ok[:, None], tokens, 0)),
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


def _nested(tokens: "NDArray[Any]") -> "NDArray[Any]":
    """The tokens with no part larger than its whole, as calls are billed: a provider's own numbers may contradict each other."""
    import numpy as np

    sent, cached, written, hour, replied, thought = (np.maximum(tokens[:, at], 0) for at in range(len(KINDS)))
    cached = np.minimum(cached, sent)
    written = np.minimum(written, sent - cached)
    return np.stack([sent, cached, written, np.minimum(hour, written), replied, np.minimum(thought, replied)], axis=1)


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

    from workbench.ledger import rollups
    from workbench.ledger.tables import CallRow

    newest = connection.execute(select(func.max(CallRow.id))).scalar()
    return _Stamp(int(newest or 0), rollups.total(connection), rollups.rows_from(connection) or 0)


def _renewed(connection: "Connection", recorded: Recorded, stamp: _Stamp, before: tuple[_Stamp, Columns] | None) -> Columns:
    from sqlalchemy import func, select

    from workbench.cost import ledger_columns
    from workbench.ledger.tables import CallRow

    seen = CallRow.id <= stamp.newest  # what came in since the stamp is for the next time: a statement may see more than the one before
    if before is None:
        return ledger_columns.read(connection, recorded, seen)
    was, columns = before
    if was == stamp:
        return columns
    new = CallRow.id > was.newest
    came = connection.execute(select(func.count()).select_from(CallRow).where(new, seen)).scalar()
    if came != stamp.counted - was.counted or stamp.dropped != was.dropped:
        return ledger_columns.read(connection, recorded, seen)
    return _joined(columns, ledger_columns.read(connection, recorded, new, seen, known=columns))


def _joined(old: Columns, new: Columns) -> Columns:
    """Both together; the names of `new` begin with those of `old`."""
    import numpy as np

    left = new.without_tokens, new.impossible
    if not len(new) and not any(left):
        return old
    arrays: dict[str, Any] = {name: np.concatenate([getattr(old, name), getattr(new, name)]) for name in ARRAYS}
    without, impossible = old.without_tokens + left[0], old.impossible + left[1]
    return _ordered(replace(new, **arrays, without_tokens=without, impossible=impossible))
