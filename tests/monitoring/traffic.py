"""Traffic for tests of the Overview: calls of two prompts and two models over days, drawn with a fixed seed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from workbench.ledger import bulk
from workbench.ledger.fields import CallRecord
from workbench.store import Store

HOUR, DAY = 3_600_000, 86_400_000
NOW = round(datetime(2026, 3, 15, 16, 30, tzinfo=UTC).timestamp() * 1000)
TWO = round(datetime(2026, 3, 15, 14, tzinfo=UTC).timestamp() * 1000)  # when something gets worse, where it does


def drawn(
    seed: int, since_ms: int, until_ms: int, an_hour: int, *, prompt: str = "support/triage", version: int = 7, slow: float = 1.0,
    fails: float = 0.02, dear: float = 1.0, liked: float = 0.8, model: str = "gpt-5",
) -> Iterator[CallRecord]:  # fmt: skip
    """Calls evenly spread; lognormal latencies of a median of 500 ms times `slow`, a fifth of them rated, a dollar the thousand."""
    draw = np.random.default_rng(seed)
    for at in range(since_ms, until_ms, HOUR // an_hour):
        failed, rated = draw.random() < fails, draw.random() < 0.2
        latency = round(500 * slow * float(draw.lognormal(0, 0.5)))
        yield CallRecord(
            started_ms=at + int(draw.integers(0, HOUR // an_hour // 2)), source="client", provider="openai", model=model, prompt=prompt,
            version=version, latency_ms=latency, ttft_ms=latency // 4, status="error" if failed else "ok",
            error_type=("timeout" if draw.random() < 0.5 else "rate_limit") if failed else None, retries=int(failed),
            input_tokens=int(draw.integers(80, 120)), cached_tokens=20, output_tokens=int(draw.integers(20, 40)),
            cost_nano=int(1e6 * dear * draw.lognormal(0, 0.3)), user=f"user{draw.integers(0, 5)}", tags=(f"team{draw.integers(0, 2)}",),
            feedback=(1 if draw.random() < liked else -1) if rated else None,
        )  # fmt: skip


def put(store: Store, *parts: Iterator[CallRecord]) -> list[CallRecord]:
    """Add the calls; all of them."""
    records = [record for part in parts for record in part]
    bulk.add(store, records, price=False)
    return records
