"""Flow charts in mermaid: what is understood, what is refused and where, and that no text whatever hangs or breaks the reader."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.export import drawing
from workbench.export.diagrams import Edge, Graph, Node, parse
from workbench.export.drawing import layering
from workbench.export.model import Brand, Diagram


def edges(source: str) -> list[tuple[str, str, str]]:
    return [(edge.start, edge.end, edge.label) for edge in parse(source).edges]


def test_shapes_and_labels_are_read() -> None:
    source = 'graph LR\na[A]\nb(B)\nc((C))\nd{D}\ne>E]\nf([F])\ng[[G]]\nh[(H)]\ni{{I}}\nj[/J/]\nk["a ] b # c"]\n'
    source += 'l["x<br/>y #quot;z#quot; #35;"]\nm'
    found = {node.key: (node.label, node.shape) for node in parse(source).nodes}
    assert found == {
        "a": ("A", "box"), "b": ("B", "round"), "c": ("C", "circle"), "d": ("D", "choice"), "e": ("E", "flag"), "f": ("F", "round"),
        "g": ("G", "box"), "h": ("H", "store"), "i": ("I", "hexagon"), "j": ("J", "slant"), "k": ("a ] b # c", "box"),
        "l": ('x\ny "z" #', "box"), "m": ("m", "box"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arrow", "label", "line", "head"),
    [
        ("-->", "", "solid", True),
        ("---", "", "solid", False),
        ("-.->", "", "dotted", True),
        ("-.-", "", "dotted", False),
        ("==>", "", "thick", True),
        ("===", "", "thick", False),
        ("---->", "", "solid", True),
        ("-->|yes it is|", "yes it is", "solid", True),
        ("-- yes it is -->", "yes it is", "solid", True),
        ("-- yes ---", "yes", "solid", False),
        ("-. maybe .->", "maybe", "dotted", True),
        ("== surely ==>", "surely", "thick", True),
        ('-->|"a | b"|', "a | b", "solid", True),
    ],
)
@pytest.mark.parametrize("blank", [" ", ""])
def test_arrows_are_read(arrow: str, label: str, line: str, head: bool, blank: str) -> None:
    assert parse(f"graph TD\nA{blank}{arrow}{blank}B").edges == (Edge("A", "B", label, line, head),)


def test_chains_lists_and_statements_on_a_line() -> None:
    assert edges("graph TD; a --> b --> c; a & b --> d & e") == [
        ("a", "b", ""), ("b", "c", ""), ("a", "d", ""), ("a", "e", ""), ("b", "d", ""), ("b", "e", ""),
    ]  # fmt: skip


def test_subgraphs_comments_and_looks() -> None:
    source = """---
title: x
---
%% a comment
flowchart RL
  subgraph one [First part]
    direction TB
    a:::warm --> b
  end
  subgraph Second
    c
  end
  b --> c %% no comment here is none
""".replace(" %% no comment here is none", "")
    found = parse(source + "classDef warm fill:#f00\nstyle a fill:#fff\nlinkStyle 0 stroke:#000\nclick a callback\nclass a warm")
    assert found.direction == "RL"
    assert found.groups == (("one", "First part"), ("Second", "Second"))
    assert [(node.key, node.group) for node in found.nodes] == [("a", "one"), ("b", "one"), ("c", "Second")]


@pytest.mark.parametrize(
    ("source", "line", "word"),
    [
        ("", 1, "empty"),
        ("sequenceDiagram\nA->>B: x", 1, "graph or flowchart"),
        ("graph LR\n\nA -->", 3, "a node is expected"),
        ("graph LR\nA[open", 2, "not closed"),
        ("graph LR\nA B", 2, "an arrow"),
        ("graph LR\nA -->|x B", 2, "not closed by |"),
        ("graph LR\nend", 2, "closes no subgraph"),
        ("graph LR\nsubgraph x\nA", 3, "has no end"),
        ('graph LR\nA["x] --> B', 2, "not closed"),
        ("graph LR\n" + "\n".join(f"n{n}" for n in range(501)), 502, "at most 500 nodes"),
        ("graph LR\n" + " & ".join(f"a{n}" for n in range(200)) + " --> " + " & ".join(f"b{n}" for n in range(200)), 2, "at most 2,000"),
    ],
)
def test_faults_name_their_line(source: str, line: int, word: str) -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        parse(source)
    assert f"line {line}:" in str(caught.value)
    assert word in str(caught.value)


PIECES = [
    "A",
    "B",
    "[x]",
    '["',
    '"]',
    "(",
    ")",
    "{",
    "}",
    "-->",
    "---",
    "-.->",
    "==>",
    "--",
    "|",
    "&",
    ";",
    "\n",
    " ",
    "subgraph ",
    "end",
    "%%",
    ">",
    "é",
    "`",
    "\x00",
    "~~~",
    "o--o",
    "<-->",
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("-" * 20_000)
@example("A" + "[" * 20_000)
@example("A--" * 5_000)
@example("A-.x" * 5_000)
@example("A" + " & A" * 3_000)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse("graph LR\n" + text)
    except InputError as error:
        said = str(error)
    else:
        known = {node.key for node in found.nodes}
        said = "line" if all(edge.start in known and edge.end in known for edge in found.edges) else "a node is missing"
    assert "line" in said


def boxes(source: str) -> tuple[Graph, layering.Places]:
    graph = parse(source)
    return graph, layering.arrange(graph, {node.key: (50.0, 20.0) for node in graph.nodes}, 20.0, {})


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=40))
def test_nodes_never_overlap(pairs: list[tuple[int, int]]) -> None:
    _, places = boxes("graph TD\n" + "\n".join(f"n{a} --> n{b}" for a, b in pairs))
    found = list(places.nodes.values())
    for at, (x, y) in enumerate(found):
        for other_x, other_y in found[at + 1 :]:
            assert abs(x - other_x) >= 50 - 1e-6 or abs(y - other_y) >= 20 - 1e-6


def test_a_tree_has_no_crossings_and_every_arrow_leads_on() -> None:
    graph, places = boxes("graph TD\na --> b\na --> c\nb --> d\nb --> e\nc --> f\nc --> g")
    assert all(places.nodes[edge.start][1] < places.nodes[edge.end][1] for edge in graph.edges)
    lines = [(places.nodes[edge.start], places.nodes[edge.end]) for edge in graph.edges]
    for at, (start, end) in enumerate(lines):
        for other_start, other_end in lines[at + 1 :]:
            if start[1] == other_start[1] and start != other_start and end != other_end:
                assert (start[0] < other_start[0]) == (end[0] < other_end[0])


def test_cycles_and_loops_are_drawn() -> None:
    assert drawing.svg(Diagram("graph LR\na --> b --> c --> a\na --> a\nb -->|x| a"), Brand()).startswith("<svg")


def test_a_graph_alone_is_drawn_and_cached_by_value() -> None:
    graph = Graph((Node("a", "A"), Node("b", "B")), (Edge("a", "b"),))
    assert drawing.svg(graph, Brand()) is drawing.svg(Graph((Node("a", "A"), Node("b", "B")), (Edge("a", "b"),)), Brand())
