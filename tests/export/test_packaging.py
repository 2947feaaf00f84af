"""Office files are the same whenever they are made, open in their own libraries, and say what they were written from."""

import io
import json
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from tests.export.sample import AS_OF_MS
from workbench.errors import InputError
from workbench.export.writers.packaging import package, read_custom

HOSTILE = json.dumps({"a": "<b>&amp;]]>" * 5 + " " * 600 + "\u05e9 \U0001f389\x07\r\n\t", "b": ["x" * 100_000]}, ensure_ascii=False)
SURROGATE = '{"a": "\ud800"}'


def a_document() -> bytes:
    out, made = io.BytesIO(), docx.Document()
    made.add_paragraph("Words")
    made.core_properties.title = "A & <b>"
    made.save(out)
    return out.getvalue()


def a_workbook() -> bytes:
    out, made = io.BytesIO(), openpyxl.Workbook()
    made.active["A1"] = "Words"
    made.properties.title = "A & <b>"
    made.save(out)
    return out.getvalue()


def slides() -> bytes:
    out, made = io.BytesIO(), pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    data = CategoryChartData()
    data.categories = ["a", "b"]
    data.add_series("s", (1.0, None))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(4), Inches(3), data)
    made.core_properties.title = "A & <b>"
    made.save(out)
    return out.getvalue()


MADE = {"docx": a_document, "xlsx": a_workbook, "pptx": slides}
OPEN: dict[str, Callable[[io.BytesIO], object]] = {"docx": docx.Document, "xlsx": openpyxl.load_workbook, "pptx": pptx.Presentation}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("text", ["{}", HOSTILE, "x" * 241, " " * 700, ""])
def test_what_was_written_is_read_back_whole(kind: str, text: str) -> None:
    packed = package(MADE[kind](), text, AS_OF_MS)
    assert read_custom(packed) == text.replace("\x07", "\\u0007")


def test_a_lone_surrogate_comes_back_as_json_spells_it() -> None:
    assert json.loads(read_custom(package(a_document(), SURROGATE, None)) or "") == json.loads(SURROGATE)


def test_no_piece_is_longer_than_office_keeps_and_none_has_a_space_at_an_edge() -> None:
    packed = package(a_document(), json.dumps({str(n): "some words, and more" for n in range(200)}), None)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        text = archive.read("docProps/custom.xml").decode()
    pieces = [part.split("</vt:lpwstr>")[0] for part in text.split("<vt:lpwstr>")[1:]]
    assert len(pieces) > 20
    assert [piece for piece in pieces if len(piece) > 255 or piece != piece.strip()] == []


@pytest.mark.parametrize("kind", MADE)
def test_a_packed_file_opens_in_its_library_with_title_and_the_date_of_its_data(kind: str) -> None:
    opened = OPEN[kind](io.BytesIO(package(MADE[kind](), HOSTILE, AS_OF_MS)))
    properties = opened.properties if kind == "xlsx" else opened.core_properties  # type: ignore[attr-defined]
    assert properties.title == "A & <b>"
    assert f"{properties.created:%Y-%m-%d %H:%M}" == "2026-09-21 14:13"
    assert properties.created == properties.modified


@pytest.mark.parametrize("kind", MADE)
def test_a_file_packed_twice_has_one_property_and_the_newer_text(kind: str) -> None:
    once = package(MADE[kind](), "old", None)
    twice = package(once, "new", None)
    assert read_custom(twice) == "new"
    with zipfile.ZipFile(io.BytesIO(twice)) as archive:
        assert archive.read("_rels/.rels").count(b"custom-properties") == 1
        assert archive.read("[Content_Types].xml").count(b"docProps/custom.xml") == 1
    assert package(twice, "new", None) == twice


def test_times_platform_and_thumbnail_are_in_no_file_not_even_in_one_inside_another() -> None:
    outer = zipfile.ZipFile(io.BytesIO(package(slides(), "{}", AS_OF_MS)))
    (name,) = [name for name in outer.namelist() if name.endswith(".xlsx")]
    inner = zipfile.ZipFile(io.BytesIO(outer.read(name)))
    for archive in (outer, inner):
        assert {(entry.date_time, entry.create_system, entry.external_attr) for entry in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 0, 0x20)
        }
        assert archive.namelist()[:2] == ["[Content_Types].xml", "_rels/.rels"]
        assert b"2026-09-21T14:13:20Z" in archive.read("docProps/core.xml")
    assert [name for name in outer.namelist() if "thumbnail" in name] == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 torn", b"# words", a_document()], ids=["empty", "torn", "words", "unpacked"])
def test_a_file_without_the_property_has_none(data: bytes) -> None:
    assert read_custom(data) is None


def custom(text: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/custom.xml", text)
    return out.getvalue()


def test_a_property_that_unpacks_to_more_than_eight_megabytes_is_refused() -> None:
    with pytest.raises(InputError, match="too large"):
        read_custom(custom(b" " * 9_000_000))


def test_entities_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE p [<!ENTITY a "aaaa">]><Properties><property name="PromptWorkbenchSources"><v>&a;</v></property></Properties>'
    assert read_custom(custom(bomb)) is None
