import csv
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from markdown_it import MarkdownIt
from openpyxl import load_workbook

from tests.cost.outcomes import HOSTILE, outcome
from workbench.cost import comparing, exporting
from workbench.cost.exporting import charts
from workbench.cost.exporting.csv_file import COLUMNS
from workbench.cost.exporting.markdown_file import literal
from workbench.cost.outcome import Assumption, Figure, Outcome, Part


def hostile(name: str) -> Outcome:
    """An outcome in which everything that people and models name is `name`."""
    found = outcome(name, model=name)
    return replace(
        found,
        scenario=replace(found.scenario, note=name),
        parts=(Part("exact_cache", name, Decimal("-79.999999999")),),
        assumptions=(Assumption(name, name, name, name),),
        findings=(name,),
        warnings=(name,),
        traffic=name,
    )


def read(book: bytes) -> Any:
    return load_workbook(io.BytesIO(book))


def test_csv_is_one_long_table_of_plain_numbers() -> None:
    rows = list(csv.DictReader(io.StringIO(exporting.csv([outcome("one"), outcome("two")]))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2 * len(comparing.records(outcome()))
    (after,) = (row for row in rows if (row["scenario"], row["section"], row["item"], row["side"]) == ("two", "month", "total", "after"))
    assert (after["value"], after["low"], after["high"], after["unit"]) == ("20.000000001", "15", "25", "usd")
    (quality,) = (row for row in rows if (row["scenario"], row["section"], row["side"]) == ("one", "quality", "after"))
    assert (quality["value"], quality["text"]) == ("", "unknown for own/model")


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_spreadsheet_takes_a_name_in_a_csv_for_a_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(exporting.csv([hostile(name)]))))
    for row in rows[1:]:
        texts = [*row[:5], *row[8:]]
        assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in texts)
        assert all(re.fullmatch(r"-?\d+(\.\d+)?|", cell) for cell in row[5:8])
        assert row[0].removeprefix("'") == name


def test_a_workbook_holds_numbers_as_numbers_and_charts_of_its_own() -> None:
    book = read(exporting.xlsx([outcome("one"), outcome("two")]))
    assert book.sheetnames == ["Comparison", "Waterfall", "Months", "Models", "Assumptions", "Notes"]
    assert [len(book[name]._charts) for name in book.sheetnames] == [0, 2, 1, 0, 0, 0]
    rows = {tuple(row[:3]): row for row in book["Comparison"].iter_rows(values_only=True)}
    assert rows["month", "total", "after"][3:9] == (20.000000001, 15, 25, 20.000000001, 15, 25)
    assert rows["quality", "quality", "after"][3] == "unknown"
    assert rows["quality", "quality", "after"][9] == "unknown for own/model"
    assert book["Months"]["A13"].value == 12
    assert book["Months"]["C13"].value == 31
    assert book["Assumptions"]["D2"].value == "measured"
    assert book["Models"]["G4"].value == "unpriced"
    figures = [cell for row in book["Months"].iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in figures} == {"n"}


def test_the_charts_point_at_the_tables_beside_them() -> None:
    with zipfile.ZipFile(io.BytesIO(exporting.xlsx([outcome("one"), outcome("two")]))) as book:
        drawn = [book.read(name).decode() for name in sorted(book.namelist()) if "charts/chart" in name]
    drawn = [chart.replace(" />", "/>") for chart in drawn]  # the library writes through lxml where there is one
    assert '<grouping val="stacked"/>' in drawn[0]
    assert "'Waterfall'!$C$3:$C$7" in drawn[0]
    assert "'Waterfall'!$C$25:$C$29" in drawn[1]  # the second table begins below the first chart
    assert drawn[2].count("<ser>") == 4
    assert "'Months'!$B$2:$B$13" in drawn[2]
    assert all('<delete val="0"/>' in chart for chart in drawn)


def test_the_waterfall_stacks_to_the_heights_it_means_even_below_zero() -> None:
    height = Decimal(100)
    steps = charts.steps(outcome())
    assert [step.label for step in steps] == ["before", "Exact cache: 60 % hits", "Semantic cache: 80 % hits", "Levers together", "after"]
    assert steps[0].pieces[1] == 100
    for step in steps[1:-1]:
        base, total, *pieces = step.pieces
        end = height + step.usd
        above, below = pieces[0] + pieces[2], pieces[1] + pieces[3]
        assert total == 0
        assert max(base, 0) + above == max(height, end, Decimal(0))
        assert min(base, 0) + below == min(height, end, Decimal(0))
        assert (pieces[2:] == [0, 0]) is (step.usd < 0)
        height = end
    assert steps[-1].pieces[1] == height


def test_equal_outcomes_give_equal_bytes() -> None:
    for form in exporting.FORMATS:
        assert exporting.content([outcome()], form) == exporting.content([outcome()], form)
    with zipfile.ZipFile(io.BytesIO(exporting.xlsx([outcome()]))) as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert book.read("docProps/core.xml").count(b"1980-01-01T00:00:00Z") == 2


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_workbook_takes_every_name_literally(name: str) -> None:
    book = read(exporting.xlsx([hostile(name)]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not any(cell.data_type == "f" for cell in cells)
    assert book["Assumptions"]["A2"].value == name
    assert book["Models"]["C2"].value == name
    if name.startswith(("=", "+", "-", "@")):
        assert book["Assumptions"]["A2"].quotePrefix


def test_a_workbook_survives_what_xml_and_cells_cannot_hold() -> None:
    book = read(exporting.xlsx([hostile("a\x00\x1f\ud800b" + "y" * 40_000)]))
    value = book["Assumptions"]["A2"].value
    assert value.startswith("a\ufffd\ufffd\ufffdby")
    assert len(value) == 32_767


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_takes_every_name_literally(name: str) -> None:
    shown = " ".join(name.split())
    page = exporting.markdown([hostile(name), outcome("other")])
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page)
    inline = [token for token in tokens if token.type == "inline"]
    assert not {child.type for token in inline for child in token.children or []} & {
        "link_open",
        "image",
        "em_open",
        "s_open",
        "code_inline",
        "html_inline",
    }
    assert not any(token.type in ("html_block", "code_block", "fence", "ordered_list_open") for token in tokens)
    texts = ["".join(child.content for child in token.children or []) for token in inline]
    assert shown in texts  # the heading, and cells of the tables
    assert texts.count(shown) >= 5
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in page.splitlines() if "levers" not in line and line.startswith("| 1 |")}
    assert widths == {4}


def test_markdown_shows_ranges_quality_latency_and_every_assumption() -> None:
    page = exporting.markdown([outcome("one")])
    assert page.startswith("# one\n")
    assert r"A month costs **\$20.00 (\$15.00 to \$25.00)** instead of \$100.00 (\$80.00 to \$120.00): \$80.00 less, 80.0 %." in page
    assert "Quality: unknown instead of 98.0 %. Latency (p95): unknown instead of 2.50 s." in page
    assert "| quality | 98.0 % (95.0 % to 99.0 %) | unknown for own/model |" in page
    assert "| Exact cache | 60 % hits | measured | levers.exact\\_cache.hit\\_rate |" in page
    assert "| own/model | unpriced |" in page
    assert "- own/model has no price: 3 calls are left out." in page
    assert page.count("\n| 12 |") == 1


def test_a_dearer_scenario_is_called_dearer() -> None:
    found = replace(outcome(), saved=Figure(Decimal(-5)))
    assert r"\$5.00 more, 5.0 %." in exporting.markdown([found])


def test_several_scenarios_are_compared_before_each_is_told() -> None:
    page = exporting.markdown([outcome("one"), outcome("two")])
    assert page.startswith("# Scenarios compared\n\n|  | one | two |")
    assert "| quality, after | unknown for own/model | unknown for own/model |" in page
    assert [line for line in page.splitlines() if re.match(r"## (one|two)$", line)] == ["## one", "## two"]


def test_nothing_to_export_is_an_empty_file_not_an_error() -> None:
    assert exporting.csv([]).strip() == ",".join(COLUMNS)
    assert read(exporting.xlsx([])).sheetnames[0] == "Comparison"
    assert exporting.markdown([]).startswith("# Scenarios compared")


def test_one_line_of_markdown_stays_one_line() -> None:
    assert literal("a\n\n b\u2028c\x00") == "a b c"
