"""The cheapest plan over 12 models x 5 classes with two caches and batches, under limits that bind and under limits that cannot be kept.

From the scenario to the plan with the worth of its limits, figures of the engine and all assumptions. The bar is a second.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.report import report
from workbench.cost import frontier, optimising
from workbench.cost.model import Believed, ClassOf, ExactCache, Limits, OwnPrice, Scenario, SemanticCache, Typed
from workbench.store import open_store

MODELS, CLASSES, ROUNDS, BAR_S = 12, 5, 9, 1.0
D = Decimal


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'workbench.db'}")
        given = scenario()
        assert optimising.optimise(store, given).feasible  # the libraries are there now
        limits = given.limits
        never = replace(given, limits=replace(limits, usd_per_month=D(1_000), quality=D("0.95"), latency_p95_ms=1_000))
        assert not optimising.optimise(store, never).feasible
        few = replace(given, limits=replace(limits, most_models=3))
        sized = f"{MODELS} models x {CLASSES} classes"
        _measured(f"optimiser, {sized}, four limits", lambda: optimising.optimise(store, given), bar=BAR_S)
        _measured(f"optimiser, {sized}, and at most 3 models", lambda: optimising.optimise(store, few), bar=BAR_S)
        _measured(f"optimiser, {sized}, limits that cannot be kept", lambda: optimising.optimise(store, never), bar=BAR_S)
        _measured(f"frontier, {sized}, 2 x 20 points", lambda: frontier.frontier(store, given), rounds=3)
        store.close()


def _measured(name: str, work: Callable[[], Any], *, bar: float | None = None, rounds: int = ROUNDS) -> None:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    report(name, statistics.median(times), "s", rounds, bar=bar)


def scenario() -> Scenario:
    """Models from small to large: ten times dearer, better, slower; classes from easy to hard, two of which can wait."""
    prices, believed, classes = {}, {}, {}
    for m in range(MODELS):
        size = D(m) / (MODELS - 1)
        dear = D("0.3") * D(100) ** size
        prices[f"m{m}"] = OwnPrice(dear, 4 * dear, batch=D("0.5") if m % 3 == 0 else None)
        hard = {f"c{c}": D("0.98") - (1 - size) * D("0.08") * c - D("0.005") * (m % 4) for c in range(CLASSES)}
        believed[f"m{m}"] = Believed(quality_by_class=hard, latency_p50_ms=400 + 200 * m, latency_p95_ms=1_000 + 500 * m)
    for c in range(CLASSES):
        classes[f"c{c}"] = ClassOf(D("0.2"), D(150 + 100 * c), D(100 + 80 * c), can_wait=c in (1, 4))
    levers = (ExactCache(D("0.25")), SemanticCache(D("0.4"), D("0.02"), D("0.00001")))
    limits = Limits(quality=D("0.9"), latency_p95_ms=3_000, most={"m0": D("0.4")}, least={"m5": D("0.05")})
    return Scenario("twelve by five", Typed(D(100_000), D(350), D(260), {"m11": D(1)}, classes=classes), levers, prices, believed=believed,
                    limits=limits)  # fmt: skip


if __name__ == "__main__":
    main()
