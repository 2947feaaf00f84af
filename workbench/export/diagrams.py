"""Flow charts written in mermaid: read into nodes and edges.

Owns the part of the language that flow charts use: directions, shapes, arrows with labels, chains, `&`, subgraphs, comments. Looks
(classDef, style, click) are skipped. Whatever else stands there is an error that names its line. Draws nothing.
"""

import re
from dataclasses import dataclass, field

from workbench.errors import InputError

MOST_NODES = 500
MOST_EDGES = 2000
MOST_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its key in the source, what is written in it, its shape and the subgraph it stands in ("" for none)."""

    key: str
    label: str
    shape: str = "box"
    group: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between two nodes. `line` is solid, dotted or thick; `head` says whether its end is pointed."""

    start: str
    end: str
    label: str = ""
    line: str = "solid"
    head: bool = True


@dataclass(frozen=True, slots=True)
class Graph:
    """A flow chart. `direction` is TD, BT, LR or RL; `groups` are subgraphs, key and title."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    direction: str = "TD"
    groups: tuple[tuple[str, str], ...] = ()


# Longest opening first. A quoted label may hold any closing sign.
_SHAPES = (
    ("(((", ")))", "circle"), ("((", "))", "circle"), ("([", "])", "round"), ("[[", "]]", "box"), ("[(", ")]", "store"),
    ("{{", "}}", "hexagon"), ("[/", "/]", "slant"), ("[\\", "\\]", "slant"), ("(", ")", "round"), ("[", "]", "box"), ("{", "}", "choice"),
    (">", "]", "flag"),
)  # fmt: skip
_KEY = re.compile(r"[^\W_](?:\w|[.-](?=\w))*|_\w*")
_HEADER = re.compile(r"(?:graph|flowchart)(?:-elk)?(?:\s+(TB|TD|BT|LR|RL))?\s*(?:;|$)", re.IGNORECASE)
_SKIPPED = re.compile(r"(?:classDef|class|style|linkStyle|click|accTitle|accDescr|title)\b")
_ARROW = re.compile(r"[<xo]?(?:(?P<dotted>-\.+-)|(?P<thick>==+)|(?P<invisible>~~~+)|(?P<solid>--+))(?P<head>[>xo](?!\w)|>)?")
_OPENING = re.compile(r"(?P<dotted>-\.)|(?P<thick>==)|(?P<solid>--)")
_CLOSING = {
    "dotted": re.compile(r"\.+-(?P<head>[>xo])?"),
    "thick": re.compile(r"==+(?P<head>[>xo])?"),
    "solid": re.compile(r"--+(?P<head>[>xo])?"),
}


@dataclass
class _Reader:
    """What has been read so far, and where."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    text: str = ""
    at: int = 0
    line: int = 0

    def fail(self, what: str) -> InputError:
        return InputError(
            f"The diagram cannot be read: line {self.line}: {what}", hint="It is a mermaid flowchart: A[Start] --> B{Choice}."
        )

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

    def rest(self) -> str:
        return self.text[self.at : self.at + 30]


def parse(source: str) -> Graph:
    """The graph of a mermaid flow chart. Raises InputError that names the line where it is none, or is larger than 500 nodes."""
    read = _Reader()
    if len(source) > MOST_CHARACTERS:
        raise InputError(f"The diagram is longer than {MOST_CHARACTERS:,} characters.")
    direction = ""
    for number, line in enumerate(_without_front(source.split("\n")), start=1):
        read.line = number
        text = line.strip()
        if not text or text.startswith("%%"):
            continue
        if not direction:
            found = _HEADER.match(text)
            if not found:
                raise read.fail("it should begin with graph or flowchart and a direction, as in graph LR.")
            direction = (found.group(1) or "TD").upper().replace("TB", "TD")
            text = text[found.end() :]
        for statement in _statements(text):
            _statement(read, statement)
    if not direction:
        read.line = max(1, read.line)
        raise read.fail("it is empty.")
    if read.open:
        raise read.fail(f"the subgraph {read.groups[read.open[-1]]} has no end.")
    return Graph(tuple(read.nodes.values()), tuple(read.edges), direction, tuple(read.groups.items()))


def _without_front(lines: list[str]) -> list[str]:
    """The lines with a front matter between `---` emptied, so that the others keep their numbers."""
    if not lines or lines[0].strip() != "---":
        return lines
    end = next((at for at, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
    return lines if end is None else [""] * (end + 1) + lines[end + 1 :]


def _statements(text: str) -> list[str]:
    """A line's statements; a semicolon inside quotes or brackets separates nothing."""
    if ";" not in text:
        return [text]
    made, start, quoted, depth = [], 0, False, 0
    for at, sign in enumerate(text):
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign in "[({":
            depth += 1
        elif not quoted and sign in "])}":
            depth = max(0, depth - 1)
        elif sign == ";" and not quoted and not depth:
            made.append(text[start:at])
            start = at + 1
    return [*made, text[start:]]


def _statement(read: _Reader, statement: str) -> None:
    text = statement.strip()
    if not text or text.startswith("%%") or _SKIPPED.match(text):
        return
    read.text, read.at = text, 0
    if re.match(r"subgraph\b", text):
        _subgraph(read)
    elif text == "end":
        if not read.open:
            raise read.fail("end closes no subgraph.")
        read.open.pop()
    elif not re.fullmatch(r"direction\s+(TB|TD|BT|LR|RL)", text):
        _chain(read)


def _subgraph(read: _Reader) -> None:
    read.at = len("subgraph")
    read.space()
    rest = read.text[read.at :].strip()
    found = re.fullmatch(r"([^\s\[\]\"]+)\s*\[(.*)\]", rest)
    key, title = (found.group(1), found.group(2)) if found else (rest, rest)
    key, title = key.strip('"') or f"subgraph {len(read.groups) + 1}", _label(title)
    read.groups.setdefault(key, title or key)
    read.open.append(key)


def _chain(read: _Reader) -> None:
    left = _nodes(read)
    while True:
        read.space()
        if read.at >= len(read.text):
            return
        line, head, label = _arrow(read)
        right = _nodes(read)
        for start in left:
            for end in right:
                if line != "invisible":
                    read.edges.append(Edge(start, end, label, line, head))
        if len(read.edges) > MOST_EDGES:
            raise read.fail(f"a diagram holds at most {MOST_EDGES:,} arrows.")
        left = right


def _nodes(read: _Reader) -> list[str]:
    """One node, or several joined by `&`."""
    made = [_node(read)]
    while True:
        read.space()
        if not read.text.startswith("&", read.at):
            return made
        read.at += 1
        made.append(_node(read))


def _node(read: _Reader) -> str:
    read.space()
    found = _KEY.match(read.text, read.at)
    if not found:
        raise read.fail(f"a node is expected at {read.rest()!r}." if read.rest() else "a node is expected after the arrow.")
    read.at = found.end()
    key = found.group()
    shaped = _shape(read)
    if read.text.startswith(":::", read.at):
        looks = _KEY.match(read.text, read.at + 3)
        read.at = looks.end() if looks else read.at + 3
    group = read.open[-1] if read.open else ""
    known = read.nodes.get(key)
    if known is None:
        if len(read.nodes) >= MOST_NODES:
            raise read.fail(f"a diagram holds at most {MOST_NODES} nodes.")
        label, shape = shaped or (key, "box")
        read.nodes[key] = Node(key, label, shape, group)
    elif shaped or (group and not known.group):
        label, shape = shaped or (known.label, known.shape)
        read.nodes[key] = Node(key, label, shape, known.group or group)
    return key


def _shape(read: _Reader) -> tuple[str, str] | None:
    """Label and shape of a node, where it has any."""
    for opening, closing, shape in _SHAPES:
        if not read.text.startswith(opening, read.at):
            continue
        start = read.at + len(opening)
        inside = read.text[start:].lstrip()
        skipped = len(read.text) - start - len(inside)
        if inside.startswith('"'):
            quote = read.text.find('"', start + skipped + 1)
            end = read.text.find(closing, quote) if quote >= 0 else -1
            if end < 0 or read.text[quote + 1 : end].strip():
                raise read.fail(f'the label that opens with {opening}" is not closed by "{closing}.')
        else:
            end = read.text.find(closing, start)
        if end < 0 and shape == "slant":
            # A trapezoid: its two sides lean apart.
            end = read.text.find("\\]" if closing == "/]" else "/]", start)
        if end < 0:
            raise read.fail(f"the label that opens with {opening} is not closed by {closing}.")
        read.at = end + len(closing)
        return _label(read.text[start:end]), shape
    return None


def _arrow(read: _Reader) -> tuple[str, bool, str]:
    """Line, head and label of an arrow: `-->`, `-->|label|` or `-- label -->`."""
    found = _ARROW.match(read.text, read.at)
    opened = _OPENING.match(read.text, read.at)
    if opened and (not found or (found.end() == opened.end() and not found.group("head"))):
        kind = next(name for name in ("dotted", "thick", "solid") if opened.group(name))
        closed = _CLOSING[kind].search(read.text, opened.end())
        if closed and read.text[opened.end() : closed.start()].strip():
            label = _label(read.text[opened.end() : closed.start()])
            read.at = closed.end()
            return kind, bool(closed.group("head")), label
    if not found:
        raise read.fail(f"an arrow such as --> is expected at {read.rest()!r}.")
    read.at = found.end()
    read.space()
    label = ""
    if read.text.startswith("|", read.at):
        quoted = read.text.startswith('"', read.at + 1)
        end = read.text.find("|", (read.text.find('"', read.at + 2) if quoted else read.at) + 1)
        if end < 0:
            raise read.fail("the label of the arrow is not closed by |.")
        label, read.at = _label(read.text[read.at + 1 : end]), end + 1
    kind = next(name for name in ("dotted", "thick", "invisible", "solid") if found.group(name))
    return kind, bool(found.group("head")), label


def _label(text: str) -> str:
    """A label as it is shown: without its quotes, <br> as a line break, mermaid's #quot; and its kin as what they stand for."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    text = re.sub(r"<br\s*/?>|\\n", "\n", text)
    named = {
        "quot": '"',
        "amp": "&",
        "lt": "<",
        "gt": ">",
        "nbsp": " ",
        "semi": ";",
        "lbrack": "[",
        "rbrack": "]",
        "lpar": "(",
        "rpar": ")",
    }
    return re.sub(r"#(\d{1,7}|[a-z]+);", lambda hit: _named(hit.group(1), hit.group(), named), text).strip()


def _named(name: str, whole: str, named: dict[str, str]) -> str:
    if name.isdigit():
        return chr(int(name)) if int(name) < 0x110000 else whole
    return named.get(name, whole)
