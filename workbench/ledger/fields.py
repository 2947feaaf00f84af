"""One call as a record, and its JSON. Owns the list of the ledger's field names: code, JSON, CSV and docs all use this one."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from types import UnionType
from typing import Any, get_args, get_type_hints

from workbench.errors import InputError
from workbench.ledger.derived import derive
from workbench.store.base import storable

OK, ERROR = "ok", "error"
_NANO = 10**9
_LOG = logging.getLogger("workbench.ledger")

MOST_NANO = 10**15  # a million dollars a call: thousands of such calls in a day still add up to what a database can hold
MOST_TOKENS = 2**31 - 1

# The widest text of each column that has a width: PostgreSQL refuses more, and a paid reply must not be lost for a long name.
_WIDTHS = {
    "source": 40, "prompt": 200, "label": 100, "provider": 100, "model": 200, "status": 10, "error_type": 40, "error_kind": 40,
    "user": 200, "run_id": 40, "cell_id": 80, "trace_id": 80, "external_id": 200, "processing": 20,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One request to a model. `latency_ms` is the time of the attempt that answered; `cost_nano` is None where no price is known;
    `estimated` says that tokens were counted here because the provider sent none; `cache_write_1h_tokens` are those of
    `cache_write_tokens` that are kept an hour; `processing` is the provider's word for another tariff (batch, flex), None for the
    standard one. A cost over `MOST_NANO`, or a count of tokens over `MOST_TOKENS`, is kept as unknown. The last six fields are its large
    texts.
    """

    started_ms: int
    latency_ms: int | None = None
    ttft_ms: int | None = None
    source: str
    prompt: str | None = None
    version: int | None = None
    label: str | None = None
    provider: str
    model: str
    status: str = OK
    error_type: str | None = None
    error_kind: str | None = None
    retries: int = 0
    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_nano: int | None = None
    estimated: bool = False
    user: str | None = None
    tags: tuple[str, ...] = ()
    run_id: str | None = None
    cell_id: str | None = None
    trace_id: str | None = None
    external_id: str | None = None
    feedback: int | None = None
    processing: str | None = None
    request: dict[str, Any] | None = None
    variables: dict[str, Any] | None = None
    reply: str | None = None
    tool_calls: list[Any] | None = None
    error_message: str | None = None
    attempts: list[Any] | None = None

    @property
    def cost_usd(self) -> Decimal | None:
        """The cost in dollars, exact; None where no price is known."""
        return None if self.cost_nano is None else Decimal(self.cost_nano).scaleb(-9)

    def to_json(self, *, texts: bool = False) -> dict[str, Any]:
        """The record under the ledger's field names, with its large texts if asked."""
        shown = {name: getattr(self, name) for name in (FIELDS + TEXTS if texts else FIELDS) if name != "cost_usd"}
        ordered = {name: _usd(self.cost_nano) if name == "cost_usd" else shown[name] for name in FIELDS}
        ordered["tags"] = list(self.tags)
        return ordered | ({name: shown[name] for name in TEXTS} if texts else {})


TEXTS = ("request", "variables", "reply", "tool_calls", "error_message", "attempts")
COLUMNS = tuple(field.name for field in fields(CallRecord) if field.name not in TEXTS)
FIELDS = tuple("cost_usd" if name == "cost_nano" else name for name in COLUMNS)
_TYPES = get_type_hints(CallRecord)
_TOKENS = tuple(name for name in COLUMNS if name.endswith("_tokens"))


def from_json(raw: Mapping[str, Any]) -> CallRecord:
    """The record that `to_json` wrote. Raises InputError that names the field."""
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name == "cost_usd":
            values["cost_nano"] = _nano(value)
        elif name in COLUMNS or name in TEXTS:
            values[name] = _checked(name, value)
        else:
            raise InputError("is not a field of the ledger", place=f"field {name}", hint=f"Fields are {', '.join(FIELDS + TEXTS)}.")
    for name in ("started_ms", "source", "provider", "model"):
        if name not in values:
            raise InputError("is missing", place=f"field {name}")
    return CallRecord(**values)


def call_row(record: CallRecord, call_id: int) -> dict[str, Any]:
    """The row of the calls table."""
    row = {name: getattr(record, name) for name in COLUMNS}
    for name, width in _WIDTHS.items():
        text = row[name]
        if text is not None and (len(text) > width or not text.isascii() or "\x00" in text):
            row[name] = storable(text)[:width]
    _bound(row)
    row["user_name"] = row.pop("user")
    row["tags"] = list(record.tags) or None
    row["id"] = call_id
    return row | derive(record.request)


def _bound(row: dict[str, Any]) -> None:
    """Take out numbers that no call has: a paid reply must not be lost for one, and no sum of a day may outgrow its column."""
    absurd = [name for name in _TOKENS if row[name] is not None and not 0 <= row[name] <= MOST_TOKENS]
    if row["cost_nano"] is not None and (absurd or not 0 <= row["cost_nano"] <= MOST_NANO):
        absurd.append("cost_nano")
    for name in absurd:
        _LOG.error("A call of %s/%s has %s %d: kept as unknown.", row["provider"], row["model"], name, row[name])
        row[name] = None


def text_row(record: CallRecord, call_id: int) -> dict[str, Any] | None:
    """The row of the call_texts table; None where the call left no text."""
    row = {name: getattr(record, name) for name in TEXTS}
    return None if all(value is None for value in row.values()) else row | {"call_id": call_id}


def _usd(nano: int | None) -> float | None:
    return None if nano is None else nano / _NANO


def _nano(usd: object) -> int | None:
    if usd is None:
        return None
    try:
        nano = int((Decimal(str(usd)) * _NANO).to_integral_value())
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise InputError(f"{usd!r} is not an amount of dollars", place="field cost_usd") from error
    if not 0 <= nano <= MOST_NANO:
        raise InputError(f"{usd!r} is not from 0 to {MOST_NANO // _NANO:,} dollars", place="field cost_usd")
    return nano


def _checked(name: str, value: Any) -> Any:
    if name == "tags":
        if value is None:
            return ()
        if isinstance(value, list | tuple) and all(isinstance(tag, str) for tag in value):
            return tuple(value)
        raise InputError("must be a list of texts", place="field tags")
    kind = _TYPES[name]
    allowed = tuple(getattr(one, "__origin__", one) for one in (get_args(kind) if isinstance(kind, UnionType) else (kind,)))
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        raise InputError(f"{value!r} does not fit", place=f"field {name}")
    if name in _TOKENS and value is not None and not 0 <= value <= MOST_TOKENS:
        raise InputError(f"{value!r} is not from 0 to {MOST_TOKENS:,}", place=f"field {name}")
    return value
