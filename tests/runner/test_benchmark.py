"""Models measured for a task: the newest result of each, best first."""

import pytest

from tests.loopback import Fault, Loopback
from tests.runner.conftest import Bench, model
from workbench.errors import InputError
from workbench.providers import connections
from workbench.providers.connections import Connection
from workbench.runner import benchmark, reading


def test_models_are_ranked_by_their_own_results(bench: Bench) -> None:
    variant = bench.spec("intent@1").variants[0]
    with Loopback(reply=lambda body: model({"messages": [{"content": "strict " + body["messages"][-1]["content"]}]})) as better:
        connections.save(bench.store, Connection("better", "compatible", base_url=better.v1))
        models = ["loop/m", "better/m", "loop/m"]
        run_id = benchmark.start(bench.store, "sorting", variant, models, dataset="cards", score="equals:label", limit=4)
        assert bench.end(run_id).total == 2 * 4 * 5
    results = benchmark.results(bench.store, "sorting")
    assert [result.model for result in results] == ["better/m", "loop/m"]
    assert (results[0].score, results[1].score) == (1.0, 0.5)
    assert results[1].low is not None
    assert results[1].high is not None
    assert results[1].low < 0.5 < results[1].high
    assert (results[0].n, results[0].repeats, results[0].failed, results[0].cost_usd) == (4, 5, 0, None)
    assert results[0].latency_ms is not None
    assert reading.get(bench.store, run_id).kind == "benchmark"
    assert benchmark.results(bench.store, "another task") == []


def test_the_newest_result_of_a_model_stands(bench: Bench) -> None:
    variant = bench.spec("intent@1").variants[0]
    for version in (variant, bench.spec("intent@2").variants[0]):
        bench.end(benchmark.start(bench.store, "t", version, ["loop/m"], dataset="cards", score="equals:label", repeats=1))
    assert [result.score for result in benchmark.results(bench.store, "t")] == [1.0]


def test_a_model_that_never_answers_comes_last(bench: Bench) -> None:
    bench.server.fail_when(lambda seen: None if seen.body["model"] == "m" else Fault("invalid"))
    variant = bench.spec("intent@1").variants[0]
    bench.end(benchmark.start(bench.store, "t", variant, ["loop/bad", "loop/m"], dataset="cards", score="equals:label", limit=1, repeats=1))
    results = benchmark.results(bench.store, "t")
    assert [(result.model, result.failed, result.score) for result in results] == [("loop/m", 0, 1.0), ("loop/bad", 1, None)]


def test_a_task_needs_a_name(bench: Bench) -> None:
    with pytest.raises(InputError, match="task"):
        benchmark.start(bench.store, " ", bench.spec("intent@1").variants[0], ["loop/m"], dataset="cards")
