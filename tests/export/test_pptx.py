"""Presentations read back by python-pptx: titles, notes, tables and the figures of native charts; hostile text literal; equal bytes."""

import io
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from lxml import etree
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE

from tests.export import project
from tests.export.sample import AS_OF_MS, HOSTILE, SCRIPTS, document
from workbench.export import documents, provenance
from workbench.export.deck import arranging
from workbench.export.kinds import Request
from workbench.export.literal import visible
from workbench.export.model import Brand, Chart, Document, Line, Section
from workbench.export.writers import get
from workbench.store import Store

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
# What the schema wants in this order; PowerPoint repairs a file that has it otherwise.
_ORDERS = {
    f"{_A}pPr": ["lnSpc", "spcBef", "spcAft", "buClr", "buSzPct", "buFont", "buNone", "buAutoNum", "buChar", "tabLst", "defRPr"],
    f"{_A}rPr": ["ln", "noFill", "solidFill", "effectLst", "latin", "ea", "cs", "sym", "hlinkClick"],
    f"{_A}tcPr": ["lnL", "lnR", "lnT", "lnB", "noFill", "solidFill"],
    f"{_A}ln": ["noFill", "solidFill", "prstDash", "round", "headEnd", "tailEnd"],
    f"{_C}ser": "idx order tx spPr invertIfNegative marker dPt dLbls trendline errBars cat val smooth shape".split(),  # noqa: SIM905 - a list of words
    f"{_C}errBars": ["errDir", "errBarType", "errValType", "noEndCap", "plus", "minus", "val", "spPr"],
}


@pytest.fixture(scope="module")
def sample() -> bytes:
    return get("pptx").write(document())


def opened(data: bytes) -> Any:
    return Presentation(io.BytesIO(data))


def texts(made: Any) -> str:
    found = []
    for slide in made.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found += [paragraph.text for paragraph in shape.text_frame.paragraphs]
            if shape.has_table:
                found += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found).replace("\x0b", "\n")


def charts(made: Any) -> list[Any]:
    return [shape.chart for slide in made.slides for shape in slide.shapes if shape.has_chart]


def alone(chart: Chart) -> Any:
    made = replace(document(), sections=(Section("one", "One", (chart,)),))
    return opened(get("pptx").write(made))


def test_the_eight_slides_have_titles_notes_and_the_figures_of_the_store(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    options = {"plan": project.PLAN, "run": project.RUN}
    found = documents.compose(sqlite_store, Request("slides", project.PROMPT, options=options))
    made = opened(get("pptx").write(found))
    titles = [slide.shapes.title.text_frame.text for slide in made.slides]
    assert titles == [project.PLAN, *(section.title for section in found.sections[1:])]
    for slide, section in zip(made.slides, found.sections, strict=True):
        assert slide.notes_slide.notes_text_frame.text.startswith(section.notes)
    assert "digest" in made.slides[-1].notes_slide.notes_text_frame.text
    (chart,) = charts(made)
    assert chart.chart_type == XL_CHART_TYPE.COLUMN_CLUSTERED
    assert list(chart.plots[0].series[0].values) == [0.4, 36 / 39]
    assert list(chart.plots[0].categories) == [f"{project.PROMPT}@1 (baseline)", f"{project.PROMPT}@2"]
    picture = next(shape for shape in made.slides[3].shapes if shape.name == "Arrow")
    assert picture.element.xpath(".//a:tailEnd")
    assert project.TEXT in texts(made)


def test_intervals_are_error_bars_that_refer_to_the_cells_of_the_workbook(sample: bytes) -> None:
    chart = next(chart for chart in charts(opened(sample)) if chart.chart_type == XL_CHART_TYPE.LINE_MARKERS)
    book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    sheet = book.active
    assert sheet is not None
    rows = list(sheet.values)
    assert rows == [
        (None, "p95", "p95: down to", "p95: up to"),
        ("v5", 1200, 100, 100),
        ("v6", None, None, None),
        ("v7", 2300, 200, 200),
    ]
    series = chart.plots[0].series[0]._element
    assert [node.text for node in series.iter(f"{_C}f") if "$C" in (node.text or "") or "$D" in (node.text or "")] == [
        "Sheet1!$D$2:$D$4",
        "Sheet1!$C$2:$C$4",
    ]
    assert list(chart.plots[0].series[0].values) == [1200.0, None, 2300.0]


def test_a_document_goes_on_to_as_many_slides_as_it_takes(sample: bytes) -> None:
    titles = [slide.shapes.title.text_frame.text for slide in opened(sample).slides]
    assert titles[0] == "support/triage: Füße & <b>more</b>"
    assert titles[1:6] == ["Overview", "Overview (2)", "Tables", "Tables (2)", "Tables (3)"]


def test_every_text_is_there_as_it_is(sample: bytes) -> None:
    said = "".join(texts(opened(sample)).split())
    for text in (*HOSTILE, *SCRIPTS.values()):
        assert "".join(visible(text).split()) in said
    made = opened(sample)
    cells = [shape.table for slide in made.slides for shape in slide.shapes if shape.has_table]
    assert sum(len(table.rows) - 1 for table in cells if table.cell(0, 0).text_frame.text == "Version") == 40


def test_right_to_left_text_runs_so_and_scripts_name_their_fonts(sample: bytes) -> None:
    found = {
        paragraph.text: paragraph._p
        for slide in opened(sample).slides
        for shape in slide.shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        if shape.name != "Text as it is"
    }
    hebrew = found[SCRIPTS["Hebrew"]]
    assert (hebrew.pPr.get("rtl"), hebrew.pPr.get("algn")) == ("1", "r")
    assert found[SCRIPTS["Greek"]].pPr.get("rtl") == "0"
    for name, font in (("Japanese", "Yu Gothic"), ("Korean", "Malgun Gothic"), ("Chinese", "Microsoft YaHei")):
        assert found[SCRIPTS[name]].xpath(".//a:rPr/a:ea/@typeface") == [font]
    assert found[SCRIPTS["Thai"]].xpath(".//a:rPr/a:cs/@typeface") == ["Leelawadee UI"]


def test_the_parts_of_the_file_are_in_the_order_of_the_schema_and_ids_are_unique(sample: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(sample)) as archive:
        names = archive.namelist()
        assert not [name for name in names if "printerSettings" in name or "thumbnail" in name]
        for name in names:
            if not name.endswith(".xml"):
                continue
            root = etree.fromstring(archive.read(name))
            for tag, order in _ORDERS.items():
                for node in root.iter(tag):
                    places = [order.index(etree.QName(child).localname) for child in node]
                    assert places == sorted(places), (name, tag)
            if name.startswith("ppt/slides/slide"):
                ids = root.xpath("//*[local-name()='cNvPr']/@id")
                assert len(set(ids)) == len(ids), name
                for body in root.xpath("//*[local-name()='txBody']"):
                    assert body.find(f"{_A}p") is not None


def test_every_shape_stands_on_its_slide_and_pictures_have_a_text(sample: bytes) -> None:
    made = opened(sample)
    assert (made.slide_width, made.slide_height) == (12_192_000, 6_858_000)
    for slide in made.slides:
        for shape in slide.shapes:
            if shape.name != "Arrow text":
                assert shape.left >= 0, shape.name
                assert shape.left + shape.width <= made.slide_width + 1, shape.name
                assert shape.top + shape.height <= made.slide_height + 1, shape.name
            if shape.has_chart or shape.has_table:
                assert shape._element._nvXxPr.cNvPr.get("descr"), shape.name
        assert slide.slide_layout.name in ("Title Slide", "Title and Content", "Title Only")


def test_a_timeline_is_stacked_bars_and_a_matrix_a_table(sample: bytes) -> None:
    made = opened(sample)
    (timeline,) = [chart for chart in charts(made) if chart.chart_type == XL_CHART_TYPE.BAR_STACKED]
    start, done, left = timeline.plots[0].series
    assert list(start.values) == [AS_OF_MS / 86_400_000 + 25_569, AS_OF_MS / 86_400_000 + 7 + 25_569]
    assert (list(done.values), list(left.values)) == ([7.0, 3.5], [0.0, 3.5])
    (matrix,) = [shape.table for slide in made.slides for shape in slide.shapes if shape.name == "Matrix"]
    assert [cell.text_frame.text for cell in matrix.rows[2].cells] == ["high", "0", "0", "2"]


def test_a_chart_without_a_figure_says_so_and_draws_nothing() -> None:
    made = alone(Chart("bar", "Nothing", "ms", ("a",), (Line("x", (None,)),)))
    assert not charts(made)
    assert "Nothing: no data yet." in texts(made)


@pytest.mark.parametrize("kind", ["bar", "bars", "line", "forest", "radar"])
def test_formulas_in_labels_are_texts_in_the_workbook(kind: Any) -> None:
    made = alone(Chart(kind, "T", "calls", ("=1+1", "b", "c"), (Line("=2+2", (1.0, 2.0, 3.0)),)))
    (chart,) = charts(made)
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    assert sheet is not None
    assert [(sheet["A2"].value, sheet["A2"].data_type), (sheet["B1"].value, sheet["B1"].data_type)] == [("=1+1", "s"), ("=2+2", "s")]


def test_brand_and_provenance_are_in_the_file(sample: bytes, tmp_path: Any) -> None:
    from PIL import Image

    logo = io.BytesIO()
    Image.new("RGB", (60, 20), "red").save(logo, "PNG")
    branded = replace(document(), brand=Brand("#7a1f5c", logo.getvalue(), "Example & Co"))
    data = get("pptx").write(branded)
    made = opened(data)
    assert [shape.name for shape in made.slide_master.shapes][-1] == "Logo"
    theme = zipfile.ZipFile(io.BytesIO(data)).read("ppt/theme/theme1.xml")
    assert b'<a:accent1><a:srgbClr val="7A1F5C"/>' in theme
    file = tmp_path / "a.pptx"
    file.write_bytes(data)
    assert [one.name for one in provenance.read(file).sources] == ["support/triage v7"]
    assert opened(sample).core_properties.modified.isoformat().startswith("2026-09-21")


def test_a_long_text_is_cut_into_slides_without_losing_a_character() -> None:
    from workbench.export.model import Code, Paragraph, inline

    long = "".join(f"word{n} " for n in range(3_000))
    made = Document("any", "T", "", "s", (Section("a", "A", (Paragraph(inline(long)), Code(long))),))
    slides = arranging.deck(made).slides
    assert len(slides) > 4
    assert texts(opened(get("pptx").write(made))).replace("\n", "").count("word2999 ") == 2
