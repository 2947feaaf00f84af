"""The Compare page: what the form makes of a URL, what stops it, and what a run says."""

import pytest

from pages.measure.compare_parts import again
from tests.pages import stores, verdicts
from tests.pages.conftest import Open, said
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.prompts import drafts, registry
from workbench.prompts.content import Content
from workbench.runner import plan, reading, worker
from workbench.runner.spec import RunSpec, variants_from
from workbench.store import Store
from workbench.text.messages import message

FILE = "measure/compare.py"
ASKED = {"v": "intent@1,intent@2", "prompt": "intent", "dataset": "messages", "m": "simulated/good?latency_ms=0"}


@pytest.fixture
def filled(bench: Store) -> Store:
    stores.fill(bench)
    return bench


def test_an_empty_store_offers_the_demo_and_then_the_form_filled_in(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert "Nothing to compare yet" in said(page)
    page.button(key="load-demo").click().run()
    assert not page.exception
    assert page.multiselect(key="versions").value == ["intent@1", "intent@2", "intent@3"]


def test_a_deep_link_fills_the_form_and_the_quote_costs_nothing(app: Open, filled: Store) -> None:
    before = len(reading.page(filled))
    page = app(FILE, **ASKED)
    text = said(page).replace("\\", "")
    assert "12 calls" in text
    assert "$0" in text
    assert "Nothing has been sent." in text
    assert any("Simulated" in element.value for element in page.markdown)
    assert not page.button(key="start").disabled
    assert len(reading.page(filled)) == before


def test_start_plans_a_run_and_opens_it(app: Open, filled: Store) -> None:
    page = app(FILE, **ASKED)
    page.button(key="start").click().run()
    newest = reading.page(filled, limit=1)[0]
    assert worker.wait(newest.id, 30)
    assert page.query_params["run"] == newest.id
    page.run()
    assert not page.exception
    assert reading.get(filled, newest.id).ok == 12


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"v": ""}, "Choose the versions"),
        ({"v": "intent@1"}, "it takes two|comparison takes two"),
        ({"dataset": "nowhere"}, "Choose a dataset"),
        ({"m": "simulated/a,simulated/b,simulated/c,simulated/d,simulated/e,simulated/f"}, "too many"),
    ],
)
def test_start_waits_and_says_for_what(app: Open, filled: Store, asked: dict[str, str], why: str) -> None:
    import re

    page = app(FILE, **(ASKED | asked))
    assert re.search(why, said(page).replace("\\", ""))
    assert page.button(key="start").disabled


def test_a_variable_that_no_column_has_stops_the_start_and_is_named(app: Open, filled: Store) -> None:
    registry.save_version(filled, "intent", Content((message("user", "Sort: {{txet}}"),)))
    page = app(FILE, **(ASKED | {"v": "intent@1,intent@3"}))
    assert "txet" in said(page)
    assert page.button(key="start").disabled
    assert not page.exception


def test_a_draft_is_a_variant(app: Open, filled: Store) -> None:
    from workbench.playground import form

    drafts.save(filled, "prompt", "intent", form.Form(turns=(form.Turn("user", "Draft: {{text}}"),)).to_json(), 2)
    page = app(FILE, **(ASKED | {"v": "intent@draft,intent@2"}))
    assert not page.exception
    assert "12 calls" in said(page)
    page.button(key="start").click().run()
    newest = reading.page(filled, limit=1)[0]
    assert worker.wait(newest.id, 30)
    assert [each.name for each in newest.variants] == ["intent (draft)", "intent@2"]


def test_a_finished_run_says_its_sentence_figures_and_cases(app: Open, filled: Store) -> None:
    run = reading.page(filled, limit=1)[0]
    page = app(FILE, run=run.id)
    assert not page.exception
    headings = [element.value.replace("\\", "").replace("\u2060", "") for element in page.header]
    assert any("intent@2" in heading and "intent@1" in heading for heading in headings)
    page = app(FILE, run=run.id, view="cells")
    assert not page.exception
    assert "6 of 6 cases" in said(page)


def test_a_run_with_no_right_reply_says_what_to_look_at(app: Open, filled: Store) -> None:
    datasets.create(filled, "odd", [NewCase({"text": f"Where is my card {n}?"}, "nothing says this") for n in range(3)])
    page = app(FILE, run=stores.run(filled, "intent@1", "intent@2", dataset="odd"))
    assert not page.exception
    assert "No reply was right. Open a case to see what they say; perhaps score by contains or by labels." in said(page)


def test_filters_and_baseline_come_from_the_url(app: Open, filled: Store) -> None:
    run = reading.page(filled, limit=1)[0]
    page = app(FILE, run=run.id, view="cells", show="failures")
    total = reading.grid(filled, run.id, "failures", limit=0).total
    assert (f"{total} of 6 cases" in said(page)) if total else ("No cell failed." in said(page))


def test_failed_cells_are_counted_and_can_be_asked_again(app: Open, filled: Store) -> None:
    variants = variants_from(filled, ["intent@1", "intent@2"], ["simulated/good?latency_ms=0&error_rate=1"])
    run_id = plan.plan(filled, RunSpec(variants=tuple(variants), dataset="messages", score="equals:expected", retry="none"))
    worker.start(filled, run_id)
    assert worker.wait(run_id, 30)
    page = app(FILE, run=run_id)
    assert not page.exception
    assert "every cell failed" in said(page)
    assert page.button(key="compare-run-retry").label == "Retry 12 failed"


def test_a_run_can_be_renamed(app: Open, filled: Store) -> None:
    run = reading.page(filled, limit=1)[0]
    page = app(FILE, run=run.id)
    next(field for field in page.text_input if field.label == "Name of the run").set_value("the first one")
    next(button for button in page.button if button.label == "Rename").click().run()
    assert reading.get(filled, run.id).name == "the first one"


def test_set_up_again_asks_for_the_same_run(app: Open, filled: Store) -> None:
    variants = variants_from(filled, ["intent@1", "intent@2"], ["simulated/good"])
    spec = RunSpec(variants=tuple(variants), dataset="messages", score="contains:text", limit=3, repeats=2, rpm=500, retry="classic")
    asked = again.asked(reading.get(filled, plan.plan(filled, spec)))
    page = app(FILE, **{name: str(value) for name, value in asked.items() if value is not None})
    assert not page.exception
    assert page.multiselect(key="versions").value == ["intent@1", "intent@2"]
    assert page.selectbox(key="score").value == "contains"
    assert page.selectbox(key="column").value == "text"
    assert page.number_input(key="limit").value == 3
    assert page.number_input(key="rpm").value == 500
    assert page.selectbox(key="retry").value == "classic"
    assert "12 calls" in said(page)


def test_versions_on_models_of_their_own_are_not_crossed_when_set_up_again(filled: Store) -> None:
    for model in ("simulated/good", "simulated/poor"):
        registry.save_version(filled, "own", Content((message("user", "{{text}}"),), model=model))
    variants = variants_from(filled, ["own@1", "own@2"], [])
    asked = again.asked(reading.get(filled, plan.plan(filled, RunSpec(variants=tuple(variants), dataset="messages"))))
    assert asked["m"] is None
    assert asked["v"] == "own@1,own@2"


def test_a_run_of_thousands_of_cases_shows_twenty_at_a_time(app: Open, filled: Store) -> None:
    run_id = verdicts.run(filled, [verdicts.right(2_000, 0.5), verdicts.right(2_000, 0.6, shift=7)], dataset="many")
    page = app(FILE, run=run_id, view="cells")
    assert not page.exception
    assert "2,000 of 2,000 cases" in said(page)
    assert len(page.dataframe[-1].value) == 20


def test_versions_and_models_say_how_many_variants_they_make_and_an_early_end_how_many_calls_at_most(app: Open, filled: Store) -> None:
    page = app(FILE, **(ASKED | {"m": "simulated/good,simulated/poor", "until": "true"}))
    assert "2 versions on 2 models: 4 variants" in said(page)
    assert "At most 24 calls" in said(page)
