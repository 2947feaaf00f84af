"""Office files opened by LibreOffice: a second reader, which draws what it reads. Only where it is installed."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.export.sample import document
from workbench.export.deck import arranging
from workbench.export.writers import get

pytestmark = pytest.mark.libreoffice
_LONGEST_S = 120


def as_pdf(file: Path, folder: Path) -> PdfReader:
    """What LibreOffice makes of an office file, in a profile of its own; it ends within two minutes, with all that it started."""
    program = shutil.which("soffice")
    assert program is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    running = subprocess.Popen(
        [program, profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", str(folder), str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = running.communicate(timeout=_LONGEST_S)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    made = folder / f"{file.stem}.pdf"
    assert made.is_file(), said.decode(errors="replace")
    return PdfReader(made)


def words(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_libreoffice_draws_a_document_with_its_contents_tables_and_pictures(tmp_path: Path) -> None:
    file = tmp_path / "document.docx"
    file.write_bytes(get("docx").write(document()))
    pdf = as_pdf(file, tmp_path)
    said = words(pdf)
    assert 5 <= len(pdf.pages) <= 14
    assert f"Page {len(pdf.pages)} of {len(pdf.pages)}" in said
    for text in (
        "Contents",
        "Data as of 2026-09-21",
        "A remark that is missing.",
        "No rows.",
        "<script>alert(1)</script>",
        "Καλημέρα κόσμε",
    ):
        assert text in said
    assert said.count("Version Requests p95 What it says") >= 3  # the header of a long table stands on each of its pages
    assert sum(len(page.images) for page in pdf.pages) >= 8
    for page in pdf.pages:
        assert len(page.extract_text().split()) > 20 or len(page.images)  # no page is left empty


def test_libreoffice_draws_the_sheets_of_a_workbook(tmp_path: Path) -> None:
    file = tmp_path / "workbook.xlsx"
    file.write_bytes(get("xlsx").write(document()))
    said = words(as_pdf(file, tmp_path))
    for text in ("Cost by model", "US dollars", "Timeline", "A remark that is missing.", "long words"):
        assert text in said
    assert "#NAME" not in said


def test_libreoffice_draws_every_slide_with_its_chart_and_words(tmp_path: Path) -> None:
    file = tmp_path / "slides.pptx"
    file.write_bytes(get("pptx").write(document()))
    pdf = as_pdf(file, tmp_path)
    slides = [" ".join(page.extract_text().split()) for page in pdf.pages]
    assert len(slides) == len(arranging.deck(document()).slides)
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pdf.pages} == {(960, 540)}
    said = " ".join(slides)
    for text in ("A remark that is missing.", "p95 by version", "<script>alert(1)</script>", "Καλημέρα κόσμε", "Message", "Triage"):
        assert text in said
    assert all(slide.strip() for slide in slides)
