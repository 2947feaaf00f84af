"""Flow charts as shapes and connectors that a person can move; what `deck.flow` has no place for is a picture."""

from typing import Any

from workbench.export import diagrams
from workbench.export.deck import flow, measuring
from workbench.export.deck.model import Box
from workbench.export.diagrams import Edge, Node
from workbench.export.literal import visible
from workbench.export.model import Brand, Diagram
from workbench.export.powerpoint import text
from workbench.export.powerpoint.look import emu

_SHAPES = {"round": "ROUNDED_RECTANGLE", "circle": "ROUNDED_RECTANGLE", "choice": "DIAMOND"}


def add(slide: Any, diagram: Diagram, box: Box, brand: Brand) -> None:
    """The diagram in its box."""
    graph = diagrams.parse(diagram.source)
    said = visible(diagram.alt) or ", ".join(f"{edge.start} to {edge.end}" for edge in graph.edges)[:500]
    placed = flow.placed(graph, box)
    if placed is None:
        _picture(slide, diagram, box, brand, said)
        return
    shapes = {node.key: _node(slide, node, placed.boxes[node.key], placed.size) for node in graph.nodes}
    next(iter(shapes.values()))._element._nvXxPr.cNvPr.set("descr", said)  # noqa: SLF001 - alternative text has no API
    for edge in graph.edges:
        _edge(slide, edge, shapes, placed)


def _node(slide: Any, node: Node, box: Box, size: float) -> Any:
    from pptx.enum.shapes import MSO_SHAPE

    shapes: Any = MSO_SHAPE
    shape = slide.shapes.add_shape(shapes[_SHAPES.get(node.shape, "RECTANGLE")], 0, 0, 0, 0)
    text.box_of(shape, box)
    shape.name = "Node"
    text.plain_shape(shape, ground="F3F5F8", edge=text.ACCENT, width=1.5)
    pad = 0.0 if node.shape == "choice" else 4.0
    body = text.frame(shape, left=pad, right=pad, anchor="ctr")
    text.line(shape, body, visible(node.label), size, align="ctr")
    return shape


def _edge(slide: Any, edge: Edge, shapes: dict[str, Any], placed: flow.Placed) -> None:
    from pptx.enum.shapes import MSO_CONNECTOR

    start, end = placed.boxes[edge.start], placed.boxes[edge.end]
    line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, 0, 0, 0, 0)
    line.name = "Arrow"
    forward = flow.middle(end)[0] > flow.middle(start)[0] if placed.across else flow.middle(end)[1] > flow.middle(start)[1]
    leave, arrive = ((3, 1) if forward else (1, 3)) if placed.across else ((2, 0) if forward else (0, 2))
    line.begin_connect(shapes[edge.start], leave)
    line.end_connect(shapes[edge.end], arrive)
    text.stroke(line, text.SOFT, 2.25 if edge.line == "thick" else 1.5, dashed=edge.line == "dotted", arrow=edge.head)
    if edge.label:
        _label(slide, edge, start, end, placed)


def _label(slide: Any, edge: Edge, start: Box, end: Box, placed: flow.Placed) -> None:
    size = max(12.0, placed.size - 2)
    said = visible(edge.label)
    width, height = measuring.width(said, size) + 8, size * measuring.LEADING + 2
    a, b = flow.ends(start, end, placed.across)
    box = Box((a[0] + b[0] - width) / 2, (a[1] + b[1] - height) / 2, width, height)
    shape = slide.shapes.add_textbox(0, 0, 0, 0)
    text.box_of(shape, box)
    shape.name = "Arrow text"
    text.plain_shape(shape, ground="FFFFFF")
    text.line(shape, text.frame(shape, anchor="ctr"), said, size, align="ctr")


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
