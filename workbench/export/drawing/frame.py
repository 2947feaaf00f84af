"""What every chart with axes shares: room for its texts, a legend, ticks, values fit to be drawn.

All lengths are points. Draws no marks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.export.drawing import canvas
from workbench.export.drawing.looks import GRID, INK, RULE, SOFT, Scale, palette, ticks
from workbench.export.model import Chart

ROW = 15.0  # the height of a row of small text
SMALL = 8.0
MANY = 60  # rows or series that one picture holds
LIMIT = 1e100  # beyond it a float is no measurement


@dataclass(frozen=True, slots=True)
class Series:
    """A line made whole: as many values as the chart has labels, None for whatever is no number."""

    name: str
    values: list[float | None]
    low: list[float | None]
    high: list[float | None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A chart with all that drawing it needs; `wide` is its width in points."""

    chart: Chart
    labels: tuple[str, ...]
    lines: list[Series]
    colours: list[str]
    wide: float
    cut: str = ""


def sheet(chart: Chart, accent: str, width_in: float) -> Sheet:
    """The chart, its first 60 labels and lines; `cut` says so where there are more."""
    labels, lines = chart.labels, chart.lines
    cut = ""
    if chart.kind != "line" and len(labels) > MANY:
        cut = f"the first {MANY} of {len(labels):,} are drawn"
        labels = labels[:MANY]
    if len(lines) > MANY:
        cut = f"the first {MANY} of {len(lines):,} series are drawn"
        lines = lines[:MANY]
    whole = [Series(line.name, *(_whole(part, len(labels)) for part in (line.values, line.low, line.high))) for line in lines]
    return Sheet(chart, labels, whole, palette(accent, len(lines)), width_in * 72, cut)


def _whole(values: Sequence[float | None], count: int) -> list[float | None]:
    kept = [None if value is None or not math.isfinite(value) or abs(value) > LIMIT else float(value) for value in values[:count]]
    return kept + [None] * (count - len(kept))


def known(lines: Sequence[Series], *, bounds: bool = True) -> list[float]:
    """Every number that the lines hold."""
    each = [(line.values, line.low, line.high) if bounds else (line.values,) for line in lines]
    return [value for parts in each for part in parts for value in part if value is not None]


def round_marks(page: Sheet, low: float, high: float, count: int = 5) -> list[float]:
    """Ticks for the value axis: whole numbers where things are counted."""
    counted = page.chart.unit not in {"ms", "usd", "share"} and all(value == round(value) for value in known(page.lines))
    return ticks(low, high, count, whole=counted)


def nothing(width_in: float, text: str = "no data") -> Any:
    """A picture that says that there is nothing to draw."""
    made = canvas.figure(width_in, 1.1)
    axes = place(made, 2, 2, 2, 2)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.plot([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], color=RULE, linestyle=(0, (4, 4)), linewidth=0.8, clip_on=False)
    axes.text(0.5, 0.5, text, ha="center", va="center", color=SOFT, size=canvas.SIZE + 1, transform=axes.transAxes)
    return made


def place(made: Any, left: float, right: float, top: float, bottom: float) -> Any:
    """Axes inside these margins, without any decoration."""
    wide, high = (72 * side for side in made.get_size_inches())
    room, tall = max(20.0, wide - left - right), max(10.0, high - top - bottom)
    axes = made.add_axes((left / wide, bottom / high, room / wide, tall / high))
    axes.axis("off")
    return axes


def rules(axes: Any, marks: Sequence[float], texts: Sequence[str], *, upright: bool) -> None:
    """The value axis: its limits, fine lines across at its ticks, their texts outside, and the line that the marks stand on.

    Drawn by hand: the axes of matplotlib measure each text several times, and are most of what a picture costs.
    """
    low, high = axes.get_xlim() if upright else axes.get_ylim()
    if upright:
        axes.set_ylim(marks[0], marks[-1])
        axes.hlines(marks, low, high, color=GRID, linewidth=0.8, zorder=0.5)
        axes.hlines(marks[0], low, high, color=RULE, linewidth=1.0, zorder=2.5, clip_on=False)
    else:
        axes.set_xlim(marks[0], marks[-1])
        axes.vlines(marks, low, high, color=GRID, linewidth=0.8, zorder=0.5)
        axes.vlines(marks[0], low, high, color=RULE, linewidth=1.0, zorder=2.5, clip_on=False)
    axes.set_autoscale_on(False)
    for mark, text in zip(marks, texts, strict=True):
        (beside if upright else below)(axes, mark, text, colour=SOFT)


def below(axes: Any, at: float, text: str, *, colour: str = INK, size: float = canvas.SIZE, turned: bool = False) -> None:
    """A text below a place on the axes, turned to rise from the left where `turned`."""
    x, y = _spot(axes, at, axes.get_ylim()[0])
    style: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if turned else {"ha": "center"}
    _write(axes, (x, y - 5), text, va="top", color=colour, size=size, linespacing=1.15, **style)


def above(axes: Any, at: float, text: str, *, size: float, turned: bool = False) -> None:
    """A text above a place on the axes."""
    x, y = _spot(axes, at, axes.get_ylim()[1])
    style: dict[str, Any] = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"} if turned else {"ha": "center"}
    _write(axes, (x, y + 5), text, va="bottom", color=INK, size=size, linespacing=1.1, **style)


def beside(axes: Any, at: float, text: str, *, colour: str = INK, size: float = canvas.SIZE) -> None:
    """A text at the left of a place on the axes."""
    x, y = _spot(axes, axes.get_xlim()[0], at)
    _write(axes, (x - 6, y), text, ha="right", va="center_baseline", color=colour, size=size, linespacing=1.1)


def _spot(axes: Any, x: float, y: float) -> tuple[float, float]:
    """A place on the axes in points of the figure."""
    box, (left, right), (bottom, top) = axes.get_position(), axes.get_xlim(), axes.get_ylim()
    wide, high = (72 * side for side in axes.figure.get_size_inches())
    return (box.x0 + (x - left) / (right - left) * box.width) * wide, (box.y0 + (y - bottom) / (top - bottom) * box.height) * high


def _write(axes: Any, spot: tuple[float, float], text: str, **style: Any) -> None:
    wide, high = (72 * side for side in axes.figure.get_size_inches())
    axes.figure.text(spot[0] / wide, spot[1] / high, text, **style)


def head(made: Any, page: Sheet, unit: str, marker: str = "s") -> None:
    """Write the unit, n and a legend of several lines along the top."""
    from matplotlib.lines import Line2D

    high = 72 * made.get_size_inches()[1]
    right = page.wide - 4
    for text in (page.cut, "" if page.chart.n is None else f"n = {page.chart.n:,}"):
        if text:
            made.text(right / page.wide, 1 - 9 / high, text, color=SOFT, size=SMALL, va="center", ha="right")
            right -= canvas.width(text, SMALL) + 12
    made.text(4 / page.wide, 1 - 9 / high, canvas.fitted(unit, right - 16, SMALL), color=SOFT, size=SMALL, va="center")
    for name, colour, x, row in _legend(page):
        y = 1 - (ROW + 9 + row * ROW) / high
        made.add_artist(Line2D([(x + 5) / page.wide], [y], marker=marker, color=colour, markersize=6, linestyle="none"))
        made.text((x + 13) / page.wide, y, name, color=INK, size=SMALL, va="center")


def _legend(page: Sheet) -> list[tuple[str, str, float, int]]:
    """Name, colour, place from the left and row of each line of the legend; one line needs none."""
    made: list[tuple[str, str, float, int]] = []
    x, row = 4.0, 0
    for line, colour in zip(page.lines, page.colours, strict=True):
        name = canvas.fitted(line.name or "–", min(220.0, page.wide - 30), SMALL)
        need = canvas.width(name, SMALL) + 28
        if x > 4 and x + need - 14 > page.wide:
            x, row = 4.0, row + 1
        made.append((name, colour, x, row))
        x += need
    return made if len(made) > 1 else []


def top(page: Sheet) -> float:
    """The height that `head` takes."""
    return ROW + 6 + max((ROW * (row + 1) for *_, row in _legend(page)), default=0.0)


def tick_room(marks: Sequence[float], scale: Scale) -> float:
    """How wide the ticks of an upright value axis are."""
    return max(canvas.width(scale.tick(mark)) for mark in marks) + 9
