"""What a person sees of a run: state, cells, the grid and its filters, exports."""

import csv
import io
import json

import pytest
from sqlalchemy import insert

from tests.loopback import Answer
from tests.runner.conftest import Bench
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.errors import InputError, NotFound
from workbench.ledger import reading as ledger
from workbench.runner import plan, reading, worker
from workbench.runner.tables import CellRow, RunRow


def test_a_page_of_runs_is_newest_first_and_goes_on_where_the_last_one_ended(bench: Bench) -> None:
    ids = [plan.plan(bench.store, bench.spec(limit=1, name=f"run {n}")) for n in range(5)]
    first = reading.page(bench.store, limit=2)
    rest = reading.page(bench.store, after=first[-1], limit=10)
    assert [run.id for run in [*first, *rest]] == sorted(ids, reverse=True)
    assert [run.name for run in first] == ["run 4", "run 3"]


def test_runs_are_narrowed_by_state_kind_and_prompt(bench: Bench) -> None:
    bench.version("strict {{text}}", name="other")
    done = bench.finish("intent@1", limit=1)
    planned = plan.plan(bench.store, bench.spec("other@1", limit=1, kind="benchmark"))
    assert [run.id for run in reading.page(bench.store, state="finished")] == [done.id]
    assert [run.id for run in reading.page(bench.store, state="planned")] == [planned]
    assert [run.id for run in reading.page(bench.store, kind="benchmark")] == [planned]
    assert [run.id for run in reading.page(bench.store, prompt="intent")] == [done.id]
    assert reading.page(bench.store, state="interrupted") == []


def test_a_run_at_work_tells_its_pace_and_the_time_left(bench: Bench) -> None:
    bench.server.latency_s = 0.1
    run_id = bench.start(concurrency=2)
    run = bench.until(run_id, lambda run: run.eta_s is not None)
    assert run.state == "running"
    assert run.rate_per_s is not None
    assert run.eta_s is not None
    assert 0 < run.eta_s < 60
    worker.stop(bench.store, run_id)
    assert bench.end(run_id).eta_s is None


def test_cells_are_paged_by_their_key_and_narrowed(bench: Bench) -> None:
    bench.server.fail("invalid")
    run = bench.finish(repeats=2, limit=3, concurrency=1)
    whole = reading.cells(bench.store, run.id)
    assert len(whole) == 12
    seen: list[tuple[int, int, int]] = []
    while page := reading.cells(bench.store, run.id, after=seen[-1] if seen else None, limit=5):
        seen += [cell.key for cell in page]
    assert seen == sorted(cell.key for cell in whole)
    assert len(reading.cells(bench.store, run.id, status="error")) == 1
    assert {cell.variant for cell in reading.cells(bench.store, run.id, variant=1)} == {1}


def test_a_cell_in_full_holds_what_was_sent_and_what_came_back(bench: Bench) -> None:
    bench.server.fail("500", None)
    run = bench.finish("intent@1", concurrency=1, limit=1)
    detail = reading.cell(bench.store, run.id, 0, 0)
    assert detail.messages[0].text == "Which intent? number 0 on card_arrival"
    assert detail.reply == "card_arrival"
    assert detail.cell is not None
    assert detail.cell.retries == 1
    assert [attempt["error_kind"] for attempt in detail.attempts] == ["server_error", None]
    assert detail.inputs["label"] == "card_arrival"
    with pytest.raises(NotFound):
        reading.cell(bench.store, run.id, 5, 0)


class TestGrid:
    """Cases as rows, variants as columns."""

    def test_all_cases_are_rows_a_page_at_a_time(self, bench: Bench) -> None:
        run = bench.finish()
        first, second = (reading.grid(bench.store, run.id, offset=offset, limit=8) for offset in (0, 8))
        assert (first.total, second.total) == (12, 12)
        assert [row.position for row in (*first.rows, *second.rows)] == list(range(12))
        cell = first.rows[1].cells[0]
        assert cell is not None
        assert (cell.score, cell.reply, cell.failed) == (0.0, "I cannot tell", 0)

    def test_different_shows_the_cases_on_which_variants_disagree(self, bench: Bench) -> None:
        run = bench.finish()
        found = reading.grid(bench.store, run.id, "different")
        assert [row.position for row in found.rows] == [1, 3, 5, 7, 9, 11]
        assert found.total == 6

    def test_different_compares_replies_where_there_is_no_score(self, bench: Bench) -> None:
        run = bench.finish(score=None)
        assert [row.position for row in reading.grid(bench.store, run.id, "different").rows] == [1, 3, 5, 7, 9, 11]

    def test_regressions_are_seen_from_the_baseline(self, bench: Bench) -> None:
        run = bench.finish()
        assert reading.grid(bench.store, run.id, "regressions", baseline=0).total == 0
        assert reading.grid(bench.store, run.id, "regressions", baseline=1).total == 6

    def test_a_variant_that_failed_where_the_baseline_did_not_is_a_regression(self, bench: Bench) -> None:
        bench.server.fail("invalid")
        run = bench.finish("intent@2", "intent@1", concurrency=1, limit=1)
        assert reading.grid(bench.store, run.id, "regressions", baseline=1).total == 1
        assert reading.grid(bench.store, run.id, "regressions", baseline=0).total == 0

    def test_failures_are_errors_and_low_scores(self, bench: Bench) -> None:
        bench.server.fail("invalid")
        run = bench.finish(concurrency=1)
        found = reading.grid(bench.store, run.id, "failures", limit=2, offset=1)
        assert found.total == 7  # case 0 failed, the odd ones were wrong
        assert [row.position for row in found.rows] == [1, 3]

    def test_repeats_are_a_mean_and_show_the_one_that_failed(self, bench: Bench) -> None:
        bench.server.fail(None, "invalid")
        run = bench.finish("intent@2", repeats=3, limit=1, concurrency=1)
        cell = reading.grid(bench.store, run.id).rows[0].cells[0]
        assert cell is not None
        assert (cell.finished, cell.failed, cell.score, cell.repeat, cell.error_type) == (3, 1, 1.0, 1, "invalid_request")

    def test_a_long_reply_is_cut_and_an_unfinished_cell_is_none(self, bench: Bench) -> None:
        bench.server.reply = "x" * 5_000
        run = bench.finish("intent@1", limit=1)
        cell = reading.grid(bench.store, run.id).rows[0].cells[0]
        assert cell is not None
        assert cell.cut
        assert cell.reply == "x" * 400
        planned = plan.plan(bench.store, bench.spec(limit=1))
        assert reading.grid(bench.store, planned).rows[0].cells == (None, None)

    def test_an_unknown_filter_or_run_is_told(self, bench: Bench) -> None:
        with pytest.raises(InputError, match="not a filter"):
            reading.grid(bench.store, "x", "odd")
        with pytest.raises(NotFound):
            reading.grid(bench.store, "x")


def test_an_export_has_the_columns_of_the_list_call_and_neutralises_formulas(bench: Bench) -> None:
    datasets.create(bench.store, "sheet", [NewCase({"text": "=HYPERLINK(1)", "label": "-1"}), NewCase({"text": 'a,"b"\nc', "label": "ß"})])
    bench.server.reply = '=cmd|"/c calc"!A1'
    run = bench.finish("intent@1", dataset="sheet")
    rows = list(csv.DictReader(io.StringIO("".join(reading.export_csv(bench.store, run.id)))))
    assert list(rows[0])[:5] == ["prompt", "response", "success", "error", "latency_ms"]
    assert rows[0]["response"] == '\'=cmd|"/c calc"!A1'
    assert (rows[0]["input.text"], rows[0]["input.label"]) == ("'=HYPERLINK(1)", "'-1")
    assert rows[1]["input.text"] == 'a,"b"\nc'
    assert rows[1]["prompt"] == 'Which intent? a,"b"\nc'
    assert (rows[0]["success"], rows[0]["variant"], rows[0]["case"]) == ("True", "intent@1", "1")


def test_a_json_export_is_one_object_with_every_cell(bench: Bench) -> None:
    bench.server.fail("invalid")
    run = bench.finish(concurrency=1)
    data = json.loads("".join(reading.export_json(bench.store, run.id)))
    assert (data["run_id"], len(data["cells"]), len(data["variants"])) == (run.id, 24, 2)
    assert sum(not cell["success"] for cell in data["cells"]) == 1
    assert data["cells"][0]["error_type"] == "invalid_request"
    assert data["plan"]["score"]["column"] == "label"
    for export in (reading.export_csv, reading.export_json):
        with pytest.raises(NotFound):
            list(export(bench.store, "nothing"))


def test_a_run_that_is_deleted_leaves_its_calls_in_the_ledger(bench: Bench) -> None:
    run = bench.finish(limit=2)
    reading.delete(bench.store, run.id)
    with pytest.raises(NotFound):
        reading.get(bench.store, run.id)
    assert ledger.totals(bench.store).n == 4
    assert bench.cells(run.id) == []


def test_counts_of_an_ended_run_are_counted_once_and_stay_right_after_a_retry(bench: Bench) -> None:
    bench.server.fail("invalid")
    run = bench.finish(concurrency=1)
    assert reading.get(bench.store, run.id) == run
    worker.retry_failed(bench.store, run.id)
    assert bench.end(run.id).failed == 0


def test_money_is_what_the_ledger_says(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", bench.server.v1)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef0123")
    bench.server.reply = lambda _body: Answer("x", input_tokens=1_000, output_tokens=10)
    run = bench.finish("intent@1", models=("openai/gpt-4o-mini",))
    assert run.spent_nano == ledger.totals(bench.store, run_id=run.id).cost_nano
    assert run.spent_nano == 12 * (1_000 * 150 + 10 * 600)
    assert run.unpriced == 0
    assert bench.finish("intent@1", limit=1).unpriced == 1


def test_a_large_run_is_counted_filtered_and_paged(bench: Bench) -> None:
    run_id = plan.plan(bench.store, bench.spec("intent@1", limit=1))
    shape = {"status": "ok", "score_reason": "", "error_message": "", "retries": 0, "fingerprint": "f", "latency_ms": 5}
    rows = [
        {"run_id": run_id, "variant": 0, "case_position": n, "repeat": 0, "score": n % 2, "finished_ms": n} | shape for n in range(30_000)
    ]
    with bench.store.write() as session:
        session.execute(insert(CellRow), rows)
        session.get_one(RunRow, run_id).plan = {**session.get_one(RunRow, run_id).plan, "cases": 30_000}
        session.get_one(RunRow, run_id).state = "finished"
    assert reading.get(bench.store, run_id).ok == 30_000
    assert reading.grid(bench.store, run_id, "failures", offset=14_000).total == 15_000
    assert len(reading.cells(bench.store, run_id, after=(0, 20_000, 0), limit=50)) == 50
