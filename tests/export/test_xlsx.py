"""A document as XLSX: every text whole, numbers as numbers, charts that can be changed, and no text that becomes a formula."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.export import flat
from tests.export.sample import HOSTILE, document
from tests.export.test_docx import holding
from workbench.export import provenance
from workbench.export.literal import visible
from workbench.export.model import Block, Cell, Chart, Code, Column, Document, Line, Note, Paragraph, Run, Section, Table, inline
from workbench.export.plans import drawing
from workbench.export.plans.model import Plan, Task
from workbench.export.spreadsheet import cells
from workbench.export.writers import get
from workbench.export.writers.packaging import read_custom


def written(made: Document) -> bytes:
    return get("xlsx").write(made)


def opened(made: Document) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(written(made)), rich_text=False)


def rows(sheet: Worksheet) -> list[list[object]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def column(sheet: Worksheet, at: int = 1) -> list[str]:
    return [str(row[at - 1]) if row[at - 1] is not None else "" for row in rows(sheet)]


@pytest.fixture(scope="module")
def sample() -> bytes:
    return written(document())


@pytest.fixture(scope="module")
def book(sample: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(sample))


def shown(block: Block) -> list[str]:
    """The texts of a block that stand on the sheet Document."""
    return [visible(block.caption)] if isinstance(block, Table) else [visible(text) for text in flat.of(block)]


def test_the_outline_holds_every_text_that_is_in_no_table_or_chart_whole_and_in_order(book: Workbook) -> None:
    outline, at = "\n".join(column(book["Document"])), 0
    whole = document()
    wanted = [whole.title, whole.subtitle]
    for section in whole.sections:
        blocks = [block for block in section.blocks if not isinstance(block, Chart)]
        wanted += [section.title, *(text for block in blocks for text in shown(block))]
    for text in filter(None, wanted):
        found = outline.find(text, at)
        assert found >= 0, text
        at = found + len(text)


def test_every_table_stands_on_a_sheet_of_its_own_with_texts_as_texts_and_numbers_as_numbers(book: Workbook) -> None:
    tables = [block for section in document().sections for block in section.blocks if isinstance(block, Table)]
    names = [name for name in book.sheetnames if book[name].auto_filter.ref or book[name]["A2"].value == "No rows."]
    assert len(names) == len(tables) + 1  # and the sources
    for name, table in zip(names, tables, strict=False):
        found = rows(book[name])
        assert found[0] == [visible(each.name) for each in table.columns]
        for row, cells_ in zip(found[1:], table.rows, strict=False):
            for value, cell in zip(row, cells_, strict=True):
                text = visible("".join(run.text for run in cell.runs))
                assert value == (cell.value if cell.value is not None else text or None)


def test_numbers_have_the_format_of_what_was_shown() -> None:
    said = [
        ("92.3 %", 0.923),
        ("$0.0012", 0.0012),
        ("1.2 s", 1234.5),
        ("1,234", 1234),
        ("−3.5", -3.5),
        ("about 3", 3),
        ("about 0.8", 0.84),
        ("$9", 5),
    ]
    table = Table((Column("A", "right"),), tuple((Cell(inline(text), value),) for text, value in said))
    sheet = opened(holding(table)).worksheets[1]
    forms = ["0.0%", '"$"#,##0.0000', '#,##0" ms"', "#,##0", "#,##0.0", "General", "General", "General"]
    assert [cell.number_format for cell in sheet["A"][1:]] == forms
    assert [cell.value for cell in sheet["A"][1:]] == [value for _, value in said]
    assert column(sheet, 2) == ["A, as shown", *(text for text, _ in said)]


def test_an_interval_stands_beside_its_number_and_a_plain_figure_has_no_second_column() -> None:
    rows_ = [("75.0 % (64.1 to 84.0)", 0.75, "80", 80), ("10 ms", 10, "80", 80), ("7.0 tokens", 7, "3", 3), ("no data", None, "", None)]
    made = tuple((Cell(inline(one), first), Cell(inline(other), second)) for one, first, other, second in rows_)
    sheet = opened(holding(Table((Column("Mean"), Column("n")), made))).worksheets[1]
    assert rows(sheet)[0] == ["Mean", "Mean, as shown", "n"]
    assert column(sheet, 2)[1:] == [one for one, *_ in rows_]
    assert [cell.number_format for cell in sheet["A"][1:]] == ["0.0%", '#,##0" ms"', "#,##0.0", "General"]
    assert sheet["A5"].value == "no data"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_stays_the_text_that_was_shown(value: float) -> None:
    table = Table((Column("A"),), ((Cell(inline("no data"), value),),))
    assert opened(holding(table)).worksheets[1]["A2"].value == "no data"


def test_a_table_has_a_header_that_stays_and_filters(book: Workbook) -> None:
    sheet = book["Forty rows"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D41"
    assert sheet.print_title_rows == "$1:$1"


def test_no_text_is_a_formula_or_becomes_one() -> None:
    texts = [*HOSTILE, "-1", "\t=1", "\r=1", "#N/A", "TRUE", "1e5", "=cmd|' /C calc'!A0"]
    table = Table((Column("=1+1"),), tuple((Cell(inline(text)),) for text in texts))
    made = (*(Paragraph(inline(text)) for text in texts), Code("\n".join(texts)), table)
    data = written(holding(*made, title="=1+1"))
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n")
                assert cell.value is None or isinstance(cell.value, str)
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_an_escape_of_a_spreadsheet_stays_the_characters_that_it_is() -> None:
    assert column(opened(holding(Code("_x0041_"))).worksheets[0])[-1] == "_x005F_x0041_"


@pytest.mark.parametrize("text", ["x" * 100_000, "é_x0041_" * 9_000, "🎉" * 40_000])
def test_a_text_that_no_cell_holds_goes_on_in_the_next_rows_and_says_so(text: str) -> None:
    table = Table((Column("A"), Column("B")), ((Cell(inline(text)), Cell(inline("b"))), (Cell(inline("last")), Cell(inline("c")))))
    document_, sheet, *_ = opened(holding(Paragraph(inline(text)), Note("info", (Code(text),)), table)).worksheets
    assert "".join(column(document_)).replace("_x005F_", "_").count(text) == 2
    assert "".join(column(sheet)[1:-1]).replace("_x005F_", "_") == text
    assert column(sheet, 2)[1] == "b"
    said = column(sheet, 3)
    assert said[:2] == ["Remark", cells.GOES_ON]
    assert said[-2:] == [cells.WENT_ON, ""]
    assert max(len(value.encode("utf-16-le")) // 2 for each in (document_, sheet) for value in column(each)) <= cells.LONGEST


def test_sheets_have_legal_names_of_their_own() -> None:
    titles = ["[a]:*?/\\b", "x" * 40, "x" * 40, "X" * 40, "History", "'q'", "", "document", "SOURCES", "\x07 \ud800", "=1+1"]
    tables = tuple(Table((Column("A"),), (), title) for title in titles)
    names = opened(holding(*tables)).sheetnames
    assert len({name.lower() for name in names}) == len(names) == len(titles) + 2
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") and name.strip("'") == name for name in names)
    assert "history" not in {name.lower() for name in names}


def test_charts_are_the_spreadsheet_s_own_over_figures_on_their_sheet(book: Workbook) -> None:
    kinds = {sheet.title: [type(chart).__name__ for chart in sheet._charts] for sheet in book if sheet._charts}
    assert kinds == {
        "p95 by version": ["LineChart"],
        "Cost by model": ["BarChart"],
        "Errors": ["BarChart"],
        "Difference": ["BarChart"],
        "Skills": ["RadarChart"],
        "Timeline": ["BarChart"],
    }
    sheet = book["p95 by version"]
    assert rows(sheet)[1][:6] == ["v5", 1200, 1100, 1300, 100, 100]
    assert rows(sheet)[2][:6] == ["v6", None, None, None, None, None]
    (series,) = sheet._charts[0].series
    assert series.val.numRef.f == "'p95 by version'!$B$2:$B$4"
    assert series.errBars.minus.numRef.f == "'p95 by version'!$E$2:$E$4"
    assert "95 % intervals" in column(sheet)
    assert book["Risks"].conditional_formatting
    assert f"{book['Timeline']['B2'].value:%Y-%m-%d}" == "2026-09-21"


def test_a_task_ends_on_its_last_day_and_its_bar_is_as_long_as_its_days() -> None:
    tasks = (
        Task("two days", start=date(2026, 11, 23), end=date(2026, 11, 24)),
        Task("one", start=date(2026, 11, 25), end=date(2026, 11, 25)),
    )
    chart = drawing.gantt(Plan("x", tasks=tasks))
    assert chart is not None
    begins, done, left, ends = ([row[at] for row in rows(opened(holding(chart)).worksheets[1])[1:3]] for at in range(1, 5))
    assert [f"{each:%Y-%m-%d %H:%M}" for each in begins] == ["2026-11-23 00:00", "2026-11-25 00:00"]
    assert [f"{each:%Y-%m-%d %H:%M}" for each in ends] == ["2026-11-24 00:00", "2026-11-25 00:00"]
    assert [float(str(a)) + float(str(b)) for a, b in zip(done, left, strict=True)] == [2.0, 1.0]


def test_a_chart_without_values_or_lines_still_opens() -> None:
    made = [
        Chart(kind, f"{kind} {n}", "x", labels, lines)  # type: ignore[arg-type]
        for kind in ("bar", "bars", "line", "forest", "radar", "matrix", "gantt")
        for n, (labels, lines) in enumerate((((), ()), (("a",), (Line("l", (None,), (None,), (None,)),)), (("a", "b"), (Line("l", ()),))))
    ]
    assert len(opened(holding(*made)).sheetnames) == len(made) + 2


def test_an_outline_leads_to_its_sheets_and_to_the_web() -> None:
    table = Table((Column("A"),), ((Cell((Run("here", link="https://example.com/x"),)),),), "It's")
    document_, sheet, *_ = opened(
        holding(Paragraph((Run("a", link="https://example.com/a?b"), Run("b", link="javascript:x"))), table)
    ).worksheets
    there = {cell.value: cell.hyperlink for row in document_.iter_rows() for cell in row if cell.hyperlink}
    assert there["Sheet It's"].location == "'It''s'!A1"
    assert there["https://example.com/a?b"].target == "https://example.com/a?b"
    assert len(there) == 2
    assert sheet["A2"].hyperlink.target == "https://example.com/x"


def test_the_sources_stand_on_a_sheet_and_only_once() -> None:
    assert rows(opened(document())["Sources"])[1][:4] == ["version", "support/triage v7", "12", "2026-09-21"]
    told = Section("sources", "Sources", (Table((Column("What"),), ((Cell(inline("v7")),),)),))
    assert opened(holding(sections=(told,))).sheetnames == ["Document", "Sources"]


def test_the_file_says_what_it_was_written_from_and_when(sample: bytes, book: Workbook) -> None:
    assert read_custom(sample) == provenance.text(document())
    assert book.properties.title == document().title
    assert f"{book.properties.modified:%Y-%m-%d}" == "2026-09-21"
