"""One loop in one thread: whoever submits gets what came of it, and nothing outlives the close."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workbench import store as stores
from workbench.calls import loop
from workbench.ledger import reading


async def where() -> str:
    return threading.current_thread().name


def test_everything_async_runs_in_one_thread() -> None:
    assert {loop.run(where()) for _ in range(3)} == {"calls-loop"}
    assert loop.submit(where()).result(5) == "calls-loop"


def test_what_a_coroutine_raises_comes_out() -> None:
    async def fail() -> None:
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        loop.run(fail())


def test_a_wait_that_takes_too_long_is_cancelled_there() -> None:
    ended = threading.Event()

    async def forever() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        loop.run(forever(), timeout_s=0.05)
    assert ended.wait(5)


def test_the_loop_thread_cannot_wait_for_itself() -> None:
    async def inside() -> None:
        loop.run(where())

    with pytest.raises(RuntimeError, match="await instead"):
        loop.run(inside())


def test_a_page_can_set_an_event_of_the_loop() -> None:
    async def make() -> asyncio.Event:
        return asyncio.Event()

    event = loop.run(make())
    waiting = loop.submit(event.wait())
    loop.post(event.set)
    assert waiting.result(5)


def test_closing_cancels_what_runs_and_the_next_call_starts_anew() -> None:
    ended = threading.Event()

    async def forever() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            ended.set()

    begun = loop.submit(forever())
    loop.run(where())
    loop.close()
    assert ended.wait(5)
    assert begun.cancelled()
    assert loop.run(where()) == "calls-loop"


def test_a_program_ends_with_calls_on_their_way() -> None:
    program = "import asyncio; from workbench.calls import loop; loop.submit(asyncio.sleep(100)); print('bye')"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert (ended.stdout, ended.stderr) == ("bye\n", "")


ENDING = """
import threading
from workbench.calls import door, loop
from workbench.calls.door import Call
from workbench.providers.base import Request
from workbench.text.messages import message
begun = threading.Event()
request = Request("good?latency_ms=0&tps=1", (message("user", "say something that is long enough to be cut off"),))
loop.submit(door.complete(Call("simulated", request, "test"), on_text=lambda piece: begun.set()))
assert begun.wait(60)
"""


def test_a_request_that_had_left_when_the_program_ended_is_recorded_with_its_text(home: Path) -> None:
    subprocess.run([sys.executable, "-c", ENDING], timeout=120, check=True)
    calls = reading.page(stores.current())
    assert [call.error_kind for call in calls] == ["cancelled"]
    assert reading.get(stores.current(), calls[0].id).reply
