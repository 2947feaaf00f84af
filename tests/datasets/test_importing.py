import io
import json
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from workbench.datasets import importing, registry
from workbench.datasets.importing import ColumnMap, Options
from workbench.errors import InputError, NameTaken
from workbench.store import Store


def rows(store: Store, name: str = "d") -> list[dict[str, str]]:
    return [dict(case.inputs) for case in registry.cases(store, name, limit=None)]


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in sheets:
        sheet = book.create_sheet(title)
        for line in cells:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_every_column_becomes_an_input_under_its_header(store: Store) -> None:
    report = importing.load(store, "d", b'text,label\n"Hello, you",greeting\nBye,parting\n')
    assert (report.taken, report.skipped, report.format, report.encoding, report.delimiter) == (2, 0, "csv", "utf-8", ",")
    assert rows(store) == [{"text": "Hello, you", "label": "greeting"}, {"text": "Bye", "label": "parting"}]
    assert registry.get(store, "d").columns == ("text", "label")


def test_the_line_that_tells_excel_the_separator_is_no_row(store: Store) -> None:
    report = importing.load(store, "d", b"\xef\xbb\xbfsep=;\r\na;b\r\n1,5;2\r\nragged\r\n")
    assert (report.columns, report.taken, report.delimiter) == (("a", "b"), 1, ";")
    assert [row for row, _why in report.reasons] == [4]
    assert rows(store) == [{"a": "1,5", "b": "2"}]


def test_columns_can_be_expected_tags_and_split(store: Store) -> None:
    content = b"text,label,tags,part\nHi,greeting,a; b,train\nBye,,,test\n"
    importing.load(store, "d", content, ColumnMap(expected="label", tags="tags", split="part"))
    first, second = registry.cases(store, "d")
    assert (dict(first.inputs), first.expected, first.tags, first.split) == (
        {"text": "Hi", "label": "greeting"},
        "greeting",
        ("a", "b"),
        "train",
    )
    assert (second.expected, second.tags, second.split) == (None, (), "test")
    importing.load(store, "e", content, ColumnMap(inputs=("text",)))
    assert registry.get(store, "e").columns == ("text",)
    with pytest.raises(InputError, match="no column 'nope'") as refused:
        importing.load(store, "f", content, ColumnMap(expected="nope"))
    assert refused.value.hint == "Columns are text, label, tags, part."


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_even_where_texts_hold_others(store: Store, delimiter: str) -> None:
    lines = [["text", "label"], ['"one, two; three"', "a"], ['"a\tb|c"', "b"], ['"x\ny"', "c"]]
    report = importing.load(store, "d", "\r\n".join(delimiter.join(line) for line in lines).encode())
    assert report.delimiter == delimiter
    assert [row["text"] for row in rows(store)] == ["one, two; three", "a\tb|c", "x\ny"]


def test_one_column_of_sentences_stays_one_column(store: Store) -> None:
    importing.load(store, "d", b"text\nWhere, oh where, is it?\n", options=Options(delimiter="|"))
    assert rows(store) == [{"text": "Where, oh where, is it?"}]
    preview = importing.read(b"text\nHello\nBye\n")
    assert (preview.columns, preview.delimiter) == (("text",), ",")


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found_and_told(store: Store, encoding: str, read_as: str) -> None:
    report = importing.load(store, "d", "text,label\nCafé in Zürich costs more than here,ja\n".encode(encoding))
    assert report.encoding == read_as
    assert rows(store)[0]["text"] == "Café in Zürich costs more than here"
    assert bool(report.notes) == (read_as in {"cp1252", "utf-16-le", "utf-16-be"})


def test_latin_1_is_read_where_windows_has_no_such_character(store: Store) -> None:
    report = importing.load(store, "d", "text\nÀ bientôt \x8d Zürich\n".encode("latin-1"))
    assert (report.encoding, rows(store)[0]["text"]) == ("latin-1", "À bientôt \x8d Zürich")
    assert "Latin-1" in report.notes[0]


def test_an_accent_far_into_the_file_still_counts(store: Store) -> None:
    content = b"text\n" + b"plain text\n" * 200_000 + "café\n".encode("latin-1")
    assert importing.read(content).encoding == "cp1252"
    with pytest.raises(InputError, match="cannot be read as utf-8"):
        importing.read(content, options=Options(encoding="utf-8"))
    with pytest.raises(InputError, match="no encoding 'klingon'"):
        importing.read(content, options=Options(encoding="klingon"))


def test_ragged_and_empty_rows_are_skipped_with_their_line(store: Store) -> None:
    content = b'text,label\n"two\nlines",a\nonly one\n\n , \na,b,c\nx,y,,\n"odd" quote,z\nlast,b\n'
    report = importing.load(store, "d", content)
    assert rows(store) == [{"text": "two\nlines", "label": "a"}, {"text": "x", "label": "y"}, {"text": "last", "label": "b"}]
    assert report.reasons == [
        (4, "has 1 cell where the header has 2"),
        (6, "is empty"),
        (7, "has 3 cells where the header has 2"),
        (9, "has text after a closing quote"),
    ]
    assert (report.taken, report.skipped) == (3, 4)


def test_reasons_are_bounded_and_the_count_is_not(store: Store) -> None:
    report = importing.load(store, "d", b"a,b\nx,y\n" + b"only\n" * 150)
    assert (report.skipped, len(report.reasons)) == (150, 100)
    assert json.dumps(report.to_json())


def test_columns_without_a_name_or_with_the_same_one_are_named(store: Store) -> None:
    report = importing.load(store, "d", b"text,,text,text (2)\n1,2,3,4\n")
    assert rows(store) == [{"text": "1", "column 2": "2", "text (2)": "3", "text (2) (2)": "4"}]
    assert len(report.notes) == 3


def test_a_file_without_a_header_gets_numbered_columns(store: Store) -> None:
    report = importing.load(store, "d", b"Hello\tgreeting\nBye\tparting\n", options=Options(header=False), filename="pasted rows")
    assert rows(store)[0] == {"column 1": "Hello", "column 2": "greeting"}
    assert (report.taken, report.notes) == (2, ())


def test_nul_bytes_do_not_stop_an_import(store: Store) -> None:
    importing.load(store, "d", b"text,label\nHe\x00llo there my friend,a\n")
    assert rows(store) == [{"text": "He\ufffdllo there my friend", "label": "a"}]


def test_formulas_in_a_csv_stay_text(store: Store) -> None:
    content = "text,label\n" + "".join(f'"=HYPERLINK(""http://x/{n}"")",+{n}\n@SUM(A1),-{n}\n' for n in range(3))
    importing.load(store, "d", content.encode())
    assert rows(store)[0] == {"text": '=HYPERLINK("http://x/0")', "label": "+0"}
    assert rows(store)[1] == {"text": "@SUM(A1)", "label": "-0"}


@pytest.mark.parametrize(
    ("content", "filename", "says"),
    [
        (b"", "a.csv", "a.csv: is empty"),
        (b"\n\n", "a.csv", "is empty"),
        (b"\xef\xbb\xbf", "a.csv", "is empty"),
        (b"text,label\n", "a.csv", "no rows to take"),
        (b"text,label\nx\n", "a.csv", "row 2 has 1 cell"),
        (b"[]", "a.json", "no objects"),
        (b"[1, 2]", "a.json", "row 1 is not an object"),
        (b"{}", "a.jsonl", "no objects"),
        (b'[{"a": 1}, {"a": ]', "a.json", "line 1, column 18"),
        (b'[{"a": 1}', "a.json", "not closed"),
        (b'[{"a": 1} {"a": 2}]', "a.json", "a comma is missing"),
        (b'{\n"a": 1}', "a.json", "not a list of objects"),
        (b'text,label\n"never closed,a\nb,c\n', "a.csv", "line 2: a quote opens here"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a.csv", "not a text file"),
        (bytes(range(1, 32)) * 10, "a.csv", "not a text file"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "a.xls", "old or a locked workbook"),
        (b"PK\x03\x04 broken", "a.xlsx", "cannot be read as a workbook"),
        (b"a" * 250 + b",b\n1,2\n", "a.csv", "column 1 is called"),
        (",".join(f"c{n}" for n in range(201)).encode() + b"\n1\n", "a.csv", "201 columns"),
        (b"text\n" + b"x" * 1_000_001 + b"\n", "a.csv", "line 2: a cell holds more than"),
        (b'{"a": "' + b"x" * 1_000_001 + b'"}', "a.jsonl", "characters"),
    ],
)
def test_what_cannot_be_read_says_where_and_leaves_nothing(store: Store, content: bytes, filename: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        importing.load(store, "d", content, filename=filename)
    assert says in str(refused.value)
    assert registry.page(store) == []


def test_jsonl_rows_are_objects_of_columns(store: Store) -> None:
    content = b'\n{"text": "a", "n": 3, "deep": {"x": [1]}}\nnot json\n[1]\n{"text": "b", "extra": null}\n{}\n'
    report = importing.load(store, "d", content, filename="data.jsonl")
    assert report.format == "jsonl"
    assert rows(store) == [
        {"text": "a", "n": "3", "deep": '{"x": [1]}', "extra": ""},
        {"text": "b", "n": "", "deep": "", "extra": ""},
    ]
    assert [row for row, _why in report.reasons] == [3, 4, 6]


def test_json_is_a_list_or_an_object_that_holds_one(store: Store) -> None:
    assert importing.load(store, "d", b'\xef\xbb\xbf [ {"a": "1"} , {"a": "2"} ] ').format == "json"
    importing.load(store, "e", b'{"version": [1], "cases": 3}\n{"a": 1}\n', filename="x.jsonl")
    importing.load(store, "f", b'{"about": {"cases": 1},\n "cases": [{"a": "\\"]"}, {"a": "2"}]}', filename="x.json")
    assert rows(store, "d") == [{"a": "1"}, {"a": "2"}]
    assert rows(store, "f") == [{"a": '"]'}, {"a": "2"}]


def test_a_file_is_told_by_its_content_not_its_name(store: Store) -> None:
    assert importing.load(store, "a", b'{"a": 1}\n{"a": 2}\n', filename="a.csv").format == "jsonl"
    assert importing.load(store, "b", b"text,label\nx,y\n", filename="b.jsonl").format == "csv"
    assert importing.load(store, "c", workbook(("S", [["text"], ["x"]])), filename="c.csv").format == "xlsx"
    assert importing.load(store, "d", b'[{"a": 1}]', filename="d.txt").format == "json"
    assert importing.load(store, "e", b"[link],{x}\n1,2\n", filename="e.csv").format == "csv"


def test_a_workbook_is_read_from_its_first_or_a_named_sheet(store: Store) -> None:
    content = workbook(
        (
            "Cases",
            [
                [None],
                ["text", "n", "when"],
                ["a", 3, datetime.fromisoformat("2026-01-02T00:00:00")],
                [None],
                ["b", 2.5, date(2026, 1, 2)],
                [True, 3.0, "#N/A"],
            ],
        ),
        ("Other", [["q"], ["x"]]),
    )
    preview = importing.read(content, "x.xlsx")
    assert (preview.sheets, preview.columns) == (("Cases", "Other"), ("text", "n", "when"))
    importing.load(store, "d", content)
    assert rows(store) == [
        {"text": "a", "n": "3", "when": "2026-01-02"},
        {"text": "b", "n": "2.5", "when": "2026-01-02"},
        {"text": "true", "n": "3", "when": "#N/A"},
    ]
    importing.load(store, "other", content, options=Options(sheet="Other"))
    assert rows(store, "other") == [{"q": "x"}]
    with pytest.raises(InputError, match="no sheet 'Third'") as refused:
        importing.read(content, "x.xlsx", options=Options(sheet="Third"))
    assert refused.value.hint == "Sheets are Cases, Other."


def test_a_workbooks_formulas_are_never_executed(store: Store) -> None:
    content = workbook(("S", [["text", "sum"], ["a", "=1+1"], ["=1+1", "=A1"]]))
    report = importing.load(store, "d", content)
    assert rows(store) == [{"text": "a", "sum": ""}]  # openpyxl stores no values for formulas; a spreadsheet does
    assert report.taken == 1


def test_a_workbook_that_unpacks_without_end_is_refused_unopened(store: Store) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(401):
                sheet.write(bytes(1_000_000))
    assert len(out.getvalue()) < 1_000_000
    with pytest.raises(InputError, match="unpacks to more than"):
        importing.load(store, "d", out.getvalue(), filename="bomb.xlsx")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "hi")
    with pytest.raises(InputError, match="zip archive, not a workbook"):
        importing.load(store, "d", other.getvalue())


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>', "claims more than"),
        ('<row r="x"/>', "cannot be read"),
        ("<row", "cannot be read"),
    ],
)
def test_a_workbook_with_an_impossible_sheet_is_refused_in_bounded_time(store: Store, row: str, says: str) -> None:
    original = workbook(("S", [["text"], ["x"]]))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", row.encode() + b"</sheetData>")
            new.writestr(entry.filename, content)
    with pytest.raises(InputError, match=says):
        importing.load(store, "d", out.getvalue(), filename="odd.xlsx")
    assert registry.page(store) == []


def test_a_taken_name_is_refused_before_the_file_is_read_unless_replaced(store: Store) -> None:
    importing.load(store, "d", b"a\n1\n", description="kept")
    with pytest.raises(NameTaken):
        importing.load(store, "d", b"not even")
    importing.load(store, "d", b"b\n2\n", replace=True)
    assert rows(store) == [{"b": "2"}]
    assert (registry.get(store, "d").revision, registry.get(store, "d").description) == (2, "kept")


def test_columns_are_guessed_by_their_names() -> None:
    preview = importing.read(b"question,Answer,tags\nq,a,t\n")
    assert preview.guessed == ColumnMap(expected="Answer", tags="tags")
    assert importing.read(b"label\nx\n").guessed.expected is None


def test_a_path_is_read_where_it_lies(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a\n1\n")
    assert importing.load(store, "d", path).taken == 1
    assert importing.load(store, "e", str(path)).taken == 1
    with pytest.raises(InputError, match="no such file"):
        importing.load(store, "f", tmp_path / "none.csv")
    with pytest.raises(InputError, match="is not a file"):
        importing.load(store, "f", tmp_path)


def test_more_than_the_bound_is_refused_unread(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(importing.MAX_BYTES + 1)
    with pytest.raises(InputError, match="larger than 100 MB"):
        importing.load(store, "d", path)


def test_raising_from_progress_stops_an_import_whole(store: Store) -> None:
    heard: list[tuple[float, int]] = []

    class Enough(Exception):
        pass

    def progress(share: float, taken: int) -> None:
        heard.append((share, taken))
        if len(heard) > 2:
            raise Enough

    with pytest.raises(Enough):
        importing.load(store, "d", b"text\n" + b"hello\n" * 20_000, progress=progress)
    assert registry.page(store) == []
    assert [taken for _share, taken in heard] == [1_999, 3_999, 5_999]


def test_fifty_megabytes_stream_through_bounded_memory(tmp_path: Path) -> None:
    from workbench import store as stores

    path = tmp_path / "big.csv"
    line = f'"a message of a customer, number %d, {"with some words more " * 40}",card_arrival\n'
    with path.open("w") as file:
        file.write("text,label\n")
        for n in range(58_000):
            file.write(line % n)
    assert path.stat().st_size > 50_000_000
    opened = stores.open_store(f"sqlite:///{tmp_path / 'store.db'}")
    shares: list[float] = []
    tracemalloc.start()
    report = importing.load(opened, "big", path, progress=lambda share, _taken: shares.append(share))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (report.taken, registry.get(opened, "big").cases) == (58_000, 58_000)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert peak < 60_000_000
    opened.close()
