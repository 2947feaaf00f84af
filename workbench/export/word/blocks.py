"""The blocks of a document as WordprocessingML, in order. Owns what stays together on a page and which pages are turned."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from workbench.errors import InputError
from workbench.export import drawing, figures
from workbench.export.model import (
    Block,
    Brand,
    Chart,
    Code,
    Diagram,
    Heading,
    Inline,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Run,
    Section,
    Table,
    inline,
    leads,
    plain,
)
from workbench.export.word import grid, text
from workbench.export.word.styles import STEP, Paint
from workbench.export.word.text import Look, Place

NOTES = {"info": "Note", "warning": "Warning", "missing": "Missing", "good": "Good", "bad": "Bad"}
"""The word that a note of each kind begins with: its colour alone would say nothing on a grey print."""
_QUOTE = "B8C0CA"
_TWIP_IN, _EMU_TWIP = 1_440, 635
_TALLEST = 12_600  # twips of a page that a picture may take, with its caption
_ROUND = 6_600  # twips; what is as tall as it is wide would fill a page
_DPI = 200
_DEEPEST = 8
CONTENTS = 2  # levels that the table of contents lists: sections and the headings right in them
UPRIGHT, TURNED, SPACER = "upright", "turned", "spacer"
Embed = Callable[[bytes], str]
"""Puts a PNG into the file; its relation comes back."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents: level 1 or 2, text, and the bookmark it leads to."""

    level: int
    text: str
    bookmark: str


@dataclass(slots=True)
class Piece:
    """A stretch of XML. `glued` pieces (headings, captions) stand on the page of the next one; `turns` ends a page: upright or turned."""

    xml: str
    glued: bool = False
    turns: str = ""


@dataclass(slots=True)
class Body:
    """A document being written: what is there so far, and what counts through it."""

    brand: Brand
    paint: Paint
    link: text.Link
    embed: Embed
    pieces: list[Piece] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    ordered: list[int] = field(default_factory=list)
    headings: int = 0
    pictures: int = 0

    def section(self, section: Section, bookmark: str) -> None:
        """Write a section: its heading carries the bookmark that links in the text lead to."""
        self._heading(1, inline(section.title), Place(), (bookmark,))
        self.blocks(section.blocks, Place())

    def blocks(self, blocks: Sequence[Block], place: Place, *, style: str = "") -> None:
        """Write blocks one below the other."""
        for at, block in enumerate(blocks):
            after = blocks[at + 1] if at + 1 < len(blocks) else None
            self._block(block, place, style, after)

    def _block(self, block: Block, place: Place, style: str, after: Block | None) -> None:
        match block:
            case Heading():
                self._heading(min(max(block.level - 1, 2), 4), block.text, place)
            case Paragraph():
                self._words(block.runs, Look(style), place, glued=leads(block, after))
            case ListBlock():
                self._list(block, place)
            case Code():
                self._code(block, place)
            case Quote():
                self.blocks(block.blocks, replace(place, left=place.left + STEP, edge=_QUOTE), style="Quote")
                self._space()
            case Note():
                self._note(block, place)
            case Table():
                self._table(block, place)
            case Chart():
                self._chart(block, place)
            case Diagram():
                self._diagram(block, place)

    def _add(self, xml: str, *, glued: bool = False) -> None:
        self.pieces.append(Piece(xml, glued))

    def _space(self) -> None:
        """Air, and what keeps two tables or two boxes from growing into one."""
        if not self.pieces or self.pieces[-1].turns != SPACER:
            self.pieces.append(Piece(text.paragraph("", Look("Spacer"), Place()), turns=SPACER))

    def _words(self, runs: Inline, look: Look, place: Place, *, before: str = "", glued: bool = False) -> None:
        base = text.rtl(plain(runs))
        inner = before + text.inline(runs, self.link, base=base)
        self._add(text.paragraph(inner, replace(look, keep=look.keep or glued), place, right_to_left=base), glued=glued)

    def _heading(self, level: int, runs: Inline, place: Place, bookmarks: tuple[str, ...] = ()) -> None:
        self.headings += 1
        number = self.headings
        own = f"_Toc{number:06d}"
        names = [*bookmarks, own]
        base = text.rtl(plain(runs))
        marks = [(number * 10 + at, name) for at, name in enumerate(names)]
        begins = "".join(f'<w:bookmarkStart w:id="{at}" w:name="{name}"/>' for at, name in marks)
        ends = "".join(f'<w:bookmarkEnd w:id="{at}"/>' for at, _ in marks)
        said = text.inline(runs, self.link, base=base)
        self._add(text.paragraph(begins + said + ends, Look(f"Heading{level}", keep=True), place, right_to_left=base), glued=True)
        if level <= CONTENTS:
            self.entries.append(Entry(level, " ".join(plain(runs).split()), own))

    def _list(self, block: ListBlock, place: Place) -> None:
        depth = min(place.depth, _DEEPEST)
        number = 1
        if block.ordered:
            self.ordered.append(depth)
            number = len(self.ordered) + 1
        inside = replace(place, left=place.left + STEP, depth=place.depth + 1)
        for item in block.items:
            first, rest = (item[0], item[1:]) if item and isinstance(item[0], Paragraph) else (Paragraph(()), item)
            assert isinstance(first, Paragraph)
            self._words(first.runs, Look("ListParagraph", number=(number, depth)), inside)
            self.blocks(rest, inside, style="ListParagraph")

    def _code(self, block: Code, place: Place) -> None:
        if block.caption:
            self._words(inline(block.caption), Look("Caption"), replace(place, edge="", ground=""), glued=True)
        here = Place(left=place.left + 113) if place.left else Place()
        for line in block.text.replace("\r\n", "\n").split("\n"):
            self._words((Run(line),), Look("Code"), here)
        self._space()

    def _note(self, block: Note, place: Place) -> None:
        edge, ground = self.paint.notes[block.kind]
        inside = Place(left=place.left + 227, depth=place.depth, edge=edge, ground=ground)
        word = text.words(f"{NOTES[block.kind]}: ", f'<w:b/><w:bCs/><w:color w:val="{edge}"/>')
        rest = block.blocks
        if rest and isinstance(rest[0], Paragraph):
            self._words(rest[0].runs, Look("Note"), inside, before=word)
            rest = rest[1:]
        else:
            self._add(text.paragraph(word, Look("Note", keep=True), inside), glued=True)
        self.blocks(rest, inside, style="Note")
        self._space()

    def _table(self, block: Table, place: Place) -> None:
        for table in grid.parts(block):
            laid = grid.plan(table, place.left, may_turn=not place.left)
            if laid.turned:
                self._turn()
            if table.caption:
                self._words(inline(table.caption), Look("Caption"), replace(place, edge="", ground=""), glued=True)
            self._add(grid.write(table, laid, self.paint.table, self.link, place.left))
            if laid.turned:
                self.pieces.append(Piece("", turns=TURNED))
            else:
                self._space()

    def _turn(self) -> None:
        """End the upright page before whatever is glued to the table to come; a turned page just ended goes on instead."""
        at = len(self.pieces)
        while at and self.pieces[at - 1].glued:
            at -= 1
        if at and self.pieces[at - 1].turns == TURNED:
            self.pieces[at - 1] = Piece(text.paragraph("", Look("Spacer"), Place()), turns=SPACER)
        else:
            self.pieces.insert(at, Piece("", turns=UPRIGHT))

    def _chart(self, block: Chart, place: Place) -> None:
        counted = f"n = {figures.count(block.n)}" if block.n is not None else ""
        self._words(inline(block.title), Look("Caption"), Place(place.left), glued=True)
        self._picture(
            block, ". ".join(part for part in (block.title, block.alt, counted, block.note) if part), place, keep=bool(block.note)
        )
        if block.note:
            self._words(inline(block.note), Look("Remark"), Place(place.left))

    def _diagram(self, block: Diagram, place: Place) -> None:
        try:
            self._picture(block, block.alt or block.source, place)
        except InputError as error:
            self._note(Note("warning", (Paragraph(inline(f"This diagram cannot be drawn: {error.message}")),)), place)
            self._code(Code(block.source), place)

    def _picture(self, what: Chart | Diagram, alt: str, place: Place, *, keep: bool = False) -> None:
        room = grid.PORTRAIT - place.left
        asked = min(room, _ROUND) if isinstance(what, Chart) and what.kind == "radar" else room
        data = drawing.png(what, self.brand, width_in=asked / _TWIP_IN, dpi=_DPI)
        across, down = struct.unpack(">II", data[16:24])
        wide, tall = across * _TWIP_IN / _DPI, down * _TWIP_IN / _DPI
        shrink = min(1.0, room / wide, _TALLEST / tall)
        self._add(text.paragraph(self.picture(data, alt, wide * shrink, tall * shrink), Look("Picture", keep=keep), Place(place.left)))

    def picture(self, data: bytes, alt: str, wide: float, tall: float) -> str:
        """A PNG as a run, its size in twips."""
        self.pictures += 1
        number = self.pictures
        size = f'cx="{int(wide * _EMU_TWIP)}" cy="{int(tall * _EMU_TWIP)}"'
        name = f'id="{number}" name="Picture {number}" descr="{text.safe(alt)}"'
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/><wp:docPr {name}/>'
            '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr {name}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{self.embed(data)}"/>'
            f'<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
        )
