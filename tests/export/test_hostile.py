"""Hostile and empty blocks in every format: each is written, read back by an independent reader, and shown whole."""

import io
import re
from collections.abc import Callable
from typing import Any

import html5lib
import pypdf
import pytest

from workbench.export import writers
from workbench.export.literal import visible
from workbench.export.model import (
    Brand,
    Cell,
    Chart,
    Code,
    Column,
    Diagram,
    Document,
    Heading,
    Line,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Section,
    Table,
    inline,
    leads,
)
from workbench.export.pdf import setting
from workbench.export.pdf.sheets import Sheet, Text

TEXTS = (
    "bell\x07 nul\x00 esc\x1b[31m end \x85 del\x7f",
    "lone \ud800 and \udfff, no character \ufffe \uffff",
    "````md\n```python\nprint(1)\n```\n````\n~~~\n# Title\n\n---\n<details>",
    '=HYPERLINK("http://x.invalid") _x0041_ &lt;b&gt; <!-- c --> ]]> {{ 7 }}',
)
KINDS = ("bar", "bars", "line", "forest", "radar", "matrix", "gantt")


def charts(text: str, number: float = 2.0) -> list[Chart]:
    line = Line(text, (1.0, number, None), (0.5, 1.0, 1.0), (1.5, 3.0, 4.0))
    return [Chart(kind, text, text if kind != "gantt" else "", (text, f"{text} 2", "c"), (line,), 3, text, text) for kind in KINDS]


def blocks(text: str) -> list[Any]:
    said = Paragraph(inline(text))
    table = Table((Column(text), Column("n", "right")), ((Cell(inline(text)), Cell((), 1.0)),), text)
    return [
        Heading(3, inline(text)), Heading(4, inline(text)), said, ListBlock(((said, Code(text)), (), (table,))), Code(text, "json", text),
        Quote((said, table)), Quote(()), Note("bad", (said, table)), Note("missing", ()), table,
        Diagram(f'graph LR\n A["{text}"] --> B', text),
    ]  # fmt: skip


EMPTY = (
    Table((), ()),
    Table((Column("n"),), ()),
    ListBlock(()),
    Code(""),
    Paragraph(()),
    Heading(3, ()),
    Diagram(""),
    Diagram("graph LR"),
    *charts(""),
    *charts("odd", float("nan")),
    Chart("bar", "", "", (), ()),
)


def holding(*inside: Any, kind: str = "sample", title: str = "Title") -> Document:
    return Document(kind, title, "", "x", (Section("one", "One", inside, title),), brand=Brand(name=title))


def sheet_text(sheet: Sheet) -> str:
    return "".join(mark.part.piece.text for _, mark in sheet.marks if isinstance(mark, Text))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def docx(data: bytes) -> str:
    import docx

    return "".join(node.text or "" for node in docx.Document(io.BytesIO(data)).element.body.iter() if node.tag.endswith("}t"))


def xlsx(data: bytes) -> str:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data))
    return "".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row).replace("_x005F_", "_")


def pptx(data: bytes) -> str:
    import pptx

    return "".join(node.text or "" for slide in pptx.Presentation(io.BytesIO(data)).slides for node in slide.element.iter())


def html(data: bytes) -> str:
    return "".join(html5lib.HTMLParser(strict=True).parse(data.decode()).itertext())


def pdf(data: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data), strict=True).pages)


READERS: dict[str, Callable[[bytes], str]] = {"docx": docx, "xlsx": xlsx, "pptx": pptx, "html": html, "slides.html": html, "pdf": pdf}


@pytest.mark.parametrize("form", READERS)
def test_each_block_with_each_hostile_text_is_shown_whole(form: str) -> None:
    for text in TEXTS:
        found = squeezed(READERS[form](writers.get(form).write(holding(*blocks(text), title=text))))
        assert found.count(squeezed(visible(text))) >= 4, text


@pytest.mark.parametrize("form", READERS)
def test_charts_of_hostile_texts_and_blocks_of_nothing_are_written(form: str) -> None:
    found = READERS[form](writers.get(form).write(holding(*EMPTY, *charts(TEXTS[1]), Paragraph(inline("the end")))))
    assert "the end" in found


@pytest.mark.parametrize(
    "last", [Paragraph(inline("It follows.")), Code("It follows.", caption="What"), Note("info", (Paragraph(inline("It follows.")),))]
)
def test_what_leads_to_something_is_never_alone_at_the_foot_of_a_page(last: Any) -> None:
    lead = Paragraph(inline("A short sentence leads to it:"))
    for points in range(0, 60, 3):
        before = [Paragraph(inline(f"Line {number}.")) for number in range(33)] + [Code("x")] * (points // 20)
        rest = [Table((Column("n"),), tuple((Cell(inline(str(n))),) for n in range(points % 20 // 3)))]
        for sheet in setting.sheets(holding(*before, *rest, Heading(4, inline("Alone?")), lead, last)):
            said = sheet_text(sheet)
            assert ("Alone?" in said) == ("leads to it" in said) == ("It follows." in said)


def test_a_heading_before_what_fills_a_page_stays_with_the_line_after_it() -> None:
    tall = Table((Column("n"),), ((Cell(inline("word\n" * 200)),),))
    for before in range(30, 48):
        made = (*(Paragraph(inline(f"Line {number}.")) for number in range(before)), Heading(3, inline("Alone?")), tall)
        for sheet in setting.sheets(holding(*made)):
            said = sheet_text(sheet)
            assert "Alone?" not in said or "word" in said


def test_a_short_table_is_not_torn_apart_and_a_long_one_ends_with_two_rows() -> None:
    for before in range(24, 44):
        lines = tuple(Paragraph(inline(f"Line {number}.")) for number in range(before))
        for count, least in ((9, 9), (60, 2)):
            table = Table((Column("n"),), tuple((Cell(inline(f"row{number};")),) for number in range(count)))
            found = [sheet_text(sheet).count("row") for sheet in setting.sheets(holding(*lines, table))]
            assert all(rows >= least for rows in found if rows), found


def test_a_heading_a_sentence_before_a_table_and_a_colon_lead() -> None:
    table = Table((Column("n"),), ())
    short, colon, long = (Paragraph(inline(text)) for text in ("Short.", "These:", "Long. " * 60))
    assert leads(Heading(3, inline("x")), None)
    assert leads(short, table)
    assert leads(colon, ListBlock(()))
    assert not leads(short, short)
    assert not leads(long, table)
    assert not leads(short, None)
