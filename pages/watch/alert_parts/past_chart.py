"""The picture of what a rule would have fired on: its figure, the part that fires, and the threshold, as lines."""

from collections.abc import Sequence

from pages.watch.alert_parts import units, wording
from workbench.monitoring import machine, messages
from workbench.monitoring.dashboard_model import Chart, Line, Point
from workbench.monitoring.preview import Preview
from workbench.monitoring.rules import SHARES, Rule

_POINTS = 400  # a picture shows no more; of several moments the worst is drawn


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
    known = {"latency_ms": "ms", "ttft_ms": "ms", "cost_usd": "usd", "tokens": "tokens"}
    return known.get(rule.metric) or units.of(rule).word or "value"


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
