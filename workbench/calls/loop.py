"""The one event loop of the process, in a thread of its own. Everything async runs here; everybody else submits and waits."""

import asyncio
import atexit
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

_CLOSE_S = 5.0
_starting = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_thread: threading.Thread | None = None


def submit(coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
    """Start `coroutine` in the loop thread. Cancelling the future cancels it there."""
    return asyncio.run_coroutine_threadsafe(coroutine, _running())


def run(coroutine: Coroutine[Any, Any, T], timeout_s: float | None = None) -> T:
    """What `coroutine` returns or raises; blocks the calling thread, which must not be the loop's own. An interrupt cancels it."""
    if threading.current_thread() is _thread:
        coroutine.close()
        raise RuntimeError("the loop thread cannot wait for itself: await instead")
    future = submit(coroutine)
    try:
        return future.result(timeout_s)
    except BaseException:
        future.cancel()
        raise


def post(callback: Callable[..., object], *arguments: object) -> None:
    """Call `callback` in the loop thread soon: the way to set an asyncio.Event from a page."""
    _running().call_soon_threadsafe(callback, *arguments)


def _running() -> asyncio.AbstractEventLoop:
    global _loop, _thread  # noqa: PLW0603 (one loop a process: this is where it lives)
    with _starting:
        if _loop is None or _thread is None or not _thread.is_alive():
            _loop = asyncio.new_event_loop()
            _thread = threading.Thread(target=_turn, args=(_loop,), name="calls-loop", daemon=True)
            _thread.start()
        return _loop


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()


@atexit.register
def close() -> None:
    """Cancel what is on its way, give connections and child processes back, end the thread. The next `submit` starts another."""
    global _loop, _thread
    with _starting:
        loop, thread, _loop, _thread = _loop, _thread, None, None
    if loop is None or thread is None or not thread.is_alive():
        return
    with suppress(TimeoutError):  # whatever does not end in time dies with the process
        asyncio.run_coroutine_threadsafe(_end(), loop).result(_CLOSE_S)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(_CLOSE_S)
    if ledger := sys.modules.get("workbench.ledger.writer"):  # requests cancelled just now had left: they are recorded, too
        ledger.flush_all()


async def _end() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if providers := sys.modules.get("workbench.providers"):  # never asked for, nothing to give back
        await providers.close()
