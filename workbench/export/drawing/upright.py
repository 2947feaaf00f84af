"""Charts whose values stand upright: bars over labels, and lines along them."""

import math
from collections.abc import Sequence
from typing import Any

from workbench.export.drawing import canvas, frame
from workbench.export.drawing.canvas import SIZE
from workbench.export.drawing.frame import SMALL, Series, Sheet
from workbench.export.drawing.looks import INK, SOFT, Scale


def bar(page: Sheet) -> Any:
    """Upright bars from zero, grouped by label; a label without a value has a dash in its place."""
    values = frame.known(page.lines)
    if not frame.known(page.lines, bounds=False):
        return frame.nothing(page.wide / 72)
    marks = frame.round_marks(page, min(0.0, *values), max(0.0, *values))
    scale = Scale(page.chart.unit, marks)
    made, axes, slot = _axes(page, marks, scale)
    each = min(0.8 / len(page.lines), 46 / slot)
    for at, (line, colour) in enumerate(zip(page.lines, page.colours, strict=True)):
        places = [place + (at - (len(page.lines) - 1) / 2) * each for place in range(len(page.labels))]
        shown = [(x, value) for x, value in zip(places, line.values, strict=True) if value is not None]
        axes.bar([x for x, _ in shown], [value for _, value in shown], width=each * 0.92, color=colour, linewidth=0)
        for x, value in zip(places, line.values, strict=True):
            if value is None and each * slot > 5:
                axes.annotate("–", (x, 0), (0, 2), textcoords="offset points", ha="center", va="bottom", color=SOFT, size=SIZE)
        _whiskers(axes, places, line, min(3.0, each * slot / 4))
    _figures(axes, page, scale, each, slot)
    return made


def line(page: Sheet) -> Any:
    """Lines with their intervals: whiskers where points are few, else bands. A gap where there is no value."""
    values = frame.known(page.lines)
    if not frame.known(page.lines, bounds=False):
        return frame.nothing(page.wide / 72)
    low, high = min(values), max(values)
    marks = frame.round_marks(page, min(0.0, low) if low < 0 or low < 0.6 * high else low, high)
    scale = Scale(page.chart.unit, marks)
    made, axes, slot = _axes(page, marks, scale)
    places = list(range(len(page.labels)))
    dense = slot < 14 or len(page.lines) > 4
    for line, colour, style, marker in zip(page.lines, page.colours, _cycle(["-", "--", "-.", ":"], 7), _cycle("osD^v", 1), strict=False):
        _band_or_whiskers(axes, places, line, colour, dense=dense)
        lone = [
            at
            for at, value in enumerate(line.values)
            if value is not None and all(line.values[near] is None for near in (at - 1, at + 1) if 0 <= near < len(places))
        ]
        numbers = [math.nan if value is None else value for value in line.values]
        points = lone if slot < 8 else [at for at in places if line.values[at] is not None]
        axes.plot(places, numbers, color=colour, linewidth=1.8, linestyle=style)
        if points:
            values = [numbers[at] for at in points]
            axes.plot(points, values, color=colour, linestyle="none", marker=marker, markersize=4.5, clip_on=False)
    return made


def _cycle(items: Sequence[str], each: int) -> list[str]:
    return [items[at // each % len(items)] for at in range(frame.MANY)]


def _band_or_whiskers(axes: Any, places: list[int], line: Series, colour: str, *, dense: bool) -> None:
    if not dense:
        _whiskers(axes, [float(place) for place in places], line, 3.0, colour)
        return
    low = [math.nan if value is None else value for value in line.low]
    high = [math.nan if value is None else value for value in line.high]
    axes.fill_between(places, low, high, color=colour, alpha=0.18, linewidth=0)


def _whiskers(axes: Any, places: Sequence[float], line: Series, cap: float, colour: str = INK) -> None:
    rows = zip(places, line.values, line.low, line.high, strict=True)
    held = [(x, low, high) for x, value, low, high in rows if value is not None and low is not None and high is not None]
    if held:
        axes.vlines([x for x, *_ in held], [low for _, low, _ in held], [high for *_, high in held], color=colour, linewidth=1.0)
        for end in (1, 2):
            ends = [row[end] for row in held]
            axes.plot([x for x, *_ in held], ends, color=colour, linestyle="none", marker="_", markersize=2 * cap, markeredgewidth=1.0)


def _figures(axes: Any, page: Sheet, scale: Scale, each: float, slot: float) -> None:
    """Write each bar's figure above it, where all of them fit."""
    texts = [[None if value is None else scale.mark(value) for value in line.values] for line in page.lines]
    widest = max((canvas.width(text, SMALL) for row in texts for text in row if text is not None), default=0.0)
    if widest > each * slot + (6 if len(texts) == 1 else -2):
        return
    for at, (line, row) in enumerate(zip(page.lines, texts, strict=True)):
        for place, text in enumerate(row):
            value, low, high = line.values[place], line.low[place], line.high[place]
            if value is None or text is None:
                continue
            end = value if low is None or high is None else max(high, value) if value >= 0 else min(low, value)
            x = place + (at - (len(page.lines) - 1) / 2) * each
            axes.annotate(
                text, (x, end), (0, 3 if value >= 0 else -3), textcoords="offset points", color=INK, size=SMALL,
                ha="center", va="bottom" if value >= 0 else "top", annotation_clip=False,
            )  # fmt: skip


def _axes(page: Sheet, marks: list[float], scale: Scale) -> tuple[Any, Any, float]:
    """The figure, its axes with labels that do not touch each other, and the width of a label's place."""
    left = frame.tick_room(marks, scale) + 4
    count = max(1, len(page.labels))
    slot = (page.wide - left - 12) / count
    texts, turn, below = _labels(page, slot)
    if turn and texts[0]:
        left = max(left, canvas.width(texts[0]) * 0.77 - slot / 2 + 8)
    right = 12.0
    if not turn and any(texts):
        left = max(left, canvas.width(texts[0].split("\n")[0]) / 2 - slot / 2 + 12)
        right = max(right, canvas.width(texts[-1].split("\n")[0]) / 2 - slot / 2 + 12)
    high = max(page.wide * 0.36, 130) + frame.top(page) + below
    made = canvas.figure(page.wide / 72, high / 72)
    frame.head(made, page, scale.name)
    axes = frame.place(made, left, right, frame.top(page) + 8, below)
    axes.set_xlim(-0.5, count - 0.5)
    frame.rules(axes, marks, [scale.tick(mark) for mark in marks], upright=True)
    for at, text in enumerate(texts):
        if text:
            frame.below(axes, at, text, turned=turn)
    if marks[0] < 0 < marks[-1]:
        axes.axhline(0, color=SOFT, linewidth=0.8)
    return made, axes, (page.wide - left - right) / count


def _labels(page: Sheet, slot: float) -> tuple[list[str], bool, float]:
    """The labels as written ("" for one that is left out), whether they are turned, and the height they take."""
    full = canvas.apart(page.labels, 150)
    widest = max((canvas.width(text) for text in full), default=0.0)
    if widest <= slot - 6:
        return full, False, 22.0
    if page.chart.kind == "line":
        full = canvas.apart(page.labels, 96)
        step = math.ceil((max(canvas.width(text) for text in full) + 10) / slot)
        return [text if at % step == 0 else "" for at, text in enumerate(full)], False, 22.0
    folded = [canvas.wrapped(label, slot - 6, 3) for label in page.labels]
    if not any("…" in text or _broken(text, label) for text, label in zip(folded, page.labels, strict=True)):
        return folded, False, 10.0 + 12.5 * max(text.count("\n") + 1 for text in folded)
    turned = canvas.apart(page.labels, 110)
    step = math.ceil(13 / slot)
    below = 12 + 0.66 * max(canvas.width(text) for text in turned) + 8
    return [text if at % step == 0 else "" for at, text in enumerate(turned)], True, below


def _broken(folded: str, label: str) -> bool:
    return folded.replace("\n", " ") != " ".join(label.split())
