"""A document as pages: title block, contents, sections, and the line at the head of every page but the first."""

from datetime import UTC, datetime

from workbench.export import model, scripts
from workbench.export.model import Document, Note, Paragraph, Run, inline
from workbench.export.pdf import blocks, looks, shaping
from workbench.export.pdf.breaking import Style, lines, widest
from workbench.export.pdf.looks import COLOURS, SMALL, Base
from workbench.export.pdf.sheets import HEIGHT, LEFT, ROOM, WIDTH, Box, Draw, Mark, PageOf, Picture, Sheet, Tag, gap, stacked

_LOGO_WIDTH, _LOGO_HEIGHT = 150.0, 42.0


def sheets(document: Document) -> list[Sheet]:
    """The pages of a document, complete but for the numbers of pages, which `PageOf` and the foot are told later."""
    anchors = model.anchors(document.sections)
    found = [*_logo(document), *_title(document), *_remark(document)]
    if document.contents and len(document.sections) > 1:
        found += _contents(document, anchors)
    for section in document.sections:
        found += [gap(20.0), *_opening(section.title, anchors[section.key]), *_stops(blocks.boxes(section.blocks, ROOM, document.brand))]
    pages = stacked(found)
    for sheet in pages[1:]:
        _running(sheet, document)
    return pages


def one_line(text: str) -> str:
    """A title without line breaks or stretches of white space."""
    return " ".join(shaping.clean(text).split()) or "Untitled"


def _logo(document: Document) -> list[Box]:
    size = _size(document.brand.logo)
    if size is None:
        return []
    scale = min(_LOGO_WIDTH / size[0], _LOGO_HEIGHT / size[1])
    width, height = size[0] * scale, size[1] * scale

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.put(Picture(x, y, width, height, document.brand.logo))

    return [Box(height + 14, draw, keep=True, tag=Tag("Figure", document.brand.name or "Logo"))]


def _size(png: bytes) -> tuple[int, int] | None:
    """(width, height) of a PNG in pixels, from its head; None where it is none."""
    if len(png) < 24 or not png.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    return (width, height) if width and height else None


def _title(document: Document) -> list[Box]:
    title = lines(looks.spans((Run(one_line(document.title)),), Base(21.0, bold=True)), ROOM)
    found = blocks.paragraph(title, ROOM, leading=1.22, tag="H1", keep=True)
    if document.subtitle:
        found += [
            gap(3.0),
            *blocks.paragraph(lines(looks.spans(inline(document.subtitle), Base(11.5, colour="muted")), ROOM), ROOM, keep=True),
        ]
    said = " · ".join(part for part in (document.brand.name, _as_of(document)) if part)
    if said:
        found += [gap(4.0), *blocks.paragraph(lines(looks.spans(inline(said), Base(SMALL, colour="muted")), ROOM), ROOM, keep=True)]
    found[0].draw = _first(found[0].draw, ("", 1, one_line(document.title)))
    return [*found, Box(14.0, _rule(looks.rgb(document.brand.accent)))]


def _as_of(document: Document) -> str:
    if document.as_of_ms is None:
        return ""
    day = f"{datetime.fromtimestamp(document.as_of_ms / 1000, UTC):%Y-%m-%d}"
    return "" if day in document.subtitle else f"Data up to {day}"


def _remark(document: Document) -> list[Box]:
    said = scripts.remark(document)
    return [gap(4.0), *blocks.boxes((Note("warning", (Paragraph(inline(said)),)),), ROOM, document.brand)] if said else []


def _rule(colour: str) -> Draw:
    return lambda sheet, x, y: sheet.fill(x, y + 7, ROOM, 1.6, colour)


def _contents(document: Document, anchors: dict[str, str]) -> list[Box]:
    head = blocks.paragraph(lines(looks.spans(inline("Contents"), Base(12.0, bold=True)), ROOM), ROOM, tag="P", keep=True)
    found: list[Box] = [gap(10.0), *head, gap(3.0, keep=True)]
    for section in document.sections:
        found += _entry(one_line(section.title), anchors[section.key])
    return found


def _entry(title: str, anchor: str) -> list[Box]:
    style = Style(colour="ink", link=f"#{anchor}")
    found = lines([(title, style)], ROOM - 40)
    mark = Tag("TOCI")

    def draw(sheet: Sheet, x: float, y: float) -> None:
        for number, line in enumerate(found):
            sheet.line(line, x, y + number * 14 + 10)
        last = y + (len(found) - 1) * 14 + 10
        left = x + found[-1].width + 6
        for dot in range(int(left // 5) + 1, int((x + ROOM - 22) // 5)):
            sheet.fill(dot * 5.0, last - 0.8, 0.8, 0.8, COLOURS["rule"])
        sheet.put(PageOf(x + ROOM, last, anchor, Style(colour="muted")))
        sheet.links.append((x + ROOM - 20, last - 9, 20, 12, f"#{anchor}"))

    return [Box(14.0 * len(found) + 1, draw, tag=mark)]


def _opening(title: str, anchor: str) -> list[Box]:
    found = blocks.paragraph(
        lines(looks.spans(inline(one_line(title)), Base(15.0, bold=True, colour="accent")), ROOM), ROOM, leading=1.25, tag="H2", keep=True
    )
    found[0].draw = _first(found[0].draw, (anchor, 2, one_line(title)))
    return [*found, gap(5.0, keep=True)]


def _stops(found: list[Box]) -> list[Box]:
    """Headings inside a section are in the outline too."""
    titles: set[int] = set()
    for box in found:
        if box.tag is None or box.tag.kind not in {"H3", "H4"} or id(box.tag) in titles or not box.tag.alt:
            continue
        titles.add(id(box.tag))
        box.draw = _first(box.draw, ("", int(box.tag.kind[1]), box.tag.alt))
    return found


def _first(draw: Draw, stop: tuple[str, int, str]) -> Draw:
    def drawn(sheet: Sheet, x: float, y: float) -> None:
        sheet.headings.append((*stop, y))
        draw(sheet, x, y)

    return drawn


def _running(sheet: Sheet, document: Document) -> None:
    sheet.tag = None
    style = Style(size=7.6, colour="muted")
    name = _short(one_line(document.brand.name) if document.brand.name else "", 160, style)
    room = ROOM - (widest([(name, style)])[1] + 16 if name else 0)
    for text, right in ((_short(one_line(document.title), room, style), False), (name, True)):
        if text:
            (line,) = lines([(text, style)], ROOM)
            sheet.line(line, WIDTH - LEFT - line.width if right else LEFT, 40)
    sheet.fill(LEFT, 46, ROOM, 0.5, COLOURS["rule"])


def _short(text: str, room: float, style: Style) -> str:
    if widest([(text[:300], style)])[1] <= room and len(text) <= 300:
        return text
    cut = text[:300]
    while cut and widest([(cut + "…", style)])[1] > room:
        cut = cut[: int(len(cut) * 0.95)]
    return cut.rstrip() + "…"


def foot(number: int, count: int) -> Mark:
    """The number of a page: "3 of 12"."""
    style = Style(size=7.6, colour="muted")
    (line,) = lines([(f"{number} of {count}", style)], ROOM)
    sheet = Sheet()
    sheet.line(line, WIDTH - LEFT - line.width, HEIGHT - 34)
    return sheet.marks[0][1]
