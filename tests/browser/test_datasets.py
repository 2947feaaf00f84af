"""Datasets in a real browser: in by a file, edited in the grid by two people at once, and seen at every size."""

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TimedOut

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from tests.pages.stores import HOSTILE
from workbench.datasets import registry
from workbench.datasets.cases import NewCase

_TOAST = frozenset({"aria-dialog-name"})  # the framework's own toasts have no name
_DROP = frozenset({"presentation-role-conflict"})  # nor has its dropzone a role of its own


def _begin(server: Server, name: str, count: int = 3) -> str:
    registry.create(server.store, name, [NewCase({"text": f"message {n}", "label": "a"}, "a") for n in range(count)])
    return f"{server.url}/datasets?dataset={name}"


def _type(page: Page, row: int, text: str) -> None:
    """Put `text` into the first input of a row. The grid is a canvas: cells are found by where they are."""
    for _ in range(5):
        box = page.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
        assert box is not None
        x, y = box["x"] + 200, box["y"] + 52 + 33 * row
        page.mouse.move(x - 10, y)
        page.wait_for_timeout(300)
        page.mouse.click(x, y)
        page.wait_for_timeout(500)
        page.keyboard.press("Enter")
        try:
            page.wait_for_selector("textarea.gdg-input", timeout=1_500)
            break
        except TimedOut:
            continue
    page.wait_for_timeout(300)
    page.locator("textarea.gdg-input").fill(text)
    page.wait_for_timeout(200)
    page.locator("textarea.gdg-input").press("Enter")
    expect(page.get_by_text("Unsaved changes")).to_be_visible(timeout=15_000)


def test_a_file_in_another_encoding_comes_in_with_a_look_first(page: Page, server: Server):
    visit(page, f"{server.url}/datasets?view=import")
    rows = 'text,label,split\nWo ist die Karte für mich?,card,test\nbad row\n=HYPERLINK("x"),card,train\n'
    file = {"name": "Karten.csv", "mimeType": "text/csv", "buffer": rows.encode("latin-1")}
    page.locator("input[type=file]").set_input_files(files=[file])
    expect(page.get_by_text("The first rows")).to_be_visible(timeout=15_000)
    ready(page)
    assert axe(page, allowed=_DROP) == []
    snap(page, "datasets-import")
    page.get_by_test_id("stBaseButton-primary").click()
    expect(page.get_by_text("2 rows taken, 1 skipped")).to_be_visible(timeout=15_000)
    expect(page).to_have_url(f"{server.url}/datasets?dataset=Karten")
    assert registry.cases(server.store, "Karten", limit=1)[0].inputs["text"] == "Wo ist die Karte für mich?"


def test_a_cell_is_edited_saved_and_taken_back(page: Page, server: Server):
    visit(page, _begin(server, "edited"))
    _type(page, 1, "rewritten")
    snap(page, "datasets-unsaved")
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_text("Saved: 1 changed.")).to_be_visible()
    assert registry.cases(server.store, "edited")[1].inputs["text"] == "rewritten"
    page.get_by_role("button", name="Undo last save").click()
    expect(page.get_by_text("The last save is taken back.")).to_be_visible()
    assert registry.cases(server.store, "edited")[1].inputs["text"] == "message 1"


def test_the_second_of_two_editors_is_told_and_nothing_is_overwritten(open_page: OpenPage, server: Server):
    url = _begin(server, "shared")
    mine, theirs = open_page(), open_page()
    visit(mine, url)
    visit(theirs, url)
    _type(mine, 0, "mine")
    _type(theirs, 0, "theirs")
    theirs.get_by_role("button", name="Save 1 change").click()
    expect(theirs.get_by_text("Saved: 1 changed.")).to_be_visible()
    mine.get_by_role("button", name="Save 1 change").click()
    expect(mine.get_by_text("was saved elsewhere while you were editing")).to_be_visible(timeout=15_000)
    assert registry.cases(server.store, "shared")[0].inputs["text"] == "theirs"
    snap(mine, "datasets-conflict")
    mine.get_by_role("button", name="Save mine on top").click()
    expect(mine.get_by_text("Saved: 1 changed.")).to_be_visible()
    assert registry.cases(server.store, "shared")[0].inputs["text"] == "mine"


def test_a_case_is_read_and_edited_in_full(page: Page, server: Server):
    visit(page, _begin(server, "drawer"))
    page.get_by_role("button", name="Open case").click()
    page.get_by_role("textbox", name="text", exact=True).fill("at length")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: 1 changed.")).to_be_visible()
    assert registry.cases(server.store, "drawer")[0].inputs["text"] == "at length"


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_hostile_cases_are_text_at_every_size(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str):
    name = f"hostile {size[0]} {scheme} ![x](http://leak.example/a.png)"
    registry.create(server.store, name, [NewCase({"a": text, "=cmd": text}, text, (text[:50],)) for text in HOSTILE])
    page = open_page(size=size, scheme=scheme)
    visit(page, f"{server.url}/datasets")
    snap(page, f"datasets-list-{size[0]}-{scheme}")
    assert axe(page, allowed=_TOAST) == []
    from urllib.parse import quote

    for tab in ("cases", "sorting", "sample", "details"):
        visit(page, f"{server.url}/datasets?dataset={quote(name)}&tab={tab}")
        snap(page, f"datasets-{tab}-{size[0]}-{scheme}")
        assert axe(page, allowed=_TOAST) == []
        assert wide(page) == 0
