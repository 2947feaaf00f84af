"""A document as DOCX: every text whole and in order, opened by another library, with the structure that Word knows."""

import io
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.document import Document as Opened
from docx.oxml.ns import qn

from tests.export import flat
from tests.export.sample import AS_OF_MS, HOSTILE, SCRIPTS, document
from workbench.export import provenance
from workbench.export.literal import visible
from workbench.export.model import (
    Block,
    Brand,
    Cell,
    Code,
    Column,
    Diagram,
    Document,
    Heading,
    ListBlock,
    Note,
    Paragraph,
    Run,
    Section,
    Table,
    inline,
)
from workbench.export.word.text import rtl
from workbench.export.writers import get
from workbench.export.writers.packaging import read_custom


def written(made: Document) -> bytes:
    return get("docx").write(made)


def opened(made: Document) -> Opened:
    return docx.Document(io.BytesIO(written(made)))


def holding(*blocks: Block, **fields: object) -> Document:
    return replace(Document("sample", "Title", "", "x", (Section("one", "One", blocks),)), **fields)


def lines(file: Opened) -> list[str]:
    """The text of every paragraph in order, those in tables too."""
    found = []
    for paragraph in file.element.body.iter(qn("w:p")):
        parts = {qn("w:t"): lambda node: node.text or "", qn("w:br"): lambda _: "\n", qn("w:tab"): lambda _: "\t"}
        found.append("".join(parts[node.tag](node) for node in paragraph.iter(*parts)))
    return found


@pytest.fixture(scope="module")
def sample() -> bytes:
    return written(document())


@pytest.fixture(scope="module")
def file(sample: bytes) -> Opened:
    return docx.Document(io.BytesIO(sample))


def test_every_text_stands_in_the_file_whole_and_in_order(file: Opened) -> None:
    whole, at = "\n".join(lines(file)), 0
    for text in flat.texts(document()):
        found = whole.find(text, at)
        assert found >= 0, text
        at = found + len(text)


def test_the_file_says_what_it_was_written_from_and_when(sample: bytes, file: Opened) -> None:
    assert read_custom(sample) == provenance.text(document())
    assert file.core_properties.title == document().title
    assert f"{file.core_properties.created:%Y-%m-%d}" == "2026-09-21"
    assert "Data as of 2026-09-21 · Example & Co" in lines(file)


def test_headings_are_word_s_own_and_never_left_alone_at_the_foot_of_a_page(file: Opened) -> None:
    named = [(each.style.name, each.text) for each in file.paragraphs if each.style and each.style.name.startswith(("Heading", "Title"))]
    sections = [visible(section.title) for section in document().sections]
    assert [text for style, text in named if style == "Heading 1"] == sections
    assert ("Heading 2", "A smaller heading") in named
    assert named[0] == ("Title", document().title)
    headings = [each for each in file.paragraphs if each.style and each.style.name.startswith("Heading")]
    assert all(each._p.pPr.find(qn("w:keepNext")) is not None for each in headings)


def test_the_contents_are_a_field_with_entries_that_lead_to_their_headings(file: Opened) -> None:
    body = file.element.body
    assert [each.text for each in body.iter(qn("w:instrText"))] == [' TOC \\o "1-2" \\h \\z \\u ']
    assert [each.get(qn("w:fldCharType")) for each in body.iter(qn("w:fldChar"))] == ["begin", "separate", "end"]
    entries = [each for each in body.iter(qn("w:hyperlink")) if (each.get(qn("w:anchor")) or "").startswith("_Toc")]
    titles = ["Overview", "A smaller heading", "Tables", "Charts", HOSTILE[0], "Scripts: العربية"]
    assert ["".join(node.text for node in each.iter(qn("w:t"))) for each in entries] == titles
    marks = {each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))}
    assert {each.get(qn("w:anchor")) for each in entries} <= marks
    assert file.settings.element.find(qn("w:updateFields")) is None


def test_a_document_without_contents_has_none() -> None:
    assert list(opened(holding(contents=False)).element.body.iter(qn("w:instrText"))) == []


def test_every_mark_has_a_number_and_a_name_of_its_own() -> None:
    made = replace(document(), sections=tuple(Section(f"{'very-long-key-' * 5}{n}", f"Title {n}", ()) for n in range(30)))
    starts = list(opened(made).element.body.iter(qn("w:bookmarkStart")))
    for attribute in ("w:id", "w:name"):
        values = [each.get(qn(attribute)) for each in starts]
        assert len(values) == len(set(values)) == 60
        assert max(map(len, values)) <= 40


def test_links_to_the_web_and_into_the_document_are_real_and_no_other_is() -> None:
    urls = [
        "https://example.com/a?b=c&d=e",
        "mailto:a@example.com",
        "#two-parts",
        "#nowhere",
        "javascript:alert(1)",
        "https://a b",
        "file:///x",
    ]
    sections = (Section("one", "One", tuple(Paragraph((Run(url, link=url),)) for url in urls)), Section("two parts", "Two", ()))
    file = opened(replace(document(), sections=sections, contents=False))
    found = list(file.element.body.iter(qn("w:hyperlink")))
    assert [file.part.rels[each.get(qn("r:id"))].target_ref for each in found if each.get(qn("r:id"))] == urls[:2]
    assert [each.get(qn("w:anchor")) for each in found if each.get(qn("w:anchor"))] == ["s_two_parts"]
    assert [line for line in lines(file) if line in urls] == urls


def test_tables_repeat_their_header_and_keep_their_rows_and_stand_within_the_page(file: Opened) -> None:
    first = file.tables[0]
    assert first.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in first.rows)
    assert first.rows[3].cells[1].paragraphs[0].alignment == 2
    for table in file.tables:
        widths = [int(each.get(qn("w:w"))) for each in table._tbl.iter(qn("w:gridCol"))]
        assert sum(widths) <= 9_638
        assert min(widths) > 300


def wide(count: int, word: str = "word") -> Table:
    return Table(tuple(Column(f"Col {n}") for n in range(count)), (tuple(Cell(inline(f"{word} {n}")) for n in range(count)),) * 3)


def test_a_table_too_wide_for_the_page_turns_it_with_its_heading_and_back() -> None:
    blocks = (Paragraph(inline("before")), Heading(3, inline("Wide")), wide(11, "fourteen-chars"), Paragraph(inline("after")))
    body = opened(holding(*blocks)).element.body
    ways = [each.find(qn("w:pgSz")).get(qn("w:orient")) for each in body.iter(qn("w:sectPr"))]
    assert ways == [None, "landscape", None]
    order = [
        "TURN" if node.tag == qn("w:sectPr") else node.text
        for node in body.iter(qn("w:sectPr"), qn("w:t"))
        if node.tag == qn("w:sectPr") or node.text in ("before", "Wide", "after")
    ]
    assert order[-6:] == ["before", "TURN", "Wide", "TURN", "after", "TURN"]


def test_wide_tables_one_after_the_other_share_a_turned_page_and_leave_no_empty_one() -> None:
    body = opened(holding(wide(11, "fourteen-chars"), wide(11, "fourteen-chars"))).element.body
    ways = [each.find(qn("w:pgSz")).get(qn("w:orient")) for each in body.iter(qn("w:sectPr"))]
    assert ways[-1] == "landscape"
    assert ways.count("landscape") == 1


def test_a_table_of_more_columns_than_word_draws_is_several_with_the_first_column_in_each() -> None:
    tables = opened(holding(wide(70))).tables
    assert max(len(table.columns) for table in tables) <= 14
    assert {table.cell(0, 0).text for table in tables} == {"Col 0"}
    shown = {cell.text for table in tables for cell in table.rows[1].cells}
    assert shown == {f"word {n}" for n in range(70)}


def test_a_row_taller_than_a_page_may_break_and_a_long_header_is_not_repeated() -> None:
    table = Table((Column("h" * 3000), Column("b")), ((Cell(inline("word " * 5_000)), Cell(inline("x"))),))
    rows = opened(holding(table)).tables[0].rows
    assert rows[1]._tr.trPr is None
    assert rows[0]._tr.trPr.find(qn("w:tblHeader")) is None


def test_a_table_without_columns_or_rows_still_opens() -> None:
    file = opened(holding(Table((), ()), Table((Column("A"),), ()), Table((Column("A"),), ((Cell(inline("1")), Cell(inline("2"))),))))
    assert [[cell.text for row in table.rows for cell in row.cells] for table in file.tables] == [
        ["", "No rows."],
        ["A", "No rows."],
        ["A", "", "1", "2"],
    ]


def numbers(file: Opened) -> list[tuple[int, int, str]]:
    """List, level and text of every numbered paragraph."""
    found = []
    for each in file.paragraphs:
        numbered = each._p.pPr.numPr if each._p.pPr is not None else None
        if numbered is not None:
            found.append((numbered.numId.val, numbered.ilvl.val, each.text))
    return found


def test_lists_nest_and_every_ordered_one_counts_from_one() -> None:
    inner = ListBlock(((Paragraph(inline("x")),),), ordered=True)
    outer = ListBlock(((Paragraph(inline("a")), inner), (Paragraph(inline("b")), inner)), ordered=True)
    bullets = ListBlock(((Code("c"),),))
    file = opened(holding(outer, outer, bullets))
    assert numbers(file) == [
        (2, 0, "a"),
        (3, 1, "x"),
        (2, 0, "b"),
        (4, 1, "x"),
        (5, 0, "a"),
        (6, 1, "x"),
        (5, 0, "b"),
        (7, 1, "x"),
        (1, 0, ""),
    ]
    starts = file.part.numbering_part.element.findall(f"{qn('w:num')}/{qn('w:lvlOverride')}/{qn('w:startOverride')}")
    assert [each.get(qn("w:val")) for each in starts] == ["1"] * 6


def test_lists_may_nest_deeper_than_word_counts() -> None:
    block: Block = Paragraph(inline("deep"))
    for _ in range(14):
        block = ListBlock(((Paragraph(inline("item")), block),))
    assert max(level for _, level, _ in numbers(opened(holding(block)))) == 8


def test_right_to_left_paragraphs_and_runs_are_marked_and_no_other_is(file: Opened) -> None:
    turned = {each.text for each in file.paragraphs if each._p.pPr is not None and each._p.pPr.find(qn("w:bidi")) is not None}
    assert turned == {SCRIPTS["Hebrew"], SCRIPTS["Arabic"]}
    (title,) = [each for each in file.paragraphs if each.style.name == "Heading 1" and "Scripts" in each.text]
    assert [(run.text, run._r.rPr is not None and run._r.rPr.find(qn("w:rtl")) is not None) for run in title.runs] == [
        ("Scripts: ", False),
        ("العربية", True),
    ]


@pytest.mark.parametrize(
    ("text", "turned"), [("abc שלום", False), ("123 שלום abc", True), ("", False), ("12 !", False), ("\u200f", True), ("你好", False)]
)
def test_the_first_letter_gives_a_paragraph_its_direction(text: str, turned: bool) -> None:
    assert rtl(text) is turned


def test_pictures_have_words_in_their_stead(file: Opened) -> None:
    said = [each.get("descr") for each in file.element.body.iter(qn("wp:docPr"))]
    assert len(said) == 8
    assert said[0] == "p95 by version. p95 rose. n = 1,204. 95 % intervals"
    assert said[-1] == "Messages are triaged."
    assert len({each.get("id") for each in file.element.body.iter(qn("wp:docPr"))}) == 8


def test_a_diagram_that_cannot_be_read_shows_its_source_and_what_is_wrong() -> None:
    found = lines(opened(holding(Diagram("graph LR\n  A[[[ -->"))))
    assert "  A[[[ -->" in found
    assert any(line.startswith("Warning: This diagram cannot be drawn") for line in found)


def test_a_note_says_what_it_is_in_a_word(file: Opened) -> None:
    said = [line for line in lines(file) if "A remark that is" in line]
    assert said == [
        f"{word}: A remark that is {word.lower().replace('note', 'info')}." for word in ("Note", "Warning", "Missing", "Good", "Bad")
    ]


def test_pages_are_counted_and_the_title_runs_over_all_but_the_first(file: Opened) -> None:
    section = file.sections[0]
    fields = [each.get(qn("w:instr")).strip() for each in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    assert section.header.paragraphs[0].text == document().title
    assert section.first_page_header.paragraphs[0].text == ""
    assert "Page 1 of 1" in "".join(node.text for node in section.first_page_footer._element.iter(qn("w:t")))


def test_a_logo_stands_above_the_title_and_what_is_no_picture_does_not() -> None:
    import matplotlib.image
    import numpy

    out = io.BytesIO()
    matplotlib.image.imsave(out, numpy.zeros((40, 200)), format="png")
    for logo, count in ((out.getvalue(), 1), (b"", 0), (b"no picture", 0), (b"\x89PNG\r\n\x1a\n torn", 0)):
        file = opened(holding(brand=Brand("#a02020", logo, "Us")))
        assert len(file.inline_shapes) == count
    assert lines(opened(holding(brand=Brand("no colour"))))[0] == "Title"


@pytest.mark.parametrize("text", ["x" * 100_000, "word " * 20_000, "שלום abc " * 11_000, "\x07" * 100_000, "\n" * 3_000, " ", "a\t b\r\nc"])
def test_texts_of_any_length_stand_whole_in_every_place(text: str) -> None:
    file = opened(holding(Paragraph(inline(text)), Code(text), Note("bad", (Code(text),)), Table((Column("A"),), ((Cell(inline(text)),),))))
    assert "\n".join(lines(file)).count(visible(text)) >= 4


def test_every_part_is_xml_and_every_relation_leads_to_a_part(sample: bytes) -> None:
    from xml.etree import ElementTree

    with zipfile.ZipFile(io.BytesIO(sample)) as archive:
        names = set(archive.namelist())
        for name in names:
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
        for each in ElementTree.fromstring(archive.read("word/_rels/document.xml.rels")):
            if each.get("TargetMode") != "External":
                assert f"word/{each.get('Target')}".replace("word//", "") in names
    assert document().as_of_ms == AS_OF_MS
