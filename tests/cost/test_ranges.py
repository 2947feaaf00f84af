"""Ranges: draws agree with the point, are as wide as what is unsure, and repeat."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.cost.streams import ALL, D, book, example, month, recorded, scenario
from workbench.cost import engine, ranges, worked
from workbench.cost.model import Batch, ExactCache, Growth, OwnPrice, PromptCaching, Recorded, Routing, SemanticCache, ShorterPrompt, Unsure
from workbench.cost.outcome import Outcome
from workbench.cost.traffic import Hits, Measured, Prefix, Stream, Traffic

SURE = Unsure(D(0), D(0), D(0), D(0), D(0))
HALF = Routing({"all": {"gpt-4": D("0.5"), "gpt-3.5-turbo": D("0.5")}})
DAYS = Recorded(0, 60 * 86_400_000)


def evaluate(*levers: Any, traffic: Traffic | None = None, measured: Measured | None = None, **fields: Any) -> Outcome:
    given = scenario(*levers, **fields)
    return engine.evaluate(given, traffic or example(), measured or Measured(), book(given.prices), {}, {})


def days(count: int = 60, spread: float = 0.2, seed: int = 5) -> Traffic:
    chance = np.random.default_rng(seed)
    streams = [Stream("gpt-4", "p", "simple"), Stream("gpt-3.5-turbo", "q", "complex"), Stream("gpt-4", "r", "complex")]
    calls = np.rint(chance.lognormal(7, spread, (count, 3)))
    tokens = np.zeros((count, 3, 6))
    tokens[..., 0], tokens[..., 4] = np.rint(calls * chance.normal(150, 5, calls.shape)), calls * 200
    return recorded(streams, calls, tokens)


def test_one_stated_spread_gives_its_lognormal_quantiles() -> None:
    found = evaluate(unsure=replace(SURE, queries=D("0.1"))).before.usd
    # sigma^2 = ln(1.01); p5 and p95 at -+1.645 sigma around e^(-sigma^2 / 2): 0.8447 and 1.1722 of $49,500.
    assert float(found.low or 0) == pytest.approx(49_500 * 0.8447, rel=0.005)
    assert float(found.high or 0) == pytest.approx(49_500 * 1.1722, rel=0.005)


def test_nothing_unsure_gives_no_range() -> None:
    outcome = evaluate(HALF, ExactCache(D("0.4")), unsure=SURE)
    assert (outcome.before.usd.low, outcome.after.usd.high, outcome.saved.low, outcome.year.low) == (None, None, None, None)
    assert outcome.tornado == ()


@pytest.mark.parametrize(
    "levers",
    [
        (),
        (HALF,),
        (ExactCache(D("0.4")), SemanticCache(D("0.2"), usd_per_lookup=D("0.0001"))),
        (HALF, ExactCache(D("0.9")), PromptCaching(D(100), D("0.6")), ShorterPrompt(D(20)), Batch(D("0.5")), Growth(D("0.05"))),
    ],
)
def test_the_mean_of_the_draws_is_the_point(levers: tuple[Any, ...]) -> None:
    for traffic, baseline in ((example(), ALL), (days(), DAYS)):
        given = scenario(*levers, baseline=baseline)
        done = worked.work(given, traffic, Measured(), book())
        known = ranges.unknowns(given, done.base, draws=10_000, seed=0)
        caches = [kind for kind in ranges.hit_rates(levers, done.base) if kind in known.drawn]
        drawn = ranges.draw(ranges.totals(done.base, levers, done.book, caches), known)
        assert drawn.shape == (10_000,)
        assert float(drawn.mean()) == pytest.approx(float(done.after.total), rel=0.01)


def test_draws_with_nothing_varied_are_the_point_itself() -> None:
    given = scenario(HALF, ExactCache(D("0.4")), SemanticCache(D("0.3")), Growth(D("0.05")), baseline=DAYS)
    done = worked.work(given, days(), Measured(), book())
    known = ranges.unknowns(given, done.base, draws=100, seed=0)
    total = ranges.draw(ranges.totals(done.base, given.levers, done.book, ["exact_cache", "semantic_cache"]), known.only())
    assert total == pytest.approx([float(done.after.total)])


def test_the_saving_is_drawn_as_a_difference_and_so_is_narrower_than_its_sides() -> None:
    outcome = evaluate(ExactCache(D("0.5")), unsure=replace(SURE, queries=D("0.3")))
    # Half of the same draw is saved: the range is half as wide as the baseline's, not as wide as that of two independent totals.
    assert float(outcome.saved.low or 0) == pytest.approx(float(outcome.before.usd.low or 0) / 2)
    assert float(outcome.saved.high or 0) == pytest.approx(float(outcome.before.usd.high or 0) / 2)


def test_no_lever_saves_nothing_and_surely() -> None:
    assert (evaluate().saved.value, evaluate().saved.low, evaluate().saved.high) == (0, None, None)


def test_the_mix_moves_money_between_models_but_no_calls() -> None:
    two = month((Stream("gpt-4"), 1_000, {"input": 150}), (Stream("gpt-3.5-turbo"), 1_000, {"input": 150}))
    same = month((Stream("gpt-4"), 1_000, {"input": 150}), (Stream("gpt-4", klass="simple"), 1_000, {"input": 150}))
    unsure = replace(SURE, mix=D("0.2"))
    assert evaluate(traffic=two, unsure=unsure).before.usd.low is not None
    assert evaluate(traffic=same, unsure=unsure).before.usd.low is None


def test_shares_of_a_routing_are_as_unsure_as_the_mix() -> None:
    wide, sure = evaluate(HALF, unsure=replace(SURE, mix=D("0.2"))).after.usd, evaluate(HALF, unsure=SURE).after.usd
    assert wide.value == sure.value
    assert wide.low is not None
    assert wide.high is not None
    assert wide.low < wide.value < wide.high


def test_a_hit_rate_is_beta_around_what_is_stated_and_stays_a_rate() -> None:
    given = scenario(ExactCache(D("0.97")), unsure=replace(SURE, cache=D("0.3")))
    done = worked.work(given, example(), Measured(), book())
    rates = ranges.unknowns(given, done.base, draws=20_000, seed=1).drawn["exact_cache"] * 0.97
    assert rates.min() >= 0
    assert rates.max() <= 1
    assert rates.mean() == pytest.approx(0.97, abs=0.01)
    loose = ranges.unknowns(replace(given, levers=(ExactCache(D("0.4")),)), done.base, draws=20_000, seed=1).drawn["exact_cache"] * 0.4
    assert loose.std() == pytest.approx(0.12, rel=0.05)


def test_a_measured_hit_rate_is_unsure_as_well() -> None:
    hits = Hits((D("0.5"),), ((D("0.5"),) * 6,), D("0.5"))
    found = evaluate(ExactCache(), measured=Measured(hits), unsure=replace(SURE, cache=D("0.1"))).after.usd
    assert float(found.value) == 24_750
    assert found.low is not None
    assert found.low < found.value


def test_a_hit_that_moves_caching_moves_the_total_as_pulling_the_lever_there_would() -> None:
    prefix = Measured(prefix=Prefix((D(100),), (D("0.5"),)))
    outcome = evaluate(PromptCaching(), measured=prefix, unsure=replace(SURE, cache=D("0.1")))
    assert outcome.after.usd.low is None  # no price for cached tokens: nothing to move
    cached = {"gpt-4": OwnPrice(D(30), D(60), cached=D(3))}
    priced = evaluate(PromptCaching(), measured=prefix, unsure=replace(SURE, cache=D("0.1")), prices=cached)
    # 100 of 150 tokens, half of them at a tenth: 3,000,000 x (100 x 0.5 x 27) / 1,000,000 = $4,050 less; +-1.645 x 10 % of that.
    assert float(priced.after.usd.value) == 49_500 - 4_050
    assert float(priced.after.usd.low or 0) == pytest.approx(49_500 - 4_050 * 1.16, rel=0.002)


def test_recorded_traffic_brings_its_own_range_and_default_spreads_add_nothing() -> None:
    quiet, loud = (evaluate(traffic=days(spread=spread), baseline=DAYS).before.usd for spread in (0.02, 0.5))
    assert (loud.high or 0) - (loud.low or 0) > 5 * ((quiet.high or 0) - (quiet.low or 0))
    stated = evaluate(traffic=days(spread=0.02), baseline=DAYS, unsure=Unsure(queries=D("0.5"))).before.usd
    assert (stated.high or 0) > 2 * (quiet.high or 0) - quiet.value


def test_growth_widens_the_months_ahead_and_its_rate_the_first() -> None:
    outcome = evaluate(Growth(D("0.1")), unsure=replace(SURE, growth=D("0.02")))
    widths = [(month.high or month.value) - (month.low or month.value) for month in outcome.months]
    assert widths == sorted(widths)
    # p5 and p95 of the first month: 49,500 x (1.1 -+ 1.645 x 0.02).
    assert float(outcome.after.usd.low or 0) == pytest.approx(49_500 * (1.1 - 0.0329), rel=0.002)
    without = evaluate(unsure=replace(SURE, growth=D("0.02")))
    assert without.after.usd.low is None
    assert without.months[1].low is not None
    assert without.months[1].value == without.months[0].value


def test_equal_seeds_repeat_and_another_lever_moves_no_other_draw() -> None:
    one, two = evaluate(HALF), evaluate(HALF)
    assert one == two
    assert evaluate(Batch(D(1)), HALF).before.usd == one.before.usd


def test_the_tornado_puts_what_matters_most_first_and_brackets_the_point() -> None:
    outcome = evaluate(HALF, ExactCache(D("0.4")), Growth(D("0.05")))
    reach = [abs(bar.high - bar.low) for bar in outcome.tornado]
    assert reach == sorted(reach, reverse=True)
    assert {bar.name for bar in outcome.tornado} == {
        "Number of queries", "Mix of models", "Exact cache hits", "Tokens replied", "Tokens sent", "Growth",
    }  # fmt: skip
    point = outcome.after.usd.value
    assert all(min(bar.low, bar.high) < point < max(bar.low, bar.high) for bar in outcome.tornado)
    cache = next(bar for bar in outcome.tornado if bar.name == "Exact cache hits")
    assert cache.low > cache.high  # few hits cost more
    assert (cache.at_low, cache.at_high) == ("33.5 % hits", "46.6 % hits")


def test_a_tornado_of_recorded_traffic_tells_volume_from_the_cost_of_a_call() -> None:
    outcome = evaluate(ExactCache(D("0.4")), traffic=days(), baseline=DAYS)
    assert {"Number of calls", "Cost of a call (tokens and mix)", "Exact cache hits"} == {bar.name for bar in outcome.tornado}


def test_a_single_day_says_nothing_of_other_days() -> None:
    outcome = evaluate(traffic=days(1), baseline=Recorded(0, 86_400_000))
    assert outcome.before.usd.low is None
    assert float(outcome.before.usd.value) > 0
