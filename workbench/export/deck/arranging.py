"""Where everything stands: one slide a section for the kind "slides", whose text is set smaller and cut to fit; as many as it takes for
any other document.

What is cut on a slide is told whole in its notes. Nothing ever stands outside its slide.
"""

from collections.abc import Sequence
from dataclasses import replace

from workbench.export import figures
from workbench.export.deck import elements, measuring, text
from workbench.export.deck.elements import LEAST_PICTURE, Drawn, Element, Flow, Tabular, Verbatim
from workbench.export.deck.model import BOTTOM, GAP, GUTTER, MARGIN, TOP, WIDTH, Box, Deck, Piece, Slide
from workbench.export.literal import one_line
from workbench.export.model import Block, Document, Heading, Paragraph, Section, inline

SIZES = (24.0, 22.0, 20.0, 18.0, 16.0)
PLAIN = 18.0  # of documents that are no slides
BODY = Box(MARGIN, TOP, WIDTH - 2 * MARGIN, BOTTOM - TOP)
OPENING = Box(MARGIN + 24, 318, 760, 150)
EIGHT, FIRST, SOURCES = "slides", "title", "sources"
_TITLES = (30.0, 26.0, 22.0)
_OPENING_TITLES = (44.0, 36.0, 30.0)


def deck(document: Document) -> Deck:
    """The slides of a document."""
    made = _eight(document) if document.kind == EIGHT else _any(document)
    foot = " · ".join(dict.fromkeys(part for part in (one_line(document.brand.name), one_line(document.title)) if part))
    return Deck(tuple(made), _shortened(foot, 640, 11.0))


def _eight(document: Document) -> list[Slide]:
    """A slide a section; the list of sources stands in the notes of the last one."""
    sections = [section for section in document.sections if section.key != SOURCES]
    made = [_one(document, section) for section in sections]
    if made and document.sources:
        lines = [f"- {one.kind}: {one.name}, as of {figures.day(one.at_ms)}, digest {one.digest[:8]}" for one in document.sources]
        said = "Every figure on these slides was read from these:\n" + "\n".join(lines)
        made[-1] = replace(made[-1], notes=f"{made[-1].notes}\n\n{said}".strip())
    return made


def _one(document: Document, section: Section) -> Slide:
    if section.key == FIRST:
        title, size = _titled(document.title, OPENING.width, _OPENING_TITLES, 3)
        pieces, whole = _fitted(section.blocks, OPENING)
        return Slide(section.key, title, size, pieces, _notes(section.notes, whole, document.title, title), opening=True)
    title, size = _titled(section.title, BODY.width - 120, _TITLES, 2)
    pieces, whole = _fitted(section.blocks, BODY)
    return Slide(section.key, title, size, pieces, _notes(section.notes, whole, section.title, title))


def _any(document: Document) -> list[Slide]:
    title, size = _titled(document.title, OPENING.width, _OPENING_TITLES, 3)
    lines = [part for part in (document.subtitle, figures.day(document.as_of_ms) if document.as_of_ms is not None else "") if part]
    words, _ = _fitted(tuple(Paragraph(inline(line)) for line in lines), OPENING)
    made = [Slide(FIRST, title, size, words, _notes("", "", document.title, title), opening=True)]
    for section in document.sections:
        pages = _pages(section.blocks)
        for number, pieces in enumerate(pages, 1):
            ending = f" ({number})" if number > 1 else ""
            named, size = _titled(section.title, BODY.width - 120, _TITLES, 2, ending)
            notes = _notes(section.notes, "", section.title, named) if number == 1 else ""
            made.append(Slide(section.key, named, size, pieces, notes))
    return made


def _titled(title: str, width: float, sizes: Sequence[float], most: int, ending: str = "") -> tuple[str, float]:
    """A title in the largest size in which it takes one line (at most `most` in the least size, cut there)."""
    said = one_line(title) + ending
    for size in sizes:
        if len(measuring.lines(said, width, size, bold=True, most=2 if size > sizes[-1] else most + 1)) <= (
            1 if size > sizes[-1] else most
        ):
            return said, size
    size = sizes[-1]
    kept = "".join(measuring.lines(one_line(title), width * 0.96, size, bold=True, most=most))
    return kept.rstrip()[: -(len(ending) + 2)] + text.MORE + ending, size


def _shortened(said: str, width: float, size: float) -> str:
    lines = measuring.lines(said, width, size, most=2)
    return said if len(lines) < 2 else lines[0].rstrip()[:-1] + text.MORE


def _notes(notes: str, whole: str, title: str, shown: str) -> str:
    parts = [notes.strip(), whole.strip()]
    if one_line(title) != shown and shown.endswith(text.MORE):
        parts.insert(1, f"The whole title: {title}")
    return "\n\n".join(part for part in parts if part)


def _fitted(blocks: Sequence[Block], box: Box) -> tuple[tuple[Piece, ...], str]:
    """The pieces in the largest size they fit in, and the whole text of what had to be cut."""
    above, columns = _columns(blocks)
    for size in SIZES:
        if (placed := _placed(above, columns, box, size)) is not None:
            return placed, ""
    return _squeezed(above, columns, box, SIZES[-1])


def _columns(blocks: Sequence[Block]) -> tuple[list[Element], list[list[Element]]]:
    """What goes across, and the columns: one for each heading, if there are two or three of them; else all goes across."""
    starts = [at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 3]
    if not 2 <= len(starts) <= 3:
        return elements.of(blocks), []
    ends = [*starts[1:], len(blocks)]
    return elements.of(blocks[: starts[0]]), [elements.of(blocks[a:b]) for a, b in zip(starts, ends, strict=True)]


def _shares(columns: Sequence[Sequence[Element]]) -> list[float]:
    """How wide the columns are: one with a picture or a table is wider than one of words."""
    weights = [1.5 if any(isinstance(each, Drawn | Tabular) for each in column) else 1.0 for column in columns]
    return [weight / sum(weights) for weight in weights]


def _across(columns: Sequence[Sequence[Element]], box: Box) -> list[Box]:
    room = box.width - GUTTER * (len(columns) - 1)
    found, left = list[Box](), box.left
    for share in _shares(columns):
        found.append(Box(left, box.top, room * share, box.height))
        left += room * share + GUTTER
    return found


def _placed(above: Sequence[Element], columns: Sequence[Sequence[Element]], box: Box, size: float) -> tuple[Piece, ...] | None:
    """Everything in that size; None where it does not fit."""
    if not columns:
        return _stacked(above, box, size)
    top = _total(above, box.width, size)
    head = _stacked(above, Box(box.left, box.top, box.width, top), size) if above else ()
    used = top + GAP if above else 0.0
    below = Box(box.left, box.top + used, box.width, box.height - used)
    found = [_stacked(column, place, size) for column, place in zip(columns, _across(columns, below), strict=True)]
    if head is None or any(each is None for each in found):
        return None
    return (*head, *(piece for each in found for piece in each or ()))


def _total(found: Sequence[Element], width: float, size: float) -> float:
    return sum(each.height(width, size) for each in found) + GAP * max(0, len(found) - 1)


def _stacked(found: Sequence[Element], box: Box, size: float) -> tuple[Piece, ...] | None:
    """One below the other; pictures share what is left. None where it does not fit."""
    spare = box.height - _total(found, box.width, size)
    if spare < -0.01:
        return None
    pictures = sum(each.elastic for each in found)
    made, top = list[Piece](), box.top
    for each in found:
        height = each.height(box.width, size)
        if each.elastic:
            height += min(spare / pictures, max(0.0, box.width * 0.72 - LEAST_PICTURE))
        made += each.pieces(Box(box.left, top, box.width, height), size)
        top += height + GAP
    return tuple(made)


def _squeezed(above: Sequence[Element], columns: Sequence[Sequence[Element]], box: Box, size: float) -> tuple[tuple[Piece, ...], str]:
    """Everything cut to what fits, each in proportion, and the whole of what was cut."""
    lost: list[Element] = []
    if not columns:
        return _stacked(_cut_down(above, box, size, lost), box, size) or (), _whole(lost)
    top = min(_total(above, box.width, size), box.height * 0.4) if above else 0.0
    kept = _cut_down(above, Box(box.left, box.top, box.width, top), size, lost)
    used = _total(kept, box.width, size) + GAP if kept else 0.0
    below = Box(box.left, box.top + used, box.width, box.height - used)
    cut = [_cut_down(column, place, size, lost) for column, place in zip(columns, _across(columns, below), strict=True)]
    return _placed(kept, cut, box, size) or (), _whole(lost)


def _cut_down(found: Sequence[Element], box: Box, size: float, lost: list[Element]) -> list[Element]:
    """Elements that together fit: the small ones whole, the large ones an equal share of what is left."""
    rooms = _allotted([each.height(box.width, size) for each in found], box.height - GAP * max(0, len(found) - 1))
    kept = list[Element]()
    for each, room in zip(found, rooms, strict=True):
        head, rest = each.cut(box.width, size, room)
        if rest is not None:
            lost.append(each)
        if head is not None:
            kept.append(head if rest is None else head.ended())
    return kept


def _allotted(wanted: Sequence[float], room: float) -> list[float]:
    found = [0.0] * len(wanted)
    left = room
    for count, (want, at) in enumerate(sorted((want, at) for at, want in enumerate(wanted))):
        found[at] = min(want, left / (len(wanted) - count))
        left -= found[at]
    return found


def _whole(lost: Sequence[Element]) -> str:
    """The text of what was cut, for the notes."""
    names = {Flow: "Text", Verbatim: "Text as it is", Tabular: "Table", Drawn: "Picture"}
    return "\n\n".join(f"{names[type(each)]} that was cut on the slide, whole:\n{each.told()}" for each in lost)


def _pages(blocks: Sequence[Block]) -> list[tuple[Piece, ...]]:
    """As many slides as it takes, in one size."""
    pages: list[tuple[Piece, ...]] = []
    page, top = list[Piece](), BODY.top
    waiting: list[Element] = elements.of(blocks)
    while waiting:
        each = waiting.pop(0)
        room = BODY.top + BODY.height - top
        height = each.height(BODY.width, PLAIN)
        if each.elastic and room >= LEAST_PICTURE + 60:
            height = min(room, 340.0) if page else room
        head, rest = (each, None) if height <= room + 0.01 else each.cut(BODY.width, PLAIN, room)
        fresh = not page
        if head is None and fresh:  # what fits on no slide by itself: its place is a whole slide, and it is cut there
            head, rest = each, None
            height = BODY.height
        if head is not None and (rest is None or fresh or room > BODY.height / 3 or isinstance(each, Flow)):
            if rest is not None:
                height = head.height(BODY.width, PLAIN)
            page += head.pieces(Box(BODY.left, top, BODY.width, min(height, room)), PLAIN)
            top += height + GAP
            waiting = [rest, *waiting] if rest is not None else waiting
            if rest is None and waiting:
                continue
        else:
            waiting.insert(0, each)
        pages.append(tuple(page))
        page, top = [], BODY.top
    if page:
        pages.append(tuple(page))
    return pages or [()]
