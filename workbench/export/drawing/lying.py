"""Charts whose labels stand at the left, a row each: lying bars, a forest of intervals about zero, a timeline."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from workbench.export import figures
from workbench.export.drawing import canvas, frame
from workbench.export.drawing.canvas import SIZE
from workbench.export.drawing.frame import SMALL, Sheet
from workbench.export.drawing.looks import GRID, INK, PAPER, RULE, SOFT, Scale, mix, on

DAY_MS = 86_400_000
TALLEST = 600.0  # points: a page holds that with its caption
_FAR_MS = 250_000_000_000_000  # about the year 9892: datetime ends soon after


def bars(page: Sheet) -> Any:
    """Lying bars from zero with their figures at the ends; the first label is on top."""
    values = frame.known(page.lines)
    if not frame.known(page.lines, bounds=False):
        return frame.nothing(page.wide / 72)
    marks = frame.round_marks(page, min(0.0, *values), max(0.0, *values))
    scale = Scale(page.chart.unit, marks)
    texts = [[figures.NONE if value is None else scale.mark(value) for value in line.values] for line in page.lines]
    room = max(canvas.width(text, SMALL) for row in texts for text in row) + 10
    made, axes, tall = _rows(page, 10.5 * len(page.lines) + 8, room, scale.name)
    frame.rules(axes, marks, [scale.tick(mark) for mark in marks], upright=False)
    each = 0.82 / len(page.lines)
    size = min(SMALL, tall * each * 0.95)
    for at, (line, colour) in enumerate(zip(page.lines, page.colours, strict=True)):
        for row, value in enumerate(line.values):
            y = row + (at - (len(page.lines) - 1) / 2) * each
            low, high = line.low[row], line.high[row]
            if value is not None:
                axes.barh(y, value, height=each * 0.88, color=colour, linewidth=0)
            if value is not None and low is not None and high is not None:
                _span(axes, low, high, y, colour=INK, cap=min(3.0, tall * each / 4))
            end = max([0.0, *(one for one in (value, high if low is not None else None) if one is not None)])
            axes.annotate(
                texts[at][row], (end, y), (5, 0), textcoords="offset points", va="center", annotation_clip=False,
                size=size, color=SOFT if value is None else INK,
            )  # fmt: skip
    if marks[0] < 0:
        axes.axvline(0, color=SOFT, linewidth=0.8)
    return made


def forest(page: Sheet) -> Any:
    """Differences with their intervals about zero, the figures at the right. A filled mark: its interval leaves zero out."""
    values = frame.known(page.lines)
    if not frame.known(page.lines, bounds=False):
        return frame.nothing(page.wide / 72)
    marks = frame.round_marks(page, min(0.0, *values), max(0.0, *values), 6)
    scale = Scale(page.chart.unit, marks, signed=True)
    texts = [[_told(scale, *row) for row in zip(line.values, line.low, line.high, strict=True)] for line in page.lines]
    room = max(canvas.width(text, SMALL) for row in texts for text in row) + 20
    made, axes, tall = _rows(page, 17.0 * len(page.lines) + 4, room, f"difference, {scale.name}" if scale.name else "difference")
    frame.rules(axes, marks, [scale.tick(mark) for mark in marks], upright=False)
    axes.axvline(0, color=SOFT, linewidth=1.0, linestyle=(0, (4, 3)))
    each = 0.8 / len(page.lines)
    for at, (line, colour) in enumerate(zip(page.lines, page.colours, strict=True)):
        for row, (value, low, high) in enumerate(zip(line.values, line.low, line.high, strict=True)):
            y = row + (at - (len(page.lines) - 1) / 2) * each
            clear = low is not None and high is not None and (low > 0 or high < 0)
            if low is not None and high is not None:
                _span(axes, low, high, y, colour=colour, cap=3.0)
            if value is not None:
                face = colour if clear else PAPER
                axes.plot([value], [y], marker="o", markersize=6.5, markerfacecolor=face, markeredgecolor=colour, markeredgewidth=1.4)
            axes.annotate(
                texts[at][row], (1, y), (12, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
                annotation_clip=False, size=min(SMALL, tall * each * 0.95), color=SOFT if value is None else INK,
            )  # fmt: skip
    return made


def _told(scale: Scale, value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return figures.NONE
    return scale.mark(value) + ("" if low is None or high is None else f" ({scale.mark(low)} to {scale.mark(high)})")


def _span(axes: Any, low: float, high: float, y: float, *, colour: str, cap: float) -> None:
    axes.hlines(y, low, high, color=colour, linewidth=1.4)
    axes.plot([low, high], [y, y], color=colour, linestyle="none", marker="|", markersize=2 * cap, markeredgewidth=1.2)


def gantt(page: Sheet) -> Any:
    """A task a row from its first day to its last; the part that is done is solid. A task without a length is a diamond."""
    whole = page.lines[0] if page.lines else None
    spans = [] if whole is None else [_dated(low, high) for low, high in zip(whole.low, whole.high, strict=True)]
    dates = [end for span in spans if span for end in span]
    if whole is None or not dates:
        return frame.nothing(page.wide / 72, "no dates")
    first = math.floor(min(dates) / DAY_MS) * DAY_MS
    last = max(math.ceil(max(dates) / DAY_MS) * DAY_MS, first + DAY_MS)
    made, axes, tall = _rows(page, 22.0, 14, "")
    pad = (last - first) * 0.02
    space = axes.get_position().width * page.wide
    marks = _days(first, last, max(2, int(space // 84)))
    axes.set_xlim(first - pad, last + pad)
    axes.set_autoscale_on(False)
    axes.vlines(marks, -0.5, len(page.labels) - 0.5, color=GRID, linewidth=0.8, zorder=0.5)
    axes.axvline(first - pad, color=RULE, linewidth=1.2)
    for mark in marks:
        frame.below(axes, mark, figures.day(mark), colour=SOFT)
    colour = page.colours[0]
    pale = mix(colour, PAPER, 0.38)
    for row, span in enumerate(spans):
        if span is None:
            axes.text(first, row, figures.NONE, va="center", size=SMALL, color=SOFT)
            continue
        start, end = span
        if end <= start:
            axes.plot([start], [row], marker="D", markersize=7, color=colour)
            continue
        done = min(1.0, max(0.0, whole.values[row] or 0.0))
        axes.barh(row, end - start, left=start, height=0.56, color=pale, linewidth=0)
        axes.barh(row, (end - start) * done, left=start, height=0.56, color=colour, linewidth=0)
        _share(axes, row, span, done, colours=(pale, colour), scale=space / (last - first + 2 * pad), tall=tall)
    return made


def _share(axes: Any, row: int, span: tuple[float, float], done: float, *, colours: tuple[str, str], scale: float, tall: float) -> None:
    """Write how much of a task is done into the larger part of its bar, where it fits."""
    start, end = span
    text, size = f"{done:.0%}".replace("%", " %"), min(7.5, tall * 0.5)
    solid = done >= 0.5
    room = (end - start) * scale * (done if solid else 1 - done)
    if done and canvas.width(text, size) + 8 <= room:
        x = start + (end - start) * (done if solid else 1)
        ink = on(colours[1] if solid else colours[0])
        axes.annotate(text, (x, row), (-4, 0), textcoords="offset points", ha="right", va="center", size=size, color=ink)


def _dated(low: float | None, high: float | None) -> tuple[float, float] | None:
    if low is None or high is None or not (0 <= low <= _FAR_MS and 0 <= high <= _FAR_MS):
        return None
    return min(low, high), max(low, high)


def _days(first: int, last: int, count: int) -> list[int]:
    """At most `count` round days: every day, week, month, quarter or year."""
    for days in (1, 2, 7, 14, 28):
        if (last - first) / (days * DAY_MS) < count:
            return list(range(first, last + 1, days * DAY_MS))
    months = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120, 600) if (last - first) / (step * 30.4 * DAY_MS) < count), 1200)
    day = datetime.fromtimestamp(first / 1000, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    made: list[int] = []
    while (mark := round(day.timestamp() * 1000)) <= last and day.year < 9990:
        if mark >= first:
            made.append(mark)
        for _ in range(months):
            day = (day + timedelta(days=32)).replace(day=1)
    return made or [first]


def _rows(page: Sheet, tall: float, right: float, unit: str) -> tuple[Any, Any, float]:
    """The figure, axes with a row of about `tall` points for each label, and how tall a row came out."""
    count = max(1, len(page.labels))
    tall = max(6.0, min(max(tall, 19.0), TALLEST / count))
    size = min(SIZE, tall * 0.72)
    texts = _labels(page.labels, page.wide * 0.34, tall, size)
    left = max((canvas.width(part, size) for text in texts for part in text.split("\n")), default=0.0) + 14
    below = 22.0
    made = canvas.figure(page.wide / 72, (count * tall + frame.top(page) + below) / 72)
    frame.head(made, page, unit)
    axes = frame.place(made, left, right, frame.top(page), below)
    axes.set_ylim(count - 0.5, -0.5)
    for at, text in enumerate(texts):
        frame.beside(axes, at, text, size=size)
    return made, axes, tall


def _labels(texts: Sequence[str], room: float, tall: float, size: float) -> list[str]:
    """Each in one line, or in two where the row is tall enough for them."""
    ones = canvas.apart(texts, room, size)
    if tall < 2.3 * size:
        return ones
    return [canvas.wrapped(text, room, 2, size) if "…" in one else one for text, one in zip(texts, ones, strict=True)]
