"""A file of JSON lines into the ledger: parsed, checked, priced, each once, added up; against the driver's executemany of the same rows.

Both go into a fresh store with the same tables and indexes, in batches of the same size, in the same run. The file is what a ledger of
10,000,000 calls in 90 days has of them: 20 prompts of 3 versions on 5 models; it ends ten days ago, when minutes are no longer kept.
`WORKBENCH_BENCH_DATABASE_URL` names an empty database to import into as well.
"""

import json
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.report import report
from workbench.ledger import importers, inserting, reading
from workbench.ledger.fields import check_values
from workbench.ledger.importers import running
from workbench.ledger.rows import row_of
from workbench.store import Store, open_store

CALLS, ROUNDS = 200_000, 3
DAY_MS = 86_400_000
CALLS_A_DAY = 10_000_000 // 90
MODELS = (
    ("openai", "gpt-5"),
    ("openai", "gpt-5-mini"),
    ("anthropic", "claude-sonnet-4-5"),
    ("openai", "gpt-4o"),
    ("google", "gemini-2.5-pro"),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.jsonl"
        write(path, CALLS)
        rows = _rows(path)
        figures: list[tuple[float, float, float]] = []
        for round_ in range(ROUNDS):
            bare_s = _bare(f"sqlite:///{folder}/bare{round_}.db", rows)
            cpu, wall = time.process_time(), time.perf_counter()
            _import(f"sqlite:///{folder}/whole{round_}.db", path)
            figures.append((bare_s, time.perf_counter() - wall, time.process_time() - cpu))
        bare, whole, busy = (statistics.median(side) for side in zip(*figures, strict=True))
        each, floor = whole / CALLS * 1e6, bare / CALLS * 1e6
        report("import of JSON lines on SQLite, a call (15,000 a second)", each, "µs", CALLS, bar=1e6 / 15_000)
        report("import of JSON lines on SQLite, a call, processor", busy / CALLS * 1e6, "µs", CALLS)
        report("import against executemany into the same tables (25 %)", each, "µs", CALLS, floor=floor, bar=4)
        again = time.perf_counter()
        _import(f"sqlite:///{folder}/whole0.db", path, duplicates=CALLS)
        report("the same file again: a call that is there already", (time.perf_counter() - again) / CALLS * 1e6, "µs", CALLS)
        if url := os.environ.get("WORKBENCH_BENCH_DATABASE_URL"):
            wall = time.perf_counter()
            _import(url, path)
            report("import of JSON lines on PostgreSQL, a call", (time.perf_counter() - wall) / CALLS * 1e6, "µs", CALLS)


def write(path: Path, calls: int, end_ms: int | None = None) -> None:
    """A file of `calls` calls in order of time, up to ten days ago where nothing else is said."""
    chance = random.Random(7)
    end_ms = time.time_ns() // 1_000_000 - 10 * DAY_MS if end_ms is None else end_ms
    step = DAY_MS // CALLS_A_DAY
    with path.open("w") as file:
        for n in range(calls):
            provider, model = MODELS[chance.randrange(5)]
            failed = chance.random() < 0.02
            line = {
                "started_ms": end_ms - (calls - n) * step,
                "latency_ms": int(chance.lognormvariate(6.5, 0.6)), "ttft_ms": chance.randint(50, 400),
                "prompt": f"team/prompt-{chance.randrange(20)}", "version": chance.randint(1, 3), "label": "production",
                "provider": provider, "model": model, "status": "error" if failed else "ok", "input_tokens": chance.randint(50, 900),
                "output_tokens": 0 if failed else chance.randint(5, 300), "user": f"user-{chance.randrange(500)}", "tags": ["eu"],
            }  # fmt: skip
            file.write(json.dumps(line | ({"error_type": "rate_limit"} if failed else {})) + "\n")


def _rows(path: Path) -> list[tuple[object, ...]]:
    """The rows that the import writes, ready for the driver."""
    rows = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            values = check_values(json.loads(line), source="import")
            values["external_id"] = running.name_of(values["started_ms"], line.strip(), 0)
            values["cost_nano"] = 1_000_000
            rows.append(row_of(values, number))
    return inserting.bound("calls", rows)


def _bare(url: str, rows: list[tuple[object, ...]]) -> float:
    store = open_store(url)
    statement = inserting.statement("calls")
    begun = time.perf_counter()
    for start in range(0, len(rows), running.BATCH):
        with store.write() as session:
            cursor = session.connection().connection.cursor()
            cursor.executemany(statement, rows[start : start + running.BATCH])
    took_s = time.perf_counter() - begun
    store.close()
    return took_s


def _import(url: str, path: Path, duplicates: int = 0) -> None:
    store: Store = open_store(url)
    done = importers.run(store, path)
    assert (done.taken, done.duplicates, done.skipped) == (CALLS - duplicates, duplicates, 0), done
    assert reading.totals(store).unpriced == 0
    store.close()


if __name__ == "__main__":
    main()
