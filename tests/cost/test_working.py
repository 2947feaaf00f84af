"""A scenario worked out on a store: recorded calls, measured levers, prices, runs and latencies, and what is kept in memory."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.comparison import runs
from tests.cost.ledger import DAY_MS, START_MS, call, put
from tests.cost.streams import D, scenario
from workbench.cost import columns, working
from workbench.cost.model import (
    Batch,
    Believed,
    ExactCache,
    OutputCap,
    OwnPrice,
    PromptCaching,
    Recorded,
    Routing,
    Rule,
    Scenario,
    ShorterPrompt,
    Trace,
)
from workbench.cost.outcome import Outcome
from workbench.errors import InputError
from workbench.ledger import overrides
from workbench.ledger.tables import CallRow
from workbench.pricing.overrides import OverrideRates
from workbench.runner.tables import RunVariantRow
from workbench.store import Store

PERIOD = Recorded(START_MS, START_MS + 15 * DAY_MS)
PRICES = {"p/m": OwnPrice(D(10), D(30), batch=D("0.5")), "p/n": OwnPrice(D(1), D(3))}


def recorded(*levers: Any, **fields: Any) -> Scenario:
    return scenario(*levers, **{"baseline": PERIOD, "prices": PRICES, **fields})


@pytest.fixture
def filled(sqlite_store: Store) -> Store:
    """15 days of 4 calls: two short questions, equal from day to day, and two long texts."""
    long = "word " * 150
    records = []
    for day in range(15):
        at = START_MS + day * DAY_MS + 1_000
        records += [
            call("What is this?", started_ms=at + n * 60_000, input_tokens=1_000, output_tokens=100, latency_ms=100 + day) for n in range(2)
        ]
        records += [call(f"{long}{day} {n}", started_ms=at + n * 60_000, input_tokens=2_000, output_tokens=300 * (n + 1)) for n in range(2)]
    put(sqlite_store, *records)
    return sqlite_store


def work(store: Store, *levers: Any, **fields: Any) -> Outcome:
    return working.work_out(store, recorded(*levers, **fields), draws=200)


def test_recorded_calls_are_a_month_of_their_days_at_the_prices_given(filled: Store) -> None:
    # A day: input 6,000 x $10, output (100 + 100 + 300 + 600) x $30 per million: 0.06 + 0.033 = $0.093; 30 days: $2.79.
    outcome = work(filled)
    assert outcome.before.usd.value == D("2.79")
    assert outcome.before.calls == 120
    assert outcome.as_billed_usd == D("0.00012")  # the ledger says 1,000 nano-dollars a call
    longer = work(filled, baseline=replace(PERIOD, until_ms=START_MS + 16 * DAY_MS - DAY_MS // 4))  # 15.75 days
    assert longer.as_billed_usd == D("0.000114286")
    assert "60 calls" in outcome.traffic


def test_rules_say_what_class_recorded_calls_are_of(filled: Store) -> None:
    # Simple (short questions) goes to p/n: 2 x (1,000 x 1 + 100 x 3) = $0.0026 instead of $0.026 a day.
    outcome = work(filled, Routing({"simple": {"p/n": D(1)}}))
    assert outcome.after.usd.value == (D("0.093") - D("0.026") + D("0.0026")) * 30
    own = Routing({"short": {"p/n": D(1)}}, (Rule("words < 20", "short"), Rule(None, "long")))
    assert work(filled, own).after.usd.value == outcome.after.usd.value
    assert {one.klass for one in outcome.after.models} == {"simple", "complex"}


def test_an_exact_cache_is_measured_by_a_replay(filled: Store) -> None:
    # Of the two equal questions a day the second comes a minute later: 15 of 60 calls hit; they cost (0.01 + 0.003) x 15 of 15 days.
    outcome = work(filled, ExactCache(ttl_s=3_600))
    assert outcome.after.usd.value == (D("0.093") - D("0.013")) * 30
    assert any(one.source == "measured" and "25 % hits in a replay of 60 calls" in one.value for one in outcome.assumptions)
    assert work(filled, ExactCache(ttl_s=30)).after.usd.value == D("2.79")
    assert work(filled, ExactCache(D("0.5"))).after.usd.value == D("1.395")


def test_replies_are_cut_by_their_recorded_lengths(filled: Store) -> None:
    # Ended after 300: 100 + 100 + 300 + 300 = 800 of 1,100 tokens a day.
    assert work(filled, OutputCap(300)).after.usd.value == (D("0.06") + D("0.024")) * 30


def test_prompt_caching_is_measured_from_the_prompts(filled: Store) -> None:
    outcome = work(filled, PromptCaching())
    assert outcome.after.usd.value <= outcome.before.usd.value
    (told,) = [one for one in outcome.assumptions if one.name == "Prompt caching"]
    assert told.source.startswith("measured on 60 requests")
    assert told.value == "beginnings of 0 tokens on average are kept 5m, 0 % of them found again"
    (least,) = [one for one in outcome.assumptions if one.name.startswith("Fewest tokens")]
    assert (least.name, least.value, least.source) == ("Fewest tokens p/m caches", "1,024", "assumed")


def test_classes_that_go_in_batches_are_told_apart_by_the_rules_that_ship(filled: Store) -> None:
    # The long texts, $0.067 a day, at half the price.
    assert work(filled, Batch(D(1), ("complex",))).after.usd.value == (D("0.093") - D("0.0335")) * 30


def test_latency_is_from_the_ledger_and_quality_as_stated(filled: Store) -> None:
    outcome = work(filled, believed={"p/m": Believed(D("0.9"), latency_p50_ms=9, latency_p95_ms=9)})
    assert outcome.before.quality.value == D("0.9")
    assert 100 <= (outcome.before.latency.p95_ms or 0) <= 115
    assert "recorded" in outcome.before.latency.sources["p/m"]


def test_another_version_has_the_quality_of_its_own_runs(filled: Store) -> None:
    with filled.write() as session:
        session.execute(update(CallRow).values(prompt="support"))
    runs.make(filled, [[1.0] * 20, [0.5] * 20], run_id="r", provider="p")
    with filled.write() as session:
        for position, version in ((0, 1), (1, 2)):
            mine = (RunVariantRow.run_id == "r") & (RunVariantRow.position == position)
            session.execute(update(RunVariantRow).where(mine).values(prompt="support", version=version))
    of_any = work(filled).before.quality
    shorter = [work(filled, ShorterPrompt(D(100), "support", version)) for version in (1, 2, 3)]
    assert [(one.before.quality, one.after.quality.value) for one in shorter] == [(of_any, D(1)), (of_any, D("0.5")), (of_any, None)]
    assert shorter[2].after.quality.unknown == ("p/m with support@3",)
    stated = work(filled, ShorterPrompt(D(100), "billing", 3), believed={"p/m": Believed(D("0.9"))})
    assert stated.after.quality == stated.before.quality  # calls of other prompts stay what they are


def test_a_typed_baseline_takes_the_latency_of_a_model_from_the_ledger(filled: Store) -> None:
    given = scenario(prices=PRICES, baseline=replace(scenario().baseline, models={"p/m": D(1)}))  # type: ignore[type-var]
    outcome = working.work_out(filled, given, draws=50)
    assert 100 <= (outcome.before.latency.p95_ms or 0) <= 115
    assert "newest answers in the ledger" in outcome.before.latency.sources["p/m"]


def test_own_prices_of_the_ledger_count_where_the_scenario_has_none(filled: Store) -> None:
    assert work(filled, prices={}).before.unpriced_calls == 120
    overrides.add(filled, "p", "m", OverrideRates(input=D(10), output=D(30)), from_ms=0)
    outcome = work(filled, prices={})
    assert outcome.before.usd.value == D("2.79")
    assert outcome.before.models[0].source == "own price"


def test_new_calls_are_seen_and_nothing_is_loaded_twice(filled: Store) -> None:
    first = work(filled)
    held = columns.load(filled, PERIOD)
    assert columns.load(filled, PERIOD) is held
    put(filled, call("Another?", started_ms=START_MS + DAY_MS, input_tokens=1_000_000, output_tokens=0))
    # $10 more in 15 days.
    assert work(filled).before.usd.value == first.before.usd.value + 20


def test_the_same_scenario_gives_the_same_outcome(filled: Store) -> None:
    pulled = (Routing({"simple": {"p/n": D(1)}}), ExactCache(), OutputCap(300))
    assert work(filled, *pulled) == work(filled, *pulled)


def test_an_empty_ledger_says_what_to_do(sqlite_store: Store) -> None:
    with pytest.raises(InputError, match="field baseline") as refused:
        work(sqlite_store)
    assert refused.value.hint


def test_what_cannot_be_is_refused_before_anything_is_loaded(filled: Store) -> None:
    with pytest.raises(InputError, match=r"field levers.exact_cache.hit_rate: 1.4 is over 1"):
        work(filled, ExactCache(D("1.4")))
    with pytest.raises(InputError, match="field calibrate"):
        work(filled, calibrate=True)


def test_a_trace_is_worked_out_like_recorded_calls(sqlite_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    lines = [f"2024-05-{day:02d} {hour:02d}:00:00,1000,100" for day in range(1, 21) for hour in range(24)]
    path.write_text("\n".join(["TIMESTAMP,ContextTokens,GeneratedTokens", *lines]))
    outcome = working.work_out(sqlite_store, recorded(ExactCache(), PromptCaching(), baseline=Trace(str(path), "p/m")), draws=100)
    # 24 calls a day at $0.013: $9.36 a month.
    assert float(outcome.before.usd.value) == pytest.approx(9.36, rel=0.01)
    assert any("prompt" in said for said in outcome.warnings)


def test_a_plan_is_made_over_classes_whatever_the_levers_are(filled: Store) -> None:
    inputs = working.plan_inputs(filled, recorded())
    assert {stream.klass for stream in inputs.traffic.streams} == {"simple", "complex"}
    assert inputs.book.of("p/m", "batch") is not None
    assert set(inputs.latency) == {"p/m"}


def test_every_model_a_scenario_may_send_a_call_to_is_named(filled: Store) -> None:
    given = recorded(Routing({"simple": {"q/x": D(1)}}, (Rule("words < 20", "simple"), Rule(None, "complex", model="q/y"))))
    inputs = working.plan_inputs(filled, given)
    assert set(working.models(given, inputs.traffic)) == {"p/m", "p/n", "q/x", "q/y"}
