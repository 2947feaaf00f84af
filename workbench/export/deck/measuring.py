"""How wide text is and where its lines break, in points, measured without drawing.

Owns the widths of DejaVu, the widest face a slide may be shown in: what fits in it fits in the narrower ones that a deck asks for.
A character it does not have (Chinese, Japanese, Korean, emoji) counts as a full square.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LEADING = 1.2  # the height of a line, in sizes of its type
MONO = 0.602  # the width of every character of DejaVu Sans Mono
_WIDE_SLACK = 1.02  # kerning and rounding between programs
_LONGEST = 400_000  # characters of one paragraph that are looked at


def width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """The width of one line of text in points."""
    return sum(map(_mono if mono else _advances(bold), text)) * size * _WIDE_SLACK


def lines(text: str, box_width: float, size: float, *, bold: bool = False, mono: bool = False, most: int = 1_000_000) -> list[str]:
    """The text as it breaks in a box: at spaces, inside a word that is too long, between any two full squares; at most `most` lines.

    Joined, the lines are the text; a line end stays with the line before it.
    """
    found: list[str] = []
    advance = _mono if mono else _advances(bold)
    unit = box_width / (size * _WIDE_SLACK)
    for paragraph in text[:_LONGEST].splitlines(keepends=True) or [""]:
        for line in _broken(paragraph, unit, advance):
            found.append(line)
            if len(found) >= most:
                return found
    if text.endswith("\n"):
        found.append("")
    return found


def longest_word(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """The width of the widest word among the first thousand."""
    return max((width(word[:80], size, bold=bold, mono=mono) for word in text.split(maxsplit=1000)[:1000]), default=0.0)


def _broken(text: str, unit: float, advance: "_Advance | _Mono") -> Iterator[str]:
    start, at, used, last = 0, 0, 0.0, -1
    while at < len(text):
        character = text[at]
        used += advance(character) if character != "\n" else 0.0
        if used > unit and character not in " \n\t" and at > start:
            cut = last if last > start else at
            yield text[start:cut]
            start, at, used, last = cut, cut, 0.0, -1
            continue
        at += 1
        if character in " \t" or _is_square(character):
            last = at
    yield text[start:]


class _Advance(dict[str, float]):
    """Widths by character in sizes of the type, each worked out once."""

    def __init__(self, cmap: dict[int, str], widths: dict[str, tuple[int, int]], units: int) -> None:
        super().__init__()
        self._cmap, self._widths, self._units = cmap, widths, units

    def __missing__(self, character: str) -> float:
        name = self._cmap.get(ord(character))
        if unicodedata.category(character) in ("Mn", "Me", "Cf"):
            found = 0.0
        elif name is None or _is_square(character):
            found = 1.0 if _is_square(character) or name is None else self._widths[name][0] / self._units
        else:
            found = self._widths[name][0] / self._units
        self[character] = found
        return found

    def __call__(self, character: str) -> float:
        return self[character]


def _is_square(character: str) -> bool:
    return character > "\u1100" and unicodedata.east_asian_width(character) in ("W", "F")


class _Mono(dict[str, float]):
    def __missing__(self, character: str) -> float:
        self[character] = found = 1.0 if _is_square(character) else 4 * MONO if character == "\t" else MONO
        return found

    def __call__(self, character: str) -> float:
        return self[character]


_mono = _Mono()


@cache
def _advances(bold: bool) -> _Advance:
    from fontTools.ttLib import TTFont

    spec = find_spec("matplotlib")  # found, not imported: only its fonts are wanted
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(next(iter(spec.submodule_search_locations))) / "mpl-data" / "fonts" / "ttf"
    with TTFont(folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), lazy=True) as font:
        return _Advance(dict(font.getBestCmap()), dict(font["hmtx"].metrics), font["head"].unitsPerEm)
