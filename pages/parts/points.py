"""What the browser draws of a chart over time, as plain data: points, bands, versions, words. Texts are made harmless here.

Rows are passed in; nothing here knows a store or a widget. `timeline` draws it.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pages.parts import figures, safe
from workbench.monitoring.dashboard_model import Chart, Heat, Line, Marker, Range
from workbench.text.counting import counted

_NAME = 30  # characters of a name in a legend
_FEW = 2
_MARK = 22  # and of a version above a chart
_UNITS = {
    "calls": "calls", "share": "share", "ms": "time", "tokens": "tokens", "usd": "US dollars", "users": "users",
    "calls/min": "calls a minute", "retries/call": "retries a call", "tokens/call": "tokens a call",
    "usd/call": "dollars a call", "usd/user": "dollars a user", "share/call": "share of calls", "share/rating": "share of ratings",
    "share/value": "share of values", "share/token": "share of input tokens",
}  # fmt: skip
_ADDED = ("calls", "tokens", "usd")  # units of what is added up bucket by bucket
_STEPS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"))


def lines(chart: Chart, span: Range, markers: Sequence[Marker] = (), now_ms: int | None = None) -> dict[str, Any]:
    """What the browser draws of a chart. Sums of a bucket that the range holds in part, or that is not over at `now_ms`, are marked so."""
    at = [point.at_ms for point in chart.lines[0].points] if chart.lines else []
    bucket = at[1] - at[0] if len(at) > 1 else span.bucket_ms
    named = figures.labels([line.name for line in chart.lines], _NAME)
    said = [_unit(chart.unit), f"by {step(bucket)}", f"n = {chart.n:,}"]
    if "interval" not in chart.note and any(point.low is not None for line in chart.lines for point in line.points):
        said.append("95 % interval shaded")
    title = safe.plain(chart.title)
    return {
        "kind": "bars" if chart.kind == "stacked" else "lines",
        "title": title,
        "sub": _tidy(" · ".join(said)),
        "alt": f"{title}, {'; '.join(said)}",
        "unit": chart.unit.partition("/")[0] if chart.unit.startswith(("usd/", "share/")) else chart.unit,
        "note": safe.plain(chart.note),
        "since": span.since_ms,
        "until": _end(at, bucket, span, now_ms),
        "bucket": bucket,
        "at": at,
        "parts": _parts(at, bucket, span, now_ms) if chart.kind == "stacked" or chart.unit in _ADDED else [],
        "series": [_series(line, number, named[line.name]) for number, line in enumerate(chart.lines)],
        "marks": _marks(markers, span),
        "empty": all(point.value is None for line in chart.lines for point in line.points),
        "file": file_name(chart.title),
    }


def cells(heat: Heat, span: Range, title: str) -> dict[str, Any]:
    """What the browser draws of a heat map."""
    edges = [_ms(each) for each in heat.edges_ms]
    named = [*(f"{low} – {high}" for low, high in pairwise(edges)), *(f"over {each}" for each in edges[-1:])][: len(heat.counts)]
    hour = 3_600_000
    at = [each * hour for each in heat.columns] if heat.hour_of_day else list(heat.columns)
    since, until = (0, 24 * hour) if heat.hour_of_day else (span.since_ms, span.until_ms)
    said = f"calls by {'hour of the day (UTC)' if heat.hour_of_day else 'hour'} and latency · n = {heat.n:,}"
    return {
        "kind": "heat", "title": title, "sub": _tidy(said), "alt": f"{title}, {said}", "unit": "calls", "note": safe.plain(heat.note),
        "since": since, "until": until, "bucket": hour, "at": at, "rows": named, "values": [list(row) for row in heat.counts],
        "most": max((count for row in heat.counts for count in row), default=0), "series": [], "marks": [],
        "empty": not heat.n, "hours": heat.hour_of_day, "file": file_name(title),
    }  # fmt: skip


def step(bucket_ms: int) -> str:
    """The length of a bucket in words: minute, 5 minutes, day."""
    for length, word in _STEPS:
        if bucket_ms % length == 0:
            count = bucket_ms // length
            return word if count == 1 else counted(count, word)
    return f"{bucket_ms / 1000:g} s"


def file_name(title: str) -> str:
    """The name of a file about `title`: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "chart"


def _parts(at: Sequence[int], bucket_ms: int, span: Range, now_ms: int | None) -> list[int]:
    """The buckets that are not whole: the first where the range begins within it, the last where it is not over."""
    end = span.until_ms if now_ms is None else min(span.until_ms, now_ms)
    return [number for number, start in enumerate(at) if start < span.since_ms or start < end < start + bucket_ms]


def _end(at: Sequence[int], bucket_ms: int, span: Range, now_ms: int | None) -> int:
    """Where the axis ends: a range that goes on has room for the whole of the bucket under way, else that would be a sliver at the edge."""
    if now_ms is None or not at or span.until_ms < now_ms:
        return span.until_ms
    return max(span.until_ms, at[-1] + bucket_ms)


def _series(line: Line, number: int, short: str) -> dict[str, Any]:
    points = line.points
    bounded = any(point.low is not None and point.high is not None for point in points)
    return {
        "name": safe.plain(line.name), "short": safe.plain(short), "tone": number,
        "quiet": line.dashed or number >= len(figures.LIGHT), "dash": line.dashed,
        "values": [_kept(point.value) for point in points],
        "lows": [_kept(point.low) for point in points] if bounded else None,
        "highs": [_kept(point.high) for point in points] if bounded else None,
        "ns": [point.n for point in points] if any(point.n for point in points) else None,
    }  # fmt: skip


def _marks(markers: Sequence[Marker], span: Range) -> list[dict[str, Any]]:
    inside = [each for each in markers if span.since_ms <= each.at_ms < span.until_ms]
    one_prompt = len({each.prompt for each in inside}) == 1
    alone = one_prompt and len(inside) > _FEW  # few have room for the name, too
    return [
        {
            "at": each.at_ms,
            "text": safe.plain(each.text),
            "short": _mark(each, alone),
        }
        for each in inside
    ]


def _mark(marker: Marker, one_prompt: bool) -> str:
    """A change as it stands above a chart: the version, and its prompt where there are several."""
    if marker.version is None:
        return figures.short(safe.plain(marker.text), _MARK)
    return f"v{marker.version}" if one_prompt else f"{figures.short(safe.plain(marker.prompt), _MARK - 4)} v{marker.version}"


def _unit(unit: str) -> str:
    return _UNITS.get(unit, safe.plain(unit))


def _kept(value: float | None) -> float | None:
    """A figure with as many digits as a picture can show."""
    return None if value is None else float(f"{value:.6g}")


def _ms(value: int) -> str:
    return f"{value} ms" if value < 1000 else f"{value / 1000:g} s"


def _tidy(said: str) -> str:
    return said.replace("n = ", "n\u00a0=\u00a0").replace(" %", "\u00a0%")
