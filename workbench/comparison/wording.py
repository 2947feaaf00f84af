"""Figures as words: points, percent, money, time, intervals, lists of names. Pure text; a figure that does not exist makes no words."""

import math
import re
from collections.abc import Sequence

from workbench.comparison.model import Metric
from workbench.text import counting

counted = counting.counted

MINUS = "−"
_MOST_NAMES = 4
_ASKED = 20_000  # cases beyond which nobody would ask for more
_NOTHING = 1e-9  # a difference smaller than this share of the mean is rounding
_BESIDE = 1e-6  # a bound smaller than this share of the other one is 0
_SHOWN = 0.05  # points below which one decimal shows a zero
_UNCLEAR = re.compile(r"[\s,;:“”]")  # what makes the end of a name unclear in a sentence


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


def gap(size: float, metric: Metric, relative: float | None = None) -> str:
    """How far one is ahead of another: 8.1 points, less than 0.1 points, next to nothing. `relative` is the same as a share of the mean."""
    if metric.unit == "share" and size * 100 < _SHOWN:
        return "less than 0.1 points"
    tiny = relative is not None and abs(relative) < _NOTHING
    return "next to nothing" if tiny and metric.unit == "number" else difference(size, metric)


def margin(value: float, metric: Metric) -> str:
    """A margin as a person gave it: 3 points, 0.25."""
    if metric.unit != "share":
        return f"{value:g}"
    return f"{value * 100:g} {'point' if value == 0.01 else 'points'}"


def bare(value: float, metric: Metric) -> str:
    """A difference without its unit, as it stands in an interval."""
    if metric.unit == "share":
        return number(value * 100 if abs(value) >= 1e-5 else 0.0, 1)  # a thousandth of a point is nothing
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
    least = max(abs(low), abs(high)) * _BESIDE  # what is this small beside the other bound is rounding
    shown = [bare(bound if abs(bound) > least else 0.0, metric) for bound in (low, high)]
    return " to ".join(shown)


def level(value: float) -> str:
    """95 %, 99.9 %."""
    return f"{value * 100:.10g} %"


def about(count: int) -> str:
    """A count as roughly as it is known: two figures."""
    if count < 100:
        return f"{count:,}"
    size = 10 ** (len(str(count)) - 2)
    return f"{round(count / size) * size:,}"


def more_cases(count: int, aim: str) -> str:
    """How many more cases would do it, inside a sentence: about 2,400 of them, or more than anybody would ask."""
    if count > _ASKED:
        return f"to {aim} would take more cases than anybody would ask"
    return f"about {about(count)} more {'case' if count == 1 else 'cases'} would {aim}"


def if_as_large(count: int) -> str:
    """About 2,400 more cases, if the difference is as large as it looks."""
    if count > _ASKED:
        return "More cases than anybody would ask, if the difference is as small as it looks."
    return f"About {about(count)} more {'case' if count == 1 else 'cases'}, if the difference is as large as it looks."


def ratio(value: float) -> str:
    """How many times: 20, 12.5, 3.71, over 1,000."""
    if value > 1000:
        return "over 1,000"
    places = 0 if value == round(value) or value >= 100 else 1 if value >= 10 else 2
    return number(value, places)


def p_value(p: float) -> str:
    """A p value as it is written: p = 0.031, p < 0.001."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {min(p, 1.0):.2f}"


def name(found: str) -> str:
    """A name on one line; between “ ” where a sentence would not show its end."""
    line = " ".join(found.split())
    return f"“{line}”" if _UNCLEAR.search(line) or not line else line


def names(found: Sequence[str], *, most: int = _MOST_NAMES) -> str:
    """a, b and c; the first few and how many more where there are many."""
    return listed([name(each) for each in found], most=most)


def listed(parts: Sequence[str], *, most: int = _MOST_NAMES) -> str:
    """Words as they are: a, b and c; the first few and how many more where there are many."""
    if len(parts) > most:
        return f"{', '.join(parts[: most - 1])} and {len(parts) - most + 1} more"
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
