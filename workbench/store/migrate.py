"""Brings a store to this program's schema with Alembic. A store newer than the program is refused; nothing is ever downgraded."""

import threading

from sqlalchemy import Connection, Engine, inspect, text

from workbench import settings
from workbench.errors import StoreError, StoreNewer

HEAD = "0005"  # the newest migration; asking Alembic for it costs a second at start, and a test holds the two together
_TABLE = "alembic_version"
_LOCK_KEY = 7_041_776  # any number, as long as every workbench takes the same advisory lock
_upgrading = threading.Lock()  # Alembic keeps its context in module globals


def upgrade(engine: Engine) -> None:
    """Migrate to HEAD. Raises StoreNewer, and StoreError where the database holds tables of something else."""
    if revision(engine) == HEAD:
        return
    with _upgrading, engine.execution_options(workbench_write=True).begin() as connection:
        # Two processes may open a new store at once: the second waits here and finds the work done.
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        found = _revision(connection)
        if found != HEAD:
            _check(connection, found)
            _run(connection)


def revision(engine: Engine) -> str | None:
    """The migration the store is at; None where it is empty."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_TABLE):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _check(connection: Connection, found: str | None) -> None:
    if found is not None and found > HEAD:
        raise StoreNewer(f"The store was written by a newer workbench (schema {found}; this one knows {HEAD}).")
    if found is None and inspect(connection).has_table("calls"):
        raise StoreError(
            "The database already has tables that are not a workbench's.",
            hint="Point WORKBENCH_DATABASE_URL at an empty database.",
        )


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(settings.migrations_dir()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
