"""Recommendations in a real browser: one is followed to What-if and back, put aside and brought back, at every size."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from tests.pages.advising import a_month
from tests.pages.stores import HOSTILE
from workbench import clock

_filled: set[str] = set()


def fill(server: Server) -> None:
    """A month that has something of every kind, and one whose names are hostile."""
    if server.url in _filled:
        return
    _filled.add(server.url)
    a_month(server.store, clock.now_ms() - 60_000)
    a_month(server.store, clock.now_ms() - 60_000, names=tuple("".join(c for c in text if c >= " ")[:190] for text in HOSTILE[:4]))


def test_a_recommendation_is_followed_and_put_aside(page: Page, server: Server) -> None:
    fill(server)
    visit(page, f"{server.url}/advice")
    card = page.locator("[class*='st-key-advice-card-']").filter(has_text="Cache the repeating requests of faq")
    expect(card).to_be_visible()
    worth = card.get_by_text(re.compile(r"^\$[\d,.]+ a month$")).inner_text()
    card.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Put aside: Cache the repeating requests of faq")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    ready(page)
    card.get_by_role("link", name="Open in What-if").click()
    ready(page)
    expect(page.get_by_role("switch", name="Exact-match cache")).to_be_checked()
    expect(page.get_by_text(re.compile(f"^{re.escape(worth.split()[0])} · ")).filter(visible=True).first).to_be_visible()
    snap(page, "advice-whatif")


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_full_and_hostile_recommendations_at_every_size(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    fill(server)
    page = open_page(size=size, scheme=scheme)
    visit(page, f"{server.url}/advice")
    snap(page, f"advice-{size[0]}-{scheme}")
    assert axe(page) == []
    assert wide(page) == 0
    assert page.get_by_test_id("stException").count() == 0
