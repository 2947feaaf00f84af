"""A flow chart as a picture: boxes that hold their texts, arrows that bend round other boxes, subgraphs as pale fields.

Owns how nodes and arrows look. Where they stand is layering's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from workbench.export.diagrams import Edge, Graph, Node
from workbench.export.drawing import canvas, frame
from workbench.export.drawing.layering import Places, arrange
from workbench.export.drawing.looks import INK, ON_LIGHT, PAPER, RULE, SOFT, mix
from workbench.export.literal import one_line

ROOM = 130.0  # points: the width of a line of text in a node
MOST_TALL = 620.0
_LINE = 12.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A graph laid out: texts and sizes of nodes in points, places as drawn (y down), and the size of it all."""

    graph: Graph
    texts: dict[str, str]
    sizes: dict[str, Point]
    nodes: dict[str, Point]
    bends: dict[int, list[Point]]
    size: Point


def draw(graph: Graph, accent: str, width_in: float) -> Any:
    """The figure of a graph, `width_in` inches wide; one that does not fit is turned where that helps, then made smaller."""
    if not graph.nodes:
        return frame.nothing(width_in, "an empty diagram")
    wide = width_in * 72 - 8
    plan = _plan(graph, graph.direction)
    if _scale(plan.size, wide) < 0.7:
        turned = _plan(graph, "TD" if graph.direction in {"LR", "RL"} else "LR")
        plan = turned if _scale(turned.size, wide) > 1.25 * _scale(plan.size, wide) else plan
    scale = _scale(plan.size, wide)
    high = plan.size[1] * scale + 8
    made = canvas.figure(width_in, high / 72)
    axes = frame.place(made, 0, 0, 0, 0)
    middle = plan.size[0] / 2
    axes.set_xlim(middle - width_in * 36 / scale, middle + width_in * 36 / scale)
    axes.set_ylim(plan.size[1] + 4 / scale, -4 / scale)
    _groups(axes, plan, accent, scale)
    for at, edge in enumerate(graph.edges):
        _edge(axes, plan, at, edge, scale)
    for node in graph.nodes:
        _node(axes, plan, node, accent, scale)
    _labels(axes, plan, scale)
    return made


def _scale(size: Point, wide: float) -> float:
    return max(0.05, min(1.0, wide / max(1.0, size[0]), MOST_TALL / max(1.0, size[1])))


def _plan(graph: Graph, direction: str) -> _Plan:
    texts = {node.key: "\n".join(canvas.wrapped(part, ROOM, 5) for part in node.label.split("\n")[:6]) for node in graph.nodes}
    sizes = {node.key: _size(node, texts[node.key]) for node in graph.nodes}
    flat = direction in {"LR", "RL"}
    turned = {key: (tall, wide) if flat else (wide, tall) for key, (wide, tall) in sizes.items()}
    labels = {at: _text_size(_edge_text(edge))[0 if flat else 1] for at, edge in enumerate(graph.edges) if edge.label}
    places = arrange(graph, turned, 26.0 if graph.groups else 20.0, labels)
    return _Plan(graph, texts, sizes, *_turned(places, direction))


def _turned(places: Places, direction: str) -> tuple[dict[str, Point], dict[int, list[Point]], Point]:
    """Places as drawn: along becomes down, up, right or left; a margin round them holds fields and loops."""
    across, along = places.size
    margin = 20.0

    def turn(point: Point) -> Point:
        x, y = point
        if direction in {"BT", "RL"}:
            y = along - y
        return (y + margin, x + margin) if direction in {"LR", "RL"} else (x + margin, y + margin)

    nodes = {key: turn(point) for key, point in places.nodes.items()}
    bends = {at: [turn(point) for point in points] for at, points in places.bends.items()}
    size = (along, across) if direction in {"LR", "RL"} else (across, along)
    return nodes, bends, (size[0] + 2 * margin, size[1] + 2 * margin)


def _text_size(text: str, size: float = canvas.SIZE) -> Point:
    lines = text.split("\n")
    return max(canvas.width(line, size) for line in lines), len(lines) * _LINE * size / canvas.SIZE


def _edge_text(edge: Edge) -> str:
    return canvas.wrapped(one_line(edge.label), 110, 3, frame.SMALL)


def _size(node: Node, text: str) -> Point:
    wide, tall = _text_size(text)
    wide, tall = max(wide + 22, 44.0), tall + 14
    if node.shape == "choice":
        return wide * 1.3 + 16, tall * 1.6 + 8
    if node.shape == "circle":
        side = math.hypot(wide - 10, tall - 6) + 6
        return side, side
    if node.shape in {"hexagon", "slant", "flag"}:
        return wide + 20, tall
    return (wide, tall + 12) if node.shape == "store" else (wide, tall)


def _node(axes: Any, plan: _Plan, node: Node, accent: str, scale: float) -> None:
    from matplotlib.patches import Ellipse, FancyBboxPatch, Polygon

    (x, y), (wide, tall) = plan.nodes[node.key], plan.sizes[node.key]
    face = mix(accent, PAPER, 0.1 if node.shape != "choice" else 0.2)
    style: dict[str, Any] = {"facecolor": face, "edgecolor": accent, "linewidth": 1.1 * max(scale, 0.5), "zorder": 3}
    left, right, up, down = x - wide / 2, x + wide / 2, y - tall / 2, y + tall / 2
    corners = {
        "choice": [(x, up), (right, y), (x, down), (left, y)],
        "hexagon": [(left + 10, up), (right - 10, up), (right, y), (right - 10, down), (left + 10, down), (left, y)],
        "slant": [(left + 12, up), (right, up), (right - 12, down), (left, down)],
        "flag": [(left, up), (right, up), (right, down), (left, down), (left + 12, y)],
    }.get(node.shape)
    if corners:
        axes.add_patch(Polygon(corners, closed=True, **style))
    elif node.shape == "circle":
        axes.add_patch(Ellipse((x, y), wide, tall, **style))
    elif node.shape == "store":
        axes.add_patch(_drum(left, right, up, down, style))
        axes.add_patch(Ellipse((x, up + 6), wide, 12, **style))
    else:
        bend = tall / 2 if node.shape == "round" else 3.0
        axes.add_patch(FancyBboxPatch((left, up), wide, tall, boxstyle=f"round,pad=0,rounding_size={bend}", mutation_aspect=1, **style))
    lower = 4 if node.shape == "store" else 0
    axes.text(
        x, y + lower, plan.texts[node.key], ha="center", va="center", size=canvas.SIZE * scale, color=ON_LIGHT, zorder=4, linespacing=1.15
    )


def _drum(left: float, right: float, up: float, down: float, style: Mapping[str, Any]) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points = [(left, up + 6), (left, down - 6), (left, down + 2), (right, down + 2), (right, down - 6), (right, up + 6)]
    codes = [Path.MOVETO, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO]
    return PathPatch(Path(points, codes), **style)


def _groups(axes: Any, plan: _Plan, accent: str, scale: float) -> None:
    """A pale field round the nodes of each subgraph, its title in the corner."""
    from matplotlib.patches import Rectangle

    for key, title in plan.graph.groups:
        members = [node.key for node in plan.graph.nodes if node.group == key]
        if not members:
            continue
        boxes = [(*plan.nodes[one], *plan.sizes[one]) for one in members]
        left, right = min(x - wide / 2 for x, _, wide, _ in boxes) - 9, max(x + wide / 2 for x, _, wide, _ in boxes) + 9
        up, down = min(y - tall / 2 for _, y, _, tall in boxes) - 17, max(y + tall / 2 for _, y, _, tall in boxes) + 8
        axes.add_patch(
            Rectangle((left, up), right - left, down - up, facecolor=accent, alpha=0.06, edgecolor="none", linewidth=0, zorder=0.5)
        )
        axes.add_patch(
            Rectangle(
                (left, up), right - left, down - up, facecolor="none", edgecolor=RULE, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.6
            )
        )
        text = canvas.fitted(title, max(40.0, right - left - 10), frame.SMALL)
        axes.text(left + 5, up + 8, text, va="center", size=frame.SMALL * scale, color=SOFT, zorder=4)


def _path(plan: _Plan, at: int, edge: Edge) -> list[Point]:
    """The points an arrow passes, from rim to rim."""
    start, end = plan.nodes[edge.start], plan.nodes[edge.end]
    if edge.start == edge.end:
        wide, tall = plan.sizes[edge.start]
        x, y = start
        return [
            (x + wide / 2, y - tall / 5),
            (x + wide / 2 + 16, y - tall / 5),
            (x + wide / 2 + 16, y + tall / 5),
            (x + wide / 2, y + tall / 5),
        ]
    inner = plan.bends.get(at, [])
    twins = [
        i for i, other in enumerate(plan.graph.edges) if {other.start, other.end} == {edge.start, edge.end} and other.start != other.end
    ]
    if len(twins) > 1 and not inner:
        side = (twins.index(at) - (len(twins) - 1) / 2) * 26
        far = math.hypot(end[0] - start[0], end[1] - start[1]) or 1.0
        turn = 1 if start <= end else -1
        across = (turn * (start[1] - end[1]) / far, turn * (end[0] - start[0]) / far)
        inner = [((start[0] + end[0]) / 2 + across[0] * side, (start[1] + end[1]) / 2 + across[1] * side)]
    points = [start, *inner, end]
    points[0] = _rim(plan, edge.start, points[1])
    points[-1] = _rim(plan, edge.end, points[-2])
    return points


def _rim(plan: _Plan, key: str, towards: Point) -> Point:
    """Where a line from the middle of a node leaves it."""
    (x, y), (wide, tall) = plan.nodes[key], plan.sizes[key]
    dx, dy = towards[0] - x, towards[1] - y
    if not dx and not dy:
        return x, y
    shape = next(node.shape for node in plan.graph.nodes if node.key == key) if len(plan.graph.nodes) <= 60 else "box"
    if shape == "choice":
        reach = 1 / (abs(dx) / (wide / 2) + abs(dy) / (tall / 2))
    elif shape == "circle":
        reach = 1 / math.hypot(dx / (wide / 2), dy / (tall / 2))
    else:
        reach = min(wide / 2 / abs(dx) if dx else math.inf, tall / 2 / abs(dy) if dy else math.inf)
    return x + dx * min(reach, 1.0), y + dy * min(reach, 1.0)


def _edge(axes: Any, plan: _Plan, at: int, edge: Edge, scale: float) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    points = _path(plan, at, edge)
    codes = [Path.MOVETO, Path.LINETO]
    path = points
    if len(points) > 2:
        # A smooth line through the bends: a quadratic curve from middle to middle.
        path, codes = [points[0]], [Path.MOVETO]
        for here, there in pairwise(points[1:]):
            stop = there if there is points[-1] else ((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
            path += [here, stop]
            codes += [Path.CURVE3, Path.CURVE3]
    style = {"solid": "solid", "dotted": (0, (2, 2)), "thick": "solid"}[edge.line]
    axes.add_patch(
        FancyArrowPatch(
            path=Path(path, codes),
            arrowstyle="-|>" if edge.head else "-",
            mutation_scale=10 * max(scale, 0.4),
            color=SOFT,
            linestyle=style,
            linewidth=(2.4 if edge.line == "thick" else 1.2) * max(scale, 0.5),
            shrinkA=0,
            shrinkB=0,
            zorder=2,
            joinstyle="miter",
        )
    )


def _labels(axes: Any, plan: _Plan, scale: float) -> None:
    """Each arrow's text on a piece of ground, moved along its arrow until it covers no other text."""
    taken: list[tuple[float, float, float, float]] = []
    for key, (x, y) in plan.nodes.items():
        wide, tall = plan.sizes[key]
        taken.append((x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2))
    for at, edge in enumerate(plan.graph.edges):
        if not edge.label:
            continue
        text = _edge_text(edge)
        wide, tall = _text_size(text, frame.SMALL)
        points = _path(plan, at, edge)
        spots = [_on(points, share) for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)]
        boxes = [(x - wide / 2 - 2, y - tall / 2 - 1, x + wide / 2 + 2, y + tall / 2 + 1) for x, y in spots]
        free = [at for at, box in enumerate(boxes) if not any(_overlap(box, other) for other in taken)]
        best = free[0] if free else 0
        taken.append(boxes[best])
        ground = {"boxstyle": "square,pad=0.12", "facecolor": PAPER, "edgecolor": "none"}
        x, y = spots[best]
        axes.text(x, y, text, ha="center", va="center", size=frame.SMALL * scale, color=INK, bbox=ground, zorder=5, linespacing=1.1)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _on(points: list[Point], share: float) -> Point:
    """The point at a share of the way along the points."""
    lengths = [math.dist(a, b) for a, b in pairwise(points)]
    left = sum(lengths) * share
    for (a, b), length in zip(pairwise(points), lengths, strict=True):
        if left <= length and length:
            part = left / length
            return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
        left -= length
    return points[-1]
