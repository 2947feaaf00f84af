"""The Playground page over the real store and the simulated model. Typing and streaming are in the browser suite."""

import time

from streamlit.testing.v1 import AppTest

from pages.build.playground_parts import answers
from tests.pages.conftest import Open, said
from workbench.playground import catalogue, shelf, turns
from workbench.playground.conversation import Answer, Conversation, Exchange
from workbench.prompts import content as contents
from workbench.prompts import registry
from workbench.prompts.registry import Variable
from workbench.providers import connections
from workbench.providers.connections import Connection
from workbench.store import Store
from workbench.text.messages import message

PAGE = "build/playground.py"


def _kept(store: Store, text: str = "Say hello", **more: object) -> Conversation:
    more.setdefault("models", ("simulated/good",))
    return shelf.new(store, Conversation("", content=contents.text(text), **more))  # type: ignore[arg-type]


def _ran(store: Store, page: AppTest, ident: str) -> Conversation:
    """Press Run, wait for the models, and look again."""
    page.button(key="run").click().run()
    talk = shelf.load(store, ident)
    for exchange in talk.exchanges:
        for answer in exchange.answers:
            assert turns.wait(answer.turn, 20)
    page.run()
    return shelf.load(store, ident)


def test_an_empty_bench_says_what_to_do(app: Open):
    page = app(PAGE)
    assert "Nothing sent yet" in said(page)


def test_models_answer_side_by_side_with_their_figures(app: Open, bench: Store):
    talk = _kept(bench, models=("simulated/good", "simulated/poor"))
    page = app(PAGE, c=talk.id)
    kept = _ran(bench, page, talk.id)
    assert [answer.state for answer in kept.exchanges[0].answers] == ["done", "done"]
    text = said(page)
    assert text.count("tokens in") == 2
    assert "Simulated" in text
    assert kept.exchanges[0].answers[0].text in text


def test_a_missing_value_is_told_and_nothing_is_sent(app: Open, bench: Store):
    talk = _kept(bench, "Hello {{name}}")
    page = app(PAGE, c=talk.id)
    page.button(key="run").click().run()
    assert "no value for name" in page.error[0].value
    assert shelf.load(bench, talk.id).exchanges == ()


def test_a_value_that_is_typed_is_kept_with_the_conversation(app: Open, bench: Store):
    talk = _kept(bench, "Hello {{name}}")
    page = app(PAGE, c=talk.id)
    field = next(area for area in page.text_area if area.label == "Variable: name")
    field.set_value("Ada").run()
    assert shelf.load(bench, talk.id).variables == {"name": "Ada"}


def test_a_follow_up_goes_to_every_model(app: Open, bench: Store):
    talk = _kept(bench)
    page = app(PAGE, c=talk.id)
    _ran(bench, page, talk.id)
    page.chat_input[0].set_value("And in French?").run()
    kept = shelf.load(bench, talk.id)
    assert [exchange.sent[-1].text for exchange in kept.exchanges] == ["Say hello", "And in French?"]
    assert turns.wait(kept.exchanges[1].answers[0].turn, 20)


def test_run_again_begins_a_conversation_of_its_own_and_keeps_the_first(app: Open, bench: Store):
    talk = _kept(bench)
    page = app(PAGE, c=talk.id)
    _ran(bench, page, talk.id)
    page.button(key="run").click().run()
    found = shelf.page(bench)
    assert len(found) == 2
    assert all(len(kept.exchanges) == 1 for kept in found)


def test_coming_from_a_version_puts_it_on_the_bench_with_its_model(app: Open, bench: Store):
    registry.save_version(bench, "greet", contents.text("Hello {{name}}", model="simulated/fair"))
    registry.update(bench, "greet", variables=[Variable("name", example="Ada")])
    page = app(PAGE, prompt="greet", version="1")
    assert not page.exception
    talk = shelf.page(bench)[0]
    assert (talk.prompt, talk.version, talk.models) == ("greet", 1, ("simulated/fair",))


def test_what_worked_is_saved_as_a_version(app: Open, bench: Store):
    talk = _kept(bench)
    page = app(PAGE, c=talk.id)
    page.text_input(key=f"save-name-{talk.id}").set_value("greetings/hello")
    page.text_input(key=f"save-note-{talk.id}").set_value("short and warm")
    next(button for button in page.button if button.label == "Save version").click().run()
    version = registry.version(bench, "greetings/hello")
    assert (version.note, version.content.model) == ("short and warm", "simulated/good")
    assert "Saved as greetings" in said(page)
    assert shelf.load(bench, talk.id).prompt == "greetings/hello"
    assert next(box for box in page.selectbox if box.label == "Prompt").value == "greetings/hello"


def test_a_turn_of_a_process_that_is_gone_is_shown_as_interrupted_and_can_be_asked_again(app: Open, bench: Store):
    talk = _kept(bench)
    gone = Exchange((message("user", "Say hello"),), (Answer("simulated/good", "turn", "a process that is gone"),))
    shelf.change(bench, talk.id, lambda kept: Conversation(kept.id, kept.content, models=kept.models, exchanges=(gone,)))
    page = app(PAGE, c=talk.id)
    assert "Interrupted" in said(page)
    page.button(key="again-turn").click().run()
    answer = shelf.load(bench, talk.id).exchanges[0].answers[0]
    assert turns.wait(answer.turn, 20)
    assert shelf.load(bench, talk.id).exchanges[0].answers[0].state == "done"


def test_a_failure_shows_its_kind_its_words_and_the_next_step(app: Open, bench: Store):
    talk = _kept(bench, models=("simulated/good?error_rate=1&errors=auth_error",))
    page = app(PAGE, c=talk.id)
    _ran(bench, page, talk.id)
    assert "auth error" in said(page)
    assert "Settings shows which is missing" in page.error[0].value


def test_a_model_of_a_provider_that_is_not_set_up_is_told_before_it_is_asked(app: Open, bench: Store):
    talk = _kept(bench, models=("nobody/model",))
    page = app(PAGE, c=talk.id)
    assert "nobody is not set up" in page.warning[0].value.replace("\\", "")
    page.button(key="run").click().run()
    assert shelf.load(bench, talk.id).exchanges == ()


def test_a_provider_that_cannot_list_its_models_is_named_and_the_page_stays(app: Open, bench: Store):
    connections.save(bench, Connection("dead", "compatible", base_url="http://127.0.0.1:9/v1"))
    page = app(PAGE)
    deadline = time.monotonic() + 20
    while catalogue.models(bench).asking:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    page.run()
    assert "dead could not list its models" in said(page)


def test_figures_say_what_was_counted_and_what_was_guessed():
    answer = Answer(
        "a/b", "t", "o", "done", latency_ms=1200, ttft_ms=80, input_tokens=1000, output_tokens=20, estimated=True, finish="length"
    )
    told = answers.told(answer)
    assert "≈ 1,000 tokens in, ≈ 20 out" in told
    assert "price unknown" in told
    assert "cut at the most tokens" in told
    assert answers.told(Answer("a/b", "t", "o")) == ""


def test_a_conversation_can_be_forgotten_and_a_new_one_begun(app: Open, bench: Store):
    talk = _kept(bench)
    page = app(PAGE, c=talk.id)
    _ran(bench, page, talk.id)
    page.button(key="new-conversation").click().run()
    assert "Nothing sent yet" in said(page)
    assert talk.id in [kept.id for kept in shelf.page(bench)]
