"""Blocks of a document as boxes. Tables and pictures have files of their own.

A box here is a line, so that everything may go on on the next page; two lines of a paragraph at least stay together.
"""

from collections.abc import Sequence

from workbench.export.model import Block, Brand, Chart, Code, Diagram, Heading, ListBlock, Note, Paragraph, Quote, Run, Table, leads, plain
from workbench.export.pdf import looks, pictures, shaping, tables
from workbench.export.pdf.breaking import Line, Style, lines
from workbench.export.pdf.looks import BODY, CODE, COLOURS, LEADING, SMALL, Base
from workbench.export.pdf.sheets import Box, Draw, Sheet, Tag, gap, moved

AFTER = 6.0
_PAD = 6.0
_SHORT_CODE = 10  # lines that stay on one page
_SMALL_NOTE = 90.0  # points; a remark of no more is not torn apart
_DEEPEST = 12  # levels of lists and quotes that still move to the right


def boxes(blocks: Sequence[Block], width: float, brand: Brand, depth: int = 0) -> list[Box]:
    """The blocks one below the other, `width` points wide, with white space between them."""
    found: list[Box] = []
    for place, block in enumerate(blocks):
        led = place > 0 and leads(blocks[place - 1], block)
        if place:
            wide = isinstance(block, Heading | Table | Chart | Diagram) or isinstance(blocks[place - 1], Table | Chart | Diagram)
            if led:
                found[-1].keep = True
            found.append(gap(10.0 if wide else AFTER, keep=led))
        found += _of(block, width, brand, depth)
    return found


def _of(block: Block, width: float, brand: Brand, depth: int) -> list[Box]:
    match block:
        case Heading():
            found = heading(block, width)
        case Paragraph():
            found = paragraph(lines(looks.spans(block.runs), width), width)
        case ListBlock():
            found = _list(block, width, brand, depth)
        case Code():
            found = _code(block, width)
        case Quote():
            found = _barred(boxes(block.blocks, _inner(width, depth), brand, depth + 1), width, COLOURS["rule"], "", depth)
        case Note():
            found = _note(block, width, brand, depth)
        case Table():
            found = tables.boxes(block, width)
        case _:
            found = pictures.boxes(block, width, brand)
    return found


def paragraph(found: Sequence[Line], width: float, *, leading: float = LEADING, tag: str = "P", keep: bool = False) -> list[Box]:
    """Lines of text as boxes of one paragraph. `keep`: all of it stays with what follows."""
    mark = Tag(tag)
    return [
        Box(
            _height(line, leading),
            _line(line, width, leading),
            keep or place == 0 < len(found) - 1 or 0 < place == len(found) - 2,
            tag=mark,
        )
        for place, line in enumerate(found)
    ]


def heading(block: Heading, width: float) -> list[Box]:
    """A heading inside a section, which never stands alone at the foot of a page."""
    base = Base(12.0 if block.level <= 3 else 10.3, bold=True)
    kind = f"H{min(max(block.level, 3), 4)}"
    found = paragraph(lines(looks.spans(block.text, base), width), width, leading=1.3, tag=kind, keep=True)
    if found[0].tag is not None:
        found[0].tag.alt = " ".join(shaping.clean(plain(block.text)).split())
    return [*found, gap(2.5, keep=True)]


def _height(line: Line, leading: float) -> float:
    return max([part.style.size for part in line.parts] or [BODY]) * leading


def _line(line: Line, width: float, leading: float) -> Draw:
    def draw(sheet: Sheet, x: float, y: float) -> None:
        size = _height(line, 1.0)
        sheet.line(line, x, y + size * (0.5 * leading + 0.34), room=width, shade=COLOURS["shade"])

    return draw


def _inner(width: float, depth: int) -> float:
    return width - (14.0 if depth < _DEEPEST else 0.0)


def _list(block: ListBlock, width: float, brand: Brand, depth: int) -> list[Box]:
    found: list[Box] = []
    room = 7.0 + 6.0 * len(str(len(block.items))) if block.ordered else 13.0
    by = room if depth < _DEEPEST else 0.0
    for number, item in enumerate(block.items, 1):
        inside = boxes(item, width - by, brand, depth + 1) or paragraph(lines([("", Style())], width - by), width - by)
        shown = f"{number}." if block.ordered else ("\u2022", "\u25e6", "\u25aa")[depth % 3]
        first = inside[0]
        found.append(moved(first, by, _marker(shown, room, first.height)) if by else first)
        found += [moved(box, by) for box in inside[1:]]
        if number < len(block.items):
            found.append(gap(2.0))
    return found


def _marker(shown: str, room: float, height: float) -> Draw:
    (line,) = lines([(shown, Style(colour="muted"))], 100)

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.line(line, x + room - line.width - 4.5, y + min(height, BODY * LEADING) / 2 + BODY * 0.34)

    return draw


def _code(block: Code, width: float) -> list[Box]:
    inside = width - 2 * _PAD
    style = Style("mono", CODE)
    found = lines([(shaping.clean(block.text), style)], inside, keep_spaces=True)
    mark = Tag("Code")

    def behind(sheet: Sheet, x: float, y: float, height: float) -> None:
        sheet.fill(x, y, width, height + 0.3, COLOURS["shade"])

    def row(line: Line) -> Draw:
        def draw(sheet: Sheet, x: float, y: float) -> None:
            behind(sheet, x, y, CODE * 1.4)
            sheet.line(line, x + _PAD, y + CODE * 1.04)

        return draw

    def edge(sheet: Sheet, x: float, y: float) -> None:
        behind(sheet, x, y, 4.0)

    shown = [
        Box(CODE * 1.4, row(line), len(found) <= _SHORT_CODE or place in {0, len(found) - 2}, tag=mark) for place, line in enumerate(found)
    ]
    shown[-1].keep = True
    caption = (
        paragraph(lines(looks.spans((Run(block.caption),), Base(SMALL, colour="muted")), width), width, keep=True) if block.caption else []
    )
    return [*caption, Box(4.0, edge, keep=True), *shown, Box(4.0, edge)]


def _note(block: Note, width: float, brand: Brand, depth: int) -> list[Box]:
    base = Base(SMALL, bold=True, colour=block.kind)
    word = paragraph(lines(looks.spans((Run(looks.WORDS[block.kind]),), base), width), width, keep=True)
    inside = [*word, *boxes(block.blocks, _inner(width, depth) - 6, brand, depth + 1)]
    if sum(box.height for box in inside) <= _SMALL_NOTE:
        for box in inside:
            box.keep = True
    return _barred(inside, width, COLOURS[block.kind], COLOURS["shade"], depth)


def _barred(inside: list[Box], width: float, bar: str, ground: str, depth: int) -> list[Box]:
    """Boxes with a bar of colour at their left, and a ground behind them."""

    def behind(height: float) -> Draw:
        def draw(sheet: Sheet, x: float, y: float) -> None:
            if ground:
                sheet.fill(x, y, width, height + 0.3, ground)
            sheet.fill(x, y, 2.4, height + 0.3, bar)

        return draw

    edge = Box(4.0, behind(4.0), keep=True)
    found = [edge, *(moved(box, 10.0 if depth < _DEEPEST else 0.0, behind(box.height)) for box in inside)]
    found[-1].keep = True
    return [*found, Box(4.0, behind(4.0))]
