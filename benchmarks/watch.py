"""The Overview at many calls against few: 90 days, 20 prompts of 3 versions, 5 models. Its data, its page, its memory, its percentiles.

`python -m benchmarks.watch` takes 10,000,000 calls against 100,000; `python -m benchmarks.watch 1000000` takes fewer. Each store is looked
at in a process of its own, in turns, so that memory is its own and a busy moment of the machine meets both.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sqlalchemy import insert, select

from benchmarks import seed
from benchmarks.report import report
from workbench import clock
from workbench.ledger import rollups
from workbench.ledger.tables import CallRow
from workbench.monitoring import dashboard, ranges
from workbench.monitoring.dashboard_model import View
from workbench.store import Store, open_store

FEW, MANY = 100_000, 10_000_000
RANGES = ("24h", "7d", "30d", "90d")
SHARES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
ROUNDS, TURNS = 8, 3
_TRACE = Path(__file__).resolve().parent.parent / "tests/data/azure-llm-trace/conv.csv.gz"


def main(many: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        homes = {count: Path(folder) / str(count) for count in (FEW, many)}
        for count, home in homes.items():
            home.mkdir()
            store = _opened(home)
            seed.calls(store, count)
            if count == many:
                _percentiles(store, count)
            store.close()
        turns = [{count: _apart(home) for count, home in homes.items()} for _ in range(TURNS)]
        for name in (*RANGES, "page"):
            times = {count: [ms for turn in turns for ms in turn[count]["ms"][name]] for count in homes}
            what = "Overview's page (24h)" if name == "page" else f"Overview's data ({name})"
            few, lots = (median(times[count]) for count in (FEW, many))
            report(f"{what}, {many:,} calls against {FEW:,}, p50", lots, "ms", len(times[many]), floor=few, bar=1.3)
            report(f"{what}, {many:,} calls, p95", float(np.percentile(times[many], 95)), "ms", len(times[many]), bar=250.0)
        memory = [median(turn[count]["mb"] for turn in turns) for count in (FEW, many)]
        report(f"memory of the Overview, {many:,} calls above {FEW:,}", memory[1] - memory[0], "MB", TURNS, bar=50.0)
        trace = _opened(Path(folder))
        _trace(trace)
        trace.close()


def _opened(home: Path) -> Store:
    return open_store(f"sqlite:///{home / 'workbench.db'}")


def _apart(home: Path) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name != "WORKBENCH_DATABASE_URL"}
    command = [sys.executable, "-m", "benchmarks.watch", "look", str(home)]
    done = subprocess.run(command, env=environment | {"WORKBENCH_HOME": str(home)}, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def look(home: Path) -> None:
    """Print how long the looks at a store took, and the most memory they needed, as one line of JSON."""
    store = _opened(home)
    times = {name: _times(lambda name=name: _look(store, name)) for name in RANGES}  # type: ignore[misc]
    most_mb = _most_mb()
    store.close()
    print(json.dumps({"ms": times | {"page": _page()}, "mb": most_mb}))


def _most_mb() -> float:
    """The most memory this process has held. (The figure of getrusage begins with that of the process that started this one.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _look(store: Store, name: str) -> None:
    now_ms = clock.now_ms()
    dashboard.look(store, View(ranges.last(name, now_ms)), now_ms)


def _times(action: Callable[[], object]) -> list[float]:
    action()
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        action()
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _page() -> list[float]:
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import AppTest, app_test

    class OwnMenu(PagesManager):
        """AppTest takes a folder called pages/ for the old automatic menu before every run: it may do so on this class only."""

    app_test.PagesManager = OwnMenu  # type: ignore[misc]
    PagesManager.uses_pages_directory = False
    app = AppTest.from_file(str(Path(__file__).resolve().parent.parent / "app.py"), default_timeout=120).run()
    app.switch_page("pages/watch/overview.py").run()
    times = _times(app.run)
    if app.exception:
        raise RuntimeError(f"Overview: {app.exception[0].message}")
    return times


def _percentiles(store: Store, count: int) -> None:
    """Against the calls themselves, of the busiest stretch that they can be read of at once: the last day."""
    now_ms = clock.now_ms()
    span = ranges.last("24h", now_ms)
    query = select(CallRow.latency_ms).where(CallRow.started_ms >= span.since_ms, CallRow.started_ms < span.until_ms)
    with store.read() as session:
        latencies = np.array([latency for latency in session.scalars(query) if latency is not None])
    exact = np.percentile(latencies, [share * 100 for share in SHARES])
    _against(rollups.read(store, span.since_ms, span.until_ms)[0], exact, f"{count:,} calls")


def _trace(store: Store) -> None:
    """Tokens written an hour of real requests, kept as milliseconds: what matters is how they are spread."""
    with gzip.open(_TRACE, "rt") as lines:
        written = [int(line.strip().rsplit(",", 1)[1]) for line in list(lines)[1:]]
    whole = {"source": "import", "provider": "azure", "model": "m", "status": "ok", "estimated": False, "retries": 0}
    begun = clock.now_ms() // ranges.HOUR * ranges.HOUR - ranges.HOUR
    names = ("prompt", "version", "label", "error_type", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens",
             "reasoning_tokens", "cost_nano", "user_name", "tags", "ttft_ms", "feedback")  # fmt: skip
    rows = [
        whole | dict.fromkeys(names) | {"id": n + 1, "started_ms": begun + n * ranges.HOUR // len(written), "latency_ms": tokens}
        for n, tokens in enumerate(written)
    ]
    with store.write() as session:
        session.execute(insert(CallRow), rows)
        rollups.note(session.connection(), rows)
    exact = np.percentile(np.array(written), [share * 100 for share in SHARES])
    _against(rollups.read(store, begun, begun + ranges.HOUR)[0], exact, "the Azure trace")


def _against(cell: rollups.Cell, exact: Any, what: str) -> None:
    found = np.array(cell.percentiles(SHARES))
    report(f"percentiles of rollups against exact, {what}, worst", float(np.abs(found / exact - 1).max()) * 100, "%", cell.timed, bar=2.0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["look"]:
        look(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else MANY)
