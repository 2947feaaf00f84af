"""A flow chart on a slide as SVG, its nodes where the presentation has its shapes."""

from html import escape

from workbench.export import diagrams
from workbench.export.deck import flow, measuring
from workbench.export.deck.flow import Placed
from workbench.export.deck.model import Box
from workbench.export.diagrams import Edge, Node
from workbench.export.literal import visible
from workbench.export.model import Diagram

_INK, _SOFT, _GROUND = "#1f2933", "#52606d", "#f3f5f8"


def diagram(diagram: Diagram, box: Box) -> str | None:
    """The diagram as one `<svg>`; None where it has no simple places. Raises InputError where it cannot be read."""
    graph = diagrams.parse(diagram.source)
    placed = flow.placed(graph, box)
    if placed is None:
        return None
    arrow = (
        '<marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
        f'<path d="M0 1L9 5L0 9z" fill="{_SOFT}"/></marker>'
    )
    drawn = "".join(_edge(edge, placed) for edge in graph.edges) + "".join(_node(node, placed) for node in graph.nodes)
    view = f"{box.left:g} {box.top:g} {box.width:g} {box.height:g}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" font-family="inherit"><defs>{arrow}</defs>{drawn}</svg>'


def _node(node: Node, placed: Placed) -> str:
    box, size = placed.boxes[node.key], placed.size
    x, y = flow.middle(box)
    look = f'fill="{_GROUND}" stroke="var(--accent)" stroke-width="1.5"'
    if node.shape == "choice":
        points = f"{x:g},{box.top:g} {box.left + box.width:g},{y:g} {x:g},{box.top + box.height:g} {box.left:g},{y:g}"
        shape = f'<polygon points="{points}" {look}/>'
    else:
        corner = box.height / 4 if node.shape in ("round", "circle") else 0
        shape = f'<rect x="{box.left:g}" y="{box.top:g}" width="{box.width:g}" height="{box.height:g}" rx="{corner:g}" {look}/>'
    lines = measuring.lines(visible(node.label), flow.WIDEST * size, size)
    top = y - (len(lines) - 1) * size * measuring.LEADING / 2
    return shape + "".join(_text(line, x, top + n * size * measuring.LEADING, size) for n, line in enumerate(lines))


def _edge(edge: Edge, placed: Placed) -> str:
    start, end = placed.boxes[edge.start], placed.boxes[edge.end]
    first, second = flow.ends(start, end, placed.across)
    forward = flow.middle(end) > flow.middle(start) if placed.across else flow.middle(end)[1] > flow.middle(start)[1]
    a, b = (first, second) if forward else (second, first)
    dash = ' stroke-dasharray="6 4"' if edge.line == "dotted" else ""
    head = ' marker-end="url(#arrow)"' if edge.head else ""
    width = 2.25 if edge.line == "thick" else 1.5
    line = f'<line x1="{a[0]:g}" y1="{a[1]:g}" x2="{b[0]:g}" y2="{b[1]:g}" stroke="{_SOFT}" stroke-width="{width}"{dash}{head}/>'
    if not edge.label:
        return line
    size = max(12.0, placed.size - 2)
    wide, high = measuring.width(visible(edge.label), size) + 8, size * measuring.LEADING + 2
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    ground = f'<rect x="{x - wide / 2:g}" y="{y - high / 2:g}" width="{wide:g}" height="{high:g}" fill="#ffffff"/>'
    return line + ground + _text(edge.label, x, y, size)


def _text(said: str, x: float, y: float, size: float) -> str:
    place = f'x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{_INK}" text-anchor="middle" dominant-baseline="central"'
    return f"<text {place}>{escape(visible(said).strip())}</text>"
