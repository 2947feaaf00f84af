"""Saving a version and reading one by its label, on SQLite and warm, in a store of 1,000 prompts of 10 versions."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import seed
from benchmarks.report import report
from workbench.prompts import registry
from workbench.prompts.content import Content
from workbench.store import open_store
from workbench.text.messages import message

ROUNDS = 300


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'workbench.db'}")
        seed.prompts(store, 1_000, 10)
        contents = [Content(messages=(message("user", f"Take {n}: {{{{question}}}}"),)) for n in range(ROUNDS)]
        saving = _p50_ms(lambda n: registry.save_version(store, "bench/prompt", contents[n], note="bench"))
        reading = _p50_ms(lambda n: registry.version(store, f"team{n % 12}/area{n % 40}/prompt-{n:05d}", label="production"), start=1)
        store.close()
    report("save a version, p50", saving, "ms", ROUNDS, bar=4.0)
    report("read a version by label, p50", reading, "ms", ROUNDS, bar=1.0)


def _p50_ms(action: Callable[[int], object], start: int = 0) -> float:
    times = []
    for n in range(start, ROUNDS):
        begun = time.perf_counter()
        action(n)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
