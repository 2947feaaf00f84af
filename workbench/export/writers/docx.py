"""A document as DOCX: headings, tables, lists and links that Word knows as such; charts as pictures with words in their stead."""

import io
import re
import struct
from typing import Any

from workbench.export import provenance
from workbench.export.model import Document, Section, anchors
from workbench.export.word import around, styles
from workbench.export.word.blocks import Body
from workbench.export.word.text import address
from workbench.export.writers import packaging, writer

_SPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.openxmlformats.org/{path}"'
    for prefix, path in {
        "w": "wordprocessingml/2006/main",
        "r": "officeDocument/2006/relationships",
        "wp": "drawingml/2006/wordprocessingDrawing",
        "a": "drawingml/2006/main",
        "pic": "drawingml/2006/picture",
    }.items()
)
_LOGO_WIDE, _LOGO_TALL = 2_600, 900  # twips at most
_UNUSED = ("stylesWithEffects", "customXml", "thumbnail")  # parts of the library's empty document that say nothing


@writer("docx", suffix=".docx", mime="application/vnd.openxmlformats-officedocument.wordprocessingml.document")
def write(document: Document) -> bytes:
    """The file. It reads no clock: equal documents give equal bytes."""
    import docx
    from docx.oxml.parser import parse_xml

    made = docx.Document()
    marks = bookmarks(document.sections)
    paint = styles.paint(document.brand.accent)
    body = Body(document.brand, paint, _links(made.part, marks), lambda data: str(made.part.get_or_add_image(io.BytesIO(data))[0]))
    logo = _logo(body, document.brand.logo)
    for section, mark in zip(document.sections, marks.values(), strict=True):
        body.section(section, mark)
    running = _running(made, document)
    head = around.title(document, logo) + (around.contents(body.entries) if document.contents and body.entries else "")
    whole = f"<w:document {_SPACES}><w:body>{head}{around.pages(body.pieces, running)}</w:body></w:document>"
    # Put in as one: the library moves paragraphs one by one, which takes minutes where they are long.
    made.part._element = parse_xml(whole)  # noqa: SLF001
    _dress(made, body)
    for name, value in around.core(document).items():
        setattr(made.core_properties, name, value)
    made.core_properties.language = styles.LANGUAGE
    made.core_properties.comments = made.core_properties.keywords = ""
    out = io.BytesIO()
    made.save(out)
    return packaging.package(out.getvalue(), provenance.text(document), document.as_of_ms)


def bookmarks(sections: tuple[Section, ...]) -> dict[str, str]:
    """Anchor -> bookmark, in the order of the sections: letters, digits and underscores, at most 40 of them, none twice."""
    found: dict[str, str] = {}
    for number, anchor in enumerate(anchors(sections).values(), 1):
        name = "s_" + re.sub(r"\W", "_", anchor)
        found[anchor] = name if len(name) <= 40 and name not in found.values() else f"{name[:32]}_{number}"
    return found


def _links(part: Any, marks: dict[str, str]) -> Any:
    """What turns an address into the attributes of a hyperlink."""

    def link(url: str) -> str:
        if url.startswith("#"):
            return around.attribute("w:anchor", marks[url[1:]]) if url[1:] in marks else ""
        whole = address(url)
        return around.attribute("r:id", part.relate_to(whole, _HYPERLINK, is_external=True)) if whole else ""

    return link


_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def _logo(body: Body, data: bytes) -> str:
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) < 33:
        return ""
    across, down = struct.unpack(">II", data[16:24])
    if not across or not down:
        return ""
    shrink = min(_LOGO_WIDE / across, _LOGO_TALL / down)
    return body.picture(data, body.brand.name or "Logo", across * shrink, down * shrink)


def _running(made: Any, document: Document) -> str:
    """Headers and footers as parts of the file; the references that every section repeats come back."""
    (section,) = made.sections
    section.different_first_page_header_footer = True
    for part, xml in (
        (section.header, around.header(document)),
        (section.footer, around.footer()),
        (section.first_page_header, "<w:p/>"),
        (section.first_page_footer, around.footer()),
    ):
        part.is_linked_to_previous = False
        _fill(part._element, xml)  # noqa: SLF001 - the library has no way to write fields
    kept = [child for child in section._sectPr if child.tag.endswith(("}headerReference", "}footerReference"))]  # noqa: SLF001
    return "".join(f"<w:{_local(each.tag)}{''.join(_prefixed(*pair) for pair in sorted(each.items()))}/>" for each in kept)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _prefixed(name: str, value: str) -> str:
    return around.attribute(f"{'r' if 'relationships' in name else 'w'}:{_local(name)}", value)


def _dress(made: Any, body: Body) -> None:
    """Styles, lists and settings; the parts that nobody reads go."""
    root = made.styles.element
    for child in [each for each in root if each.tag.endswith(("}style", "}docDefaults"))]:
        root.remove(child)
    defaults, *rest = _parsed(styles.styles(body.paint))
    root.insert(0, defaults)
    root.extend(rest)
    lists = made.part.numbering_part.element
    for child in list(lists):
        lists.remove(child)
    lists.extend(_parsed(styles.numbering(body.ordered)))
    for each in made.settings.element.iter():
        if each.tag.endswith("}compatSetting") and "compatibilityMode" in each.values():
            each.set(next(name for name in each.keys() if name.endswith("}val")), "15")  # noqa: SIM118 - of XML, no dict
    for name in [key for key, each in made.part.rels.items() if each.reltype.rpartition("/")[2] in _UNUSED]:
        del made.part.rels[name]


def _fill(element: Any, xml: str) -> None:
    for child in list(element):
        element.remove(child)
    element.extend(_parsed(xml))


def _parsed(xml: str) -> list[Any]:
    """The children that this XML spells, with the classes of the library."""
    from docx.oxml.parser import parse_xml

    return list(parse_xml(f"<w:body {_SPACES}>{xml}</w:body>"))
