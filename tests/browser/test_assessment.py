"""Self-assessment in a real browser: rated by keyboard alone, saved, seen as a chart, taken along as a file."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from workbench.export import assessment


def skills(rating: int, confidence: int) -> tuple[assessment.Skill, ...]:
    return tuple(assessment.Skill(name, rating, confidence) for name in assessment.SKILLS)


def test_ratings_change_by_keyboard_are_saved_and_downloaded(page: Page, server: Server) -> None:
    assessment.save(server.store, assessment.Assessment("tester", skills(3, 2)))
    visit(page, f"{server.url}/assessment")
    groups = page.get_by_role("radiogroup")
    expect(groups).to_have_count(12)
    groups.nth(0).get_by_role("radio").nth(2).focus()
    page.keyboard.press("ArrowRight")
    ready(page)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    ready(page)
    page.get_by_label("Area for learning 1").fill("Judges")
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Average 3.2 of 5, 3.0 before")).to_be_visible()
    for _ in range(100):  # the average is there before the save is
        if len(assessment.history(server.store, "tester")) > 1:
            break
        page.wait_for_timeout(150)
    ready(page)
    kept, _ = assessment.latest(server.store, "tester")
    assert [(skill.rating, skill.confidence) for skill in kept.skills] == [(4, 3), *[(3, 2)] * 5]
    assert kept.learning == ("Judges",)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Markdown").click()
    assert "Self-assessment: tester" in waited.value.path().read_text()


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_the_picture_and_the_rows_at_every_size(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    for number in (1, 2):
        assessment.save(server.store, assessment.Assessment("Ada", skills(3, 2), ("![x](http://leak.example)",), f"{number}"))
    page = open_page(size=size, scheme=scheme)
    visit(page, f"{server.url}/assessment?person=Ada")
    expect(page.get_by_text("Average 3.0 of 5, 3.0 before")).to_be_visible()
    ready(page, 800)
    snap(page, f"assessment-{size[0]}-{scheme}")
    assert axe(page) == []
    assert wide(page) == 0
    assert page.get_by_test_id("stException").count() == 0
