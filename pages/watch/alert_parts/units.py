"""What a threshold counts in, and how it is typed: per cent where the engine has shares, dollars, milliseconds, a robust z."""

import math
import re
from dataclasses import dataclass

from workbench.errors import InputError
from workbench.ledger import metrics
from workbench.monitoring import messages
from workbench.monitoring.rules import OWN, SHARES, Rule

_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
_SECONDS = re.compile(r"(?<=\d)\s*s$")


@dataclass(frozen=True)
class Unit:
    """The word behind a field, what a typed 1 is for the engine, what one would begin with, and the most that can be typed."""

    word: str
    scale: float
    usual: str
    most: float | None = None

    def written(self, value: float) -> str:
        """A threshold as it stands in the field."""
        return number(value / self.scale)

    def read(self, text: object) -> float:
        """The threshold that was typed. Raises InputError."""
        typed = str(text or "").strip()
        scale = 1_000 if self.word == "ms" and _SECONDS.search(typed) else 1  # 2 s is typed as often as 2000
        found = _number(typed, "threshold") * scale
        if self.most is not None and not 0 <= found <= self.most:
            raise InputError(f"{number(found)} is not from 0 to {number(self.most)} %", place="field threshold")
        return float(f"{found * self.scale:.12g}")


_COMPARED = {"anomaly": Unit("robust z", 1, "6"), "rises_by": Unit("%", 0.01, "50"), "falls_by": Unit("%", 0.01, "50")}
_COUNTED = {"calls": "calls", "errors": "errors", "feedback": "ratings"}
_USUAL = {
    "latency_ms": ("ms", "2000"), "ttft_ms": ("ms", "1000"), "cost_usd": ("dollars", "0.1"), "quality": ("", "0.7"),
    "calls": ("calls", ""), "tokens": ("tokens", ""), "retries": ("retries", ""),
}  # fmt: skip


def of(rule: Rule) -> Unit:
    """The unit of a rule's threshold."""
    return unit(rule.metric, rule.aggregation, rule.compare)


def unit(metric: str, aggregation: str, compare: str) -> Unit:
    """The unit of the threshold of a rule of this kind."""
    if compare in _COMPARED:
        return _COMPARED[compare]
    if aggregation == "quota":
        return Unit("%", 0.01, "80")
    if (metric, aggregation) in SHARES:
        return Unit("%", 0.01, "5" if metric == "errors" else "80", 100)
    if aggregation == "count":
        return Unit(_COUNTED.get(metric, "values"), 1, "")
    word, usual = _USUAL.get(metric, ("" if not metric.startswith(OWN) else metrics.kind(metric.removeprefix(OWN)).unit, ""))
    return Unit(f"{word}{' a minute' if aggregation == 'rate' else ''}".strip(), 1, usual)


def number(value: float) -> str:
    """A number as it is typed: no exponent, no needless places."""
    return f"{value:.12f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:.0f}"


def whole(text: object, field: str, empty: int | None) -> int:
    """The whole number that was typed; `empty` where nothing was. Raises InputError."""
    typed = str(text or "").strip()
    if not typed and empty is not None:
        return empty
    found = _number(typed, field)
    if found < 0 or not found.is_integer():
        raise InputError(f"{typed[:40]!r} is no whole number", place=f"field {field}", hint="Write it like 20.")
    return int(found)


def quota(text: object, metric: str) -> float | None:
    """The quota that was typed; None for dollars where nothing was: the budget. Raises InputError."""
    typed = str(text or "").strip()
    if not typed:
        return None
    found = _number(typed, "quota")
    if found <= 0:
        raise InputError("must be above 0", place="field quota", hint="Dollars." if metric == "cost_usd" else "Tokens.")
    return found


def named(rule: Rule) -> str:
    """A name for a rule that was given none: P95 latency of prompt triage over 2,000 ms."""
    of_what = f" of {messages.filters(rule)}" if rule.filters else ""
    word = {"above": "over", "below": "under", "rises_by": "up by", "falls_by": "down by", "anomaly": "unusual, z over"}[rule.compare]
    said = messages.plain(f"{messages.metric(rule)}{of_what} {word} {messages.compared(rule, rule.threshold)}").replace("\n", " ")
    return f"{said[:1].upper()}{said[1:]}"[:200]


def _number(typed: str, field: str) -> float:
    text = _SECONDS.sub("", typed).removesuffix("ms").removesuffix("%").strip().removeprefix("$").strip()
    if not text:
        raise InputError("is empty", place=f"field {field}", hint="Type a number.")
    try:
        found = float(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise InputError(f"{typed[:40]!r} is no number", place=f"field {field}", hint="Write it like 2000 or 0.5.")
    return found
