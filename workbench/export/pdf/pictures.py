"""Charts and diagrams as boxes: the title, the picture as vectors, what it is about below it, and its words for who cannot see it."""

from workbench.errors import InputError
from workbench.export import drawing
from workbench.export.model import Brand, Chart, Code, Diagram, Run, inline
from workbench.export.pdf import looks, shaping, vectors
from workbench.export.pdf.breaking import Line, lines
from workbench.export.pdf.looks import SMALL, Base
from workbench.export.pdf.sheets import FLOOR, HEIGHT, TOP, Box, Draw, Sheet, Tag, gap

_TALLEST = FLOOR - TOP - 90
_ROUND = 0.72  # of the width, for a chart that is as high as it is wide


def boxes(block: Chart | Diagram, width: float, brand: Brand) -> list[Box]:
    """The picture, `width` points wide at most. A diagram that cannot be read is shown as it was written, with what is wrong."""
    title, note = (block.title, block.note) if isinstance(block, Chart) else ("", "")
    try:
        room = width * (_ROUND if isinstance(block, Chart) and block.kind == "radar" else 1.0)
        wide, high, operators = vectors.operators(drawing.svg(block, brand, width_px=round(room * 96 / 72)))
    except InputError as error:
        return _unread(block, str(error), width)
    scale = min(1.0 if isinstance(block, Diagram) else room / wide, width / wide, _TALLEST / high)
    alt = shaping.clean(block.alt or title or "Diagram")
    tag = Tag("Figure", alt)
    above = [Box(looks.BODY * 1.5, _line(line, looks.BODY), keep=True, tag=Tag("Caption")) for line in _set(title, width, bold=True)]
    picture = Box(high * scale + 2, _picture(operators, scale, (width - wide * scale) / 2), keep=bool(note), tag=tag)
    below = [Box(SMALL * 1.4, _line(line, SMALL), tag=Tag("Caption")) for line in _set(note, width, bold=False)]
    return [*above, *([gap(2.0, keep=True)] if above else []), picture, *below]


def _set(text: str, width: float, *, bold: bool) -> list[Line]:
    base = Base(looks.BODY, bold=True) if bold else Base(SMALL, colour="muted")
    return lines(looks.spans(inline(text), base), width) if text else []


def _line(line: Line, size: float) -> Draw:
    return lambda sheet, x, y: sheet.line(line, x, y + size * 1.02)


def _picture(operators: str, scale: float, left: float) -> Draw:
    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.put(f"q {scale:.5f} 0 0 {-scale:.5f} {x + left:.2f} {HEIGHT - y:.2f} cm\n{operators}\nQ")

    return draw


def _unread(block: Chart | Diagram, why: str, width: float) -> list[Box]:
    from workbench.export.pdf import blocks

    said = blocks.paragraph(lines(looks.spans((Run(f"This diagram cannot be drawn: {why}"),), Base(colour="bad")), width), width, keep=True)
    return [*said, gap(3.0, keep=True), *(blocks.boxes((Code(block.source),), width, Brand()) if isinstance(block, Diagram) else [])]
