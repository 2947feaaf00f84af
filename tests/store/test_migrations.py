"""The store's schema: from nothing, from rows, refused when newer, and equal to what the tables say."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import workbench.datasets.tables
import workbench.ledger.tables
import workbench.prompts.tables
import workbench.providers.tables
import workbench.runner.tables
import workbench.store.leases  # noqa: F401 (filling the metadata is the import's purpose)
from workbench import settings
from workbench import store as stores
from workbench.errors import StoreError, StoreNewer
from workbench.store import Store, migrate
from workbench.store.base import Base


def test_the_program_names_the_newest_migration_there_is() -> None:
    config = Config()
    config.set_main_option("script_location", str(settings.migrations_dir()))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_a_new_store_has_the_schema_that_the_tables_describe(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: not (kind == "table" and name.startswith("prompt_search"))}
        )
        differences = [change for change in compare_metadata(context, Base.metadata) if change[0] != "remove_table"]
    assert differences == []


def test_opening_a_store_twice_changes_nothing(store: Store) -> None:
    with store.write() as session:
        session.execute(text("INSERT INTO leases (name, owner, heartbeat_ms) VALUES ('a', 'b', 1)"))
    migrate.upgrade(store.engine)
    with store.read() as session:
        assert session.execute(text("SELECT count(*) FROM leases")).scalar() == 1


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
