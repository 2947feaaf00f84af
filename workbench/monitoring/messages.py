"""What a rule is called in words, its figures with their units, and the message of an alert. Pure; every text is plain text."""

from collections.abc import Callable
from decimal import Decimal

from workbench.clock import iso
from workbench.ledger import metrics
from workbench.ledger.fields import PRODUCTION, TRIED
from workbench.monitoring.machine import Reading
from workbench.monitoring.rules import OWN, SHARES, Rule, fill
from workbench.text.counting import counted

_WORDS = {
    "calls": "calls", "errors": "errors", "latency_ms": "latency", "ttft_ms": "time to first token", "tokens": "tokens",
    "cost_usd": "cost", "retries": "retries", "feedback": "ratings", "quality": "quality score",
}  # fmt: skip
_TRAFFIC = {PRODUCTION: "production", TRIED: "what is tried out here"}
_COMPARED = {"above": "over", "below": "under", "rises_by": "up by over", "falls_by": "down by over", "anomaly": "unusual: robust z over"}
_OF = {
    "count": "number of {}",
    "mean": "mean {}",
    "sum": "total {}",
    "most": "highest {}",
    "least": "lowest {}",
    "quota": "{} of the quota",
}


def metric(rule: Rule) -> str:
    """What a rule measures: "p95 latency", "error rate", "mean relevance"."""
    word = _WORDS.get(rule.metric) or rule.metric.removeprefix(OWN)
    if rule.aggregation == "rate":
        return {"errors": "error rate", "feedback": "share of thumbs up"}.get(rule.metric, f"{word} a minute")
    if rule.aggregation == "mean" and rule.metric in ("cost_usd", "tokens", "retries"):
        return f"{word} a request"
    if rule.aggregation == "quota":
        return f"share of the {'token' if rule.metric == 'tokens' else 'money'} quota"
    return _OF.get(rule.aggregation, f"{rule.aggregation} {{}}").format(word)


def window(rule: Rule) -> str:
    """The window in words: "5 minutes", "the last 1,000 calls"."""
    return span(rule.window_s) if rule.last_n is None else f"the last {counted(rule.last_n, 'value' if rule.own else 'call')}"


def span(seconds: float) -> str:
    """A time in words, in the largest unit that it is a multiple of."""
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size and seconds % size == 0 and not (name == "day" and seconds == 86_400):
            return counted(int(seconds // size), name)
    return counted(round(seconds), "second")


def filters(rule: Rule) -> str:
    """The filter in words; "all calls" or "all values" without one."""
    if not rule.filters:
        return "all values" if rule.own else "all calls"
    held = dict(rule.filters)
    traffic = [_TRAFFIC[str(one)] for one in held.pop("traffic", ())]
    named = [f"{name} {' or '.join(str(one) for one in values)}" for name, values in sorted(held.items())]
    return ", ".join([*named, *([" or ".join(traffic)] if traffic else [])])


def describe(rule: Rule) -> str:
    """The rule as one sentence."""
    of = f" of {filters(rule)}" if rule.filters else ""
    said = f"{metric(rule)}{of} {_COMPARED[rule.compare]} {compared(rule, rule.threshold)} in {window(rule)}"
    if rule.compare in ("rises_by", "falls_by"):
        said += " against the same hour last week"
    if rule.hold_s:
        said += f", for {span(rule.hold_s)}"
    if rule.minimum_n > 1:
        said += f", from {rule.minimum_n:,} {'values' if rule.own else 'calls'} on"
    return said[:1].upper() + said[1:]


def compared(rule: Rule, value: float | None) -> str:
    """A value or threshold as it is compared: a figure, a change or share in per cent, a z."""
    if value is None:
        return "no data"
    if rule.compare == "anomaly":
        return f"{value:.1f}"
    if rule.compare in ("rises_by", "falls_by") or rule.aggregation == "quota":
        return percent(value)
    return figure(rule, value)


def figure(rule: Rule, value: float | None) -> str:
    """A figure of the rule's metric with its unit."""
    if value is None:
        return "no data"
    if (rule.metric, rule.aggregation) in SHARES:
        return percent(value)
    if rule.aggregation == "count":
        return _number(value)
    shown = _UNITS.get(rule.metric, _number)(value)
    if rule.own:
        unit = "" if rule.metric == "quality" else metrics.kind(rule.own[0]).unit
        shown = f"{_number(value)} s" if unit == "s" else _number(value)
    return f"{shown} a minute" if rule.aggregation == "rate" else shown


def percent(value: float) -> str:
    """A share as a percentage of at most three digits."""
    return f"{value:,.0%}".replace("%", " %") if abs(value) >= 0.995 or not value else f"{100 * value:.3g} %"


def message(rule: Rule, reading: Reading, since_ms: int) -> tuple[str, str]:
    """Summary and description of an alert, filled in, as plain text of bounded length."""
    values = {
        "name": rule.name,
        "value": compared(rule, reading.value),
        "measured": figure(rule, reading.measured),
        "threshold": compared(rule, rule.threshold),
        "expected": figure(rule, reading.expected),
        "n": f"{reading.n:,}",
        "window": window(rule),
        "metric": metric(rule),
        "filters": filters(rule),
        "severity": rule.severity,
        "quota": figure(rule, rule.quota if reading.quota is None else reading.quota),
        "since": iso(since_ms)[:16].replace("T", " ") + " UTC",
    }
    if reading.value is None:
        return plain(f"{rule.name}: no data")[:300], plain(f"Nothing was measured in {window(rule)} of {filters(rule)}. {reading.reason}")
    summary = rule.summary or "{name}: {metric} is {value}"
    description = rule.description or "{metric} of {filters} is {value} over {window} (n = {n}); the rule is held against {threshold}."
    return plain(fill(summary, values).replace("\n", " "))[:300], plain(fill(description, values))[:4_000]


def headline(name: str, summary: str) -> str:
    """Name and summary of an alert as one line; the name once where the summary begins with it."""
    said = plain(summary).replace("\n", " ")
    return said if said.startswith(f"{name}: ") else f"{plain(name)}: {said}"


def plain(text: str) -> str:
    """`text` without control characters other than newline."""
    return "".join(one for one in text if one == "\n" or one.isprintable())


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 or float(value).is_integer() else _digits(value, 4)


def _digits(value: float, n: int) -> str:
    # Without an exponent: nobody reads 1.4e-05 as money. What is far smaller has no digits worth a line of zeros.
    return f"{Decimal(f'{value:.{n}g}'):,f}" if abs(value) >= 1e-12 else f"{value:.{n}g}"


def _usd(value: float) -> str:
    if value and abs(value) < 0.01:
        return f"${_digits(value, 2)}"
    return f"${value:,.2f}" if abs(value) >= 1 or round(value, 2) == value else f"${value:,.4f}"


_UNITS: dict[str, Callable[[float], str]] = {"latency_ms": lambda value: f"{value:,.0f} ms", "cost_usd": _usd}
_UNITS["ttft_ms"] = _UNITS["latency_ms"]
