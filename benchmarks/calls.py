"""1,000 calls, 50 at once, to a model that takes 50 ms: through the door (limits, price, ledger) against the bare SDK in the same run.

Then the same through the door while 30 % of the answers go wrong, one kind of fault after another: none may be lost, and no gap
between two finished calls may be longer than the longest retry-after plus five seconds. The model is a server in a child process.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.report import report
from tests.loopback import child
from workbench.calls import door, loop
from workbench.calls.door import Call
from workbench.ledger import reading
from workbench.providers.base import Parameters, Request
from workbench.store import Store, open_store
from workbench.text.messages import message

CALLS, AT_ONCE, LATENCY_S, ROUNDS = 1_000, 50, 0.05, 3
MODEL = "gpt-4o-mini"
FAULTS = {"rate_limit=1": 1.0, "500": 0.0, "truncated": 0.0, "malformed": 0.0}
One = Callable[[int], Awaitable[bool]]


def main() -> None:
    os.environ["OPENAI_API_KEY"] = "none-is-needed"
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'workbench.db'}")
        _against_the_sdk(store)
        for fault, retry_after_s in FAULTS.items():
            _with_faults(store, fault, retry_after_s)
        loop.close()
        store.close()


def _against_the_sdk(store: Store) -> None:
    with child(latency_s=LATENCY_S, reply="card_arrival") as url:
        os.environ["OPENAI_BASE_URL"] = f"{url}/v1"
        bare, ours = _bare(f"{url}/v1"), _door(store)
        for warm in (bare, ours):
            _round(warm, 2 * AT_ONCE)
        times = [(_round(bare, CALLS), _round(ours, CALLS)) for _ in range(ROUNDS)]
    walls = [statistics.median(side[0] for side in sides) for sides in zip(*times, strict=True)]
    cpus = [statistics.median(side[1] for side in sides) for sides in zip(*times, strict=True)]
    report("1,000 calls through the door, wall", walls[1], "s", CALLS, floor=walls[0], bar=1.5)
    report("1,000 calls through the door, CPU a call", cpus[1] / CALLS * 1000, "ms", CALLS, floor=cpus[0] / CALLS * 1000, bar=1.5)
    kept = reading.totals(store)
    assert kept.ok == kept.n == ROUNDS * CALLS + 2 * AT_ONCE, kept
    assert not kept.unpriced


def _with_faults(store: Store, fault: str, retry_after_s: float) -> None:
    with child(latency_s=LATENCY_S, share=0.3, faults=(fault,), seed=1, reply="card_arrival") as url:
        os.environ["OPENAI_BASE_URL"] = f"{url}/v1"
        ends: list[float] = []
        lost = 0

        async def one(number: int) -> bool:
            nonlocal lost
            good = await ask(number)
            ends.append(time.perf_counter())
            lost += not good
            return good

        ask = _door(store)
        begun = time.perf_counter()
        wall_s, _ = _round(one, CALLS)
    name = f"30 % {fault.partition('=')[0]}"
    report(f"{name}: calls lost", lost, "calls", CALLS, bar=0)
    report(
        f"{name}: longest gap between finished calls", max(b - a for a, b in pairwise([begun, *ends])), "s", CALLS, bar=retry_after_s + 5
    )
    report(f"{name}: wall", wall_s, "s", CALLS)


def _bare(base_url: str) -> One:
    from openai import AsyncOpenAI

    client: Any = None

    async def one(number: int) -> bool:
        nonlocal client
        if client is None:
            client = AsyncOpenAI(base_url=base_url, max_retries=0, timeout=60)
        answer = await client.chat.completions.create(model=MODEL, messages=_json(number), temperature=0.2, max_tokens=50)
        return bool(answer.choices[0].message.content)

    return one


def _door(store: Store) -> One:
    async def one(number: int) -> bool:
        messages = tuple(message(turn["role"], turn["content"]) for turn in _json(number))
        request = Request(MODEL, messages, Parameters(temperature=0.2, max_tokens=50))
        return (await door.complete(Call("openai", request, "benchmark", prompt="intent", version=1), store=store)).success

    return one


def _json(number: int) -> list[Any]:
    return [
        {"role": "system", "content": "You sort messages of customers into intents. Answer with one label."},
        {"role": "user", "content": f"Message {number}: I ordered a card two weeks ago and it is still not here. Where is it?"},
    ]


def _round(one: One, calls: int) -> tuple[float, float]:
    """Wall and CPU seconds of `calls` calls, `AT_ONCE` at a time."""

    async def worker(numbers: "list[int]") -> None:
        while numbers:
            await one(numbers.pop())

    async def everything() -> tuple[float, float]:
        numbers = list(range(calls))
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(worker(numbers) for _ in range(AT_ONCE)))
        return time.perf_counter() - wall, time.process_time() - cpu

    return loop.run(everything())


if __name__ == "__main__":
    main()
