"""Charts without a value axis: a radar over skills, and a matrix of tinted cells."""

import math
from typing import Any

from workbench.export.drawing import canvas, frame
from workbench.export.drawing.canvas import SIZE
from workbench.export.drawing.frame import Sheet
from workbench.export.drawing.looks import GRID, INK, RULE, SOFT, Scale, mix, on, ticks


def radar(page: Sheet) -> Any:
    """Values on spokes from one centre, the first at twelve o'clock and on with the clock; a spoke without a value breaks the outline."""
    values = frame.known(page.lines, bounds=False)
    if not values or len(page.labels) < 3:
        return frame.nothing(page.wide / 72, "no data" if not values else "too few axes for a radar")
    marks = [float(at) for at in range(6)] if page.chart.unit == "rating" and max(values) <= 5 else ticks(0.0, max(0.0, *values), 5)
    scale = Scale(page.chart.unit, marks)
    size = min(page.wide, 460.0)
    reach, side = size * 0.31, page.wide / 2 - size * 0.31 - 14
    texts = [canvas.wrapped(label, min(side, 150), 2) for label in page.labels]
    high = 2 * reach + 68 + frame.top(page)
    made = canvas.figure(page.wide / 72, high / 72)
    frame.head(made, page, scale.name)
    axes = frame.place(made, 0, 0, frame.top(page), 0)
    axes.set_xlim(-page.wide / 2, page.wide / 2)
    axes.set_ylim(-reach - 34, reach + 34)
    spokes = [math.tau * at / len(page.labels) for at in range(len(page.labels))]
    _web(axes, spokes, marks, scale, reach)
    for angle, text in zip(spokes, texts, strict=True):
        x, y = math.sin(angle), math.cos(angle)
        ha = "center" if abs(x) < 0.15 else "left" if x > 0 else "right"
        va = "bottom" if y > 0.6 else "top" if y < -0.6 else "center"
        axes.text(x * (reach + 8), y * (reach + 8), text, ha=ha, va=va, size=_spoke_size(len(texts)), color=INK, linespacing=1.1)
    for line, colour in zip(page.lines, page.colours, strict=True):
        radii = [None if value is None else max(0.0, value) / marks[-1] * reach for value in line.values]
        points = [(math.nan, math.nan) if r is None else (r * math.sin(a), r * math.cos(a)) for r, a in zip(radii, spokes, strict=True)]
        outline = [*points, points[0]]
        if None not in radii:
            axes.fill([x for x, _ in points], [y for _, y in points], color=colour, alpha=0.14, linewidth=0)
        axes.plot([x for x, _ in outline], [y for _, y in outline], color=colour, linewidth=1.8, marker="o", markersize=4)
    return made


def _spoke_size(count: int) -> float:
    return SIZE if count <= 16 else max(4.5, SIZE * 16 / count)


def _web(axes: Any, spokes: list[float], marks: list[float], scale: Scale, reach: float) -> None:
    ring = [*spokes, spokes[0]]
    for mark in marks[1:]:
        far = mark / marks[-1] * reach
        axes.plot([far * math.sin(angle) for angle in ring], [far * math.cos(angle) for angle in ring], color=GRID, linewidth=0.9)
    for angle in spokes:
        axes.plot([0, reach * math.sin(angle)], [0, reach * math.cos(angle)], color=GRID, linewidth=0.9)
    for mark in marks[1:]:
        axes.text(4, mark / marks[-1] * reach, scale.tick(mark), size=7, color=SOFT, va="center", zorder=5)


def matrix(page: Sheet) -> Any:
    """A column a label and a row a line, the first line on top; the deeper the tint, the larger the value. No value, no tint."""
    values = frame.known(page.lines, bounds=False)
    if not values or not page.labels:
        return frame.nothing(page.wide / 72)
    columns, rows = len(page.labels), len(page.lines)
    names = [canvas.wrapped(line.name, page.wide * 0.28, 2) for line in page.lines]
    left = max(canvas.width(part) for name in names for part in name.split("\n")) + 14
    wide = min(92.0, (page.wide - left - 6) / columns)
    heads, turned, above = _heads(page, wide)
    if turned:
        wide = min(60.0, (page.wide - left - 0.77 * max(canvas.width(text) for text in heads) - 12) / (columns - 0.5))
    tall = min(max(26.0, min(40.0, wide * 0.6)), 560 / rows)
    single = frame.Sheet(page.chart, page.labels, [], [], page.wide, page.cut)
    high = frame.top(single) + above + rows * tall + 6
    made = canvas.figure(page.wide / 72, high / 72)
    scale = Scale(page.chart.unit, ticks(min(0.0, *values), max(0.0, *values)))
    frame.head(made, single, scale.name)
    axes = frame.place(made, left, page.wide - left - columns * wide, frame.top(single) + above, 6)
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    for at, text in enumerate(heads):
        frame.above(axes, at + 0.5, text, size=min(SIZE, wide * 0.8), turned=turned)
    for at, text in enumerate(names):
        frame.beside(axes, at + 0.5, text, size=min(SIZE, tall * 0.6))
    _cells(axes, page, scale, (wide, tall), (min(0.0, *values), max(values)))
    return made


def _cells(axes: Any, page: Sheet, scale: Scale, size: tuple[float, float], ends: tuple[float, float]) -> None:
    from matplotlib.patches import Rectangle

    low, high = ends
    for row, line in enumerate(page.lines):
        for column, value in enumerate(line.values):
            at = (column + 0.02, row + 0.03)
            if value is None:
                axes.add_patch(Rectangle(at, 0.96, 0.94, facecolor="none", edgecolor=RULE, linewidth=0.6, linestyle=(0, (3, 3))))
                text, ink = "–", SOFT
            else:
                depth = (value - low) / (high - low) if high > low else 0.0
                tint = mix(page.colours[0], "#f3f5f7", depth)
                axes.add_patch(Rectangle(at, 0.96, 0.94, facecolor=tint, linewidth=0))
                text, ink = scale.mark(value), on(tint)
            small = min(SIZE, size[1] * 0.6)
            if canvas.width(text, small) > size[0] - 4:
                small *= (size[0] - 4) / canvas.width(text, small)
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", size=max(3.5, small), color=ink)


def _heads(page: Sheet, wide: float) -> tuple[list[str], bool, float]:
    folded = [canvas.wrapped(label, wide - 6, 3) for label in page.labels]
    if all(text.replace("\n", " ") == " ".join(label.split()) for text, label in zip(folded, page.labels, strict=True)):
        return folded, False, 8.0 + 12.5 * max(text.count("\n") + 1 for text in folded)
    turned = canvas.apart(page.labels, 110)
    return turned, True, 18 + 0.66 * max(canvas.width(text) for text in turned)
