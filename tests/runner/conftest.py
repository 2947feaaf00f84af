"""A bench for runs: a dataset of messages, two versions of a prompt, and a connection to a loopback server that is a model."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.loopback import Loopback
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.ledger import reading as ledger
from workbench.prompts import content, registry
from workbench.prompts.content import Content
from workbench.providers import connections
from workbench.providers.connections import Connection
from workbench.runner import plan, reading, worker
from workbench.runner.reading import Run
from workbench.runner.spec import RunSpec, variants_from
from workbench.store import Store

LABELS = ("card_arrival", "change_pin", "exchange_rate", "age_limit")


def model(body: dict[str, Any]) -> str:
    """Answers `strict` prompts with the label in the message; any other prompt only where the number of the message is even."""
    said = body["messages"][-1]["content"]
    label = next(label for label in LABELS if label in said)
    number = int(said.split("number ")[1].split()[0])
    return label if "strict" in said or number % 2 == 0 else "I cannot tell"


class Bench:
    """What tests of runs share."""

    def __init__(self, store: Store, server: Loopback) -> None:
        self.store = store
        self.server = server

    def spec(self, *refs: str, models: tuple[str, ...] = ("loop/m",), **more: Any) -> RunSpec:
        given = {"dataset": "cards", "score": "equals:label", "concurrency": 4} | more
        return RunSpec(variants=tuple(variants_from(self.store, refs or ("intent@1", "intent@2"), models)), **given)

    def start(self, *refs: str, **more: Any) -> str:
        run_id = plan.plan(self.store, self.spec(*refs, **more))
        worker.start(self.store, run_id)
        return run_id

    def finish(self, *refs: str, **more: Any) -> Run:
        return self.end(self.start(*refs, **more))

    def end(self, run_id: str) -> Run:
        assert worker.wait(run_id, 60), "the run hangs"
        return reading.get(self.store, run_id)

    def resumed(self, run_id: str, **more: Any) -> Run:
        worker.resume(self.store, run_id, **more)
        return self.end(run_id)

    def until(self, run_id: str, holds: Callable[[Run], bool], timeout_s: float = 20) -> Run:
        end_s = time.monotonic() + timeout_s
        while not holds(run := reading.get(self.store, run_id)):
            assert time.monotonic() < end_s, f"never came to it: {run}"
            time.sleep(0.02)
        return run

    def calls(self, run_id: str) -> int:
        return ledger.totals(self.store, run_id=run_id).n

    def cells(self, run_id: str) -> list[reading.Cell]:
        return reading.cells(self.store, run_id, limit=10_000)

    def rows(self, query: Any) -> list[Any]:
        with self.store.read() as session:
            return list(session.execute(query).all())

    def cases(self, count: int, name: str = "cards") -> None:
        rows = [
            NewCase({"text": f"number {n} on {LABELS[n % 4]}", "label": LABELS[n % 4]}, tags=("even",) * (n % 2 == 0)) for n in range(count)
        ]
        datasets.create(self.store, name, rows)

    def version(self, text: str, name: str = "intent", **more: Any) -> None:
        registry.save_version(self.store, name, replace(content.text(text), **more))

    def save(self, made: Content, name: str = "intent") -> None:
        registry.save_version(self.store, name, made)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(reply=model) as running:
        yield running


@pytest.fixture
def bench(store: Store, server: Loopback) -> Bench:
    made = Bench(store, server)
    connections.save(store, Connection("loop", "compatible", base_url=server.v1))
    made.cases(12)
    made.version("Which intent? {{text}}")
    made.version("Which intent? Be strict. {{text}}")
    return made
