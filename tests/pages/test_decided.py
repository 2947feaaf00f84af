"""A run that may end early, on the pages: asked for in the form, kept in the URL, told when it has ended."""

from dataclasses import replace

import pytest

from tests.pages import stores
from tests.pages.conftest import Open, said
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.prompts import content, registry
from workbench.runner import plan, reading, worker
from workbench.runner.spec import RunSpec, variants_from
from workbench.store import Store

FILE = "measure/compare.py"


@pytest.fixture
def decided(bench: Store) -> str:
    """A run that a good model won long before its end."""
    labels = ("card_arrival", "change_pin")
    datasets.create(bench, "cards", [NewCase({"text": f"{n} about {labels[n % 2]}", "label": labels[n % 2]}) for n in range(100)])
    registry.save_version(bench, "intent", content.text("Answer with a label:\n- card_arrival\n- change_pin\n\n{{text}}"))
    models = ("simulated/good?latency_ms=20&skill=1", "simulated/good?latency_ms=20&skill=0")
    variants = tuple(variants_from(bench, ["intent@1"], models))
    spec = RunSpec(variants=variants, dataset="cards", score="equals:label", concurrency=4)
    run_id = plan.plan(bench, replace(spec, until_decided=True))
    worker.start(bench, run_id)
    assert worker.wait(run_id, 60)
    return run_id


def test_the_form_takes_stop_when_decided_and_a_margin_from_the_url(app: Open, bench: Store) -> None:
    stores.fill(bench)
    asked = {"v": "intent@1,intent@2", "prompt": "intent", "dataset": "messages", "m": "simulated/good?latency_ms=0"}
    page = app(FILE, **asked, until="true", margin="3")
    assert page.toggle(key="until").value is True
    page.button(key="start").click().run()
    newest = reading.page(bench, limit=1)[0]
    assert worker.wait(newest.id, 30)
    assert (newest.plan.until_decided, newest.plan.margin) == (True, 0.03)


def test_a_decided_run_says_so_with_what_it_saved_and_can_go_on(app: Open, bench: Store, decided: str) -> None:
    page = app(FILE, run=decided)
    assert not page.exception
    shown = said(page).replace("\\", "")
    assert "Decided early" in shown
    next(button for button in page.button if button.label == "Go on to the end").click().run()
    assert worker.wait(decided, 60)
    assert reading.get(bench, decided).state == "finished"


def test_the_line_of_a_decided_run_names_cases_calls_and_failures(bench: Store, decided: str) -> None:
    from pages.parts.run_states import line, word

    run = reading.get(bench, decided)
    assert word(run.state) == "Decided early"
    assert line(run) == f"Decided after {run.decided_after} of 100 cases: {run.saved_calls} calls saved · $0 spent"
    paid = line(replace(run, saved_nano=410_000_000, failed=2))
    assert f"{run.saved_calls} calls and about $0.4100 saved · 2 failed" in paid


def test_the_list_of_runs_has_decided_ones(app: Open, decided: str) -> None:
    page = app("system/runs.py", state="decided")
    assert not page.exception
