"""Where the nodes of a flow chart stand: in layers along its direction, ordered so that few arrows cross.

After Sugiyama, Tagawa and Toda (1981): cycles are broken, layers are longest paths, orders are swept by the mean of the neighbours.
Owns places only; sizes come in, nothing is drawn. Every step is bounded.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.export.diagrams import Graph

SWEEPS = 12
MOST_BENDS = 6000  # with more, long arrows run straight


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything stands, in points, x to the right and y down as if the direction were TD (`across`, `along`).

    `nodes` are centres; `bends` are the points that the arrow of an index passes between its ends; `size` is the whole.
    """

    nodes: dict[str, tuple[float, float]]
    bends: dict[int, list[tuple[float, float]]]
    size: tuple[float, float]


def arrange(graph: Graph, sizes: Mapping[str, tuple[float, float]], gap: float, labels: Mapping[int, float]) -> Places:
    """Places for nodes of these sizes (across, along), `gap` apart across; `labels` are the lengths along that an arrow's text needs."""
    links = _acyclic(graph)
    layers = _layers(graph, links)
    chains, ranks = _chains(links, layers)
    above: dict[str, list[str]] = defaultdict(list)
    below: dict[str, list[str]] = defaultdict(list)
    for chain in chains.values():
        for first, second in pairwise(chain):
            below[first].append(second)
            above[second].append(first)
    rows = _ordered(graph, ranks, above, below)
    breadth = {name: sizes.get(name, (4.0, 0.0))[0] for row in rows for name in row}
    across = _across(rows, breadth, gap, above, below)
    along = _along(rows, sizes, links, layers, labels)
    places = {name: (across[name], along[at]) for at, row in enumerate(rows) for name in row}
    wide = max((across[name] + breadth[name] / 2 for name in across), default=0.0)
    tall = along[-1] + max((sizes[name][1] / 2 for name in rows[-1] if name in sizes), default=0.0) if rows else 0.0
    bends = {}
    for at, chain in chains.items():
        inner = [places[name] for name in chain[1:-1]]
        bends[at] = inner[::-1] if links[at][2] else inner
    return Places({node.key: places[node.key] for node in graph.nodes}, bends, (wide, tall))


def _acyclic(graph: Graph) -> dict[int, tuple[str, str, bool]]:
    """Each arrow by its index with its ends, turned round (True) where it would close a cycle. Arrows onto themselves are left out."""
    targets: dict[str, list[int]] = defaultdict(list)
    for at, edge in enumerate(graph.edges):
        if edge.start != edge.end:
            targets[edge.start].append(at)
    state: dict[str, int] = {}
    links: dict[int, tuple[str, str, bool]] = {}
    for node in graph.nodes:
        if node.key in state:
            continue
        state[node.key] = 1
        stack = [(node.key, iter(targets[node.key]))]
        while stack:
            key, left = stack[-1]
            at = next(left, -1)
            if at < 0:
                state[key] = 2
                stack.pop()
                continue
            end = graph.edges[at].end
            links[at] = (end, key, True) if state.get(end) == 1 else (key, end, False)
            if end not in state:
                state[end] = 1
                stack.append((end, iter(targets[end])))
    return dict(sorted(links.items()))


def _layers(graph: Graph, links: Mapping[int, tuple[str, str, bool]]) -> dict[str, int]:
    """The layer of each node: the longest path that leads to it; one with nothing before it stands just before what follows."""
    waiting = {node.key: 0 for node in graph.nodes}
    after: dict[str, list[str]] = defaultdict(list)
    for start, end, _ in links.values():
        waiting[end] += 1
        after[start].append(end)
    layers = {node.key: 0 for node in graph.nodes}
    sources = [key for key, count in waiting.items() if not count]
    ready = list(sources)
    while ready:
        key = ready.pop()
        for end in after[key]:
            layers[end] = max(layers[end], layers[key] + 1)
            waiting[end] -= 1
            if not waiting[end]:
                ready.append(end)
    for key in sources:
        if after[key]:
            layers[key] = min(layers[end] for end in after[key]) - 1
    return layers


def _chains(links: Mapping[int, tuple[str, str, bool]], layers: Mapping[str, int]) -> tuple[dict[int, list[str]], dict[str, int]]:
    """Each arrow as a chain of names, one a layer; what stands between two nodes is a name of its own."""
    ranks = dict(layers)
    bends = sum(max(0, layers[end] - layers[start] - 1) for start, end, _ in links.values())
    chains: dict[int, list[str]] = {}
    for at, (start, end, _) in links.items():
        inner = [f"\x00{at}.{rank}" for rank in range(layers[start] + 1, layers[end])] if bends <= MOST_BENDS else []
        ranks.update({name: layers[start] + 1 + step for step, name in enumerate(inner)})
        chains[at] = [start, *inner, end]
    return chains, ranks


def _ordered(graph: Graph, ranks: Mapping[str, int], above: Mapping[str, list[str]], below: Mapping[str, list[str]]) -> list[list[str]]:
    """The rows, each in the order in which fewest arrows cross among those that were tried."""
    rows: list[list[str]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for name, rank in ranks.items():
        rows[rank].append(name)
    group = {node.key: node.group for node in graph.nodes}
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(SWEEPS):
        if not fewest and not graph.groups:
            break
        near, order = (above, range(len(rows))) if sweep % 2 == 0 else (below, range(len(rows) - 1, -1, -1))
        place = {name: float(at) for row in rows for at, name in enumerate(row)}
        for at in order:
            wanted = {name: _mean([place[other] for other in near.get(name, ())], place[name]) for name in rows[at]}
            inside: dict[str, list[float]] = defaultdict(list)
            for name in rows[at]:
                inside[group.get(name, "") or name].append(wanted[name])
            rows[at].sort(key=lambda name: (_mean(inside[group.get(name, "") or name], 0.0), group.get(name, ""), wanted[name]))
            place.update({name: float(spot) for spot, name in enumerate(rows[at])})
        crossed = _crossings(rows, below)
        if crossed < fewest or sweep == 0:
            best, fewest = [list(row) for row in rows], crossed
    return best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: Sequence[Sequence[str]], below: Mapping[str, list[str]]) -> int:
    """How many pairs of arrows between neighbouring rows cross; a sum over inversions."""
    total = 0
    for row, following in pairwise(rows):
        spot = {name: at for at, name in enumerate(following)}
        seen: list[int] = []
        for name in row:
            ends = sorted(spot[end] for end in below.get(name, ()) if end in spot)
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _across(
    rows: Sequence[Sequence[str]], breadth: Mapping[str, float], gap: float, above: Mapping[str, list[str]], below: Mapping[str, list[str]]
) -> dict[str, float]:
    """The place of each name across: drawn towards the mean of its neighbours, never nearer to the next than `gap`."""
    place: dict[str, float] = {}
    for row in rows:
        edge = 0.0
        for name in row:
            place[name] = edge + breadth[name] / 2
            edge += breadth[name] + gap
    middle = max((place[row[-1]] + breadth[row[-1]] / 2 for row in rows if row), default=0.0) / 2
    for row in rows:
        shift = middle - (place[row[0]] + place[row[-1]]) / 2 if row else 0.0
        for name in row:
            place[name] += shift
    for sweep in range(10):
        near = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            wanted = [_mean([place[other] for other in near.get(name, ())], place[name]) for name in row]
            for name, spot in zip(row, _spread(wanted, [breadth[name] for name in row], gap), strict=True):
                place[name] = spot
    least = min((place[name] - breadth[name] / 2 for name in place), default=0.0)
    return {name: spot - least for name, spot in place.items()}


def _spread(wanted: Sequence[float], breadth: Sequence[float], gap: float) -> list[float]:
    """Places in this order, as near to the wanted ones as the distances allow: least squares by pooling neighbours."""
    offsets, total = [], 0.0
    for at, wide in enumerate(breadth):
        total += 0.0 if at == 0 else (breadth[at - 1] + wide) / 2 + gap
        offsets.append(total)
    blocks: list[list[float]] = []  # sum, count
    for want, offset in zip(wanted, offsets, strict=True):
        blocks.append([want - offset, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [blocks[-1][0] + last[0], blocks[-1][1] + last[1]]
    flat = [block[0] / block[1] for block in blocks for _ in range(int(block[1]))]
    return [base + offset for base, offset in zip(flat, offsets, strict=True)]


def _along(
    rows: Sequence[Sequence[str]],
    sizes: Mapping[str, tuple[float, float]],
    links: Mapping[int, tuple[str, str, bool]],
    layers: Mapping[str, int],
    labels: Mapping[int, float],
) -> list[float]:
    """The place of each row along: as far from the one before as its tallest node and the texts between them need."""
    tallest = [max((sizes[name][1] for name in row if name in sizes), default=0.0) for row in rows]
    gaps = [30.0] * len(rows)
    for at, (start, _, _) in links.items():
        gaps[layers[start]] = max(gaps[layers[start]], labels.get(at, 0.0) + 30.0)
    made, edge = [], 0.0
    for at, tall in enumerate(tallest):
        made.append(edge + tall / 2)
        edge += tall + gaps[at]
    return made
