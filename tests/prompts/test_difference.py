from hypothesis import given, settings

from tests.prompts.strategies import contents
from workbench.prompts.content import Content, Parameters, text
from workbench.prompts.difference import between
from workbench.text.messages import message


def test_messages_differ_by_word_and_parameters_by_field() -> None:
    a = text("Classify the message.", parameters=Parameters(temperature=0.2, max_tokens=50))
    b = text("Sort the message.", parameters=Parameters(temperature=0.8, max_tokens=50), model="openai/gpt-5")
    found = between(a, b)
    assert [(piece.op, piece.text) for piece in found.messages[0].pieces] == [
        ("removed", "Classify"),
        ("added", "Sort"),
        ("same", " the message."),
    ]
    assert found.to_json() == [
        {"field": "messages[1].content", "a": "Classify the message.", "b": "Sort the message."},
        {"field": "model", "a": None, "b": "openai/gpt-5"},
        {"field": "parameters.temperature", "a": 0.2, "b": 0.8},
    ]


def test_an_inserted_message_is_added_and_the_others_stay_the_same() -> None:
    a = Content((message("user", "Hi"),))
    b = Content((message("system", "Be kind"), message("user", "Hi")))
    assert between(a, b).to_json() == [{"field": "messages[1]", "a": None, "b": {"role": "system", "content": "Be kind"}}]
    assert between(b, a).to_json() == [{"field": "messages[1]", "a": {"role": "system", "content": "Be kind"}, "b": None}]


def test_parameters_that_one_side_alone_sets_are_fields_of_their_own() -> None:
    found = between(text("x"), text("x", parameters=Parameters(temperature=0.5, seed=3)))
    assert sorted(line["field"] for line in found.to_json()) == ["parameters.seed", "parameters.temperature"]


def test_equal_contents_do_not_differ() -> None:
    assert between(text("x"), text("x")).same
    assert between(text("x"), text("x")).to_json() == []


@given(contents(), contents())
@settings(max_examples=60)
def test_contents_differ_exactly_where_their_hashes_do(a: Content, b: Content) -> None:
    assert between(a, b).same == (a.checked().hash() == b.checked().hash()) == (not between(a, b).to_json())
    assert between(a, a).same


@given(contents(), contents())
@settings(max_examples=60)
def test_every_message_of_both_sides_is_shown_once(a: Content, b: Content) -> None:
    found = between(a, b)
    assert sorted(repr(change.a) for change in found.messages if change.a) == sorted(map(repr, a.messages))
    assert [change.b for change in found.messages if change.b] == list(b.messages)
