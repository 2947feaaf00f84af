"""The faces that documents are set in, and which of them has a character.

DejaVu comes with matplotlib; what it lacks comes from the fonts beside this package. A face is read once a process and never changed.
Knows no document.
"""

import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uharfbuzz

OWN = Path(__file__).resolve().parent.parent / "fonts"
# A style of text -> the faces that are asked for a character, first come first served.
_BEHIND = ("DroidSansFallbackFull", "NanumSquareR", "NotoEmoji-Regular")
CHAINS = {
    "sans": ("DejaVuSans", *_BEHIND),
    "bold": ("DejaVuSans-Bold", "DejaVuSans", *_BEHIND),
    "italic": ("DejaVuSans-Oblique", "DejaVuSans", *_BEHIND),
    "bold-italic": ("DejaVuSans-BoldOblique", "DejaVuSans-Bold", "DejaVuSans", *_BEHIND),
    "mono": ("DejaVuSansMono", "DejaVuSans", *_BEHIND),
    "mono-bold": ("DejaVuSansMono-Bold", "DejaVuSansMono", "DejaVuSans", *_BEHIND),
}
MISSING = 0xFFFD  # whose picture stands for a character that no face has; DejaVuSans has it
_EMOJI = "NotoEmoji-Regular"
_INVISIBLE = {0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


@dataclass(frozen=True, slots=True)
class Glyph:
    """A picture of one or more characters: its number in the face, the text it stands for, widths in thousandths of the type size.

    `advance` is how far the pen goes on, `width` what the face says of the glyph alone; `dx` and `dy` move the picture.
    """

    number: int
    text: str
    width: int
    advance: int
    dx: int = 0
    dy: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A font file. `widths` and `glyphs` are memories of what was asked."""

    name: str
    shape_font: "uharfbuzz.Font"
    scale: float
    widths: dict[str, int] = field(default_factory=dict)
    glyphs: dict[str, Glyph] = field(default_factory=dict)

    def has(self, code: int) -> bool:
        """Whether the face has a picture of the character."""
        return bool(self.shape_font.get_nominal_glyph(code))

    def glyph(self, character: str) -> Glyph:
        """The picture of a character; the stand-in for one that the face does not have."""
        found = self.glyphs.get(character)
        if found is None:
            number = self.shape_font.get_nominal_glyph(ord(character)) or self.shape_font.get_nominal_glyph(MISSING) or 1
            width = self.width_of(number)
            found = self.glyphs[character] = Glyph(number, character, width, width)
        return found

    def width_of(self, number: int) -> int:
        """How wide a glyph is, in thousandths, rounded as PDF writes it down."""
        advance: int = self.shape_font.get_glyph_h_advance(number)
        return round(advance * self.scale)

    def width(self, text: str) -> int:
        """How wide an unshaped text is, in thousandths of the type size."""
        widths = self.widths
        try:
            return sum([widths[character] for character in text])
        except KeyError:
            for character in set(text) - widths.keys():
                widths[character] = self.glyph(character).width
            return sum([widths[character] for character in text])


def path(name: str) -> Path:
    """The file of a face."""
    own = OWN / f"{name}.ttf"
    if own.is_file():
        return own
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"


@cache
def face(name: str) -> Face:
    """A face by the name of its file."""
    import uharfbuzz

    font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path(name)))))
    return Face(name, font, 1000 / font.face.upem)


@lru_cache(maxsize=65_536)
def of(style: str, character: str) -> str:
    """The name of the face that shows `character` in `style`; "" for one that no face has, or that is not to be seen."""
    code = ord(character)
    if code in _INVISIBLE:
        return ""
    for name in CHAINS[style]:
        if face(name).has(code):
            return name
    return ""


def is_known(character: str) -> bool:
    """Whether the shipped faces show the character, or it is one that nobody is meant to see."""
    code = ord(character)
    return code in _INVISIBLE or character.isspace() or 0x2400 <= code <= 0x2421 or bool(of("sans", character))


def seen(text: str) -> str:
    """The text without the characters that nobody is meant to see, such as joiners and variation selectors."""
    return "".join([character for character in text if ord(character) not in _INVISIBLE])


def runs(style: str, text: str) -> list[tuple[str, str]]:
    """The text in stretches of (face, text). Marks and joiners stay with what they belong to; what no face has goes to the first one."""
    first = CHAINS[style][0]
    if text.isascii():
        return [(first, text)]
    found: list[tuple[str, str]] = []
    for place, character in enumerate(text):
        name = _follows(found, text, place, character) or of(style, character) or ("" if ord(character) in _INVISIBLE else "DejaVuSans")
        name = name or (found[-1][0] if found else first)
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + character)
        else:
            found.append((name, character))
    return found


def _follows(found: list[tuple[str, str]], text: str, place: int, character: str) -> str:
    """The face of the character before, for one that is drawn together with it; the emoji's, where a sign is asked for as one."""
    if place + 1 < len(text) and text[place + 1] == "\ufe0f" and face(_EMOJI).has(ord(character)):
        return _EMOJI
    if not found or not (found[-1][0] == _EMOJI or unicodedata.category(character) in {"Mn", "Me"}):
        return ""
    joined = character in "\u200d\ufe0f" or text[place - 1] == "\u200d" or unicodedata.category(character) in {"Mn", "Me"}
    return found[-1][0] if joined and face(found[-1][0]).has(ord(character)) else ""
