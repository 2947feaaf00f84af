"""A throw-away PostgreSQL cluster for one test run: a folder of its own, loopback only, as an ordinary user, gone at the end.

Every test gets a database that holds what the template holds, under a name that no other test had.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any


def binaries() -> Path | None:
    """The folder that holds initdb and postgres; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


_INITDB = ("--username=workbench", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
_QUICK = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")

# What `_clear` would not put back: every table, index, sequence and column there is, who last touched a column, and the migration.
_SHAPE = """
SELECT (SELECT md5(string_agg(concat_ws(' ', oid, relname), ',' ORDER BY oid)) FROM pg_class WHERE oid >= 16384),
       (SELECT md5(string_agg(concat_ws(' ', attrelid, attnum, xmin), ',' ORDER BY attrelid, attnum))
        FROM pg_attribute WHERE attrelid >= 16384),
       (SELECT md5(string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid)) FROM pg_constraint WHERE oid >= 16384),
       (SELECT md5(string_agg(concat_ws(' ', oid, tgenabled), ',' ORDER BY oid)) FROM pg_trigger WHERE oid >= 16384),
       (SELECT count(*) FROM pg_proc WHERE oid >= 16384),
       (SELECT array_agg(version_num) FROM alembic_version)
"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'"
_SEQUENCES = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences WHERE last_value IS NOT NULL
"""


class Cluster:
    """A running cluster. `empty(name)` gives a database as the template is, and `give_back(name)` takes it again."""

    def __init__(self, bin_dir: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="workbench-postgres-"))
        self._owner = _ordinary_user()
        if self._owner:
            os.chown(self.folder, *self._owner)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        data = self.folder / "data"
        self._run([str(bin_dir / "initdb"), f"--pgdata={data}", *_INITDB])
        settings = (f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}", *_QUICK)
        command = [str(bin_dir / "postgres"), "-D", str(data), *(f"-c{pair}" for pair in settings)]
        self.log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, **self._as())
        self._wait()
        self._spare: list[str] = []
        self._shape: object = None

    def template(self) -> str:
        """The URL of the database that `empty` copies. To be filled, and closed, before the first copy."""
        return self.database("template")

    def database(self, name: str) -> str:
        """The URL of a new database without a table."""
        self._sql(f'CREATE DATABASE "{name}"')
        return self._url(name)

    def empty(self, name: str) -> str:
        """The URL of a database as `template` is: one that was given back and emptied, else a copy."""
        if self._spare:
            self._sql(f'ALTER DATABASE "{self._spare.pop()}" RENAME TO "{name}"')
        else:
            self._sql(f'CREATE DATABASE "{name}" TEMPLATE "template"')
            if self._shape is None:
                with self._session(name) as session:
                    self._shape = session.execute(_SHAPE).fetchall()
        return self._url(name)

    def give_back(self, name: str) -> None:
        """Take back a database that `empty` gave. Whoever still holds it has lost it, and the next one finds nothing in it.

        To empty it is several times quicker than a copy. A database whose tables were altered is dropped.
        """
        import psycopg

        spare = f"{name}_spare"
        try:
            self._sql(
                f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'",
                f'ALTER DATABASE "{name}" RENAME TO "{spare}"',
            )
        except psycopg.Error:
            self.drop(name)  # somebody came back in between
            return
        with self._session(spare) as session:
            as_before = session.execute(_SHAPE).fetchall() == self._shape
            if as_before:
                _clear(session)
        if as_before:
            self._spare.append(spare)
        else:
            self.drop(spare)

    def drop(self, name: str) -> None:
        self._sql(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        return f"postgresql://workbench@127.0.0.1:{self.port}/{name}"

    def _session(self, name: str) -> Any:
        import psycopg

        return psycopg.connect(self._url(name), autocommit=True, connect_timeout=5)

    def _sql(self, *statements: str) -> None:
        with self._session("postgres") as session:
            for statement in statements:
                session.execute(statement)

    def _wait(self) -> None:
        import psycopg

        deadline = time.monotonic() + 30
        while True:
            try:
                self._sql("SELECT 1")
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.05)

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, check=True, capture_output=True, **self._as())

    def _as(self) -> dict[str, object]:
        return {"user": self._owner[0], "group": self._owner[1], "extra_groups": [], "cwd": self.folder} if self._owner else {}


def _clear(session: Any) -> None:
    tables = [table for (table,) in session.execute(_TABLES)]
    filled = " UNION ALL ".join(f"SELECT '{table}' FROM (SELECT FROM \"{table}\" LIMIT 1) AS first" for table in tables)
    if found := [f'"{table}"' for (table,) in session.execute(filled)]:
        session.execute(f"TRUNCATE {', '.join(found)} CASCADE")
    session.execute(_SEQUENCES)


def _ordinary_user() -> tuple[int, int] | None:
    """Who runs the server when the tests run as root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise RuntimeError("no ordinary user to run PostgreSQL as")
