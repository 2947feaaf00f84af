"""Makes the store smaller: drops what is too old, tidies the rollups, and gives the space back. Owns none of the tables."""

from dataclasses import dataclass
from typing import Any

from workbench.errors import StoreError
from workbench.ledger import retention, rollups, search
from workbench.store import Store

_TABLES = ("calls", "call_texts", "rollups", "rollup_series", "top_days")


@dataclass(frozen=True, slots=True)
class Compacted:
    """What went, and the bytes of the store before and after."""

    texts: int
    rows: int
    together: int
    series: int
    before_bytes: int
    after_bytes: int

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def compact(store: Store, now_ms: int) -> Compacted:
    """Apply the retention, tidy the rollups and the search index, and rewrite the file (PostgreSQL: the ledger's tables are vacuumed, and
    stay in use). Takes a while on a large store. Raises StoreError where another program holds a SQLite file; what was dropped by then is
    dropped.
    """
    before = _bytes(store)
    dropped = retention.apply(store, now_ms)
    if search.mostly_gone(store):
        search.rebuild(store)
    together, series = rollups.tidy(store, now_ms), rollups.drop_series(store)
    _vacuum(store)
    return Compacted(dropped.texts, dropped.rows, together, series, before, _bytes(store))


def _bytes(store: Store) -> int:
    with store.read() as session:
        connection = session.connection()
        if not store.is_sqlite:
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
        pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
        return int(pages) * int(size)


def _vacuum(store: Store) -> None:
    # Past the engine's own BEGIN: a vacuum is no part of a transaction.
    raw = store.engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        if store.is_sqlite:
            driver.execute("VACUUM")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        driver.autocommit = True
        try:
            driver.execute(f"VACUUM (ANALYZE) {', '.join(_TABLES)}")
        finally:
            driver.autocommit = False
    except Exception as error:
        hint = "Stop the app and other commands that use this store, then run it again."
        raise StoreError(f"The space could not be given back: {error}", hint=hint) from error
    finally:
        raw.close()
