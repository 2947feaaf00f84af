"""The optimiser against two methods that share nothing with it: every vertex of every assignment, and a linear programme of each.

Vertices: for each cache option, each set of batched classes and each set of models, all basic solutions of the shares, by numpy, and for
the smallest problems in fractions. Nothing there knows a row, a scale or a tolerance of `workbench.cost.programme`.
"""

import itertools
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import norm

from workbench.cost import conflict, optimiser, plan_words, solving
from workbench.cost.model import Limits
from workbench.cost.optimiser import CacheOption, Limit, Plan, Problem
from workbench.cost.programme import Programme

SHAPES = ((1, 2), (1, 4), (2, 2), (2, 3), (3, 2))
CASES = 160  # by vertices; 40 more, larger ones, by linear programmes
LARGER = 40


def problem(seed: int, shape: tuple[int, int] | None = None, whole: bool = False) -> Problem:
    """A random problem whose limits lie between what is easy and what cannot be had. `whole`: small fractions everywhere."""
    rng = np.random.default_rng(seed)
    n_classes, n_models = shape or SHAPES[seed % len(SHAPES)]

    def draw(low: float, high: float, *size: int) -> Any:
        values = rng.uniform(low, high, size)
        return np.round(values * 8) / 8 if whole else values

    calls = draw(1, 9, n_classes)
    hits = [np.zeros(n_classes), draw(0.125, 0.5, n_classes), draw(0.25, 0.75, n_classes)][: 1 + seed % 3]
    wrong = [0, 0, 0.125]
    caches = tuple(CacheOption(("off", "exact", "semantic")[k], 1 - h, 1 - h * wrong[k], float(2 * k)) for k, h in enumerate(hits))
    price = draw(1, 9, n_models)
    usd = np.array([[calls[:, None] * (1 - h)[:, None] * price * share for share in (1.0, 0.5)] for h in hits])
    quality = np.clip(0.5 + 0.05 * price + draw(-0.25, 0.25, n_classes, n_models), 0.125, 1)
    if seed % 7 == 3:
        quality[0, 0] = np.nan
    if seed % 11 == 5:
        usd[:, :, 0, -1] = np.nan
    slow = draw(0, 0.125, n_classes, n_models)
    models = tuple(f"m{m}" for m in range(n_models))
    limits = Limits(
        quality=Decimal(f"{rng.uniform(0.6, 0.9):.3f}") if seed % 4 != 1 else None,
        latency_p95_ms=1000 if seed % 3 != 1 else None,
        usd_per_month=Decimal(f"{rng.uniform(40, 90):.2f}") if seed % 5 == 2 else None,
        most={models[0]: Decimal("0.4")} if seed % 2 else {},
        least={models[-1]: Decimal("0.15")} if seed % 6 == 0 else {},
        most_models=1 + seed % 2 if seed % 8 >= 6 else None,
    )
    paid = {models[0]: 5.0} if seed % 9 == 8 else {}
    waits = rng.random(n_classes) < 0.4
    return Problem(models=models, classes=tuple(f"c{c}" for c in range(n_classes)), caches=caches, calls=calls, usd=usd, quality=quality,
                   slower=lambda ms: slow * 1000 / max(ms, 1), can_wait=waits, limits=limits, base_usd=1.0, model_usd=paid)  # fmt: skip


def assignments(given: Problem) -> Any:
    """Each cache option with each set of batched classes and each set of models that may be used."""
    waiting = [(False, True) if waits else (False,) for waits in given.can_wait]
    count = len(given.models)
    if given.limits.most_models is None and not given.model_usd:
        sets: Any = [tuple(range(count))]
    else:
        most = given.limits.most_models or count
        sets = [chosen for size in range(1, most + 1) for chosen in itertools.combinations(range(count), size)]
    return itertools.product(range(len(given.caches)), itertools.product(*waiting), sets)


def linear(given: Problem, cache: int, batched: tuple[bool, ...], models: tuple[int, ...]) -> tuple[Any, Any, Any, Any, float]:
    """Straight from the definitions: cost, rows and bounds of the shares x[c, m] (`rows @ x <= bounds`), which are shut, cost beside."""
    option, limits, asked = given.caches[cache], given.limits, given.calls.sum()
    cost, shut, rows, bounds = [], [], [], []
    quality, slow, reach = [], [], {name: [] for name in given.models}  # type: ignore[var-annotated]
    slower = given.slower(float(limits.latency_p95_ms or 1))
    for c, calls in enumerate(given.calls):
        for m, name in enumerate(given.models):
            usd, good = given.usd[cache, int(batched[c]), c, m], given.quality[c, m]
            shut.append(m not in models or np.isnan(usd) or (limits.quality is not None and np.isnan(good)))
            cost.append(0.0 if np.isnan(usd) else usd)
            quality.append(0.0 if np.isnan(good) else calls * option.right[c] * good / asked)
            slow.append(0.0 if batched[c] else calls * (option.kept[c] * slower[c, m] - 0.05))
            for other in given.models:
                reach[other].append(calls * option.kept[c] / (given.calls @ option.kept) * (other == name))
    beside = given.base_usd + option.usd + sum(given.model_usd.get(given.models[m], 0.0) for m in models)
    if limits.quality is not None:
        rows.append([-each for each in quality]), bounds.append(-float(limits.quality))
    if limits.latency_p95_ms is not None:
        rows.append(slow), bounds.append(0.0)
    if limits.usd_per_month is not None:
        rows.append(cost), bounds.append(float(limits.usd_per_month) - beside)
    for name, share in limits.most.items():
        rows.append(reach[name]), bounds.append(float(share))
    for name, share in limits.least.items():
        rows.append([-each for each in reach[name]]), bounds.append(-float(share))
    return np.array(cost), np.array(rows).reshape(len(rows), len(cost)), np.array(bounds), np.array(shut), beside


def least_by_vertices(given: Problem) -> float | None:
    """The cheapest of all basic feasible solutions."""
    least: float | None = None
    for cache, batched, models in assignments(given):
        cost, rows, bounds, shut, beside = linear(given, cache, batched, models)
        n = len(cost)
        spread = np.kron(np.eye(len(given.calls)), np.ones(len(given.models)))
        free = np.concatenate([rows, -np.eye(n)]), np.concatenate([bounds, np.zeros(n)])
        must = [len(rows) + at for at in range(n) if shut[at]]  # x = 0 there
        others = [at for at in range(len(free[0])) if at not in must]
        need = n - len(spread) - len(must)
        if need < 0:
            continue
        picks = [[*must, *chosen] for chosen in itertools.combinations(others, need)]
        matrices = np.array([np.concatenate([spread, free[0][pick]]) for pick in picks])
        rights = np.array([np.concatenate([np.ones(len(spread)), free[1][pick]]) for pick in picks])
        solid = np.abs(np.linalg.det(matrices)) > 1e-9
        if not solid.any():
            continue
        points = np.linalg.solve(matrices[solid], rights[solid][..., None])[..., 0]
        kept = (points @ free[0].T <= free[1] + 1e-9).all(axis=1)
        if kept.any():
            found = float((points[kept] @ cost).min()) + beside
            least = found if least is None else min(least, found)
    return least


def least_by_programmes(given: Problem) -> float | None:
    least: float | None = None
    for cache, batched, models in assignments(given):
        cost, rows, bounds, shut, beside = linear(given, cache, batched, models)
        spread = np.kron(np.eye(len(given.calls)), np.ones(len(given.models)))
        ranges = [(0, 0 if closed else 1) for closed in shut]
        found = linprog(cost, rows if len(rows) else None, bounds if len(rows) else None, spread, np.ones(len(spread)), ranges)
        if found.status == 0:
            least = found.fun + beside if least is None else min(least, found.fun + beside)
    return least


def same(plan: Plan, least: float | None) -> None:
    assert plan.feasible == (least is not None)
    if least is not None:
        assert float(plan.usd or 0) == pytest.approx(least, rel=1e-8)


@pytest.mark.parametrize("chunk", range(8))
def test_a_plan_costs_what_the_cheapest_of_all_vertices_costs(chunk: int) -> None:
    for seed in range(chunk * CASES // 8, (chunk + 1) * CASES // 8):
        given = problem(seed)
        same(optimiser.solve(given, explain=False), least_by_vertices(given))


def test_a_plan_costs_what_the_cheapest_linear_programme_costs() -> None:
    for seed in range(CASES, CASES + LARGER):
        given = problem(seed, (3, 3))
        same(optimiser.solve(given, explain=False), least_by_programmes(given))


def test_about_half_of_the_random_problems_have_a_plan() -> None:
    # A comparison where everything, or nothing, is feasible would prove little.
    feasible = sum(optimiser.solve(problem(seed), explain=False).feasible for seed in range(CASES))
    assert CASES * 0.3 < feasible < CASES * 0.9


def vertices_in_fractions(given: Problem) -> Fraction | None:
    least: Fraction | None = None
    for cache, batched, models in assignments(given):
        cost, rows, bounds, shut, beside = linear(given, cache, batched, models)
        n, n_classes, n_models = len(cost), len(given.calls), len(given.models)
        exact = [[Fraction(float(each)) for each in row] for row in rows] + [[Fraction(-(i == j)) for j in range(n)] for i in range(n)]
        right = [Fraction(float(each)) for each in bounds] + [Fraction(0)] * n
        equal = [[Fraction(j // n_models == c) for j in range(n)] for c in range(n_classes)]
        for pick in itertools.combinations(range(len(exact)), n - n_classes):
            point = gauss([*equal, *(exact[at] for at in pick)], [Fraction(1)] * n_classes + [right[at] for at in pick])
            if point is None or any(value and closed for value, closed in zip(point, shut, strict=True)):
                continue
            if all(sum(a * x for a, x in zip(row, point, strict=True)) <= bound for row, bound in zip(exact, right, strict=True)):
                usd = sum((Fraction(float(a)) * x for a, x in zip(cost, point, strict=True)), Fraction(beside))
                least = usd if least is None else min(least, usd)
    return least


def gauss(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(len(rows)):
        pivot = next((i for i in range(at, len(rows)) if rows[i][at]), None)
        if pivot is None:
            return None
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for i in range(len(rows)):
            if i != at and rows[i][at]:
                rows[i] = [a - rows[i][at] * b for a, b in zip(rows[i], rows[at], strict=True)]
    return [row[-1] for row in rows]


def test_a_plan_costs_what_the_cheapest_vertex_costs_in_exact_fractions() -> None:
    for seed in range(24):
        given = problem(seed, (2, 2), whole=True)
        least = vertices_in_fractions(given)
        plan = optimiser.solve(given, explain=False)
        assert plan.feasible == (least is not None), seed
        if least is not None:
            assert abs(Fraction(plan.usd or 0) - least) <= Fraction(1, 10**8), seed


def small(limits: Limits = Limits(), **given: Any) -> Problem:  # noqa: B008  frozen
    """Two models, two classes of 1,000 calls; `cheap` is worse on hard ones and faster."""
    calls = np.array([1000.0, 1000.0])
    usd = np.array([[[[10.0, 100.0], [10.0, 100.0]], [[5.0, 50.0], [5.0, 50.0]]]])
    off = CacheOption("off", np.ones(2), np.ones(2))
    settings: dict[str, Any] = {
        "quality": np.array([[0.9, 0.98], [0.7, 0.96]]),
        "slower": lambda ms: np.tile(norm.sf((np.log(max(ms, 1e-9)) - np.log([500.0, 1500.0])) / 0.3), (2, 1)),
        "can_wait": np.array([False, False]),
        "caches": (off,),
        "usd": usd,
    }
    return Problem(classes=("easy", "hard"), models=("cheap", "dear"), calls=calls, limits=limits, **(settings | given))


def test_without_limits_the_cheapest_model_answers_everything() -> None:
    plan = optimiser.solve(small())
    assert plan.shares == {"easy": {"cheap": 1}, "hard": {"cheap": 1}}
    assert (plan.usd, plan.quality, plan.binding, plan.conflict) == (20, Decimal("0.8"), (), ())


def test_a_limit_on_quality_is_bought_where_a_point_is_cheapest() -> None:
    plan = optimiser.solve(small(Limits(quality=Decimal("0.9"))))
    # 0.13 of quality on hard calls cost 90, 0.04 on easy ones cost 90: hard ones go first, 20/26 of them.
    assert plan.shares["easy"] == {"cheap": 1}
    assert plan.shares["hard"]["dear"] == pytest.approx(Decimal(20) / 26, abs=Decimal("1e-11"))
    assert plan.quality is not None
    assert plan.quality >= Decimal("0.9")
    (bound,) = plan.binding
    assert (bound.name, bound.unit) == ("quality", Decimal("0.01"))
    assert float(bound.worth_usd) == pytest.approx(90 * 0.02 / 0.26)
    assert bound.text == "One point less quality would save $6.92 a month."


def test_shares_of_a_class_sum_to_one_exactly() -> None:
    for seed in range(40):
        plan = optimiser.solve(problem(seed), explain=False)
        assert all(sum(row.values()) == 1 and min(row.values()) > 0 for row in plan.shares.values())


def test_no_limit_is_passed_by_more_than_a_billionth() -> None:
    for seed in range(CASES):
        given, limits = problem(seed), problem(seed).limits
        plan = optimiser.solve(given, explain=False)
        if not plan.feasible:
            continue
        if limits.quality is not None:
            assert plan.quality is not None
            assert plan.quality >= limits.quality - Decimal("1e-9")
        if limits.usd_per_month is not None:
            assert plan.usd is not None
            assert plan.usd <= limits.usd_per_month + Decimal("1e-9")
        if limits.most_models is not None:
            assert len({model for row in plan.shares.values() for model in row}) <= limits.most_models


def test_of_plans_that_cost_the_same_the_better_one_is_taken() -> None:
    alike = np.array([[[[10.0, 10.0], [10.0, 10.0]], [[5.0, 5.0], [5.0, 5.0]]]])
    plan = optimiser.solve(small(usd=alike))
    assert plan.shares == {"easy": {"dear": 1}, "hard": {"dear": 1}}
    assert plan.usd == 20


def test_a_model_of_unknown_quality_is_not_chosen_where_quality_is_asked_for_and_the_plan_says_so() -> None:
    unknown = np.array([[np.nan, 0.98], [np.nan, 0.96]])
    plan = optimiser.solve(small(Limits(quality=Decimal("0.5")), quality=unknown))
    assert plan.shares == {"easy": {"dear": 1}, "hard": {"dear": 1}}
    assert plan.notes == ("cheap is left out: its quality is not known.",)
    free = optimiser.solve(small(quality=unknown))
    assert free.shares["hard"] == {"cheap": 1}
    assert (free.quality, free.notes) == (None, ())


def test_only_classes_that_can_wait_go_in_batches_and_stand_outside_latency() -> None:
    limits = Limits(latency_p95_ms=1000, least={"dear": Decimal("0.5")})
    plan = optimiser.solve(small(limits, can_wait=np.array([False, True])))
    assert plan.batch == {"hard": 1}
    assert plan.shares == {"easy": {"cheap": 1}, "hard": {"dear": 1}}
    assert plan.usd == 60
    assert plan.p95_ms is not None
    assert plan.p95_ms < 1000
    assert not optimiser.solve(small(limits)).feasible


def test_the_latency_of_a_mixture_is_a_share_of_slow_calls_and_not_a_mean_of_percentiles() -> None:
    limits = Limits(latency_p95_ms=1500, quality=Decimal("0.8"))
    plan = optimiser.solve(small(limits, quality=np.array([[0.8, 1.0], [0.78, 1.0]])))
    # Half of dear's calls take longer than 1,500 ms, 0.01 % of cheap's: about a tenth of all calls may go to dear, and 5 % of them do.
    assert plan.p95_ms is not None
    assert plan.p95_ms <= 1500
    assert 0 < plan.shares["hard"]["dear"] < Decimal("0.1")


def test_a_semantic_cache_costs_quality_by_its_false_hits() -> None:
    caches = (CacheOption("off", np.ones(2), np.ones(2)), CacheOption("semantic", np.full(2, 0.5), np.full(2, 0.9), 1.0))
    both = np.concatenate([small().usd, small().usd * 0.5])
    plan = optimiser.solve(small(caches=caches, usd=both))
    assert (plan.cache, plan.usd, plan.quality) == ("semantic", 11, Decimal("0.72"))
    strict = optimiser.solve(small(Limits(quality=Decimal("0.92")), caches=caches, usd=both))
    assert strict.cache == "off"  # the best behind the cache is 0.873


def test_at_most_one_model_means_one_model() -> None:
    plan = optimiser.solve(small(Limits(quality=Decimal("0.9"), most_models=1)))
    assert plan.shares == {"easy": {"dear": 1}, "hard": {"dear": 1}}
    assert [bound.name for bound in plan.binding] == ["most_models"]
    assert plan.binding[0].text == "One more model would save $110.77 a month."


def test_infeasible_says_which_limits_exclude_each_other_and_by_how_much() -> None:
    plan = optimiser.solve(small(Limits(quality=Decimal("0.95"), usd_per_month=Decimal(100))))
    assert not plan.feasible
    assert (plan.shares, plan.usd) == ({}, None)
    # 0.95 needs all hard calls on dear (0.93), then 0.02/0.04 of the easy ones: 10 + 100 + 45. With 100: 80 / 90 of the hard ones.
    assert plan.conflict == (
        "A quality of 95 % cannot be had under $100 a month: the least spend is $155.00 a month; with $100 the best quality is 91.5 %.",
    )


def test_a_limit_that_cannot_be_had_at_all_is_told_alone_and_with_the_others() -> None:
    plan = optimiser.solve(small(Limits(quality=Decimal("0.98"), usd_per_month=Decimal(100))))
    assert plan.conflict == (
        "A quality of 98 % cannot be had: the best quality is 97.0 %; with the other limits the best quality is 91.5 %.",
    )


def test_three_limits_that_only_together_exclude_each_other_are_told_together() -> None:
    limits = Limits(quality=Decimal("0.93"), latency_p95_ms=2400, most={"dear": Decimal("0.45")})
    plan = optimiser.solve(small(limits))
    assert not plan.feasible
    assert plan.conflict[0] == "A quality of 93 % and at most 45 % on dear cannot be had together."
    assert plan.conflict[1:] == (
        "With all other limits the best quality is 91.7 %.",
        "With all other limits dear has to take 50.0 %.",
    )


def test_the_lowest_percentile_that_can_be_had_is_told_in_milliseconds() -> None:
    plan = optimiser.solve(small(Limits(quality=Decimal("0.96"), latency_p95_ms=1000)))
    assert plan.conflict[0] == "A quality of 96 % and a p95 of 1 s cannot be had together."
    (told,) = [line for line in plan.conflict if line.startswith("With all other limits the lowest p95 is ")]
    reached = Decimal(told.removeprefix("With all other limits the lowest p95 is ").removesuffix(" s.")) * 1000
    assert optimiser.solve(small(Limits(quality=Decimal("0.96"), latency_p95_ms=int(reached)))).feasible
    assert not optimiser.solve(small(Limits(quality=Decimal("0.96"), latency_p95_ms=int(reached) - 5))).feasible


def test_a_set_of_limits_in_conflict_is_irreducible_and_what_is_offered_can_be_had_and_nothing_better() -> None:
    seen = 0
    for seed in range(CASES // 2):
        given = problem(seed)
        built, limits = Programme(given), optimiser.limits_of(given.limits)
        if solving.cheapest(built, limits) is not None or solving.cheapest(built, ()) is None:
            continue
        stuck = conflict.irreducible(built, limits)
        assert solving.cheapest(built, stuck) is None
        for limit in stuck:
            others = tuple(each for each in stuck if each != limit)
            assert solving.cheapest(built, others) is not None
            reached = conflict.nearest(built, limit, others)
            if reached is None or limit.name in optimiser.SLOW_SHARE or limit.name == "most_models":
                continue
            towards = 1 if limit.kind in ("quality", "least") else -1
            easier, harder = (Limit(limit.name, Decimal(reached + towards * by * max(1, reached))) for by in (-1e-7, 1e-4))
            assert solving.cheapest(built, (*others, easier)) is not None
            assert solving.cheapest(built, (*others, harder)) is None
            seen += 1
    assert seen > 20


def test_a_question_without_an_answer_in_time_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    given = small(Limits(quality=Decimal("0.9")))
    assert solving.cheapest(Programme(given), optimiser.limits_of(given.limits)).proven  # type: ignore[union-attr]
    monkeypatch.setattr(solving, "SECONDS", 0.0)
    with pytest.raises(solving.Unfinished, match="no plan was found in 0 s, which does not say that there is none"):
        optimiser.solve(given)


def test_a_class_that_no_priced_model_may_answer_is_named() -> None:
    usd = small().usd.copy()
    usd[:, :, 1] = np.nan
    assert optimiser.solve(small(usd=usd)).conflict == (
        "No model may answer calls of class hard: none of those that may be used has a price.",
    )


def test_figures_are_rounded_so_that_a_limit_of_that_figure_can_be_kept() -> None:
    assert plan_words.best(Limit("quality", Decimal("0.95")), 0.94999) == "the best quality is 94.9 %"
    assert plan_words.best(Limit("usd_per_month", Decimal(2000)), 2000.001) == "the least spend is $2,000.01 a month"
    assert plan_words.best(Limit("latency_p95_ms", Decimal(2000)), 2309.2) == "the lowest p95 is 2.31 s"
    assert plan_words.best(Limit("most.a", Decimal("0.3")), 0.3001) == "a has to take 30.1 %"
    assert plan_words.phrase(Limit("usd_per_month", Decimal("0.0001"))) == "a month under $0.0001"
    assert plan_words.phrase(Limit("usd_per_month", Decimal("19.5"))) == "a month under $19.50"
    assert plan_words.phrase(Limit("quality", Decimal("0.9512"))) == "a quality of 95.12 %"
    assert plan_words.phrase(Limit("quality", Decimal("0.95"))) == "a quality of 95 %"
