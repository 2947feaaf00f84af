"""Blind choices: what is shown and what is hidden, in which order, kept, replaced, taken back, written out."""

import csv
import io
from collections import Counter

import pytest

from tests.comparison.judged import different, run_of
from workbench.comparison import places, ratings
from workbench.comparison.ratings import BOTH_BAD, LEFT, RIGHT, TIE, Place
from workbench.errors import InputError, NotFound
from workbench.runner import reading
from workbench.store import Store


def press(store: Store, rater: str, choice: str, count: int = 1, run_id: str = "r") -> None:
    """Rate the next `count` items alike."""
    for _ in range(count):
        item = ratings.queue(store, run_id, rater).item
        assert item is not None
        ratings.rate(store, run_id, rater, item.place, choice)


def test_the_next_item_is_a_case_with_two_replies_and_no_names(store: Store) -> None:
    run_of(store, different(2, 5))
    found = ratings.queue(store, "r", "ann")
    assert (found.rated, found.total, found.identical, found.missing) == (0, 5, 0, 0)
    assert found.item is not None
    case = found.item.place.case_position
    assert {found.item.left, found.item.right} == {f"A on {case}", f"B on {case}"}
    assert (found.item.inputs, found.item.expected) == ({"text": f"case {case}"}, f"expected {case}")
    assert not {"variant", "name", "model"} & set(vars(found.item))


@pytest.mark.parametrize(
    ("inputs", "expected", "column", "shown", "hidden"),
    [
        ({"text": "hi", "label": "greeting"}, None, "label", {"text": "hi"}, "greeting"),
        ({"text": "hi", "label": "greeting"}, "greeting", None, {"text": "hi"}, "greeting"),
        ({"text": "hi", "tone": "warm"}, "hello", "gone", {"text": "hi", "tone": "warm"}, "hello"),
        ({"label": "greeting"}, None, "label", {"label": "greeting"}, None),
        ({"text": "hi"}, None, None, {"text": "hi"}, None),
    ],
)
def test_a_column_that_gives_the_expected_reply_away_is_no_input(
    inputs: dict[str, str], expected: str | None, column: str | None, shown: dict[str, str], hidden: str | None
) -> None:
    assert ratings._question(inputs, expected, column) == (shown, hidden)


def test_a_reload_shows_the_same_item_on_the_same_sides(store: Store) -> None:
    run_of(store, different(3, 9))
    press(store, "ann", TIE, 4)
    assert ratings.queue(store, "r", "ann") == ratings.queue(store, "r", "ann")


def test_sides_are_shuffled_case_by_case_and_rater_by_rater(store: Store) -> None:
    run_of(store, different(2, 200))
    found = places.of(store, "r").open
    ann, bob = ([places.left_of("r", place, rater) for place in found] for rater in ("ann", "bob"))
    assert 75 <= sum(ann) <= 125
    assert 70 <= sum(one == other for one, other in zip(ann, bob, strict=True)) <= 130


def test_cases_come_shuffled_with_their_pairs_and_in_one_order_for_all_raters(store: Store) -> None:
    run_of(store, different(3, 40))
    found = places.of(store, "r").open
    assert Counter((place.first, place.second) for place in found) == {(0, 1): 40, (0, 2): 40, (1, 2): 40}
    assert [place.case_position for place in found] != sorted(place.case_position for place in found)
    assert len({(place.first, place.second) for place in found[:12]}) == 3
    press(store, "ann", LEFT, 10)
    press(store, "bob", LEFT, 10)
    judged = {rater: {one.place for one in ratings.all_of(store, "r") if one.rater == rater} for rater in ("ann", "bob")}
    assert judged["ann"] == judged["bob"] == set(found[:10])


def test_a_choice_is_kept_by_what_was_shown(store: Store) -> None:
    run_of(store, different(2, 1))
    item = ratings.queue(store, "r", "ann").item
    assert item is not None
    ratings.rate(store, "r", "ann", item.place, RIGHT, note="  shorter  ", now_ms=77)
    (kept,) = ratings.all_of(store, "r")
    assert (kept.choice, kept.note, kept.rater, kept.created_ms) == (RIGHT, "shorter", "ann", 77)
    assert kept.preferred == kept.right == (0 if item.right.startswith("A") else 1)
    assert kept.left == 1 - kept.right


def test_rating_goes_on_where_it_stopped_until_nothing_is_left(store: Store) -> None:
    run_of(store, different(2, 3))
    for done in range(3):
        assert ratings.queue(store, "r", "ann").rated == done
        press(store, "ann", TIE)
    found = ratings.queue(store, "r", "ann")
    assert (found.item, found.rated, found.total) == (None, 3, 3)
    assert ratings.queue(store, "r", "bob").rated == 0


def test_undo_takes_back_the_newest_choice_and_shows_it_again(store: Store) -> None:
    run_of(store, different(2, 6))
    press(store, "ann", LEFT, 2)
    before = ratings.queue(store, "r", "ann").item
    press(store, "ann", BOTH_BAD)
    press(store, "bob", LEFT)
    taken = ratings.undo(store, "r", "ann")
    assert taken is not None
    assert (taken.choice, taken.rater) == (BOTH_BAD, "ann")
    assert ratings.queue(store, "r", "ann").item == before
    assert len(ratings.all_of(store, "r")) == 3


def test_undo_goes_back_to_the_beginning_and_then_says_so(store: Store) -> None:
    run_of(store, different(2, 2))
    press(store, "ann", LEFT, 2)
    assert [ratings.undo(store, "r", "ann") is None for _ in range(3)] == [False, False, True]


def test_what_was_taken_back_comes_first_even_where_another_pair_was_asked_for(store: Store) -> None:
    run_of(store, different(3, 4))
    press(store, "ann", LEFT)
    taken = ratings.undo(store, "r", "ann")
    assert taken is not None
    other = next(pair for pair in ((0, 1), (0, 2), (1, 2)) if pair != (taken.place.first, taken.place.second))
    found = ratings.queue(store, "r", "ann", other, first=taken.place)
    assert found.item is not None
    assert found.item.place == taken.place
    assert found.total == 4


def test_choosing_again_replaces_and_the_replaced_one_is_the_newest(store: Store) -> None:
    run_of(store, different(2, 3))
    place = places.of(store, "r").open[0]
    ratings.rate(store, "r", "ann", place, LEFT)
    press(store, "ann", TIE)
    ratings.rate(store, "r", "ann", place, RIGHT)
    assert [one.choice for one in ratings.all_of(store, "r")] == [TIE, RIGHT]
    taken = ratings.undo(store, "r", "ann")
    assert taken is not None
    assert taken.place == place


def test_one_pair_can_be_rated_alone(store: Store) -> None:
    run_of(store, different(3, 5))
    found = ratings.queue(store, "r", "ann", (2, 0))
    assert found.item is not None
    assert (found.item.place.first, found.item.place.second, found.total) == (0, 2, 5)


def test_replies_that_read_the_same_are_not_shown_and_are_counted(store: Store) -> None:
    run_of(store, [["yes", "no", "a"], ["yes \n", "No", "b"]])
    found = ratings.queue(store, "r", "ann")
    assert (found.total, found.identical, found.missing) == (2, 1, 0)
    assert 0 not in {place.case_position for place in places.of(store, "r").open}


def test_cells_without_a_reply_leave_their_places_out_and_are_counted(store: Store) -> None:
    run_of(store, [["a", None, "c"], ["x", "y", "z"], ["k", "l", None]])
    found = ratings.queue(store, "r", "ann")
    assert (found.total, found.missing) == (5, 4)
    assert ratings.queue(store, "r", "ann", (0, 1)).missing == 1
    with pytest.raises(NotFound, match="no two replies"):
        ratings.rate(store, "r", "ann", Place(1, 0, 0, 1), LEFT)


def test_every_repeat_is_a_place_of_its_own(store: Store) -> None:
    run_of(store, [["a", "b", "c", "d"], ["e", "f", "g", "h"]], repeats=2)
    assert {(place.case_position, place.repeat) for place in places.of(store, "r").open} == {(0, 0), (0, 1), (1, 0), (1, 1)}


@pytest.mark.parametrize(
    ("rater", "choice", "note", "error"),
    [
        ("ann", "better", "", "is not a choice"),
        ("  ", LEFT, "", "has a name"),
        ("x" * 201, LEFT, "", "has a name"),
        ("ann", LEFT, "x" * 2_001, "at most 2,000"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(store: Store, rater: str, choice: str, note: str, error: str) -> None:
    run_of(store, different(2, 1))
    with pytest.raises(InputError, match=error):
        ratings.rate(store, "r", rater, Place(0, 0, 0, 1), choice, note=note)
    assert ratings.all_of(store, "r") == []


def test_a_run_that_is_not_there_is_named(store: Store) -> None:
    for asked in (lambda: ratings.queue(store, "nowhere", "ann"), lambda: list(ratings.export_csv(store, "nowhere"))):
        with pytest.raises(NotFound, match="no run 'nowhere'"):
            asked()


def test_hostile_notes_and_names_come_back_as_they_were_and_the_file_runs_nothing(store: Store) -> None:
    run_of(store, different(2, 1))
    note = '=HYPERLINK("http://leak.example") \u202e <b> \x00'
    ratings.rate(store, "r", "@ann", Place(0, 0, 0, 1), LEFT, note=note, now_ms=0)
    assert ratings.all_of(store, "r")[0].note == note.replace("\x00", "\ufffd")
    header, row = csv.reader(io.StringIO("".join(ratings.export_csv(store, "r"))))
    assert tuple(header) == ratings.COLUMNS
    said = dict(zip(header, row, strict=True))
    assert said["note"].startswith("'=HYPERLINK")
    assert said["rater"] == "'@ann"
    assert {said["left"], said["right"]} == {"A", "B"}
    assert said["preferred"] == said["left"]
    assert said["created_at"].startswith("1970-01-01")


def test_ratings_go_with_their_run(store: Store) -> None:
    run_of(store, different(2, 2))
    press(store, "ann", LEFT, 2)
    reading.delete(store, "r")
    assert ratings.all_of(store, "r") == []
