"""Documents in a real browser: words seen in the preview where it was scrolled to, sections moved, files that arrive and are made again."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from tests.pages import verdicts
from workbench.prompts import labels

TITLE = "iframe[title=Preview]:last-of-type"  # while a new one loads, the old one still stands there


@pytest.fixture(autouse=True, scope="module")
def _prompt(server: Server) -> None:
    verdicts.run(server.store, [[1, 0, 1, 1] * 5, [1, 1, 1, 0] * 5])
    labels.move(server.store, "intent", "production", 1, reason="the first")


def _fetched(page: Page, button: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that a press brings."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=button, exact=True).first.click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


def _badges(page: Page, word: str) -> Locator:
    """States of past exports that read so; an icon's name stands before the word."""
    return page.locator(".stMarkdownBadge").filter(has_text=word)


def _scrolled(page: Page) -> int:
    return int(page.frames[-1].evaluate("scrollY"))


def test_a_document_is_written_exported_found_stale_and_made_again(server: Server, page: Page) -> None:
    visit(page, f"{server.url}/documents?about_prompt=intent")
    preview = page.frame_locator(TITLE)
    preview.get_by_role("link", name="Performance").click()
    expect(preview.get_by_role("heading", name="Performance")).to_be_in_viewport()
    page.get_by_label("Intent").fill("Sorts what customers **ask**. <b>Nothing else.</b>")
    page.get_by_label("When not to use it").click()
    expect(preview.get_by_text("Sorts what customers ask. <b>Nothing else.</b>")).to_be_attached()
    expect(preview.get_by_role("heading", name="Performance")).to_be_in_viewport()
    assert _scrolled(page) > 500
    page.get_by_text("Sections: all").click()
    page.locator('[class*="st-key-down-overview"] button').first.click()
    page.get_by_text("Guards", exact=True).click()
    expect(page.get_by_text("Sections: 11 of 12")).to_be_visible()
    expect(preview.locator("nav a").first).to_have_text("Version")
    ready(page)
    name, data = _fetched(page, "Word")
    assert (name, data[:2]) == ("intent-prompt.docx", b"PK")
    name, data = _fetched(page, "PDF")
    assert (name, data[:5]) == ("intent-prompt.pdf", b"%PDF-")
    labels.move(server.store, "intent", "production", 2, reason="better")
    page.get_by_text("Past exports").click()
    expect(_badges(page, "Stale")).to_have_count(2)
    expect(page.get_by_text("labels", exact=False).first).to_be_visible()
    ready(page)
    assert _fetched(page, "Make again")[0] == "intent-prompt.pdf"
    expect(_badges(page, "Made again since")).to_have_count(1)
    expect(_badges(page, "Fresh")).to_have_count(1)
    page.reload()
    ready(page)
    expect(_badges(page, "Fresh")).to_have_count(1)


_OPENED = """async fold => {
  fold.querySelector("summary").click();
  await new Promise(done => setTimeout(done, 50));
  const first = fold.offsetHeight;
  await new Promise(done => setTimeout(done, 700));
  return [first, fold.offsetHeight];
}"""


def test_a_fold_opens_at_once_where_less_motion_is_asked_for(server: Server, page: Page) -> None:
    visit(page, f"{server.url}/documents")
    first, last = page.locator(".st-key-document-site details").evaluate(_OPENED)
    assert first == last > 100


def test_the_library_is_written_as_a_site_behind_the_page(server: Server, page: Page) -> None:
    visit(page, f"{server.url}/documents")
    page.get_by_text("The whole library as a site").click()
    page.get_by_role("button", name="Write the site").click()
    button = page.get_by_role("button", name="Download site.zip")
    expect(button).to_be_visible()
    with page.expect_download() as coming:
        button.click()
    with zipfile.ZipFile(coming.value.path()) as site:
        assert {"index.html", "prompts/intent.html"} <= set(site.namelist())


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_it_looks_right_and_axe_finds_nothing(server: Server, open_page: OpenPage, size: tuple[int, int], scheme: str) -> None:
    page = open_page(size=size, scheme=scheme)
    for kind in ("prompt", "slides"):
        visit(page, f"{server.url}/documents?kind={kind}&about_{kind}=intent")
        expect(page.frame_locator(TITLE).locator("h1, h2").first).to_be_attached()
        assert wide(page) == 0
        assert axe(page) == []
        snap(page, f"documents-{kind}-{scheme}")
    ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme")
    assert scheme in ground
