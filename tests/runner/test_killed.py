"""A run killed at any instant loses nothing that had finished and asks for nothing finished twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.loopback import Loopback
from tests.runner.conftest import Bench, model
from workbench import store as stores
from workbench.ledger import reading as ledger
from workbench.providers import connections
from workbench.providers.connections import Connection
from workbench.runner import plan, reading, worker
from workbench.store import Store

_WORKER = """
import sys
from workbench import store
from workbench.runner import worker
target = store.open_store(sys.argv[1])
getattr(worker, sys.argv[2])(target, sys.argv[3])
print("at work", flush=True)
worker.wait(sys.argv[3])
"""
_COMMAND = str(Path(sys.executable).parent / "workbench")


def address(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def work(store: Store, act: str, run_id: str) -> "subprocess.Popen[str]":
    """A process of its own that works on the run."""
    child = subprocess.Popen([sys.executable, "-c", _WORKER, address(store), act, run_id], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "at work\n"
    return child


@pytest.mark.parametrize("after", [1, 7, 23, 40])
def test_a_run_killed_in_the_middle_is_resumed_without_asking_twice(bench: Bench, after: int) -> None:
    bench.server.latency_s = 0.02
    bench.cases(40, "many")
    run_id = plan.plan(bench.store, bench.spec(dataset="many", concurrency=8))
    child = work(bench.store, "start", run_id)
    bench.until(run_id, lambda run: run.done >= after)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    killed = reading.get(bench.store, run_id)
    assert killed.done >= after
    before = {cell.key: cell for cell in bench.cells(run_id)}
    assert reading.get(bench.store, run_id).state == "interrupted"
    second = work(bench.store, "resume", run_id)
    assert second.wait(60) == 0
    ended = reading.get(bench.store, run_id)
    assert (ended.state, ended.ok, ended.failed) == ("finished", 80, 0)
    asked = Counter(call.cell_id for call in ledger.page(bench.store, run_id=run_id, status="ok", limit=500))
    assert set(asked.values()) == {1}
    assert len(asked) == 80
    after_all = {cell.key: cell for cell in bench.cells(run_id)}
    assert all(after_all[key] == cell for key, cell in before.items())
    # Only what was in flight when the process died may have been asked for again.
    assert 80 <= bench.server.count <= 80 + 8


def test_a_worker_in_another_process_is_seen_and_stopped_from_here(bench: Bench) -> None:
    bench.server.latency_s = 0.2
    run_id = plan.plan(bench.store, bench.spec(concurrency=1))
    child = work(bench.store, "start", run_id)
    assert bench.until(run_id, lambda run: run.done >= 1).state == "running"
    worker.stop(bench.store, run_id)
    assert bench.until(run_id, lambda run: run.state == "stopped").done < 24
    assert child.wait(20) == 0


def test_a_command_that_is_killed_is_resumed_by_another_command(home: Path) -> None:
    with Loopback(latency_s=0.05, reply=model) as server:
        bench = Bench(stores.current(), server)
        connections.save(bench.store, Connection("loop", "compatible", base_url=server.v1))
        bench.cases(30)
        bench.version("strict {{text}}")
        command = [_COMMAND, "run", "intent@1", "--dataset", "cards", "--model", "loop/m", "--score", "equals:label"]
        child = subprocess.Popen([*command, "--concurrency", "2"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end_s = time.monotonic() + 30
        while not (found := reading.page(bench.store)) or found[0].done < 5:
            assert time.monotonic() < end_s
            time.sleep(0.05)
        child.kill()
        child.wait()
        resumed = subprocess.run([_COMMAND, "runs", "resume", found[0].id, "--json"], capture_output=True, text=True, check=True)
        said = json.loads(resumed.stdout)
        assert (said["state"], said["ok"], said["cells"], said["variants"][0]["score"]) == ("finished", 30, 30, 1.0)
        assert server.count <= 32
        assert ledger.totals(bench.store, run_id=found[0].id).ok == 30


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_interrupted_stops_its_run_and_says_how_to_go_on(home: Path, sent: signal.Signals) -> None:
    bench_store = stores.current()
    with Loopback(latency_s=0.2, reply=model) as server:
        bench = Bench(bench_store, server)
        connections.save(bench_store, Connection("loop", "compatible", base_url=server.v1))
        bench.cases(30)
        bench.version("strict {{text}}")
        # Whoever is started in the background of a script ignores SIGINT, and so would a command started here.
        listening = ["env", "--default-signal=INT"]
        command = [*listening, _COMMAND, "run", "intent@1", "--dataset", "cards", "--model", "loop/m", "--concurrency", "1", "--json"]
        child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        end_s = time.monotonic() + 30
        while not (found := reading.page(bench_store)) or found[0].done < 2:
            assert time.monotonic() < end_s
            time.sleep(0.05)
        child.send_signal(sent)
        out, err = child.communicate(timeout=30)
        assert child.returncode == 1
        assert json.loads(out)["state"] == "stopped"
        assert f"workbench runs resume {found[0].id}" in err
        assert "Traceback" not in err
        assert reading.get(bench_store, found[0].id).state == "stopped"
