"""Plans in a real browser: started from a template, a task edited in place, seen in the chart, kept, taken back, exported; both looks."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TimedOut

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from workbench.export.plans import keeping, shipped

NAME = "Capstone project"


def _type(page: Page, row: int, x: int, text: str) -> None:
    """Put `text` into a cell of the grid, which is a canvas: cells are found by where they are."""
    for _ in range(5):
        box = page.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + x, box["y"] + 52 + 33 * row)
        page.wait_for_timeout(400)
        page.keyboard.press("Enter")
        try:
            page.wait_for_selector("textarea.gdg-input", timeout=1_500)
            break
        except TimedOut:
            continue
    page.locator("textarea.gdg-input").fill(text)
    page.wait_for_timeout(200)
    page.locator("textarea.gdg-input").press("Enter")
    ready(page)


def test_a_plan_starts_from_a_template_is_edited_taken_back_and_exported(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/plans")
    page.get_by_role("button", name=NAME).click()
    expect(page.get_by_text("0 of 10", exact=True)).to_be_visible()
    page.get_by_text("4 Timeline").click()
    ready(page)
    _type(page, 0, 150, "Talk to five users")
    expect(page.locator(".js-plotly-plot").get_by_text("Talk to five users")).to_be_visible()
    tasks = keeping.load(server.store, NAME).plan.tasks
    assert (tasks[0].title, tasks[1].depends) == ("Talk to five users", ("Talk to five users",))
    page.reload()
    ready(page)
    expect(page.locator(".js-plotly-plot").get_by_text("Talk to five users")).to_be_visible()
    assert axe(page) == []
    snap(page, "plans-timeline")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".js-plotly-plot").get_by_text("Agree on problem…")).to_be_visible()
    page.get_by_text("Document", exact=True).click()
    ready(page)
    with page.expect_download() as held:
        page.get_by_role("button", name="Markdown").click()
    text = Path(held.value.path()).read_text(encoding="utf-8")
    assert "Agree on problem and success metrics" in text
    assert "## Problem Statement" in text
    snap(page, "plans-document")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_a_plan_fits_every_look(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    name = f"Look {scheme}"
    keeping.create(server.store, shipped.begin("migration", name=name))
    page = open_page(size, scheme)
    for view in ("overview", "metrics"):
        visit(page, f"{server.url}/plans?plan={quote(name)}&view={view}")
        assert wide(page) == 0
    assert axe(page) == []
    snap(page, f"plans-metrics-{scheme}")
