"""How figures read in documents: one way for all of them, the same as on the pages. A figure that is not known says so, and is never 0."""

import math
from datetime import UTC, datetime
from decimal import Decimal

from workbench.text import counting

counted = counting.counted

NONE = "no data"
_NANO = Decimal(10**9)
_MINUS = "−"
_ENDINGS = (" %", " ms", " s", " min")


def usd(amount: int | float | Decimal | None) -> str:
    """Nano-dollars (int) or dollars (Decimal, float): cents from a dollar on, three digits that say something below."""
    if amount is None:
        return NONE
    value = amount / _NANO if isinstance(amount, int) else Decimal(str(amount))
    if value == 0:
        return "$0"
    sign, size = _MINUS if value < 0 else "", abs(value)
    if size >= 1:
        return f"{sign}${size:,.2f}"
    return f"{sign}${size:.{4 if size >= Decimal('0.01') else min(9, 2 - size.adjusted())}f}"


def ms(value: float | None) -> str:
    """Milliseconds as ms, s, min."""
    if value is None:
        return NONE
    if abs(value) < 999.5:
        return f"{round(value)} ms".replace("-", _MINUS)
    if abs(value) < 59_950:
        return f"{value / 1000:.1f} s".replace("-", _MINUS)
    return f"{value / 60_000:,.1f} min".replace("-", _MINUS)


def share(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A rate of 0..1 as per cent, with its interval in brackets where both bounds are given."""
    if value is None:
        return NONE
    return _percent(value) + (f" ({interval(low, high, 'share')})" if low is not None and high is not None else "")


def _percent(value: float) -> str:
    return f"{abs(value) * 100:.1f} %" if round(value * 1000) >= 0 else f"{_MINUS}{abs(value) * 100:.1f} %"


def count(value: float | None) -> str:
    """A whole number with thousands set apart."""
    return NONE if value is None else f"{round(value):,}".replace("-", _MINUS)


def number(value: float | None, places: int = 2) -> str:
    """A number with that many places, none where it is whole."""
    if value is None or not math.isfinite(value):
        return NONE
    told = f"{abs(value):,.{places}f}" if value != round(value) else f"{abs(round(value)):,}"
    return (_MINUS if value < 0 and told.strip("0.,") else "") + told


def signed(value: float, places: int = 1) -> str:
    """A difference with that many places and its sign; none where it rounds to nothing."""
    said = number(round(value, places), places)
    return f"+{said}" if said.strip("0.,") and value > 0 else said


def told(value: float | None, unit: str) -> str:
    """A value in its unit: share, ms, usd, calls, tokens; anything else is a number followed by it."""
    known = {"share": share, "ms": ms, "usd": usd, "calls": count, "tokens": count, "count": count}
    if unit in known:
        return known[unit](None if value is None else float(value))
    return number(value) + (f" {unit}" if unit and value is not None else "")


def interval(low: float | None, high: float | None, unit: str) -> str:
    """`low to high` in the unit, which stands once, at the end; empty where a bound is missing."""
    if low is None or high is None:
        return ""
    one, other = told(low, unit), told(high, unit)
    ending = next((end for end in (*_ENDINGS, f" {unit}") if one.endswith(end) and other.endswith(end)), "")
    return f"{one.removesuffix(ending)} to {other}"


def day(at_ms: int | None) -> str:
    """A UTC day: 2026-11-21."""
    return NONE if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")


def moment(at_ms: int | None) -> str:
    """A UTC minute: 2026-11-21 14:05 UTC."""
    return NONE if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def span(since_ms: int, until_ms: int) -> str:
    """The whole days of [since_ms, until_ms): 2026-11-01 to 2026-11-30."""
    first, last = day(since_ms), day(until_ms - 1)
    return first if first == last else f"{first} to {last}"


FILTERS = {
    "usd": usd,
    "ms": ms,
    "share": share,
    "count": count,
    "counted": counted,
    "number": number,
    "told": told,
    "day": day,
    "moment": moment,
}
"""By the name that templates use."""
