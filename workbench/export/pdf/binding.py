"""Pages as the bytes of a file: fonts, operators, links, outline, structure, what the file says of itself."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from fpdf import FPDF
from fpdf.enums import PDFResourceType

from workbench.export import provenance
from workbench.export.model import Document
from workbench.export.pdf import looks, setting
from workbench.export.pdf.breaking import Part, lines
from workbench.export.pdf.embedding import Faces
from workbench.export.pdf.sheets import HEIGHT, LEFT, Mark, PageOf, Picture, Sheet, Tag, Text

_NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)  # for a document without data: as in every other format


class _File(FPDF):
    """A file that takes operators as they are: fpdf2 gives its own pages no public way to."""

    def operators(self, said: str) -> None:
        """Add operators to the page that is being written."""
        self._out(said)

    def begin(self, tag: Tag | None, number: int) -> None:
        """What follows, up to `end`, is one element of the structure; without a tag it is none of the text."""
        if tag is None:
            self._out("/Artifact BMC")
            return
        alt = tag.alt if tag.kind == "Figure" and tag.alt else None
        _, place = self.struct_builder.add_marked_content(page_number=self.page, struct_type=f"/{tag.kind}", mcid=number, alt_text=alt)
        self.pages[self.page].struct_parents = place
        self._out(f"/{tag.kind} <</MCID {number}>> BDC")

    def end(self) -> None:
        """The element is over."""
        self._out("EMC")

    def uses(self, fonts: set[int]) -> None:
        """The page that is being written uses these fonts."""
        for number in sorted(fonts):
            self._resource_catalog.add(PDFResourceType.FONT, number, self.page)


def bound(document: Document, sheets: list[Sheet]) -> bytes:
    """The file."""
    pdf = _File(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    _described(pdf, document)
    where = {heading[0]: number for number, sheet in enumerate(sheets, 1) for heading in sheet.headings if heading[0]}
    for number, sheet in enumerate(sheets, 1):
        sheet.marks.append((None, setting.foot(number, len(sheets))))
        sheet.marks = [(tag, _number(mark, where) if isinstance(mark, PageOf) else mark) for tag, mark in sheet.marks]
    faces = Faces(pdf, (mark.part.piece for sheet in sheets for _, mark in sheet.marks if isinstance(mark, Text)))
    colours = {**looks.COLOURS, "accent": looks.rgb(document.brand.accent)}
    for _ in sheets:
        pdf.add_page()
    targets = _targets(pdf, sheets)
    for number, sheet in enumerate(sheets, 1):
        pdf.page = number
        _page(pdf, sheet, faces, colours)
        _links(pdf, sheet, targets)
    return bytes(pdf.output())


def _described(pdf: _File, document: Document) -> None:
    """Metadata: in the head of the file, and as XMP with what the document was written from."""
    title, author = setting.one_line(document.title), document.brand.name
    pdf.set_title(title)
    pdf.set_lang("en")
    pdf.set_creator("Prompt Workbench")
    if author:
        pdf.set_author(setting.one_line(author))
    made = _NO_DATE if document.as_of_ms is None else datetime.fromtimestamp(document.as_of_ms // 1000, UTC)
    pdf.set_creation_date(made)
    creator = f"<dc:creator><rdf:Seq><rdf:li>{escape(setting.one_line(author))}</rdf:li></rdf:Seq></dc:creator>" if author else ""
    pdf.set_xmp_metadata(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pw="urn:prompt-workbench">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>{creator}'
        f"<dc:language><rdf:Bag><rdf:li>en</rdf:li></rdf:Bag></dc:language>"
        f"<pw:sources>{escape(provenance.comment(document))}</pw:sources></rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def _number(mark: PageOf, where: dict[str, int]) -> Mark:
    (line,) = lines([(str(where.get(mark.anchor, "")), mark.style)], 100)
    return Text(mark.x - line.width, mark.y, line.parts[0]) if line.parts else ""


def _page(pdf: _File, sheet: Sheet, faces: Faces, colours: dict[str, str]) -> None:
    """The marks of a page; those of one block, one after the other, are one element of the structure."""
    used: set[int] = set()
    count = 0
    for tag, marks in _grouped(sheet):
        pdf.begin(tag, count)
        count += tag is not None
        for mark in marks:
            if isinstance(mark, Picture):
                pdf.image(io.BytesIO(mark.data), mark.x, mark.y, mark.width, mark.height)
            elif isinstance(mark, Text):
                used.add(faces.number(mark.part.piece.face))
                pdf.operators(_text(mark, faces, colours))
            elif isinstance(mark, str):
                pdf.operators(mark)
        pdf.end()
    pdf.uses(used)


def _grouped(sheet: Sheet) -> Iterator[tuple[Tag | None, list[Mark]]]:
    """The marks of each tag together, in the order in which the tags came: a cell is read to its end before the next one."""
    groups: dict[int, tuple[Tag | None, list[Mark]]] = {}
    for tag, mark in sheet.marks:
        groups.setdefault(id(tag), (tag, []))[1].append(mark)
    yield from groups.values()


def _text(mark: Text, faces: Faces, colours: dict[str, str]) -> str:
    part: Part = mark.part
    size = part.style.size
    font = f"/F{faces.number(part.piece.face)} {size:.2f} Tf"
    place = f"{mark.x:.2f} {HEIGHT - mark.y:.2f} Td"
    said = f"BT {colours[part.style.colour]} rg {font} {place} {faces.shown(part.piece, size)} ET"
    if part.style.link and not part.blank and part.style.colour == "link":
        said += f" {mark.x:.2f} {HEIGHT - mark.y - 1.4:.2f} {part.width:.2f} 0.4 re f"
    return said


def _targets(pdf: _File, sheets: list[Sheet]) -> dict[str, int]:
    """Anchor -> a place to go to; headings go into the outline as well."""
    found: dict[str, int] = {}
    deepest = -1
    for number, sheet in enumerate(sheets, 1):
        pdf.page = number
        for anchor, level, title, y in sorted(sheet.headings, key=lambda heading: heading[3]):
            pdf.set_xy(LEFT, max(0.0, y - 6))
            deepest = min(level - 1, deepest + 1)
            pdf.start_section(title, level=deepest)
            if anchor:
                found[anchor] = pdf.add_link(y=max(0.0, y - 6), page=number)
    return found


def _links(pdf: _File, sheet: Sheet, targets: dict[str, int]) -> None:
    for x, y, width, height, link in sheet.links:
        if link.startswith("#"):
            if link[1:] in targets:
                pdf.link(x, y, width, height, targets[link[1:]])
        else:
            pdf.link(x, y, width, height, _ascii(link))


def _ascii(link: str) -> str:
    """An address as PDF holds it: what is not ASCII is percent-encoded."""
    from urllib.parse import quote

    return re.sub(r"[^\x21-\x7e]", lambda found: quote(found.group(), errors="replace"), link)
