import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import assertions
from workbench.assertions import CaseView
from workbench.assertions.text import Contains, Equals, OneOfLabels
from workbench.errors import InputError

LABELS = ("card_arrival", "card_arrival_late", "top_up_failed", "age_limit")
CASE = CaseView({"text": "Where is it?", "label": "card_arrival"}, expected="card_arrival")


@pytest.mark.parametrize(
    "reply",
    [
        "card_arrival",
        " Card_Arrival \n",
        "card_arrival.",
        '"card_arrival"',
        '"card_arrival."',
        "`card_arrival`.",
        "**card_arrival**",
        '{"intent": "card_arrival"}',
        '```json\n{"intent": "card_arrival"}\n```',
        "```\ncard_arrival\n```",
    ],
)
def test_equals_reads_through_what_models_put_around_an_answer(reply: str) -> None:
    assert Equals("label").check(reply, CASE).passed


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "card arrival",
        "The intent is card_arrival",
        '{"a": "card_arrival", "b": "x"}',
        '{"a": {"b": "card_arrival"}}',
        "card_arrival..",
        "{}",
        "[1",
    ],
)
def test_equals_wants_nothing_but_the_answer(reply: str) -> None:
    score = Equals("label").check(reply, CASE)
    assert (score.value, score.passed) == (0.0, False)
    assert "not “card_arrival”" in score.reason


def test_strict_counts_every_character() -> None:
    assert Equals("label", strict=True).check("CARD_ARRIVAL", CASE).passed
    assert Equals("label", strict=True, ignore_case=False).check("card_arrival", CASE).passed
    for reply in ("card_arrival ", "card_arrival.", '{"intent": "card_arrival"}'):
        assert not Equals("label", strict=True).check(reply, CASE).passed
    assert not Equals("label", ignore_case=False).check("Card_arrival", CASE).passed


def test_equals_compares_json_by_what_it_says() -> None:
    case = CaseView({"right": '{"a": 1, "b": [true]}', "number": "3.50"})
    assert Equals("right").check('{ "b": [true],\n "a": 1 }', case).passed
    assert not Equals("right").check('{"a": 1}', case).passed
    assert Equals("number").check('{"price": 3.50}', case).passed
    assert not Equals("number").check('{"price": 3.5}', case).passed
    assert Equals("flag").check('{"ok": true}', CaseView({"flag": "true"})).passed


def test_expected_is_the_cases_expected_reply_unless_an_input_is_called_so() -> None:
    assert Equals().check("card_arrival", CASE).passed
    assert Equals("expected").check("other", CaseView({"expected": "other"}, expected="x")).passed


def test_a_case_without_the_right_answer_never_passes() -> None:
    empty = CaseView({"label": ""}, expected=None)
    for check in (Equals(), Contains(), Contains("label"), OneOfLabels(labels=LABELS), OneOfLabels("label", labels=LABELS)):
        score = check.check("anything", empty)
        assert not score.passed
        assert "nothing in" in score.reason
    assert Equals("label").check("", empty).passed  # an empty text may be the right one


def test_contains_looks_anywhere_and_at_words_where_asked() -> None:
    case = CaseView({"word": "new  card"})
    assert Contains("word").check("Get a NEW\ncard, or renew cards", case).passed
    assert not Contains("word", ignore_case=False).check("a NEW card", case).passed
    assert Contains("word").check("renew cards", case).passed
    assert not Contains("word", whole_words=True).check("renew cards", case).passed
    assert Contains("word", whole_words=True).check("(new card)", case).passed
    assert "is not in it" in Contains("word").check("none", case).reason


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        ("card_arrival", ["card_arrival"]),
        ("The intent is: card_arrival.", ["card_arrival"]),
        ("Card arrival", ["card_arrival"]),
        ("card-arrival", ["card_arrival"]),
        ("card_arrival_late", ["card_arrival_late"]),
        ("card arrival late", ["card_arrival_late"]),
        ("discard_arrival", []),
        ("card_arrivals", []),
        ("top_up_failed or age_limit", ["top_up_failed", "age_limit"]),
        ("age_limit, I said age limit", ["age_limit"]),
        ('{"age_limit": "card_arrival"}', ["card_arrival"]),
        ('{"out": {"intents": ["age_limit", 3, null]}}', ["age_limit"]),
        ('```json\n{"intent": "age_limit"}\n```', ["age_limit"]),
        ("", []),
    ],
)
def test_labels_finds_the_labels_a_reply_names(reply: str, named: list[str]) -> None:
    assert OneOfLabels("label", labels=LABELS).named(reply) == named


def test_labels_wants_one_label_and_the_right_one() -> None:
    check = OneOfLabels("label", labels=LABELS)
    assert check.check("I think it is card_arrival", CASE).passed
    assert check.check("age_limit", CASE).reason == "is age_limit, not card_arrival"
    assert "none of the 4" in check.check("no idea", CASE).reason
    assert "several" in check.check("card_arrival or age_limit", CASE).reason
    assert not OneOfLabels("label", labels=LABELS, ignore_case=False).check("Card_arrival", CASE).passed


def test_labels_are_taken_from_the_column_where_none_are_given() -> None:
    with pytest.raises(InputError, match="not known"):
        OneOfLabels("label").check("x", CASE)
    check = assertions.parse("labels:label").prepared({"label": ["b.", "a", "b.", ""]}.__getitem__)
    assert assertions.to_json(check)["labels"] == ["b", "a"]
    given = OneOfLabels("label", labels=("x",))
    assert given.prepared({"label": ["a"]}.__getitem__) is given


def test_odd_labels_are_found_as_text_not_as_patterns() -> None:
    check = OneOfLabels(labels=("C++", "C", "a.b", "(x|y)", "--"))
    assert check.named("C++ it is") == ["C++"]
    assert check.named("axb") == []
    assert check.named("(x|y)") == ["(x|y)"]


@given(st.text(max_size=200), st.text(max_size=30), st.lists(st.text(max_size=10), min_size=1, max_size=5))
def test_no_reply_makes_an_assertion_raise(reply: str, right: str, labels: list[str]) -> None:
    case = CaseView({"label": right}, expected=right)
    for check in (Equals("label"), Contains("label"), Contains("label", whole_words=True), OneOfLabels("label", labels=tuple(labels))):
        score = check.check(reply, case)
        assert score.value in {0.0, 1.0}
        assert score.passed == (score.value == 1.0)


def test_a_reply_made_to_hurt_is_scored_in_bounded_time() -> None:
    for reply in (
        "[" * 200_000,
        '{"a":' * 50_000,
        "9" * 100_000,
        "card " * 100_000,
        '"' * 100_001,
        "." * 100_001,
        "([" * 50_000 + "])" * 50_000,
    ):
        for check in (Equals("label"), Contains("label"), OneOfLabels("label", labels=LABELS)):
            assert not check.check(reply, CASE).passed


def test_the_right_answer_itself_always_equals() -> None:
    for right in ("a", "A.b.", '"q"', "(x)", "1.0", "{}", "[]", "", "…", '{"a": 1}'):
        assert Equals("label").check(right, CaseView({"label": right})).passed, json.dumps(right)
