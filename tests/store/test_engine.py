"""Transactions: writers take turns, readers see a snapshot, what raises is rolled back."""

import threading

import pytest
from sqlalchemy import select, text

from workbench.ledger.tables import CallRow, CallTextRow
from workbench.store import Store, leases


def call(**fields: object) -> CallRow:
    return CallRow(**{"started_ms": 1, "source": "test", "provider": "p", "model": "m", "status": "ok", "retries": 0, **fields})


def test_four_writers_that_read_before_they_write_never_fail_and_lose_nothing(store: Store) -> None:
    with store.write() as session:
        session.add(leases.LeaseRow(name="counter", owner="", heartbeat_ms=0))
    failures: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(50):
                with store.write() as session:
                    row = session.get(leases.LeaseRow, "counter", with_for_update=True)
                    assert row is not None
                    row.heartbeat_ms += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with store.read() as session:
        assert session.scalars(select(leases.LeaseRow.heartbeat_ms)).one() == 200


def test_a_block_that_raises_leaves_no_trace(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as session:
        session.add(call())
        session.flush()
        raise ZeroDivisionError
    with store.read() as session:
        assert session.scalars(select(CallRow)).all() == []


def test_a_sqlite_store_keeps_a_write_ahead_log_and_its_foreign_keys(sqlite_store: Store) -> None:
    with sqlite_store.read() as session:
        pragma = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys", "synchronous")}
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1}


def test_text_that_no_database_can_hold_is_kept_as_near_as_can_be(store: Store) -> None:
    with store.write() as session:
        row = call()
        session.add(row)
        session.flush()
        session.add(
            CallTextRow(
                call_id=row.id, request={"a": "\x00\ud800é"}, reply="a\x00b\ud800c 🙂", variables=None, tool_calls=None, attempts=None
            )
        )
    with store.read() as session:
        kept = session.scalars(select(CallTextRow)).one()
    assert kept.reply == "a\ufffdb\ufffdc 🙂"
    assert kept.request is not None
    assert kept.request["a"].endswith("é")


def test_an_expired_lease_is_free_and_a_fresh_one_is_not(store: Store) -> None:
    assert leases.acquire(store, "run:1", "a", 1_000)
    assert not leases.acquire(store, "run:1", "b", 1_000 + leases.EXPIRES_MS - 1)
    assert leases.holder(store, "run:1", 2_000) == "a"
    assert leases.acquire(store, "run:1", "a", 10_000)
    assert leases.holder(store, "run:1", 10_001 + leases.EXPIRES_MS) is None
    assert leases.acquire(store, "run:1", "b", 10_001 + leases.EXPIRES_MS)
    leases.release(store, "run:1", "a")
    assert leases.holder(store, "run:1", 10_002 + leases.EXPIRES_MS) == "b"


def test_of_eight_who_reach_for_a_lease_at_once_one_gets_it(store: Store) -> None:
    got: list[bool] = []
    start = threading.Barrier(8)

    def reach(owner: str) -> None:
        start.wait()
        got.append(leases.acquire(store, "ticker", owner, 5_000))

    threads = [threading.Thread(target=reach, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]
