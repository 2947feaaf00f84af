"""Figures of scenarios as words: dollars, shares, times, ranges. Pure text; a figure that is not known is said to be unknown."""

from decimal import ROUND_HALF_EVEN, Decimal

from workbench.cost.outcome import Figure

MINUS = "−"
UNKNOWN = "unknown"
_NANO = Decimal("1e-9")


def nano(value: Decimal) -> Decimal:
    """`value` rounded to the nano-dollar, half to even; digits beyond what decimal arithmetic carries are left as they are."""
    return value if value.adjusted() > 17 else value.quantize(_NANO, ROUND_HALF_EVEN)


def told(value: Decimal | None, unit: str) -> str:
    """A figure with its unit (usd, share, ms, calls, tokens, ratio): $1,650.00, 95.2 %, 840 ms, 3,000,000."""
    if value is None:
        return UNKNOWN
    sign, size = MINUS if value < 0 else "", abs(value)
    if unit == "usd":
        return f"{sign}${_usd(size)}" if _usd(size).strip("0.") else "$0.00"
    if unit == "share":
        return f"{sign}{size * 100:,.1f} %"
    if unit == "ms":
        return f"{sign}{size:,.0f} ms" if size < 1_000 else f"{sign}{size / 1_000:,.2f} s"
    return f"{sign}{size:,.0f}" if size >= 10 or size == size.to_integral_value() else f"{sign}{size:,.3f}"


def span(low: Decimal | None, high: Decimal | None, unit: str) -> str:
    """A range: "$1,400.00 to $1,900.00"; empty where there is none."""
    return "" if low is None or high is None else f"{told(low, unit)} to {told(high, unit)}"


def ranged(figure: Figure, unit: str = "usd") -> str:
    """A figure with its range in brackets: "$1,650.00 ($1,400.00 to $1,900.00)"."""
    within = span(figure.low, figure.high, unit)
    return told(figure.value, unit) + (f" ({within})" if within else "")


def _usd(size: Decimal) -> str:
    """Cents, or three figures of what is less than a dollar."""
    if size >= 1 or not size:
        return f"{size:,.2f}"
    return f"{size:.{min(9, max(2, 2 - size.adjusted()))}f}"
