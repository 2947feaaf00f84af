"""Flow charts as shapes and connectors that a person can move; what has no simple way through is a picture.

Owns where nodes stand: in layers along the direction of the chart. A connector that would run through a node makes it a picture.
"""

from dataclasses import dataclass
from typing import Any

from workbench.export import diagrams
from workbench.export.deck import measuring
from workbench.export.deck.model import Box
from workbench.export.diagrams import Edge, Graph, Node
from workbench.export.literal import visible
from workbench.export.model import Brand, Diagram
from workbench.export.powerpoint import text
from workbench.export.powerpoint.look import emu

_SIZES = (18.0, 16.0, 14.0, 12.0)
_MOST = 24  # nodes that are drawn as shapes
_PAD, _APART = 12.0, 22.0
_WIDEST = 11.0  # of a node, in sizes of its type
_SHAPES = {"round": "ROUNDED_RECTANGLE", "circle": "ROUNDED_RECTANGLE", "choice": "DIAMOND"}


@dataclass(frozen=True)
class _Placed:
    """Where every node stands, in which size, and whether layers lie side by side."""

    boxes: dict[str, Box]
    size: float
    across: bool


def add(slide: Any, diagram: Diagram, box: Box, brand: Brand) -> None:
    """The diagram in its box."""
    graph = diagrams.parse(diagram.source)
    said = visible(diagram.alt) or ", ".join(f"{edge.start} to {edge.end}" for edge in graph.edges)[:500]
    placed = _placed(graph, box)
    if placed is None:
        _picture(slide, diagram, box, brand, said)
        return
    shapes = {node.key: _node(slide, node, placed.boxes[node.key], placed.size) for node in graph.nodes}
    next(iter(shapes.values()))._element._nvXxPr.cNvPr.set("descr", said)  # noqa: SLF001 - alternative text has no API
    for edge in graph.edges:
        _edge(slide, edge, shapes, placed)


def _placed(graph: Graph, box: Box) -> _Placed | None:
    if graph.groups or not 0 < len(graph.nodes) <= _MOST or any(edge.start == edge.end for edge in graph.edges):
        return None
    layers = _layers(graph)
    if layers is None:
        return None
    if graph.direction in ("RL", "BT"):
        layers.reverse()
    wanted = graph.direction in ("LR", "RL")
    for size in _SIZES:
        for across in (wanted, not wanted):
            found = _boxes(graph, layers, box, size, across)
            if found is not None and not _crossed(graph, found):
                return _Placed(found, size, across)
    return None


def _layers(graph: Graph) -> list[list[str]] | None:
    """Nodes by their longest way from a start; None where the chart runs in a circle."""
    rank = {node.key: 0 for node in graph.nodes}
    for _ in range(len(rank)):
        moved = False
        for edge in graph.edges:
            if rank[edge.end] < rank[edge.start] + 1:
                rank[edge.end], moved = rank[edge.start] + 1, True
        if not moved:
            break
    else:
        return None
    layers: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
    for node in graph.nodes:
        layers[rank[node.key]].append(node.key)
    for at in range(1, len(layers)):  # below those they come from, so that few lines cross
        above = {key: n for n, key in enumerate(layers[at - 1])}
        layers[at].sort(key=lambda key: _mean([above[edge.start] for edge in graph.edges if edge.end == key and edge.start in above]))
    return layers


def _boxes(graph: Graph, layers: list[list[str]], box: Box, size: float, across: bool) -> dict[str, Box] | None:
    named = {node.key: node for node in graph.nodes}
    sizes = {key: _size(node, size) for key, node in named.items()}
    between = max([_APART * 2, *(measuring.width(visible(edge.label), size - 2) + _APART for edge in graph.edges if edge.label and across)])
    between = max(between, size * 2.4 if any(edge.label for edge in graph.edges) else 0.0)
    depth = [max(sizes[key][0 if across else 1] for key in layer) for layer in layers]
    spread = [sum(sizes[key][1 if across else 0] for key in layer) + _APART * (len(layer) - 1) for layer in layers]
    long, wide = (box.width, box.height) if across else (box.height, box.width)
    if sum(depth) + between * (len(layers) - 1) > long or max(spread) > wide:
        return None
    gap = min(110.0, (long - sum(depth)) / max(1, len(layers) - 1)) if len(layers) > 1 else 0.0
    at = (long - sum(depth) - gap * (len(layers) - 1)) / 2
    found: dict[str, Box] = {}
    for layer, deep, used in zip(layers, depth, spread, strict=True):
        room = min(_APART * 2, (wide - used) / len(layer))
        side = (wide - used - room * (len(layer) - 1)) / 2
        for key in layer:
            width, height = sizes[key]
            if across:
                found[key] = Box(box.left + at + (deep - width) / 2, box.top + side, width, height)
            else:
                found[key] = Box(box.left + side, box.top + at + (deep - height) / 2, width, height)
            side += (height if across else width) + _APART + room
        at += deep + gap
    return found


def _size(node: Node, size: float) -> tuple[float, float]:
    label = visible(node.label)
    lines = measuring.lines(label, _WIDEST * size, size)
    width = max(measuring.width(line, size) for line in lines) + 2 * _PAD
    height = len(lines) * size * measuring.LEADING + 2 * _PAD
    return (width * 1.5, height * 1.7) if node.shape == "choice" else (max(width, 3.2 * size), height)


def _crossed(graph: Graph, boxes: dict[str, Box]) -> bool:
    """Whether a line between two nodes runs through a third."""
    for edge in graph.edges:
        (x0, y0), (x1, y1) = _middle(boxes[edge.start]), _middle(boxes[edge.end])
        for key, other in boxes.items():
            if key in (edge.start, edge.end):
                continue
            for step in range(1, 40):
                x, y = x0 + (x1 - x0) * step / 40, y0 + (y1 - y0) * step / 40
                if other.left < x < other.left + other.width and other.top < y < other.top + other.height:
                    return True
    return False


def _node(slide: Any, node: Node, box: Box, size: float) -> Any:
    from pptx.enum.shapes import MSO_SHAPE

    shape = slide.shapes.add_shape(MSO_SHAPE[_SHAPES.get(node.shape, "RECTANGLE")], 0, 0, 0, 0)
    text.box_of(shape, box)
    shape.name = "Node"
    text.plain_shape(shape, ground="F3F5F8", edge=text.ACCENT, width=1.5)
    pad = 0.0 if node.shape == "choice" else 4.0
    body = text.frame(shape, left=pad, right=pad, anchor="ctr")
    text.line(shape, body, visible(node.label), size, align="ctr")
    return shape


def _edge(slide: Any, edge: Edge, shapes: dict[str, Any], placed: _Placed) -> None:
    from pptx.enum.shapes import MSO_CONNECTOR

    start, end = placed.boxes[edge.start], placed.boxes[edge.end]
    line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, 0, 0, 0, 0)
    line.name = "Arrow"
    forward = _middle(end)[0] > _middle(start)[0] if placed.across else _middle(end)[1] > _middle(start)[1]
    leave, arrive = ((3, 1) if forward else (1, 3)) if placed.across else ((2, 0) if forward else (0, 2))
    line.begin_connect(shapes[edge.start], leave)
    line.end_connect(shapes[edge.end], arrive)
    text.stroke(line, text.SOFT, 2.25 if edge.line == "thick" else 1.5, dashed=edge.line == "dotted", arrow=edge.head)
    if edge.label:
        _label(slide, edge, start, end, placed)


def _label(slide: Any, edge: Edge, start: Box, end: Box, placed: _Placed) -> None:
    size = max(12.0, placed.size - 2)
    said = visible(edge.label)
    width, height = measuring.width(said, size) + 8, size * measuring.LEADING + 2
    a, b = _edges_between(start, end, placed.across)
    box = Box((a[0] + b[0] - width) / 2, (a[1] + b[1] - height) / 2, width, height)
    shape = slide.shapes.add_textbox(0, 0, 0, 0)
    text.box_of(shape, box)
    shape.name = "Arrow text"
    text.plain_shape(shape, ground="FFFFFF")
    text.line(shape, text.frame(shape, anchor="ctr"), said, size, align="ctr")


def _edges_between(start: Box, end: Box, across: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    if across:
        first, second = sorted((start, end), key=lambda box: box.left)
        return (first.left + first.width, _middle(first)[1]), (second.left, _middle(second)[1])
    first, second = sorted((start, end), key=lambda box: box.top)
    return (_middle(first)[0], first.top + first.height), (_middle(second)[0], second.top)


def _picture(slide: Any, diagram: Diagram, box: Box, brand: Brand, said: str) -> None:
    import io

    from workbench.export import drawing
    from workbench.export.powerpoint.look import logo_size

    data = drawing.png(diagram, brand, width_in=box.width / 72, dpi=200)
    width, height = logo_size(data, box.width, box.height)
    left, top = box.left + (box.width - width) / 2, box.top + (box.height - height) / 2
    made = slide.shapes.add_picture(io.BytesIO(data), emu(left), emu(top), emu(width), emu(height))
    made.name = "Diagram"
    made._element._nvXxPr.cNvPr.set("descr", said)  # noqa: SLF001 - alternative text has no API


def _middle(box: Box) -> tuple[float, float]:
    return box.left + box.width / 2, box.top + box.height / 2


def _mean(places: list[int]) -> float:
    return sum(places) / len(places) if places else 0.0
