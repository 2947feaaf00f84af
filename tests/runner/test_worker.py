"""Runs at work: they end, they stop, they go on, they keep to their cap, and nothing finished is asked for twice."""

import os
import subprocess
import sys
import time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.loopback import Answer, Fault, Loopback
from tests.runner.conftest import LABELS, Bench, model
from workbench.calls import loop
from workbench.calls.limits import Limiter
from workbench.clock import now_ms
from workbench.errors import NotFound, RunError
from workbench.ledger import reading as ledger
from workbench.ledger.tables import CallTextRow
from workbench.providers import connections
from workbench.providers.base import Parameters
from workbench.providers.connections import Connection
from workbench.runner import owners, plan, reading, worker
from workbench.runner.tables import CellRow, RunRow
from workbench.store import leases

_SOON_S = 10  # far below the minute that a call may take; the benchmark measures the second that is promised


def test_every_cell_is_asked_once_scored_and_stored_with_its_call(bench: Bench) -> None:
    run = bench.finish()
    assert (run.state, run.ok, run.failed, run.total, run.error) == ("finished", 24, 0, 24, "")
    assert bench.server.count == bench.calls(run.id) == 24
    assert run.wall_s > 0
    scores = {(cell.variant, cell.case_position): cell.score for cell in bench.cells(run.id)}
    assert all(scores[1, case] == 1 for case in range(12))
    assert [scores[0, case] for case in range(12)] == [1.0, 0.0] * 6
    cell = bench.cells(run.id)[1]
    assert cell.call_id is not None
    call = ledger.get(bench.store, cell.call_id)
    assert (call.run_id, call.cell_id, call.prompt, call.version, call.source) == (run.id, f"{run.id}:0:1:0", "intent", 1, "run")
    assert call.variables == {"text": "number 1 on change_pin", "label": "change_pin"}
    assert "not" in cell.score_reason


def test_repeats_are_cells_of_their_own_and_move_the_seed_on(bench: Bench) -> None:
    bench.version("strict {{text}}", parameters=Parameters(seed=7))
    run = bench.finish("intent@3", repeats=3, limit=2)
    assert run.ok == 6
    seeds = sorted(seen.body["seed"] for seen in bench.server.requests)
    assert seeds == [7, 7, 8, 8, 9, 9]
    assert len({row[0] for row in bench.rows(select(CellRow.fingerprint))}) == 6


def test_stop_acts_within_a_second_and_resume_asks_only_what_is_left(bench: Bench) -> None:
    bench.server.latency_s = 0.1
    run_id = bench.start(concurrency=2)
    bench.until(run_id, lambda run: run.done >= 4)
    worker.stop(bench.store, run_id)
    asked_s = time.monotonic()
    stopped = bench.end(run_id)
    assert time.monotonic() - asked_s < _SOON_S
    assert stopped.state == "stopped"
    assert 4 <= stopped.ok < 24
    assert stopped.failed == 0
    assert not stopped.stopping
    bench.server.requests.clear()
    bench.server.latency_s = 0
    ended = bench.resumed(run_id)
    assert (ended.state, ended.ok) == ("finished", 24)
    assert len(bench.server.requests) == 24 - stopped.ok
    answered = [call.cell_id for call in ledger.page(bench.store, run_id=run_id, status="ok", limit=100)]
    assert len(answered) == len(set(answered)) == 24


def test_stop_ends_a_call_that_would_take_a_minute(bench: Bench) -> None:
    bench.server.fail_always("timeout")
    run_id = bench.start()
    bench.until(run_id, lambda _run: bench.server.count >= 4)
    worker.stop(bench.store, run_id)
    asked_s = time.monotonic()
    assert bench.end(run_id).state == "stopped"
    assert time.monotonic() - asked_s < _SOON_S
    assert bench.cells(run_id) == []


def test_a_planned_run_can_be_stopped_and_resumed(bench: Bench) -> None:
    run_id = plan.plan(bench.store, bench.spec())
    worker.stop(bench.store, run_id)
    assert reading.get(bench.store, run_id).state == "stopped"
    with pytest.raises(RunError, match="stopped already"):
        worker.start(bench.store, run_id)
    assert bench.resumed(run_id).state == "finished"
    worker.stop(bench.store, run_id)
    assert reading.get(bench.store, run_id).state == "finished"


def test_a_finished_run_is_not_resumed_and_an_unknown_one_is_not_found(bench: Bench) -> None:
    run = bench.finish(limit=1)
    with pytest.raises(RunError, match="has reached its end"):
        worker.resume(bench.store, run.id)
    for act in (worker.start, worker.resume, worker.stop, worker.retry_failed):
        with pytest.raises(NotFound):
            act(bench.store, "nothing")


def test_two_workers_on_one_run_are_impossible(bench: Bench) -> None:
    bench.server.latency_s = 0.2
    run_id = bench.start()
    for act in (worker.start, worker.resume, worker.retry_failed):
        with pytest.raises(RunError, match="at work"):
            act(bench.store, run_id)
    with pytest.raises(RunError, match="at work"):
        reading.delete(bench.store, run_id)
    assert bench.end(run_id).ok == 24
    assert bench.server.count == 24


def test_a_worker_whose_lease_another_has_taken_stops_and_leaves_the_state_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_MS", 200)
    bench.server.latency_s = 0.3
    run_id = bench.start(concurrency=1)
    bench.until(run_id, lambda run: run.done >= 1)
    with bench.store.write() as session:
        session.execute(update(leases.LeaseRow).values(owner="somebody else", heartbeat_ms=now_ms() + 60_000))
    taken = bench.end(run_id)
    assert taken.state == "running"
    assert taken.done < 24
    assert leases.holder(bench.store, f"run:{run_id}", now_ms()) == "somebody else"


def test_the_run_of_a_process_that_just_died_here_is_resumed_or_stopped_at_once(bench: Bench) -> None:
    died = subprocess.Popen([sys.executable, "-c", "pass"])
    died.wait()
    one, other = (plan.plan(bench.store, bench.spec()) for _ in range(2))
    for run_id in (one, other):
        with bench.store.write() as session:
            session.execute(update(RunRow).where(RunRow.id == run_id).values(state="running"))
        theirs = owners.owner(run_id).replace(f":{os.getpid()}:", f":{died.pid}:")
        assert leases.acquire(bench.store, f"run:{run_id}", theirs, now_ms())
    assert bench.resumed(one).state == "finished"
    worker.stop(bench.store, other)
    assert reading.get(bench.store, other).state == "stopped"


def test_a_process_elsewhere_or_alive_keeps_its_run(bench: Bench) -> None:
    asleep = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    elsewhere = "another-host/1:999999999:token"
    here = owners.owner("token").replace(f":{os.getpid()}:", f":{asleep.pid}:")
    try:
        for holder in (elsewhere, here, "a name of an earlier workbench"):
            run_id = plan.plan(bench.store, bench.spec())
            leases.acquire(bench.store, f"run:{run_id}", holder, now_ms())
            with pytest.raises(RunError, match="at work already"):
                worker.resume(bench.store, run_id)
        asleep.kill()
        end_s = time.monotonic() + _SOON_S
        while not owners.is_gone(here):  # although nobody has waited for it: its number is still taken
            assert time.monotonic() < end_s
            time.sleep(0.02)
    finally:
        asleep.kill()
        asleep.communicate()


def test_a_run_whose_process_is_gone_shows_as_interrupted_and_can_be_resumed(bench: Bench) -> None:
    run_id = plan.plan(bench.store, bench.spec())
    with bench.store.write() as session:
        session.execute(update(RunRow).values(state="running"))
    leases.acquire(bench.store, f"run:{run_id}", "a dead process", now_ms() - leases.EXPIRES_MS - 1)
    assert reading.get(bench.store, run_id).state == "interrupted"
    assert [run.id for run in reading.page(bench.store, state="interrupted")] == [run_id]
    assert reading.page(bench.store, state="running") == []
    assert bench.resumed(run_id).state == "finished"


def test_a_failed_cell_keeps_its_typed_error_and_is_retried_alone(bench: Bench) -> None:
    bench.server.fail("invalid", "policy", "context")
    run = bench.finish(concurrency=1)
    assert (run.state, run.ok, run.failed) == ("finished", 21, 3)
    failed = reading.cells(bench.store, run.id, status="error")
    assert {cell.error_kind for cell in failed} == {"invalid_request", "content_refused", "context_too_long"}
    assert all(cell.error_type == "invalid_request" and cell.error_message and cell.hint and cell.score is None for cell in failed)
    worker.retry_failed(bench.store, run.id)
    again = bench.end(run.id)
    assert (again.state, again.ok, again.failed) == ("finished", 24, 0)
    assert bench.server.count == 27
    assert bench.calls(run.id) == 27
    with pytest.raises(RunError, match="No cell of the run failed"):
        worker.retry_failed(bench.store, run.id)


def test_a_key_that_is_refused_is_not_sent_for_every_cell(bench: Bench) -> None:
    bench.server.fail_always("401")
    run = bench.finish(concurrency=1)
    assert (run.state, run.ok, run.failed) == ("finished", 0, 24)
    assert {cell.error_type for cell in bench.cells(run.id)} == {"auth_error"}
    assert bench.server.count == bench.calls(run.id) == 10  # five of each variant
    assert "loop/m" in run.error
    assert "key" in run.error
    bench.server.heal()
    worker.retry_failed(bench.store, run.id)
    again = bench.end(run.id)
    assert (again.ok, again.error) == (24, "")


def test_a_model_that_is_not_there_keeps_no_other_variant_from_its_end(bench: Bench) -> None:
    bench.server.fail_when(lambda seen: Fault("404") if seen.body["model"] == "gone" else None)
    run = bench.finish("intent@2", models=("loop/gone", "loop/m"), concurrency=2)
    assert (run.state, run.ok, run.failed) == ("finished", 12, 12)
    cells = bench.cells(run.id)
    assert {(cell.variant, cell.status, cell.error_kind) for cell in cells} == {(0, "error", "model_unknown"), (1, "ok", None)}
    assert "loop/gone" in run.error


@pytest.mark.parametrize("fault", ["rate_limit=0.05", "rate_limit", "500", "truncated", "malformed", "reset", "529"])
def test_no_cell_is_lost_when_a_third_of_the_calls_fail(bench: Bench, fault: str) -> None:
    bench.server.fail_share(0.3, fault, seed=3)
    run = bench.finish(concurrency=12)
    assert (run.state, run.ok, run.failed) == ("finished", 24, 0)
    assert run.retries > 0


def test_calls_that_are_not_retried_fail_at_once(bench: Bench) -> None:
    bench.server.fail("500", "malformed")
    run = bench.finish(concurrency=1, retry="none")
    assert (run.ok, run.failed, run.retries) == (22, 2, 0)


def test_a_call_that_takes_too_long_fails_with_a_timeout(bench: Bench) -> None:
    bench.server.fail("timeout")
    run = bench.finish("intent@1", retry="none", timeout_s=0.3)
    assert (run.ok, run.failed) == (11, 1)
    assert reading.cells(bench.store, run.id, status="error")[0].error_type == "timeout"


def test_a_template_that_fails_on_one_case_fails_that_cell_alone(bench: Bench) -> None:
    bench.version("strict {{ text }} {{ 10 // (text | length - 22) }}", engine="jinja2")
    run = bench.finish("intent@3")
    failed = reading.cells(bench.store, run.id, status="error")
    assert run.ok + run.failed == 12
    assert failed
    assert failed[0].error_kind == "template"
    assert failed[0].call_id is None
    assert bench.server.count == run.ok


def test_a_slow_provider_does_not_hold_up_a_quick_one(bench: Bench) -> None:
    with Loopback(latency_s=0.5, reply=model) as slow:
        connections.save(bench.store, Connection("slow", "compatible", base_url=slow.v1))
        run_id = bench.start("intent@2", models=("slow/m", "loop/m"), concurrency=2)
        bench.until(run_id, lambda run: run.done >= 12)
        assert len({cell.case_position for cell in bench.cells(run_id) if cell.variant == 1}) >= 10
        worker.stop(bench.store, run_id)
        bench.end(run_id)


def test_identical_cells_of_earlier_runs_are_reused_free_and_marked(bench: Bench) -> None:
    first = bench.finish("intent@2")
    second = bench.finish(reuse=True)
    assert (second.state, second.ok, second.reused) == ("finished", 24, 12)
    assert bench.calls(second.id) == 12
    reused = [cell for cell in bench.cells(second.id) if cell.reused_from]
    assert {cell.variant for cell in reused} == {1}
    assert all(cell.reused_from == first.id and cell.cost_nano == 0 and cell.score == 1 for cell in reused)
    before = {cell.case_position: cell for cell in bench.cells(first.id)}
    assert all(cell.latency_ms == before[cell.case_position].latency_ms for cell in reused)
    assert reading.cell(bench.store, second.id, 1, 3).reply == LABELS[3]
    third = bench.finish(reuse=True)
    assert third.reused == 24
    assert bench.calls(third.id) == 0
    assert {cell.reused_from for cell in bench.cells(third.id)} == {first.id, second.id}


def test_a_reply_whose_text_is_gone_or_another_model_is_not_reused(bench: Bench) -> None:
    bench.finish("intent@2")
    assert bench.finish("intent@2", models=("loop/other",), reuse=True).reused == 0
    with bench.store.write() as session:
        session.execute(delete(CallTextRow))
    assert bench.finish("intent@2", reuse=True).reused == 0


def test_a_call_that_was_paid_for_but_belongs_to_no_cell_is_adopted(bench: Bench) -> None:
    run = bench.finish("intent@2")
    with bench.store.write() as session:
        session.execute(delete(CellRow).where(CellRow.case_position < 5))
        session.execute(update(RunRow).values(state="stopped"))
    asked = bench.server.count
    again = bench.resumed(run.id)
    assert (again.state, again.ok) == ("finished", 12)
    assert bench.server.count == asked
    assert all(cell.score == 1 and cell.call_id for cell in bench.cells(run.id))


class TestCap:
    """A spending cap, on a model that the price list knows."""

    @pytest.fixture
    def priced(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
        monkeypatch.setenv("OPENAI_BASE_URL", bench.server.v1)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef0123")
        bench.server.reply = lambda _body: Answer("strict", input_tokens=1000, output_tokens=100)
        bench.version("strict {{text}}", parameters=Parameters(max_tokens=100))
        return bench

    def test_a_run_stops_before_its_cap_is_crossed_and_goes_on_with_a_higher_one(self, priced: Bench) -> None:
        run = priced.finish("intent@3", models=("openai/gpt-4o",), cap_usd=Decimal("0.02"))
        assert run.state == "capped"
        assert 0 < run.ok < 12
        assert 0 < run.spent_usd <= run.cap_usd  # type: ignore[operator]
        assert "Raise the cap" in run.error
        assert priced.resumed(run.id).state == "capped"
        ended = priced.resumed(run.id, cap_usd=1)
        assert (ended.state, ended.ok) == ("finished", 12)
        assert ended.spent_nano == ledger.totals(priced.store, run_id=run.id).cost_nano

    def test_a_cap_holds_where_a_provider_counts_and_says_far_more_than_expected(self, priced: Bench) -> None:
        priced.server.reply = lambda _body: Answer("strict", input_tokens=9_000, output_tokens=900)
        run = priced.finish("intent@2", models=("openai/gpt-4o",), cap_usd=Decimal("0.08"), concurrency=8)
        assert run.state == "capped"
        assert run.ok == 2  # each costs 0.0315
        assert run.spent_usd <= run.cap_usd  # type: ignore[operator]

    def test_a_small_cap_is_used_where_nothing_bounds_a_reply(self, priced: Bench) -> None:
        priced.server.reply = lambda _body: Answer("strict", input_tokens=20, output_tokens=2)
        run = priced.finish("intent@2", models=("openai/gpt-4o",), cap_usd=Decimal("0.0005"), concurrency=4)
        assert run.state == "capped"
        assert 3 <= run.ok < 12
        assert run.spent_usd <= run.cap_usd  # type: ignore[operator]

    def test_a_cap_of_nothing_asks_nothing(self, priced: Bench) -> None:
        assert priced.finish("intent@3", models=("openai/gpt-4o",), cap_usd=0).ok == 0
        assert priced.server.count == 0

    def test_what_costs_nothing_is_never_capped(self, priced: Bench) -> None:
        assert priced.finish("intent@3", models=("simulated/good?latency_ms=0",), cap_usd=0).ok == 12


def test_a_run_keeps_to_its_requests_a_minute(bench: Bench) -> None:
    begun_s = time.monotonic()
    run = bench.finish("intent@2", rpm=600, concurrency=2)
    assert run.ok == 12
    assert time.monotonic() - begun_s >= 0.9  # two at once, then one every 0.1 s


def test_an_error_of_the_workbench_itself_fails_the_run_and_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("sk-test-0123456789abcdef0123")

    monkeypatch.setattr(Limiter, "enter", broken)
    run = bench.finish()
    assert run.state == "failed"
    assert "ZeroDivisionError" in run.error
    assert "0123456789abcdef" not in run.error + caplog.text
    assert leases.holder(bench.store, f"run:{run.id}", now_ms()) is None
    monkeypatch.undo()
    assert bench.resumed(run.id).state == "finished"


def test_scoring_that_breaks_keeps_the_reply(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.assertions.text import Equals

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(Equals, "check", broken)
    run = bench.finish("intent@2")
    assert (run.state, run.ok) == ("finished", 12)
    cell = bench.cells(run.id)[0]
    assert cell.score is None
    assert "could not be scored" in cell.score_reason
    assert reading.cell(bench.store, run.id, 0, 0).reply == LABELS[0]


def test_a_process_that_ends_in_order_leaves_its_run_interrupted_at_once(bench: Bench) -> None:
    bench.server.latency_s = 0.3
    run_id = bench.start()
    bench.until(run_id, lambda _run: bench.server.count >= 1)
    loop.close()
    assert reading.get(bench.store, run_id).state == "interrupted"
    assert bench.resumed(run_id).ok == 24


def test_replies_no_database_can_hold_are_stored_all_the_same(bench: Bench) -> None:
    bench.server.reply = "a\x00b\ud800c"
    run = bench.finish("intent@1", limit=2)
    assert run.ok == 2
    reply = reading.cell(bench.store, run.id, 0, 0).reply or ""
    assert (reply[:3], reply[-1]) == ("a\ufffdb", "c")
