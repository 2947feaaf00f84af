import csv
import io

import openpyxl
import pytest

from workbench.datasets import exporting, importing, registry
from workbench.datasets.cases import NewCase
from workbench.errors import InputError, NotFound
from workbench.store import Store

ODD = [
    NewCase({"text": "=HYPERLINK(1)", "n": "-3.5"}, expected="+cmd|' /C calc'!A0", tags=("a", "b"), split="train"),
    NewCase({"text": "@x", "n": "\tTab"}, expected=None, split="test"),
    NewCase({"text": 'quote "q", comma\nline ünï', "n": "+49%"}, tags=("b",)),
]


def test_jsonl_comes_back_exactly(store: Store) -> None:
    registry.create(store, "d", ODD)
    importing.load(store, "back", exporting.content(store, "d", "jsonl"), filename="d.jsonl")
    strip = [(case.inputs, case.expected, case.tags, case.split) for case in registry.cases(store, "d")]
    assert [(case.inputs, case.expected, case.tags, case.split) for case in registry.cases(store, "back")] == strip
    assert registry.content_hash(store, "back") == registry.content_hash(store, "d")


def test_a_csv_holds_no_formula_and_all_the_rest(store: Store) -> None:
    registry.create(store, "d", ODD)
    content = exporting.content(store, "d", "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["text", "n", "expected", "tags", "split"]
    assert rows[1] == ["'=HYPERLINK(1)", "-3.5", "'+cmd|' /C calc'!A0", "a, b", "train"]
    assert rows[2] == ["'@x", "'\tTab", "", "", "test"]
    assert rows[3] == ['quote "q", comma\nline ünï', "+49%", "", "b", ""]


def test_a_workbook_holds_no_formula(store: Store) -> None:
    registry.create(store, "d", [*ODD, NewCase({"text": "bell \x07", "n": "1"})])
    sheet = openpyxl.load_workbook(io.BytesIO(exporting.content(store, "d", "xlsx"))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert sheet["A2"].value == "'=HYPERLINK(1)"
    assert sheet["A5"].value == "bell \ufffd"


def test_only_what_is_used_becomes_a_column_and_never_twice(store: Store) -> None:
    registry.create(store, "plain", [NewCase({"text": "a"})])
    assert exporting.content(store, "plain", "csv").decode("utf-8-sig") == "text\r\na\r\n"
    registry.create(store, "both", [NewCase({"expected": "a"}, expected="b")])
    assert exporting.content(store, "both", "csv").decode("utf-8-sig") == "expected,expected (2)\r\na,b\r\n"


def test_a_part_can_be_written(store: Store) -> None:
    registry.create(store, "d", ODD)
    out = io.BytesIO()
    assert exporting.write(store, "d", "jsonl", out, exporting.Which(split="train")) == 1
    assert exporting.write(store, "d", "csv", io.BytesIO(), exporting.Which(tag="b")) == 2
    assert exporting.write(store, "d", "xlsx", io.BytesIO(), exporting.Which(tag="none")) == 0


def test_what_cannot_be_written_is_said(store: Store) -> None:
    registry.create(store, "d", [NewCase({"text": "x" * 32_768})])
    with pytest.raises(InputError, match="row 1: a cell is longer"):
        exporting.content(store, "d", "xlsx")
    with pytest.raises(InputError, match="'pdf' is no format"):
        exporting.content(store, "d", "pdf")
    with pytest.raises(NotFound):
        exporting.content(store, "none", "csv")
