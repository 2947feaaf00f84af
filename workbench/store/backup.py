"""Backup and restore. A backup is one SQLite file of the store's own schema, whichever database the store is on;
so a backup of SQLite restores into PostgreSQL and the other way round. Safe while the app runs: it reads one snapshot.
"""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    MetaData,
    NullPool,
    Table,
    create_engine,
    func,
    inspect,
    literal_column,
    select,
    table,
    text,
)

from workbench.errors import InputError, NameTaken, StoreError
from workbench.store import engine as engines
from workbench.store.engine import Store

_MAGIC = b"SQLite format 3\x00"
_BATCH = 5_000
_MISSED = (
    "prompts",
    "datasets",
    "runs",
    "calls",
    "price_overrides",
    "budgets",
    "scenarios",
    "metrics",
    "alert_rules",
    "rollups",
    "documents",
    "plans",
    "assessments",
)  # what a person would miss
# The search index is virtual on SQLite and has a generated column on PostgreSQL: reflection cannot see what to copy.
_SEARCH = table("prompt_search", *(literal_column(name) for name in ("rowid", "name", "body")))


@dataclass(frozen=True)
class Saved:
    """A finished backup or restore: the file, its size in bytes, and rows by table."""

    path: Path
    size_bytes: int
    rows: dict[str, int]


def save(store: Store, path: Path, *, force: bool = False) -> Saved:
    """Write the whole store into `path`. It appears only once it is complete and checked. Raises NameTaken, StoreError."""
    if path.is_dir():
        raise InputError(f"{path} is a folder.", hint="Name a file, for example workbench-backup.db.")
    if path.exists() and not force:
        raise NameTaken(f"{path} exists.", hint="Choose another file, or add --force to replace it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _scratch(path.parent) as partial:
            if store.is_sqlite:
                _copy_file(Path(str(store.engine.url.database)), partial)
            else:
                _copy_rows_out(store, partial)
            rows = _check(partial)
            partial.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"The backup could not be written: {error}", hint="Check the folder and the free space.") from error
    return Saved(path, path.stat().st_size, rows)


def restore(store: Store, path: Path) -> Saved:
    """Replace everything in the store by the backup at `path`, in one transaction. Raises InputError, StoreNewer."""
    _require_backup(path)
    with tempfile.TemporaryDirectory(prefix="workbench-restore-") as folder:
        copy = Path(folder) / "copy.db"
        try:
            _copy_file(path, copy)
        except sqlite3.Error as error:
            raise InputError(f"{path} is damaged: {error}", hint="Use another backup.") from error
        # Opening migrates: a backup of an older release comes back in today's schema, and a newer one is refused.
        engines.open_store(f"sqlite:///{copy}").close()
        rows = _check(copy)
        if store.is_sqlite:
            _copy_file(copy, Path(str(store.engine.url.database)))
        else:
            _copy_rows_in(copy, store)
    return Saved(path, path.stat().st_size, rows)


def is_empty(store: Store) -> bool:
    """Whether the store holds nothing a person would miss."""
    with store.read() as session:
        return not any(session.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first() for name in _MISSED)  # noqa: S608 (constant names)


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=".workbench-backup-", dir=folder)
    os.close(handle)
    scratch = Path(name)
    try:
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


def _require_backup(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint="Name a file that `workbench backup` wrote.") from error
    if head != _MAGIC:
        raise InputError(f"{path} is not a backup.", hint="Name a file that `workbench backup` wrote.")
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source:
        try:
            tables = {name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.Error as error:
            raise InputError(f"{path} is damaged: {error}", hint="Use another backup.") from error
    if not {"alembic_version", "calls", "versions"} <= tables:
        raise InputError(f"{path} is a SQLite file, but not of a workbench.", hint="Name a file that `workbench backup` wrote.")


def _copy_file(source: Path, target: Path) -> None:
    """SQLite's own online copy: one read snapshot of the source, one write transaction on the target."""
    with contextlib.closing(sqlite3.connect(source, timeout=30)) as here, contextlib.closing(sqlite3.connect(target, timeout=30)) as there:
        here.backup(there)


def _check(path: Path) -> dict[str, int]:
    """Rows by table of a backup that is whole; a single file without a journal beside it. Raises StoreError."""
    with contextlib.closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
        if verdict != "ok":
            raise StoreError(f"The copy is damaged: {verdict}", hint="Try again; check the disk if it stays.")
        names = [
            name
            for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not name.startswith(("sqlite_", "prompt_search_", "call_search", "alembic_"))
        ]
        return {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 (names from the schema)


def _copy_rows_out(store: Store, target: Path) -> None:
    fresh = engines.open_store(f"sqlite:///{target}")
    try:
        snapshot = store.engine.execution_options(isolation_level="REPEATABLE READ")
        with snapshot.begin() as source, fresh.engine.execution_options(workbench_write=True).begin() as sink:
            sink.execute(text("PRAGMA defer_foreign_keys=ON"))
            _copy_rows(source, sink)
        with fresh.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    finally:
        fresh.close()


def _copy_rows_in(copy: Path, store: Store) -> None:
    reading = create_engine(f"sqlite:///{copy}", poolclass=NullPool)
    with reading.begin() as source, store.engine.begin() as sink:
        metadata = _tables(sink)
        names = ", ".join(f'"{entry.name}"' for entry in metadata)
        sink.execute(text(f"TRUNCATE {names}, prompt_search, call_search RESTART IDENTITY"))
        _copy_rows(source, sink)
        for entry in metadata:
            if "id" in entry.c and isinstance(entry.c.id.type, BigInteger):
                _resume_numbering(sink, entry)


def _resume_numbering(sink: Connection, entry: Table) -> None:
    highest = sink.execute(select(func.max(entry.c.id))).scalar()
    if highest is not None:
        sink.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)"), {"name": entry.name, "highest": highest})


def _copy_rows(source: Connection, sink: Connection) -> None:
    for entry in _tables(source):
        _pour(source, sink, entry)
    rows = [dict(row) for row in source.execute(select(_SEARCH)).mappings()]
    if rows:
        sink.execute(text("INSERT INTO prompt_search (rowid, name, body) VALUES (:rowid, :name, :body)"), rows)
    sink.execute(text("DELETE FROM ledger_marks WHERE name = 'searched_id'"))  # the texts of calls are indexed anew, bit by bit


def _pour(source: Connection, sink: Connection, entry: Table) -> None:
    result = source.execution_options(stream_results=True, yield_per=_BATCH).execute(select(entry))
    for part in result.mappings().partitions():
        sink.execute(entry.insert(), [dict(row) for row in part])


def _tables(connection: Connection) -> list[Table]:
    """Every table but the search indexes and Alembic's own, parents before children."""
    metadata = MetaData()
    names = [name for name in inspect(connection).get_table_names() if not name.startswith(("prompt_search", "call_search", "alembic_"))]
    metadata.reflect(connection, only=names)
    for entry in metadata.sorted_tables:
        for column in entry.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True  # a missing value stays missing instead of becoming JSON's null
    return metadata.sorted_tables
