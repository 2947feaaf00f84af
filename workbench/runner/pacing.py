"""How fast and how far a run may go: its own requests a minute, and its spending cap. Both live in the loop thread."""

import asyncio
from collections.abc import Callable

from workbench.calls.limits import Pace
from workbench.clock import SYSTEM, Clock


class EvenPace(Pace):
    """At most so many requests in any minute, spread over it: `burst` at once, then one every 60 / rpm seconds.

    A run that sent its whole minute at once would trip the shorter windows that providers keep, and stand still for the rest.
    """

    def __init__(self, requests_per_minute: int, burst: int = 1, clock: Clock = SYSTEM) -> None:
        super().__init__(requests_per_minute, clock)
        self._between_s = 60.0 / requests_per_minute
        self._ahead_s = (max(1, min(burst, requests_per_minute)) - 1) * self._between_s
        self._due_s = 0.0
        self._queue = asyncio.Lock()

    async def wait(self) -> None:
        """Return when one more request is due."""
        async with self._queue:
            now_s = self._clock.monotonic_s()
            if (wait_s := self._due_s - self._ahead_s - now_s) > 0:
                await self._clock.sleep(wait_s)
            await super().wait()
            self._due_s = max(self._due_s, self._clock.monotonic_s()) + self._between_s


class Purse:
    """What a run may still spend. A call is admitted when all that is spent, all that is under way and the call itself fit the cap."""

    def __init__(self, cap_nano: int | None, spent_nano: int) -> None:
        self.cap_nano = cap_nano
        self.spent_nano = spent_nano
        self._held = 0
        self._changed = asyncio.Condition()

    async def admit(self, need_nano: int, over: Callable[[], bool]) -> bool:
        """Whether a call that needs so much may leave. Waits while calls under way may still turn out cheaper than feared."""
        async with self._changed:
            while self.cap_nano is not None and self.spent_nano + self._held + need_nano > self.cap_nano:
                if self._held == 0 or over():
                    return False
                await self._changed.wait()
            self._held += need_nano
            return True

    async def settle(self, need_nano: int, cost_nano: int | None) -> None:
        """The call has ended and cost so much."""
        async with self._changed:
            self._held -= need_nano
            self.spent_nano += cost_nano or 0
            self._changed.notify_all()
