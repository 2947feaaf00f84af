"""Figures as words: points, percent, money, time, intervals, lists of names. Pure text; a figure that does not exist makes no words."""

import math
from collections.abc import Sequence

from workbench.comparison.model import Metric

MINUS = "−"
_MOST_NAMES = 4


def amount(value: float, metric: Metric) -> str:
    """A figure of the metric with its unit: 72.5 %, $0.0021, 840 ms, 312 tokens, 3.52."""
    if metric.unit == "share":
        return f"{number(value * 100, 1)} %"
    return difference(value, metric)


def difference(value: float, metric: Metric) -> str:
    """A difference with its unit: 8.1 points, $0.0021, 1.2 s, 40 tokens, 0.35."""
    if metric.unit == "share":
        return f"{number(value * 100, 1)} {'point' if number(value * 100, 1) in ('1.0', f'{MINUS}1.0') else 'points'}"
    if metric.unit == "usd":
        return ("" if value >= 0 else MINUS) + f"${_figures(abs(value), 3)}"
    if metric.unit == "ms":
        return f"{number(value / 1000, 1)} s" if abs(value) >= 1000 else f"{number(value, 0)} ms"
    if metric.unit == "tokens":
        return f"{number(value, 0 if abs(value) >= 10 else 1)} tokens"
    return bare(value, metric)


def margin(value: float, metric: Metric) -> str:
    """A margin as a person gave it: 3 points, 0.25."""
    if metric.unit != "share":
        return f"{value:g}"
    return f"{value * 100:g} {'point' if value == 0.01 else 'points'}"


def bare(value: float, metric: Metric) -> str:
    """A difference without its unit, as it stands in an interval."""
    if metric.unit == "share":
        return number(value * 100, 1)
    return difference(value, metric) if metric.unit != "number" else ("" if value >= 0 else MINUS) + _figures(abs(value), 3)


def number(value: float, places: int) -> str:
    """A number with a true minus and thousands separated; more places where it would round to nothing."""
    if (value and round(abs(value), places) == 0) or abs(value) >= 1e12:
        return ("" if value > 0 else MINUS) + _figures(abs(value), 1 if abs(value) < 1 else 4)
    return f"{abs(value):,.{places}f}" if round(value, places) >= 0 else f"{MINUS}{abs(value):,.{places}f}"


def _figures(value: float, wanted: int) -> str:
    """At least `wanted` significant figures; in powers of ten only where nobody would count the zeros."""
    if value == 0 or not math.isfinite(value):
        return "0"
    if not 1e-7 <= value < 1e12:
        return f"{value:.{wanted}g}"
    places = max(0, wanted - 1 - math.floor(math.log10(value)))
    return f"{value:,.{places}f}"


def percent(share: float) -> str:
    """How much, of a relative difference: 31 %, 3.4 %, 0.3 %, under 0.1 %, over 99.9 %."""
    size = abs(share) * 100
    if share < 0 and 99.5 <= size < 100:
        return "over 99.9 %" if size >= 99.95 else f"{size:.1f} %"
    if size < 0.05:
        return "under 0.1 %"
    return f"{size:,.0f} %" if size >= 9.95 else f"{size:.1f} %"


def interval(low: float | None, high: float | None, metric: Metric) -> str:
    """`low to high`; empty where a bound is missing."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{bare(low, metric)} to {bare(high, metric)}"


def level(value: float) -> str:
    """95 %, 99.9 %."""
    return f"{value * 100:.10g} %"


def counted(count: int, noun: str, plural: str = "") -> str:
    """1 case, 120 cases."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def about(count: int) -> str:
    """A count as roughly as it is known: two figures."""
    if count < 100:
        return f"{count:,}"
    size = 10 ** (len(str(count)) - 2)
    return f"{round(count / size) * size:,}"


def p_value(p: float) -> str:
    """A p value as it is written: p = 0.031, p < 0.001."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {min(p, 1.0):.2f}"


def names(found: Sequence[str], *, most: int = _MOST_NAMES) -> str:
    """a, b and c; the first few and how many more where there are many."""
    if len(found) > most:
        return f"{', '.join(found[: most - 1])} and {len(found) - most + 1} more"
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
