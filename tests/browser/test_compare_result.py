"""A verdict in a real browser: read, asked again with a margin, opened case by case, promoted, watched as it comes to be."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, click_cell, ready, snap, visit, wide
from tests.pages import verdicts
from tests.pages.verdicts import right
from workbench.comparison.verdict import compare_run
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.prompts import labels, registry
from workbench.prompts.content import Content
from workbench.runner import worker
from workbench.text.messages import message

_TOAST = frozenset({"aria-dialog-name"})  # the framework's own toasts have no name
VIEWS = ("differences", "pair", "regressions", "tags", "sequence", "power", "cells")


@pytest.fixture(scope="module")
def won(server: Server) -> str:
    """A finished run that the third of three versions won."""
    return verdicts.run(server.store, [right(120, 0.6), right(120, 0.75, shift=9), right(120, 0.85, shift=5)], dataset="won")


def test_a_verdict_is_read_without_scrolling_and_the_winner_can_be_promoted_from_there(page: Page, server: Server, won: str):
    visit(page, f"{server.url}/compare?run={won}")
    expect(page.get_by_role("heading", name=re.compile("intent@.?3 is better than"))).to_be_in_viewport()
    expect(page.get_by_role("button", name="Promote the winner")).to_be_in_viewport()
    expect(page.get_by_text("What would change it")).to_be_in_viewport()
    expect(page.get_by_role("radio", name="While it ran")).to_be_in_viewport()
    expect(page.get_by_role("figure", name=re.compile("Differences in score")).first).to_be_attached()


def test_another_margin_changes_the_verdict_and_stays_in_the_address(page: Page, server: Server, won: str):
    run_id = verdicts.run(server.store, [right(200, 0.7), right(200, 0.7)], dataset="same")
    visit(page, f"{server.url}/compare?run={run_id}")
    expect(page.get_by_text("No clear difference").first).to_be_visible()
    field = page.get_by_role("spinbutton", name="As good as within, points")
    field.fill("5")
    field.press("Enter")
    expect(page.get_by_text("As good as each other").first).to_be_visible(timeout=15_000)
    page.wait_for_url(re.compile(r"within=5"))
    page.reload()
    expect(page.get_by_text("As good as each other").first).to_be_visible(timeout=15_000)
    assert won != run_id


def test_the_largest_regression_opens_in_the_drawer(page: Page, server: Server, won: str):
    visit(page, f"{server.url}/compare?run={won}&view=regressions&pair=1-2")
    page.set_viewport_size({"width": 1366, "height": 1400})
    ready(page, 1_500)
    click_cell(page, 0, 40)
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text(re.compile(r"^Case \d+$"))).to_be_visible(timeout=15_000)
    expect(drawer.get_by_text("Where is my card").first).to_be_visible()


def test_a_count_of_a_pair_opens_its_cases(page: Page, server: Server, won: str):
    visit(page, f"{server.url}/compare?run={won}&view=pair&pair=1-2")
    page.get_by_role("button", name=re.compile("Only intent@.?3 right")).click()
    page.wait_for_url(re.compile(r"show=gained"), timeout=15_000)
    expect(page.get_by_role("radio", name="Only b right")).to_be_checked(timeout=15_000)
    ready(page)
    page.reload()
    expect(page.get_by_role("radio", name="Only b right")).to_be_checked(timeout=15_000)


def test_promoting_moves_the_label_with_the_verdict_as_its_reason(page: Page, server: Server, won: str):
    labels.move(server.store, "intent", "production", 1)
    visit(page, f"{server.url}/compare?run={won}")
    page.get_by_role("button", name="Promote the winner").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("moves from version 1 to version 3")).to_be_visible(timeout=15_000)
    ready(page)
    snap(page, "compare-promote")
    assert axe(page, allowed=_TOAST) == []
    dialog.get_by_role("button", name="Move the label").click()
    expect(page.get_by_text("production is now intent@").first).to_be_visible(timeout=15_000)
    assert registry.get(server.store, "intent").labels["production"] == 3
    assert compare_run(server.store, won).verdict in labels.history(server.store, "intent", "production")[0].reason


def test_the_sequence_plot_appears_while_the_run_is_at_work_and_moves(page: Page, server: Server, won: str):
    registry.save_version(server.store, "live", Content((message("user", "card_arrival or age_limit? {{text}}"),)))
    registry.save_version(server.store, "live", Content((message("user", "age_limit or card_arrival: {{text}}"),)))
    datasets.create(server.store, "live", [NewCase({"text": f"card {n}"}, "card_arrival") for n in range(300)])
    asked = "v=live@1,live@2&prompt=live&dataset=live&score=equals&column=expected&m=simulated/good%3Flatency_ms=400"
    visit(page, f"{server.url}/compare?{asked}")
    expect(page.get_by_text("600 calls")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"run="), timeout=15_000)
    expect(page.get_by_text("So far. It holds at every look")).to_be_visible(timeout=30_000)
    plot = page.get_by_role("figure", name=re.compile("valid at every look")).first
    expect(plot).to_be_attached(timeout=30_000)
    before = plot.get_attribute("aria-label")
    expect(plot).not_to_have_attribute("aria-label", before or "", timeout=30_000)
    snap(page, "compare-live")
    run_id = re.search(r"run=(\w+)", page.url)
    assert run_id is not None
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=15_000)
    assert worker.wait(run_id[1], 1) in (True, False)
    assert run_id[1] != won


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_every_view_reads_well_at_every_size(open_page: OpenPage, server: Server, won: str, size: tuple[int, int], scheme: str):
    page = open_page(size=size, scheme=scheme)
    for view in VIEWS:
        visit(page, f"{server.url}/compare?run={won}&view={view}&within=3")
        ready(page, 1_000)
        snap(page, f"compare-{view}-{size[0]}-{scheme}")
        assert axe(page, allowed=_TOAST) == []
        assert wide(page) == 0


def test_hostile_names_are_text_in_every_view(page: Page, server: Server, won: str):
    names = ("<img src=x onerror=alert(1)>", "**bold** $x$ :smile: ![a](http://leak.example/p.png)", "x" * 300)
    scores = [right(60, 0.5), right(60, 0.75, shift=9), right(60, 0.9, shift=3)]
    run_id = verdicts.run(server.store, scores, dataset="hostile", names=names)
    page.on("dialog", lambda dialog: pytest.fail(f"a name ran as script: {dialog.message}"))
    for view in VIEWS:
        visit(page, f"{server.url}/compare?run={run_id}&view={view}")
        ready(page, 800)
        assert wide(page) == 0
    assert run_id != won


def test_the_form_says_what_the_chosen_cases_can_see_once_that_is_opened(page: Page, server: Server, won: str):
    asked = "v=intent@1,intent@2&prompt=intent&dataset=won&score=equals&column=expected&m=simulated/good"
    visit(page, f"{server.url}/compare?{asked}")
    expect(page.get_by_role("button", name="Start")).to_be_in_viewport(timeout=15_000)
    page.get_by_text("How many cases?").click()
    expect(page.get_by_text(re.compile("With 120 cases a difference of .* points is seen 8 times in 10"))).to_be_visible(timeout=15_000)
    expect(page.get_by_role("figure", name=re.compile("Chance of seeing a difference"))).to_be_visible(timeout=15_000)
    ready(page, 1_000)
    snap(page, "compare-how-many")
    assert axe(page, allowed=_TOAST) == []
    assert won
