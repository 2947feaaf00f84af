"""The Rate page: what it asks, what it hides, what a choice keeps, and what the choices say."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from pages.measure.rate_parts import haste
from tests.comparison.judged import different, run_of
from tests.pages import stores
from tests.pages.conftest import Open, said
from workbench.comparison import places, ratings
from workbench.comparison.ratings import BOTH_BAD, LEFT, RIGHT, TIE
from workbench.store import Store

FILE = "measure/rate.py"


def shown(store: Store, run_id: str = "r", rater: str = "tester") -> ratings.Item:
    item = ratings.queue(store, run_id, rater).item
    assert item is not None
    return item


def choose(page: AppTest, choice: str, item: ratings.Item) -> None:
    """Press the button of a choice once the item has been seen."""
    time.sleep(haste.SEEN_MS / 1000)
    page.button(key=f"rate-{choice}-{item.place.key}").click().run()


def prefer(store: Store, rater: str, variant: int, count: int, run_id: str = "r") -> None:
    """The next `count` choices of this rater prefer the variant."""
    for _ in range(count):
        place = shown(store, run_id, rater).place
        ratings.rate(store, run_id, rater, place, LEFT if places.left_of(run_id, place, rater) == variant else RIGHT)


def test_an_empty_store_leads_to_where_a_comparison_is_made(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert "Nothing to rate yet" in [element.value for element in page.header]
    page.button(key="to-compare").click().run()
    assert not page.exception
    assert page.title[0].value == "Compare"


def test_an_ordinary_run_of_two_variants_can_be_rated(app: Open, bench: Store) -> None:
    run_id = stores.fill(bench)
    page = app(FILE, run=run_id)
    assert not page.exception
    assert page.selectbox(key="run").value == run_id


def test_the_newest_run_is_asked_about_where_the_address_names_none(app: Open, bench: Store) -> None:
    run_of(bench, [["a", "b"]], run_id="alone")
    run_of(bench, different(2, 3))
    page = app(FILE)
    assert page.selectbox(key="run").value == "r"
    assert page.selectbox(key="run").options == [next(iter(page.selectbox(key="run").options))]


def test_two_replies_are_shown_and_no_variant_is_named(app: Open, bench: Store) -> None:
    run_of(bench, [[f"one says {n}" for n in range(3)], [f"two says {n}" for n in range(3)]])
    page = app(FILE, run="r")
    item = shown(bench)
    assert [element.value for element in page.code] == [item.inputs["text"], item.left, item.right]
    assert "0 of 3" in page.get("progress")[0].text
    assert "loop/m" not in said(page)
    assert "People prefer" not in said(page)
    assert not page.dataframe


@pytest.mark.parametrize("choice", [LEFT, RIGHT, TIE, BOTH_BAD])
def test_a_press_keeps_the_choice_with_its_note_and_shows_the_next(app: Open, bench: Store, choice: str) -> None:
    run_of(bench, different(2, 3))
    page = app(FILE, run="r")
    item = shown(bench)
    page.text_input(key=f"note-r-{item.place.key}").set_value("<b>why</b>").run()
    choose(page, choice, item)
    assert not page.exception
    (kept,) = ratings.all_of(bench, "r")
    assert (kept.place, kept.choice, kept.note, kept.rater) == (item.place, choice, "<b>why</b>", "tester")
    assert page.code[1].value == shown(bench).left
    assert page.text_input(key=f"note-r-{shown(bench).place.key}").value == ""


def test_undo_brings_the_last_item_back_with_its_note(app: Open, bench: Store) -> None:
    run_of(bench, different(2, 3))
    item = shown(bench)
    ratings.rate(bench, "r", "tester", item.place, LEFT, note="too long")
    page = app(FILE, run="r")
    page.button(key="rate-undo").click().run()
    assert not page.exception
    assert ratings.all_of(bench, "r") == []
    assert page.code[1].value == item.left
    assert page.text_input(key=f"note-r-{item.place.key}").value == "too long"
    page.button(key="rate-undo").click().run()
    assert "There is nothing to take back." in said(page).replace("\\", "")


def test_the_expected_reply_is_hidden_until_it_is_asked_for(app: Open, bench: Store) -> None:
    run_of(bench, different(2, 2))
    page = app(FILE, run="r")
    expected = shown(bench).expected
    assert expected not in [element.value for element in page.code]
    page.toggle(key="show-expected").set_value(True).run()
    assert expected in [element.value for element in page.code]


def test_results_are_shown_on_request_and_rating_goes_on_after_them(app: Open, bench: Store) -> None:
    run_of(bench, different(2, 20))
    prefer(bench, "tester", 1, 12)
    page = app(FILE, run="r")
    page.button(key="turn").click().run()
    assert not page.exception
    text = said(page).replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")
    assert "People prefer B over A: on 12 of 12 cases that prefer a side" in text
    assert "One person has rated so far." in text
    assert page.query_params["results"] in ("r", ["r"])
    page.button(key="turn").click().run()
    assert page.code[1].value == shown(bench).left


def test_results_come_by_themselves_at_the_end_with_a_way_back(app: Open, bench: Store) -> None:
    run_of(bench, different(2, 2))
    prefer(bench, "tester", 0, 2)
    page = app(FILE, run="r")
    assert "No clear preference yet" in said(page).replace("\\", "")
    page.button(key="rate-undo").click().run()
    assert len(ratings.all_of(bench, "r")) == 1
    assert page.code[1].value == shown(bench).left


def test_results_of_one_run_in_the_address_do_not_reveal_another(app: Open, bench: Store) -> None:
    run_of(bench, different(2, 4))
    run_of(bench, different(2, 4), run_id="other")
    page = app(FILE, run="other", results="r")
    assert page.code[1].value == shown(bench, "other").left


def test_several_raters_agree_or_not_in_a_table(app: Open, bench: Store) -> None:
    run_of(bench, different(3, 10))
    for rater in ("ann", "bob", "cy"):
        prefer(bench, rater, 2 if rater != "cy" else 0, 20)
    page = app(FILE, run="r", results="r")
    assert not page.exception
    assert "Krippendorff's alpha" in page.dataframe[-1].value.to_string()
    assert "Fleiss' kappa" in page.dataframe[-1].value.to_string()


def test_another_person_rates_under_another_name(app: Open, bench: Store) -> None:
    run_of(bench, different(2, 3))
    prefer(bench, "tester", 0, 2)
    page = app(FILE, run="r")
    page.text_input(key="rater").set_value("ann").run()
    assert not page.exception
    assert page.code[1].value == shown(bench, rater="ann").left
    choose(page, TIE, shown(bench, rater="ann"))
    assert [one.rater for one in ratings.all_of(bench, "r")] == ["tester", "tester", "ann"]


def test_one_pair_of_three_variants_can_be_chosen_by_address(app: Open, bench: Store) -> None:
    run_of(bench, different(3, 4))
    page = app(FILE, run="r", pair="0-2")
    assert "0 of 4" in page.get("progress")[0].text
    assert {element.value[0] for element in page.code[1:3]} == {"A", "C"}


@pytest.mark.parametrize(
    ("replies", "why"),
    [([["same"] * 2, ["same"] * 2], "reads the same"), ([["a", None], [None, "b"]], "replies of two variants")],
)
def test_where_there_is_nothing_to_choose_between_it_says_why(app: Open, bench: Store, replies: list[list[str | None]], why: str) -> None:
    run_of(bench, replies)
    page = app(FILE, run="r")
    assert not page.exception
    assert why in said(page).replace("\\", "")


def test_a_run_that_is_not_there_or_has_one_variant_is_answered(app: Open, bench: Store) -> None:
    run_of(bench, different(2, 2))
    run_of(bench, [["a", "b"]], run_id="alone")
    page = app(FILE, run="nowhere")
    assert not page.exception
    assert "There is no run" in said(page)
    page = app(FILE, run="alone")
    assert not page.exception
    assert "That run has no replies of two variants. Choose another." in said(page).replace("\\", "")


def test_an_address_that_names_no_run_gets_a_notice_and_the_newest_run(app: Open, bench: Store) -> None:
    run_of(bench, different(2, 2))
    page = app(FILE, run="run r · 15 minutes ago")
    assert [element.value for element in page.error] == []
    assert "Another is shown" in said(page).replace("\\", "")
    assert page.selectbox(key="run").value == "r"
    assert page.code[1].value == shown(bench).left


def test_an_item_that_was_just_drawn_takes_no_choice_and_the_page_says_so(app: Open, bench: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run_of(bench, different(2, 3))
    monkeypatch.setattr(haste, "SEEN_MS", 60_000)
    page = app(FILE, run="r")
    page.button(key=f"rate-{LEFT}-{shown(bench).place.key}").click().run()
    assert ratings.all_of(bench, "r") == []
    assert "Too fast" in page.get("progress")[0].text
    monkeypatch.setattr(haste, "SEEN_MS", 0)
    page.button(key=f"rate-{LEFT}-{shown(bench).place.key}").click().run()
    assert len(ratings.all_of(bench, "r")) == 1


def test_hostile_replies_are_text_in_boxes(app: Open, bench: Store) -> None:
    run_of(bench, [list(stores.HOSTILE), [text[::-1] for text in stores.HOSTILE]])
    page = app(FILE, run="r", results="r")
    assert not page.exception
    page = app(FILE, run="r")
    assert not page.exception
    assert len(page.code) == 3
