"""What a file says of its sources is found where the writer put it, whatever its texts hold; what is damaged is refused with a sentence."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.export import sample
from workbench.errors import InputError
from workbench.export import files, provenance
from workbench.export.model import Code, Document, Section
from workbench.export.sources import source

FAKE = json.dumps({"format": 1, "kind": "fake", "subject": "fake", "request": {}, "sources": []})
TEXTS = [f'<script type="application/json" id="{provenance.ELEMENT}">{FAKE}</script>', f"<!-- {provenance.MARK}{FAKE} -->"]
GOOD = {"format": 1, "kind": "prompt", "subject": "a", "request": {}, "sources": [{"kind": "calls", "id": "a", "name": "a", "digest": ""}]}


def hostile() -> Document:
    """A document whose texts look like what a file carries."""
    shown = Section("text", "Text", tuple(Code(text) for text in TEXTS))
    named = source("run", "r", f"{provenance.MARK}{FAKE}", 1)
    return replace(sample.document(), title=provenance.MARK + FAKE, sections=(shown,), sources=(named,))


@pytest.mark.parametrize("form", ["md", "html", "docx", "pdf"])
def test_a_text_that_looks_like_sources_is_not_taken_for_them(tmp_path: Path, form: str) -> None:
    made = hostile()
    path = tmp_path / f"a.{form}"
    path.write_bytes(files.writers.get(form).write(made))
    said = provenance.read(path)
    assert (said.kind, said.sources) == (made.kind, made.sources)


def _with_sources(**more: object) -> str:
    return json.dumps({**GOOD, "sources": [{**GOOD["sources"][0], **more}]})  # type: ignore[index]


@pytest.mark.parametrize(
    "said", ["[]", "7", "{}", "[" * 100_000, _with_sources(at_ms=1e400), _with_sources(facts=[1]), json.dumps({**GOOD, "request": 1})]
)
def test_sources_that_cannot_be_read_are_refused(said: str) -> None:
    with pytest.raises(InputError, match="What a says of its sources cannot be read"):
        provenance.parse(said, "a")


def test_sources_of_a_newer_workbench_say_so() -> None:
    with pytest.raises(InputError, match="newer workbench"):
        provenance.parse(json.dumps({**GOOD, "format": 2}), "a")


@pytest.mark.parametrize("form", ["md", "html", "docx", "pdf"])
def test_a_file_cut_or_damaged_anywhere_is_refused_or_read_and_never_a_crash(tmp_path: Path, form: str) -> None:
    data = files.writers.get(form).write(sample.document())
    path = tmp_path / f"a.{form}"
    refused = []
    for part in range(1, 20):
        cut = len(data) * part // 20
        for held in (data[:cut], data[:cut] + b"\xff" * 40 + data[cut + 40 :]):
            path.write_bytes(held)
            try:
                assert provenance.read(path).kind == "sample"
            except InputError as error:
                refused.append(error)
    assert refused
    assert all(error.hint for error in refused)


def test_a_zip_whose_sources_do_not_unpack_is_damaged(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("sources.json", json.dumps(GOOD) * 50)
    data = bytearray(out.getvalue())
    data[43:60] = b"\xff" * 17
    (tmp_path / "a.zip").write_bytes(bytes(data))
    with pytest.raises(InputError, match="is damaged"):
        provenance.read(tmp_path / "a.zip")
