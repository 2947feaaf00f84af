"""Likeness of texts, and the word that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.text import similarity


@given(st.text(max_size=100), st.text(max_size=100))
def test_likeness_lies_between_nothing_and_the_same(a: str, b: str) -> None:
    assert 0 <= similarity.ratio(a, b) <= 1
    assert similarity.ratio(a, a) == 1


def test_likeness_falls_with_change() -> None:
    assert similarity.ratio("where is my card", "where is my new card") > 0.8
    assert similarity.ratio("where is my card", "exchange rates") < 0.5
    assert similarity.ratio("word " * 5_000, "word " * 5_000 + "more") > 0.9


@pytest.mark.parametrize(
    ("word", "words", "meant"),
    [
        ("custmer_message", ["customer_message", "city"], "customer_message"),
        ("customerMessage", ["customer_message"], "customer_message"),
        ("Name", ["name"], "name"),
        ("nmae", ["name", "city"], "name"),
        ("city", ["name", "language"], None),
        ("id", ["ip"], None),
        ("name", ["name"], None),
        ("x", [], None),
    ],
)
def test_the_nearest_word_is_the_one_meant_or_none(word: str, words: list[str], meant: str | None) -> None:
    assert similarity.nearest(word, words) == meant
