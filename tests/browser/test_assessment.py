"""Self-assessment in a real browser: rated by keyboard alone, saved, seen as a chart, taken along as a file."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from workbench.export import assessment


def test_six_areas_are_rated_by_keyboard_saved_and_downloaded(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/assessment")
    groups = page.get_by_role("radiogroup")
    expect(groups).to_have_count(12)
    for number in range(12):
        groups.nth(number).get_by_role("radio").first.focus()
        page.keyboard.press("Space")
        for _ in range(number % 3 + 1):
            page.keyboard.press("ArrowRight")
    ready(page)
    page.get_by_label("Area for learning 1").fill("Judges")
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Markdown")).to_be_visible(timeout=60_000)
    ready(page)
    (kept,) = assessment.history(server.store, "tester")
    assert [skill.rating for skill in kept.skills] == [2, 4, 3, 2, 4, 3]
    assert [skill.confidence for skill in kept.skills] == [3, 2, 4, 3, 2, 4]
    assert kept.learning == ("Judges",)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Markdown").click()
    assert "Self-assessment: tester" in waited.value.path().read_text()


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_the_picture_and_the_rows_at_every_size(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    skills = tuple(assessment.Skill(name, 3, 2) for name in assessment.SKILLS)
    for number in (1, 2):
        assessment.save(server.store, assessment.Assessment("Ada", skills, ("![x](http://leak.example)",), f"{number}"))
    page = open_page(size=size, scheme=scheme)
    visit(page, f"{server.url}/assessment?person=Ada")
    expect(page.get_by_text("Average 3.0 of 5, 3.0 before")).to_be_visible()
    snap(page, f"assessment-{size[0]}-{scheme}")
    assert axe(page) == []
    assert wide(page) == 0
    assert page.get_by_test_id("stException").count() == 0
