"""The store's schema: from nothing, from rows, refused when newer, and equal to what the tables say."""

import threading
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Connection, Float, Integer, LargeBinary, MetaData, Table, func, inspect, select, text

import workbench.comparison.tables
import workbench.cost.tables
import workbench.datasets.tables
import workbench.export.tables
import workbench.ledger.tables
import workbench.monitoring.tables
import workbench.prompts.tables
import workbench.providers.tables
import workbench.runner.tables
import workbench.store.leases  # noqa: F401 (filling the metadata is the import's purpose)
from workbench import settings
from workbench import store as stores
from workbench.errors import StoreError, StoreNewer
from workbench.store import Store, migrate
from workbench.store import engine as engines
from workbench.store.base import Base


def test_the_program_names_the_newest_migration_there_is() -> None:
    config = Config()
    config.set_main_option("script_location", str(settings.migrations_dir()))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_a_new_store_has_the_schema_that_the_tables_describe(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: not (kind == "table" and name.startswith(("prompt_search", "call_search")))},
        )
        differences = [change for change in compare_metadata(context, Base.metadata) if change[0] != "remove_table"]
    assert differences == []


def test_opening_a_store_twice_changes_nothing(store: Store) -> None:
    with store.write() as session:
        session.execute(text("INSERT INTO leases (name, owner, heartbeat_ms) VALUES ('a', 'b', 1)"))
    migrate.upgrade(store.engine)
    with store.read() as session:
        assert session.execute(text("SELECT count(*) FROM leases")).scalar() == 1


PREVIOUS = ("0001", "0002", "0003", "0004")  # the schemas that files of earlier programs have
NEW = (
    "ratings",
    "price_overrides",
    "budgets",
    "budget_events",
    "scenarios",
    "scenario_versions",
    "rollup_series",
    "rollups",
    "top_days",
    "metrics",
    "metric_rollups",
    "alert_rules",
    "alert_states",
    "alerts",
    "deliveries",
    "dismissals",
    "imports",
    "ledger_marks",
    "documents",
    "brand",
    "plans",
    "plan_versions",
    "exports",
    "assessments",
)  # tables that come up empty


def _of_an_earlier_release(url: str, revision: str) -> dict[str, int]:
    """Make a store as an earlier release left it, a row in every table; how many rows each has."""
    made = engines._engine(url)
    with made.execution_options(workbench_write=True).begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(settings.migrations_dir()))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    with made.execution_options(workbench_write=True).begin() as connection:
        tables = _tables(connection)
        for table in tables:
            ordered = {"first_variant": 0} if table.name == "ratings" else {}  # a check of that table
            connection.execute(table.insert(), {column.name: _something(column.type) for column in table.columns} | ordered)
        rows = _rows(connection)
    made.dispose()
    return rows


def _tables(connection: Connection) -> list[Table]:
    metadata = MetaData()
    names = [name for name in inspect(connection).get_table_names() if not name.startswith(("prompt_search", "call_search", "alembic_"))]
    metadata.reflect(connection, only=names)
    return metadata.sorted_tables


def _rows(connection: Connection) -> dict[str, int]:
    return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in _tables(connection)}


def _something(kind: Any) -> object:
    """A value of the type; every reference names the one row there is."""
    for known, value in ((Boolean, True), (Integer, 1), (Float, 0.5), (LargeBinary, b"1"), (JSON, {"kept": ["as it was"]})):
        if isinstance(kind, known):
            return value
    return "1"


def _comes_into_todays_schema(url: str, revision: str) -> None:
    before = _of_an_earlier_release(url, revision)
    assert set(before.values()) == {1}
    assert len(before) > 10
    opened = stores.open_store(url)
    with opened.engine.connect() as connection:
        after = _rows(connection)
        assert connection.execute(text("SELECT content FROM versions")).scalar_one() in ({"kept": ["as it was"]}, '{"kept": ["as it was"]}')
    assert migrate.revision(opened.engine) == migrate.HEAD
    before.pop("spend_days", None)  # the rollups took its place, and are worked out at first use
    assert {name: after[name] for name in before} == before
    assert {name: count for name, count in after.items() if name not in before} == {name: 0 for name in NEW if name not in before}
    row = "(2, '1', 1, 0, 0, 1, 1, 'left', '', 'ann', 1)"
    with opened.write() as session:
        session.execute(text(f"INSERT INTO ratings VALUES {row}"))
    with opened.write() as session:
        session.execute(text("DELETE FROM runs"))
    with opened.read() as session:
        assert session.execute(text("SELECT count(*) FROM ratings")).scalar() == 0
    opened.close()


@pytest.mark.parametrize("revision", PREVIOUS)
def test_a_file_of_an_earlier_release_comes_up_with_every_row(tmp_path: Path, revision: str) -> None:
    _comes_into_todays_schema(f"sqlite:///{tmp_path / 'previous.db'}", revision)


@pytest.mark.postgres
@pytest.mark.parametrize("revision", PREVIOUS)
def test_a_database_of_an_earlier_release_comes_up_with_every_row(cluster, revision: str) -> None:
    _comes_into_todays_schema(cluster.database("previous"), revision)
    cluster.drop("previous")


def test_a_store_newer_than_the_program_is_refused_in_a_sentence(store: Store) -> None:
    with store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreNewer, match="newer workbench") as caught:
        migrate.upgrade(store.engine)
    assert "Update the workbench" in caught.value.hint


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE calls (id INTEGER)")
    with pytest.raises(StoreError, match="not a workbench's"):
        stores.open_store(f"sqlite:///{path}")
    with sqlite3.connect(path) as other:
        assert [name for (name,) in other.execute("SELECT name FROM sqlite_master")] == ["calls"]


@pytest.mark.postgres
def test_eight_openers_of_one_new_database_make_one_schema(cluster) -> None:
    url = cluster.database("race")
    _open_from_eight_threads(url)
    cluster.drop("race")


def test_eight_openers_of_one_new_file_make_one_schema(tmp_path: Path) -> None:
    _open_from_eight_threads(f"sqlite:///{tmp_path / 'race.db'}")


def _open_from_eight_threads(url: str) -> None:
    failures: list[BaseException] = []

    def opener() -> None:
        try:
            opened = stores.open_store(url)
            assert "calls" in inspect(opened.engine).get_table_names()
            opened.close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=opener) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
