"""A file of JSON lines into the ledger: parsed, checked, priced, each once, added up; against the driver's executemany of the same rows.

Both go into a fresh store with the same tables and indexes, in batches of the same size, in the same run, in turns. One file is what a
ledger of 10,000,000 calls in 90 days has of them, the other has as many calls spread over 90 days, so that most are the only one of their
version and model in an hour: 20 prompts of 3 versions on 5 models; both end ten days ago, when minutes are no longer kept.

`WORKBENCH_DATABASE_URL` names a PostgreSQL server to run on instead, in databases that are made and dropped (`benchmarks.databases`), with
50,000 calls; `python -m benchmarks.imports 20000` takes another number.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks import databases
from benchmarks.report import report
from workbench.ledger import importers, inserting, reading
from workbench.ledger.fields import check_values
from workbench.ledger.importers import running
from workbench.ledger.rows import row_of
from workbench.ledger.tables import CallRow
from workbench.store import open_store

CALLS, ON_POSTGRES, ROUNDS = 200_000, 50_000, 3
DAY_MS = 86_400_000
DAYS = 90
CALLS_A_DAY = 10_000_000 // DAYS
MODELS = (
    ("openai", "gpt-5"),
    ("openai", "gpt-5-mini"),
    ("anthropic", "claude-sonnet-4-5"),
    ("openai", "gpt-4o"),
    ("google", "gemini-2.5-pro"),
)


def main(calls: int) -> None:
    with tempfile.TemporaryDirectory() as folder, databases.server(Path(folder)) as made:
        for what, calls_a_day in (("dense", CALLS_A_DAY), (f"sparse over {DAYS} days", max(1, calls // DAYS))):
            path = Path(folder) / f"{calls_a_day}.jsonl"
            write(path, calls, calls_a_day=calls_a_day)
            _compare(made, path, what, calls)


def _compare(made: databases.Server, path: Path, what: str, calls: int) -> None:
    rows = _rows(path)
    figures: list[tuple[float, float, float, float]] = []
    for _ in range(ROUNDS):
        with made.empty() as url:
            bare_s, bare_cpu_s = _bare(url, rows)
        with made.empty() as url:
            cpu, wall = time.process_time(), time.perf_counter()
            _import(url, path, calls)
            figures.append((bare_s, bare_cpu_s, time.perf_counter() - wall, time.process_time() - cpu))
            again = time.perf_counter()
            _import(url, path, calls, duplicates=calls)
            again = time.perf_counter() - again
    bare, bare_busy, whole, busy = (statistics.median(side) for side in zip(*figures, strict=True))
    each, floor, where = whole / calls * 1e6, bare / calls * 1e6, f"on {made.name}, {what}"
    report(f"import of JSON lines {where}, a call (15,000 a second)", each, "µs", calls, bar=1e6 / 15_000 if made.is_sqlite else None)
    report(f"import of JSON lines {where}, a call, processor", busy / calls * 1e6, "µs", calls, floor=bare_busy / calls * 1e6)
    report(f"import against executemany into the same tables {where} (25 %)", each, "µs", calls, floor=floor, bar=4)
    report(f"the same file again {where}: a call that is there already", again / calls * 1e6, "µs", calls)


def write(path: Path, calls: int, end_ms: int | None = None, *, calls_a_day: int = CALLS_A_DAY) -> None:
    """A file of `calls` calls in order of time, up to ten days ago where nothing else is said."""
    chance = random.Random(7)
    end_ms = time.time_ns() // 1_000_000 - 10 * DAY_MS if end_ms is None else end_ms
    step = DAY_MS // calls_a_day
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


def _rows(path: Path) -> list[dict[str, Any]]:
    """The rows that the import writes."""
    rows = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            values = check_values(json.loads(line), source="import")
            values["external_id"] = running.name_of(values["started_ms"], line.strip(), 0)
            values["cost_nano"] = 1_000_000
            rows.append(row_of(values, number))
    return rows


def _bare(url: str, rows: list[dict[str, Any]]) -> tuple[float, float]:
    """What the driver's executemany takes for the same rows, ready for it: seconds, and seconds of the processor."""
    store = open_store(url)
    if store.is_sqlite:
        statement, ready = inserting.statement("calls"), inserting.bound("calls", rows)
    else:
        with store.read() as session:
            statement, ready = databases.by_driver(session.connection(), insert(CallRow), rows)
    cpu, begun = time.process_time(), time.perf_counter()
    for start in range(0, len(ready), running.BATCH):
        with store.write() as session:
            cursor = session.connection().connection.cursor()
            cursor.executemany(statement, ready[start : start + running.BATCH])
    took_s = time.perf_counter() - begun, time.process_time() - cpu
    store.close()
    return took_s


def _import(url: str, path: Path, calls: int, duplicates: int = 0) -> None:
    store = open_store(url)
    done = importers.run(store, path)
    assert (done.taken, done.duplicates, done.skipped) == (calls - duplicates, duplicates, 0), done
    assert reading.totals(store).unpriced == 0
    store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else databases.size(CALLS, ON_POSTGRES))
