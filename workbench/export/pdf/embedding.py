"""The faces of a document inside its file: only the glyphs that are drawn, with the text that each stands for.

Owns the numbers by which text refers to glyphs. HarfBuzz cuts the fonts down, fpdf2 writes them.
"""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from workbench.export.pdf import faces
from workbench.export.pdf.faces import Glyph
from workbench.export.pdf.shaping import Piece

if TYPE_CHECKING:
    from fpdf import FPDF
    from fpdf.fonts import TTFFont

_DROPPED = ("GSUB", "GPOS", "GDEF", "kern", "MATH", "FFTM", "hdmx", "VDMX", "gasp", "DSIG", "JSTF", "LTSH")


class Faces:
    """The faces that pieces of a document use, each with a code for each of its glyphs."""

    def __init__(self, pdf: "FPDF", pieces: Iterable[Piece]) -> None:
        used: dict[str, dict[tuple[int, str], Glyph]] = {}
        plain: dict[str, set[str]] = {}
        for piece in pieces:
            if piece.glyphs:
                used.setdefault(piece.face, {}).update({(glyph.number, glyph.text): glyph for glyph in piece.glyphs})
            else:
                plain.setdefault(piece.face, set()).update(piece.text)
        self._fonts: dict[str, TTFFont] = {}
        self._codes: dict[str, dict[tuple[int, str], str]] = {}
        self._letters: dict[str, dict[str, str]] = {}
        for name in sorted(used.keys() | plain.keys()):
            face = faces.face(name)
            glyphs = {(glyph.number, glyph.text): glyph for glyph in map(face.glyph, sorted(plain.get(name, ())))} | used.get(name, {})
            font, codes = _embedded(pdf, face, list(glyphs.values()))
            self._fonts[name], self._codes[name] = font, codes
            self._letters[name] = {letter: codes[face.glyph(letter).number, letter] for letter in plain.get(name, ())}

    def number(self, name: str) -> int:
        """The number of the font, as the operators of a page call it."""
        return self._fonts[name].i

    def shown(self, piece: Piece, size: float) -> str:
        """The operators that show a piece where the pen is."""
        if not piece.glyphs:
            letters = self._letters[piece.face]
            return f"<{''.join([letters[letter] for letter in piece.text])}> Tj"
        return _placed(piece.glyphs, self._codes[piece.face], size)


def _placed(glyphs: Iterable[Glyph], codes: dict[tuple[int, str], str], size: float) -> str:
    """Shaped glyphs, each at its place: moves to the side are in the array, moves up and down lift the text."""
    found: list[str] = []
    row: list[str] = []
    lift = 0

    def flush() -> None:
        if row:
            found.append(f"[{''.join(row)}] TJ")
            row.clear()

    for glyph in glyphs:
        if glyph.dy != lift:
            flush()
            lift = glyph.dy
            found.append(f"{lift * size / 1000:.3f} Ts")
        back = glyph.width + glyph.dx - glyph.advance
        row.append(f"{-glyph.dx} " if glyph.dx else "")
        row.append(f"<{codes[glyph.number, glyph.text]}>")
        row.append(f"{back} " if back else "")
    flush()
    if lift:
        found.append("0 Ts")
    return " ".join(found)


def _embedded(pdf: "FPDF", face: faces.Face, glyphs: list[Glyph]) -> tuple["TTFFont", dict[tuple[int, str], str]]:
    """The face with these glyphs alone as a font of the file, and their codes: four hexadecimal digits each."""
    from fpdf.fonts import TTFFont

    data, numbers = _cut(face, {glyph.number for glyph in glyphs})
    font = TTFFont(pdf, cast("Any", io.BytesIO(data)), face.name.lower(), "")
    pdf.fonts[font.fontkey] = font
    codes = {}
    for glyph in glyphs:
        number = numbers[glyph.number]
        made = font.subset.get_glyph(number, tuple(map(ord, glyph.text)), font.ttfont.getGlyphName(number), glyph.width)
        codes[glyph.number, glyph.text] = f"{font.subset.pick_glyph(made):04X}"
    return font, codes


def _cut(face: faces.Face, numbers: set[int]) -> tuple[bytes, dict[int, int]]:
    """(a font with these glyphs alone, old number -> new number)."""
    import uharfbuzz

    asked = uharfbuzz.SubsetInput()
    asked.glyph_set.update(numbers)
    asked.unicode_set.update({0x20})
    asked.flags = uharfbuzz.SubsetFlags.GLYPH_NAMES | uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    asked.drop_table_tag_set.update({int.from_bytes(tag.encode(), "big") for tag in _DROPPED})
    plan = uharfbuzz.SubsetPlan(face.shape_font.face, asked)
    return plan.execute().blob.data, dict(plan.old_to_new_glyph_mapping)
