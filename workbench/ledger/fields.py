"""One call as a record, and its JSON. Owns the list of the ledger's field names (code, JSON, CSV and docs all use this one), and what is
refused of a call that comes from outside: it names the field and says how to mend it.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.errors import InputError
from workbench.store.base import storable

OK, ERROR = "ok", "error"
TRIALS = ("run", "benchmark", "playground")
"""Sources of calls that are tried out here; all others are production."""
PRODUCTION, TRIED = "production", "trials"
"""The two kinds of traffic that calls are told apart by."""
_NANO = 10**9

MOST_NANO = 10**15  # a million dollars a call: thousands of such calls in a day still add up to what a database can hold
MOST_TOKENS = 2**31 - 1

# The widest text of each column that has a width: PostgreSQL refuses more, and a paid reply must not be lost for a long name.
WIDTHS = {
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
TOKENS = tuple(name for name in COLUMNS if name.endswith("_tokens"))
Values = dict[str, Any]  # what is known of one call by the names of CallRecord, checked and as a database can hold it
_NEEDED = ("started_ms", "model", "provider", "source")
_LEAST_MS = 10**11  # March 1973: what is less is seconds
_MOST_MS = 10**14  # the year 5138: what is more is microseconds or finer
_AHEAD_MS = 86_400_000  # how far another machine's clock may be ahead
_SHORT = {name: width for name, width in WIDTHS.items() if name != "status"}
_COUNTED = frozenset((*TOKENS, "latency_ms", "ttft_ms", "retries", "version"))


def check_call(raw: Mapping[str, Any], *, source: str | None = None, now_ms: int | None = None) -> CallRecord:
    """The record of a call that came from outside. `source` is what it counts as where it does not say so itself.

    Raises InputError that names the field, what is wrong with it, and the remedy.
    """
    return CallRecord(**check_values(raw, source=source, now_ms=now_ms))


def check_values(raw: Mapping[str, Any], *, source: str | None = None, now_ms: int | None = None) -> Values:
    """`check_call` without making the record: what is known of the call, as a database can hold it."""
    values = _values(raw)
    if source is not None:
        values.setdefault("source", source)
    _whole(values)
    started_ms: int = values["started_ms"]
    if not _LEAST_MS <= started_ms <= _ahead(now_ms):
        raise _wrong_time(started_ms)
    if "status" not in values and ("error_type" in values or "error_message" in values):
        values["status"] = ERROR
    return values


def from_json(raw: Mapping[str, Any]) -> CallRecord:
    """The record that `to_json` wrote, whenever that was. Raises InputError that names the field."""
    values = _values(raw)
    _whole(values)
    return CallRecord(**values)


def _values(raw: Mapping[str, Any]) -> Values:
    values: Values = {}
    for name, value in raw.items():
        if value is None:
            if name not in _CHECKS:
                raise _unknown(name)
        elif type(value) is int and name in _COUNTED and 0 <= value <= MOST_TOKENS:  # most fields of most calls
            values[name] = value
        elif type(value) is str and len(value) <= _SHORT.get(name, 0) and value.isascii() and "\x00" not in value:
            if value:  # an empty text says no more than none
                values[name] = value
        elif (check := _CHECKS.get(name)) is None:
            raise _unknown(name)
        else:
            values["cost_nano" if name == "cost_usd" else name] = check(name, value)
    return values


def _unknown(name: str) -> InputError:
    return InputError("is not a field of the ledger", place=f"field {name}", hint=f"Fields are {', '.join(FIELDS + TEXTS)}.")


def _whole(values: Values) -> None:
    for name in _NEEDED:
        if name not in values:
            raise InputError("is missing", place=f"field {name}", hint=_MISSING[name])


def _ahead(now_ms: int | None) -> int:
    return (time.time_ns() // 1_000_000 if now_ms is None else now_ms) + _AHEAD_MS


def _wrong_time(started_ms: int) -> InputError:
    place = "field started_ms"
    if 10**8 <= started_ms < _LEAST_MS:
        return InputError(f"{started_ms} looks like seconds", place=place, hint="Times are UTC epoch milliseconds: multiply it by 1,000.")
    if started_ms > _MOST_MS:
        unit, by = ("microseconds", "1,000") if started_ms < 10**17 else ("nanoseconds", "1,000,000")
        return InputError(f"{started_ms} looks like {unit}", place=place, hint=f"Times are UTC epoch milliseconds: divide it by {by}.")
    if started_ms < _LEAST_MS:
        return InputError(f"{started_ms} is before any call to a model", place=place, hint="Times are UTC epoch milliseconds.")
    return InputError("is more than a day in the future", place=place, hint="Set the clock of the machine that recorded it.")


def _text(name: str, value: Any) -> str:
    if type(value) is not str:
        raise InputError(f"{_shown(value)} is not a text", place=f"field {name}", hint='Write it in quotes: "...".')
    width = WIDTHS[name]
    if name == "external_id" and len(value) > width:  # cut, two calls could become one
        raise InputError(f"is longer than {width} characters", place=f"field {name}", hint="Send a digest of it.")
    return storable(value)[:width]


def _long_text(name: str, value: Any) -> str:
    if type(value) is not str:
        raise InputError(f"{_shown(value)} is not a text", place=f"field {name}", hint='Write it in quotes: "...".')
    return value


def _count(name: str, value: Any) -> int:
    number = _number(name, value)
    if number < 0:
        raise InputError(f"{_shown(value)} is negative", place=f"field {name}", hint="Leave the field out where it is not known.")
    if number > MOST_TOKENS:
        raise InputError(f"{_shown(value)} is not from 0 to {MOST_TOKENS:,}", place=f"field {name}", hint="No call has as much.")
    if isinstance(number, float) and not number.is_integer() and not name.endswith("_ms"):
        raise InputError(f"{_shown(value)} is not a whole number", place=f"field {name}", hint="Send the count itself.")
    return round(number)


def _time(name: str, value: Any) -> int:
    return value if type(value) is int else round(_number(name, value))


def _number(name: str, value: Any) -> int | float:
    if isinstance(value, str):
        hint = "Send it without quotes." if _looks_like_number(value) else "Send a number, or leave the field out."
        raise InputError(f"{_shown(value)} is a text, not a number", place=f"field {name}", hint=hint)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{_shown(value)} does not fit", place=f"field {name}", hint="Send a number, or leave the field out.")
    if not math.isfinite(value):
        raise InputError("is not a finite number", place=f"field {name}", hint="Leave the field out where it is not known.")
    return value


def _looks_like_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _dollars(name: str, value: Any) -> int:
    try:
        nano = int((Decimal(str(value)) * _NANO).to_integral_value())
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise InputError(f"{_shown(value)} is not an amount of dollars", place=f"field {name}", hint="Send it like 0.0042.") from error
    return _nano(name, nano)


def _nano(name: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST_NANO:
        hint = "Leave the field out where it is not known."
        raise InputError(f"{_shown(value)} nano-dollars are not from 0 to {MOST_NANO // _NANO:,} dollars", place=f"field {name}", hint=hint)
    return value


def _status(name: str, value: Any) -> str:
    if value not in (OK, ERROR):
        raise InputError(f"{_shown(value)} is neither {OK} nor {ERROR}", place=f"field {name}", hint="The kind of an error is error_type.")
    return str(value)


def _feedback(name: str, value: Any) -> int:
    if type(value) is not int or value not in (-1, 0, 1):
        raise InputError(
            f"{_shown(value)} is not 1 (up), -1 (down) or 0 (neither)", place=f"field {name}", hint="Other ratings are metrics."
        )
    return value


def _tags(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and set(map(type, value)) <= {str}:
        return tuple(value)
    raise InputError("must be a list of texts", place=f"field {name}", hint='Write ["one", "two"].')


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise InputError(f"{_shown(value)} is neither true nor false", place=f"field {name}", hint="Send true or false, without quotes.")


def _request(name: str, value: Any) -> dict[str, Any]:
    # A program that sends a text or messages means the same everywhere: in `record` and over HTTP.
    if isinstance(value, str):
        return {"messages": [{"role": "user", "content": value}]}
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return {"messages": value}
    if isinstance(value, dict):
        return value
    raise InputError("is neither a text, messages nor an object", place=f"field {name}", hint='Write {"messages": [...]}.')


def _object(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise InputError("must be an object", place=f"field {name}", hint="Write {...}.")


def _list(name: str, value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise InputError("must be a list", place=f"field {name}", hint="Write [...].")


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


_MISSING = {
    "started_ms": "Say when the call began, in UTC epoch milliseconds.",
    "source": "Say where it came from, in a word.",
    "provider": 'Say who was asked, such as "openai".',
    "model": "Say which model was asked.",
}
_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(WIDTHS, _text),
    **dict.fromkeys(_COUNTED, _count),
    "request": _request,
    "variables": _object,
    **dict.fromkeys(("tool_calls", "attempts"), _list),
    **dict.fromkeys(("reply", "error_message"), _long_text),
    "started_ms": _time,
    "status": _status,
    "feedback": _feedback,
    "tags": _tags,
    "estimated": _flag,
    "cost_usd": _dollars,
}


def _usd(nano: int | None) -> float | None:
    return None if nano is None else nano / _NANO
