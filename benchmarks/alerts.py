"""What alerts cost: a tick of 100 rules at 100,000 and at 1,000,000 calls of seven days, and own metrics as they are recorded.

The rules are of every kind: 60 over prompts, models and labels in windows of 5 minutes to an hour, 10 quotas of 24 hours, 10 of the last
1,000 calls, 10 against last week or the pattern of the hours, 10 of own metrics. `WORKBENCH_DATABASE_URL` names a PostgreSQL server to run
on instead of SQLite (`benchmarks.databases`), with 100,000 calls; `python -m benchmarks.alerts 20000` takes another number.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks import databases
from benchmarks.report import report
from workbench.clock import now_ms
from workbench.ledger import bulk, metrics
from workbench.ledger.fields import CallRecord
from workbench.ledger.metrics import Value
from workbench.monitoring import alerts, preview, rulebook
from workbench.monitoring.rules import Rule
from workbench.store import open_store

BAR_MS, TICKS = 100, 20
DAY_MS = 86_400_000
_MODELS = [("openai", "gpt-5"), ("openai", "gpt-5-mini"), ("anthropic", "claude-sonnet-5"), ("local", "smollm2"), ("simulated", "fair")]


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [100_000] + [1_000_000] * (databases.size(1, 0))
    with tempfile.TemporaryDirectory() as folder, databases.server(Path(folder)) as made:
        for size in sizes:
            with made.empty() as url:
                _ticks(url, size)
        with made.empty() as url:
            _recording(url)


def _ticks(url: str, size: int) -> None:
    store = open_store(url)
    end_ms = now_ms()
    made = _calls(size, end_ms)
    while part := list(islice(made, 20_000)):
        bulk.add(store, part, price=False)
    names = ("relevance", "coherence", "feature_usage")
    metrics.add(store, [Value(names[n % 3], n % 7 / 7, end_ms - n * 60_000, ("en",)) for n in range(10_000)])
    rulebook.seed(store)
    for kept in rulebook.all(store):
        rulebook.switch(store, kept.id, enabled=False)
    for rule in rules():
        rulebook.add(store, rule)
    begun = time.perf_counter()
    alerts.tick(store, end_ms)
    first_ms = (time.perf_counter() - begun) * 1_000
    took = []
    for n in range(1, TICKS + 1):
        begun = time.perf_counter()
        alerts.tick(store, end_ms + n * 15_000)
        took.append((time.perf_counter() - begun) * 1_000)
    report(f"tick of 100 rules, first of an hour, {size:,} calls", first_ms, "ms", 1)
    report(f"tick of 100 rules, p95, {size:,} calls", sorted(took)[int(0.95 * TICKS) - 1], "ms", TICKS, bar=BAR_MS)
    report(f"tick of 100 rules, median, {size:,} calls", statistics.median(took), "ms", TICKS, bar=BAR_MS)
    begun = time.perf_counter()
    preview.would_have_fired(store, rules()[0], end_ms - 2 * DAY_MS, end_ms)
    report(f"preview of two days by the minute, {size:,} calls", (time.perf_counter() - begun) * 1_000, "ms", 1)
    store.close()


def _recording(url: str) -> None:
    store = open_store(url)
    begun = time.perf_counter()
    for n in range(300):
        metrics.record_metric("relevance", n % 10 / 10, tags=["en", "v2"], store=store)
    report("own metric recorded, two tags, committed", (time.perf_counter() - begun) / 300 * 1_000, "ms", 300)
    at_ms = now_ms()
    begun = time.perf_counter()
    metrics.add(store, [Value("relevance", n % 10 / 10, at_ms - n * 1_000, ("en",)) for n in range(10_000)])
    report("own metrics in one transaction", 10_000 / (time.perf_counter() - begun), "values/s", 10_000)
    store.close()


def rules() -> list[Rule]:
    """100 rules of every kind, no two alike."""
    found = []
    shapes = [("errors", "rate", 0.05), ("latency_ms", "p95", 2_000), ("cost_usd", "mean", 0.1), ("latency_ms", "most", 60_000)]
    for n in range(60):
        metric, how, threshold = shapes[n % 4]
        chosen = (
            {"prompt": (f"prompt-{n % 20}",)}
            if n % 3 == 0
            else {"model": (_MODELS[n % 5][1],)}
            if n % 3 == 1
            else {"label": ("production",)}
        )
        window_s = (300, 900, 1_800, 3_600)[n // 15]
        found.append(
            Rule(name=f"calls {n}", metric=metric, aggregation=how, threshold=threshold, filters=chosen, window_s=window_s, hold_s=300)
        )
    for n in range(10):
        of = {"prompt": (f"prompt-{n}",)}
        found.append(Rule(name=f"quota {n}", metric="tokens", aggregation="quota", threshold=0.8, quota=1e9, window_s=86_400, filters=of))
        found.append(Rule(name=f"last {n}", metric="cost_usd", aggregation="mean", threshold=0.1, window_s=86_400, last_n=1_000 - n % 5))
        compare = "anomaly" if n % 2 else "rises_by"
        found.append(Rule(name=f"past {n}", metric="calls", aggregation="count", compare=compare, threshold=6, window_s=3_600, filters=of))
        own = f"metric:{('relevance', 'coherence', 'feature_usage')[n % 3]}"
        found.append(Rule(name=f"own {n}", metric=own, aggregation="mean", compare="below", threshold=0.1, window_s=(n + 1) * 300))
    return found


def _calls(size: int, end_ms: int) -> Iterator[CallRecord]:
    chance, step = random.Random(5), 7 * DAY_MS / size
    for n in range(size):
        provider, model = _MODELS[n % 5]
        bad = chance.random() < 0.02
        yield CallRecord(
            started_ms=round(end_ms - (size - n) * step),
            source="benchmark",
            provider=provider,
            model=model,
            prompt=f"prompt-{chance.randrange(20)}",
            version=chance.randrange(1, 4),
            label="production" if n % 2 else None,
            latency_ms=round(chance.lognormvariate(6.5, 0.6)),
            input_tokens=400,
            output_tokens=80,
            cost_nano=1_300_000,
            status="error" if bad else "ok",
            error_type="timeout" if bad else None,
        )


if __name__ == "__main__":
    main()
