"""Rows of any table by a mapping of columns: the ledger's own names, and whatever other tools call the same things."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from workbench.errors import InputError
from workbench.ledger import fields
from workbench.ledger.fields import FIELDS, TEXTS, Values
from workbench.ledger.importers import cells
from workbench.ledger.importers.base import Bad, ColumnMap, Container, Dialect, dialect
from workbench.ledger.importers.delimited import Delimited
from workbench.ledger.importers.names import NAMES

SOURCE = "import"
MORE = ("started_at", "ended_at", "first_token_at", "latency_s", "ttft_s", "message")  # what a column may be beside a field
TARGETS = (*(name for name in FIELDS if name not in ("run_id", "cell_id")), *TEXTS, *MORE)
BECOMES = {
    "started_at": "started_ms",
    "ended_at": "latency_ms",
    "latency_s": "latency_ms",
    "ttft_s": "ttft_ms",
    "first_token_at": "ttft_ms",
    "message": "request",
    "cost_usd": "cost_nano",
}  # the field that a target is kept in, where that is another
NEEDED = (("started_ms", "started_at"), ("model",))
_OWN = frozenset((*FIELDS, *TEXTS))
_PLAIN = re.compile(r"[^a-z0-9]")
_NUMBERS = frozenset((*fields.TOKENS, "latency_ms", "ttft_ms", "retries", "version", "cost_usd", "latency_s", "ttft_s", "started_ms"))
_NOWHERE: Mapping[str, str] = MappingProxyType({})
_DEEPEST = 5
_CELL = 100
_MOST = 2_000  # columns
_NAMELIKE = re.compile(r"[\w./@-]{1,120}")


@dialect("columns", "Columns by their names", rank=90)
class Columns(Dialect):
    """Any rows, each column mapped to a field or left out."""

    mapped = True

    def __init__(self, container: Container, mapping: ColumnMap, sample: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(container, mapping, sample)
        targets = [*mapping.columns.values(), *mapping.fixed]
        for target in targets:
            if target not in TARGETS:
                raise InputError(f"{target!r} is no field of a call", place="mapping", hint=f"Fields are {', '.join(TARGETS)}.")
        twice = sorted({target for target in targets if targets.count(target) > 1})
        if twice:
            raise InputError(f"two columns become {twice[0]}", place="mapping", hint="Leave one of them out.")
        self._own = not mapping.fixed and not container.textual and all(column == target for column, target in mapping.columns.items())
        self._own = self._own and not set(targets) & set(MORE)
        self._comma = sets_off_by_comma(container, sample)
        if not self._comma and isinstance(container, Delimited) and container.delimiter == ";":  # as where commas set off decimals
            ways = [_way(column) for column, target in mapping.columns.items() if target in _NUMBERS]
            if unsure := cells.doubtful(str(way(row) or "") for row in sample for way in ways):
                container.notes.append(f"{unsure} is read as a number with decimals. If it is thousands, write it without the point.")
        self._names_rows = "external_id" in targets
        self._places = {target: f"column {column}" for column, target in mapping.columns.items()}
        self._ways = [(_way(column), target, f"column {column}") for column, target in mapping.columns.items()]
        self._fixed: dict[str, Any] = {
            name: cells.number(value, f"fixed {name}", textual=True) if name in _NUMBERS else value for name, value in mapping.fixed.items()
        }

    @classmethod
    def claims(cls, container: Container, sample: Sequence[Mapping[str, Any]]) -> bool:
        """Whatever nothing else claims."""
        return True

    @property
    def names_rows(self) -> bool:
        """Whether a column holds an id of each call."""
        return self._names_rows

    def calls(self, row: Mapping[str, Any]) -> Iterable[Values | Bad]:
        """The one call of the row."""
        if self._own and row.keys() <= _OWN and "provider" in row:  # what other workbenches and our own exports write
            return (fields.check_values(row, source=SOURCE),)
        return (self._call(row),)

    def _call(self, row: Mapping[str, Any]) -> Values:
        found = dict(self._fixed)
        textual = self.container.textual
        for way, target, place in self._ways:
            value = way(row)
            if value is not None and value != "":
                if target in _NUMBERS:
                    found[target] = cells.number(value, place, textual=textual, comma=self._comma)
                else:
                    found[target] = _read(target, value, place, textual)
                if found[target] == fields.ERROR and "error_type" not in found and (kind := cells.error_type(value)) != "unknown":
                    found["error_type"] = kind  # a status of 429 says more than that it failed
        return fields.check_values(settled(found, self._places), source=SOURCE)


def settled(found: dict[str, Any], places: Mapping[str, str] = _NOWHERE) -> dict[str, Any]:
    """The ledger's fields out of times, seconds and a model's name as a table has them. `places` says where each came from."""
    if "started_at" in found:
        found.setdefault("started_ms", cells.moment(found.pop("started_at"), places.get("started_at", "field started_at")))
    elif isinstance(found.get("started_ms"), float):
        found["started_ms"] = round(found["started_ms"])
    for seconds, ms in (("latency_s", "latency_ms"), ("ttft_s", "ttft_ms")):
        if (value := found.pop(seconds, None)) is not None:
            found.setdefault(ms, value * 1000 if isinstance(value, int | float) and not isinstance(value, bool) else value)
    for end, ms in (("ended_at", "latency_ms"), ("first_token_at", "ttft_ms")):
        if (value := found.pop(end, None)) is not None and ms not in found and isinstance(found.get("started_ms"), int):
            found[ms] = cells.moment(value, places.get(end, f"field {end}")) - found["started_ms"]
    if (said := found.pop("message", None)) is not None and "request" not in found and (asked := cells.request(said)):
        found["request"] = asked
    if isinstance(found.get("model"), str):
        found["provider"], found["model"] = cells.model(found["model"], found.get("provider"))
    if "status" not in found and ("error_message" in found or "error_type" in found):
        found["status"] = fields.ERROR
    if found.get("status") == fields.ERROR:
        known = found.get("error_type")
        found["error_type"] = known if known in _TYPES else cells.error_type(known, found.get("error_message")) or "unknown"
    return found


def leaves(sample: Iterable[Mapping[str, Any]]) -> list[str]:
    """The columns of the rows; those of nested objects by their path, as in usage.prompt_tokens."""
    found: dict[str, None] = {}
    for row in sample:
        found.update(dict.fromkeys(_paths(row)))
    return list(found)[:_MOST]


def firsts(columns: Iterable[str], sample: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The first value of each column that says anything, as it stands there, cut at 100 characters."""
    return {
        column: str(value)[:_CELL]
        for column in columns
        if (value := next((one for one in map(_way(column), sample) if one is not None and one != ""), None)) is not None
    }


def sets_off_by_comma(container: Container, sample: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the file is a table of texts that writes decimals as in 0,5."""
    return container.textual and cells.decimal_comma(
        text for row in sample for text in row.values() if isinstance(text, str) and len(text) < 30
    )


def propose(columns: Sequence[str], sample: Sequence[Mapping[str, Any]], *, comma: bool = False) -> ColumnMap:
    """What each column is by its name, and by what stands in it where the name alone does not say; a field is given once."""
    found: dict[str, str] = {}
    taken: dict[str, tuple[int, str]] = {}
    for column in columns:
        target, rank = ("", 0) if column not in TARGETS else (column, -1)
        if not target:
            target, rank = next(((NAMES[name]) for name in _shorter(column) if name in NAMES), ("", 0))
        if not target:
            continue
        target = _by_values(target, column, sample, comma)
        if target in taken and taken[target][0] <= rank:
            continue
        if target in taken:
            del found[taken[target][1]]
        taken[target] = rank, column
        found[column] = target
    _one_of(found, ("started_ms", "started_at"))
    _one_of(found, ("latency_ms", "latency_s"))
    _one_of(found, ("ttft_ms", "ttft_s"))
    _one_of(found, ("request", "message"))
    return ColumnMap(found)


def missing(mapping: ColumnMap) -> tuple[str, ...]:
    """Fields that a call needs and the mapping does not give."""
    given = {*mapping.columns.values(), *mapping.fixed}
    return tuple(each[-1] for each in NEEDED if not given & set(each))


def _one_of(found: dict[str, str], targets: tuple[str, ...]) -> None:
    first = next((target for target in targets if target in found.values()), None)
    for column in [column for column, target in found.items() if target in targets and target != first]:
        del found[column]


def _shorter(column: str) -> Iterator[str]:
    """The name, and what is left of it without the objects around it: response.usage.prompt_tokens, usage.prompt_tokens, prompt_tokens."""
    parts = column.split(".")
    for start in range(len(parts)):
        yield _PLAIN.sub("", ".".join(parts[start:]).lower())


def _by_values(target: str, column: str, sample: Sequence[Mapping[str, Any]], comma: bool) -> str:
    """The field that a column of this name is by what stands in it: seconds or milliseconds, a prompt's name or its text."""
    way = _way(column)
    values = [value for row in sample if (value := way(row)) not in (None, "")]
    if target in ("latency_ms", "ttft_ms") and not _PLAIN.sub("", column.lower()).endswith("ms"):
        known = [float(one) for value in values if _is_number(one := _figure(value, comma))]
        return target.replace("_ms", "_s") if known and max(known) < 1000 and any(one % 1 for one in known) else target
    if target == "prompt" and not all(isinstance(value, str) and _NAMELIKE.fullmatch(value) for value in values):
        return "message"
    if target == "reply" and values and all(_is_number(value) for value in values):
        return "output_tokens"
    if target == "message" and values and all(_is_number(value) for value in values):
        return "input_tokens"
    return target


def _figure(value: Any, comma: bool) -> Any:
    try:
        return cells.number(value, "", textual=True, comma=comma)
    except InputError:
        return None


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and float(value) == float(value)
    except (TypeError, ValueError):
        return False


def _paths(row: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[str]:
    for name, value in row.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping) and value and depth < _DEEPEST and path not in TEXTS:
            yield from _paths(value, f"{path}.", depth + 1)
        else:
            yield path


def _way(column: str) -> Callable[[Mapping[str, Any]], Any]:
    if "." not in column:
        return lambda row: row.get(column)
    parts = column.split(".")

    def walk(row: Mapping[str, Any]) -> Any:
        if column in row:
            return row[column]
        value: Any = row
        for part in parts:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    return walk


def _read(target: str, value: Any, place: str, textual: bool) -> Any:
    read = _READ.get(target)
    if read is not None:
        return read(value, place)
    if textual or target in MORE or isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) and target in fields.WIDTHS else value


def _object(value: Any, place: str) -> Any:
    found = cells.parsed(value)
    return found if isinstance(found, dict) else None


def _list(value: Any, place: str) -> Any:
    found = cells.parsed(value)
    return found if isinstance(found, list) else None


_READ: dict[str, Callable[[Any, str], Any]] = {
    "status": cells.worked,
    "feedback": lambda value, _place: cells.thumb(value),
    "tags": lambda value, _place: cells.tags(value),
    "request": lambda value, _place: cells.request(value),
    "reply": lambda value, _place: cells.text(value),
    "error_message": lambda value, _place: cells.text(value),
    "estimated": lambda value, _place: str(value).lower() in ("true", "1", "yes"),
    "variables": _object,
    "tool_calls": _list,
    "attempts": _list,
}
_TYPES = frozenset(("rate_limit", "timeout", "invalid_request", "server_error", "auth_error", "unknown"))
