"""Alert rules: what is measured over which calls, what it is held against, how long it must last, and what is said then. Owns what a rule
may be; pure, knows no store.

A window is the minutes before the minute under way, and that minute; with `last_n` it is the newest `last_n` calls (or values) of it.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_args, get_type_hints

from workbench.errors import InputError
from workbench.ledger.fields import PRODUCTION, TRIED

MINUTE_S, DAY_S = 60, 86_400
LAST_N = 1_000  # what the last calls are where nobody says how many
MOST_LAST_N = 10_000
OWN, QUALITY = "metric:", "quality"
QUALITY_METRICS = ("relevance", "coherence", "helpfulness")

PERCENTILES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
_TIMES = ("count", "mean", *PERCENTILES, "most")
_OWN = ("count", "rate", "sum", "mean", *PERCENTILES, "least", "most")
# Metric: how it may be aggregated. A rate is a share of the calls for errors and feedback, else so much a minute.
METRICS: Mapping[str, tuple[str, ...]] = {
    "calls": ("count", "rate"),
    "errors": ("count", "rate"),
    "latency_ms": _TIMES,
    "ttft_ms": _TIMES,
    "tokens": ("sum", "mean", "rate", "quota"),
    "cost_usd": ("sum", "mean", "rate", "quota"),
    "retries": ("sum", "mean", "rate"),
    "feedback": ("count", "rate"),
    QUALITY: tuple(name for name in _OWN if name not in ("rate", "sum")),
}
_LIMIT = "Give a limit; on the command line that is --above, --below, --rises-by, --falls-by or --anomaly."
_KNOWN = f"Metrics are {', '.join(METRICS)}, and {OWN}NAME for one of your own."
SHARES = {("errors", "rate"), ("feedback", "rate")}
COMPARES = ("above", "below", "rises_by", "falls_by", "anomaly")
SEVERITIES = ("info", "warning", "critical")
NO_DATA = ("ok", "alert", "keep")
FILTERS = ("prompt", "version", "label", "provider", "model", "source", "status", "error_type", "traffic")
NAMES: Mapping[str, str] = {
    "name": "the rule's name",
    "value": "what was compared: a figure, a change or a z",
    "measured": "the figure itself, also where a change or a z was compared",
    "threshold": "what it was held against",
    "expected": "the same hour last week, or the usual figure",
    "n": "how many calls or values",
    "window": "the time or the calls it was measured over",
    "metric": "what was measured",
    "filters": "which calls",
    "severity": "info, warning or critical",
    "quota": "the quota",
    "since": "since when it has been beyond, UTC",
}
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule. `threshold` is in the unit of the metric; rates of errors and feedback, shares of a quota and changes against the same hour
    last week are 0..1, an anomaly is a robust z. Fewer than `minimum_n` calls are no data. The value must be beyond for `hold_s` before it
    fires and back for `clear_s` before it ends. `quota` (tokens or dollars) belongs to the aggregation quota; None for dollars means
    the budget of all calls a day.
    """

    name: str
    metric: str
    aggregation: str
    threshold: float
    compare: str = "above"
    filters: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    window_s: int = 300
    last_n: int | None = None
    minimum_n: int = 0
    hold_s: int = 0
    clear_s: int = 0
    severity: str = "warning"
    no_data: str = "ok"
    renotify_s: int | None = None
    summary: str = ""
    description: str = ""
    quota: float | None = None

    @property
    def own(self) -> tuple[str, ...]:
        """The own metrics that it measures; () where it measures calls."""
        return QUALITY_METRICS if self.metric == QUALITY else (self.metric.removeprefix(OWN),) if self.metric.startswith(OWN) else ()

    @property
    def measured_key(self) -> tuple[Any, ...]:
        """Rules with an equal one are measured once."""
        return self.own, tuple(sorted((name, tuple(values)) for name, values in self.filters.items())), self.window_s, self.last_n

    @property
    def relative(self) -> bool:
        """Whether it is held against the past."""
        return self.compare in ("rises_by", "falls_by", "anomaly")

    def to_json(self) -> dict[str, Any]:
        """The rule as JSON, every field."""
        shown = {one.name: getattr(self, one.name) for one in fields(self)}
        return shown | {"filters": {name: list(values) for name, values in self.filters.items()}}


_TYPES = get_type_hints(Rule)
_NAMES = tuple(one.name for one in fields(Rule))


def from_json(raw: Mapping[str, Any]) -> Rule:
    """The checked rule of `to_json`'s form; fields left out have their defaults. Raises InputError that names the field."""
    if not isinstance(raw, Mapping):
        raise InputError("a rule is a JSON object", place="rule")
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in _TYPES:
            raise InputError("is not a field of a rule", place=f"field {name}", hint=f"Fields are {', '.join(_TYPES)}.")
        values[name] = _filters(value) if name == "filters" else _typed(name, value)
    for name in ("name", "metric", "aggregation", "threshold"):
        if name not in values:
            raise InputError("is missing", place=f"field {name}", hint=_missing(name, values.get("metric", "")))
        if name == "metric":  # one that is unknown has no aggregation to be missing
            _aggregations(values[name])
    return check(Rule(**values))


def stored(raw: Mapping[str, Any]) -> Rule:
    """The rule of a row: it was checked when it was saved, and a rule is read more often than it is written."""
    known = {name: raw[name] for name in _NAMES if name in raw}
    return Rule(**known | {"filters": {name: tuple(values) for name, values in raw.get("filters", {}).items()}})


def check(rule: Rule) -> Rule:
    """`rule`, if it can be evaluated and its messages can be written. Raises InputError that names the field."""
    if not rule.name.strip() or len(rule.name) > 200 or not rule.name.isprintable():
        _refuse("name", "must be one line of 1 to 200 characters")
    _check_metric(rule)
    _one_of("compare", rule.compare, COMPARES)
    _one_of("severity", rule.severity, SEVERITIES)
    _one_of("no_data", rule.no_data, NO_DATA)
    _check_numbers(rule)
    _check_past(rule)
    _filters(rule.filters)
    if rule.own and set(rule.filters) - {"tag"}:
        _refuse("filters", "an own metric is filtered by tag alone", "For example tag=en.")
    if not rule.own and "tag" in rule.filters:
        _refuse("filters", "calls are not told apart by tag here", f"Filters are {', '.join(FILTERS)}.")
    for name in ("summary", "description"):
        check_template(getattr(rule, name), name)
    return rule


def check_template(template: str, place: str) -> None:
    """Raises InputError where a message names what there is not, or a brace stands alone."""
    if len(template) > (200 if place == "summary" else 2_000):
        _refuse(place, f"is longer than {200 if place == 'summary' else '2,000'} characters")
    for found in _PIECE.finditer(template):
        if found[0] in "{}":
            _refuse(place, f"a brace stands alone at character {found.start() + 1}", "Write {{ or }} for a brace.")
        if found[1] is not None and found[1] not in NAMES:
            known = ", ".join(f"{{{name}}}" for name in NAMES)
            _refuse(place, f"there is no {{{found[1][:40]}}}", f"There are {known}; write {{{{ for a brace.")


def fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with its names filled in, once: what is filled in is never read as a template."""
    return _PIECE.sub(lambda found: found[0][0] if found[1] is None else values[found[1]], template)


def _missing(name: str, metric: str) -> str:
    if name == "metric":
        return _KNOWN
    if name == "aggregation":
        return f"{metric} has {', '.join(_aggregations(metric))}."
    return _LIMIT if name == "threshold" else "Give the rule a name."


def _aggregations(metric: str) -> tuple[str, ...]:
    """How a metric may be aggregated. Raises InputError where there is no such metric."""
    from workbench.ledger import metrics

    if metric.startswith(OWN):
        metrics.check(metric.removeprefix(OWN))
        return _OWN
    if metric not in METRICS:
        _refuse("metric", f"{metric!r} is no metric", _KNOWN)
    return METRICS[metric]


def _check_metric(rule: Rule) -> None:
    allowed = _aggregations(rule.metric)
    if rule.aggregation not in allowed:
        _refuse("aggregation", f"{rule.metric} has no {rule.aggregation!r}", f"It has {', '.join(allowed)}.")


def _check_numbers(rule: Rule) -> None:
    if not math.isfinite(rule.threshold) or abs(rule.threshold) > 1e15:
        _refuse("threshold", "must be a finite number")
    if (rule.metric, rule.aggregation) in SHARES and rule.compare in ("above", "below") and not 0 <= rule.threshold <= 1:
        _refuse("threshold", f"{rule.threshold:g} is no share", "From 0 to 1: 5 % is 0.05.")
    if not MINUTE_S <= rule.window_s <= 31 * DAY_S or rule.window_s % MINUTE_S:
        _refuse("window_s", f"{rule.window_s} is no whole number of minutes up to 31 days", "In seconds: 300 for five minutes.")
    for name, least, most in (("hold_s", 0, 7 * DAY_S), ("clear_s", 0, 7 * DAY_S), ("minimum_n", 0, 10**9), ("renotify_s", 60, 31 * DAY_S)):
        value = getattr(rule, name)
        if value is not None and not least <= value <= most:
            _refuse(name, f"{value} is not from {least} to {most:,}")
    if rule.last_n is not None and not 1 <= rule.last_n <= MOST_LAST_N:
        _refuse("last_n", f"{rule.last_n} is not from 1 to {MOST_LAST_N:,}")
    if rule.last_n is not None and rule.minimum_n > rule.last_n:
        _refuse("minimum_n", f"{rule.minimum_n} are never reached by the last {rule.last_n}")
    if rule.quota is not None and (rule.aggregation != "quota" or not 0 < rule.quota <= 1e15):
        _refuse("quota", "must be above 0, and belongs to the aggregation quota")
    if rule.aggregation == "quota" and rule.compare != "above":
        _refuse("compare", "a quota is looked at from below: above")


def _check_past(rule: Rule) -> None:
    if rule.last_n is not None and (rule.relative or (rule.aggregation == "rate" and (rule.metric, rule.aggregation) not in SHARES)):
        _refuse("last_n", "the last calls have no pace and no hour to be held against", "Use a window of time.")
    if rule.relative and rule.threshold <= 0:
        _refuse("threshold", "must be above 0", "A change of 50 % is 0.5; an anomaly is from 3.5 on.")
    if rule.compare == "falls_by" and rule.threshold > 1:
        _refuse("threshold", "nothing falls by more than 1, which is 100 %")
    if rule.relative and rule.window_s > 3_600:
        _refuse("window_s", "is held against hours: at most 3600")
    if rule.aggregation in ("least", "most") and rule.relative:
        _refuse("compare", f"{rule.aggregation} grows with the number of calls: compare a mean or a percentile with the past")


def _filters(value: object) -> dict[str, tuple[Any, ...]]:
    if not isinstance(value, Mapping):
        raise InputError("must be an object of names and values", place="field filters")
    kept: dict[str, tuple[Any, ...]] = {}
    for name, given in value.items():
        if name not in (*FILTERS, "tag"):
            _refuse("filters", f"{name!r} is no filter of a rule", f"Filters are {', '.join(FILTERS)}; tag for own metrics.")
        several = tuple(given) if isinstance(given, list | tuple) else (given,)
        wanted: type = int if name == "version" else str
        if not several or len(several) > 100 or any(type(one) is not wanted for one in several):
            _refuse("filters", f"{name} must be one or more {'whole numbers' if wanted is int else 'texts'}, at most 100")
        if name == "status" and set(several) - {"ok", "error"}:
            _refuse("filters", "a status is ok or error")
        if name == "traffic" and set(several) - {PRODUCTION, TRIED}:
            _refuse("filters", f"traffic is {PRODUCTION} or {TRIED}")
        if name == "tag" and len(several) != 1:
            _refuse("filters", "one tag, please")
        kept[name] = several
    return kept


def _typed(name: str, value: Any) -> Any:
    kind = _TYPES[name]
    allowed = get_args(kind) or (kind,)
    if float in allowed and type(value) is int:
        return float(value)
    if int in allowed and type(value) is float and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, allowed):
        _refuse(name, f"{value!r} does not fit")
    return value


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        _refuse(name, f"{value!r} is not one of them", f"One of {', '.join(allowed)}.")


def _refuse(name: str, message: str, hint: str | None = None) -> Any:
    raise InputError(message, place=f"field {name}", hint=hint)
