"""Rating in a real browser: by keys alone, with a note that triggers nothing, taken back, read at every size."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, PHONE, Server, axe, ready, snap, visit, wide
from tests.comparison.judged import different, run_of
from tests.pages.stores import HOSTILE
from workbench.comparison import places, ratings
from workbench.comparison.ratings import BOTH_BAD, LEFT, RIGHT, TIE
from workbench.runner import reading

_TOAST = frozenset({"aria-dialog-name"})  # the framework's own toasts have no name
NOTE = "Note"


def until(holds: Callable[[], bool]) -> None:
    """Wait for what the page does behind the screen."""
    end_s = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.05)


def choices(server: Server, run_id: str) -> list[str]:
    return [one.choice for one in ratings.all_of(server.store, run_id)]


def test_every_choice_and_the_way_back_have_a_key(page: Page, server: Server) -> None:
    run_of(server.store, different(2, 6), run_id="keys")
    visit(page, f"{server.url}/rate?run=keys")
    expect(page.get_by_text("0 of 6")).to_be_visible()
    for done, (key, choice) in enumerate((("1", LEFT), ("2", RIGHT), ("t", TIE), ("b", BOTH_BAD)), start=1):
        page.keyboard.press(key)
        expect(page.get_by_text(f"{done} of 6")).to_be_visible(timeout=15_000)
        assert choices(server, "keys")[-1] == choice
        ready(page, 600)
    page.keyboard.press("u")
    expect(page.get_by_text("3 of 6")).to_be_visible(timeout=15_000)
    assert choices(server, "keys") == [LEFT, RIGHT, TIE]


def test_writing_a_note_presses_nothing_and_the_note_goes_with_the_choice(page: Page, server: Server) -> None:
    run_of(server.store, different(2, 4), run_id="note")
    visit(page, f"{server.url}/rate?run=note")
    page.get_by_role("textbox", name=NOTE).click()
    text = "1 but 2 ought to be tub: BUT 12 TB u"
    page.keyboard.type(text, delay=20)
    ready(page, 800)
    assert choices(server, "note") == []
    expect(page.get_by_role("textbox", name=NOTE)).to_have_value(text)
    page.keyboard.press("Tab")
    ready(page)
    page.keyboard.press("2")
    expect(page.get_by_text("1 of 4")).to_be_visible(timeout=15_000)
    (kept,) = ratings.all_of(server.store, "note")
    assert (kept.choice, kept.note) == (RIGHT, text)
    expect(page.get_by_role("textbox", name=NOTE)).to_have_value("")


def test_a_note_typed_right_before_a_click_is_kept(page: Page, server: Server) -> None:
    run_of(server.store, different(2, 4), run_id="click")
    visit(page, f"{server.url}/rate?run=click")
    page.get_by_role("textbox", name=NOTE).click()
    page.keyboard.type("shorter")
    page.get_by_role("button", name="Tie").click()
    until(lambda: len(choices(server, "click")) == 1)
    assert ratings.all_of(server.store, "click")[0].note == "shorter"


def test_a_key_pressed_twice_in_haste_judges_no_item_unseen(page: Page, server: Server) -> None:
    run_of(server.store, different(2, 8), run_id="haste")
    first, second = places.of(server.store, "haste").open[:2]
    visit(page, f"{server.url}/rate?run=haste")
    page.keyboard.press("1")
    page.keyboard.press("1")
    ready(page, 1_500)
    kept = ratings.all_of(server.store, "haste")
    assert kept[0].place == first
    # The second press came before or after the next item was on the screen; it never jumps over one.
    assert [one.place for one in kept] in ([first], [first, second])


# What stands on the screen at the very moment of a press: read before it, another pair could come in between.
NOTE_PRESSES = """() => {
  window.presses = [];
  document.addEventListener("keydown", event => {
    window.presses.push([document.querySelector('[data-testid="stCode"]').innerText, event.key]);
  }, true);
}"""


@pytest.mark.parametrize("gap_ms", [40, 100, 200])
def test_keys_in_a_row_judge_only_what_was_on_the_screen_at_the_press(page: Page, server: Server, gap_ms: int) -> None:
    run = run_of(server.store, different(2, 30), run_id=f"fast{gap_ms}")
    visit(page, f"{server.url}/rate?run={run}")
    ready(page)
    words = {"1": LEFT, "2": RIGHT, "t": TIE, "b": BOTH_BAD}
    page.evaluate(NOTE_PRESSES)
    for key in "tb12" * 6:
        page.keyboard.press(key)
        page.wait_for_timeout(gap_ms)
    ready(page, 1_500)
    pressed = [(text.strip(), words[key]) for text, key in page.evaluate("window.presses")]
    kept = [(f"case {one.place.case_position}", one.choice) for one in ratings.all_of(server.store, run)]
    assert kept[0] == pressed[0]
    assert 0 < len(kept) < len(pressed)
    left = iter(pressed)
    assert all(one in left for one in kept), (kept, pressed)  # in the order of the presses, each for the pair then on the screen
    expect(page.get_by_text("Too fast: a key was dropped.")).to_be_visible()


def test_a_run_whose_label_changes_while_it_is_rated_stays_chosen(page: Page, server: Server) -> None:
    run_of(server.store, different(2, 6), run_id="renamed")
    visit(page, f"{server.url}/rate?run=renamed")
    for done in (1, 2, 3):
        reading.rename(server.store, "renamed", f"name number {done}")
        ready(page)
        page.keyboard.press("t")
        expect(page.get_by_text(f"{done} of 6")).to_be_visible(timeout=15_000)
        expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile(f"name number {done}"))
        assert page.url.endswith("/rate?run=renamed")


def test_on_a_phone_both_replies_come_out_above_the_bar_of_choices(open_page: OpenPage, server: Server, judged: str) -> None:
    page = open_page(size=PHONE)
    visit(page, f"{server.url}/rate?run={judged}")
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 1e6")
    page.wait_for_timeout(300)
    bar, left, right = (
        page.locator(f"{where}").bounding_box() for where in ("[data-testid=stBottom]", ".st-key-box-left", ".st-key-box-right")
    )
    assert bar is not None
    assert left is not None
    assert right is not None
    assert left["y"] > 0
    assert right["y"] + right["height"] <= bar["y"]


def test_an_item_is_rated_and_results_are_read_by_keyboard_alone(page: Page, server: Server) -> None:
    run_of(server.store, different(2, 2), run_id="walk")
    visit(page, f"{server.url}/rate?run=walk")
    for name in ("Left is better", "Note", "Show results"):
        found = page.get_by_role("textbox", name=name) if name == "Note" else page.get_by_role("button", name=name)
        for _ in range(60):
            page.keyboard.press("Tab")
            if found.evaluate("element => element === document.activeElement"):
                break
        else:
            pytest.fail(f"sixty times Tab, and {name} was never reached")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing has been rated yet.")).to_be_visible(timeout=15_000)
    page.go_back()
    expect(page.get_by_role("heading", name="Left")).to_be_visible(timeout=15_000)


def test_it_goes_on_where_it_was_left_in_another_browser(open_page: OpenPage, server: Server) -> None:
    run_of(server.store, different(2, 5), run_id="resume")
    page = open_page()
    visit(page, f"{server.url}/rate?run=resume")
    page.keyboard.press("t")
    expect(page.get_by_text("1 of 5")).to_be_visible(timeout=15_000)
    ready(page)
    replies = page.locator("[data-testid=stCode]").all_inner_texts()
    page.context.close()
    other = open_page()
    visit(other, f"{server.url}/rate?run=resume")
    expect(other.get_by_text("1 of 5")).to_be_visible()
    assert other.locator("[data-testid=stCode]").all_inner_texts() == replies


@pytest.fixture(scope="module")
def judged(server: Server) -> str:
    """Three variants, three raters, long and short replies."""
    long = "A reply that goes on and on about cards, limits and fees. " * 60
    run_of(server.store, [[f"{text} {case}" for case in range(12)] for text in ("short", long, "a\nlist\nof\nlines")], run_id="panel")
    for rater in ("ann", "bob", "cy"):
        for place in places.of(server.store, "panel").open[:30]:
            better = place.second if place.case_position % 4 or rater == "cy" else place.first
            ratings.rate(
                server.store, "panel", rater, place, LEFT if places.left_of("panel", place, rater) == better else RIGHT, note="=1+1"
            )
    run_of(server.store, [list(HOSTILE), [text[::-1] for text in HOSTILE]], run_id="hostile")
    return "panel"


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_rating_and_results_read_well_at_every_size(
    open_page: OpenPage, server: Server, judged: str, size: tuple[int, int], scheme: str
) -> None:
    page = open_page(size=size, scheme=scheme)
    for name, query in (("item", f"run={judged}"), ("hostile", "run=hostile"), ("results", f"run={judged}&results={judged}")):
        visit(page, f"{server.url}/rate?{query}")
        ready(page, 1_200)
        snap(page, f"rate-{name}-{size[0]}-{scheme}")
        assert axe(page, allowed=_TOAST) == [], name
        assert wide(page) == 0, name
        if name != "results":
            # However long the replies are, the choices stay where they are.
            expect(page.get_by_role("button", name="Both bad")).to_be_in_viewport()


def test_hostile_replies_are_shown_as_text(page: Page, server: Server, judged: str) -> None:
    assert judged
    visit(page, f"{server.url}/rate?run=hostile")
    for _ in range(len(HOSTILE)):
        assert page.locator("[data-testid=stCode] :is(img, a, b, script, h1, table)").count() == 0
        page.keyboard.press("b")
        ready(page, 600)
    expect(page.get_by_text("No preference")).to_be_visible(timeout=15_000)
    assert set(choices(server, "hostile")) == {BOTH_BAD}
