"""What a rule would have fired on over the stored past: its figure with the threshold in a chart, and the episodes as a table."""

import json
from collections.abc import Sequence

import streamlit as st

from pages.parts import address, page, tables, timeline
from pages.parts import format as fmt
from pages.watch.alert_parts import units, wording
from workbench import clock
from workbench.errors import InputError
from workbench.monitoring import machine, messages, preview
from workbench.monitoring.dashboard_model import Chart, Line, Point, Range
from workbench.monitoring.preview import Preview
from workbench.monitoring.rules import SHARES, Rule
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
_POINTS = 400  # a picture shows no more; of several moments the worst is drawn
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
            timeline.draw(chart(found), _range(found), "alert-past-chart")
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
        most = max((n for _, _, n in found.points), default=0)
        what = "values" if found.rule.own else "calls"
        few = f" {messages.window(found.rule)} never held {found.rule.minimum_n:,} {what}, but {most:,} at most." if most else ""
        return f"No data: nothing was measured in this time.{few[:2].upper()}{few[2:]}"
    times, lasting = len(found.episodes), sum(one.ended_ms is None for one in found.episodes)
    worst = measured[0]
    for value in measured:
        worst = value if machine.worse(found.rule, value, worst) else worst
    said = f"The worst value was {messages.compared(found.rule, worst)}."
    if not times:
        return f"It would not have fired. {said}"
    spent = sum((one.ended_ms or found.until_ms) - one.started_ms for one in found.episodes)
    often = f"{times:,} time{'s' if times > 1 else ''}, {fmt.duration(spent / 1000)} in all"
    return f"It would have fired {often}{', and would be firing now' if lasting else ''}. {said}"


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


def chart(found: Preview) -> Chart:
    """The figure, the part of it that would have fired, and the threshold, as lines."""
    rule, points = found.rule, _drawn(found)
    within = [any(one.started_ms <= at < (one.ended_ms or found.until_ms + 1) for one in found.episodes) for at, _, _ in points]
    fires = tuple(Point(at, value if inside else None) for (at, value, _), inside in zip(points, within, strict=True))
    first, *others = [Line(f"threshold{end}", tuple(Point(at, limit) for at, _, _ in points)) for end, limit in _limits(rule)]
    # In this order what fires lies over what was measured, and neither has the colour of the threshold.
    measured = Line(messages.metric(rule), tuple(Point(at, value, n=n) for at, value, n in points))
    lines = [first, Line("would fire", fires), measured, *others]
    title = f"{messages.metric(rule)[:1].upper()}{messages.metric(rule)[1:]}, {wording.against(rule)}"
    return Chart("past", title, unit(rule), max((n for _, _, n in found.points), default=0), tuple(lines), note=_coarse(found, len(points)))


def _limits(rule: Rule) -> list[tuple[str, float]]:
    if rule.compare == "anomaly":
        return [(" above", rule.threshold), (" below", -rule.threshold)]
    return [("", -rule.threshold if rule.compare == "falls_by" else rule.threshold)]


def unit(rule: Rule) -> str:
    """What the chart counts in."""
    if rule.compare in ("rises_by", "falls_by") or rule.aggregation == "quota" or (rule.metric, rule.aggregation) in SHARES:
        return "share"
    if rule.compare == "anomaly":
        return "robust z"
    if rule.aggregation in ("rate", "count"):
        return units.of(rule).word
    return {"latency_ms": "ms", "ttft_ms": "ms", "cost_usd": "usd", "tokens": "tokens"}.get(rule.metric, units.of(rule).word)


def _drawn(found: Preview) -> Sequence[tuple[int, float | None, int]]:
    """The readings as a picture can show them: of neighbours the worst."""
    every = -(-len(found.points) // _POINTS)
    kept = []
    for first in range(0, len(found.points), every):
        part = found.points[first : first + every]
        worst = part[0]
        for one in part[1:]:
            if one[1] is not None and (worst[1] is None or machine.worse(found.rule, one[1], worst[1])):
                worst = one
        kept.append((part[0][0], worst[1], worst[2]))
    return kept


def _coarse(found: Preview, drawn: int) -> str:
    every = -(-len(found.points) // _POINTS)
    worst = f"Drawn is the worst of {every} moments each. " if drawn < len(found.points) else ""
    return f"{worst}n is the most that a window held."


def _range(found: Preview) -> Range:
    return Range(found.since_ms, found.until_ms, found.step_ms)
