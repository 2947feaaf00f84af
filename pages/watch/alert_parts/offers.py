"""What the fields of a rule offer, and what each choice is called in its sentence. Pure text, and the names of own metrics."""

from collections.abc import Sequence

from pages.parts import safe
from workbench.ledger import metrics
from workbench.monitoring.rules import COMPARES, METRICS, OWN, QUALITY
from workbench.store import Store

_METRICS = {
    "calls": "calls", "errors": "errors", "latency_ms": "latency", "ttft_ms": "time to first token", "tokens": "tokens", "cost_usd": "cost",
    "retries": "retries", "feedback": "ratings", "quality": "quality score",
}  # fmt: skip
_AGGREGATIONS = {"count": "number", "sum": "total", "mean": "mean", "most": "highest", "least": "lowest", "quota": "share of the quota"}
_OWN = ("count", "rate", "sum", "mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "least", "most")
_COMPARES = {
    "above": "above", "below": "below", "rises_by": "up by more than", "falls_by": "down by more than", "anomaly": "unusual, by more than",
}  # fmt: skip
_BEHIND = {
    "rises_by": "against the same hour last week", "falls_by": "against the same hour last week",
    "anomaly": "against the pattern of the hours",
}  # fmt: skip
_USUAL = {"errors": "rate", "tokens": "sum", "cost_usd": "sum", "retries": "mean", "feedback": "rate"}


def measures(store: Store, chosen: str) -> list[str]:
    """The metrics: the built-in ones, own ones that have values, those that ship, and the chosen one."""
    own = [OWN + name for name in (*(one.name for one in metrics.names(store)), *metrics.SHIPPED)]
    return list(dict.fromkeys([*METRICS, *own, chosen]))


def measure(name: str) -> str:
    """What a metric is called."""
    return _METRICS.get(name) or safe.plain(name.removeprefix(OWN)).replace("\n", " ")


def aggregations(metric: str) -> Sequence[str]:
    """How a metric can be aggregated."""
    return METRICS.get(metric, _OWN)


def aggregation(metric: str, name: str) -> str:
    """What an aggregation of a metric is called."""
    if name == "rate":
        return {"errors": "share", "feedback": "share of thumbs up"}.get(metric, "number a minute")
    return _AGGREGATIONS.get(name, name)


def usual(metric: str) -> str:
    """The aggregation that a metric begins with."""
    allowed = aggregations(metric)
    return _USUAL.get(metric) or ("mean" if metric.startswith(OWN) or metric == QUALITY else "p95" if "p95" in allowed else allowed[0])


def compares(chosen: str) -> Sequence[str]:
    """What a figure of this aggregation can be held against."""
    return ("above",) if chosen == "quota" else COMPARES


def compare(name: str) -> str:
    """What a comparison is called."""
    return _COMPARES[name]


def behind(compared: str) -> str:
    """What stands behind the threshold."""
    return _BEHIND.get(compared, "")


def counted(metric: str) -> str:
    """What is counted: calls, or values."""
    return "values" if metric.startswith(OWN) or metric == QUALITY else "calls"
