"""What blocks become before they have a place: things that know how high they stand, how to be cut, and how to be set in a box.

A heading in front of a table, a chart or a block of code goes with it, so that neither stands alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from workbench.export.deck import measuring, tables, text
from workbench.export.deck.model import CAPTION, CARD_BAR, CARD_PAD, CODE_PAD, GAP, Box, Grid, Mono, Par, Picture, Piece, Words
from workbench.export.literal import visible
from workbench.export.model import Block, Chart, Code, Diagram, Heading, Note, Paragraph, Table, inline

LEAST_PICTURE = 170.0
_CODE = {24.0: 20.0, 22.0: 18.0, 20.0: 16.0, 18.0: 16.0, 16.0: 14.0}


def small(size: float) -> float:
    """The size of code and tables beside text of that size."""
    return _CODE.get(size, max(12.0, size - 4.0))


@dataclass(frozen=True)
class Element(ABC):
    """A block or several with their place to be. `lead` are headings that stand above it. `source` is the block it came from."""

    lead: tuple[Heading, ...] = field(default=(), kw_only=True)
    elastic = False

    def height(self, width: float, size: float) -> float:
        """How high it stands at that width."""
        return self._lead_height(width, size) + self.inner_height(width, size)

    def pieces(self, box: Box, size: float) -> list[Piece]:
        """It in its box, whose height it was told."""
        lead = self._lead_height(width=box.width, size=size)
        found: list[Piece] = []
        if self.lead:
            pars = tuple(text.pars(self.lead, size))
            found.append(Words(Box(box.left, box.top, box.width, text.height(pars, box.width)), pars))
        inner = Box(box.left, box.top + lead, box.width, box.height - lead)
        return [*found, *self.inner_pieces(inner, size)]

    def cut(self, width: float, size: float, room: float) -> tuple["Element | None", "Element | None"]:
        """What fits into that height, and the rest; (None, itself) where nothing does."""
        head, rest = self.inner_cut(width, size, room - self._lead_height(width, size))
        if head is None:
            return None, self
        return head, None if rest is None else replace(rest, lead=())

    def ended(self) -> Self:
        """It with a mark that there is more."""
        return self

    @abstractmethod
    def told(self) -> str:
        """All of it as plain text."""

    @abstractmethod
    def inner_height(self, width: float, size: float) -> float:
        """Its height without what leads it."""

    @abstractmethod
    def inner_pieces(self, box: Box, size: float) -> list[Piece]:
        """It in its box, without what leads it."""

    @abstractmethod
    def inner_cut(self, width: float, size: float, room: float) -> tuple["Element | None", "Element | None"]:
        """Its cut, without what leads it."""

    def _lead_height(self, width: float, size: float) -> float:
        return text.height(text.pars(self.lead, size), width) + GAP / 2 if self.lead else 0.0


@dataclass(frozen=True)
class Flow(Element):
    """Running text, or a remark on its card. `pars` are what is left of it after a cut."""

    blocks: tuple[Block, ...]
    card: str = ""
    left: tuple[Par, ...] | None = None

    def inner_height(self, width: float, size: float) -> float:
        """Text and the card around it."""
        pad = 2 * CARD_PAD if self.card else 0.0
        return text.height(self._pars(size), self._inner(width)) + pad

    def inner_pieces(self, box: Box, size: float) -> list[Piece]:
        """One piece of text."""
        return [Words(box, tuple(self._pars(size)), self.card)]

    def inner_cut(self, width: float, size: float, room: float) -> tuple[Element | None, Element | None]:
        """By lines."""
        head, rest = text.cut(self._pars(size), self._inner(width), room - (2 * CARD_PAD if self.card else 0.0))
        if not head:
            return None, self
        return replace(self, left=tuple(head)), replace(self, left=tuple(rest)) if rest else None

    def ended(self) -> Self:
        """With an ellipsis after its last line."""
        return self if self.left is None else replace(self, left=tuple(text.ended(self.left)))

    def told(self) -> str:
        """The text of its blocks."""
        return "\n".join(text.told(block) for block in (*self.lead, *self.blocks))

    def _pars(self, size: float) -> list[Par]:
        return text.pars(self.blocks, size) if self.left is None else list(self.left)

    def _inner(self, width: float) -> float:
        return width - 2 * CARD_PAD - CARD_BAR if self.card else width


@dataclass(frozen=True)
class Verbatim(Element):
    """Text as it is."""

    code: Code

    def inner_height(self, width: float, size: float) -> float:
        """Lines on their ground, and the caption."""
        return len(self._lines(width, size)) * self._line(size) + 2 * CODE_PAD + self._caption()

    def inner_pieces(self, box: Box, size: float) -> list[Piece]:
        """One piece."""
        return [Mono(box, visible(self.code.text), small(size), visible(self.code.caption))]

    def inner_cut(self, width: float, size: float, room: float) -> tuple[Element | None, Element | None]:
        """By lines."""
        fitting = int((room - 2 * CODE_PAD - self._caption() + 0.01) // self._line(size))
        broken = self._lines(width, size, fitting + 1)
        if fitting < 1:
            return None, self
        if fitting >= len(broken):
            return self, None
        at = sum(map(len, broken[:fitting]))
        shown = visible(self.code.text)
        rest = Verbatim(replace(self.code, text=shown[at:]))
        return replace(self, code=replace(self.code, text=shown[:at])), rest

    def ended(self) -> Self:
        """With an ellipsis."""
        kept = self.code.text.rstrip("\n")
        return replace(self, code=replace(self.code, text=(kept[:-1] if len(kept) > 1 else kept) + text.MORE))

    def told(self) -> str:
        """The text."""
        return "\n".join([*map(text.told, self.lead), self.code.text])

    def _lines(self, width: float, size: float, most: int = 1_000_000) -> list[str]:
        shown = visible(self.code.text).removesuffix("\n")
        return measuring.lines(shown, width - 2 * CODE_PAD, small(size), mono=True, most=max(1, most))

    def _line(self, size: float) -> float:
        return small(size) * measuring.LEADING

    def _caption(self) -> float:
        return CAPTION * 1.5 if self.code.caption else 0.0


@dataclass(frozen=True)
class Tabular(Element):
    """A table. `whole` is the one it was cut from, whose columns it keeps."""

    table: Table
    whole: Table | None = None

    def inner_height(self, width: float, size: float) -> float:
        """Rows and the caption."""
        return sum(tables.heights(self.table, self._widths(width, size), small(size))) + self._caption()

    def inner_pieces(self, box: Box, size: float) -> list[Piece]:
        """The table, and its caption below."""
        widths = self._widths(box.width, size)
        heights = tables.heights(self.table, widths, small(size))
        place = Box(box.left, box.top, sum(widths), sum(heights))
        found: list[Piece] = [Grid(place, self.table, small(size), widths, heights)]
        if self.table.caption:
            caption = text.pars(((_paragraph(self.table.caption)),), CAPTION)
            below = Box(box.left, place.top + place.height + CAPTION / 4, box.width, CAPTION * measuring.LEADING)
            found.append(Words(below, tuple(caption)))
        return found

    def inner_cut(self, width: float, size: float, room: float) -> tuple[Element | None, Element | None]:
        """By rows; a row higher than a slide has its cells cut."""
        head, rest = tables.cut(self.table, self._widths(width, size), small(size), room - self._caption())
        if head is None:
            return None, self
        whole = self.whole or self.table
        return replace(self, table=head, whole=whole), None if rest is None else Tabular(rest, whole)

    def ended(self) -> Self:
        """With a last row that says there is more."""
        return replace(self, table=tables.ended(self.table))

    def told(self) -> str:
        """The cells, a row a line."""
        return "\n".join([*map(text.told, self.lead), text.told(self.table)])

    def _widths(self, width: float, size: float) -> tuple[float, ...]:
        return tables.widths(self.whole or self.table, width, small(size))

    def _caption(self) -> float:
        return CAPTION * 1.5 if self.table.caption else 0.0


@dataclass(frozen=True)
class Drawn(Element):
    """A chart or diagram: as high as there is room."""

    block: Chart | Diagram
    elastic = True

    def inner_height(self, width: float, size: float) -> float:
        """The least it can be read in."""
        return LEAST_PICTURE

    def inner_pieces(self, box: Box, size: float) -> list[Piece]:
        """One picture."""
        return [Picture(box, self.block)]

    def inner_cut(self, width: float, size: float, room: float) -> tuple[Element | None, Element | None]:
        """Never in two."""
        return (self, None) if room >= LEAST_PICTURE * 0.7 else (None, self)

    def told(self) -> str:
        """What it shows."""
        return "\n".join([*map(text.told, self.lead), text.told(self.block)])


def of(blocks: Sequence[Block]) -> list[Element]:
    """The elements of blocks in their order."""
    found: list[Element] = []
    words: list[Block] = []

    def finish() -> tuple[Heading, ...]:
        lead: list[Heading] = []
        while words and isinstance(words[-1], Heading):
            lead.insert(0, words.pop())  # type: ignore[arg-type]
        if words:
            found.append(Flow(tuple(words)))
            words.clear()
        return tuple(lead)

    for block in blocks:
        match block:
            case Code():
                found.append(Verbatim(block, lead=finish()))
            case Table():
                found.append(Tabular(block, lead=finish()))
            case Chart() | Diagram():
                found.append(Drawn(block, lead=finish()))
            case Note():
                found.append(Flow(block.blocks, block.kind, lead=finish()))
            case _:
                words.append(block)
    if words:
        found.append(Flow(tuple(words)))
    return found


def _paragraph(said: str) -> Block:
    return Paragraph(inline(said))
