"""The frontier: every point is the cheapest of its quality, none is beaten by another, and each becomes a scenario."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.cost.test_optimising import example, mixed, reached
from workbench.cost import frontier, optimising
from workbench.cost.model import Limits
from workbench.cost.optimiser import Plan
from workbench.store import Store

D = Decimal


def figures(plan: Plan) -> tuple[Decimal, Decimal, float]:
    assert plan.usd is not None
    assert plan.quality is not None
    assert plan.p95_ms is not None
    return plan.usd, plan.quality, plan.p95_ms


def test_the_frontier_goes_from_the_cheapest_plan_to_the_best(sqlite_store: Store) -> None:
    plans = frontier.frontier(sqlite_store, example())
    usd = [figures(plan)[0] for plan in plans]
    assert usd == sorted(usd)
    free = replace(example(), limits=Limits())
    assert usd[0] == optimising.optimise(sqlite_store, free).usd
    assert max(figures(plan)[1] for plan in plans) == D("0.98")  # all on gpt-4 behind the exact cache, which costs no quality
    assert 20 <= len(plans) <= 40


def test_no_point_is_beaten_by_another_on_cost_quality_and_latency_alike(sqlite_store: Store) -> None:
    plans = [figures(plan) for plan in frontier.frontier(sqlite_store, mixed(limits=Limits(latency_p95_ms=1500)))]
    assert len(plans) > 10
    for mine in plans:
        assert not any(
            other != mine and other[0] <= mine[0] and other[1] >= mine[1] and other[2] <= mine[2] for other in plans if other is not mine
        )


def test_points_come_with_and_without_the_limit_on_latency(sqlite_store: Store) -> None:
    plans = frontier.frontier(sqlite_store, mixed(limits=Limits(latency_p95_ms=1500)))
    limits = {plan.scenario.limits.latency_p95_ms for plan in plans if plan.scenario}
    assert limits == {None, 1500}
    assert all(figures(plan)[2] <= 1500 for plan in plans if plan.scenario and plan.scenario.limits.latency_p95_ms)
    assert any(figures(plan)[2] > 1500 for plan in plans)


def test_a_point_is_a_scenario_that_gives_what_it_shows_and_whose_cheapest_plan_it_is(sqlite_store: Store) -> None:
    for plan in frontier.frontier(sqlite_store, example(), points=6):
        usd, quality, p95_ms = figures(plan)
        after = reached(sqlite_store, plan)
        assert (usd, p95_ms) == (after.usd.value, after.latency.p95_ms)
        assert abs(after.quality.value - quality) <= D("1e-6")
        assert plan.scenario is not None
        again = optimising.optimise(sqlite_store, replace(example(), limits=plan.scenario.limits))
        assert again.usd is not None
        assert again.usd <= usd * (1 + D("1e-9"))
        assert plan.scenario.limits.quality is not None
        assert plan.scenario.limits.quality <= quality


def test_limits_on_shares_and_models_hold_on_the_frontier_and_those_on_spend_and_quality_do_not(sqlite_store: Store) -> None:
    limits = Limits(usd_per_month=D(1), quality=D("0.999"), most={"a": D("0.2")})
    plans = frontier.frontier(sqlite_store, mixed(limits=limits))
    assert plans
    for plan in plans:
        shares = [each.share for each in reached(sqlite_store, plan).models if each.model == "a"]
        assert sum(shares, D(0)) <= D("0.2") + D("1e-9")


def test_where_no_quality_is_known_there_is_no_frontier(sqlite_store: Store) -> None:
    assert frontier.frontier(sqlite_store, mixed(believed={})) == ()


def test_where_only_one_plan_is_possible_it_is_the_frontier(sqlite_store: Store) -> None:
    scenario = mixed(levers=(), limits=Limits(models=("b",)))
    (plan,) = frontier.frontier(sqlite_store, scenario)
    assert plan.shares == {name: {"b": 1} for name in ("easy", "hard", "late")}


def test_plans_that_are_equal_stand_once() -> None:
    one = Plan(feasible=True, usd=D(10), quality=D("0.9"), p95_ms=1000.0)
    worse = replace(one, usd=D(11))
    faster = replace(one, usd=D(11), p95_ms=900.0)
    assert frontier.undominated([one, worse, replace(one), faster]) == (one, faster)


@pytest.mark.parametrize("points", [2, 7])
def test_at_most_as_many_points_as_asked_for_with_and_without_limits(sqlite_store: Store, points: int) -> None:
    assert len(frontier.frontier(sqlite_store, example(), points)) <= 2 * points
