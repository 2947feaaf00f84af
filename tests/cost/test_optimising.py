"""The optimiser on scenarios: it takes a month to cost what the engine says, and its plan is a scenario that gives what was told."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from tests.cost.ledger import DAY_MS, START_MS, call, put
from workbench.cost import document, keeping, optimising, working
from workbench.cost.model import (
    Batch,
    Believed,
    ClassOf,
    Component,
    ExactCache,
    Growth,
    Lever,
    Limits,
    NewModel,
    OutputCap,
    OwnPrice,
    PromptCaching,
    Recorded,
    Retries,
    Routing,
    Rule,
    Scenario,
    SemanticCache,
    ShorterPrompt,
    Typed,
)
from workbench.cost.optimiser import Plan
from workbench.cost.programme import Choice, Programme
from workbench.errors import InputError
from workbench.store import Store

D = Decimal
CLOSE = D("1e-9")
OTHERS: tuple[Lever, ...] = (
    ShorterPrompt(D(20)), OutputCap(150), Retries(D("0.1"), 2, D("0.5")), Growth(D("0.05")), PromptCaching(D(60), D("0.5")),
)  # fmt: skip


def example() -> Scenario:
    return document.read(keeping.shipped_files()["support_assistant"])


def mixed(**given: Any) -> Scenario:
    """Three classes of different lengths, three models, one of which offers batches; both caches."""
    prices = {
        "a": OwnPrice(D(30), D(60), cached=D(15), batch=D("0.5")),
        "b": OwnPrice(D(1), D(2), cached=D("0.1")),
        "c": OwnPrice(D(5), D(15)),
    }
    believed = {
        "a": Believed(D("0.97"), {"hard": D("0.95")}, 1500, 4000),
        "b": Believed(D("0.9"), {"hard": D("0.7")}, 400, 900),
        "c": Believed(D("0.94"), {"hard": D("0.85")}, 800, 1900),
    }
    classes = {
        "easy": ClassOf(D("0.5")),
        "hard": ClassOf(D("0.3"), D(400), D(500)),
        "late": ClassOf(D("0.2"), D(100), D(50), can_wait=True),
    }
    levers = (ExactCache(D("0.2"), usd_per_lookup=D("0.00001")), SemanticCache(D("0.3"), D("0.04"), D("0.00002")))
    scenario = Scenario("mixed", Typed(D(10_000), D(200), D(300), {"a": D("0.7"), "c": D("0.3")}, classes=classes), levers, prices)
    return replace(replace(scenario, believed=believed), **given)


def reached(store: Store, plan: Plan) -> Any:
    assert plan.scenario is not None
    return working.work_out(store, plan.scenario, draws=100).after


def test_the_example_comes_under_2000_dollars_with_over_95_percent_and_under_2_seconds(sqlite_store: Store) -> None:
    plan = optimising.optimise(sqlite_store, example())
    assert plan.feasible
    after = reached(sqlite_store, plan)
    assert after.usd.value < 2000
    assert after.quality.value > D("0.95")
    assert after.latency.p95_ms < 2000
    assert (plan.usd, plan.p95_ms) == (after.usd.value, after.latency.p95_ms)
    assert plan.cache == "exact"


def test_the_example_is_the_one_that_was_asked_for(sqlite_store: Store) -> None:
    before = working.work_out(sqlite_store, replace(example(), levers=()), draws=100).before
    assert before.usd.value == 49_500
    only = replace(example(), levers=(Routing({name: {"gpt-3.5-turbo": D(1)} for name in ("simple", "medium", "complex")}),))
    assert working.work_out(sqlite_store, only, draws=100).after.usd.value == 1_650
    assert (example().bill_usd, example().calibrate) == (40_000, False)


def test_every_assumption_of_the_example_is_shown_with_the_field_that_changes_it(sqlite_store: Store) -> None:
    shown = {each.field: each for each in optimising.optimise(sqlite_store, example()).assumptions}
    for model in ("gpt-4", "gpt-3.5-turbo", "claude-instant"):
        assert f"prices.{model}" in shown
        assert f"believed.{model}.latency_p95_ms" in shown
        assert all(f"believed.{model}.quality_by_class.{name}" in shown for name in ("simple", "medium", "complex"))
    assert shown["believed.gpt-3.5-turbo.quality_by_class.complex"].value == "78 %"
    assert {"levers.exact_cache", "levers.semantic_cache", "levers.semantic_cache.false_hit_rate"} <= shown.keys()
    assert not any(f"believed.{model}.quality" in shown for model in ("gpt-4", "gpt-3.5-turbo"))  # it is told class by class
    assert "levers.routing" not in shown  # that is decided, not assumed


@pytest.mark.parametrize("seed", range(6))
def test_what_the_optimiser_takes_any_choice_to_cost_is_what_the_engine_says(sqlite_store: Store, seed: int) -> None:
    rng = np.random.default_rng(seed)
    component = Component("corpus", "embedding", "b", D(10**9), D("0.1"))
    base = mixed(levers=(*mixed().levers, *OTHERS), calibrate=seed % 2 == 1, bill_usd=D(5_000))
    scenario = replace(base, baseline=replace(base.baseline, components=(component,)))  # type: ignore[arg-type]
    made = optimising.setup(scenario, working.plan_inputs(sqlite_store, scenario))
    built = Programme(optimising.problem(made))
    for cache in range(len(made.caches)):
        shares = np.round(rng.dirichlet(np.ones(len(made.models)), len(made.classes)), 4)
        shares[:, 0] = np.round(1 - shares[:, 1:].sum(axis=1), 4)
        choice = Choice(cache, np.array([name == "late" and bool(rng.random() < 0.5) for name in made.classes]), shares)
        told = Plan(
            feasible=True,
            shares=choice.by_name(built.problem),
            cache=built.problem.caches[cache].name,
            batch={name: D(1) for name, one in zip(made.classes, choice.batched, strict=True) if one},
        )
        after = reached(sqlite_store, optimising.exactly(made, told))
        assert built.usd(choice) == pytest.approx(float(after.usd.value), rel=1e-12)
        assert built.quality(choice) == pytest.approx(float(after.quality.value), abs=1e-6)
        assert built.percentile(choice, 0.05) == pytest.approx(after.latency.p95_ms, rel=1e-9)
        assert built.percentile(choice, 0.5) == pytest.approx(after.latency.p50_ms, rel=1e-9)


LIMITS = (
    Limits(),
    Limits(quality=D("0.9")),
    Limits(quality=D("0.92"), latency_p95_ms=2500),
    Limits(quality=D("0.88"), latency_p95_ms=1500, latency_p50_ms=600, most={"a": D("0.1")}),
    Limits(quality=D("0.9"), least={"c": D("0.25")}, most_models=2, usd_per_month=D(9_000)),
    Limits(models=("a", "c"), quality=D("0.9123456789")),
)


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("levers", [(), OTHERS, (Batch(D("0.4"), ("late", "easy")),)])
def test_a_plan_keeps_its_limits_to_a_billionth_and_is_told_with_the_engines_figures(
    sqlite_store: Store, limits: Limits, levers: tuple[Lever, ...]
) -> None:
    plan = optimising.optimise(sqlite_store, mixed(levers=(*mixed().levers, *levers), limits=limits))
    assert plan.feasible, plan.conflict
    after = reached(sqlite_store, plan)
    assert plan.usd == after.usd.value
    assert plan.quality is not None
    assert abs(plan.quality - after.quality.value) <= D("1e-6")  # the engine tells quality to six places
    assert limits.quality is None or plan.quality >= limits.quality - CLOSE
    assert limits.latency_p95_ms is None or after.latency.p95_ms <= limits.latency_p95_ms * (1 + 1e-9)
    assert limits.latency_p50_ms is None or after.latency.p50_ms <= limits.latency_p50_ms * (1 + 1e-9)
    assert limits.usd_per_month is None or after.usd.value <= limits.usd_per_month * (1 + CLOSE)
    taken = by_model(after)
    assert all(taken.get(model, D(0)) <= share + CLOSE for model, share in limits.most.items())
    assert all(taken.get(model, D(0)) >= share - CLOSE for model, share in limits.least.items())
    assert limits.most_models is None or len(taken) <= limits.most_models
    assert not limits.models or taken.keys() <= set(limits.models)


def by_model(side: Any) -> Mapping[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in side.models:
        found[each.model] = found.get(each.model, D(0)) + each.share
    return found


@pytest.mark.parametrize("limits", LIMITS)
def test_a_plan_taken_over_is_the_cheapest_plan_of_its_own_scenario(sqlite_store: Store, limits: Limits) -> None:
    plan = optimising.optimise(sqlite_store, mixed(limits=limits))
    assert plan.scenario is not None
    assert document.from_json(document.to_json(plan.scenario)) == plan.scenario
    again = optimising.optimise(sqlite_store, plan.scenario)
    assert float(again.usd or 0) == pytest.approx(float(plan.usd or 1), rel=1e-9)


def test_levers_that_are_not_decided_stay_and_those_that_are_leave(sqlite_store: Store) -> None:
    old = (Routing({"easy": {"a": D(1)}}, rules=(Rule(None, "easy", cap=120),)), Batch(D(1), ("late",)), NewModel("c", "a"))
    plan = optimising.optimise(sqlite_store, mixed(levers=(*mixed().levers, *old, *OTHERS)))
    assert plan.scenario is not None
    by_kind = {lever.kind: lever for lever in plan.scenario.levers}
    assert all(lever in plan.scenario.levers for lever in OTHERS)
    assert by_kind["routing"] == Routing(plan.shares, rules=(Rule(None, "easy", cap=120),))
    assert "new_model" not in by_kind


def test_a_new_model_and_one_that_is_routed_to_may_be_chosen(sqlite_store: Store) -> None:
    scenario = mixed(levers=(NewModel("openai/gpt-4o-mini"),), prices_at_ms=1_750_000_000_000)
    assert "openai/gpt-4o-mini" in optimising.setup(scenario, working.plan_inputs(sqlite_store, scenario)).models
    plan = optimising.optimise(sqlite_store, scenario)
    assert {model for row in plan.shares.values() for model in row} == {"openai/gpt-4o-mini"}


def test_a_model_without_a_price_is_left_out_and_named(sqlite_store: Store) -> None:
    limits = Limits(models=("b", "nobody/knows"))
    plan = optimising.optimise(sqlite_store, mixed(limits=limits))
    assert plan.notes == ("nobody/knows is left out: its price is not known.",)
    assert {model for row in plan.shares.values() for model in row} == {"b"}


def test_a_share_that_a_batch_lever_states_is_the_share_that_goes_in_batches(sqlite_store: Store) -> None:
    scenario = mixed(levers=(Batch(D("0.4"), ("hard",)),), limits=Limits(models=("a",)))
    plan = optimising.optimise(sqlite_store, scenario)
    assert plan.batch == {"hard": D("0.4"), "late": D("0.4")}
    assert plan.usd is not None
    assert plan.usd < (optimising.optimise(sqlite_store, replace(scenario, levers=())).usd or 0)


def test_limits_that_exclude_each_other_are_told_in_the_sentences_of_the_scenario(sqlite_store: Store) -> None:
    limits = replace(example().limits, quality=D("0.96"), latency_p95_ms=None)
    plan = optimising.optimise(sqlite_store, replace(example(), limits=limits))
    assert not plan.feasible
    (told,) = plan.conflict
    assert told.startswith("A quality of 96 % cannot be had under $2,000 a month: the least spend is $3,519.36 a month; with $2,000 ")
    enough = replace(limits, usd_per_month=D("3519.36"))
    assert optimising.optimise(sqlite_store, replace(example(), limits=enough)).feasible


def test_recorded_calls_are_planned_by_class_with_the_hits_that_were_replayed(sqlite_store: Store) -> None:
    short, long = "Where is my card?", "word " * 150
    calls = [
        call(short if n % 3 else f"{long}{n}", started_ms=START_MS + n * DAY_MS // 40, model="slow" if n % 2 else "fast",
             latency_ms=3000 + n if n % 2 else 300 + n, input_tokens=20 if n % 3 else 160, output_tokens=50)
        for n in range(200)
    ]  # fmt: skip
    put(sqlite_store, *calls)
    prices = {"p/slow": OwnPrice(D(30), D(60)), "p/fast": OwnPrice(D(1), D(2))}
    believed = {
        "p/slow": Believed(quality_by_class={"simple": D("0.99"), "complex": D("0.95")}),
        "p/fast": Believed(quality_by_class={"simple": D("0.98"), "complex": D("0.7")}),
    }
    limits = Limits(quality=D("0.95"), latency_p95_ms=3300)
    baseline = Recorded(START_MS, START_MS + 5 * DAY_MS)
    scenario = Scenario("mine", baseline, (ExactCache(ttl_s=7200),), prices, believed=believed, limits=limits)
    plan = optimising.optimise(sqlite_store, scenario)
    assert plan.feasible, plan.conflict
    assert set(plan.shares) == {"simple", "complex"}
    after = reached(sqlite_store, plan)
    assert (plan.usd, plan.p95_ms) == (after.usd.value, after.latency.p95_ms)
    assert after.latency.p95_ms <= 3300
    assert plan.quality is not None
    assert plan.quality >= D("0.95")
    assert plan.cache == "exact"
    assert plan.shares["simple"] == {"p/fast": 1}
    free = optimising.optimise(sqlite_store, replace(scenario, limits=Limits(quality=D("0.95"))))
    assert free.usd is not None
    assert free.usd <= plan.usd


def test_long_typed_prompts_are_planned_at_the_price_of_their_length(sqlite_store: Store) -> None:
    # 300 calls a month of 300,000 in and 1,000 out; past 200,000 tokens the model costs $2.50 and $15: $225 + $4.50.
    gemini, prices = "google/gemini-2.5-pro", {"x/y": OwnPrice(D(20), D(20))}
    limits = Limits(models=(gemini,), usd_per_month=D(200))
    scenario = Scenario("long", Typed(D(10), D(300_000), D(1_000), {"x/y": D(1)}), (), prices, 1_790_000_000_000, limits=limits)
    free = replace(scenario, limits=replace(limits, usd_per_month=None))
    assert optimising.optimise(sqlite_store, free).usd == D("229.5")
    (told,) = optimising.optimise(sqlite_store, scenario).conflict
    assert "the least spend is $229.50 a month" in told
    assert "all on google/gemini-2.5-pro costs $230" in working.work_out(sqlite_store, scenario, draws=100).findings[0]
    assert working.work_out(sqlite_store, replace(free, levers=(NewModel(gemini),)), draws=100).after.usd.value == D("229.5")


def test_an_empty_ledger_is_an_error_that_names_the_field(sqlite_store: Store) -> None:
    with pytest.raises(InputError, match="field baseline"):
        optimising.optimise(sqlite_store, Scenario("none", Recorded(START_MS, START_MS + DAY_MS)))
