"""Calls of evaluation runs, the playground and the simulated model are no production traffic: a document that counts them says how many."""

import pytest

from tests.cost.ledger import DAY_MS, START_MS, call, put
from tests.export import shown
from workbench.export import figures, trials
from workbench.export.model import Note
from workbench.export.plans import measures
from workbench.export.plans.model import Measure, Metric, Plan
from workbench.ledger import budgets
from workbench.prompts import content, registry
from workbench.store import Store

RUNS, SIMULATED = "4 of 11 calls of evaluation runs and the playground", "2 of 11 calls simulated"


@pytest.fixture
def mixed(sqlite_store: Store) -> Store:
    """Eleven calls of a prompt: five of production, three of runs, one of the playground, two simulated (one by a run)."""
    sources = [("app", "p")] * 5 + [
        ("run", "p"),
        ("run", "p"),
        ("benchmark", "p"),
        ("playground", "p"),
        ("run", "simulated"),
        ("app", "simulated"),
    ]
    registry.save_version(sqlite_store, "triage", content.text("Sort {{text}}"), now_ms=START_MS - DAY_MS)
    put(
        sqlite_store,
        *(
            call(None, started_ms=START_MS + n, source=source, provider=provider, model="m", prompt="triage", version=1, cost_nano=1_000)
            for n, (source, provider) in enumerate(sources)
        ),
    )
    return sqlite_store


def test_they_are_counted_apart_and_none_twice(mixed: Store) -> None:
    assert trials.among(mixed, START_MS, START_MS + DAY_MS) == f"{RUNS}, {SIMULATED}"
    assert trials.among(mixed, START_MS, START_MS + 5) == ""
    assert trials.among(mixed, START_MS, START_MS + DAY_MS, {"provider": "p"}) == "4 of 9 calls of evaluation runs and the playground"


def test_the_report_of_a_month_says_how_many_it_counts(mixed: Store) -> None:
    made = shown.compose(mixed, "operations", figures.day(START_MS)[:7])
    assert f"Counted in every figure of this report: {RUNS}, {SIMULATED}, which are no production traffic." in shown.text(made, "summary")
    assert not [block for block in shown.section(made, "traffic").blocks if isinstance(block, Note)]


@pytest.mark.parametrize("kind", ["success_rate", "latency_p95", "usd_per_call", "spend", "budget_share"])
def test_a_metric_of_a_plan_says_how_many_it_counts(mixed: Store, kind: str) -> None:
    budgets.put(mixed, scope="total", period="month", limit_usd="1")
    budgets.put(mixed, scope="model", key="p/m", period="month", limit_usd="1")
    (found,) = measures.measure(mixed, Plan("x", metrics=(Metric("m", measure=Measure(kind)),)))
    assert found.reading.period.endswith(f", {RUNS}, {SIMULATED}")
    if kind == "budget_share":
        (found,) = measures.measure(mixed, Plan("x", metrics=(Metric("m", measure=Measure(kind, "model p/m")),)))
        assert found.reading.period.endswith(", 4 of 9 calls of evaluation runs and the playground")


def test_prompt_documentation_leaves_the_simulated_out_and_says_how_many_are_of_runs(mixed: Store) -> None:
    made = shown.compose(mixed, "prompt", "triage")
    assert "; 4 of 9 requests of all versions by evaluation runs and the playground" in shown.tables(made, "overview")[0].caption
    said = shown.text(made, "performance")
    assert "5 from app, 4 from evaluation runs and the playground." in said
    assert "Left out: 2 calls of the simulated model." in said
