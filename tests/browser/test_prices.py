"""Prices in a real browser: a model is found and opened, a price of one's own is added, removed and brought back, at every size."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, click_cell, ready, snap, visit, wide
from tests.pages.stores import HOSTILE
from tests.pages.test_prices import a_call, fill
from workbench.ledger import overrides

_TOAST = frozenset({"aria-dialog-name"})  # the framework's own toasts have no name


@pytest.fixture(scope="module", autouse=True)
def _ledger(server: Server) -> None:
    unknown = [a_call(text[:90], text[:190], cost_nano=None) for text in HOSTILE[:2]]
    fill(server.store, [a_call() for _ in range(30)] + [a_call("house", "llm-1", cost_nano=None) for _ in range(5)] + unknown)


def test_a_model_is_searched_and_opened_and_back_leads_to_the_search(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/prices")
    page.get_by_role("textbox", name="Search").fill("gpt-5-mini")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/prices?q=gpt-5-mini", timeout=15_000)
    ready(page)
    click_cell(page, 0, 40)
    expect(page.get_by_role("heading", name="openai/gpt-5-mini", exact=True)).to_be_visible(timeout=15_000)
    expect(page.get_by_text("https://developers.openai.com/api/docs/pricing", exact=True)).to_be_visible()
    page.get_by_role("button", name="All prices").click()
    ready(page)
    expect(page.get_by_role("textbox", name="Search")).to_have_value("gpt-5-mini")


def test_a_model_nobody_prices_gets_a_price_and_it_can_be_taken_back(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/prices")
    expect(page.get_by_text("Nobody has a price of 3 models you use")).to_be_visible()
    page.get_by_role("button", name="Add its price").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Model")).to_have_value("house/llm-1")
    dialog.get_by_role("textbox", name="Input", exact=True).fill("0")
    dialog.get_by_role("textbox", name="Output", exact=True).fill("2.5")
    snap(page, "prices-form")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("0 would make it free")).to_be_visible(timeout=15_000)
    expect(dialog.get_by_role("textbox", name="Output", exact=True)).to_have_value("2.5")
    dialog.get_by_role("textbox", name="Input", exact=True).fill("1.25")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="house/llm-1")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Own prices of this model")).to_be_visible()
    (made,) = overrides.all(server.store)
    assert (str(made.rates.input), str(made.rates.output)) == ("1.25", "2.5")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed an own price of house/llm-1")).to_be_visible(timeout=15_000)
    assert overrides.all(server.store) == ()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Removed an own price of house/llm-1")).to_have_count(0, timeout=15_000)
    expect(page.get_by_text("Own prices of this model")).to_be_visible(timeout=15_000)
    assert overrides.all(server.store) == (made,)


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
@pytest.mark.parametrize("where", ["", "?model=openai/o3", "?view=reprice&as=openai/gpt-5-mini", "?view=own", "?mix=typed&in=abc"])
def test_every_view_is_readable_at_every_size(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str, where: str) -> None:
    shown = open_page(size, scheme)
    visit(shown, f"{server.url}/prices{where}")
    assert wide(shown) == 0
    assert axe(shown, allowed=_TOAST) == []
    name = where.strip("?").split("&")[0].replace("=", "-").replace("/", "-") or "compare"
    snap(shown, f"prices-{name}-{size[0]}-{scheme}")
