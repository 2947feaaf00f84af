"""How rates, periods and costs read on the Prices page. Pure text; knows no widget."""

from decimal import Decimal

from pages.parts import format as fmt
from workbench import clock
from workbench.pricing import Rate

KINDS = {
    "input": "Input",
    "cached": "Cached input",
    "cache_write": "Cache write",
    "cache_write_1h": "Cache write, 1 hour",
    "output": "Output",
    "reasoning": "Reasoning",
    "training": "Fine-tuning",
}
TARIFFS = {"batch": "Batch", "flex": "Flex", "priority": "Priority", "fast": "Fast"}


def dollars(amount: Decimal | None) -> str:
    """A rate in dollars, every digit that it has; a dash where there is none."""
    if amount is None:
        return fmt.NONE
    text = f"{amount:,f}"
    whole, _, digits = text.partition(".")
    return f"${whole}.{digits.ljust(2, '0')}" if digits else f"${whole}"


def rate(found: Rate | None, over: int = 0) -> str:
    """What a million tokens cost in a call of more than `over` input tokens."""
    if found is None:
        return fmt.NONE
    stepped = {0: found.usd_per_mtok, **dict(found.steps)}
    return dollars(stepped[max(start for start in stepped if start <= over)])


def brief(found: Rate | None) -> str:
    """A rate with its first step, for a narrow column."""
    if found is None:
        return fmt.NONE
    return dollars(found.usd_per_mtok) + "".join(f", {dollars(usd)} over {start // 1000:,}k" for start, usd in found.steps[:1])


def times(ratio: float | None) -> str:
    """How many times as dear: 0.31×."""
    if ratio is None:
        return fmt.NONE
    return f"{ratio:,.0f}×" if ratio >= 100 else f"{ratio:.2f}×" if ratio >= 0.01 else "under 0.01×"


def day(ms: int | None, otherwise: str) -> str:
    """A day (UTC), or what stands for an open end."""
    return otherwise if ms is None else clock.iso(ms)[:10]
