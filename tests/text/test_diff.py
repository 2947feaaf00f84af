"""Differences: both sides can be read back from the pieces, and the pieces are those a person would name."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.text import diff
from workbench.text.diff import FieldChange, Piece

WORDS = st.lists(st.sampled_from(["the", "cat", "sat", " ", "\n", ".", "", "mat"]), max_size=60).map(" ".join)


def _sides(pieces: list[Piece]) -> tuple[str, str]:
    return "".join(p.text for p in pieces if p.op != "added"), "".join(p.text for p in pieces if p.op != "removed")


@given(st.one_of(WORDS, st.text()), st.one_of(WORDS, st.text()))
def test_both_sides_can_be_read_back(a: str, b: str) -> None:
    pieces = diff.words(a, b)
    assert _sides(pieces) == (a, b)
    assert all(piece.text for piece in pieces)
    assert all(one.op != other.op for one, other in itertools.pairwise(pieces))


@given(WORDS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert [piece.op for piece in diff.words(text, text)] in (["same"], [])


def test_the_changed_words_are_named() -> None:
    assert diff.words("Reply with one label.\nBe brief.", "Reply with exactly one label.\nBe very brief.") == [
        Piece("same", "Reply with "),
        Piece("added", "exactly "),
        Piece("same", "one label.\nBe"),
        Piece("added", " very"),
        Piece("same", " brief."),
    ]
    assert diff.words("a cat", "a dog") == [Piece("same", "a "), Piece("removed", "cat"), Piece("added", "dog")]


def test_an_unchanged_line_stays_whole() -> None:
    pieces = diff.words("one two\nsame line here\nthree", "four five\nsame line here\nsix")
    assert Piece("same", "\nsame line here\n") in pieces


def _long(kind: str) -> tuple[str, str]:
    dice = random.Random(7)
    many = [f"w{n}" for n in range(3_000)]
    a = [dice.choice(many) for _ in range(20_000)]
    few = ["a", "b", "c", "d"]
    return {
        "a tenth changed": lambda: (" ".join(a), " ".join(w if dice.random() > 0.1 else dice.choice(many) for w in a)),
        "nothing alike": lambda: (" ".join(a), " ".join(dice.choice(many) for _ in a)),
        "four words": lambda: (" ".join(dice.choice(few) for _ in a), " ".join(dice.choice(few) for _ in a)),
        "lines": lambda: ("\n".join(a), "\n".join(dice.choice(many) for _ in a)),
        "one word": lambda: ("a " * 20_000, "b " * 20_000),
        "swapped": lambda: ("a b " * 10_000, "b a " * 10_000),
    }[kind]()


@pytest.mark.parametrize("kind", ["a tenth changed", "nothing alike", "four words", "lines", "one word", "swapped"])
@pytest.mark.timeout(60)  # a second or two; without bounds it is minutes
def test_long_texts_cost_little(kind: str) -> None:
    a, b = _long(kind)
    assert _sides(diff.words(a, b)) == (a, b)


def test_a_small_change_in_a_long_text_is_found_exactly() -> None:
    words = _long("nothing alike")[0].split(" ")
    after = " ".join([*words[:9_000], "NEW", *words[9_000:]])
    changed = [piece for piece in diff.words(" ".join(words), after) if piece.op != "same"]
    assert [(piece.op, piece.text.strip()) for piece in changed] == [("added", "NEW")]


def test_lines_stand_side_by_side() -> None:
    rows = diff.lines("a\nb\nc", "a\nB\nc\nd")
    assert [(row.op, row.left, row.right, row.left_line, row.right_line) for row in rows] == [
        ("same", "a", "a", 1, 1),
        ("changed", "b", "B", 2, 2),
        ("same", "c", "c", 3, 3),
        ("added", None, "d", None, 4),
    ]


@given(WORDS, WORDS)
def test_rows_read_back_too(a: str, b: str) -> None:
    rows = diff.lines(a, b)
    assert [row.left for row in rows if row.left is not None] == a.splitlines()
    assert [row.right for row in rows if row.right is not None] == b.splitlines()


def test_fields_that_differ_are_named_by_their_path() -> None:
    before = {"model": "a", "parameters": {"temperature": 0.2, "stop": ["x"]}, "seed": 1, "same": [1, {"k": None}]}
    after = {"model": "b", "parameters": {"temperature": 0.8, "stop": ["x", "y"]}, "same": [1, {"k": None}], "new": 0}
    assert diff.fields(before, after) == [
        FieldChange("model", "a", "b"),
        FieldChange("parameters.temperature", 0.2, 0.8),
        FieldChange("parameters.stop[2]", None, "y"),
        FieldChange("seed", 1, None),
        FieldChange("new", None, 0),
    ]
    assert diff.fields({"a": 1}, {"a": 1.0}) == []
    assert diff.fields({"a": True}, {"a": 1}) == [FieldChange("a", True, 1)]
