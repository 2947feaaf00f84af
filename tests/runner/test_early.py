"""A run that may end early: a clear winner ends it, equal variants do not, and what was saved is told."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.comparison import runs
from tests.loopback import Answer
from tests.runner.conftest import Bench
from workbench.comparison.verdict import compare_run
from workbench.errors import InputError, RunError
from workbench.runner import plan, reading, worker
from workbench.runner.early import Early
from workbench.stats.sequential import Decision
from workbench.store import Store

CASES = 80


@pytest.fixture
def many(bench: Bench) -> Bench:
    """80 cases: `intent@2` is right on all of them, `intent@1` on every other one."""
    bench.cases(CASES, "many")
    bench.server.latency_s = 0.02
    return bench


def asked(**more: Any) -> dict[str, Any]:
    return {"dataset": "many", "until_decided": True} | more


def texts(bench: Bench, run_id: str) -> list[str]:
    return [row.inputs["text"] for row in reading.grid(bench.store, run_id, limit=200).rows]


def test_a_clear_winner_ends_the_run_early_and_what_was_saved_is_told(many: Bench) -> None:
    run = many.finish(**asked())
    assert (run.state, run.error, run.failed) == ("decided", "", 0)
    assert run.plan.decision is not None
    assert (run.plan.decision["outcome"], run.plan.decision["winner"]) == ("winner", "intent@2")
    assert run.decided_after == run.plan.decision["n"]
    assert 10 <= run.decided_after < CASES / 2
    assert 2 * run.decided_after <= run.ok < run.total
    assert run.saved_calls == run.total - run.ok
    assert run.saved_usd is None  # nobody knows the price of this model
    assert many.calls(run.id) == many.server.count == run.ok
    assert not run.stopping
    assert [item.id for item in reading.page(many.store, state="decided")] == [run.id]
    said = run.to_json()
    assert (said["state"], said["saved_calls"], said["saved_usd"]) == ("decided", run.saved_calls, None)


def test_every_look_is_at_cases_that_all_variants_have_finished_in_planned_order(many: Bench) -> None:
    run = many.finish(**asked(concurrency=2))
    scores = {(cell.variant, cell.case_position): cell.score for cell in many.cells(run.id)}
    assert run.decided_after is not None
    first = range(run.decided_after)
    assert all((variant, case) in scores for variant in (0, 1) for case in first)
    gained = sum(scores[1, case] > scores[0, case] for case in first)  # type: ignore[operator]
    assert gained >= 6  # fewer gains are an e-value below 20, whatever the ties


def test_money_that_was_saved_is_the_mean_of_what_the_asked_cells_cost(many: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", many.server.v1)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef0123")
    told = many.server.reply

    def priced(body: dict[str, Any]) -> Answer:
        strict = "strict" in body["messages"][-1]["content"]
        return Answer(told(body), input_tokens=2000 if strict else 1000, output_tokens=100)  # type: ignore[operator]

    many.server.reply = priced
    run = many.finish(models=("openai/gpt-4o",), **asked())
    assert run.state == "decided"
    by_variant = [[cell.cost_nano for cell in many.cells(run.id) if cell.variant == at] for at in (0, 1)]
    each = [costs[0] for costs in by_variant]
    assert each[0] is not None
    assert each[1] == pytest.approx(2 * each[0] - 1_000_000)  # 100 tokens out cost the same for both
    assert run.saved_nano == sum((CASES - len(costs)) * one for costs, one in zip(by_variant, each, strict=True))  # type: ignore[operator]
    assert run.saved_calls == 2 * CASES - run.ok


def test_two_equal_variants_run_to_the_end(many: Bench) -> None:
    many.version("Which one? Be strict. {{text}}")
    many.server.latency_s = 0
    run = many.finish("intent@2", "intent@3", **asked())
    assert (run.state, run.ok, run.saved_calls, run.saved_nano, run.plan.decision) == ("finished", 2 * CASES, 0, 0, None)
    assert run.decided_after is None


def test_two_equal_variants_are_decided_where_a_margin_says_what_is_as_good(many: Bench) -> None:
    many.version("Which one? Be strict. {{text}}")
    run = many.finish("intent@2", "intent@3", **asked(margin=0.4))
    assert run.state == "decided"
    assert run.plan.decision is not None
    assert (run.plan.decision["outcome"], run.plan.decision["winner"]) == ("equivalent", None)
    assert run.plan.margin == 0.4


def test_a_run_that_was_decided_goes_on_to_its_end_when_it_is_resumed(many: Bench) -> None:
    run = many.finish(**asked())
    assert run.state == "decided"
    worker.stop(many.store, run.id)  # an ended run stays as it ended
    many.server.latency_s = 0
    ended = many.resumed(run.id)
    assert (ended.state, ended.ok, ended.saved_calls, ended.decided_after) == ("finished", 2 * CASES, 0, None)
    assert ended.plan.decision == run.plan.decision  # it remains known that it was looked at and decided
    assert many.server.count == 2 * CASES
    with pytest.raises(RunError, match="reached its end"):
        worker.resume(many.store, run.id)


def test_a_run_that_was_stopped_looks_at_what_it_has_when_it_is_resumed(many: Bench) -> None:
    run_id = many.start(**asked(concurrency=2))
    many.until(run_id, lambda run: run.done >= 8)
    worker.stop(many.store, run_id)
    assert many.end(run_id).state == "stopped"
    run = many.resumed(run_id)
    assert run.state == "decided"
    assert run.plan.decision is not None
    assert run.plan.decision["winner"] == "intent@2"


def test_retrying_failed_cells_asks_them_and_stops_early_again(many: Bench) -> None:
    many.server.fail("500", "500", "500")
    run = many.finish(**asked(retry="none"))
    assert (run.state, run.failed) == ("decided", 3)
    worker.retry_failed(many.store, run.id)
    again = many.end(run.id)
    assert (again.state, again.failed) == ("decided", 0)
    assert again.ok < again.total


def test_cases_come_in_random_order_and_the_seed_repeats_it(many: Bench) -> None:
    orders = [texts(many, plan.plan(many.store, many.spec(**asked(sample_seed=seed)))) for seed in (None, 0, 5)]
    in_order = texts(many, plan.plan(many.store, many.spec(dataset="many")))
    assert orders[0] == orders[1] != orders[2]
    assert all(sorted(order) == sorted(in_order) and order != in_order for order in orders)
    limited = texts(many, plan.plan(many.store, many.spec(**asked(limit=12))))
    assert sorted(limited) == sorted(in_order[:12])
    assert limited != in_order[:12]
    given = plan.plan(many.store, many.spec(dataset=None, items=tuple({"text": t, "label": "x"} for t in in_order), until_decided=True))
    assert sorted(texts(many, given)) == sorted(in_order)


@pytest.mark.parametrize(
    ("refs", "more", "says"),
    [
        (("intent@1",), {}, "two variants"),
        (("intent@1", "intent@2"), {"score": None}, "needs a score"),
        (("intent@1", "intent@2"), {"margin": 1.5}, "margin"),
        (("intent@1", "intent@2"), {"margin": float("nan")}, "margin"),
    ],
)
def test_what_could_never_be_decided_is_refused_when_it_is_planned(bench: Bench, refs: tuple[str, ...], more: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        plan.plan(bench.store, bench.spec(*refs, until_decided=True, **more))


def test_a_quick_provider_does_not_run_far_ahead_of_a_slow_one(bench: Bench) -> None:
    bench.cases(200, "long")
    bench.server.latency_s = 0.05
    slow, fast = bench.spec("intent@2").variants[0], bench.spec("intent@1", models=("simulated/good?latency_ms=0&skill=0",)).variants[0]
    spec = bench.spec("intent@1", dataset="long", until_decided=True)
    run_id = plan.plan(bench.store, type(spec)(**{**vars(spec), "variants": (fast, slow)}))
    worker.start(bench.store, run_id)
    run = bench.end(run_id)
    assert run.state == "decided"
    assert run.plan.decision is not None
    assert run.plan.decision["winner"] == slow.name
    ahead = max(cell.case_position for cell in bench.cells(run_id) if cell.variant == 0)
    assert ahead < 150


def early(repeats: int = 1, margin: float | None = None) -> Early:
    return Early(2, 40, repeats, margin)


def cells(*scores: float | None, variant: int, start: int = 0, status: str = "ok") -> Iterator[dict[str, Any]]:
    for case, score in enumerate(scores, start):
        yield {"variant": variant, "case_position": case, "status": status, "score": score}


def test_only_the_unbroken_beginning_counts() -> None:
    scores = early()
    for cell in (*cells(*[0.0] * 40, variant=0), *cells(*[1.0] * 20, variant=1, start=20)):
        assert not scores.note(cell)
    assert scores.look() is None
    grown = [scores.note(cell) for cell in cells(*[1.0] * 20, variant=1)]
    assert all(grown)
    assert scores.look() == Decision("winner", 1, 40)
    assert scores.look() is None  # nothing new since


def test_a_case_that_failed_or_could_not_be_scored_is_left_out() -> None:
    scores = early()
    for cell in (*cells(*[0.0] * 20, variant=0), *cells(*[None] * 6, variant=1), *cells(*[1.0] * 6, variant=1, start=6, status="error")):
        scores.note(cell)
    assert scores.prefix == 12
    assert scores.look() is None
    for cell in cells(*[1.0] * 12, variant=1, start=12):
        scores.note(cell)
    assert scores.look() is None  # eight cases are left of twenty: too few
    assert scores.prefix == 20


def test_a_repeat_without_a_score_leaves_the_others_to_speak_for_its_case() -> None:
    scores = early(repeats=2)
    for cell in (*cells(*[0.0] * 12, variant=0), *cells(*[1.0] * 12, variant=1), *cells(*[None] * 12, variant=0)):
        scores.note(cell)
    for cell in cells(*[1.0] * 12, variant=1, status="error"):
        scores.note(cell)
    assert scores.look() == Decision("winner", 1, 12)


@pytest.mark.parametrize("seed", range(6))
def test_a_comparison_reads_failing_repeats_as_the_look_that_decided_did(sqlite_store: Store, seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = [
        [None if failed else float(right) for failed, right in zip(draw.random(120) < 0.3, draw.random(120) < rate, strict=True)]
        for rate in (0.2, 0.95)
    ]
    scores, decision = Early(2, 40, 3, None), None
    for at in range(120):
        for variant, row in enumerate(rows):
            scores.note(
                {"variant": variant, "case_position": at // 3, "status": "ok" if row[at] is not None else "error", "score": row[at]}
            )
        decision = decision or scores.look()
    assert decision is not None
    assert decision.outcome == "winner"
    told = {"outcome": "winner", "winner": "v1", "n": decision.n}
    runs.make(sqlite_store, rows, repeats=3, state="decided", plan={"until_decided": True, "decision": told})
    found = compare_run(sqlite_store, "r")
    assert (found.outcome, found.winner) == ("winner", f"v{decision.winner}")
    evidence = found.pairs[0].sequential
    assert evidence is not None
    assert evidence.p <= 0.05
    if decision.n > 10:  # and at the look before it was not
        runs.make(sqlite_store, [row[: 3 * (decision.n - 1)] for row in rows], run_id="s", repeats=3, state="running", total=240)
        assert compare_run(sqlite_store, "s").outcome == "undecided"


def test_repeats_are_averaged_and_a_case_waits_for_all_of_them() -> None:
    scores = early(repeats=2)
    both = [*cells(*[0.0] * 20, variant=0), *cells(*[1.0] * 20, variant=1)]
    assert not any(scores.note(cell) for cell in both)
    for cell in (*cells(*[1.0] * 20, variant=0), *cells(*[0.0] * 20, variant=1)):
        scores.note(cell)
    assert scores.prefix == 20
    assert scores.look() is None  # every case came to one half under both
