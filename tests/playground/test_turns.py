import threading
import time
from dataclasses import replace

import pytest

from tests.loopback import Loopback
from workbench.errors import InputError, ProviderMissing, TemplateError
from workbench.ledger import reading
from workbench.playground import asking, saving, shelf, turns
from workbench.playground.conversation import Answer, Conversation, Exchange
from workbench.prompts import content as contents
from workbench.prompts import registry
from workbench.prompts.registry import Variable
from workbench.providers import connections
from workbench.providers.connections import Connection
from workbench.store import Store
from workbench.text.messages import message


def _begin(store: Store, text: str = "Say hello", **more: object) -> Conversation:
    more.setdefault("models", ("simulated/good",))
    return shelf.new(store, Conversation("", content=contents.text(text), **more))  # type: ignore[arg-type]


def _finished(store: Store, conversation: Conversation) -> Conversation:
    for exchange in conversation.exchanges:
        for answer in exchange.answers:
            assert turns.wait(answer.turn, 20)
    return shelf.load(store, conversation.id)


def test_every_model_answers_and_the_answers_are_kept(store: Store):
    talk = _begin(store, models=("simulated/good", "simulated/poor"))
    kept = _finished(store, turns.send(store, talk))
    answers = kept.exchanges[0].answers
    assert [answer.state for answer in answers] == ["done", "done"]
    assert all(answer.text and answer.cost_nano == 0 and answer.call_id for answer in answers)


def test_the_call_is_in_the_ledger_with_where_it_came_from(store: Store):
    version = registry.save_version(store, "greet", contents.text("Say hello")).version
    talk = _begin(store, prompt="greet", version=version.number)
    kept = _finished(store, turns.send(store, talk))
    call = reading.get(store, kept.exchanges[0].answers[0].call_id or 0)
    assert (call.source, call.prompt, call.version, call.trace_id) == ("playground", "greet", 1, talk.id)


def test_an_edited_opening_is_not_passed_off_as_the_version(store: Store):
    registry.save_version(store, "greet", contents.text("Say hello"))
    talk = _begin(store, "Say goodbye", prompt="greet", version=1)
    kept = _finished(store, turns.send(store, talk))
    assert reading.get(store, kept.exchanges[0].answers[0].call_id or 0).version is None


def test_a_follow_up_is_sent_with_what_was_said_before(sqlite_store: Store):
    with Loopback() as server:
        connections.save(sqlite_store, Connection("loop", "compatible", base_url=f"{server.url}/v1"))
        talk = _finished(sqlite_store, turns.send(sqlite_store, _begin(sqlite_store, models=("loop/one",))))
        first = talk.exchanges[0].answers[0].text
        _finished(sqlite_store, turns.send(sqlite_store, talk, "And now?"))
        sent = server.requests[-1].body["messages"]
    assert [item["role"] for item in sent] == ["user", "assistant", "user"]
    assert (sent[1]["content"], sent[2]["content"]) == (first, "And now?")


def test_a_missing_value_is_told_before_anything_is_sent(store: Store):
    talk = _begin(store, "Hello {{name}}")
    with pytest.raises(TemplateError, match="name"):
        turns.send(store, talk)
    assert shelf.load(store, talk.id).exchanges == ()


def test_a_variable_declared_as_optional_may_stay_empty(sqlite_store: Store):
    registry.save_version(sqlite_store, "greet", contents.text("Hello {{name}}"))
    registry.update(sqlite_store, "greet", variables=[Variable("name", required=False)])
    talk = _begin(sqlite_store, "Hello {{name}}", prompt="greet", version=1)
    assert asking.opening(sqlite_store, talk)[0].text == "Hello "


@pytest.mark.parametrize("change", [{"models": ()}, {"models": tuple(f"simulated/{n}" for n in range(5))}])
def test_none_or_too_many_models_are_told(sqlite_store: Store, change: dict[str, object]):
    with pytest.raises(InputError):
        turns.send(sqlite_store, replace(_begin(sqlite_store), **change))  # type: ignore[arg-type]


def test_a_provider_that_is_not_set_up_is_told_and_nothing_is_kept(sqlite_store: Store):
    talk = _begin(sqlite_store, models=("nobody/model",))
    with pytest.raises(ProviderMissing):
        turns.send(sqlite_store, talk)
    assert shelf.load(sqlite_store, talk.id).exchanges == ()


def test_the_text_so_far_can_be_read_and_stop_ends_the_turn(sqlite_store: Store):
    talk = turns.send(sqlite_store, _begin(sqlite_store, models=("simulated/good?tps=5&latency_ms=1",)))
    turn = talk.exchanges[0].answers[0].turn
    deadline = time.monotonic() + 10
    while not (seen := turns.state(turn)) or not seen.text:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not seen.done
    turns.stop_all(talk)
    assert turns.wait(turn, 20)
    answer = shelf.load(sqlite_store, talk.id).exchanges[0].answers[0]
    assert answer.state == "stopped"
    assert answer.text


def test_a_failure_is_kept_with_its_kind_and_hint_and_can_be_asked_again(sqlite_store: Store):
    failing = "simulated/good?error_rate=1&errors=auth_error"
    talk = _finished(sqlite_store, turns.send(sqlite_store, _begin(sqlite_store, models=(failing,))))
    answer = talk.exchanges[0].answers[0]
    assert (answer.state, answer.error_kind) == ("failed", "auth_error")
    assert answer.hint
    again = _finished(sqlite_store, turns.retry(sqlite_store, talk, failing))
    assert len(again.exchanges) == 1
    assert again.exchanges[0].answers[0].turn != answer.turn


def test_a_turn_of_a_process_that_is_gone_was_interrupted(sqlite_store: Store):
    gone = Exchange((message("user", "Hi"),), (Answer("simulated/good", "t1", "another process"),))
    talk = shelf.save(sqlite_store, replace(_begin(sqlite_store), exchanges=(gone,)))
    assert turns.settled(sqlite_store, talk).exchanges[0].answers[0].state == "interrupted"


def test_an_answer_that_came_after_the_page_looked_was_not_interrupted(sqlite_store: Store):
    looked = turns.send(sqlite_store, _begin(sqlite_store))
    _finished(sqlite_store, looked)
    assert turns.settled(sqlite_store, looked).exchanges[0].answers[0].state == "done"


def test_what_a_page_changes_while_a_model_answers_is_not_lost(sqlite_store: Store):
    talk = turns.send(sqlite_store, _begin(sqlite_store, models=("simulated/good?latency_ms=300",)))
    shelf.change(sqlite_store, talk.id, lambda kept: replace(kept, variables={"typed": "meanwhile"}))
    kept = _finished(sqlite_store, talk)
    assert kept.variables == {"typed": "meanwhile"}
    assert kept.exchanges[0].answers[0].state == "done"


def test_a_conversation_forgotten_while_a_model_answers_stays_forgotten(sqlite_store: Store):
    talk = turns.send(sqlite_store, _begin(sqlite_store, models=("simulated/good?latency_ms=200",)))
    shelf.discard(sqlite_store, talk.id)
    assert turns.wait(talk.exchanges[0].answers[0].turn, 10)
    assert shelf.page(sqlite_store) == []


def test_many_changes_at_once_all_arrive(sqlite_store: Store):
    talk = _begin(sqlite_store)

    def add(number: int) -> None:
        shelf.change(sqlite_store, talk.id, lambda kept: replace(kept, variables={**kept.variables, f"v{number}": "x"}))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shelf.load(sqlite_store, talk.id).variables) == 8


def test_what_worked_becomes_a_version_with_its_model(store: Store):
    talk = _begin(store, "Hello {{name}}", variables={"name": "Ada"})
    saved = saving.save_as_version(store, talk, "greet", "works")
    assert saved.new
    assert saved.version.content.messages[0].text == "Hello {{name}}"
    assert (saved.version.content.model, saved.version.note) == ("simulated/good", "works")
    assert not saving.save_as_version(store, talk, "greet").new


def test_the_follow_ups_can_be_kept_as_example_messages(sqlite_store: Store):
    talk = _finished(sqlite_store, turns.send(sqlite_store, _begin(sqlite_store)))
    talk = _finished(sqlite_store, turns.send(sqlite_store, talk, "Again"))
    content = saving.content(talk, with_turns=True)
    assert [item.role for item in content.messages] == ["user", "assistant", "user", "assistant"]


def test_an_empty_conversation_cannot_be_saved(sqlite_store: Store):
    with pytest.raises(InputError, match="nothing to save"):
        saving.content(Conversation("c"))
