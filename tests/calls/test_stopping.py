"""An event stops what hangs on it, and only that."""

import asyncio

import pytest

from workbench.calls import stopping
from workbench.calls.stopping import stopped_by
from workbench.errors import Cancelled


async def hang(event: asyncio.Event | None) -> str:
    with stopped_by(event):
        await asyncio.sleep(100)
    return "never"


def test_setting_the_event_ends_every_wait_that_hangs_on_it() -> None:
    async def walk() -> list[object]:
        event, other = asyncio.Event(), asyncio.Event()
        tasks = [asyncio.create_task(hang(event)) for _ in range(50)]
        untouched = asyncio.create_task(hang(other))
        await asyncio.sleep(0)
        assert len(stopping._watches) == 2
        event.set()
        ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 1)
        assert not untouched.done()
        untouched.cancel()
        await asyncio.gather(untouched, return_exceptions=True)
        assert untouched.cancelled()
        assert not stopping._watches
        return ended

    assert {type(error) for error in asyncio.run(walk())} == {Cancelled}


def test_the_task_goes_on_after_it_was_stopped() -> None:
    async def walk() -> str:
        event = asyncio.Event()
        asyncio.get_running_loop().call_later(0.01, event.set)
        with pytest.raises(Cancelled):
            await hang(event)
        await asyncio.sleep(0.001)
        return "went on"

    assert asyncio.run(asyncio.wait_for(walk(), 5)) == "went on"


def test_an_event_set_before_stops_at_once() -> None:
    async def walk() -> None:
        event = asyncio.Event()
        event.set()
        with pytest.raises(Cancelled):
            await hang(event)
        assert not stopping._watches

    asyncio.run(walk())


def test_a_cancellation_from_outside_is_not_swallowed() -> None:
    async def walk() -> None:
        event = asyncio.Event()
        task = asyncio.create_task(hang(event))
        await asyncio.sleep(0)
        event.set()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(walk())


def test_nothing_is_left_behind_when_nothing_was_stopped() -> None:
    async def walk() -> None:
        with stopped_by(asyncio.Event()):
            await asyncio.sleep(0)
        with stopped_by(None):
            await asyncio.sleep(0)
        assert not stopping._watches

    asyncio.run(walk())
