"""A logo that is no picture any more: every writer goes on, and the file says what is missing."""

import io
import zipfile
import zlib
from dataclasses import replace
from functools import cache

import docx
import openpyxl
import pptx
import pypdf
import pytest
from PIL import Image

from tests.export.sample import document
from workbench.errors import InputError
from workbench.export import pictures, setup
from workbench.export.model import Brand, Document
from workbench.export.writers import MODULES, get
from workbench.store import Store


@cache
def png() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((80, 40), 90).save(out, "PNG")
    return out.getvalue()


TORN = {
    "torn": lambda: png()[:-200],
    "head": lambda: png()[:30],
    "sign": lambda: png()[:8],
    "turned": lambda: png()[:60] + bytes(byte ^ 255 for byte in png()[60:90]) + png()[90:],
    "nothing": lambda: png()[:16] + bytes(8) + png()[24:],
    "enormous": lambda: png()[:16] + b"\x7f\xff\xff\xff" * 2 + png()[24:],
    "profile": lambda: png()[:-12] + bytes(4) + b"iCCP" + zlib.crc32(b"iCCP").to_bytes(4, "big") + png()[-12:],
    "other": lambda: b"GIF89a" + bytes(40),
    "text": lambda: b"no picture",
}


def words(form: str, data: bytes) -> str:
    """What a reader of the file finds, the notes of slides with it."""
    if form in ("md", "html", "slides.html"):
        return data.decode()
    if form == "docx":
        read = docx.Document(io.BytesIO(data))
        cells = (cell.text for table in read.tables for row in table.rows for cell in row.cells)
        return "\n".join([*(each.text for each in read.paragraphs), *cells])
    if form == "pdf":
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if form == "xlsx":
        return "\n".join(str(value) for row in openpyxl.load_workbook(io.BytesIO(data))["Document"].values for value in row)
    return "\n".join(slide.notes_slide.notes_text_frame.text for slide in pptx.Presentation(io.BytesIO(data)).slides)


def small() -> Document:
    return replace(document(), sections=document().sections[:1])


@pytest.mark.parametrize("torn", TORN)
@pytest.mark.parametrize("form", MODULES)
def test_a_file_is_written_without_a_torn_logo_and_names_it(form: str, torn: str) -> None:
    made = replace(small(), brand=Brand(logo=TORN[torn](), name="Us"))
    said = " ".join(words(form, get(form).write(made)).split())
    assert "The logo is missing: the picture" in said
    assert "A remark that is good." in said or form == "pptx"


@pytest.mark.parametrize("form", MODULES)
def test_a_whole_logo_is_named_nowhere_as_missing(form: str) -> None:
    data = get(form).write(replace(small(), brand=Brand(logo=png())))
    assert "logo is missing" not in words(form, data)
    if form in ("docx", "pptx"):
        assert any(name.endswith(".png") for name in zipfile.ZipFile(io.BytesIO(data)).namelist())


def test_a_document_without_sections_says_it_too() -> None:
    assert "The logo is missing" in get("md").write(replace(small(), sections=(), brand=Brand(logo=b"x"))).decode()


def test_what_is_wrong_with_a_picture_is_told() -> None:
    assert {name: (pictures.trouble(make()) or ("",))[0] for name, make in TORN.items()} == {
        **dict.fromkeys(("torn", "head", "sign", "turned", "nothing", "profile"), "cannot be read"),
        "enormous": "has 2147483647 x 2147483647 pixels",
        **dict.fromkeys(("other", "text"), "is no PNG picture"),
    }
    assert pictures.trouble(png()) is None


@pytest.mark.parametrize("torn", TORN)
def test_a_torn_logo_is_refused_where_the_look_is_kept(sqlite_store: Store, torn: str) -> None:
    with pytest.raises(InputError, match=r"the logo (is|has|cannot)"):
        setup.put_brand(sqlite_store, Brand(logo=TORN[torn]()))
