"""Paragraphs into lines: where a line may break, what fits on it, and in which order its pieces stand.

Owns no blocks and no pages. Widths are points. Time grows with the length of the text, however long a word is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.export.pdf import faces, shaping
from workbench.export.pdf.shaping import Piece

_CJK = (
    "\u1100-\u11ff\u2e80-\u303f\u3040-\u30ff\u3130-\u318f\u31a0-\u31bf\u3200-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\uff00-\uffef\U0001f300-\U0001faff\U00020000-\U0003ffff"
)
_CLOSING = "\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff1a\uff1b\u300d\u300f\u3011\u3015\uff09\u30fc\ufe0f\u200d\U0001f3fb-\U0001f3ff"
# A unit that is not broken: white space, one sign of a script without spaces (with what may not begin a line), a word.
_ATOM = re.compile(
    f"[ \t]+|[{_CJK}](?:[{_CLOSING}]|(?<=\u200d).)*|[^ \t{_CJK}]*?(?:[-/_,;:=&?](?=[^ \t{_CJK}\\d])|(?=[ \t{_CJK}])|$)+|.", re.DOTALL
)
_SPACES = re.compile("[ \t]+$")


@dataclass(frozen=True, slots=True)
class Style:
    """How a stretch of text looks: faces (`faces.CHAINS`), size in points, colour, a link, a ground behind it."""

    chain: str = "sans"
    size: float = 9.5
    colour: str = "ink"
    link: str = ""
    shaded: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A piece on a line: `width` in points, `level` its order of writing."""

    piece: Piece
    style: Style
    width: float
    level: int = 0
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its parts from left to right, and its width. `right` where the paragraph runs from right to left."""

    parts: tuple[Part, ...]
    width: float
    right: bool = False


def lines(spans: Sequence[tuple[str, Style]], width: float, *, keep_spaces: bool = False) -> list[Line]:
    """The lines of a paragraph. `spans` are clean text; a "\\n" begins a new line. At least one line."""
    found: list[Line] = []
    for paragraph in _paragraphs(spans):
        text = "".join(part for part, _ in paragraph)
        right = shaping.runs_left(text)
        found += _filled(_parts(paragraph, shaping.levels(text, right=right)), width, right, keep_spaces)
    return found


def widest(spans: Sequence[tuple[str, Style]]) -> tuple[float, float]:
    """(the widest unit that is not broken, the widest line if nothing is broken), in points."""
    unit = whole = 0.0
    for paragraph in _paragraphs(spans):
        line = 0.0
        for part in _parts(paragraph, None):
            line += part.width
            unit = unit if part.blank else max(unit, part.width)
        whole = max(whole, line)
    return unit, whole


def _paragraphs(spans: Sequence[tuple[str, Style]]) -> list[list[tuple[str, Style]]]:
    found: list[list[tuple[str, Style]]] = [[]]
    for text, style in spans:
        first, *others = text.split("\n")
        found[-1].append((first, style))
        found += [[(other, style)] for other in others]
    return found


def _parts(paragraph: Sequence[tuple[str, Style]], levels: list[int] | None) -> list[Part]:
    found: list[Part] = []
    place = 0
    for text, style in paragraph:
        for atom in _ATOM.findall(text):
            if not atom:
                continue
            for level, part in [(0, atom)] if levels is None else _by_level(atom, levels[place : place + len(atom)]):
                found += _of(part, style, level)
            place += len(atom)
    return found


def _by_level(text: str, levels: Sequence[int]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for character, level in zip(text, levels, strict=True):
        if found and found[-1][0] == level:
            found[-1] = (level, found[-1][1] + character)
        else:
            found.append((level, character))
    return found


def _of(text: str, style: Style, level: int) -> list[Part]:
    blank = text[0] in " \t"
    shown = text.replace("\t", "    ") if blank else text
    found = [Part(piece, style, piece.width * style.size / 1000, level, blank) for piece in shaping.pieces(style.chain, shown, level)]
    return found[::-1] if level % 2 else found


def _filled(parts: Sequence[Part], width: float, right: bool, keep_spaces: bool) -> list[Line]:
    """Parts on as many lines as they need. A part that is wider than a line is cut."""
    found: list[Line] = []
    line: list[Part] = []
    used = 0.0
    for part in parts:
        if part.blank and not keep_spaces and not line and found:
            continue
        if used + part.width <= width + 0.01 or (part.blank and not keep_spaces):
            line.append(part)
            used += part.width
            continue
        room = width - used
        if line and (part.width <= width or room < width / 3):
            found.append(_line(line, right, keep_spaces))
            line, used, room = [], 0.0, width
        for cut in _cut(part, room, width):
            if line and used + cut.width > width + 0.01:
                found.append(_line(line, right, keep_spaces))
                line, used = [], 0.0
            line.append(cut)
            used += cut.width
    found.append(_line(line, right, keep_spaces))
    return found


def _cut(part: Part, room: float, width: float) -> list[Part]:
    """A part in parts that fit: the first into `room`, the others into `width`."""
    if part.width <= room:
        return [part]
    found: list[Part] = []
    start, used, per = 0, 0.0, part.style.size / 1000
    text, face = part.piece.text, faces.face(part.piece.face)
    for place, character in enumerate(text):
        wide = face.width(character) * per
        if place > start and used + wide > (room if not found else width):
            found += _of(text[start:place], part.style, part.level)
            start, used = place, 0.0
        used += wide
    return found + _of(text[start:], part.style, part.level)


def _line(parts: Sequence[Part], right: bool, keep_spaces: bool) -> Line:
    kept = list(parts)
    while kept and kept[-1].blank and not keep_spaces:
        kept.pop()
    if right or any(part.level for part in kept):
        kept = _ordered(kept, int(right))
    return Line(tuple(_joined(kept)), sum(part.width for part in kept), right)


def _ordered(parts: list[Part], base: int) -> list[Part]:
    """Rule L2: from the highest level down to the lowest odd one, whatever is at it or above is turned around."""
    highest = max((part.level for part in parts), default=base)
    lowest = min((part.level for part in parts if part.level % 2), default=highest + 1)
    for level in range(highest, lowest - 1, -1):
        place = 0
        while place < len(parts):
            end = place
            while end < len(parts) and parts[end].level >= level:
                end += 1
            parts[place:end] = reversed(parts[place:end])
            place = max(end, place + 1)
    return parts


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Neighbours of one look as one part, so that words stay words for whoever reads the file by machine."""
    found: list[Part] = []
    for part in parts:
        last = found[-1] if found else None
        if last and not (last.piece.glyphs or part.piece.glyphs) and last.style == part.style and last.piece.face == part.piece.face:
            piece = Piece(last.piece.face, last.piece.text + part.piece.text, last.piece.width + part.piece.width)
            found[-1] = Part(piece, last.style, last.width + part.width, last.level)
        else:
            found.append(part)
    return found
