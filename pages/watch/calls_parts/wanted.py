"""What the URL asks of the Calls page: which calls, and from where on. Text from outside: what cannot be read is said and left out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench import clock
from workbench.ledger.finding import LAST, RATED, Cursor, Sought
from workbench.store.base import storable

POSITION = ("older", "newer")
CALL = "call"
NO_PROMPT = "="  # a prompt of the URL: calls without one. A name that begins with = has another = before it
# Parameter of the URL -> (field of a search, what a person calls it).
PARAMETERS: dict[str, tuple[str, str]] = {
    "q": ("words", "Text"),
    "since": ("since_ms", "Since"),
    "until": ("until_ms", "Until"),
    "prompt": ("prompt", "Prompt"),
    "version": ("version", "Version"),
    "label": ("label", "Label"),
    "provider": ("provider", "Provider"),
    "model": ("model", "Model"),
    "status": ("status", "Status"),
    "error": ("error_type", "Error type"),
    "source": ("source", "Source"),
    "user": ("user", "User"),
    "tag": ("tag", "Tag"),
    "run": ("run_id", "Run"),
    "cell": ("cell_id", "Cell"),
    "trace": ("trace_id", "Trace"),
    "external": ("external_id", "External id"),
    "feedback": ("rated", "Feedback"),
    "latency": ("latency_ms", "Latency at least, ms"),
    "cost": ("cost_nano", "Cost at least, $"),
    "tokens": ("tokens", "Tokens at least"),
}
_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
_STEP_MS = 10_000  # "since 24h" moves on by so much at a time: what was counted may be kept as long
_MOST = 2**53


@dataclass(frozen=True)
class Wanted:
    """The search, where the page begins, and what of the URL could not be read."""

    sought: Sought
    older: Cursor | None = None
    newer: Cursor | None = None
    problems: tuple[str, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)


def read(query: Mapping[str, Any], now_ms: int) -> Wanted:
    """What the parameters of the URL ask for."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    asked = {name: text for name in PARAMETERS if (text := storable(str(query.get(name, "")))[:400].strip())}
    for name, text in asked.items():
        try:
            values[PARAMETERS[name][0]] = _value(name, text, now_ms)
        except (ValueError, InvalidOperation, OverflowError):
            problems.append(f"{PARAMETERS[name][1]}: {text[:60]!r} cannot be read, and is left out.")
    if "provider" not in values and "/" in values.get("model", ""):
        values["provider"], _, values["model"] = values["model"].partition("/")
    return Wanted(Sought(**values), _cursor(query.get("older")), _cursor(query.get("newer")), tuple(problems), asked)


def moment(text: str, now_ms: int) -> int:
    """Epoch milliseconds of `24h`, `7d` (ago), of a date and time of UTC, or of milliseconds. Raises ValueError."""
    if found := re.fullmatch(r"(\d{1,6})\s*([mhd])", text):
        return now_ms // _STEP_MS * _STEP_MS - int(found[1]) * _UNITS[found[2]]
    if re.fullmatch(r"-?\d{9,15}", text):
        return int(text)
    return clock.from_iso(text.replace("Z", "+00:00") if text.endswith("Z") else text)


def cursor(at: Cursor) -> str:
    """A place in the list as the URL has it."""
    return f"{at[0]}.{at[1]}"


def _cursor(text: object) -> Cursor | None:
    found = re.fullmatch(r"(-?\d{1,18})\.(\d{1,19})", str(text or ""))
    return None if found is None else (int(found[1]), min(int(found[2]), LAST))


def _number(text: str) -> int:
    found = int(text.replace(",", ""))
    if not 0 <= found < _MOST:
        raise ValueError(text)
    return found


def _version(text: str) -> int:
    return min(_number(text.removeprefix("v")), 2**31 - 1)


def _nano(text: str) -> int:
    found = Decimal(text.replace("$", "").replace(",", ""))
    if not 0 <= found < 10**6:
        raise ValueError(text)
    return int(found.scaleb(9))


def _rated(text: str) -> str:
    if text not in RATED:
        raise ValueError(text)
    return text


_READERS: dict[str, Callable[[str], Any]] = {
    "version": _version,
    "latency": _number,
    "tokens": _number,
    "cost": _nano,
    "feedback": _rated,
}


def _value(name: str, text: str, now_ms: int) -> Any:
    if name in ("since", "until"):
        return moment(text, now_ms)
    if name in _READERS:
        return _READERS[name](text)
    return text[1:] if text.startswith("=") else text
