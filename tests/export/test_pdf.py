"""PDF, read back by pypdf: all texts, bookmarks, numbers of pages, links, fonts, provenance; the same bytes everywhere."""

import io
import re
import time
import unicodedata
from dataclasses import replace

import pypdf
import pytest

from tests.export.sample import AS_OF_MS, HOSTILE, SCRIPTS, document
from workbench.export import provenance, scripts, writers
from workbench.export.model import Cell, Code, Column, Diagram, Document, Heading, ListBlock, Paragraph, Quote, Run, Section, Table, inline
from workbench.export.pdf import faces, setting
from workbench.export.pdf.breaking import Style, lines
from workbench.export.pdf.sheets import Text


def written(made: Document) -> bytes:
    return writers.get("pdf").write(made)


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data), strict=True)


def squeezed(text: str) -> str:
    """Text without white space: where a line was broken says nothing about what it says."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def all_text(reader: pypdf.PdfReader) -> str:
    return squeezed("".join(page.extract_text() for page in reader.pages))


def one(*blocks: object) -> Document:
    return Document("sample", "One section", "", "x", (Section("one", "One", blocks),))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sample() -> bytes:
    return written(document())


@pytest.fixture(scope="module")
def reader(sample: bytes) -> pypdf.PdfReader:
    return read(sample)


def test_every_text_of_the_sample_is_in_the_file_as_text(reader: pypdf.PdfReader) -> None:
    found = all_text(reader)
    for text in ("Version 7, label production", "A second line.", "two.one", "Somebody said so.", "A remark that is missing.", "A caption"):
        assert squeezed(text) in found
    for number in range(1, 41):
        assert f"v{number}{number * 1000:,}" in found
    for text in ("unbreakable" * 3, "p95 by version", "95 % intervals", "Forty rows", "No rows."):
        assert squeezed(text) in found


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in {"Hebrew", "Arabic"}])
def test_a_text_of_each_script_can_be_searched(reader: pypdf.PdfReader, name: str) -> None:
    assert squeezed(SCRIPTS[name]) in all_text(reader)


@pytest.mark.parametrize("name", ["Hebrew", "Arabic"])
def test_words_written_from_right_to_left_are_drawn_from_right_to_left(name: str) -> None:
    (line,) = lines([(SCRIPTS[name], Style())], 400)
    words = [part.piece.text for part in line.parts if part.piece.text.strip()]
    assert words == SCRIPTS[name].split()[::-1]
    assert line.right
    (first,) = {part.piece.face for part in line.parts if part.piece.glyphs}
    assert first == "DejaVuSans"
    assert [glyph.text for glyph in line.parts[-1].piece.glyphs if glyph.text] == list(words[-1])[::-1]


def test_hostile_text_is_shown_character_by_character(reader: pypdf.PdfReader) -> None:
    found = all_text(reader)
    for text in (HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[5], HOSTILE[7], HOSTILE[8]):
        assert found.count(squeezed(text)) >= 3
    assert squeezed("{{ 7 * 7 }} {% raw %} $x$ \\ & &amp; ␀␇␛[31m \ufffd [U+202E]evil") in found


def test_no_link_leads_anywhere_but_where_the_document_says(reader: pypdf.PdfReader) -> None:
    found = {
        annotation["/A"]["/URI"]
        for page in reader.pages
        for annotation in (item.get_object() for item in page.get("/Annots", []))
        if "/A" in annotation
    }
    assert found == {"https://example.com/a?b=c&d=e"}
    wrong = tuple(Paragraph((Run("here", link=link),)) for link in ("javascript:alert(1)", "file:///etc/passwd", "#nowhere", "https://a b"))
    assert not any("/Annots" in page for page in read(written(one(*wrong))).pages)


def test_bookmarks_lead_to_title_sections_and_headings(reader: pypdf.PdfReader) -> None:
    title, inside = reader.outline
    assert title.title == document().title
    assert [item.title for item in inside if not isinstance(item, list)] == ["Overview", "Tables", "Charts", HOSTILE[0], "Scripts: العربية"]
    (nested,) = [item for item in inside if isinstance(item, list)]
    assert [item.title for item in nested] == ["A smaller heading"]
    for item in (title, *(item for item in inside if not isinstance(item, list))):
        assert squeezed(item.title)[:6] in squeezed(reader.pages[reader.get_destination_page_number(item)].extract_text())


def test_pages_are_numbered_and_carry_the_title_at_their_head(reader: pypdf.PdfReader) -> None:
    count = len(reader.pages)
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        assert f"{number} of {count}" in text
        assert squeezed(document().title) in squeezed(text)


def test_contents_say_the_page_and_lead_there(reader: pypdf.PdfReader) -> None:
    pages = {item.title: reader.get_destination_page_number(item) for item in reader.outline[1] if not isinstance(item, list)}
    text = reader.pages[0].extract_text()
    for title in ("Overview", "Tables", "Charts"):
        assert f"{title}{pages[title] + 1}" in squeezed(text)
    inner = [item.get_object() for item in reader.pages[0]["/Annots"] if "/Dest" in item.get_object()]
    assert len(inner) >= 2 * len(pages)


def test_every_font_is_embedded_and_says_what_its_glyphs_mean(reader: pypdf.PdfReader) -> None:
    names = set()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"].get_object()
            assert "/FontFile2" in inner.get_object()["/FontDescriptor"].get_object()
            assert "/ToUnicode" in font.get_object()
            names.add(font["/BaseFont"].split("+")[1])
    assert {"DejaVuSansBook", "DejaVuSansMonoBook", "DroidSansFallback", "NanumSquare", "NotoEmoji"} <= names


def test_charts_are_vectors_with_words_for_who_cannot_see_them(reader: pypdf.PdfReader) -> None:
    assert [image for page in reader.pages for image in page.images] == []
    kids = reader.trailer["/Root"]["/StructTreeRoot"]["/K"][0]["/K"]
    figures = [kid.get_object()["/Alt"] for kid in kids if kid.get_object()["/S"] == "/Figure"]
    assert figures == ["p95 rose", "Cost by model", "Errors", "Difference", "Skills", "Risks", "Timeline", "Messages are triaged."]


def test_the_file_says_what_it_is_and_what_it_was_written_from(sample: bytes, reader: pypdf.PdfReader, tmp_path) -> None:
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (document().title, "Example & Co")
    assert reader.metadata.creation_date is not None
    assert int(reader.metadata.creation_date.timestamp()) == AS_OF_MS // 1000
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.xmp_metadata is not None
    assert reader.xmp_metadata.dc_title == {"x-default": document().title}
    (tmp_path / "a.pdf").write_bytes(sample)
    said = provenance.read(tmp_path / "a.pdf")
    assert (said.kind, said.subject, said.request, said.sources) == ("sample", "support/triage", document().request, document().sources)


def test_a_script_without_a_font_is_named_and_its_text_is_kept(reader: pypdf.PdfReader) -> None:
    assert scripts.unsupported(document()) == [("Thai", "ส")]
    first = squeezed(reader.pages[0].extract_text())
    assert squeezed("Thai is not supported by the fonts of this file; the same document as HTML or DOCX shows it.") in first
    assert faces.of("sans", "ส") == ""
    many = one(Paragraph(inline("नमस्ते \U0001faff \ue000 ሰላም ok é ␇ \u200d")))
    assert [name for name, _ in scripts.unsupported(many)] == ["Devanagari", "Emoji", "Private or unassigned characters", "Ethiopic"]
    assert "are not supported" in scripts.remark(many)
    assert scripts.remark(one(Paragraph(inline("Grüße, 你好")))) == ""


def test_korean_is_shown_syllable_by_syllable() -> None:
    assert all(faces.of("sans", chr(code)) == "NanumSquareR" for code in range(0xAC00 + 1, 0xD7A2, 97))


def test_a_hundred_thousand_characters_in_one_line_are_all_there() -> None:
    text = "abcdefghij" * 10_000
    found = all_text(read(written(one(Code(text)))))
    bare = re.sub(r"Onesection|\d+of\d+", "", found)
    assert text in bare


def test_a_cell_longer_than_a_page_goes_on_under_the_head_of_its_table() -> None:
    words = " ".join(f"word{number}" for number in range(1500))
    made = read(written(one(Table((Column("Name"), Column("What it says")), ((Cell(inline("x")), Cell(inline(words))),)))))
    assert len(made.pages) >= 2
    assert all("What it says" in page.extract_text() for page in made.pages)
    found = all_text(made)
    assert all(f"word{number}" in found for number in range(1500))


def test_a_heading_never_stands_alone_at_the_foot_of_a_page() -> None:
    for before in range(36, 52):
        blocks = (
            *(Paragraph(inline(f"Line {number}.")) for number in range(before)),
            Heading(3, inline("Alone?")),
            Paragraph(inline("No.")),
        )
        for sheet in setting.sheets(one(*blocks)):
            text = "".join(mark.part.piece.text for _, mark in sheet.marks if isinstance(mark, Text))
            assert ("Alone?" in text) == ("No." in text)


def test_a_diagram_that_cannot_be_read_is_shown_as_it_was_written() -> None:
    found = all_text(read(written(one(Diagram("graph LR\n  A --> [[[")))))
    assert "Thisdiagramcannotbedrawn" in found
    assert "A-->[[[" in found


def test_an_empty_document_is_one_page() -> None:
    made = read(written(Document("sample", "", "", "", (), contents=True)))
    assert len(made.pages) == 1
    assert "1 of 1" in made.pages[0].extract_text()


def test_nesting_without_end_stays_on_the_page() -> None:
    block: ListBlock | Quote | Paragraph = Paragraph(inline("deep"))
    for _ in range(40):
        block = Quote((ListBlock(((block,),)),))
    made = read(written(one(block)))
    assert "deep" in made.pages[0].extract_text()


def test_a_logo_stands_in_the_title_block_and_what_is_no_picture_does_not() -> None:
    from matplotlib import image

    out = io.BytesIO()
    image.imsave(out, [[[0.1, 0.2, 0.3]] * 40] * 20, format="png")
    base = one(Paragraph(inline("x")))
    shown = read(written(replace(base, brand=replace(base.brand, logo=out.getvalue(), name="Acme"))))
    assert len(shown.pages[0].images) == 1
    assert len(read(written(replace(base, brand=replace(base.brand, logo=b"no picture")))).pages[0].images) == 0


def test_control_characters_in_titles_do_not_break_the_metadata() -> None:
    odd = "\x00\x07 a\nb \ud800 \u202e ]]> <x> &"
    made = read(written(replace(one(Paragraph(inline("x"))), title=odd)))
    assert made.xmp_metadata is not None
    assert made.outline[0].title.endswith("]]> <x> &")


def test_time_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made = one(Paragraph(inline("x")))
    before = written(made)
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    assert written(made) == before
