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
    axes = place(made, 1, 1, 1, 1)
    axes.set_facecolor("none")
    for side in axes.spines.values():
        side.set(color=RULE, linestyle=(0, (4, 4)), linewidth=0.8)
    axes.set(xticks=[], yticks=[])
    axes.text(0.5, 0.5, text, ha="center", va="center", color=SOFT, size=canvas.SIZE + 1, transform=axes.transAxes)
    return made


def place(made: Any, left: float, right: float, top: float, bottom: float) -> Any:
    """Axes inside these margins, without any decoration."""
    wide, high = (72 * side for side in made.get_size_inches())
    room, tall = max(20.0, wide - left - right), max(10.0, high - top - bottom)
    return made.add_axes((left / wide, bottom / high, room / wide, tall / high), frameon=True)


def calm(axes: Any, grid: str) -> None:
    """No box and no tick marks; a fine grid across the value axis (`grid` is x or y)."""
    axes.set_facecolor("none")
    for name, side in axes.spines.items():
        side.set_visible(name == ("bottom" if grid == "y" else "left"))
        side.set(color=RULE, linewidth=0.8)
    axes.tick_params(length=0, labelsize=canvas.SIZE, labelcolor=INK, pad=4)
    axes.grid(axis=grid, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


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


def value_axis(axes: Any, marks: Sequence[float], scale: Scale, which: str) -> None:
    """Ticks and limits of the value axis."""
    texts = [scale.tick(mark) for mark in marks]
    if which == "y":
        axes.set_ylim(marks[0], marks[-1])
        axes.set_yticks(marks, texts, color=SOFT)
    else:
        axes.set_xlim(marks[0], marks[-1])
        axes.set_xticks(marks, texts, color=SOFT)


def tick_room(marks: Sequence[float], scale: Scale) -> float:
    """How wide the ticks of an upright value axis are."""
    return max(canvas.width(scale.tick(mark)) for mark in marks) + 9
