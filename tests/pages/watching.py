"""A day of calls that the Overview has something to say about: version 7 of one prompt is slower than those before it, and fails more."""

import random
from collections.abc import Sequence

from tests.cost.ledger import call
from workbench.ledger import bulk
from workbench.ledger.fields import CallRecord
from workbench.store import Store

HOUR_MS = 3_600_000
MODELS = (("openai", "gpt-5"), ("openai", "gpt-5-mini"))
PROMPTS = ("support/triage", "intent")


def a_day(store: Store, now_ms: int, count: int = 1_200, prompts: Sequence[str] = PROMPTS) -> list[int]:
    """`count` calls of the last 30 hours, evenly spread; from six hours ago on the first prompt is at version 7. Returns their ids."""
    chance = random.Random(5)
    span = 30 * HOUR_MS
    return bulk.add(store, [a_call(chance, now_ms - span + span * n // count, now_ms, n, prompts) for n in range(count)], price=False).ids


def a_call(chance: random.Random, at_ms: int, now_ms: int, n: int, prompts: Sequence[str]) -> CallRecord:
    """The n-th of them, begun at `at_ms`."""
    prompt, (provider, model) = prompts[n % len(prompts)], MODELS[n // 2 % 2]
    worse = prompt == prompts[0] and at_ms >= now_ms - 6 * HOUR_MS
    failed = chance.random() < (0.25 if worse else 0.02)
    return call(
        None, started_ms=at_ms, prompt=prompt, version=7 if worse else 6, provider=provider, model=model, source="client",
        latency_ms=round(chance.lognormvariate(6.3, 0.3) * (3 if worse else 1)), ttft_ms=120 if n % 2 else None,
        status="error" if failed else "ok", error_type="timeout" if failed else None, error_message="It took too long." if failed else None,
        cost_nano=None if failed else 400_000 + n, user=f"person {n % 9}", feedback=(1, 1, -1)[n % 3] if n % 20 == 0 else None,
    )  # fmt: skip
