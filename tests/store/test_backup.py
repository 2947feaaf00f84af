"""Backup and restore: whole, between databases, while others write; nothing is lost when something is wrong."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text

from tests.store.test_engine import call
from workbench import store as stores
from workbench.errors import InputError, NameTaken, StoreNewer
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.prompts.tables import LabelRow, PromptRow, VersionRow
from workbench.store import Store, backup


def fill(store: Store) -> None:
    with store.write() as session:
        prompt = PromptRow(name="größe/意图", variables=[{"name": "b", "a": 1}], tags=["x"], silenced=[], created_ms=1, updated_ms=2)
        session.add(prompt)
        session.flush()
        version = VersionRow(prompt_id=prompt.id, number=1, content={"z": 1, "a": None}, extra={}, hash="h", created_ms=3)
        session.add(version)
        session.flush()
        session.add(LabelRow(prompt_id=prompt.id, name="production", version_id=version.id))
        row = call(cost_nano=9_007_199_254_740_993, tags=None)
        session.add(row)
        session.flush()
        session.add(CallTextRow(call_id=row.id, reply="héllo 🙂", request=None, variables=None, tool_calls=None, attempts=None))
        session.execute(text("INSERT INTO prompt_search (rowid, name, body) VALUES (1, 'größe', 'body words')"))


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as session:
        return {
            table: [tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
            for table in ("prompts", "versions", "labels", "calls", "call_texts")
        } | {"prompt_search": [tuple(row) for row in session.execute(text("SELECT rowid, name, body FROM prompt_search"))]}


def plain(rows: dict[str, list[tuple[object, ...]]]) -> str:
    # The two drivers spell JSON and booleans in different ways; what they mean is compared.
    import json

    def value(item: object) -> object:
        if isinstance(item, str) and item.startswith(("[", "{")):
            return json.loads(item)
        return int(item) if isinstance(item, bool) else item

    return json.dumps({name: [[value(item) for item in row] for row in lines] for name, lines in rows.items()}, ensure_ascii=False)


def test_a_backup_restores_to_what_was_there(store: Store, tmp_path: Path) -> None:
    fill(store)
    before = plain(everything(store))
    saved = backup.save(store, tmp_path / "b.db")
    assert saved.rows["calls"] == 1
    assert saved.rows["prompts"] == 1
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(("b.db", ".workbench"))] == ["b.db"]
    with store.write() as session:
        session.execute(text("DELETE FROM labels"))
        session.add(call())
    backup.restore(store, saved.path)
    assert plain(everything(store)) == before


def test_rows_can_be_added_after_a_restore(store: Store, tmp_path: Path) -> None:
    fill(store)
    backup.restore(store, backup.save(store, tmp_path / "b.db").path)
    with store.write() as session:
        row = call()
        session.add(row)
        session.flush()
        assert row.id == 2


@pytest.mark.postgres
def test_a_backup_of_one_database_restores_into_the_other(sqlite_store: Store, postgres_store: Store, tmp_path: Path) -> None:
    fill(sqlite_store)
    before = plain(everything(sqlite_store))
    backup.restore(postgres_store, backup.save(sqlite_store, tmp_path / "from-sqlite.db").path)
    assert plain(everything(postgres_store)) == before
    with sqlite_store.write() as session:
        session.execute(text("DELETE FROM labels"))
    backup.restore(sqlite_store, backup.save(postgres_store, tmp_path / "from-postgres.db").path)
    assert plain(everything(sqlite_store)) == before


def test_a_backup_taken_while_others_write_is_one_consistent_moment(store: Store, tmp_path: Path) -> None:
    stop, failures = threading.Event(), []

    def write_pairs() -> None:
        try:
            while not stop.is_set():
                with store.write() as session:
                    session.add(call(source="left"))
                    session.flush()
                    session.add(call(source="right"))
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write_pairs) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        for n in range(5):
            backup.save(store, tmp_path / f"{n}.db")
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert failures == []
    for n in range(5):
        with sqlite3.connect(tmp_path / f"{n}.db") as copy:
            counts = dict(copy.execute("SELECT source, count(*) FROM calls GROUP BY source").fetchall())
            assert counts.get("left", 0) == counts.get("right", 0)


def test_a_file_that_exists_is_not_replaced_unasked(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "b.db").write_text("precious")
    with pytest.raises(NameTaken):
        backup.save(sqlite_store, tmp_path / "b.db")
    assert (tmp_path / "b.db").read_text() == "precious"
    assert backup.save(sqlite_store, tmp_path / "b.db", force=True).size_bytes > 1_000


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00 and then nothing"])
def test_what_is_no_backup_is_refused_and_the_store_stays(store: Store, tmp_path: Path, content: bytes) -> None:
    fill(store)
    (tmp_path / "bad.db").write_bytes(content)
    with pytest.raises(InputError):
        backup.restore(store, tmp_path / "bad.db")
    with store.read() as session:
        assert len(session.scalars(select(CallRow)).all()) == 1


def test_a_backup_of_a_newer_workbench_is_refused_and_the_store_stays(store: Store, tmp_path: Path) -> None:
    fill(store)
    saved = backup.save(store, tmp_path / "b.db")
    with sqlite3.connect(saved.path) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreNewer):
        backup.restore(store, saved.path)
    assert not backup.is_empty(store)


def test_a_store_with_nothing_but_a_budget_or_a_price_is_not_empty(store: Store) -> None:
    for statement in (
        "INSERT INTO budgets (scope, key, period, limit_nano, stops, created_ms) VALUES ('total', '', 'day', 1, false, 1)",
        "INSERT INTO price_overrides (provider, model, from_ms, rates, note, created_ms) VALUES ('p', 'm', 0, '{}', '', 1)",
        "INSERT INTO scenarios (name, created_ms, updated_ms) VALUES ('s', 1, 1)",
    ):
        assert backup.is_empty(store)
        with store.write() as session:
            session.execute(text(statement))
        assert not backup.is_empty(store)
        with store.write() as session:
            session.execute(text(f"DELETE FROM {statement.split()[2]}"))


def test_the_backup_of_an_empty_store_restores_to_an_empty_store(store: Store, tmp_path: Path) -> None:
    saved = backup.save(store, tmp_path / "b.db")
    fill(store)
    backup.restore(store, saved.path)
    assert backup.is_empty(store)
    stores.close_all()
