"""The Playground in a real browser: text that streams, turns that no click ends, and a Stop that does."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from workbench.playground import shelf
from workbench.playground.conversation import Conversation
from workbench.prompts import content as contents
from workbench.prompts.content import Content
from workbench.text.messages import message

SLOW = "simulated/good?tps=6&latency_ms=1"
WORDS = "Name the rivers of France and say one thing about each of them, slowly and with care, please."


def _talk(server: Server, *models: str, content: Content | None = None) -> str:
    made = shelf.new(server.store, Conversation("", content=content or contents.text(WORDS), models=models))
    return f"{server.url}/playground?c={made.id}"


def _finished(page: Page) -> None:
    expect(page.get_by_role("button", name="Run again")).to_be_visible(timeout=30_000)
    ready(page)


def test_the_run_key_sends_the_newest_text_and_the_reply_streams(page: Page, server: Server):
    visit(page, _talk(server, SLOW, content=Content((message("user", "Say"),))))
    page.get_by_label("Message 1, user").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" these many words one after another so that it takes a while")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Writing…")).to_be_visible()
    expect(page.get_by_text(re.compile("Simulated reply"))).to_be_visible(timeout=10_000)
    snap(page, "playground-streaming")
    _finished(page)
    expect(page.get_by_text(re.compile("^Simulated reply.* takes a while"))).to_be_visible()


def test_no_click_and_no_other_page_ends_a_turn(page: Page, server: Server):
    address = _talk(server, SLOW)
    visit(page, address)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Writing…")).to_be_visible()
    page.get_by_text("Show replies as formatted text").click()
    page.get_by_role("link", name="Prompts", exact=True).click()
    ready(page)
    visit(page, address)
    _finished(page)
    expect(page.get_by_text("first token")).to_be_visible()


def test_stop_ends_the_turn_and_keeps_what_was_said(page: Page, server: Server):
    visit(page, _talk(server, "simulated/good?tps=2&latency_ms=1"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text(re.compile("Simulated"), exact=False).nth(1)).to_be_visible()
    page.locator(".st-key-stop button").click()  # the framework has a Stop of its own in the header
    expect(page.get_by_text("Stopped")).to_be_visible()
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()


def test_a_conversation_goes_on_and_is_there_after_a_reload(page: Page, server: Server):
    visit(page, _talk(server, "simulated/good", "simulated/fair"))
    page.get_by_role("button", name="Run", exact=True).click()
    _finished(page)
    box = page.get_by_role("textbox", name="Reply to every model")
    box.fill("And in German?")
    box.press("Enter")
    expect(page.get_by_text("And in German?").first).to_be_visible()
    _finished(page)
    page.reload()
    ready(page)
    expect(page.get_by_text("And in German?").first).to_be_visible()
    assert page.get_by_text("tokens in").count() == 4


def test_models_for_a_task_are_suggested_with_what_is_missing(page: Page, server: Server):
    visit(page, _talk(server, "local/smollm2"))
    page.get_by_role("button", name="Suggest models").click()
    page.get_by_text("Creative writing").click()
    expect(page.get_by_text("As of 20")).to_be_visible()
    page.locator(".st-key-use-creative-simulated-good button").click()
    ready(page)
    assert shelf.page(server.store)[0].models == ("local/smollm2", "simulated/good")


def test_a_reply_full_of_markup_stays_text_even_when_formatted(page: Page, server: Server):
    evil = "![x](http://leak.example/a.png) <img src=http://leak.example/b.png> [press](http://leak.example)"
    visit(page, _talk(server, "simulated/good", content=contents.text(f"Repeat: {evil}")))
    page.get_by_role("button", name="Run", exact=True).click()
    _finished(page)
    page.get_by_text("Show replies as formatted text").click()
    ready(page, 800)
    assert page.locator('[data-testid="stMain"] img').count() == 0


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_the_page_can_be_looked_at_and_axe_finds_nothing(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str):
    models = ("simulated/good", "simulated/fair", "simulated/poor?error_rate=1&errors=auth_error", "simulated/poor")
    page = open_page(size=size, scheme=scheme)
    visit(page, _talk(server, *models, content=Content((message("system", "Be brief."), message("user", "{{a}} b")))))
    snap(page, f"playground-before-{size[0]}-{scheme}")
    assert axe(page) == []
    page.get_by_label("Variable: a").fill("Rivers of France")
    page.get_by_label("Variable: a").blur()
    ready(page)
    page.get_by_role("button", name="Run", exact=True).click()
    page.mouse.move(5, 5)  # a tooltip under the pointer is drawn outside every landmark
    _finished(page)
    snap(page, f"playground-after-{size[0]}-{scheme}")
    assert axe(page) == []
    assert wide(page) == 0
