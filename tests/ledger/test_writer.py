"""A call is durable when its future resolves; one bad row fails alone; a killed process leaves whole calls only."""

import asyncio
import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from tests.ledger.test_fields import a_record
from workbench import store as stores
from workbench.errors import StoreError
from workbench.ledger import reading, spend, writer
from workbench.ledger.writer import Beside, Writer
from workbench.runner.tables import CellRow, RunRow
from workbench.store import Store

NEW_CELL = insert(CellRow.__table__)


def a_run(store: Store, run_id: str = "r1") -> None:
    with store.write() as session:
        session.add(RunRow(id=run_id, name="", kind="comparison", state="running", plan={}, total=1, created_ms=1))


def a_cell(position: int, run_id: str = "r1") -> Beside:
    return Beside(
        NEW_CELL,
        {
            "run_id": run_id, "variant": 0, "case_position": position, "repeat": 0, "status": "ok", "score_reason": "",
            "error_message": "", "retries": 0, "fingerprint": "f", "finished_ms": 1,
        },
        call_id="call_id",
    )  # fmt: skip


def cells(store: Store) -> list[tuple[int, int | None]]:
    with store.read() as session:
        return [tuple(row) for row in session.execute(select(CellRow.case_position, CellRow.call_id).order_by(CellRow.case_position))]


def test_a_call_is_there_when_its_future_resolves(store: Store) -> None:
    call_id = Writer(store).append(a_record(reply="hello", tags=("t",))).result(10)
    found = reading.get(store, call_id)
    assert (found.id, found.reply, found.tags, found.model) == (call_id, "hello", ("t",), "gpt-5")


def test_many_threads_get_ids_of_their_own(store: Store) -> None:
    shared = Writer(store)
    ids: list[int] = []

    def append(thread: int) -> None:
        futures = [shared.append(a_record(started_ms=thread * 1000 + n, reply=f"{thread}-{n}")) for n in range(50)]
        ids.extend(future.result(30) for future in futures)

    threads = [threading.Thread(target=append, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 200
    assert {reading.get(store, call_id).reply for call_id in ids} == {f"{t}-{n}" for t in range(4) for n in range(50)}


def test_two_writers_on_one_store_take_turns(store: Store) -> None:
    one, other = Writer(store), Writer(store)
    futures = [side.append(a_record()) for _ in range(100) for side in (one, other)]
    assert len({future.result(30) for future in futures}) == 200


def test_ids_go_on_after_rows_written_by_others(store: Store) -> None:
    first = Writer(store).append(a_record()).result(10)
    assert Writer(store).append(a_record()).result(10) == first + 1


def test_a_coroutine_is_woken_when_its_call_is_written(store: Store) -> None:
    shared = Writer(store)

    async def append_many() -> list[int]:
        return await asyncio.gather(*(shared.append_async(a_record(reply=str(n))) for n in range(120)))

    ids = asyncio.run(append_many())
    assert [reading.get(store, call_id).reply for call_id in ids[::40]] == ["0", "40", "80"]


def test_the_rows_beside_a_call_get_its_id_in_the_same_transaction(store: Store) -> None:
    a_run(store)
    shared = Writer(store)
    ids = [future.result(10) for future in [shared.append(a_record(), [a_cell(n)]) for n in range(10)]]
    assert cells(store) == list(enumerate(ids))


def test_rows_without_a_call_are_written_too(store: Store) -> None:
    a_run(store)
    lonely = a_cell(0)
    Writer(store).write([Beside(lonely.statement, lonely.values | {"call_id": None})]).result(10)
    assert cells(store) == [(0, None)]


def test_one_bad_row_fails_alone_and_its_call_is_kept(store: Store) -> None:
    a_run(store)
    shared = Writer(store)
    good = [shared.append(a_record(reply=f"good {n}"), [a_cell(n)]) for n in range(20)]
    bad = shared.append(a_record(reply="paid for"), [a_cell(99, run_id="no such run")])
    more = [shared.append(a_record(reply=f"more {n}"), [a_cell(20 + n)]) for n in range(20)]
    with pytest.raises(StoreError, match="could not be written"):
        bad.result(30)
    assert len({future.result(30) for future in good + more}) == 40
    assert [position for position, _ in cells(store)] == list(range(40))
    assert reading.totals(store).n == 41  # the call itself was paid for, so it is kept


def test_a_name_twice_is_refused_and_the_rest_goes_on(store: Store) -> None:
    shared = Writer(store)
    shared.append(a_record(external_id="e1")).result(10)
    refused, fine = shared.append(a_record(external_id="e1")), shared.append(a_record(external_id="e2"))
    with pytest.raises(StoreError):
        refused.result(10)
    assert reading.get(store, fine.result(10)).external_id == "e2"


def test_text_that_no_database_holds_does_not_lose_the_call(store: Store) -> None:
    hostile = "a\x00b\ud800c"
    one = a_record(
        reply=hostile, error_message=hostile, model="m" * 500, user=hostile, prompt="p\x00", request={"text": hostile}, tags=(hostile,)
    )
    found = reading.get(store, Writer(store).append(one).result(10))
    assert found.reply is not None
    assert found.reply.startswith("a\ufffdb\ufffd")
    assert len(found.model) == 200
    assert found.prompt == "p\ufffd"


def test_a_number_too_wide_fails_with_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match="could not be written"):
        Writer(store).append(a_record(latency_ms=10**30)).result(10)


@pytest.mark.parametrize("wide", [10**15 + 1, 2**63, 10**30, -1])
def test_a_cost_that_no_call_has_is_kept_as_unknown_and_the_call_with_it(store: Store, wide: int, caplog: pytest.LogCaptureFixture) -> None:
    one, other = (
        Writer(store).append(a_record(**many)).result(10) for many in ({"cost_nano": wide}, {"cost_nano": 9, "input_tokens": 2**31})
    )
    assert (reading.get(store, one).cost_nano, reading.get(store, other).cost_nano, reading.get(store, other).input_tokens) == (None,) * 3
    assert [message.split(":")[0] for message in caplog.messages] == [
        f"A call of openai/gpt-5 has cost_nano {wide}",
        f"A call of openai/gpt-5 has input_tokens {2**31}",
        "A call of openai/gpt-5 has cost_nano 9",
    ]
    found = spend.total(store, 0, 2**50)
    assert (found.calls, found.unpriced, found.cost_nano, found.input_tokens) == (2, 2, 0, 0)


def test_a_thousand_of_the_dearest_calls_of_a_day_have_a_sum(store: Store) -> None:
    shared = Writer(store)
    for future in [shared.append(a_record(cost_nano=10**15)) for _ in range(1_000)]:
        future.result(30)
    assert spend.total(store, 0, 2**50).cost_nano == 10**18


def test_the_thread_ends_when_idle_and_starts_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_IDLE_S", 0.05)
    shared = Writer(store)
    shared.append(a_record()).result(10)
    until = time.monotonic() + 10
    while shared._thread is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert shared._thread is None
    assert shared.append(a_record()).result(10)


def test_a_full_disk_fails_the_call_and_the_next_goes_on(tmp_path: Path) -> None:
    store = stores.open_store(f"sqlite:///{tmp_path / 'small.db'}")
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    from sqlalchemy import event

    limit = {"pages": pages + 4}
    event.listen(store.engine, "begin", lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={limit['pages']}"))
    shared = Writer(store)
    with pytest.raises(StoreError, match="full") as caught:
        shared.append(a_record(reply="x" * 200_000)).result(30)
    assert "disk is full" in caught.value.hint
    limit["pages"] = 1_000_000
    assert shared.append(a_record(reply="x" * 200_000)).result(30)
    assert reading.totals(store).n == 1
    store.close()


def test_a_lock_held_by_another_program_is_waited_for(tmp_path: Path) -> None:
    store = stores.open_store(f"sqlite:///{tmp_path / 'locked.db'}")
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    future = Writer(store).append(a_record())
    time.sleep(0.3)
    assert not future.done()
    other.execute("COMMIT")
    assert future.result(20)
    other.close()
    store.close()


def test_flush_waits_for_everything(store: Store) -> None:
    shared = writer.of(store)
    assert writer.of(store) is shared
    futures = [shared.append(a_record()) for _ in range(300)]
    assert shared.flush()
    assert all(future.done() for future in futures)


def test_a_call_is_written_even_where_no_thread_can_be_started(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    shared = Writer(store)
    with monkeypatch.context() as ending:
        ending.setattr(threading.Thread, "start", refuse)
        assert shared.append(a_record()).result(0)
    assert shared.append(a_record()).result(10)
    assert shared.flush()


def _append_until_killed(url: str, started: "multiprocessing.synchronize.Event") -> None:
    store = stores.open_store(url)
    a_run(store)
    shared = Writer(store)
    for number in range(100_000):
        future = shared.append(a_record(reply=str(number)), [a_cell(number)])
        if number == 2_000:
            future.result(60)
            started.set()


def test_a_killed_process_leaves_no_call_without_its_cell_and_no_cell_without_its_call(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    child = context.Process(target=_append_until_killed, args=(url, started))
    child.start()
    assert started.wait(60)
    assert child.pid
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    store = stores.open_store(url)
    with store.read() as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        without = session.execute(
            text(
                "SELECT count(*) FROM calls LEFT JOIN cells ON cells.call_id = calls.id"
                " LEFT JOIN call_texts ON call_texts.call_id = calls.id WHERE cells.call_id IS NULL OR call_texts.call_id IS NULL"
            )
        ).scalar()
    kept = reading.totals(store).n
    assert (without, len(cells(store))) == (0, kept)
    assert kept > 0
    store.close()
