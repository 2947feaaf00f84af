"""Text as Markdown that shows exactly that text: escapes, emphasis that holds beside any letter, code of any content.

Proven against an independent parser. What a character would mean in its place is escaped; nothing is escaped that means nothing, so
that the source stays readable.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import Literal
from urllib.parse import quote

from workbench.export.literal import one_line, visible
from workbench.export.model import Inline, Run

_ALWAYS = re.compile(r"[\\`*\[\]<>|~$#]|(?<![^\W_])_|_(?![^\W_])|&(?=[#a-zA-Z])")
_START = re.compile(r"(?m)^([-+=:])")
_NUMBER = re.compile(r"(?m)^(\d{1,9})([.)])")
Place = Literal["block", "flat", "cell"]
_ASCII_SIGNS = set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def literal(text: str, *, start: bool = True, end: bool = True, block: bool = True) -> str:
    """Text in one style: its lines joined by hard breaks, blanks at the ends of lines kept. `start` and `end` say whether it
    begins and ends a line or a mark: only there would a parser take blanks away. Outside a `block` no sign opens a list or a rule.
    """
    rows = visible(text).split("\n")
    last = len(rows) - 1
    return "\\\n".join(_row(row, start=start or at > 0, end=end or at < last, block=block) for at, row in enumerate(rows))


def _row(text: str, *, start: bool, end: bool, block: bool) -> str:
    text = _ALWAYS.sub(lambda found: "\\" + found.group(), text)
    if block:
        text = _NUMBER.sub(r"\1\\\2", _START.sub(r"\\\1", text))
    inner = text.strip()
    if not inner:
        return _entities(text) if start or end else text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return (_entities(before) if start else before) + inner + (_entities(after) if end else after)


def _entities(text: str) -> str:
    return "".join(f"&#{ord(sign)};" for sign in text)


def line(text: str) -> str:
    """Text inside one line: of a heading, a caption."""
    return literal(one_line(text), block=False)


def code(text: str) -> str:
    """Text as a code span of one line; a fence of backticks is longer than any in it."""
    if not text:
        return ""
    mark = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    edge = " " if text[0] == "`" or text[-1] == "`" or (text[0] == " " and text[-1] == " " and text.strip(" ")) else ""
    return f"{mark}{edge}{text}{edge}{mark}"


def fence(text: str, language: str = "") -> str:
    """Text as a fenced block."""
    text = visible(text)
    mark = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{mark}{re.sub(r'[^A-Za-z0-9+#.-]', '', language)}\n{text}\n{mark}"


def runs(inline: Inline, places: Mapping[str, str], *, flat: bool = False) -> str:
    """Runs as a paragraph, or as one line where `flat`. `places` are the anchors by the names that links give them."""
    return _joined(_pieces(inline, places, "flat" if flat else "block"))


def cell(inline: Inline, places: Mapping[str, str]) -> str:
    """Runs as a cell of a table: line breaks are `<br>`, a pipe in code is escaped as the table's own rule says."""
    return _joined(_pieces(inline, places, "cell")).replace("\\\n", "<br>")


def _pieces(inline: Inline, places: Mapping[str, str], place: Place) -> list[tuple[Run, str]]:
    """Each run, those of one style as one, with its text as Markdown without marks."""
    kept = [part for run in inline if run.text for part in _without_edges(run)]
    merged = [Run("".join(run.text for run in same), *style) for style, same in groupby(kept, _style)]
    last = len(merged) - 1
    return [(run, _piece(run, places, place, (at == 0, at == last))) for at, run in enumerate(merged)]


def _without_edges(run: Run) -> list[Run]:
    """The run, white space at its ends apart: it has no style to be seen, and marks that touch it would be none."""
    if run.link or not (run.bold or run.italic):
        return [run]
    inner = run.text.strip()
    if not inner:
        return [Run(run.text)]
    at = run.text.index(inner)
    parts = [Run(run.text[:at]), replace(run, text=inner), Run(run.text[at + len(inner) :])]
    return [part for part in parts if part.text]


def _style(run: Run) -> tuple[bool, bool, bool, str]:
    return run.bold, run.italic, run.code, run.link


def _piece(run: Run, places: Mapping[str, str], place: Place, ends: tuple[bool, bool]) -> str:
    target = _target(run.link, places)
    text = re.sub(r"\s*\n\s*", " ", run.text) if place == "flat" else run.text
    if run.code:
        made = "\\\n".join(code(row).replace("|", "\\|") if place == "cell" else code(row) for row in visible(text).split("\n"))
    else:
        inside = bool(run.bold or run.italic or target)
        made = literal(text, start=inside or ends[0], end=inside or ends[1], block=place == "block")
        # Before a link it would make a picture of it.
        made = f"{made[:-1]}\\!" if made.endswith("!") and not ends[1] else made
    return f"[{made}]({target})" if target else made


def _target(link: str, places: Mapping[str, str]) -> str:
    if link.startswith("#"):
        return f"#{places[link[1:]]}" if link[1:] in places else ""
    if not link.lower().startswith(("http://", "https://", "mailto:")):
        return ""
    safe = quote(link.encode("utf-8", "replace").decode(), safe="%/:?#@!$&'*+,;=~-._")
    return safe.replace("&", "&amp;").replace("*", "%2A").replace("_", "\\_").replace("~", "%7E")


def _joined(pieces: list[tuple[Run, str]]) -> str:
    """The pieces with their marks: bold outside, italic inside, each opened once for all that lies in it."""
    made = []
    for bold, group in groupby(pieces, lambda piece: piece[0].bold):
        inner = [(it, "".join(text for _, text in same)) for it, same in groupby(group, lambda piece: piece[0].italic)]
        made.append((bold, _marked(inner, "_")))
    text = _marked(made, "**")
    # A break at the very end would be a backslash.
    return f"{text}&#32;" if text.endswith("\n") else text


def _marked(parts: list[tuple[bool, str]], mark: str) -> str:
    """The parts, every other in marks. A letter that touches a mark from outside becomes an entity: beside it the mark would be none."""
    made = []
    for at, (inside, text) in enumerate(parts):
        if inside:
            made.append(f"{mark}{text}{mark}")
            continue
        if at + 1 < len(parts) and _touches(text[-1]):
            text = f"{text[:-1]}&#{ord(text[-1])};"  # noqa: PLW2901  # the part, with its end changed
        if at and _touches(text[0]):
            text = f"&#{ord(text[0])};{text[1:]}"  # noqa: PLW2901  # the same
        made.append(text)
    return "".join(made)


def _touches(sign: str) -> bool:
    # What Markdown takes for white space is less than what Python does.
    return not (sign in "\t\n\f\r" or unicodedata.category(sign) == "Zs" or sign in _ASCII_SIGNS)
