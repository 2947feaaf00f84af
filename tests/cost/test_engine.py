"""A scenario worked out: the example to the cent, sides, months, calibration, quality, latency, and inputs that cannot be."""

from dataclasses import replace
from decimal import localcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cost.streams import ALL, D, book, example, month, recorded, scenario
from workbench.cost import comparing, engine, latency, quality, typed
from workbench.cost.model import (
    Batch,
    ClassOf,
    Component,
    ExactCache,
    Growth,
    NewModel,
    OutputCap,
    OwnPrice,
    Recorded,
    Retries,
    Routing,
    SemanticCache,
    Typed,
)
from workbench.cost.outcome import Outcome
from workbench.cost.traffic import Measured, Stream, Traffic
from workbench.errors import InputError

DAYS = Recorded(0, 30 * 86_400_000)


def evaluate(*levers: Any, traffic: Traffic | None = None, known: Any = None, times: Any = None, **fields: Any) -> Outcome:
    given = scenario(*levers, **fields)
    if traffic is None:
        traffic = typed.traffic(given.baseline, days_per_month=given.days_per_month) if isinstance(given.baseline, Typed) else example()
    return engine.evaluate(given, traffic, Measured(), book(given.prices), known or {}, times or {}, draws=200)


def test_the_example_costs_49_500_dollars_a_month() -> None:
    # 100,000 x 30 x (150 x 0.03 / 1,000 + 200 x 0.06 / 1,000) = 3,000,000 x $0.0165.
    outcome = evaluate(bill_usd=D(40_000))
    assert outcome.before.usd.value == D("49500.00")
    assert outcome.before.usd_per_call == D("0.0165")
    assert round(outcome.bill_ratio or D(0), 2) == D("0.81")
    assert outcome.after.usd == outcome.before.usd


def test_all_on_the_small_model_costs_1_650_dollars() -> None:
    assert evaluate(NewModel("gpt-3.5-turbo")).after.usd.value == D("1650.00")
    assert evaluate(NewModel("claude-instant")).after.usd.value == D("1800.00")


def test_a_calibration_scales_every_figure_to_the_bill() -> None:
    pulled = (Routing({"all": {"gpt-4": D("0.5"), "gpt-3.5-turbo": D("0.5")}}), ExactCache(D("0.3")))
    plain, scaled = (evaluate(*pulled, bill_usd=D(40_000), calibrate=on) for on in (False, True))
    ratio = D(40_000) / D(49_500)
    assert scaled.before.usd.value == 40_000
    assert scaled.bill_ratio == plain.bill_ratio
    assert float(scaled.after.usd.value) == pytest.approx(float(plain.after.usd.value * ratio))
    assert float(scaled.saved.high or 0) == pytest.approx(float((plain.saved.high or 0) * ratio))
    assert float(scaled.months[3].low or 0) == pytest.approx(float((plain.months[3].low or 0) * ratio))
    assert float(scaled.tornado[0].high) == pytest.approx(float(plain.tornado[0].high * ratio))
    assert sum(share.usd or 0 for share in scaled.before.models) == 40_000


def test_a_side_says_calls_tokens_shares_and_dollars_by_model() -> None:
    outcome = evaluate(Routing({"all": {"gpt-4": D("0.1"), "gpt-3.5-turbo": D("0.9")}}), ExactCache(D("0.5")))
    after = outcome.after
    assert after.calls == 3_000_000
    dear, cheap = after.models
    assert (dear.model, dear.calls, dear.share, dear.usd) == ("gpt-4", 150_000, D("0.1"), D("2475"))
    assert (cheap.model, cheap.calls, cheap.share, cheap.usd) == ("gpt-3.5-turbo", 1_350_000, D("0.9"), D("742.5"))
    assert dear.tokens["input"] == 22_500_000
    assert dear.source == "this scenario"
    assert after.usd.value == D("3217.5")


def test_classes_are_told_apart_where_there_are_several() -> None:
    classes = {"simple": ClassOf(D("0.6")), "complex": ClassOf(D("0.4"), D(400))}
    outcome = evaluate(Routing({"simple": {"gpt-3.5-turbo": D(1)}}), baseline=replace(ALL, classes=classes))
    assert {(one.model, one.klass) for one in outcome.after.models} == {("gpt-3.5-turbo", "simple"), ("gpt-4", "complex")}


def test_months_ahead_grow_and_a_year_is_their_sum() -> None:
    outcome = evaluate(Growth(D("0.1")), months=3)
    assert outcome.before.usd.value == 49_500
    assert [month.value for month in outcome.months] == [D("54450"), D("59895"), D("65884.5")]
    assert [month.value for month in outcome.months_before] == [D("54450"), D("59895"), D("65884.5")]
    assert outcome.after.usd.value == outcome.months[0].value
    assert outcome.year.value == D("180229.5")
    flat = evaluate(ExactCache(D("0.5")))
    assert len(flat.months) == 12
    assert {month.value for month in flat.months} == {D(24_750)}
    assert flat.year.value == 12 * 24_750


def test_traffic_may_stop_growing_at_nothing() -> None:
    outcome = evaluate(Growth(D(-1)))
    assert outcome.after.usd.value == 0
    assert {month.value for month in outcome.months} == {D(0)}


def test_components_stand_beside_the_calls_and_no_lever_changes_them() -> None:
    parts = (Component("corpus", "embedding", "embedder", D(10_000_000), D("0.1")), Component("tuned", "fine_tuning", "nobody/x", D(1)))
    outcome = evaluate(ExactCache(D("0.5"), usd_per_lookup=D("0.0001")), baseline=replace(ALL, components=parts))
    # $1 of embeddings; 3,000,000 look-ups at $0.0001 are $300.
    assert outcome.before.usd.value == 49_501
    assert outcome.before.components_usd == 1
    assert outcome.after.components_usd == 301
    assert outcome.after.usd.value == D("24750") + 301
    assert any("tuned" in said for said in outcome.warnings)


def test_calls_without_a_price_are_counted_apart_and_never_free() -> None:
    outcome = evaluate(Routing({"all": {"gpt-4": D("0.5"), "nobody/knows": D("0.5")}}))
    assert outcome.after.unpriced_calls == 1_500_000
    assert outcome.after.usd_per_call == D("0.0165")  # of those whose price is known
    assert comparing.saved(outcome) is None  # what went to a model without a price is not saved
    assert outcome.after.usd.value == 24_750
    assert [one.usd for one in outcome.after.models if one.model == "nobody/knows"] == [None]
    assert any("1,500,000 calls of the scenario have no known price" in said for said in outcome.warnings)


def test_what_a_cache_saves_is_known_where_the_same_calls_have_no_price_before_and_after() -> None:
    half = replace(ALL, models={"gpt-4": D("0.5"), "nobody/knows": D("0.5")})
    outcome = evaluate(ExactCache(D("0.5")), baseline=half)
    assert outcome.after.unpriced_calls == 750_000
    assert outcome.after.unpriced_asked == outcome.before.unpriced_asked == 1_500_000
    assert (comparing.saved(outcome) or outcome.year).value == 12_375


def test_there_is_no_waterfall_where_a_lever_alone_moves_calls_to_a_model_without_a_price() -> None:
    there_and_back = evaluate(Routing({"all": {"nobody/knows": D(1)}}), NewModel("gpt-4", "nobody/knows"))
    assert there_and_back.after.unpriced_calls == 0
    assert there_and_back.parts == ()
    assert not any("by itself" in said for said in there_and_back.findings)


def test_what_a_cache_takes_and_how_long_are_assumptions() -> None:
    outcome = evaluate(ExactCache(D("0.5")), SemanticCache(D("0.2"), usd_per_lookup=D("0.00001500")))
    asked = {one.field: (one.value, one.source) for one in outcome.assumptions if one.name.endswith("cache asked")}
    assert asked == {
        "levers.exact_cache.usd_per_lookup": ("$0 a look-up, an answer in 5 ms", "shipped"),
        "levers.semantic_cache.usd_per_lookup": ("$0.000015 a look-up, an answer in 5 ms", "typed"),
    }


def test_calls_that_fail_for_good_stay_asked() -> None:
    assert evaluate(Retries(D("0.5"), 1, D(1))).after.calls == 3_000_000


def test_quality_and_latency_stand_beside_every_saving() -> None:
    run = quality.Known(D("0.96"), D("0.94"), D("0.98"), 100, "run x, n = 100")
    known = {"gpt-4": run, "gpt-3.5-turbo": quality.Known(D("0.9"), None, None, 0, "stated")}
    times = {"gpt-4": latency.Times("stated", p50_ms=2_000, p95_ms=4_000), "gpt-3.5-turbo": latency.Times("stated", p50_ms=500, p95_ms=900)}
    half = Routing({"all": {"gpt-4": D("0.5"), "gpt-3.5-turbo": D("0.5")}})
    outcome = evaluate(half, known=known, times=times)
    assert outcome.before.quality.value == D("0.96")
    assert outcome.after.quality.value == D("0.93")
    assert outcome.before.latency.p50_ms == pytest.approx(2_000)
    assert 500 < (outcome.after.latency.p50_ms or 0) < 2_000
    # 3 in 10 of all calls meet the semantic cache's hits, a tenth of them false: 0.93 x (1 - 0.5 x 0.6 x 0.1).
    cached = evaluate(half, ExactCache(D("0.5")), SemanticCache(D("0.6"), D("0.1")), known=known, times=times)
    assert cached.after.quality.value == D("0.93") * D("0.97")
    assert (cached.after.latency.p50_ms or 0) < 10  # eight of ten answers come out of a cache
    unknown = evaluate(half, known={"gpt-4": known["gpt-4"]}, times=times)
    assert (unknown.after.quality.value, unknown.after.quality.unknown) == (None, ("gpt-3.5-turbo",))


def test_nobody_waits_for_what_goes_in_batches() -> None:
    times = {"gpt-4": latency.Times("stated", p50_ms=9_000, p95_ms=9_000), "gpt-3.5-turbo": latency.Times("stated", p50_ms=500, p95_ms=500)}
    classes = {"simple": ClassOf(D("0.5")), "complex": ClassOf(D("0.5"), can_wait=True)}
    pulled = (Routing({"simple": {"gpt-3.5-turbo": D(1)}}), Batch(D(1), ("complex",)))
    outcome = evaluate(*pulled, baseline=replace(ALL, classes=classes), times=times)
    assert outcome.after.latency.p95_ms == pytest.approx(500)


def test_recorded_calls_say_what_was_billed_for_a_month() -> None:
    tokens = np.zeros((60, 1, 6))
    tokens[..., 0] = 1_000
    traffic = recorded([Stream("gpt-4")], np.full((60, 1), 10), tokens, recorded_nano=120 * 10**9)
    outcome = evaluate(traffic=traffic, baseline=DAYS)
    assert outcome.as_billed_usd == 60  # $120 of 60 days is $60 of 30
    assert outcome.before.usd.value == D("0.9")  # 30,000 tokens at $30
    assert evaluate().as_billed_usd is None
    unpriced = recorded([Stream("gpt-4")], np.full((60, 1), 10), tokens, recorded_unpriced=600)
    assert evaluate(traffic=unpriced, baseline=DAYS).as_billed_usd is None


def test_long_prompts_are_billed_in_their_band() -> None:
    stated = Typed(D(1), D(300_000), D(100), {"google/gemini-2.5-pro": D(1)})
    short = replace(stated, input_tokens=D(100_000))
    dear, cheap = (evaluate(baseline=one, prices={}).before for one in (stated, short))
    assert (dear.usd_per_call or 0) / 3 > (cheap.usd_per_call or 0) * D("1.5")
    moved = evaluate(NewModel("google/gemini-2.5-pro"), baseline=replace(stated, models={"openai/gpt-4o": D(1)}), prices={})
    assert moved.after.usd.value == dear.usd.value


@pytest.mark.parametrize("lever", [ExactCache(D("1.4")), Growth(D("NaN")), Batch(D(-1)), OutputCap(-1)])
def test_levers_that_cannot_be_are_refused_by_their_field(lever: Any) -> None:
    with pytest.raises(InputError, match=f"field levers.{lever.kind}"):
        evaluate(lever)


def test_no_traffic_is_refused_with_a_way_on() -> None:
    with pytest.raises(InputError, match="field baseline") as refused:
        evaluate(traffic=month((Stream("gpt-4"), 0, {})))
    assert refused.value.place == "field baseline.queries_per_day"
    with pytest.raises(InputError, match="field baseline: there are no calls") as refused:
        evaluate(traffic=month((Stream("gpt-4"), 0, {})), baseline=DAYS)
    assert "period" in refused.value.hint


def test_a_price_of_nothing_is_nothing_and_divides_nothing() -> None:
    outcome = evaluate(ExactCache(D("0.5")), prices={"gpt-4": OwnPrice(D(0), D(0))}, bill_usd=D(100), calibrate=True)
    assert (outcome.before.usd.value, outcome.after.usd.value, outcome.bill_ratio) == (0, 0, None)
    assert any("nothing can be scaled" in said for said in outcome.warnings)


def test_ten_to_the_fifteen_queries_a_day_do_not_overflow() -> None:
    huge = replace(ALL, queries_per_day=D(10**15))
    outcome = evaluate(ExactCache(D("0.1")), Growth(D("0.5")), baseline=huge, months=120)
    assert outcome.before.usd.value == D(10**15) * 30 * D("0.0165")
    assert outcome.before.usd.value + sum(part.usd for part in outcome.parts) == outcome.after.usd.value
    with localcontext(prec=200):  # the hundred and twentieth month, to the nano-dollar
        last = D(10**15) * 30 * D("0.0165") * D("0.9") * D("1.5") ** 120
        assert abs(outcome.months[-1].value - last) <= D("1e-9")
    assert all(figure.value.is_finite() and figure.high is not None and figure.high.is_finite() for figure in outcome.months)


@given(st.decimals("0.001", 10**15, places=3), st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2))
@settings(max_examples=40, deadline=None)
def test_the_point_is_the_plain_product_to_the_nano_dollar(queries: D, sent: D, replied: D) -> None:
    outcome = evaluate(baseline=Typed(queries, sent, replied, {"gpt-4": D(1)}))
    exact = queries * 30 * (sent * 30 + replied * 60) / 1_000_000
    assert abs(outcome.before.usd.value - exact) <= D("1e-9")


def test_prompts_that_no_lever_names_are_billed_together_to_the_same_sum() -> None:
    chance = np.random.default_rng(2)
    streams = [Stream("gpt-4", f"prompt {n}") for n in range(200)]
    tokens = chance.integers(1, 1_000, (30, 200, 6)).astype(float)
    tokens[..., 1:4] = 0
    tokens[..., 5] = 0
    traffic = recorded(streams, chance.integers(1, 9, (30, 200)), tokens)
    plain = sum(((row[0] * 30 + row[4] * 60) / 1_000_000 for row in traffic.month_tokens), D(0))
    assert abs(evaluate(traffic=traffic, baseline=DAYS).before.usd.value - plain) < D("1e-8")
