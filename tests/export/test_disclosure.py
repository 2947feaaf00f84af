"""Disclosure notices: short, long, as a field; the limitation of the context; nothing that nobody wrote or measured."""

import json

import pytest

from tests.comparison import runs
from tests.cost.ledger import call, put
from tests.export import shown
from workbench.comparison import summary
from workbench.errors import InputError, NotFound
from workbench.export import setup
from workbench.export.reports import disclosure
from workbench.prompts import content, labels, registry
from workbench.store import Store


def test_it_names_model_version_and_the_limitation_for_its_context(store: Store) -> None:
    put(store, call("text", prompt="triage"))
    card = {"version": "2025-01", "limitations": "Answers may be wrong.", "context_limitations": "triage: cannot tell urgent from angry"}
    setup.put(store, "model_card", "p/m", prose=card)
    assert disclosure.text(store, "p/m", "short") == "Written by an AI model: p/m, version 2025-01. Answers may be wrong."
    said = disclosure.text(store, "p/m@triage", "short")
    assert said == "Written by an AI model: p/m, version 2025-01. Cannot tell urgent from angry."
    setup.put(store, "disclosure", "p/m@triage", prose={"limitation": "Urgency is a guess."})
    assert disclosure.text(store, "p/m@triage", "short").endswith("Urgency is a guess.")
    assert disclosure.text(store, "p/m", "short").endswith("Answers may be wrong.")


def test_the_field_is_a_block_a_program_can_put_into_its_replies(store: Store) -> None:
    put(store, call("text"))
    runs.make(store, [[1.0] * 30 + [0.0] * 10], names=["triage"], provider="p")
    setup.put(store, "model_card", "p/m", prose={"contact": "bench@example.com"})
    found = json.loads(disclosure.text(store, "p/m@triage", "json"))
    assert list(found) == ["disclosure"]
    block = found["disclosure"]
    assert (block["ai_generated"], block["provider"], block["model"], block["version"]) == (True, "p", "m", "unknown")
    assert (block["context"], block["contact"], block["developer"]) == ("triage", "bench@example.com", "unknown")
    (one,) = summary.summarise(store, "r").variants
    assert block["score"]["value"] == one.score
    assert (block["score"]["n"], block["score"]["run"]) == (40, "r")
    assert block["text"] == disclosure.text(store, "p/m@triage", "short")


def test_the_long_form_tells_who_answers_what_was_measured_and_whom_to_ask(sqlite_store: Store) -> None:
    put(sqlite_store, call("text"))
    registry.create(sqlite_store, "triage")
    for at in range(3):
        registry.save_version(sqlite_store, "triage", content.text(f"v{at} {{{{x}}}}"))
    labels.move(sqlite_store, "triage", "production", 2)
    runs.make(
        sqlite_store, [[1.0] * 40], names=["a"], provider="p", versions=[("triage", 2, registry.version(sqlite_store, "triage", 2).id)]
    )
    setup.put(sqlite_store, "disclosure", "p/m@triage", prose={"review": "An agent reads every reply", "contact": "desk 4"})
    said = disclosure.text(sqlite_store, "p/m@triage", "long")
    assert "by the instructions triage@2" in said
    assert "on 40 cases (triage@2" in said
    assert "An agent reads every reply." in said
    assert "Questions and complaints: desk 4." in said
    made = shown.compose(sqlite_store, "disclosure", "p/m@triage")
    assert shown.text(made, "long").replace("\n", "\n\n") == said
    assert {one.kind for one in made.sources} == {"version", "run", "prose"}
    assert made.subject == "p/m@triage"


def test_what_is_unknown_is_said_and_where_to_write_it(sqlite_store: Store) -> None:
    put(sqlite_store, call("text"))
    made = shown.compose(sqlite_store, "disclosure", "p/m")
    assert "its version is not known. Its limitations have not been written down yet." in shown.text(made, "short")
    assert "has not been measured" in shown.text(made, "long")
    assert len(shown.text(made, "missing").splitlines()) == 5


def test_hostile_words_stay_words(sqlite_store: Store) -> None:
    put(sqlite_store, call("text", model='<script>"x"</script>'))
    setup.put(sqlite_store, "disclosure", 'p/<script>"x"</script>', prose={"limitation": '"}{{ 7 * 7 }} **b**'})
    assert '<script>"x"</script>' in shown.text(shown.compose(sqlite_store, "disclosure", 'p/<script>"x"</script>'), "short")
    found = json.loads(disclosure.text(sqlite_store, 'p/<script>"x"</script>', "json"))
    assert found["disclosure"]["limitation"] == '"}{{ 7 * 7 }} **b**'


def test_forms_and_models_that_are_not_there_are_refused(sqlite_store: Store) -> None:
    put(sqlite_store, call("text"))
    with pytest.raises(InputError, match="no form"):
        disclosure.text(sqlite_store, "p/m", "loud")
    with pytest.raises(NotFound):
        disclosure.text(sqlite_store, "nobody/nothing@triage", "short")


def test_every_run_whose_weak_slice_is_named_is_a_source(sqlite_store: Store) -> None:
    tags = [["easy"] if at < 50 else ["hard"] for at in range(80)]
    runs.make(sqlite_store, runs.right_or_wrong(40, 5, 20, 15), run_id="old", names=["triage", "reply"], provider="p", tags=tags)
    runs.make(sqlite_store, [[1.0] * 40], run_id="newer", names=["other"], provider="p")
    made = shown.compose(sqlite_store, "disclosure", "p/m")
    assert "On cases tagged hard" in shown.text(made, "long")
    assert "old" in {one.id for one in made.sources if one.kind == "run"}
