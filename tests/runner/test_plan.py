"""A run is checked before anything is spent, and keeps everything as it was."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.runner.conftest import LABELS, Bench
from workbench.datasets import editing
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.errors import AuthFailed, InputError, NotFound, ProviderMissing, RunError
from workbench.prompts import content, labels, registry
from workbench.prompts.records import Variable
from workbench.providers.base import Parameters
from workbench.runner import plan, reading
from workbench.runner.spec import Plan, RunSpec, plan_from_json, variants_from


def positions(bench: Bench, run_id: str) -> list[str]:
    return [row.inputs["text"] for row in reading.grid(bench.store, run_id, limit=100).rows]


def test_a_planned_run_counts_variants_cases_and_repeats(bench: Bench) -> None:
    run = reading.get(bench.store, plan.plan(bench.store, bench.spec(repeats=3)))
    assert (run.state, run.total, run.done) == ("planned", 2 * 12 * 3, 0)
    assert run.plan.cases == 12
    assert run.plan.score == {"name": "equals", "column": "label", "ignore_case": True, "strict": False}
    assert run.plan.dataset is not None
    assert run.plan.dataset["hash"] == datasets.content_hash(bench.store, "cards")


def test_later_edits_of_cases_versions_and_partials_do_not_reach_a_planned_run(bench: Bench) -> None:
    bench.version("the rules", name="rules")
    bench.version("{{> rules}} strict {{text}}")
    run_id = plan.plan(bench.store, bench.spec("intent@3"))
    bench.version("other rules", name="rules")
    datasets.replace_cases(bench.store, "cards", [NewCase({"text": "changed", "label": "x"})])
    detail = reading.cell(bench.store, run_id, 0, 0)
    assert detail.messages[0].text == "the rules strict number 0 on card_arrival"
    assert len(positions(bench, run_id)) == 12


def test_a_dataset_that_is_deleted_leaves_the_run_whole(bench: Bench) -> None:
    run_id = plan.plan(bench.store, bench.spec())
    datasets.delete(bench.store, "cards")
    assert len(positions(bench, run_id)) == 12


def test_a_limit_takes_the_first_cases_and_a_seed_the_same_sample_each_time(bench: Bench) -> None:
    first = positions(bench, plan.plan(bench.store, bench.spec(limit=3)))
    assert [text.split()[1] for text in first] == ["0", "1", "2"]
    drawn = [positions(bench, plan.plan(bench.store, bench.spec(limit=5, sample_seed=seed))) for seed in (7, 7, 8)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 5


def test_a_split_narrows_the_cases(bench: Bench) -> None:
    editing.set_split(bench.store, "cards", {"train": 0.75, "test": 0.25}, seed=1)
    run = reading.get(bench.store, plan.plan(bench.store, bench.spec(split="test")))
    assert run.plan.cases == 3
    with pytest.raises(RunError, match="no case in the split 'dev'"):
        plan.plan(bench.store, bench.spec(split="dev"))


def test_a_variable_without_a_column_is_told_with_the_column_that_is_near(bench: Bench) -> None:
    bench.version("Say {{Text}} in {{language}}")
    with pytest.raises(InputError, match="language") as caught:
        plan.plan(bench.store, bench.spec("intent@3"))
    assert "Text (the column text is near)" in caught.value.message
    assert "text, label" in caught.value.hint
    assert bench.server.count == 0


def test_a_variable_that_is_not_required_may_be_missing(bench: Bench) -> None:
    bench.version("{{text}} strict{{#tone}} in a {{tone}} tone{{/tone}}", name="polite")
    bench.version("{{tone}} strict {{text}}", name="polite")
    registry.update(bench.store, "polite", variables=[Variable("text"), Variable("tone", required=False)])
    run_id = plan.plan(bench.store, bench.spec("polite@2"))
    assert reading.cell(bench.store, run_id, 0, 0).messages[0].text == " strict number 0 on card_arrival"


def test_a_variable_declared_as_a_list_is_read_as_json(bench: Bench) -> None:
    datasets.create(bench.store, "lists", [NewCase({"items": '["a", "b"]'}), NewCase({"items": "no json"})])
    bench.version("{{#items}}<{{.}}>{{/items}}", name="each")
    registry.update(bench.store, "each", variables=[Variable("items", type="list")])
    run_id = plan.plan(bench.store, bench.spec("each@1", dataset="lists", score=None))
    assert reading.cell(bench.store, run_id, 0, 0).messages[0].text == "<a><b>"
    assert reading.cell(bench.store, run_id, 0, 1).messages == ()


def test_a_model_that_cannot_be_asked_is_told_before_the_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(AuthFailed, match="openai has no key"):
        plan.plan(bench.store, bench.spec(models=("openai/gpt-4o",)))
    with pytest.raises(ProviderMissing):
        plan.plan(bench.store, bench.spec(models=("nobody/x",)))


def test_a_cap_that_cannot_be_kept_is_refused(bench: Bench) -> None:
    with pytest.raises(RunError, match="loop/m has no known price"):
        plan.plan(bench.store, bench.spec(cap_usd=1))


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"repeats": 0}, "repeats"),
        ({"concurrency": 0}, "concurrency"),
        ({"rpm": 0}, "rpm"),
        ({"limit": 0}, "limit"),
        ({"timeout_s": 0}, "timeout"),
        ({"timeout_s": float("nan")}, "timeout"),
        ({"cap_usd": -1}, "cap"),
        ({"cap_usd": float("inf")}, "cap"),
        ({"retry": "often"}, "retry"),
        ({"dataset": None}, "dataset"),
        ({"name": "x" * 201}, "name"),
        ({"score": "equals:nothing"}, "score"),
        ({"score": "weighs:label"}, "score"),
        ({"score": "equals:expected"}, "score"),
    ],
)
def test_a_figure_that_makes_no_sense_is_told_by_its_name(bench: Bench, fields: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as caught:
        plan.plan(bench.store, bench.spec(**fields))
    assert caught.value.place == place
    assert reading.page(bench.store) == []


def test_variants_are_named_for_what_was_asked(bench: Bench) -> None:
    labels.move(bench.store, "intent", "production", 2)
    names = [variant.name for variant in variants_from(bench.store, ["intent@1", "intent@production", "intent"], ["loop/m"])]
    assert names == ["intent@1", "intent@production", "intent@2"]
    both = variants_from(bench.store, ["intent@1"], ["loop/m", "simulated/good"])
    assert [variant.name for variant in both] == ["intent@1 · loop/m", "intent@1 · simulated/good"]
    labelled = variants_from(bench.store, ["intent@production"], ["loop/m"])[0]
    assert (labelled.label, labelled.version, labelled.prompt) == ("production", 2, "intent")


def test_a_version_runs_on_its_own_model_or_says_that_it_has_none(bench: Bench) -> None:
    with pytest.raises(InputError, match="names no model"):
        variants_from(bench.store, ["intent@1"])
    bench.version("strict {{text}}", model="loop/own")
    assert variants_from(bench.store, ["intent@3"])[0].full_model == "loop/own"
    with pytest.raises(NotFound):
        variants_from(bench.store, ["intent@99"], ["loop/m"])
    with pytest.raises(InputError, match="twice"):
        variants_from(bench.store, ["intent@1", "intent@1"], ["loop/m"])


def test_a_draft_runs_without_being_saved(bench: Bench) -> None:
    variant = plan.draft(bench.store, "draft", content.text("strict {{text}}"), "loop/m")
    run = bench.end(_started(bench, RunSpec((variant,), dataset="cards", score="equals:label")))
    assert (run.state, run.ok, run.variants[0].prompt) == ("finished", 12, None)


def _started(bench: Bench, spec: RunSpec) -> str:
    from workbench.runner import worker

    run_id = plan.plan(bench.store, spec)
    worker.start(bench.store, run_id)
    return run_id


def test_an_empty_dataset_and_a_broken_template_are_told(bench: Bench) -> None:
    datasets.create(bench.store, "empty", [], columns=["text", "label"])
    with pytest.raises(RunError, match="has no cases"):
        plan.plan(bench.store, bench.spec(dataset="empty"))
    variant = replace(bench.spec("intent@1").variants[0], content=content.text("{{#open}} {{text}}"))
    with pytest.raises(InputError):
        plan.plan(bench.store, RunSpec((variant,), dataset="cards"))


def test_a_plan_reads_back_and_ignores_what_a_later_version_added() -> None:
    made = Plan("1.0", 3, dataset={"name": "d"}, rpm=5, score={"name": "equals"})
    assert plan_from_json(made.to_json()) == made
    assert plan_from_json({**made.to_json(), "weather": "fine"}) == made


def test_labels_that_are_not_given_are_taken_from_the_data(bench: Bench) -> None:
    run = reading.get(bench.store, plan.plan(bench.store, bench.spec(score="labels:label", limit=1)))
    assert run.plan.score is not None
    assert sorted(run.plan.score["labels"]) == sorted(LABELS)


def test_what_a_quote_refuses_a_plan_refuses_too(bench: Bench) -> None:
    doors: list[Callable[..., object]] = [plan.quote, plan.plan, plan.check]
    for door in doors:
        with pytest.raises(InputError):
            door(bench.store, bench.spec(repeats=0))


def test_parameters_and_tools_are_kept(bench: Bench) -> None:
    bench.version(
        "strict {{text}}", parameters=Parameters(temperature=0.2, max_tokens=9), tools=({"name": "t", "description": "", "parameters": {}},)
    )
    run_id = plan.plan(bench.store, bench.spec("intent@3"))
    kept = reading.cell(bench.store, run_id, 0, 0).variant.content
    assert (kept.parameters.temperature, kept.parameters.max_tokens, kept.tools[0]["name"]) == (0.2, 9, "t")
