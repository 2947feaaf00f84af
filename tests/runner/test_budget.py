"""A run that meets a used-up budget stops as capped, loses nothing, and goes on when there is money again."""

from decimal import Decimal

import pytest

from tests.loopback import Answer
from tests.runner.conftest import Bench
from workbench.ledger import budgets, spend
from workbench.providers.base import Parameters
from workbench.runner import plan

MODEL = "openai/gpt-4o"  # $0.0035 a call here
SIMULATED = "simulated/good?latency_ms=0"


@pytest.fixture
def priced(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("OPENAI_BASE_URL", bench.server.v1)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef0123")
    bench.server.reply = lambda _body: Answer("strict", input_tokens=1000, output_tokens=100)
    bench.version("strict {{text}}", parameters=Parameters(max_tokens=100))
    return bench


def test_a_run_that_meets_a_budget_is_capped_and_goes_on_when_it_is_raised(priced: Bench) -> None:
    made = budgets.put(priced.store, scope="model", key=MODEL, period="day", limit_usd="0.014", stops=True)
    run = priced.finish("intent@3", models=(MODEL,), concurrency=1)
    assert (run.state, run.ok, run.failed) == ("capped", 4, 0)
    assert run.error.startswith("The budget of $0.0140 for openai/gpt-4o a day is used up: $0.0140 spent. It starts anew at ")
    assert run.error.endswith("Then resume the run: finished cells are kept.")
    assert budgets.events(priced.store)[0].call_id == priced.cells(run.id)[3].call_id
    asked = priced.server.count
    assert priced.resumed(run.id).state == "capped"
    assert priced.server.count == asked
    budgets.put(priced.store, scope="model", key=MODEL, period="day", limit_usd=1, stops=True)
    ended = priced.resumed(run.id)
    assert (ended.state, ended.ok, ended.failed, priced.server.count) == ("finished", 12, 0, 12)
    (standing,) = budgets.standings(priced.store, made.created_ms)
    assert standing.spent_usd == ended.spent_usd == Decimal("0.042")


def test_a_run_overruns_its_budget_by_no_more_than_the_calls_on_their_way(priced: Bench) -> None:
    budgets.put(priced.store, scope="total", period="day", limit_usd="0.0105", stops=True)
    run = priced.finish("intent@3", models=(MODEL,), concurrency=4)
    assert run.state == "capped"
    assert 3 <= run.ok <= 3 + 3
    assert run.failed == 0


def test_a_budget_that_only_warns_and_models_that_are_free_stop_no_run(priced: Bench) -> None:
    budgets.put(priced.store, scope="total", period="day", limit_usd="0.0105")
    assert priced.finish("intent@3", models=(MODEL,)).state == "finished"
    budgets.put(priced.store, scope="total", period="day", limit_usd="0.0105", stops=True)
    assert priced.finish("intent@3", models=(SIMULATED,)).state == "finished"
    assert [event.level for event in budgets.events(priced.store)] == ["limit", "warn", "limit", "warn"]


def test_what_a_run_spends_is_in_the_sums(priced: Bench) -> None:
    run = priced.finish("intent@3", models=(MODEL, SIMULATED))
    assert [(one.full_model, one.calls, one.cost_usd) for one in spend.by_model(priced.store, 0, 2**50)] == [
        (MODEL, 12, run.spent_usd), (SIMULATED, 12, 0),
    ]  # fmt: skip


def warned(bench: Bench, model: str = MODEL) -> list[str]:
    quote = plan.quote(bench.store, bench.spec("intent@3", models=(model,), reuse=False))
    return [warning for warning in quote.warnings if "budget" in warning]


def test_a_quote_names_the_budgets_that_the_run_would_cross(priced: Bench) -> None:
    assert warned(priced) == []
    budgets.put(priced.store, scope="total", period="month", limit_usd=1)
    budgets.put(priced.store, scope="model", key="openai/other", period="day", limit_usd="0.0001", stops=True)
    budgets.put(priced.store, scope="prompt", key="intent", period="day", limit_usd="0.0020", stops=True)
    (would,) = warned(priced)
    assert would.startswith("At up to $0.0")
    assert "the budget of $0.0020 for prompt intent a day, of which $0.0020 is left" in would
    assert would.endswith(": the run stops there, and can be resumed.")
    priced.finish("intent@3", models=(MODEL,), concurrency=1)
    assert warned(priced) == ["The budget of $0.0020 for prompt intent a day is used up: the run would stop at once."]
    assert warned(priced, SIMULATED) == []
