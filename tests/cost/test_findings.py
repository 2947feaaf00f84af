"""Sentences worth knowing: each is said where it holds, and not where it does not."""

from dataclasses import replace
from typing import Any

from tests.cost.streams import ALL, PRICES, D, book, recorded, scenario
from workbench.cost import engine, typed
from workbench.cost.findings import usd
from workbench.cost.model import Batch, ExactCache, Limits, NewModel, OwnPrice, PromptCaching, Recorded, Routing, SemanticCache, Unsure
from workbench.cost.outcome import Outcome
from workbench.cost.traffic import Hits, Measured, Stream

TARGET = Limits(usd_per_month=D(2_000))


def evaluate(*levers: Any, measured: Measured | None = None, **fields: Any) -> Outcome:
    given = scenario(*levers, **fields)
    traffic = typed.traffic(given.baseline, days_per_month=30)  # type: ignore[arg-type]
    return engine.evaluate(given, traffic, measured or Measured(), book(given.prices), {}, {}, draws=500)


def said(outcome: Outcome, *words: str) -> list[str]:
    return [one for one in (*outcome.findings, *outcome.warnings) if all(word in one for word in words)]


def test_the_stated_bill_stands_beside_what_prices_and_tokens_give() -> None:
    assert said(evaluate(bill_usd=D(40_000)), "$49,500", "$40,000", "0.81", "calibrate")
    assert said(evaluate(bill_usd=D(40_000), calibrate=True), "$49,500", "$40,000", "0.81", "scaled to the bill")
    assert said(evaluate(bill_usd=D(49_500)), "is what prices and tokens give")
    assert not said(evaluate(), "bill")


def test_a_target_says_what_share_may_stay_on_the_dear_model() -> None:
    # 1,650 + x (49,500 - 1,650) = 2,000: x = 0.73 %; with half of the calls cached (4,000 - 1,650) / 47,850 = 4.91 %.
    found = said(evaluate(limits=TARGET), "Under $2,000 a month")
    assert len(found) == 1
    assert "at most 0.7 % of the calls may stay on gpt-4 with no cache, 4.9 % at 50 % cache hits" in found[0]
    assert "gpt-3.5-turbo" in found[0]
    assert "$1,650" in found[0]
    # The scenario's own caches: 2,000 / (1 - 0.58) = 4,761.90; less 1,650, of 47,850: 6.5 %.
    assert said(evaluate(ExactCache(D("0.3")), SemanticCache(D("0.4")), limits=TARGET), "6.5 % at the 58 % of the caches here")


def test_a_target_that_no_mix_reaches_says_so_and_what_would() -> None:
    # All on gpt-3.5-turbo costs 1,650: 1 - 1,000 / 1,650 = 39.4 % of the calls must be answered by a cache.
    assert said(evaluate(limits=Limits(usd_per_month=D(1_000))), "No mix of models comes under $1,000", "$1,650", "39.4 %")
    assert said(evaluate(limits=Limits(usd_per_month=D(0))), "No mix of models", "fewer calls")


def test_a_target_that_is_met_or_missed_by_the_levers_is_told_apart() -> None:
    assert not said(evaluate(limits=Limits(usd_per_month=D(60_000))), "Under")
    assert said(evaluate(ExactCache(D("0.5")), limits=TARGET), "These levers come to $24,750: $22,750 over the limit")
    assert not said(evaluate(NewModel("gpt-3.5-turbo"), limits=TARGET), "over the limit")


def test_a_free_model_is_no_answer_to_a_target() -> None:
    outcome = evaluate(NewModel("simulated/fair", share=D("0.1")), limits=TARGET)
    assert said(outcome, "the others go to gpt-3.5-turbo")


def test_a_lever_that_saves_nothing_says_why() -> None:
    assert said(evaluate(Batch(D("0.5"))), "50 % in batches: saves nothing by itself, because no batch price is known")
    assert said(evaluate(PromptCaching(D(100), D("0.9"))), "saves nothing by itself, because no price for cached tokens")
    assert said(evaluate(NewModel("gpt-4")), "saves nothing by itself.")
    priced = {"gpt-4": OwnPrice(D(30), D(60), batch=D("0.5"))}
    assert not said(evaluate(Batch(D("0.5")), prices=priced), "saves nothing")


def test_nothing_is_said_of_what_a_lever_saves_where_nothing_has_a_price() -> None:
    nowhere = replace(ALL, models={"gpt-4oo": D(1)})
    assert not said(evaluate(ExactCache(D("0.5")), prices={}, baseline=nowhere), "saves nothing")
    assert said(evaluate(ExactCache(D("0.5")), prices={}, baseline=nowhere), "have no known price")


def test_what_has_no_price_is_told_with_the_name_that_is_perhaps_meant() -> None:
    asked = {"gpt-4oo": D("0.5"), "nobody/zzzzzzzzzzzz": D("0.5")}
    outcome = evaluate(prices={}, baseline=replace(ALL, models=asked))
    assert said(outcome, "gpt-4oo has no price; did you mean openai/gpt-4o?")
    assert not said(outcome, "zzzzzzzzzzzz has no price; did you mean")


def test_a_lever_that_costs_money_says_how_much() -> None:
    dear = {**PRICES, "gpt-5": OwnPrice(D(60), D(120))}
    assert said(evaluate(NewModel("gpt-5"), prices=dear), "gpt-5 instead of every model: costs $49,500 more a month by itself")


def test_a_saving_inside_the_noise_is_called_that() -> None:
    near = {**PRICES, "other": OwnPrice(D(40), D("52.4"))}
    outcome = evaluate(NewModel("other"), prices=near, unsure=Unsure(D("0.1"), D("0.3"), D(0), D(0), D(0)))
    assert said(outcome, "inside the noise")
    assert not said(evaluate(NewModel("gpt-3.5-turbo")), "inside the noise")


def test_what_nobody_knows_of_quality_and_latency_is_said() -> None:
    outcome = evaluate(NewModel("gpt-3.5-turbo"))
    assert said(outcome, "Quality is unknown", "gpt-3.5-turbo")
    assert said(outcome, "Latency is unknown", "gpt-3.5-turbo")


def test_rates_that_cannot_be_measured_ask_for_the_field() -> None:
    assert said(evaluate(ExactCache()), "levers.exact_cache.hit_rate")
    assert said(evaluate(PromptCaching()), "levers.prompt_caching")


def test_a_class_that_no_traffic_is_of_is_named() -> None:
    traffic = recorded([Stream("gpt-4", klass="simple")], [[5.0]], [[[10.0, 0, 0, 0, 10.0, 0]]])
    pulled = Routing({"medium": {"gpt-4": D(1)}}), Batch(D(1), ("complex",))
    outcome = engine.evaluate(scenario(*pulled, baseline=Recorded(0, 1)), traffic, Measured(), book(), {}, {}, draws=10)
    assert said(outcome, "class medium")
    assert said(outcome, "class complex")


def test_calls_without_text_are_named_with_what_is_taken_of_them() -> None:
    hits = Hits((D("0.5"),), ((D("0.5"),) * 6,), D("0.5"), 100, 50, without_text=20)
    assert said(evaluate(ExactCache(), measured=Measured(hits)), "20 calls were recorded without their text and are taken")
    single = replace(hits, without_text=1)
    assert said(evaluate(ExactCache(), measured=Measured(single)), "1 call was recorded without its text and is taken")


def test_notes_of_the_traffic_are_passed_on() -> None:
    traffic = recorded([Stream("gpt-4")], [[5.0]], [[[10.0, 0, 0, 0, 10.0, 0]]], notes=("3 calls were left out.",))
    outcome = engine.evaluate(scenario(baseline=Recorded(0, 1)), traffic, Measured(), book(), {}, {}, draws=10)
    assert "3 calls were left out." in outcome.warnings


def test_every_assumption_names_its_source_and_the_field_that_changes_it() -> None:
    pulled = (
        Routing({"all": {"gpt-4": D("0.5"), "openai/gpt-4o": D("0.5")}}),
        ExactCache(D("0.4")),
        SemanticCache(D("0.2")),
        Batch(D("0.3")),
    )
    found = {one.name: one for one in evaluate(*pulled).assumptions}
    assert found["Queries"].field == "baseline.queries_per_day"
    assert found["Price of gpt-4"].field == "prices.gpt-4"
    assert found["Price of openai/gpt-4o"].source.startswith("genai-prices")
    assert found["False hits"].field == "levers.semantic_cache.false_hit_rate"
    assert found["Quality of gpt-4"].value.startswith("unknown")
    assert all(one.source and one.field and one.value for one in found.values())


def test_dollars_are_written_as_people_write_them() -> None:
    assert [usd(D(text)) for text in ("49500", "-1650.4", "12.345", "0.0042", "0")] == ["$49,500", "−$1,650", "$12.34", "$0.0042", "$0"]
