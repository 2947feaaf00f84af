"""Home: the way to a first result, and afterwards what is there."""

from streamlit.testing.v1 import AppTest

from tests.cost.ledger import call, put
from tests.pages import stores
from tests.pages.conftest import Open, said
from tests.pages.test_alerts_page import firing
from workbench import clock, demo
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.playground import shelf
from workbench.playground.conversation import Conversation
from workbench.prompts import drafts, registry
from workbench.prompts.content import Content
from workbench.runner import worker
from workbench.store import Store
from workbench.text.messages import message


def test_the_first_visit_has_one_primary_button_and_needs_no_key(app: Open) -> None:
    page = app("home.py")
    assert not page.exception
    primary = [button for button in page.button if button.proto.type == "primary"]
    assert [button.label for button in primary] == ["Load the demo and run it"]
    assert "No key, no account" in said(page)


def test_the_five_verbs_are_named_on_the_first_visit(app: Open) -> None:
    page = app("home.py")
    links = {link.proto.label: link.proto.page for link in page.get("page_link")}
    verbs = {"Author": "prompts", "Compare": "compare", "Cost": "whatif", "Watch": "overview", "Hand over": "documents"}
    assert {verb: links.get(verb) for verb in verbs} == verbs


def test_a_draft_is_offered_to_go_on_with(app: Open, bench: Store) -> None:
    registry.save_version(bench, "support/reply", Content(messages=(message("user", "Hello {{name}}"),)))
    drafts.save(bench, "prompt", "support/reply", {"text": "half"}, 1)
    page = app("home.py")
    assert not page.exception
    assert any("Draft of" in link for link in _links(page))


def test_a_conversation_is_offered_by_what_was_asked_and_an_empty_one_is_not(app: Open, bench: Store) -> None:
    registry.save_version(bench, "support/reply", Content(messages=(message("user", "Hello {{name}}"),)))
    shelf.new(bench)
    asked = shelf.new(bench, Conversation("", content=Content(messages=(message("user", "Tell me of the fox"),))))
    page = app("home.py")
    assert not page.exception
    assert [link for link in _links(page) if "now" in link] == ["Tell me of the fox · just now"]
    assert [link.proto.query_string for link in page.get("page_link") if "fox" in link.proto.label] == [f"c={asked.id}"]


def test_the_demo_is_taken_away_without_anything_to_type(app: Open, bench: Store) -> None:
    demo.load(bench, run=False)
    page = app("home.py")
    page.button(key="remove-demo").click().run()
    assert not page.exception
    assert not page.button(key="confirm-remove").disabled
    assert not page.text_input


def test_a_bench_with_prompts_shows_counts_and_no_first_visit(app: Open, bench: Store) -> None:
    registry.save_version(bench, "support/reply", Content(messages=(message("user", "Hello"),)))
    page = app("home.py")
    assert {metric.label: metric.value for metric in page.metric}["Prompts"] == "1"
    assert "load-demo" not in [button.key for button in page.button]


def _links(page: AppTest) -> list[str]:
    return [link.proto.label for link in page.get("page_link")]


def test_no_old_count_of_calls_is_shown_while_a_run_adds_to_it(app: Open, bench: Store) -> None:
    registry.save_version(bench, "intent", Content(messages=(message("user", "Sort: {{text}}"),), model="simulated/good"))
    datasets.create(bench, "messages", [NewCase({"text": f"Where is my card {n}?"}, "card_arrival") for n in range(50)])
    run_id = stores.planned(bench, "intent", dataset="messages", model="simulated/good?latency_ms=500")
    worker.start(bench, run_id)
    shown = said(app("home.py"))
    worker.stop(bench, run_id)
    assert worker.wait(run_id, 60)
    assert "a run is adding to it" in shown


def test_a_run_that_was_stopped_is_offered_to_go_on_with(app: Open, bench: Store) -> None:
    stores.fill(bench)
    run_id = stores.planned(bench, "intent@1", dataset="messages", name="halted")
    worker.stop(bench, run_id)
    page = app("home.py")
    assert not page.exception
    assert [link.proto.query_string for link in page.get("page_link") if "halted · stopped at 0 of 6" in link.proto.label] == [
        f"run={run_id}"
    ]


def test_an_alert_that_fires_is_said_on_home_with_the_way_to_it(app: Open, bench: Store) -> None:
    alert = firing(bench)
    page = app("home.py")
    assert not page.exception
    assert alert.name in said(page)
    assert "See alerts" in _links(page)


def test_a_single_call_of_the_month_is_one_call(app: Open, bench: Store) -> None:
    put(bench, call(started_ms=clock.now_ms()))
    text = said(app("home.py"))
    assert "1 call" in text
    assert "1 calls" not in text
