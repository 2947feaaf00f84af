"""Where the nodes of a flow chart stand in a box: in layers along its direction, in the largest type that fits.

What has no simple way through (a circle, subgraphs, a line that would run through a node) has no place here and is drawn as a picture.
"""

from dataclasses import dataclass

from workbench.export.deck import measuring
from workbench.export.deck.model import Box
from workbench.export.diagrams import Graph, Node
from workbench.export.literal import visible

_SIZES = (18.0, 16.0, 14.0, 12.0)
_MOST = 24  # nodes that are drawn as shapes
_PAD, _APART = 12.0, 22.0
WIDEST = 11.0  # of a node, in sizes of its type


@dataclass(frozen=True)
class Placed:
    """Where every node stands, in which size, and whether layers lie side by side."""

    boxes: dict[str, Box]
    size: float
    across: bool


def placed(graph: Graph, box: Box) -> Placed | None:
    """Where everything stands; None where it is better drawn as a picture."""
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
                return Placed(found, size, across)
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
    between = max(
        [
            _APART * (2 if across else 1.2),
            *(measuring.width(visible(edge.label), size - 2) + _APART for edge in graph.edges if edge.label and across),
        ]
    )
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
    lines = measuring.lines(label, WIDEST * size, size)
    width = max(measuring.width(line, size) for line in lines) + 2 * _PAD
    height = len(lines) * size * measuring.LEADING + 2 * _PAD
    return (width * 1.5, height * 1.7) if node.shape == "choice" else (max(width, 3.2 * size), height)


def _crossed(graph: Graph, boxes: dict[str, Box]) -> bool:
    """Whether a line between two nodes runs through a third."""
    for edge in graph.edges:
        (x0, y0), (x1, y1) = middle(boxes[edge.start]), middle(boxes[edge.end])
        for key, other in boxes.items():
            if key in (edge.start, edge.end):
                continue
            for step in range(1, 40):
                x, y = x0 + (x1 - x0) * step / 40, y0 + (y1 - y0) * step / 40
                if other.left < x < other.left + other.width and other.top < y < other.top + other.height:
                    return True
    return False


def ends(start: Box, end: Box, across: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a line between two boxes begins and ends, from the first in reading order to the second."""
    if across:
        first, second = sorted((start, end), key=lambda box: box.left)
        return (first.left + first.width, middle(first)[1]), (second.left, middle(second)[1])
    first, second = sorted((start, end), key=lambda box: box.top)
    return (middle(first)[0], first.top + first.height), (middle(second)[0], second.top)


def middle(box: Box) -> tuple[float, float]:
    """The middle of a box."""
    return box.left + box.width / 2, box.top + box.height / 2


def _mean(places: list[int]) -> float:
    return sum(places) / len(places) if places else 0.0
