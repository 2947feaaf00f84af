"""What stands around the blocks: title block, table of contents, running heads, pages upright and turned."""

from collections.abc import Sequence
from html import escape

from workbench.export import figures
from workbench.export.literal import visible
from workbench.export.model import Document, inline
from workbench.export.word import text
from workbench.export.word.blocks import CONTENTS, TURNED, UPRIGHT, Entry, Piece
from workbench.export.word.text import Look, Place

_LONGEST_HEAD = 90  # characters; the whole title stands on the first page
_MANY = 9  # entries; a longer table of contents has its page to itself
_SIZES = {UPRIGHT: 'w:w="11906" w:h="16838"', TURNED: 'w:w="16838" w:h="11906" w:orient="landscape"'}


def title(document: Document, logo: str) -> str:
    """The title block: a logo (a run) where there is one, title, subtitle, the date of the data and whose it is."""
    made = text.paragraph(logo, Look("Picture", keep=True), Place()) if logo else ""
    made += _line(document.title, "Title")
    made += _line(document.subtitle, "Subtitle") if document.subtitle else ""
    dated = f"Data as of {figures.day(document.as_of_ms)}" if document.as_of_ms is not None else "Without data"
    return made + _line(" · ".join(part for part in (dated, document.brand.name) if part), "TitleFacts")


def contents(entries: Sequence[Entry]) -> str:
    """The table of contents as a field that Word fills with pages when asked to; until then its entries lead where they say."""
    told = f'<w:r><w:instrText xml:space="preserve"> TOC \\o "1-{CONTENTS}" \\h \\z \\u </w:instrText></w:r>'
    begin = f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{told}'
    begin += '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    lines = []
    for at, entry in enumerate(entries):
        base = text.rtl(entry.text)
        said = (
            f'<w:hyperlink w:anchor="{entry.bookmark}" w:history="1">{text.inline(inline(entry.text), _nowhere, base=base)}</w:hyperlink>'
        )
        inner = (begin if not at else "") + said + (end if at == len(entries) - 1 else "")
        lines.append(text.paragraph(inner, Look(f"TOC{entry.level}"), Place(), right_to_left=base))
    head = text.paragraph(text.words("Contents"), Look("TOCHeading"), Place())
    listed = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
    made = f"<w:sdt><w:sdtPr>{listed}</w:sdtPr><w:sdtContent>{head}{''.join(lines)}</w:sdtContent></w:sdt>"
    return made + (text.paragraph('<w:r><w:br w:type="page"/></w:r>', Look("Spacer"), Place()) if len(entries) >= _MANY else "")


def header(document: Document) -> str:
    """The running head: the title, cut where it is long."""
    said = " ".join(visible(document.title).split())
    said = said if len(said) <= _LONGEST_HEAD else said[: _LONGEST_HEAD - 1] + "…"
    return _line(said, "Header")


def footer() -> str:
    """Page of pages."""
    fields = [f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>' for name in ("PAGE", "NUMPAGES")]
    return text.paragraph(text.words("Page ") + fields[0] + text.words(" of ") + fields[1], Look("Footer"), Place())


def pages(pieces: Sequence[Piece], running: str) -> str:
    """The pieces with the ends of their sections, the last one's included. `running` names headers and footers."""
    made, first = [], True
    rest = list(pieces)
    last = TURNED if rest and rest[-1].turns == TURNED else UPRIGHT
    if last == TURNED:
        rest.pop()
    for piece in rest:
        made.append(piece.xml)
        if piece.turns in _SIZES:
            made.append(text.paragraph("", Look("Spacer", tail=_section(piece.turns, running, first=first)), Place()))
            first = False
    return "".join(made) + _section(last, running, first=first)


def core(document: Document) -> dict[str, str]:
    """Title, subject, author and language for the file's properties."""
    said = {"title": document.title, "subject": document.subtitle, "author": document.brand.name or "Prompt Workbench"}
    return {name: visible(value)[:255] for name, value in said.items()}


def _section(way: str, running: str, *, first: bool) -> str:
    margins = 'w:top="1247" w:right="1134" w:bottom="1134" w:left="1134" w:header="624" w:footer="567" w:gutter="0"'
    alone = "<w:titlePg/>" if first else ""  # the first page carries the title itself
    return f'<w:sectPr>{running}<w:type w:val="nextPage"/><w:pgSz {_SIZES[way]}/><w:pgMar {margins}/>{alone}</w:sectPr>'


def _line(said: str, style: str) -> str:
    base = text.rtl(said)
    return text.paragraph(text.inline(inline(said), _nowhere, base=base), Look(style), Place(), right_to_left=base)


def _nowhere(_: str) -> str:
    return ""


def attribute(name: str, value: str) -> str:
    """An XML attribute."""
    return f' {name}="{escape(value)}"'
