"""The Overview in a real browser: a range is pulled in a chart and left again, an error leads to its call and back, every size."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, Watched, axe, ready, serving, snap, visit, wide
from tests.pages.million import a_million
from tests.pages.stores import HOSTILE
from tests.pages.watching import a_day
from workbench import clock

_filled: set[str] = set()


def fill(server: Server) -> None:
    """An ordinary day, and one whose names are hostile."""
    if server.url in _filled:
        return
    _filled.add(server.url)
    a_day(server.store, clock.now_ms() - 60_000)
    a_day(server.store, clock.now_ms() - 60_000, 300, ["".join(c for c in text if c >= " ")[:190] for text in HOSTILE])


def test_a_range_is_pulled_by_pointer_and_by_keyboard_and_left_again(page: Page, server: Server) -> None:
    fill(server)
    visit(page, f"{server.url}/overview")
    plot = page.get_by_role("slider", name=re.compile("^Success rate"))
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 150, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 90, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("since=.+until="))
    ready(page)
    pulled = page.url
    plot.focus()
    for key in ("Home", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(lambda url: "since=" in url and url != pulled)
    ready(page)
    page.get_by_role("button", name="Back to last 24 hours").click()
    expect(page).to_have_url(re.compile("overview$"))


def test_a_million_calls_open_a_part_is_pulled_and_a_call_is_followed_and_left(browser: Browser, tmp_path: Path) -> None:
    look = {"viewport": {"width": 1366, "height": 768}, "reduced_motion": "reduce"}
    with serving(tmp_path / "home") as server, browser.new_context(**look) as context:
        page, watched = context.new_page(), Watched(server.url)
        watched.watch(page)
        assert a_million(server.store, clock.now_ms() - 60_000) == 1_001_500
        visit(page, f"{server.url}/overview?range=90d")
        expect(page.locator(".card").first).to_contain_text("1.00 M")
        plot = page.get_by_role("slider", name=re.compile("^Requests"))
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 80)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 10, box["y"] + 90, steps=4)
        page.mouse.up()
        expect(page).to_have_url(re.compile("since=.+until="))
        ready(page)
        expect(page.locator(".card").first).not_to_contain_text("1.00 M")
        page.get_by_text("Errors", exact=True).first.click()
        page.get_by_role("link", name=re.compile(r"Call \d+")).first.click()
        expect(page).to_have_url(re.compile(r"/calls\?.*call=\d+"))
        expect(page.get_by_text("It took too long.").first).to_be_visible()
        page.go_back()
        expect(page).to_have_url(re.compile(r"/overview\?.*since=.+section=errors"))
        expect(page.get_by_role("link", name=re.compile(r"Call \d+")).first).to_be_visible()
        page.get_by_role("button", name="Back to last 90 days").click()
        expect(page.locator(".card").first).to_contain_text("1.00 M")
        assert watched.foreign == []
        assert watched.errors == []


def test_a_chart_has_a_table_behind_it_and_is_taken_away_as_csv_and_png(page: Page, server: Server) -> None:
    fill(server)
    visit(page, f"{server.url}/overview?section=cost")
    box = page.locator(".st-key-watch-box-cost_by_prompt")
    box.get_by_role("button", name="Table").click()
    expect(box.get_by_role("columnheader", name="Time (UTC)")).to_be_visible()
    with page.expect_download() as download:
        box.get_by_role("button", name="CSV").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert text.startswith("Time (UTC),")
    assert not re.search(r'(^|,)"?[=@]', text)  # no cell that a spreadsheet would run
    with page.expect_download() as download:
        box.get_by_role("button", name="PNG").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_an_error_leads_to_its_call_and_back(page: Page, server: Server) -> None:
    fill(server)
    visit(page, f"{server.url}/overview")
    page.get_by_text("Errors", exact=True).first.click()
    page.get_by_role("link", name=re.compile(r"Call \d+")).first.click()
    expect(page).to_have_url(re.compile(r"/calls\?.*call=\d+"))
    expect(page.get_by_text("It took too long.").first).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/overview\?section=errors"))
    expect(page.get_by_role("link", name=re.compile(r"Call \d+")).first).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_full_and_hostile_overviews_at_every_size(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    fill(server)
    page = open_page(size=size, scheme=scheme)
    for section in ("latency", "breakdown"):
        visit(page, f"{server.url}/overview?section={section}")
        expect(page.locator(".card").first).to_be_visible()
        snap(page, f"overview-{section}-{size[0]}-{scheme}")
        assert axe(page) == []
        assert wide(page) == 0
        assert page.get_by_test_id("stException").count() == 0
