"""Text of one style as drawn pieces: the face of each stretch, its order of writing, its shape where a script needs one.

Owns no place on a page. Left-to-right text without marks is only measured; all else goes through HarfBuzz.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from workbench.export import literal
from workbench.export.pdf import faces
from workbench.export.pdf.faces import Glyph

_CHUNK = 2000  # characters of one paragraph whose order of writing is worked out together
_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_SHAPED = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0590-\u08ff\u1100-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff\u200d\u20d0-\u20ff\u302a-\u302f\u3099\u309a"
    "\ufb1d-\ufdff\ufe0f\ufe20-\ufe2f\ufe70-\ufefc\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]"
)
# Signs that turn the order of other people's text around, and tags that nobody sees: named instead of obeyed.
_NAMED = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one face. `width` is in thousandths of the type size; `glyphs` are there where it was shaped, in the order they are drawn."""

    face: str
    text: str
    width: int
    glyphs: tuple[Glyph, ...] = ()


def clean(text: str) -> str:
    """The text with a visible stand-in for whatever has no picture or would turn the text around."""
    seen = literal.visible(text)
    return (
        seen
        if seen.isascii()
        else _NAMED.sub(lambda found: f"[U+{ord(found.group()):04X}]", seen).replace("\r", "\n").replace("\x85", "\n")
    )


def runs_left(text: str) -> bool:
    """Whether the text is written from right to left: by its first letter, as the algorithm of Unicode has it."""
    if not _RIGHT.search(text):
        return False
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return True
        if kind == "L":
            return False
    return False


def levels(text: str, *, right: bool) -> list[int] | None:
    """The embedding level of each character (Unicode Annex 9); None where everything runs from left to right."""
    if not right and not _RIGHT.search(text):
        return None
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    base = TextDirection.RTL if right else TextDirection.LTR
    found = [int(right)] * len(text)
    for start in range(0, len(text), _CHUNK):
        paragraph = BidiParagraph(text[start : start + _CHUNK], base_direction=base, preserve_bn_chars=True)
        for character in paragraph.get_characters_with_embedding_level():
            found[start + character.character_index] = character.embedding_level
    return found


@lru_cache(maxsize=20_000)
def pieces(style: str, text: str, level: int = 0) -> tuple[Piece, ...]:
    """The text as pieces in the order they are drawn, from left to right, for a text of one level."""
    found = [_piece(name, part, level) for name, part in faces.runs(style, text)]
    return tuple(reversed(found)) if level % 2 else tuple(found)


def _piece(name: str, text: str, level: int) -> Piece:
    face = faces.face(name)
    if level % 2 == 0 and (text.isascii() or not _SHAPED.search(text)):
        seen = text if text.isascii() else faces.seen(text)
        return Piece(name, seen, face.width(seen))
    glyphs = _shaped(face, text, level)
    return Piece(name, text, sum(glyph.advance for glyph in glyphs), glyphs)


def _shaped(face: faces.Face, text: str, level: int) -> tuple[Glyph, ...]:
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if level % 2 else "ltr"
    uharfbuzz.shape(face.shape_font, buffer, {"liga": False})
    starts = sorted({info.cluster for info in buffer.glyph_infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    said: set[int] = set()
    found = []
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        part = text[info.cluster : ends[info.cluster]] if info.cluster not in said else ""
        said.add(info.cluster)
        number = info.codepoint or face.glyph(part[0] if part else "\ufffd").number
        width = face.width_of(number)
        advance = round(place.x_advance * face.scale) if info.codepoint else width
        found.append(Glyph(number, part, width, advance, round(place.x_offset * face.scale), round(place.y_offset * face.scale)))
    return tuple(found)
