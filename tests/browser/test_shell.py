"""The frame of every page in a real browser: both sizes, both schemes, nothing asked of another host, nothing new for axe."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import harness
from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, OTHER_LOOKS, Server
from tests.pages import stores

_TOP = ["/", "/prompts", "/playground", "/datasets", "/compare", "/rate", "/whatif", "/spend", "/budgets", "/prices", "/calls", "/runs"]
PATHS = [*_TOP, "/settings", "/settings?section=Data", "/settings?section=About"]


def _name(path: str) -> str:
    return re.sub(r"\W+", "-", path.strip("/")) or "home"


def _walk(page: Page, server: Server, tag: str) -> Iterator[str]:
    """Open every page, keep a picture, and name what is wrong with it."""
    for path in PATHS:
        harness.visit(page, server.url + path)
        harness.snap(page, f"{tag}-{_name(path)}")
        if page.get_by_text("Page not found").count():
            yield f"{path}: there is no such page"
        if page.get_by_test_id("stException").count():
            yield f"{path}: an exception"
        if over := harness.wide(page):
            yield f"{path}: {over} pixels too wide"
        yield from (f"{path}: {found}" for found in harness.axe(page))


@pytest.mark.parametrize(("size", "scheme"), OTHER_LOOKS, ids=["desktop-dark", "phone-light"])
def test_pages_of_an_empty_store(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    assert list(_walk(open_page(size, scheme), server, f"empty-{size[0]}-{scheme}")) == []


def test_a_first_visit_shows_one_primary_action_without_scrolling(page: Page, server: Server) -> None:
    harness.visit(page, server.url)
    button = page.get_by_role("button", name="Load the demo and run it")
    expect(button).to_be_in_viewport()
    assert page.get_by_test_id("stBaseButton-primary").count() == 1
    assert page.get_by_text("Deploy", exact=True).count() == 0


def test_the_first_visit_can_be_walked_by_keyboard(page: Page, server: Server) -> None:
    harness.visit(page, server.url)
    button = page.get_by_role("button", name="Load the demo and run it")
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("forty times Tab, and the button was never reached")


def test_the_demo_is_loaded_runs_is_stopped_and_goes_without_a_trace(page: Page, server: Server) -> None:
    harness.visit(page, server.url)
    page.get_by_role("button", name="Load the demo and run it").click()
    panel = page.locator(".st-key-run-0")
    expect(panel.get_by_text("Running")).to_be_visible(timeout=120_000)
    expect(panel.get_by_text(re.compile("of 360"))).to_be_visible()
    harness.snap(page, "demo-running")
    panel.get_by_role("button", name="Stop").click()
    expect(page.locator(".st-key-run-0")).to_have_count(0, timeout=20_000)
    page.get_by_role("button", name="Remove the demo").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("button", name="Load the demo and run it")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["desktop-light", "phone-dark"])
def test_pages_of_a_hostile_store(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    _fill(server)
    assert list(_walk(open_page(size, scheme), server, f"hostile-{size[0]}-{scheme}")) == []


def test_a_hostile_name_reads_as_it_was_written(page: Page, server: Server) -> None:
    run_id = _fill(server)
    harness.visit(page, f"{server.url}/runs?run={run_id}")
    panel = page.locator(".st-key-chosen-run")
    shown = panel.inner_text().replace("\u2060", "")
    assert f"{stores.IMAGE} <b>:red[x]</b> $x$" in shown
    assert panel.locator("img, a, b, .katex").count() == 0
    harness.snap(page, "hostile-run")


def test_every_hostile_text_reads_as_it_was_written_in_a_message(page: Page, server: Server) -> None:
    texts = [
        *stores.HOSTILE[:4],
        "www.leak.example a@leak.example http://leak.example",
        "1. one 2) two",
        "a -> b <- c -- d",
        "~~x~~ ==y== ^z^",
    ]
    for text in texts:
        harness.visit(page, f"{server.url}/runs?run={_quoted(text)}")
        alert = page.get_by_test_id("stAlert").first
        assert repr(text)[1:-1] in alert.inner_text().replace("\u2060", ""), text
        assert alert.locator("a, img, strong, code, .katex, li, del").count() == 0, text


def test_a_deep_link_opens_at_once_and_back_works(page: Page, server: Server) -> None:
    run_id = _fill(server)
    harness.visit(page, f"{server.url}/runs?run={run_id}")
    expect(page.locator(".st-key-chosen-run")).to_be_visible()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()


def test_a_run_is_opened_from_the_table(page: Page, server: Server) -> None:
    _fill(server)
    harness.visit(page, f"{server.url}/runs")
    harness.click_cell(page, row=0, x=40)
    expect(page.locator(".st-key-chosen-run")).to_be_visible()
    assert "run=" in page.url


def test_a_run_is_started_stopped_and_goes_on_while_other_pages_are_looked_at(page: Page, server: Server) -> None:
    _fill(server)
    run_id = stores.planned(
        server.store, "hostile/p1", dataset="=HYPERLINK ![x](y) :smile:", name="watched", model="simulated/good?latency_ms=3000"
    )
    harness.visit(page, f"{server.url}/runs?run={run_id}")
    panel = page.locator(".st-key-chosen-run")
    panel.get_by_role("button", name="Start").click()
    expect(panel.get_by_text("Running")).to_be_visible(timeout=20_000)
    expect(page.locator(".st-key-running")).to_be_visible(timeout=20_000)  # the chip in the sidebar
    harness.snap(page, "running")
    panel.get_by_role("button", name="Stop").click()
    expect(panel.get_by_text("Stopped")).to_be_visible(timeout=20_000)
    panel.get_by_role("button", name="Resume").click()
    expect(panel.get_by_text("Running")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    harness.visit(page, f"{server.url}/runs?run={run_id}")
    expect(panel.get_by_text("Finished")).to_be_visible(timeout=60_000)
    expect(panel.get_by_text("7 of 7")).to_be_visible()


def test_a_run_is_deleted_only_after_its_name_was_typed(page: Page, server: Server) -> None:
    _fill(server)
    run_id = stores.run(server.store, "hostile/p3", dataset="=HYPERLINK ![x](y) :smile:", name="to be deleted")
    harness.visit(page, f"{server.url}/runs?run={run_id}")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    dialog.get_by_role("textbox", name="Name").fill("to be deleted")
    expect(dialog.get_by_role("button", name="Delete")).to_be_enabled()
    harness.snap(page, "delete-run")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator(".st-key-chosen-run")).to_have_count(0)
    expect(page.get_by_text("to be deleted: done").first).to_be_visible()


def test_a_server_is_added_and_its_failed_test_says_what_to_do(page: Page, server: Server) -> None:
    harness.visit(page, f"{server.url}/settings")
    page.get_by_role("button", name="Add a server").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("nowhere")
    dialog.get_by_role("textbox", name="Base URL").fill("http://127.0.0.1:9/v1")
    dialog.get_by_role("button", name="Add", exact=True).click()
    card = page.locator(".st-key-provider-nowhere")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Test").click()
    expect(card.get_by_test_id("stAlert")).to_be_visible(timeout=20_000)
    harness.snap(page, "provider-tested")


def test_a_backup_is_one_click(page: Page, server: Server) -> None:
    harness.visit(page, f"{server.url}/settings?section=Data")
    page.get_by_role("button", name="Back up now").click()
    expect(page.get_by_text("Newest backups")).to_be_visible(timeout=20_000)
    assert len(list((server.home / "backups").glob("*.db"))) == 1


_filled: dict[str, str] = {}


def _fill(server: Server) -> str:
    if server.url not in _filled:
        _filled[server.url] = stores.fill_hostile(server.store)
    return _filled[server.url]


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text)
