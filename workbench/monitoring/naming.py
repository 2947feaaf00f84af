"""The sentences about what got worse: "p95 of `support/triage` v7 rose from 1.1 s to 2.3 s since 14:00". Names are text, never markup."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench.comparison import wording
from workbench.comparison.model import Metric
from workbench.monitoring import differing, onset, ranges, slices
from workbench.monitoring.both import Both
from workbench.monitoring.dashboard_model import Slice, View
from workbench.monitoring.gathering import Gathered
from workbench.monitoring.newcomer import newcomer
from workbench.monitoring.slices import Part, Worse
from workbench.monitoring.tally import Tally
from workbench.text.counting import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.store import Store

MOST = 6
_WORDS = {"error_rate": "Error rate", "p95": "p95", "cost_per_call": "Cost a request", "satisfaction": "Satisfaction"}
_BY_HOURS = 8 * ranges.DAY


def named(store: "Store", gathered: Gathered, now_ms: int) -> list[Slice]:
    """The worst of what got worse, each with since when."""
    return [_named(store, gathered, found, now_ms) for found in slices.worse(gathered)[:MOST]]


def _named(store: "Store", gathered: Gathered, found: Worse, now_ms: int) -> Slice:
    part = _finer(store, gathered, found.part)
    held = part.held(found.metric)
    place = onset.stretch(*differing.counted(found.metric, held), part.first) or (part.first, len(held))
    begin, end = place
    since_ms, ended_ms = gathered.view.range.since_ms, part.starts[end] if end < len(part.starts) else None
    told = _since(found, held[:begin], held[begin:end])
    if told is None:
        ended_ms = None
    else:
        since_ms = max(part.starts[begin], since_ms)
    evidence, compared = _evidence(found, told), told or found
    change = compared.change
    whole_days = gathered.step_ms >= ranges.DAY and part is found.part
    times = [_when(at, now_ms, gathered.view, whole_days=whole_days) for at in (since_ms, ended_ms) if at is not None]
    sentence = _sentence(found, change.a, change.b, times) + _came(store, gathered.view, found.part, since_ms, ended_ms)
    return Slice(
        sentence,
        evidence,
        found.part.kind,
        found.part.filters,
        found.metric,
        slices.UNITS[found.metric],
        change.a,
        change.b,
        change.difference,
        change.difference if change.low is None else change.low,
        change.difference if change.high is None else change.high,
        found.p,
        compared.n_before,
        compared.n_after,
        since_ms,
        ended_ms,
        found.looked_at,
    )


def _since(found: Worse, before: "Sequence[Tally]", after: "Sequence[Tally]") -> Worse | None:
    """What is told: the stretch that stands out against all before it. None where that is too few calls, or is no worse."""
    n_before, n_after = (round(sum(differing.counted(found.metric, side)[1])) for side in (before, after))
    change = differing.change(found.metric, before, after) if n_before and n_after >= slices.ENOUGH[found.metric] // 2 else None
    if change is None or (change.difference > 0) == (found.metric == "satisfaction"):
        return None
    return replace(found, change=change, n_before=n_before, n_after=n_after)


def _finer(store: "Store", gathered: Gathered, part: Part) -> Part:
    """The part by the hour where the range was read by days and is short enough."""
    from workbench.ledger import rollups

    span = gathered.view.range
    if (
        gathered.step_ms <= ranges.HOUR
        or span.length_ms > _BY_HOURS
        or not gathered.complete
        or {"user", "tag"} & set(gathered.view.filters)
    ):
        return part
    filters: Any = {**gathered.view.filters, **part.filters}
    (before, since), until = span.previous, span.until_ms
    earlier, now = (
        rollups.read_columns(store, *ends, by=(), bucket_ms=ranges.HOUR, filters=filters) for ends in ((before, since), (since, until))
    )
    return Part(part.kind, part.filters, Both(earlier, now), 0)


def _sentence(found: Worse, before: float, after: float, times: "Sequence[str]") -> str:
    metric, filters = found.metric, found.part.filters
    name = f"`{filters['provider']}/{filters['model']}`" if found.part.kind == "model" else f"`{filters['prompt']}`"
    if found.part.kind == "version":
        name += f" v{filters['version']}"
    verb = "fell" if metric == "satisfaction" else "rose"
    unit = _metric(metric)
    values = f"from {wording.amount(before, unit)} to {wording.amount(after, unit)}"
    return f"{_WORDS[metric]} of {name} {verb} {values} {'between' if times[1:] else 'since'} {' and '.join(times)}"


def _came(store: "Store", view: View, part: Part, since_ms: int, ended_ms: int | None) -> str:
    """With which version a prompt got worse: a new one has nothing before that it could be worse than."""
    if part.kind != "prompt":
        return ""
    until_ms = view.range.until_ms if ended_ms is None else ended_ms
    found = newcomer(store, view, str(part.filters["prompt"]), since_ms, until_ms)
    return "" if found is None else f", with v{found[0]} in place of v{found[1]}"


def _evidence(found: Worse, told: Worse | None) -> str:
    """What was compared, the interval, n, p after correction: of what the sentence tells, where that is a stretch."""
    compared = "The last quarter of this period against all before it" if found.recent else "This period against the one before"
    if told is not None:
        compared = "Against all before it"
    shown, unit = told or found, _metric(found.metric)
    change = shown.change
    said = f"{'+' if change.difference > 0 else ''}{wording.difference(change.difference, unit)}"
    if bounds := wording.interval(change.low, change.high, unit):
        said += f" (95 % interval {bounds})"
    sizes = f"n = {shown.n_before:,} and {shown.n_after:,}"
    return f"{compared}: {said}, {sizes}, {wording.p_value(found.p)} after correction for {counted(found.looked_at, 'comparison')}."


def _metric(metric: str) -> Metric:
    return Metric(metric, _WORDS[metric], slices.UNITS[metric].split("/")[0])


def _when(at_ms: int, now_ms: int, view: View, *, whole_days: bool) -> str:
    """14:00 where that is today, 20 November 14:00 or 20 November where it is not; local."""
    at, now = (datetime.fromtimestamp(ms / 1000, UTC) + timedelta(milliseconds=view.offset_ms) for ms in (at_ms, now_ms))
    if whole_days:
        return f"{at.day} {at:%B}"
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at.day} {at:%B} {at:%H:%M}"
