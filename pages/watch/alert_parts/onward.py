"""The ways from a rule or an alert to what it measures: the Overview, the calls, the own metric, narrowed to its filters and its time."""

import streamlit as st

from pages.parts import session
from pages.watch.overview_parts import asked as asking
from workbench.monitoring.alerts import Alert
from workbench.monitoring.dashboard_model import Filter
from workbench.monitoring.rules import QUALITY, Rule

_LEAST_MS = 3_600_000  # so much of the past stands beside an alert
_LATENCIES = ("most", "p50", "p75", "p90", "p95", "p99", "p99.9")


def of_alert(rule: Rule, alert: Alert, now_ms: int) -> None:
    """Draw the links to what an alert is about: its window and an hour before, until it ended."""
    since = alert.started_ms - max(rule.window_s * 1_000, _LEAST_MS)
    until = now_ms + 60_000 if alert.ended_ms is None else alert.ended_ms + 60_000
    draw(rule, since, until, f"{alert.id}")


def draw(rule: Rule, since_ms: int, until_ms: int, key: str) -> None:
    """Draw the links."""
    times = asking.period(since_ms // 60_000 * 60_000, -(-until_ms // 60_000) * 60_000)
    with st.container(horizontal=True, gap="small", width="content", key=f"onward-{key}"):
        if rule.metric == QUALITY:
            session.link(session.METRICS, "Own metrics", icon=":material/show_chart:")
        elif rule.own:
            tag = str(rule.filters["tag"][0]) if "tag" in rule.filters else None
            session.link(session.METRICS, "See the metric", icon=":material/show_chart:", metric=rule.own[0], tag=tag, **times)
        else:
            held = asking.parameters(narrowed(rule))
            session.link(session.OVERVIEW, "Overview", icon=":material/monitoring:", **held, **times)
            session.link(session.CALLS, "The calls", icon=":material/list_alt:", **(_calls(rule) | held), **times)


def narrowed(rule: Rule) -> dict[str, Filter]:
    """The filters that a page can hold: one value each. One of several is left out, so that nothing is missing there."""
    return {name: values[0] for name, values in rule.filters.items() if len(values) == 1}


def _calls(rule: Rule) -> dict[str, str]:
    """What singles out the calls that a rule is about."""
    if rule.metric == "errors":
        return {"status": "error"}
    if rule.metric == "feedback":
        return {"feedback": "down"}
    if rule.metric == "latency_ms" and rule.compare == "above" and rule.aggregation in _LATENCIES:
        return {"latency": f"{rule.threshold:.0f}"}
    return {}
