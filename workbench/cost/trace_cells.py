"""What stands in the cells of a trace: times, counts of tokens, milliseconds. Refuses, by Unread, what cannot be one."""

import math
from datetime import UTC, datetime
from typing import Any

from workbench.cost.columns import MOST

_FORMATS = ("%d/%b/%Y:%H:%M:%S %z", "%Y/%m/%d %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")


class Unread(ValueError):
    """Why a line is left out."""


def count(value: Any, kind: str, *, needed: bool) -> int:
    """A whole number of tokens; 0 where nothing is written and nothing is needed. Raises Unread."""
    if value is None or value == "":
        if needed:
            raise Unread(f"{kind} is missing")
        return 0
    found = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 15 else _number(value)
    if found is None or found != math.floor(found):
        raise Unread(f"{kind} is not a whole number")
    if not 0 <= found <= MOST:
        raise Unread(f"{kind} is negative" if found < 0 else f"{kind} is over {MOST:,}")
    return int(found)


def latency(value: Any) -> int:
    """Milliseconds; -1 where they are not known."""
    number = None if value in (None, "") else _number(value)
    return -1 if number is None or not 0 <= number <= MOST else round(number)


def _number(value: Any) -> float | int | None:
    """The finite number that is written; None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def time_ms(value: Any) -> int:
    """Epoch milliseconds, of a number (seconds, milli-, micro- or nanoseconds, told by how large it is) or of a written time."""
    if value in (None, ""):
        raise Unread("time is missing")
    number = _number(value)
    if number is not None:
        for divisor in (1e-3, 1, 1e3, 1e6):  # seconds until the year 5138, milliseconds until then, ...
            if 0 <= number / divisor < 1e14:
                return int(number / divisor)
        raise Unread("time is beyond any calendar")
    moment = _moment(str(value))
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _moment(text: str) -> datetime:
    for form in (None, *_FORMATS):
        try:
            return datetime.fromisoformat(text[:64]) if form is None else datetime.strptime(text[:64], form)  # noqa: DTZ007 (UTC is added)
        except ValueError:
            continue
    raise Unread("time cannot be read")
