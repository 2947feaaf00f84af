"""The Overview at many calls against few: 90 days, 20 prompts of 3 versions, 5 models. Its data, its page, its memory, its percentiles.

`python -m benchmarks.watch` takes 10,000,000 calls against 100,000; `python -m benchmarks.watch 1000000` takes fewer. Both are the same
days, prompts, versions and models; what few calls cannot have alike is how many fall into an hour or a minute: in short ranges the ratio
is also one of nearly nothing against something. Data is measured as processor time, both stores in turns in one process; the page in a
process for each store, in turns. Its clock stands at the newest call and is a minute later with every
rerun, so that each is worked out anew.

`WORKBENCH_BENCH_STORE` names a SQLite file that holds the many calls already, of an earlier run or a seed: it is read, and stays.
`WORKBENCH_DATABASE_URL` names a PostgreSQL server to run on instead (`benchmarks.databases`), with 100,000 calls against 10,000.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Self

import numpy as np
from sqlalchemy import func, insert, select

from benchmarks import databases, seed
from benchmarks.report import report
from workbench import clock
from workbench.ledger import rollups
from workbench.ledger.rollups import keeping, marks
from workbench.ledger.tables import CallRow
from workbench.monitoring import dashboard, ranges
from workbench.monitoring.dashboard_model import View
from workbench.store import Store, open_store

FEW, MANY = 100_000, 10_000_000
ON_POSTGRES = 100_000
RANGES = ("15m", "1h", "6h", "24h", "7d", "30d", "90d")
SHARES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
ROUNDS, RERUNS = 15, 24
_TRACE = Path(__file__).resolve().parent.parent / "tests/data/azure-llm-trace/conv.csv.gz"


def main(many: int) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_:
        made = open_.enter_context(databases.server(Path(folder)))
        few = min(FEW, many // 10)
        urls = {many: open_.enter_context(_seeded(made, many, clock.now_ms(), os.environ.get("WORKBENCH_BENCH_STORE")))}
        store = open_store(urls[many])
        end_ms = _newest(store)
        _percentiles(store, many, end_ms)
        store.close()
        urls[few] = open_.enter_context(_seeded(made, few, end_ms))
        told = _apart("look", urls[few], urls[many], str(end_ms))
        for name, (of_few, of_many) in told.items():
            where = f"Overview's data ({name}) on {made.name}, {many:,} calls"
            report(f"{where} against {few:,}, processor, p50", median(of_many), "ms", len(of_many), floor=median(of_few), bar=1.3)
        with _Page(urls[few], end_ms) as of_few, _Page(urls[many], end_ms) as of_many:
            for name in RANGES:
                times = [(of_few.rerun(name), of_many.rerun(name)) for _ in range(RERUNS + 1)][1:]
                fewer, more = ([pair[which] for pair in times] for which in (0, 1))
                where = f"Overview's page ({name}) on {made.name}, {many:,} calls"
                report(f"{where} against {few:,}, p50", median(more), "ms", RERUNS, floor=median(fewer), bar=1.3)
                report(f"{where}, p95", float(np.percentile(more, 95)), "ms", RERUNS, bar=250.0)
            memory = of_many.most_mb() - of_few.most_mb()
        report(f"memory of the Overview, {many:,} calls above {few:,}", memory, "MB", 1, bar=50.0)
        with made.empty() as url:
            trace = open_store(url)
            _trace(trace)
            trace.close()


@contextmanager
def _seeded(made: databases.Server, count: int, end_ms: int, there: str | None = None) -> Iterator[str]:
    """The URL of a store of so many calls, or of the file that holds them."""
    with made.empty() as empty:
        url = f"sqlite:///{there}" if there and made.is_sqlite else empty
        store = open_store(url)
        if url == empty:
            seed.calls(store, count, end_ms=end_ms)
        with store.write() as session:  # as the next call would
            keeping.close(session.connection(), marks.read(session.connection()), _newest(store))
        store.close()
        yield url


def _newest(store: Store) -> int:
    """Just after the last call: until then both stores are alike."""
    with store.read() as session:
        return int(session.scalar(select(func.max(CallRow.started_ms))) or 0) + 1


def _apart(*arguments: str) -> Any:
    """What a process of its own says, as one line of JSON."""
    command = [sys.executable, "-m", "benchmarks.watch", *arguments]
    environment = os.environ | {"WORKBENCH_DATABASE_URL": arguments[1]}
    return json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def look(few: str, many: str, end_ms: int) -> None:
    """Print how much of the processor the looks at both stores took, in turns, by what was looked at."""
    stores = [open_store(url) for url in (few, many)]
    with stores[0].read() as session:
        prompt = session.scalar(select(CallRow.prompt).limit(1))
    found: dict[str, list[list[float]]] = {}
    for name in RANGES:
        for filters in ({}, {"prompt": str(prompt)}):
            view = View(ranges.last(name, end_ms), filters)
            times: list[list[float]] = [[], []]
            for turn in range(ROUNDS + 1):
                for store, took in zip(stores, times, strict=True):
                    begun = time.process_time()
                    dashboard.look(store, view, end_ms)
                    if turn:  # the first look reads what is remembered
                        took.append((time.process_time() - begun) * 1000)
            found[f"{name}, {'one prompt' if filters else 'all'}"] = times
    print(json.dumps(found))


class _Moved(clock.SystemClock):
    """The machine's time, so many milliseconds off."""

    def __init__(self, by_ms: int) -> None:
        self.by_ms = by_ms

    def now_ms(self) -> int:
        return super().now_ms() + self.by_ms


class _Page:
    """The page over a store, in a process of its own that reruns it when it is told to."""

    def __init__(self, url: str, end_ms: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.watch", "page", url, str(end_ms)],
            env=os.environ | {"WORKBENCH_DATABASE_URL": url}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._process.communicate()

    def rerun(self, name: str) -> float:
        """Milliseconds that one rerun of the range took."""
        return self._asked(name)

    def most_mb(self) -> float:
        """The most memory it has held."""
        return self._asked("memory")

    def _asked(self, line: str) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(line, file=self._process.stdin, flush=True)
        if not (said := self._process.stdout.readline()):
            raise RuntimeError(f"the page of {line} broke")
        return float(said)


def page(url: str, end_ms: int) -> None:
    """Rerun the page once for every range that is read from standard input, and print how long it took; for "memory" the most it needed."""
    clock.SYSTEM = moved = _Moved(end_ms - clock.now_ms())
    store = open_store(url)
    for name in RANGES:
        dashboard.look(store, View(ranges.last(name, end_ms)), end_ms)
    store.close()
    app = _opened()
    for line in sys.stdin:
        if line.strip() == "memory":
            print(_most_mb(), flush=True)
            continue
        app.query_params["range"] = line.strip()
        moved.by_ms += ranges.MINUTE
        begun = time.perf_counter()
        app.run()
        took = (time.perf_counter() - begun) * 1000
        if app.exception:
            raise RuntimeError(f"Overview: {app.exception[0].message}")
        print(took, flush=True)


def _most_mb() -> float:
    """The most memory this process has held. (The figure of getrusage begins with that of the process that started this one.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _opened() -> Any:
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import AppTest, app_test

    class OwnMenu(PagesManager):
        """AppTest takes a folder called pages/ for the old automatic menu before every run: it may do so on this class only."""

    app_test.PagesManager = OwnMenu  # type: ignore[misc]
    PagesManager.uses_pages_directory = False
    app = AppTest.from_file(str(Path(__file__).resolve().parent.parent / "app.py"), default_timeout=120).run()
    return app.switch_page("pages/watch/overview.py").run()


def _percentiles(store: Store, count: int, end_ms: int) -> None:
    """Against the calls themselves, of the busiest stretch that they can be read of at once: the last day."""
    span = ranges.last("24h", end_ms)
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
        look(*sys.argv[2:4], int(sys.argv[4]))
    elif sys.argv[1:2] == ["page"]:
        page(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else databases.size(MANY, ON_POSTGRES))
