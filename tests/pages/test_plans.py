"""The Plans page: from a template through the steps, nothing lost where it does not hold or somebody saved first, and a way back."""

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.handover.plan_parts import grid
from tests.export.test_plans import full
from tests.pages import stores
from tests.pages.conftest import Open, said
from tests.pages.stores import HOSTILE
from workbench.export.plans import keeping, shipped
from workbench.export.plans.model import Measure, Metric, Plan, Requirement, Risk, Task
from workbench.ledger import budgets
from workbench.store import Store

FILE = "handover/plans.py"
VIEWS = ("overview", "problem", "prompts", "metrics", "timeline", "risks", "testing")


def plain(page: AppTest) -> str:
    return said(page).replace("\\", "").replace("\u2060", "")


def field(page: AppTest, path: str) -> Any:
    """The widget of a field of the plan."""
    found = [one for one in (*page.text_input, *page.text_area, *page.selectbox) if str(one.key).endswith(path)]
    assert len(found) == 1, [one.key for one in found]
    return found[0]


def test_the_first_plan_starts_from_a_template(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert not page.exception
    assert [one.key for one in page.button][:4] == [
        "plan-empty-capstone", "plan-empty-migration", "plan-empty-new_prompt", "plan-empty-cost_cut",
    ]  # fmt: skip
    page.button(key="plan-empty-capstone").click().run()
    assert not page.exception
    assert page.query_params["plan"] == "Capstone project"
    plan = keeping.load(bench, "Capstone project").plan
    assert plan.start is not None
    assert plan.start.weekday() == 0
    assert [one.value for one in page.metric] == ["0 of 5", "0 of 10", "0", str(max(task.end for task in plan.tasks if task.end))]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("kind", ["empty", "full", "hostile"])
def test_every_step_opens_whatever_the_plan_holds(app: Open, bench: Store, view: str, kind: str) -> None:
    texts = [text[:200].strip() for text in HOSTILE]
    hostile = Plan(
        "hostile",
        problem=HOSTILE[0],
        prompts=tuple(Requirement(text, text, output=text, prompt=text) for text in texts),
        architecture=HOSTILE[1],
        metrics=tuple(Metric(text, 1, measure=Measure("score", text)) for text in texts),
        tasks=tuple(Task(text, week=1, owner=text) for text in texts),
        risks=tuple(Risk(text, mitigation=text) for text in texts),
        runs=tuple(texts),
        datasets=tuple(texts),
        scenario=texts[0],
    )
    keeping.create(bench, {"empty": Plan("empty"), "full": replace(full(), name="full"), "hostile": hostile}[kind])
    page = app(FILE, plan=kind, view=view)
    assert not page.exception
    assert "![look](http" not in "\n".join(str(one.value) for one in (*page.markdown, *page.caption, *page.error, *page.warning))


def test_a_field_is_saved_as_it_is_changed_and_taken_back(app: Open, bench: Store) -> None:
    keeping.create(bench, full())
    page = app(FILE, plan="Triage", view="problem")
    field(page, "-problem").set_value("Another").run()
    assert keeping.load(bench, "Triage").plan.problem == "Another"
    page.button(key="plan-undo").click().run()
    assert keeping.load(bench, "Triage").plan.problem == full().problem
    assert field(page, "-problem").value == full().problem
    page.button(key="plan-redo").click().run()
    assert keeping.load(bench, "Triage").plan.problem == "Another"


def test_what_was_undone_is_not_done_again_over_what_somebody_else_saved(app: Open, bench: Store) -> None:
    keeping.create(bench, full())
    page = app(FILE, plan="Triage", view="problem")
    field(page, "-problem").set_value("Another").run()
    page.button(key="plan-undo").click().run()
    kept = keeping.load(bench, "Triage")
    keeping.save(bench, replace(kept.plan, owner="They"), kept.number)
    page.run()
    assert field(page, "-owner").value == "They"
    assert "plan-redo" not in [one.key for one in page.button]


def test_taking_theirs_leaves_nothing_to_be_done_again(app: Open, bench: Store) -> None:
    keeping.create(bench, full())
    page = app(FILE, plan="Triage", view="problem")
    field(page, "-problem").set_value("Another").run()
    page.button(key="plan-undo").click().run()
    key = field(page, "-owner").key
    kept = keeping.load(bench, "Triage")
    keeping.save(bench, replace(kept.plan, owner="They"), kept.number)
    page.text_input(key=key).set_value("Me").run()
    page.button(key="plan-theirs").click().run()
    assert keeping.load(bench, "Triage").plan.owner == field(page, "-owner").value == "They"
    assert "plan-redo" not in [one.key for one in page.button]


def test_what_does_not_hold_stays_typed_and_the_rest_is_saved(app: Open, bench: Store) -> None:
    keeping.create(bench, full())
    page = app(FILE, plan="Triage", view="metrics")
    field(page, "metrics-0-target").set_value("high").run()
    assert "'high' is no number to reckon with" in plain(page)
    assert field(page, "metrics-0-target").value == "high"
    field(page, "metrics-1-name").set_value("promoters").run()
    assert [one.name for one in keeping.load(bench, "Triage").plan.metrics] == ["accuracy", "promoters"]
    assert field(page, "metrics-0-target").value == "high"
    field(page, "metrics-0-target").set_value("85 %").run()
    assert keeping.load(bench, "Triage").plan.metrics[0].target == 0.85
    assert "no number" not in plain(page)


def test_who_saved_first_is_not_overwritten_and_mine_is_not_lost(app: Open, bench: Store) -> None:
    kept = keeping.create(bench, full())
    page = app(FILE, plan="Triage", view="problem")
    key = field(page, "-owner").key
    field(page, "-users").set_value("Mine").run()  # opened and saved once here
    kept = keeping.load(bench, "Triage")
    page.session_state["plan-desk"].plan = replace(kept.plan, solution="typed before theirs came")
    keeping.save(bench, replace(kept.plan, owner="They"), kept.number)
    page.text_input(key=key).set_value("Me").run()
    assert keeping.load(bench, "Triage").plan.owner == "They"
    assert "Somebody else changed this plan meanwhile" in plain(page)
    assert page.text_input(key=key).value == "Me"
    page.button(key="plan-mine").click().run()
    assert keeping.load(bench, "Triage").plan.owner == "Me"
    assert "Somebody else" not in plain(page)


def test_a_metric_is_linked_to_a_prompt_and_shows_where_it_stands(app: Open, bench: Store) -> None:
    stores.fill(bench)
    keeping.create(bench, Plan("Live", metrics=(Metric("accuracy", 0.0, measure=Measure("score")),)))
    page = app(FILE, plan="Live", view="metrics")
    assert "Choose the prompt whose newest run is read." in plain(page)
    assert "this one has 1" in plain(page)
    field(page, "measure-of").set_value("intent").run()
    assert "accuracy " in plain(page)
    assert " of 0.00" in plain(page)
    assert "n = 6" in plain(page)


def test_the_prompt_of_a_metric_is_chosen_and_all_calls_on_purpose(app: Open, bench: Store) -> None:
    stores.fill(bench)
    keeping.create(bench, Plan("Live", metrics=(Metric("speed", 1.0, measure=Measure("latency_p95", "?")),)))
    page = app(FILE, plan="Live", view="metrics")
    assert field(page, "measure-of").value is None
    assert "Choose the prompt that is read, or all calls." in plain(page)
    for chosen, kept in (("intent", "intent"), ("All calls", "")):
        field(page, "measure-of").set_value(chosen).run()
        assert keeping.load(bench, "Live").plan.metrics[0].measure == Measure("latency_p95", kept)
    field(page, "-kind").set_value("score").run()
    assert keeping.load(bench, "Live").plan.metrics[0].measure == Measure("score", "")
    field(page, "-kind").set_value("spend").run()
    assert keeping.load(bench, "Live").plan.metrics[0].measure == Measure("spend", "?")


def test_budgets_are_offered_by_what_they_limit_and_a_plan_keeps_the_key_it_knows(app: Open, bench: Store) -> None:
    for scope, key in (("total", ""), ("model", "p/m"), ("prompt", "p/m")):
        budgets.put(bench, scope=scope, key=key, period="month", limit_usd="1")
    keeping.create(bench, Plan("Live", metrics=(Metric("spent", 0.8, measure=Measure("budget_share", "p/m")),)))
    page = app(FILE, plan="Live", view="metrics")
    assert field(page, "measure-of").options == ["p/m", "model p/m", "prompt p/m"]
    assert "2 budgets for a month are called p/m: choose model p/m or prompt p/m." in plain(page)
    field(page, "measure-of").set_value("prompt p/m").run()
    assert keeping.load(bench, "Live").plan.metrics[0].measure == Measure("budget_share", "prompt p/m")
    assert "2 budgets" not in plain(page)


@pytest.mark.parametrize("view", ["prompts", "overview"])
def test_the_architecture_is_missing_on_the_page_as_in_the_document_until_a_start_is_changed(app: Open, bench: Store, view: str) -> None:
    keeping.create(bench, replace(shipped.begin("new_prompt"), name="New"))
    page = app(FILE, plan="New", view=view)
    assert "There is nothing to draw yet" in plain(page)
    kept = keeping.load(bench, "New")
    (first,) = kept.plan.prompts
    keeping.save(bench, replace(kept.plan, prompts=(replace(first, name="Sort"),)), kept.number)
    page = app(FILE, plan="New", view=view)
    assert "There is nothing to draw yet" not in plain(page)


def test_a_target_that_no_share_can_reach_is_told_beside_it(app: Open, bench: Store) -> None:
    keeping.create(bench, Plan("Shares", metrics=(Metric("success", 0.9, measure=Measure("success_rate")),)))
    page = app(FILE, plan="Shares", view="metrics")
    assert "outside" not in plain(page)
    field(page, "metrics-0-target").set_value("90").run()
    assert "the target is outside 0 to 100 %" in plain(page)
    field(page, "metrics-0-target").set_value("90 %").run()
    assert "outside" not in plain(page)


def test_prompts_come_go_and_move_and_the_diagram_follows(app: Open, bench: Store) -> None:
    keeping.create(bench, replace(full(), architecture=""))
    page = app(FILE, plan="Triage", view="prompts")
    page.button(key="plan-add-prompt").click().run()
    page.button(key="plan-lift-1").click().run()
    assert [one.name for one in keeping.load(bench, "Triage").plan.prompts] == ["Answer", "Sort", "Prompt 3"]
    page.button(key="plan-drop-prompt-2").click().run()
    page.button(key="plan-own-diagram").click().run()
    assert 'p1["Answer"]' in keeping.load(bench, "Triage").plan.architecture
    field(page, "-architecture").set_value("graph LR\n  A --").run()
    assert "line 2" in plain(page)
    page.button(key="plan-chain-diagram").click().run()
    assert keeping.load(bench, "Triage").plan.architecture == ""


def test_a_name_that_is_taken_is_said_beside_it(app: Open, bench: Store) -> None:
    keeping.create(bench, full())
    keeping.create(bench, Plan("Other"))
    page = app(FILE, plan="Triage")
    name = next(one for one in page.text_input if str(one.key).startswith("plan-name"))
    name.set_value("Other").run()
    assert "There is a plan 'Other' already" in plain(page)
    next(one for one in page.text_input if str(one.key).startswith("plan-name")).set_value("Third").run()
    assert page.query_params["plan"] == "Third"
    assert [one.name for one in keeping.page(bench)] == ["Other", "Third"]
    page.button(key="plan-duplicate").click().run()
    assert page.query_params["plan"] == "Third copy"


def test_another_name_loses_nothing_that_was_typed_or_undone(app: Open, bench: Store) -> None:
    keeping.create(bench, full())
    page = app(FILE, plan="Triage", view="metrics")
    field(page, "metrics-1-name").set_value("promoters").run()
    page.button(key="plan-undo").click().run()
    field(page, "metrics-0-target").set_value("high").run()
    page.text_input(key=next(one.key for one in page.text_input if str(one.key).startswith("plan-name-"))).set_value("Sorting").run()
    assert not page.exception
    assert page.query_params["plan"] == "Sorting"
    assert page.query_params["view"] == "metrics"
    assert field(page, "metrics-0-target").value == "high"
    assert "'high' is no number to reckon with" in plain(page)
    page.button(key="plan-undo").click().run()  # what does not hold goes first
    page.button(key="plan-redo").click().run()
    found = keeping.load(bench, "Sorting").plan
    assert [(one.name, one.target) for one in found.metrics] == [("accuracy", 0.9), ("promoters", 30)]


def test_a_name_given_while_somebody_else_saved_keeps_both(app: Open, bench: Store) -> None:
    keeping.create(bench, full())
    page = app(FILE, plan="Triage", view="problem")
    name = next(one.key for one in page.text_input if str(one.key).startswith("plan-name-"))
    kept = keeping.load(bench, "Triage")
    page.session_state["plan-desk"].plan = replace(kept.plan, solution="typed, not saved")
    keeping.save(bench, replace(kept.plan, owner="They"), kept.number)
    page.text_input(key=name).set_value("Sorting").run()
    assert keeping.load(bench, "Sorting").plan.owner == "They"
    assert "Somebody else changed this plan meanwhile" in plain(page)
    page.button(key="plan-mine").click().run()
    found = keeping.load(bench, "Sorting").plan
    assert (found.solution, found.owner) == ("typed, not saved", "Ada")


def test_a_name_given_with_nothing_unsaved_shows_what_somebody_else_saved(app: Open, bench: Store) -> None:
    keeping.create(bench, full())
    page = app(FILE, plan="Triage", view="problem")
    kept = keeping.load(bench, "Triage")
    keeping.save(bench, replace(kept.plan, owner="They"), kept.number)
    page.text_input(key=next(one.key for one in page.text_input if str(one.key).startswith("plan-name-"))).set_value("Sorting").run()
    assert field(page, "-owner").value == keeping.load(bench, "Sorting").plan.owner == "They"
    assert "Somebody else" not in plain(page)


def test_an_unknown_plan_is_told_and_the_list_is_shown(app: Open, bench: Store) -> None:
    keeping.create(bench, full())
    page = app(FILE, plan="nobody")
    assert "There is no plan nobody here" in plain(page)
    assert len(page.dataframe) == 1


def test_what_an_editor_says_is_read_against_the_rows_it_began_with() -> None:
    rows = [{"title": "a"}, {"title": "b", "depends": ["a"]}, {"title": "c", "depends": ["b"], "done": True}]
    state = {
        "edited_rows": {0: {"title": "A", "start": "2026-11-23"}, 2: {"done": False, "owner": None}},
        "added_rows": [{}, {"title": "d", "_index": 3}, {"done": False}],
        "deleted_rows": [1],
    }
    assert grid.apply(rows, state) == [
        {"title": "A", "start": "2026-11-23"},
        {"title": "c", "depends": ["b"], "done": False, "owner": ""},
        {"title": "d"},
    ]
    renamed = grid.renaming([{"title": "A"}, {"title": "b", "depends": ["a"]}], [{"title": "a"}, {"title": "b", "depends": ["a"]}])
    assert [row["depends"] for row in renamed] == [[], ["A"]]
    gone = grid.renaming([{"title": "b", "depends": ["a"]}], [{"title": "a"}, {"title": "b", "depends": ["a"]}])
    assert gone == [{"title": "b", "depends": []}]
