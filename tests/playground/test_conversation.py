from dataclasses import replace

import pytest

from workbench.errors import InputError
from workbench.playground import conversation as conversations
from workbench.playground.conversation import Answer, Conversation, Exchange
from workbench.prompts import content as contents
from workbench.text.messages import message


def _answer(model: str, text: str = "yes", state: str = "done") -> Answer:
    return Answer(model, f"turn-{model}", "here", state=state, text=text)


def _talk(*exchanges: Exchange) -> Conversation:
    return Conversation("c1", contents.text("Hello"), models=("a/x", "b/y"), exchanges=exchanges)


OPENING = (message("system", "Be brief."), message("user", "Hello"))


def test_each_model_hears_its_own_answers():
    talk = _talk(Exchange(OPENING, (_answer("a/x", "from x"), _answer("b/y", "from y"))))
    assert [item.text for item in talk.history("b/y")] == ["Be brief.", "Hello", "from y"]


def test_a_model_that_joins_later_hears_what_another_said():
    talk = _talk(Exchange(OPENING, (_answer("a/x", "from x"),)))
    assert talk.history("c/z")[-1].text == "from x"


def test_a_follow_up_nobody_answered_is_left_out_and_the_opening_never_is():
    failed = Exchange((message("user", "and then?"),), (_answer("a/x", "", "failed"),))
    talk = _talk(Exchange(OPENING, (_answer("a/x", "", "failed"),)), failed)
    assert [item.text for item in talk.history("a/x")] == ["Be brief.", "Hello"]


def test_tool_calls_stay_in_the_history():
    call = {"id": "1", "name": "look", "arguments": "{}"}
    talk = _talk(Exchange(OPENING, (replace(_answer("a/x", ""), tool_calls=(call,)),)))
    assert [part.type for part in talk.history("a/x")[-1].parts] == ["tool_call"]


def test_a_conversation_comes_back_from_json_as_it_was():
    call = {"id": "1", "name": "look", "arguments": "{}"}
    talk = replace(
        _talk(Exchange(OPENING, (replace(_answer("a/x"), tool_calls=(call,), cost_nano=12),))),
        prompt="intent", version=3, variables={"name": "Ada"}, task="code",
    )  # fmt: skip
    assert conversations.from_json("c1", talk.to_json()) == talk


def test_a_kept_conversation_that_cannot_be_read_says_so():
    with pytest.raises(InputError, match="cannot be read"):
        conversations.from_json("c1", {"exchanges": [{"nothing": 1}]})


def test_a_title_is_what_was_asked_shortened():
    long = _talk(Exchange((message("user", "word " * 50),), ()))
    assert long.title.endswith("…")
    assert len(long.title) < 70
    assert Conversation("c2").title == "Empty conversation"
