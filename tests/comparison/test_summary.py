"""A run in figures, by hand-made cells: what counts, what is paired, and in what shape it is printed."""

import json
from typing import Any

import pytest
from sqlalchemy import insert

from workbench import stats
from workbench.comparison import Summary, summarise
from workbench.comparison.summary import percentile
from workbench.errors import NotFound
from workbench.prompts import content
from workbench.runner.spec import Plan, Variant
from workbench.runner.tables import CellRow, RunRow, RunVariantRow
from workbench.store import Store

_VARIANT = {"name", "n", "score", "low", "high", "latency_p50_ms", "latency_p95_ms", "input_tokens", "output_tokens", "cost_usd"}


def run_of(
    store: Store, scores: list[list[float | None]], *, repeats: int = 1, provider: str = "loop", scored: bool = True, **more: Any
) -> Summary:
    """The summary of a run whose variant v scored `scores[v][n]` on case n // repeats; None is a cell that failed."""
    plan = Plan("0", cases=len(scores[0]) // repeats, repeats=repeats, score={"name": "equals"} if scored else None)
    row = {"status": "ok", "score_reason": "", "error_message": "", "retries": 1, "fingerprint": "f", "finished_ms": 1, "cost_nano": 2_000}
    row |= {"latency_ms": 10, "input_tokens": 7, "output_tokens": 3} | more
    with store.write() as session:
        session.add(RunRow(id="r", name="n", kind="run", state="finished", plan=plan.to_json(), total=sum(map(len, scores)), created_ms=1))
        session.flush()
        kept = Variant("v", content.text("x"), provider, "m").to_json()
        for at in range(len(scores)):
            session.add(RunVariantRow(run_id="r", position=at, name=f"v{at}", provider=provider, model="m", content=kept))
        session.flush()
        for at, column in enumerate(scores):
            for n, score in enumerate(column):
                cell = row | {"run_id": "r", "variant": at, "case_position": n // repeats, "repeat": n % repeats, "score": score}
                if score is None and scored:
                    cell |= {"status": "error", "error_type": "timeout", "latency_ms": 9_999, "cost_nano": None, "input_tokens": None}
                session.execute(insert(CellRow), [cell])
    return summarise(store, "r")


def test_the_printed_object_has_the_promised_shape(store: Store) -> None:
    said = json.loads(json.dumps(run_of(store, [[1.0, 0.0], [1.0, 1.0]]).to_json(), allow_nan=False))
    assert list(said) == ["run_id", "state", "cells", "ok", "failed", "retries", "wall_s", "cost_usd", "variants", "pairs"]
    assert set(said["variants"][0]) == _VARIANT
    assert list(said["pairs"][0]) == ["a", "b", "n", "difference", "low", "high", "p", "test"]
    assert (said["cells"], said["ok"], said["failed"], said["retries"]) == (4, 4, 0, 4)
    assert said["cost_usd"] == pytest.approx(8e-6)


def test_yes_and_no_scores_take_a_proportion_mcnemar_and_tango(store: Store) -> None:
    first, second = [1.0] * 12 + [0.0] * 8, [1.0] * 10 + [0.0, 0.0] + [1.0] * 6 + [0.0] * 2
    summary = run_of(store, [first, second])
    assert (summary.variants[0].score, summary.variants[1].score) == (0.6, 0.8)
    assert (summary.variants[0].low, summary.variants[0].high) == tuple(stats.score_interval(first))
    pair = summary.pairs[0]
    assert (pair.a, pair.b, pair.n, pair.test) == ("v0", "v1", 20, "mcnemar_exact")
    assert pair.difference == pytest.approx(0.2)
    assert pair.p == pytest.approx(stats.mcnemar_exact(6, 2))
    assert (pair.low, pair.high) == tuple(stats.tango(6, 2, 20))


def test_pairs_come_in_the_order_the_variants_were_given(store: Store) -> None:
    summary = run_of(store, [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    assert [(pair.a, pair.b) for pair in summary.pairs] == [("v0", "v1"), ("v0", "v2"), ("v1", "v2")]
    assert [pair.difference for pair in summary.pairs] == [0.5, -0.5, -1.0]


def test_a_failed_cell_has_no_score_and_leaves_its_pair_out(store: Store) -> None:
    summary = run_of(store, [[1.0, None, 0.0, 1.0], [1.0, 1.0, None, 1.0]])
    first = summary.variants[0]
    assert (first.n, first.ok, first.failed, first.score) == (3, 3, 1, pytest.approx(2 / 3))
    assert first.latency_p95_ms == 10  # the time of a failure is not that of an answer
    assert summary.pairs[0].n == 2
    assert (summary.to_json()["ok"], summary.to_json()["failed"]) == (6, 2)


def test_repeats_of_a_case_are_one_observation(store: Store) -> None:
    summary = run_of(store, [[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 1.0]], repeats=2)
    assert [variant.n for variant in summary.variants] == [2, 2]
    assert [variant.score for variant in summary.variants] == [0.5, 0.75]
    assert summary.pairs[0].n == 2
    assert summary.pairs[0].difference == pytest.approx(0.25)
    assert summary.variants[0].input_tokens == 28


def test_a_run_without_scoring_has_figures_but_no_verdict(store: Store) -> None:
    said = run_of(store, [[None, None]], scored=False).to_json()
    assert (said["variants"][0]["n"], said["variants"][0]["score"], said["variants"][0]["low"], said["pairs"]) == (2, None, None, [])
    assert said["variants"][0]["latency_p50_ms"] == 10


def test_a_cost_that_is_not_known_is_none_and_not_nothing(store: Store) -> None:
    said = run_of(store, [[1.0]], cost_nano=None).to_json()
    assert (said["cost_usd"], said["variants"][0]["cost_usd"]) == (None, None)


def test_what_was_simulated_says_so(store: Store) -> None:
    assert run_of(store, [[1.0], [0.0]], provider="simulated").to_json()["simulated"] == ["v0", "v1"]


def test_every_cell_failed(store: Store) -> None:
    summary = run_of(store, [[None, None], [None, None]])
    said = json.loads(json.dumps(summary.to_json(), allow_nan=False))
    assert (said["ok"], said["failed"], said["variants"][0]["score"], said["variants"][0]["latency_p50_ms"]) == (0, 4, None, None)
    assert said["pairs"][0]["n"] == 0
    assert said["pairs"][0]["p"] == 1


def test_a_run_that_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        summarise(store, "nothing")


def test_percentiles_lie_between_their_neighbours() -> None:
    assert percentile([], 0.5) is None
    assert percentile([7], 0.95) == 7
    assert percentile([1, 2, 3, 4], 0.5) == 2.5
    assert percentile(list(range(101)), 0.95) == 95
