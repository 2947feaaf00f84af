"""A throw-away PostgreSQL cluster for one test run: a folder of its own, loopback only, as an ordinary user, gone at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path


def binaries() -> Path | None:
    """The folder that holds initdb and postgres; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


_INITDB = ("--username=workbench", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
_QUICK = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")


class Cluster:
    """A running cluster. `url(name)` makes an empty database from the template and says where it is."""

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

    def database(self, name: str, template: str | None = None) -> str:
        """The URL of a new database, copied from `template` where one is named."""
        self._sql(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return f"postgresql://workbench@127.0.0.1:{self.port}/{name}"

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

    def _sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"postgresql://workbench@127.0.0.1:{self.port}/postgres", autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement)

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
