"""Spend and Budgets in a real browser: a budget is set, calls cross it, and it is seen; the report is taken away; every size."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from tests.cost.ledger import call, put
from tests.pages.stores import HOSTILE
from workbench import clock
from workbench.ledger import budgets
from workbench.ledger.periods import DAY_MS

USD = 10**9


def spend(server: Server, usd: float | None, model: str = "openai/big", *, days_ago: int = 0, prompt: str | None = "intent") -> int:
    provider, _, name = model.partition("/")
    cost = None if usd is None else round(usd * USD)
    at_ms = clock.now_ms() - days_ago * DAY_MS
    (made,) = put(server.store, call(None, started_ms=at_ms, provider=provider, model=name, cost_nano=cost, prompt=prompt))
    return made


def test_a_budget_is_set_crossed_by_a_call_and_seen(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/budgets")
    page.get_by_role("button", name="Set $10 a month").click()
    limit = page.get_by_role("textbox", name="Limit in dollars")
    expect(limit).to_have_value("10")
    page.get_by_text("One model", exact=True).click()
    ready(page)
    page.get_by_role("combobox", name="Model").fill("openai/big")
    page.keyboard.press("Enter")
    ready(page)
    page.get_by_text("A day", exact=True).click()
    page.get_by_role("spinbutton", name="Warn from, %").fill("")
    limit.fill("NaN")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("'NaN' is not an amount of dollars")).to_be_visible()
    expect(limit).to_have_value("NaN")
    expect(page.get_by_role("combobox", name="Model")).to_have_value("openai/big")
    snap(page, "budgets-wrong")
    limit.fill("2.50")
    page.get_by_text("Stop calls when it is reached").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Set: $2.50 for openai/big a day.")).to_be_visible()
    (made,) = budgets.all(server.store)
    assert (made.key, made.period, made.limit_nano, made.warn_percent, made.stops) == ("openai/big", "day", 2.5 * USD, None, True)
    spend(server, 2)
    crossing = spend(server, 0.75)
    visit(page, f"{server.url}/budgets")
    expect(page.get_by_text(re.compile(r"\bOver$"))).to_be_visible()
    expect(page.get_by_text("$2.75 of $2.50 · 110 %")).to_be_visible()
    expect(page.get_by_text(f"call {crossing} crossed it")).to_be_visible()
    visit(page, server.url)
    expect(page.get_by_text("Over budget: openai/big, a day")).to_be_visible()
    page.get_by_role("link", name="See budgets").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed: $2.50 for openai/big a day.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile(r"\bOver$"))).to_be_visible()
    page.get_by_text("Earlier budgets").click()
    expect(page.get_by_text("No budget was replaced or removed yet.")).to_be_visible()
    expect(page).to_have_url(re.compile("history=earlier"))


def test_the_report_is_narrowed_and_taken_away(page: Page, server: Server) -> None:
    spend(server, 1, "openai/small", prompt='=HYPERLINK("http://leak.example")')
    spend(server, None, "house/llm")
    visit(page, f"{server.url}/spend?period=7")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.get_by_role("link", name="Price them")).to_be_visible()
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="openai/small").click()
    expect(page.get_by_text("openai/small cost $1.00 in 7 days")).to_be_visible(timeout=15_000)
    expect(page).to_have_url(re.compile("of_model=openai%2Fsmall"))
    page.get_by_text("By prompt").click()
    expect(page).to_have_url(re.compile("by=prompt"))
    ready(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert "'=HYPERLINK" in Path(download.value.path()).read_text("utf-8-sig")
    assert re.fullmatch(r"spend-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d-by-prompt\.csv", download.value.suggested_filename)
    page.get_by_role("button", name="Markdown").click()
    expect(page.get_by_test_id("stCode").get_by_text("Only openai/small.")).to_be_visible(timeout=15_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Markdown").click()
    assert Path(download.value.path()).read_text().startswith("# Spend, ")
    snap(page, "spend-markdown")
    visit(page, page.url)
    page.get_by_role("link", name="What if, on these calls").click()
    expect(page.get_by_role("heading", name="What-if", exact=True)).to_be_visible(timeout=15_000)
    expect(page).to_have_url(re.compile("scenario=new&s=."))


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_full_and_hostile_pages_at_every_size(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    _fill(server)
    page = open_page(size=size, scheme=scheme)
    for path in ("spend?by=prompt", "budgets?edit=new&history=earlier"):
        visit(page, f"{server.url}/{path}")
        snap(page, f"{re.sub(r'[^a-z0-9]+', '-', path)}-{size[0]}-{scheme}")
        assert axe(page) == []
        assert wide(page) == 0
        assert page.get_by_test_id("stException").count() == 0


_filled: set[str] = set()


def _fill(server: Server) -> None:
    if server.url in _filled:
        return
    _filled.add(server.url)
    for n, text in enumerate(HOSTILE):
        name = "".join(c for c in text if c >= " ")[:150]
        budgets.put(server.store, scope="prompt", key=name, period="day", limit_usd=1 + n, stops=True)
        budgets.put(server.store, scope="prompt", key=name, period="day", limit_usd=2 + n)
        for days_ago in range(0, 40, 8):
            spend(server, n / 4, f"openai/{name}", days_ago=days_ago, prompt=name)
