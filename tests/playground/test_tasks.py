import re
import time

import pytest

from tests.loopback import Loopback
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.errors import InputError, NotFound
from workbench.playground import catalogue, measuring, tasks
from workbench.playground.conversation import Conversation
from workbench.prompts import content as contents
from workbench.providers import connections
from workbench.providers.connections import Connection
from workbench.runner import worker
from workbench.store import Store


def test_the_five_tasks_are_there_with_preset_and_models():
    assert [task.name for task in tasks.tasks()] == ["completion", "creative", "code", "factual", "summarisation"]
    for task in tasks.tasks():
        assert task.parameters.temperature is not None
        assert all(why and "/" in model for model, why in task.models)


def test_the_file_says_when_and_from_where():
    day, source = tasks.dated()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    assert source


def test_an_unknown_task_names_the_known_ones():
    with pytest.raises(NotFound) as caught:
        tasks.task("poetry")
    assert "creative" in caught.value.hint


def test_a_model_without_a_key_says_which_key(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    found = {item.model: item for item in tasks.suggest(sqlite_store, "code")}
    assert "OPENAI_API_KEY" in found["openai/gpt-6.1-sol"].missing
    assert not found["openai/gpt-6.1-sol"].ready


def test_a_model_with_a_key_is_ready(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    assert next(item for item in tasks.suggest(sqlite_store, "code") if item.model.startswith("openai/")).ready


def test_local_and_simulated_are_always_offered_and_simulated_comes_last(sqlite_store: Store):
    for task in tasks.tasks():
        found = tasks.suggest(sqlite_store, task.name)
        assert "local/smollm2" in [item.model for item in found]
        assert found[-1].simulated


def test_a_provider_nobody_set_up_is_missing(sqlite_store: Store):
    assert catalogue.missing(sqlite_store, ["nobody/x"]) == {"nobody/x": "nobody is not set up"}


def test_models_come_from_the_provider_and_nobody_waits_for_it(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch):
    for key in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(key, raising=False)
    with Loopback() as server:
        connections.save(sqlite_store, Connection("loop", "compatible", base_url=f"{server.url}/v1"))
        first = catalogue.models(sqlite_store)
        assert first.models == catalogue.ALWAYS
        assert first.asking
        deadline = time.monotonic() + 10
        while (found := catalogue.models(sqlite_store)).asking:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert any(model.startswith("loop/") for model in found.models)
    assert found.problems == {}


def test_a_provider_that_does_not_answer_is_named_and_the_others_stay(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch):
    for key in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(key, raising=False)
    connections.save(sqlite_store, Connection("dead", "compatible", base_url="http://127.0.0.1:9/v1"))
    catalogue.models(sqlite_store)
    deadline = time.monotonic() + 15
    while (found := catalogue.models(sqlite_store)).asking:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert set(found.models) == set(catalogue.ALWAYS)
    assert found.problems["dead"]


def test_ones_own_benchmark_comes_before_the_file(sqlite_store: Store):
    rows = [NewCase({"text": f"Where is my card {n}?"}, "card_arrival") for n in range(3)]
    datasets.create(sqlite_store, "messages", rows)
    prompt = contents.text("Answer with one of: card_arrival, age_limit.\n\n{{text}}")
    talk = Conversation("c", prompt, models=("simulated/good", "simulated/poor?skill=0"))
    run = measuring.measure(sqlite_store, talk, "completion", "messages", "equals:expected", repeats=2, cases=3)
    assert worker.wait(run, 60)
    found = tasks.suggest(sqlite_store, "completion")
    measured = {item.model: item for item in found if item.source == "benchmark"}
    assert set(measured) == set(talk.models)
    assert "n = 3" in measured["simulated/good"].why
    assert next(item.model for item in found if item.simulated) == "simulated/good"


def test_measuring_without_a_model_is_told(sqlite_store: Store):
    with pytest.raises(InputError, match="no model"):
        measuring.measure(sqlite_store, Conversation("c", contents.text("x")), "code", "messages", None)


def test_ways_to_score_begin_with_what_is_expected():
    assert measuring.scores(("label",), expected=True)[:3] == ("equals:expected", "contains:expected", "equals:label")
