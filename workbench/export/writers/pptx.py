"""A document as a presentation that PowerPoint, Keynote and LibreOffice open: real titles, text, tables and charts, with speaker notes.

What stands where is decided by `export.deck`; this draws it. The kind "slides" is one slide a section, any other goes on where it must.
"""

import io
from typing import Any

from workbench.errors import InputError
from workbench.export import provenance
from workbench.export.deck import arranging
from workbench.export.deck.model import CARD_BAR, CARD_PAD, CODE_PAD, MARGIN, Box, Deck, Grid, Mono, Picture, Piece, Slide, Words
from workbench.export.deck.text import pars
from workbench.export.literal import one_line, visible
from workbench.export.model import Chart, Document, Note, Paragraph, inline
from workbench.export.powerpoint import charts, diagrams, look, tables, text
from workbench.export.writers import writer
from workbench.export.writers.packaging import package

MIME = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
CARDS = {  # ground and bar of a remark
    "info": ("EAF1F8", text.ACCENT),
    "warning": ("FDF3DC", "B26B00"),
    "missing": ("F1F3F5", "6B7785"),
    "good": ("E6F4EA", "1E7B45"),
    "bad": ("FCEBEA", "B3261E"),
}


@writer("pptx", suffix=".pptx", mime=MIME)
def write(document: Document) -> bytes:
    """The presentation."""
    deck = arranging.deck(document)
    made = look.presentation(document.brand)
    for slide in deck.slides:
        _slide(made, slide, deck, document)
    properties = made.core_properties
    properties.title = one_line(document.title)[:250]
    properties.subject = one_line(document.subtitle)[:250]
    properties.author = one_line(document.brand.name)[:250] or "Prompt Workbench"
    properties.keywords = properties.category = properties.comments = ""
    out = io.BytesIO()
    made.save(out)
    return package(out.getvalue(), provenance.text(document), document.as_of_ms)


def _slide(presentation: Any, slide: Slide, deck: Deck, document: Document) -> None:
    first = slide.pieces[0] if slide.pieces else None
    words = isinstance(first, Words) and not first.card
    layouts = {layout.name: layout for layout in presentation.slide_layouts}
    made = presentation.slides.add_slide(layouts[look.OPENING if slide.opening else look.CONTENT if words else look.BARE])
    title = made.shapes.title
    body = text.frame(title, anchor="b" if slide.opening else "ctr")
    text.line(title, body, slide.title, slide.title_size, colour=text.WHITE if slide.opening else text.INK, bold=True)
    rest = list(slide.pieces)
    holder = next((each for each in made.placeholders if each.placeholder_format.idx == 1), None)
    if holder is not None and words and isinstance(first, Words):
        _words(holder, first, opening=slide.opening)
        rest.pop(0)
    elif holder is not None:
        holder.element.getparent().remove(holder.element)
    for piece in rest:
        _piece(made, piece, document, opening=slide.opening)
    if slide.opening and look.has_logo(document.brand):
        _logo(made, document)
    if not slide.opening:
        _foot(made, deck.foot)
    _notes(made, slide.notes)


def _piece(made: Any, piece: Piece, document: Document, *, opening: bool) -> None:
    match piece:
        case Words():
            if piece.card:
                _card(made, piece)
            else:
                _words(made.shapes.add_textbox(0, 0, 0, 0), piece, opening=opening)
        case Mono():
            _mono(made, piece)
        case Grid():
            if piece.table.columns:
                tables.add(made, piece)
        case Picture():
            _picture(made, piece, document)


def _words(shape: Any, piece: Words, *, opening: bool) -> None:
    text.box_of(shape, piece.box)
    colours = {"colour": text.WHITE, "heading": text.WHITE} if opening else {}
    text.write(shape, text.frame(shape), piece.pars, **colours)


def _card(made: Any, piece: Words) -> None:
    from pptx.enum.shapes import MSO_SHAPE

    ground, bar = CARDS[piece.card]
    shape = made.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, 0, 0)
    text.box_of(shape, piece.box)
    shape.name = f"Remark ({piece.card})"
    text.plain_shape(shape, ground=ground)
    body = text.frame(shape, left=CARD_PAD + CARD_BAR, top=CARD_PAD, right=CARD_PAD, bottom=CARD_PAD)
    text.write(shape, body, piece.pars)
    edge = made.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, 0, 0)
    text.box_of(edge, Box(piece.box.left, piece.box.top, CARD_BAR, piece.box.height))
    edge.name = "Edge"
    text.plain_shape(edge, ground=bar)
    text.frame(edge).append(_empty())


def _mono(made: Any, piece: Mono) -> None:
    from pptx.enum.shapes import MSO_SHAPE

    box, below = piece.box, 18.0 if piece.caption else 0.0
    shape = made.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, 0, 0)
    text.box_of(shape, Box(box.left, box.top, box.width, box.height - below))
    shape.name = "Text as it is"
    text.plain_shape(shape, ground="F3F5F8", edge="D5DAE1")
    body = text.frame(shape, left=CODE_PAD, top=CODE_PAD, right=CODE_PAD, bottom=CODE_PAD)
    text.verbatim(shape, body, piece.text, piece.size)
    if piece.caption:
        caption = made.shapes.add_textbox(0, 0, 0, 0)
        text.box_of(caption, Box(box.left, box.top + box.height - below + 2, box.width, below - 2))
        text.line(caption, text.frame(caption), piece.caption[:140], 12.0, colour=text.SOFT)


def _picture(made: Any, piece: Picture, document: Document) -> None:
    block = piece.block
    if isinstance(block, Chart):
        if charts.is_empty(block):
            _remark(made, piece.box, f"{block.title}: no data yet.")
        elif block.kind == "matrix":
            tables.add_matrix(made, block, piece.box, charts.alt(block))
        else:
            charts.add(made, block, piece.box, document.brand.accent)
        return
    try:
        diagrams.add(made, block, piece.box, document.brand)
    except InputError as error:
        _remark(made, piece.box, f"This diagram cannot be drawn: {error.message}")


def _remark(made: Any, box: Box, said: str) -> None:
    size = 16.0
    note = Note("missing", (Paragraph(inline(said)),))
    _card(
        made,
        Words(Box(box.left, box.top, box.width, min(box.height, 2 * CARD_PAD + 3 * size * 1.2)), tuple(pars((note,), size)), "missing"),
    )


def _logo(made: Any, document: Document) -> None:
    from pptx.enum.shapes import MSO_SHAPE

    logo = document.brand.logo
    width, height = look.logo_size(logo, 160, 56)
    card = made.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, 0, 0)
    text.box_of(card, Box(MARGIN + 24, 36, width + 24, height + 16))
    card.name = "Logo ground"
    text.plain_shape(card, ground="FFFFFF")
    text.frame(card).append(_empty())
    shape = made.shapes.add_picture(io.BytesIO(logo), 0, 0)
    text.box_of(shape, Box(MARGIN + 36, 44, width, height))
    shape.name = "Logo"
    shape._element._nvXxPr.cNvPr.set("descr", visible(document.brand.name) or "Logo")  # noqa: SLF001 - alternative text has no API


def _foot(made: Any, foot: str) -> None:
    """What stands at the foot of every slide, and its number: placeholders of the layout, which python-pptx leaves out."""
    from copy import deepcopy

    for holder in made.slide_layout.placeholders:
        kind = holder.placeholder_format.type.name
        if kind not in ("FOOTER", "SLIDE_NUMBER"):
            continue
        element = deepcopy(holder.element)
        element.nvSpPr.cNvPr.set("id", str(max(shape.shape_id for shape in made.shapes) + 1))
        made.shapes._spTree.append(element)  # noqa: SLF001 - as above
        if kind == "FOOTER":
            shape = made.shapes[-1]
            body = shape.text_frame._txBody  # noqa: SLF001 - see text.frame
            for paragraph in list(body.p_lst):
                body.remove(paragraph)
            text.line(shape, body, foot, 11.0, colour=text.SOFT)


def _notes(made: Any, notes: str) -> None:
    if not notes:
        return
    holder = made.notes_slide.notes_text_frame
    if holder is None:
        return
    body = holder._txBody  # noqa: SLF001 - see text.frame
    for paragraph in list(body.p_lst):
        body.remove(paragraph)
    for line in visible(notes).split("\n"):
        text.line(holder, body, line, 12.0)


def _empty() -> Any:
    from pptx.oxml import parse_xml

    return parse_xml('<a:p xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"/>')
