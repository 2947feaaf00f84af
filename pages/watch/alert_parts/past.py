"""What a rule would have fired on over the stored past: its figure with the threshold in a chart, and the episodes as a table."""

import json

import streamlit as st

from pages.parts import address, page, tables, timeline
from pages.parts import format as fmt
from pages.watch.alert_parts import past_chart, wording
from workbench import clock
from workbench.errors import InputError
from workbench.monitoring import machine, messages, preview
from workbench.monitoring.dashboard_model import Range
from workbench.monitoring.preview import Preview
from workbench.monitoring.rules import Rule
from workbench.store import Store

BACK = "back"
_RANGES = {
    "2d": ("Last 2 days", 2),
    "1d": ("Last day", 1),
    "7d": ("Last 7 days", 7),
    "30d": ("Last 30 days", 30),
    "90d": ("Last 90 days", 90),
}
_DAY_MS, _STEP_MS = 86_400_000, 60_000
_MOST = 200


def draw(store: Store, rule: Rule, now_ms: int) -> None:
    """Draw it."""
    with st.container(border=True, key="alert-past", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.header("What it would have fired on", anchor=False)
            chosen = address.part("Past", {name: said for name, (said, _) in _RANGES.items()}, BACK)
        try:
            with st.spinner("Looking through the past …", show_time=True):
                found = _look(store, store.url, json.dumps(rule.to_json()), rule, _RANGES[chosen][1], now_ms // _STEP_MS)
        except InputError as error:
            page.problem(error)
            return
        st.markdown(wording.md(_sum(found)))
        if any(value is not None for _, value, _ in found.points):
            timeline.draw(past_chart.chart(found), _range(found), "alert-past-chart")
        _table(found)
        for note in found.notes:
            st.caption(f":material/info: {wording.md(note)}")


@st.cache_data(ttl=120, max_entries=16, show_spinner=False)
def _look(_store: Store, url: str, what: str, _rule: Rule, days: int, minute: int) -> Preview:
    until_ms = minute * _STEP_MS
    return preview.would_have_fired(_store, _rule, until_ms - days * _DAY_MS, until_ms, clock=clock.SYSTEM)


def _sum(found: Preview) -> str:
    measured = [value for _, value, _ in found.points if value is not None]
    if not measured and found.rule.aggregation == "quota" and found.rule.quota is None:
        return "No quota yet: with one, its past shows here."
    if not measured:
        return f"No data: nothing was measured in this time. {_why(found)}".strip()
    worst = measured[0]
    for value in measured:
        worst = value if machine.worse(found.rule, value, worst) else worst
    return f"{found.said} The worst value was {messages.compared(found.rule, worst)}."


def _why(found: Preview) -> str:
    rule, most = found.rule, max((n for _, _, n in found.points), default=0)
    what = "values" if rule.own else "calls"
    if not most:
        return f"No {what} were there."
    if most < rule.minimum_n:
        return f"It takes {rule.minimum_n:,} {what} in {messages.span(rule.window_s)}; there were {most:,} at most."
    return "There is too little of an earlier past to hold it against." if rule.relative else ""


def _table(found: Preview) -> None:
    if not found.episodes:
        return
    rule = found.rule
    rows = [
        {
            "from": fmt.moment(one.started_ms),
            "until": "still" if one.ended_ms is None else fmt.moment(one.ended_ms),
            "lasted": fmt.duration(((one.ended_ms or found.until_ms) - one.started_ms) / 1000),
            "value": messages.compared(rule, one.value),
            "worst": messages.compared(rule, one.peak),
            "n": f"{one.n:,}",
        }
        for one in reversed(found.episodes[-_MOST:])
    ]
    columns = {"from": "From (UTC)", "until": "Until", "lasted": "Lasted", "value": "Fired with", "worst": "Worst", "n": "n"}
    tables.table(rows, columns, "alert-episodes", export="would-have-fired.csv", alt="When the rule would have fired, newest first")


def _range(found: Preview) -> Range:
    return Range(found.since_ms, found.until_ms, found.step_ms)
