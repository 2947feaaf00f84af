"""A run of 1,000 cells, 50 at once, on a model that takes 50 ms: planned, rendered, asked, scored, priced and stored, against the bare
SDK making the same requests in the same run of this program. The model is a server in a child process.

Then the same while 30 % of the answers go wrong, one kind of fault after another: no cell may be lost, and no gap between two finished
cells may be longer than the longest retry-after plus five seconds. At last what a person waits for: the quote, and a page of the grid.
"""

import asyncio
import os
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.report import report
from tests.loopback import child
from workbench.calls import loop
from workbench.comparison import summarise
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.prompts import content, registry
from workbench.runner import plan, reading, worker
from workbench.runner.spec import RunSpec, variants_from
from workbench.runner.tables import CellRow
from workbench.store import Store, open_store

CELLS, AT_ONCE, LATENCY_S, ROUNDS = 1_000, 50, 0.05, 3
MODEL = "gpt-4o-mini"
TEMPLATE = "You sort messages of customers into intents. Answer with one label.\n\nMessage: {{text}}"
FAULTS = {"rate_limit=1": 1.0, "500": 0.0, "truncated": 0.0, "malformed": 0.0}


def main() -> None:
    os.environ["OPENAI_API_KEY"] = "none-is-needed"
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'workbench.db'}")
        rows = [NewCase({"text": _text(number), "label": "card_arrival"}) for number in range(CELLS)]
        datasets.create(store, "bench", rows)
        registry.save_version(store, "intent", content.text(TEMPLATE))
        _against_the_sdk(store)
        _quote_and_grid(store)
        for fault, retry_after_s in FAULTS.items():
            _with_faults(store, fault, retry_after_s)
        _stopping(store)
        loop.close()
        store.close()


def _against_the_sdk(store: Store) -> None:
    with child(latency_s=LATENCY_S, reply="card_arrival") as url:
        os.environ["OPENAI_BASE_URL"] = f"{url}/v1"
        _bare(f"{url}/v1", 2 * AT_ONCE)
        _run(store, limit=2 * AT_ONCE)
        sides = [(_timed(lambda: _bare(f"{url}/v1", CELLS)), _timed(lambda: _run(store))) for _ in range(ROUNDS)]
    bare_wall, bare_cpu = (statistics.median(bare[at] for bare, _ in sides) for at in (0, 1))
    wall, cpu = (statistics.median(ours[at] for _, ours in sides) for at in (0, 1))
    report("a run of 1,000 cells, wall", wall, "s", CELLS, floor=bare_wall, bar=1.5)
    report("a run of 1,000 cells, CPU a cell", cpu / CELLS * 1000, "ms", CELLS, floor=bare_cpu / CELLS * 1000, bar=1.5)


def _with_faults(store: Store, fault: str, retry_after_s: float) -> None:
    with child(latency_s=LATENCY_S, share=0.3, faults=(fault,), seed=1, reply="card_arrival") as url:
        os.environ["OPENAI_BASE_URL"] = f"{url}/v1"
        begun_ms = time.time() * 1000
        wall_s, _ = _timed(lambda: _run(store, lossless=False))
    run = reading.page(store, limit=1)[0]
    with store.read() as session:
        ends = list(session.scalars(select(CellRow.finished_ms).where(CellRow.run_id == run.id).order_by(CellRow.finished_ms)))
    name = f"a run with 30 % {fault.partition('=')[0]}"
    report(f"{name}: cells lost", CELLS - run.ok, "cells", CELLS, bar=0)
    gap_s = max(b - a for a, b in pairwise([begun_ms, *ends])) / 1000
    report(f"{name}: longest gap between finished cells", gap_s, "s", CELLS, bar=retry_after_s + 5)
    report(f"{name}: wall", wall_s, "s", CELLS)


def _stopping(store: Store) -> None:
    """How long Stop takes when every call under way would never be answered."""
    times = []
    with child(latency_s=LATENCY_S, share=1.0, faults=("timeout",)) as url:
        os.environ["OPENAI_BASE_URL"] = f"{url}/v1"
        for _ in range(5):
            run_id = plan.plan(store, _spec(store))
            worker.start(store, run_id)
            time.sleep(1)
            times.append(_timed(lambda: (worker.stop(store, run_id), worker.wait(run_id)))[0])  # noqa: B023 (called at once)
    report("Stop until the run has ended, longest", max(times), "s", len(times), bar=1.0)


def _quote_and_grid(store: Store) -> None:
    run = reading.page(store, limit=1)[0]
    spec = _spec(store)
    for name, act, bar in (
        ("quote of 1,000 cases", lambda: plan.quote(store, spec), 150),
        ("progress of a run of 1,000 cells", lambda: reading.page(store, limit=1), None),
        ("page of 50 rows of the grid", lambda: reading.grid(store, run.id), None),
        ("page of 50 rows of the grid, failures only", lambda: reading.grid(store, run.id, "failures"), None),
        ("summary of a run of 1,000 cells", lambda: summarise(store, run.id), None),
    ):
        act()
        times = [_timed(act)[0] for _ in range(15)]
        report(f"{name}, p50", statistics.median(times) * 1000, "ms", len(times), bar=bar)


def _spec(store: Store, limit: int | None = None) -> RunSpec:
    variants = variants_from(store, ["intent@1"], [f"openai/{MODEL}"])
    return RunSpec(tuple(variants), dataset="bench", limit=limit, score="equals:label", concurrency=AT_ONCE)


def _run(store: Store, limit: int | None = None, *, lossless: bool = True) -> None:
    run_id = plan.plan(store, _spec(store, limit))
    worker.start(store, run_id)
    worker.wait(run_id)
    run = reading.get(store, run_id)
    assert run.state == "finished", run
    assert not lossless or run.ok == run.total == (limit or CELLS), run


def _bare(base_url: str, calls: int) -> None:
    """The same requests through the SDK, `AT_ONCE` at a time."""
    from openai import AsyncOpenAI

    async def everything() -> None:
        async with AsyncOpenAI(base_url=base_url, max_retries=0, timeout=60) as client:
            numbers = list(range(calls))

            async def worker() -> None:
                while numbers:
                    turns: Any = [{"role": "user", "content": TEMPLATE.replace("{{text}}", _text(numbers.pop()))}]
                    answer = await client.chat.completions.create(model=MODEL, messages=turns)
                    assert answer.choices[0].message.content

            await asyncio.gather(*(worker() for _ in range(AT_ONCE)))

    loop.run(everything())


def _timed(act: Any) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - cpu


def _text(number: int) -> str:
    return f"Message {number}: I ordered a card two weeks ago and it is still not here. Where is it?"


if __name__ == "__main__":
    main()
