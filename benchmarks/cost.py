"""What-if over 1,000,000 recorded calls: the first load, a slider with total and range, the waterfall, the draws alone, and memory."""

import gc
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks import seed
from benchmarks.report import report
from workbench.cost import columns, ranges, worked, working
from workbench.cost.model import (
    Batch,
    ExactCache,
    Growth,
    Lever,
    NewModel,
    OutputCap,
    Recorded,
    Retries,
    Routing,
    Scenario,
    SemanticCache,
    ShorterPrompt,
)
from workbench.store import Store, open_store

CALLS, DAYS, DRAWS, ROUNDS = 1_000_000, 90, 10_000, 9
ALL: tuple[Lever, ...] = (
    Routing({"simple": {"openai/gpt-5-mini": Decimal("0.9"), "openai/gpt-5": Decimal("0.1")}, "medium": {"openai/gpt-5": Decimal(1)}}),
    NewModel("anthropic/claude-sonnet-5", "openai/gpt-5", Decimal("0.2")),
    ShorterPrompt(Decimal(40), "team1/area1/prompt-00001"),
    OutputCap(250),
    ExactCache(),
    SemanticCache(Decimal("0.2"), usd_per_lookup=Decimal("0.00001")),
    Retries(Decimal("0.02"), 2, Decimal("0.5")),
    Batch(Decimal("0.3"), ("complex",)),
    Growth(Decimal("0.05")),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'workbench.db'}")
        _fill(store)
        _measure(store)
        store.close()


def _fill(store: Store) -> None:
    """Calls with what a replay needs: some 300,000 different requests of 0 to 149 words."""
    seed.calls(store, CALLS, DAYS)
    with store.write() as session:
        session.execute(text("UPDATE calls SET prompt_hash = (id * 7919) % 300007, words = id % 150, question = (id % 3 = 0)"))


def _measure(store: Store) -> None:
    baseline = Recorded(seed.START_MS, seed.START_MS + DAYS * 86_400_000)
    plain = Scenario("plain", baseline)
    before_mb = _peak_mb()
    begun = time.perf_counter()
    columns.load(store, baseline)
    report("cost: calls as columns, first load", time.perf_counter() - begun, "s", CALLS)
    begun = time.perf_counter()
    working.work_out(store, plain)
    report("cost: first result after that", time.perf_counter() - begun, "s", CALLS)
    begun = time.perf_counter()
    working.work_out(store, replace(plain, levers=ALL))
    report("cost: first result of nine levers, classified and replayed", time.perf_counter() - begun, "s", CALLS)
    gc.collect()
    report("cost: peak memory of all that", _peak_mb() - before_mb, "MB", CALLS)

    def slide(step: int, levers: tuple[Lever, ...]) -> Scenario:
        """The scenario with a semantic hit rate that nobody asked for before."""
        moved = Decimal(20 + step).scaleb(-2)
        return replace(plain, levers=tuple(replace(one, hit_rate=moved) if isinstance(one, SemanticCache) else one for one in levers))

    few = tuple(one for one in ALL if one.kind in ("routing", "exact_cache", "semantic_cache"))
    report("cost: slider, total and range, 3 levers", _p50_ms(lambda n: working.work_out(store, slide(n, few))), "ms", CALLS, bar=150)
    report("cost: slider, total and range, 9 levers", _p50_ms(lambda n: working.work_out(store, slide(n, ALL))), "ms", CALLS, bar=150)
    _parts(store, replace(plain, levers=ALL))


def _parts(store: Store, scenario: Scenario) -> None:
    """The exact waterfall alone, and the draws alone."""
    found = working.inputs(store, scenario)
    exact = _p50_ms(lambda _n: worked.work(scenario, found.traffic, found.measured, found.book))
    report("cost: waterfall of 9 levers, exact", exact, "ms", CALLS, bar=500)
    done = worked.work(scenario, found.traffic, found.measured, found.book)

    def draw(seeded: int) -> Any:
        known = ranges.unknowns(scenario, done.base, draws=DRAWS, seed=seeded)  # a seed that nobody had: nothing is kept
        caches = [kind for kind in ranges.hit_rates(scenario.levers, done.base) if kind in known.drawn]
        return ranges.draw(ranges.totals(done.base, scenario.levers, done.book, caches), known)

    report("cost: Monte Carlo of 10,000 draws, new random numbers", _p50_ms(draw) / 1000, "s", DRAWS, bar=0.5)


def _p50_ms(action: Callable[[int], object]) -> float:
    times = []
    for n in range(1, ROUNDS + 1):
        begun = time.perf_counter()
        action(n)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
