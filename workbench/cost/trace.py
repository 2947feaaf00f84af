"""A trace file as columns of calls: a line a request with its time and its tokens. CSV, TSV, JSON lines, each also gzipped.

Made for the Azure LLM inference trace (TIMESTAMP, ContextTokens, GeneratedTokens), and for what gateways export. Lines that cannot be read
are left out and reported; a file that has no such columns, or is larger than the bounds below, is refused. Times without a zone are UTC.
"""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

from workbench.cost import trace_cells
from workbench.cost.columns import NUMBERS, OK_FLAG, Columns, Parts, Report, Skipped
from workbench.cost.trace_cells import Unread
from workbench.errors import InputError

MOST_BYTES, MOST_LINES, LONGEST_LINE = 512 * 2**20, 2_000_000, 2**20
_BATCH, _FIRST = 50_000, 5
_NAMES: dict[str, tuple[str, ...]] = {
    "time": (
        "timestamp", "time", "datetime", "startedms", "startedat", "started", "starttime", "requesttime", "arrivaltime", "createdat",
        "created", "date", "ts", "arrivedat",
    ),
    "input": (
        "contexttokens", "prompttokens", "inputtokens", "requesttokens", "tokensin", "numprefilltokens", "numprompttokens", "inputlength",
        "promptlength", "input", "prompt",
    ),
    "output": (
        "generatedtokens", "completiontokens", "outputtokens", "responsetokens", "tokensout", "numdecodetokens", "numcompletiontokens",
        "outputlength", "output", "completion", "generated",
    ),
    "cached": ("cachedtokens", "cachedinputtokens", "cachereadinputtokens", "cachereadtokens"),
    "cache_write": ("cachewritetokens", "cachecreationinputtokens"),
    "reasoning": ("reasoningtokens",),
    "latency_ms": ("latencyms", "durationms"),
    "model": ("model", "modelname", "modelid"),
}  # fmt: skip
_NEEDED = ("time", "input", "output")
_COUNTS = ("input", "cached", "cache_write", "output", "reasoning")
_USUAL = {"time": "timestamp", "input": "input_tokens", "output": "output_tokens"}
_PLAIN = re.compile(r"[^a-z0-9]")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f]")  # no line of text begins a file with these
_BINARY = {"PK": "a ZIP file (a workbook is one too)", "PAR1": "a Parquet file", "\x1f": "packed twice"}


def load(source: str | Path | bytes, model: str) -> Columns:
    """The calls of the file (a path, or its bytes), answered by `model` where no column says it; `report` says what was left out.

    The period ends one mean gap after the last call. Raises InputError: no file, no such columns, no line that can be read, too large.
    """
    if not model.strip():
        raise InputError("is empty", place="field baseline.model", hint="Say what answered, as provider/model.")
    if isinstance(source, bytes):
        return _read(io.BytesIO(source), model)
    told = str(source) if str(source).isprintable() else repr(str(source))
    try:
        stat = Path(source).stat()
        return _of_file(str(source), model, stat.st_mtime_ns, stat.st_size)
    except InputError as error:
        said = error.message if error.place.startswith("line ") else error.message.removeprefix(f"{error.place}: ")
        raise InputError(f"{told}, {said}", place="field baseline.path", hint=error.hint) from error
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(
            f"{told} cannot be read: {said}", place="field baseline.path", hint="Give the path of a CSV or JSON lines file."
        ) from error


@lru_cache(maxsize=2)
def _of_file(path: str, model: str, _changed_ns: int, _size: int) -> Columns:
    with Path(path).open("rb") as file:
        return _read(file, model)


def _read(file: BinaryIO, model: str) -> Columns:
    taking = _Taking(model)
    with closing(_lines(file)) as lines:
        first, head = next(((number, line) for number, line in enumerate(lines, 1) if line.strip()), (1, ""))
        if _CONTROL.search(head):
            what = next((name for start, name in _BINARY.items() if head.startswith(start)), "not text")
            raise InputError(f"the file is {what}", place="field baseline.path", hint="Give a CSV or JSON lines file; it may be gzipped.")
        if head.lstrip().startswith("{"):
            taking.json_lines(first, chain([head], lines))
        elif head.lstrip().startswith("["):
            raise InputError("is a JSON list", place=f"line {first}", hint="Write one object a line (JSON lines), or a CSV file.")
        elif head:
            taking.table(first, head, lines)
    return taking.columns()


class _Taking:
    """Lines on their way to columns."""

    def __init__(self, model: str) -> None:
        self._default, self._models = model, {model: 0}
        self._provider = model.partition("/")[0] if "/" in model else ""
        self._parts, self._rows, self._taken = Parts([]), list[tuple[int, ...]](), 0
        self._skipped: dict[str, Skipped] = {}
        self._found: dict[str, str] = {}

    def table(self, first: int, head: str, lines: Iterator[str]) -> None:
        """A header, which is line `first` of the file, and lines of cells."""
        separator = max(",\t;|", key=head.count)
        reader = csv.reader(lines, delimiter=separator)
        names = next(csv.reader([head], delimiter=separator))
        at = {kind: names.index(name) for kind, name in self._choose(first, names).items()}
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._skip(first + reader.line_num, str(error))
                continue
            if cells:
                self._take(first + reader.line_num, cells, at)

    def json_lines(self, first: int, lines: Iterator[str]) -> None:
        """An object a line; what lies one level deep (usage.prompt_tokens) is seen too."""
        chosen: dict[str, str] = {}
        for number, line in enumerate(lines, first):
            if not line.strip():
                continue
            try:
                flat = _flat(json.loads(line))
            except (ValueError, RecursionError):
                self._skip(number, "is not a JSON object")
                continue
            if any(kind not in chosen for kind in _NEEDED) or not all(chosen[kind] in flat for kind in _NEEDED):
                chosen = self._choose(number, list(flat), strict=number == first)
            self._take(number, flat, chosen)

    def _choose(self, number: int, names: Sequence[str], *, strict: bool = True) -> dict[str, str]:
        """Which of the names is read as what, by the order of a kind's list. Raises InputError where one is needed."""
        plain: dict[str, str] = {}
        for name in names:
            for form in (name, name.rpartition(".")[2]):
                plain.setdefault(_PLAIN.sub("", form.lower()), name)
        chosen = {kind: plain[known] for kind, options in _NAMES.items() for known in reversed(options) if known in plain}
        for kind in _NEEDED if strict else ():
            if kind not in chosen:
                raise InputError(
                    f"no column holds the {'time' if kind == 'time' else f'{kind} tokens'} of a request; there are {_listed(names)}",
                    place=f"line {number}",
                    hint=f"Name it {_USUAL[kind]}.",
                )
        self._found = self._found or chosen
        return chosen

    def _take(self, number: int, cells: Any, at: Mapping[str, Any]) -> None:
        try:
            values = {kind: _cell(cells, place) for kind, place in at.items()}
            row = {kind: trace_cells.count(values.get(kind), kind, needed=kind in _NEEDED) for kind in _COUNTS}
            if row["cached"] + row["cache_write"] > row["input"] or row["reasoning"] > row["output"]:
                raise Unread("a part has more tokens than the whole")
            row["call_id"], row["started_ms"], row["flags"] = number, trace_cells.time_ms(values.get("time")), OK_FLAG
            row["latency_ms"] = trace_cells.latency(values.get("latency_ms"))
            self._rows.append((*[row.get(name, -1) for name in NUMBERS], self._model(values.get("model"))))
        except Unread as error:
            self._skip(number, str(error))
            return
        self._taken += 1
        if len(self._rows) == _BATCH:
            self._flush()

    def _model(self, said: object) -> int:
        name = str(said).strip()[:300] if said not in (None, "") else self._default
        if "/" not in name and self._provider and name != self._default:
            name = f"{self._provider}/{name}"
        return self._models.setdefault(name, len(self._models))

    def _skip(self, number: int, why: str) -> None:
        was = self._skipped.get(why, Skipped(why, 0, ()))
        self._skipped[why] = Skipped(why, was.lines + 1, was.first if was.lines >= _FIRST else (*was.first, number))

    def _flush(self) -> None:
        import numpy as np

        rows = np.array(self._rows, dtype=np.int64).reshape(-1, len(NUMBERS) + 1)
        codes = np.full((len(rows), 4), -1, dtype=np.int32)
        codes[:, 0] = rows[:, -1]
        self._parts.add(list(rows[:, :-1].T), codes)
        self._rows.clear()

    def columns(self) -> Columns:
        """What was taken. Raises InputError where that is nothing."""
        self._flush()
        skipped = tuple(self._skipped.values())
        if not self._taken:
            said = f": {skipped[0].said}" if skipped else " in the file"
            raise InputError(f"no request could be read{said}", place="field baseline.path", hint="A line has a time and two token counts.")
        found = self._parts.columns(models=tuple(self._models), report=Report(self._taken, skipped, tuple(self._found.items())))
        first, last = int(found.started_ms[0]), int(found.started_ms[-1])
        gap = round((last - first) / (len(found) - 1)) if len(found) > 1 else 0
        notes = tuple(f"Left out: {one.said}." for one in skipped)
        return replace(found, since_ms=first, until_ms=last + gap, notes=notes)


def _lines(file: BinaryIO) -> Generator[str, None, None]:
    """The lines of the file, unzipped. Raises InputError beyond the bounds."""
    start = file.read(4)
    file.seek(0)
    raw = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if start[:2] == b"\x1f\x8b" else file
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline=None)
    size = number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            size, number = size + len(line), number + 1
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                raise InputError(f"has over {LONGEST_LINE:,} characters", place=f"line {number}", hint="A trace has a request a line.")
            if size > MOST_BYTES or number > MOST_LINES:
                raise InputError(
                    f"the file has over {MOST_LINES:,} lines or {MOST_BYTES // 2**20} MB",
                    place="field baseline.path",
                    hint="Cut it, or take a sample of whole days.",
                )
            yield line.replace("\0", "")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"the gzip file is damaged: {error}", place=f"line {number + 1}", hint="Pack it again.") from error
    finally:
        text.detach()


def _flat(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unread
    flat = {name: one for name, one in value.items() if not isinstance(one, dict)}
    for name, one in value.items():
        if isinstance(one, dict):
            flat |= {f"{name}.{inner}": deep for inner, deep in one.items() if not isinstance(deep, dict)}
    return flat


def _cell(cells: Any, at: Any) -> Any:
    if isinstance(cells, dict):
        return cells.get(at)
    return cells[at].strip() if at < len(cells) else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:12]) + (", ..." if len(names) > 12 else "")
