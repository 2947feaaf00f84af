"""Stops calls when an event is set. Owns one watching task an event, however many calls hang on it."""

import asyncio
from types import TracebackType
from typing import Self

from workbench.errors import Cancelled


class _Watch:
    """Waits for one event and then cancels every task that stands inside a `stopped_by` of it."""

    def __init__(self, event: asyncio.Event) -> None:
        self.scopes: set[stopped_by] = set()
        self.task = asyncio.get_running_loop().create_task(self._wait(event))

    async def _wait(self, event: asyncio.Event) -> None:
        await event.wait()
        for scope in tuple(self.scopes):
            scope.stop()


_watches: dict[asyncio.Event, _Watch] = {}


class stopped_by:  # noqa: N801 (reads as the words of its with statement)
    """Inside the block, setting `event` ends whatever is awaited; the block then raises Cancelled. None never stops anything."""

    def __init__(self, event: asyncio.Event | None) -> None:
        self._event = event
        self._stopped = False
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0

    def __enter__(self) -> Self:
        if self._event is None:
            return self
        if self._event.is_set():
            raise Cancelled("Stopped.")
        self._task = asyncio.current_task()
        assert self._task is not None, "calls are made by tasks"
        self._cancelling = self._task.cancelling()
        if self._event not in _watches:
            _watches[self._event] = _Watch(self._event)
        _watches[self._event].scopes.add(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._event is None or self._task is None:
            return
        watch = _watches[self._event]
        watch.scopes.discard(self)
        if not watch.scopes:
            watch.task.cancel()
            del _watches[self._event]
        # As asyncio.timeout does: a cancellation from outside that came as well is not swallowed.
        if self._stopped and self._task.uncancel() <= self._cancelling and isinstance(error, asyncio.CancelledError):
            raise Cancelled("Stopped.") from None

    def stop(self) -> None:
        """End what is awaited inside."""
        if not self._stopped and self._task is not None:
            self._stopped = True
            self._task.cancel()
