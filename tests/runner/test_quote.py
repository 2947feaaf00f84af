"""A quote says what a run will take, and says what it does not know."""

from decimal import Decimal

import pytest

from tests.loopback import Answer
from tests.runner.conftest import Bench
from workbench.ledger import overrides
from workbench.pricing.overrides import OverrideRates
from workbench.prompts import registry
from workbench.prompts.records import Variable
from workbench.providers.base import Parameters
from workbench.runner import plan


@pytest.fixture
def openai(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("OPENAI_BASE_URL", bench.server.v1)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef0123")
    return bench


def test_a_quote_counts_calls_and_tokens_and_asks_nothing(bench: Bench) -> None:
    quote = plan.quote(bench.store, bench.spec(repeats=2))
    assert quote.calls == 48
    assert 48 * 8 < quote.input_tokens < 48 * 40
    assert 0 < quote.output_tokens_low < quote.output_tokens_high
    assert quote.seconds_low <= quote.seconds_high
    assert bench.server.count == 0


def test_a_model_without_a_price_is_named_and_never_free(bench: Bench) -> None:
    quote = plan.quote(bench.store, bench.spec())
    assert quote.cost_usd_low is None
    assert quote.unpriced == ("loop/m",)
    assert any("No price is known for loop/m" in warning for warning in quote.warnings)
    assert any("its time is a guess" in warning for warning in quote.warnings)
    mixed = plan.quote(bench.store, bench.spec(models=("loop/m", "simulated/good")))
    assert mixed.cost_usd_low == 0
    assert mixed.unpriced == ("loop/m",)
    assert mixed.simulated


def test_an_own_price_is_quoted_as_it_will_be_billed(bench: Bench) -> None:
    overrides.add(bench.store, "loop", "m", OverrideRates(input=Decimal(3), output=Decimal(15)), from_ms=0)
    quote = plan.quote(bench.store, bench.spec())
    assert quote.unpriced == ()
    assert quote.cost_usd_low is not None
    assert quote.cost_usd_high is not None
    run = bench.finish()
    assert 0 < quote.cost_usd_low <= quote.cost_usd_high
    assert run.spent_usd > 0


def test_the_range_of_a_price_holds_what_the_run_then_costs(openai: Bench) -> None:
    openai.server.reply = lambda body: Answer("card_arrival", input_tokens=len(body["messages"][0]["content"]) // 4, output_tokens=4)
    openai.version("strict {{text}}", parameters=Parameters(max_tokens=20))
    quote = plan.quote(openai.store, openai.spec("intent@3", models=("openai/gpt-4o-mini",)))
    assert quote.cost_usd_low is not None
    assert quote.cost_usd_high is not None
    run = openai.finish("intent@3", models=("openai/gpt-4o-mini",))
    assert quote.cost_usd_low / 2 < run.spent_usd <= quote.cost_usd_high
    again = plan.quote(openai.store, openai.spec("intent@3", models=("openai/gpt-4o-mini",)))
    assert again.cost_usd_high is not None
    assert again.cost_usd_high < quote.cost_usd_high  # the ledger knows by now how short the replies are
    assert again.output_tokens_low <= run.output_tokens <= again.output_tokens_high


def test_time_follows_concurrency_and_requests_a_minute(openai: Bench) -> None:
    openai.server.latency_s = 0.05
    openai.finish("intent@1")
    one, many = (plan.quote(openai.store, openai.spec("intent@1", concurrency=width)) for width in (1, 6))
    assert one.seconds_low == pytest.approx(many.seconds_low * 6, rel=0.5)
    paced = plan.quote(openai.store, openai.spec("intent@1", rpm=6))
    assert paced.seconds_low == pytest.approx(120, abs=1)


def test_a_quote_says_how_many_cells_need_not_be_asked(bench: Bench) -> None:
    bench.finish("intent@2")
    quote = plan.quote(bench.store, bench.spec(reuse=True))
    assert (quote.reusable, quote.calls) == (12, 12)
    whole = plan.quote(bench.store, bench.spec("intent@2", reuse=True))
    assert (whole.reusable, whole.calls, whole.input_tokens) == (12, 0, 0)


def test_a_prompt_longer_than_the_model_takes_is_warned_of(openai: Bench) -> None:
    openai.version("strict {{text}} " + "word " * 20_000)
    quote = plan.quote(openai.store, openai.spec("intent@3", models=("openai/gpt-4",)))
    assert any("gpt-4 takes" in warning for warning in quote.warnings)


def test_a_quote_of_many_cases_is_taken_on_a_sample(bench: Bench) -> None:
    bench.cases(1_000, "many")
    quote = plan.quote(bench.store, bench.spec(dataset="many"))
    assert quote.calls == 2_000
    assert quote.estimated
    exact = plan.quote(bench.store, bench.spec(dataset="many", limit=80))
    assert quote.input_tokens / 2_000 == pytest.approx(exact.input_tokens / 160, rel=0.2)


def test_an_optional_variable_does_not_break_a_quote(bench: Bench) -> None:
    bench.version("{{tone}} strict {{text}}", name="polite")
    registry.update(bench.store, "polite", variables=[Variable("text"), Variable("tone", required=False)])
    assert plan.quote(bench.store, bench.spec("polite@1")).calls == 12


def test_a_shorter_reply_than_ever_before_is_quoted_within_its_own_limit(openai: Bench) -> None:
    openai.server.reply = lambda _body: Answer("card_arrival " * 20, output_tokens=40)
    openai.finish("intent@1")
    openai.version("short {{text}}", parameters=Parameters(max_tokens=5))
    quote = plan.quote(openai.store, openai.spec("intent@3"))
    assert quote.output_tokens_low <= quote.output_tokens_high == quote.calls * 5
