"""What a slide consists of once everything has its place: boxes in points on a slide of 960 x 540, text already in its size.

A format draws these and decides nothing. Owns the measures that every format keeps to.
"""

from dataclasses import dataclass
from typing import Literal

from workbench.export.model import Chart, Diagram, Inline, Table

WIDTH, HEIGHT = 960.0, 540.0
MARGIN = 48.0
TOP, BOTTOM = 104.0, 496.0  # of the body
GAP = 14.0  # between two pieces
GUTTER = 28.0  # between two columns
CODE_PAD, CARD_PAD, CARD_BAR = 10.0, 12.0, 6.0
CELL_PAD, CELL_RISE = 6.0, 4.0  # beside and above the text of a cell
CAPTION = 12.0


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a slide in points."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Par:
    """A paragraph as it is set: its runs, its role, how far it stands in, what stands before it, and the space around it."""

    runs: Inline
    size: float
    role: Literal["body", "heading", "quote", "code"] = "body"
    indent: float = 0.0
    mark: str = ""
    before: float = 0.0
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """Running text; on a card where it is a remark (`card` is the remark's kind)."""

    box: Box
    pars: tuple[Par, ...]
    card: str = ""


@dataclass(frozen=True, slots=True)
class Mono:
    """Text as it is, on a ground of its own."""

    box: Box
    text: str
    size: float
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with the width of each column and the height of each row, the head first."""

    box: Box
    table: Table
    size: float
    widths: tuple[float, ...]
    heights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart or a diagram, drawn to fill its box."""

    box: Box
    block: Chart | Diagram


Piece = Words | Mono | Grid | Picture


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide. `opening` is the one that says what the deck is about: its title stands large on the accent."""

    key: str
    title: str
    title_size: float
    pieces: tuple[Piece, ...]
    notes: str = ""
    opening: bool = False


@dataclass(frozen=True, slots=True)
class Deck:
    """All slides, and what stands at the foot of each."""

    slides: tuple[Slide, ...]
    foot: str
