"""The data the demo ships: what it says of itself is true."""

from collections import Counter

import yaml

import workbench.prompts
from workbench import demo
from workbench.datasets import importing, registry
from workbench.settings import app_root
from workbench.store import Store

DEMO = app_root() / "data" / "demo"
INTENTS = {
    "card_arrival",
    "lost_or_stolen_card",
    "exchange_rate",
    "request_refund",
    "change_pin",
    "terminate_account",
    "top_up_failed",
    "age_limit",
}


def versions() -> list[dict[str, object]]:
    found: list[dict[str, object]] = yaml.safe_load((DEMO / "prompts" / "intent.yaml").read_text())["versions"]
    return found


def test_the_demo_has_120_messages_of_8_intents_balanced_from_the_start(store: Store) -> None:
    report = importing.load(store, "demo", DEMO / "banking77.csv")
    cases = registry.cases(store, "demo", limit=None)
    assert (report.taken, report.skipped, report.columns) == (120, 0, ("text", "label"))
    assert Counter(case.inputs["label"] for case in cases) == dict.fromkeys(INTENTS, 15)
    assert set(Counter(case.inputs["label"] for case in cases[:64]).values()) == {8}
    assert len({case.inputs["text"] for case in cases}) == 120


def test_no_worked_example_is_among_the_messages_it_is_scored_on(store: Store) -> None:
    importing.load(store, "demo", DEMO / "banking77.csv")
    scored = {case.inputs["text"] for case in registry.cases(store, "demo", limit=None)}
    examples = [message for message in versions()[1]["messages"] if message["role"] == "user"][:-1]
    assert len(examples) == 8
    assert not scored & {message["content"] for message in examples}


def test_the_three_versions_name_the_same_eight_intents() -> None:
    first, second, third = versions()
    for version in (first, second, third):
        assert all(intent in version["messages"][0]["content"] for intent in INTENTS)
    assert {message["content"] for message in second["messages"] if message["role"] == "assistant"} == INTENTS
    assert set(third["parameters"]["response_schema"]["properties"]["intent"]["enum"]) == INTENTS


def test_source_licence_and_changes_are_told_beside_the_data() -> None:
    told = (DEMO / "README.md").read_text()
    for word in ("Banking77", "PolyAI", "Casanueva", "Creative Commons Attribution 4.0", "Changes made"):
        assert word in told
    assert "Attribution 4.0 International" in (DEMO / "LICENSE-banking77.txt").read_text()


def test_the_demo_has_a_version_in_production_for_the_lines_of_the_readme(store: Store) -> None:
    demo.load(store, run=False)
    prompt = workbench.prompts.get("intent", label="production", store=store)
    assert prompt.render(text="My card has not arrived")[-1]["content"] == "My card has not arrived"
