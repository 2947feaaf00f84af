"""The one database of a process: SQLite or PostgreSQL. Owns connections, pragmas and transactions; knows no table."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

from workbench import settings

_PRAGMAS = ("journal_mode=WAL", "busy_timeout=10000", "synchronous=NORMAL", "foreign_keys=ON")


class Store:
    """A database that is migrated and open. `read()` and `write()` give sessions; nothing else does."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(workbench_write=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @property
    def url(self) -> str:
        """The address, with any password masked."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent snapshot and writes nothing."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits when its block ends and rolls back when it raises."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Return every connection."""
        self.engine.dispose()


def open_store(url: str | None = None) -> Store:
    """The store at `url` (by default the one of the settings), migrated to this version. Raises StoreNewer, StoreError."""
    from workbench.store import migrate

    store = Store(_engine(url or settings.load().database_url))
    try:
        migrate.upgrade(store.engine)
    except BaseException:
        store.close()
        raise
    return store


_current: dict[str, Store] = {}
_opening = threading.Lock()


def current() -> Store:
    """The store of this process: one engine for each database URL, opened on first use."""
    url = settings.load().database_url
    with _opening:
        if url not in _current:
            _current[url] = open_store(url)
        return _current[url]


def close_all() -> None:
    """Close every store that `current` opened."""
    with _opening:
        while _current:
            _current.popitem()[1].close()


def _engine(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_size=10, max_overflow=20, pool_pre_ping=True)
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": 10}, pool_size=10, max_overflow=20)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late and is deferred; with isolation_level None, BEGIN is ours.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A deferred BEGIN that later writes fails at once when another writer came between; IMMEDIATE waits its turn.
    immediate = connection.get_execution_options().get("workbench_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
