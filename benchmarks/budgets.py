"""What budgets cost: a check of a call with 1, 100 and 1,000 budgets, and what budgets add to writing calls.

The writer is measured against itself without the book, batches of both sides in turn in one run on one kind of file.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.report import report
from workbench.clock import now_ms
from workbench.ledger import book, budgets, writer
from workbench.ledger.fields import CallRecord
from workbench.store import Store, open_store

CHECKS, ROUNDS, BATCH = 100_000, 150, 50
TEXT = "I ordered a card two weeks ago and it is still not here. Where is it? " * 4
REQUEST = {"messages": [{"role": "system", "content": TEXT}, {"role": "user", "content": TEXT}]}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _checks(Path(folder))
        for count in (0, 10, 1_000):
            _writing(Path(folder), count, BATCH)
        _writing(Path(folder), 10, 1)


def _checks(folder: Path) -> None:
    times: dict[int, float] = {}
    for count in (1, 100, 1_000):
        store = _store(folder / f"check{count}.db", count)
        at_ms = now_ms()
        budgets.check(store, "openai", "model-0", "prompt", at_ms)
        begun = time.perf_counter()
        for _ in range(CHECKS):
            budgets.check(store, "openai", "model-0", "prompt", at_ms)
        times[count] = (time.perf_counter() - begun) / CHECKS * 1e6
        store.close()
    report("check of a call, 1 budget", times[1], "us", CHECKS)
    for count in (100, 1_000):
        report(f"check of a call, {count:,} budgets against 1", times[count], "us", CHECKS, floor=times[1], bar=1.5)


def _writing(folder: Path, count: int, batch: int) -> None:
    """Commits of `batch` calls, by turns with and without the hooks; the medians of each."""
    sides = [_store(folder / f"write{count}-{batch}-{side}.db", count) for side in ("bare", "whole")]
    bare, whole = [], []
    for number in range(ROUNDS + 5):
        calls = [_call(number * batch + n) for n in range(batch)]
        took = [_without_book(lambda: _commit(sides[0], calls)), _commit(sides[1], calls)]  # noqa: B023 (called at once)
        if number >= 5:
            bare.append(took[0])
            whole.append(took[1])
    name = f"writing {batch} a commit, {count:,} budgets, against no budgets"
    # One call a commit is one call to a model at a time: a tenth of a millisecond beside its seconds, and no ratio to keep to.
    report(name, statistics.median(whole) * 1000, "ms", ROUNDS, floor=statistics.median(bare) * 1000, bar=1.15 if batch > 1 else None)
    for store in sides:
        store.close()


def _commit(store: Store, calls: Sequence[CallRecord]) -> float:
    ledger = writer.of(store)
    jobs = [writer._Job(call, (), writer.Future()) for call in calls]  # noqa: SLF001 (the batch is to be this large)
    begun = time.perf_counter()
    ledger._write(jobs)  # noqa: SLF001
    return time.perf_counter() - begun


def _without_book(action: Callable[[], float]) -> float:
    kept = book.Book.note
    book.Book.note = lambda *_: None  # type: ignore[method-assign,assign,return-value]
    try:
        return action()
    finally:
        book.Book.note = kept  # type: ignore[method-assign]


def _store(path: Path, count: int) -> Store:
    store = open_store(f"sqlite:///{path}")
    for n in range(count):
        budgets.put(store, scope="model", key=f"openai/model-{n}", period="day", limit_usd=1_000_000, stops=True)
    return store


def _call(number: int) -> CallRecord:
    made = CallRecord(started_ms=now_ms(), source="benchmark", provider="openai", model=f"model-{number % 5}", prompt=f"p{number % 4}")
    values: dict[str, Any] = {"input_tokens": 400, "output_tokens": 30, "cost_nano": 1_300_000, "latency_ms": 900, "version": 1}
    return replace(made, **values, request=REQUEST, reply="card_arrival", variables={"text": TEXT})


if __name__ == "__main__":
    main()
