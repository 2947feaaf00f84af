"""Where a benchmark's stores lie: SQLite files in a folder, or databases of the PostgreSQL server that `WORKBENCH_DATABASE_URL` names.

Databases of a server are made for one measure and dropped after it; the one that is named is never written to.
`python -m benchmarks.databases benchmarks.imports 20000` starts a throw-away PostgreSQL and runs a benchmark on it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Insert, create_engine, make_url

_numbers = count(1)


@dataclass(frozen=True)
class Server:
    """A folder for files, or a PostgreSQL server (`url`, None for files)."""

    folder: Path
    url: str | None

    @property
    def is_sqlite(self) -> bool:
        return self.url is None

    @property
    def name(self) -> str:
        return "SQLite" if self.is_sqlite else "PostgreSQL"

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database of its own, gone afterwards."""
        number = next(_numbers)
        if self.url is None:
            path = self.folder / f"bench{number}.db"
            yield f"sqlite:///{path}"
            for rest in ("", "-wal", "-shm"):
                Path(f"{path}{rest}").unlink(missing_ok=True)
            return
        made = f"workbench_bench_{os.getpid()}_{number}"
        self._sql(f'CREATE DATABASE "{made}"')
        try:
            yield make_url(self.url).set(database=made).render_as_string(hide_password=False)
        finally:
            self._sql(f'DROP DATABASE "{made}" WITH (FORCE)')

    def _sql(self, statement: str) -> None:
        engine = create_engine(str(self.url), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Where the stores of this run lie."""
    yield Server(folder, _url())


def size(usual: int, on_postgres: int) -> int:
    """How many calls to take where nobody says."""
    return on_postgres if _url() else usual


def by_driver(connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[Any]]:
    """The statement and the rows as the driver takes them, types and names seen to."""
    names = list(rows[0])
    compiled = statement.values(dict.fromkeys(names)).compile(dialect=connection.dialect, column_keys=names)
    ways = compiled._bind_processors  # noqa: SLF001 (what SQLAlchemy itself does for each row)
    ready = [{name: ways[name](value) if name in ways else value for name, value in row.items()} for row in rows]
    return str(compiled), ready


def _url() -> str | None:
    """The server's address in the words of the driver; None where the stores are files."""
    url = os.environ.get("WORKBENCH_DATABASE_URL", "")
    if not url.startswith("postgres"):
        return None
    return f"postgresql+psycopg://{url.partition('://')[2]}"


def main(module: str, *arguments: str) -> None:
    from tests import postgres

    folder = postgres.binaries()
    assert folder is not None, "PostgreSQL is not installed: apt-get install postgresql"
    cluster = postgres.Cluster(folder)
    try:
        environment = os.environ | {"WORKBENCH_DATABASE_URL": cluster.database("bench")}
        subprocess.run([sys.executable, "-m", module, *arguments], env=environment, check=True)
    finally:
        cluster.stop()


if __name__ == "__main__" and sys.argv[1:]:
    main(*sys.argv[1:])
