"""Alerts and own metrics in a real browser: a rule is made of a metric, fires, is acknowledged and muted; every size, hostile names."""

import random
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from tests.pages.stores import HOSTILE
from tests.pages.watching import a_day
from workbench import clock
from workbench.ledger import metrics
from workbench.ledger.metrics import Value
from workbench.monitoring import alerts, rulebook
from workbench.monitoring.rules import Rule

_filled: set[str] = set()


def fill(server: Server) -> None:
    """A day of calls, a metric that falls, and a rule with a hostile name that fires."""
    if server.url in _filled:
        return
    _filled.add(server.url)
    now_ms, chance = clock.now_ms(), random.Random(2)
    a_day(server.store, now_ms - 60_000)
    low = [Value("checkout.value", chance.gauss(50 if n > 60 else 10, 3), now_ms - n * 60_000, (HOSTILE[3][:190],)) for n in range(600)]
    metrics.add(server.store, low)
    hostile = Rule(name=HOSTILE[3], metric="latency_ms", aggregation="p50", threshold=1, window_s=86_400, summary=HOSTILE[0])
    rulebook.add(server.store, hostile)
    alerts.tick(server.store, now_ms)


def test_a_rule_is_made_of_a_metric_fires_and_is_acknowledged_and_muted(page: Page, server: Server) -> None:
    fill(server)
    visit(page, f"{server.url}/own_metrics?metric=checkout.value")
    page.get_by_role("button", name="Make an alert of it").click()
    expect(page).to_have_url(re.compile("/alerts.*metric=checkout.value"))
    page.get_by_role("textbox", name="Threshold").fill("20")
    page.get_by_role("textbox", name="Threshold").press("Enter")
    expect(page.get_by_text("It would have fired once")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Added: Mean checkout.value under 20.")).to_be_visible()
    now_ms = clock.now_ms()
    alerts.tick(server.store, now_ms)
    rule_id = rulebook.named(server.store, "Mean checkout.value under 20").id
    alert = alerts.history(server.store, rule_id=rule_id, open_only=True)[0]
    card = page.locator(f".st-key-alert-warning-{alert.id}")
    expect(card).to_be_visible(timeout=30_000)  # by itself, with the next refresh
    card.get_by_role("button", name="Acknowledge").click()
    page.get_by_role("textbox", name="What you know of it").fill("a sale")
    page.get_by_role("dialog").or_(page.get_by_test_id("stPopoverBody")).get_by_role("button", name="Acknowledge").click()
    expect(card.get_by_text("Acknowledged by tester")).to_be_visible()
    card.get_by_role("button", name="Mute").click()
    page.get_by_text("Mute for 8 hours").click()
    expect(card.get_by_text(re.compile("Muted until"))).to_be_visible()
    kept = rulebook.get(server.store, rule_id)
    assert kept.muted_until_ms is not None
    assert alerts.get(server.store, alert.id).note == "a sale"


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_alerts_and_metrics_at_every_size(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    fill(server)
    page = open_page(size=size, scheme=scheme)
    for name in ("alerts", "alerts?edit=1", "alerts?part=history&alert=1", "own_metrics", "own_metrics?metric=checkout.value&part=tags"):
        visit(page, f"{server.url}/{name}")
        ready(page)
        snap(page, f"{re.sub('[^a-z]+', '-', name)}-{size[0]}-{scheme}")
        assert axe(page) == []
        assert wide(page) == 0
        assert page.get_by_test_id("stException").count() == 0
