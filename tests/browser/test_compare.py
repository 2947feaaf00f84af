"""A comparison in a real browser: set up, started, left, found again, read."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from tests.pages import stores
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.runner import reading

_TOAST = frozenset({"aria-dialog-name"})  # the framework's own toasts have no name
ASKED = "v=intent@1,intent@2&prompt=intent&score=equals&column=expected"


@pytest.fixture(scope="module")
def finished(server: Server) -> str:
    """A finished run of twenty-four cases; a larger dataset for a run that takes its time."""
    run_id = stores.fill(server.store, cases=24)
    datasets.create(server.store, "many", [NewCase({"text": f"card {n}"}, "card_arrival") for n in range(400)])
    return run_id


def test_a_run_goes_on_when_its_browser_is_closed_and_is_found_again_by_its_address(open_page: OpenPage, server: Server, finished: str):
    page = open_page()
    visit(page, f"{server.url}/compare?{ASKED}&dataset=many&m=simulated/good%3Flatency_ms=300")
    expect(page.get_by_text("800 calls")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"run="), timeout=15_000)
    expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=15_000)
    ready(page)
    snap(page, "compare-running")
    url, run_id = page.url, parse_qs(urlsplit(page.url).query)["run"][0]
    before = reading.get(server.store, run_id).done
    page.context.close()
    other = open_page()
    visit(other, url)
    other.wait_for_timeout(1_500)
    assert reading.get(server.store, run_id).done > before
    other.get_by_role("button", name="Stop").click()
    expect(other.get_by_role("button", name="Resume")).to_be_visible(timeout=15_000)
    assert reading.get(server.store, run_id).state == "stopped"
    assert run_id != finished


def test_an_earlier_comparison_is_opened_from_the_form_and_back_leads_to_the_form(page: Page, server: Server, finished: str):
    visit(page, f"{server.url}/compare?run={finished}")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Set up again").click()
    expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=15_000)
    ready(page)
    assert "dataset=messages" in page.url
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"run="), timeout=15_000)
    ready(page)
    page.get_by_role("radio", name="Cells").click()
    page.wait_for_url(re.compile(r"view=cells"), timeout=15_000)
    ready(page)
    page.get_by_role("radio", name="Wrong").click()
    page.wait_for_url(re.compile(r"show=wrong"), timeout=15_000)
    ready(page)
    page.reload()
    expect(page.get_by_role("radio", name="Wrong")).to_be_checked(timeout=15_000)


def test_a_case_opens_in_a_drawer_with_every_reply(page: Page, server: Server, finished: str):
    visit(page, f"{server.url}/compare?run={finished}&view=cells")
    page.set_viewport_size({"width": 1366, "height": 1900})
    ready(page, 2_000)
    box = page.locator("[data-testid=stDataFrame]").last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 50)
    page.wait_for_timeout(400)
    page.mouse.click(box["x"] + 40, box["y"] + 36 + 33 * 2 + 16)
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("Case 3")).to_be_visible(timeout=15_000)
    expect(drawer.get_by_text("Where is my card 2?").first).to_be_visible()
    ready(page)
    snap(page, "compare-drawer")
    assert axe(page, allowed=_TOAST) == []


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_form_and_result_read_well_at_every_size(open_page: OpenPage, server: Server, finished: str, size: tuple[int, int], scheme: str):
    page = open_page(size=size, scheme=scheme)
    for name, query in (("form", f"{ASKED}&dataset=messages&m=simulated/good"), ("result", f"run={finished}")):
        visit(page, f"{server.url}/compare?{query}")
        ready(page, 1_500)
        snap(page, f"compare-{name}-{size[0]}-{scheme}")
        assert axe(page, allowed=_TOAST) == []
        assert wide(page) == 0
    visit(page, f"{server.url}/compare?{ASKED}&dataset=messages&m=simulated/good")
    expect(page.get_by_role("button", name="Start")).to_be_in_viewport()


def test_a_run_of_hostile_texts_shows_them_as_text(page: Page, server: Server, finished: str):
    run_id = stores.fill_hostile(server.store)
    visit(page, f"{server.url}/compare?run={run_id}")
    ready(page, 1_500)
    snap(page, "compare-hostile")
    assert axe(page, allowed=_TOAST) == []
    assert run_id != finished
