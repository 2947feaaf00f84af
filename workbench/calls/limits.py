"""Limits of a connection: requests and tokens a minute, calls at once. Owns queues; lives in the loop thread alone.

Calls wait in one line, first come first served. How many may be on their way at once adapts: a 429 or an overload halves it (one
halving for all calls that were then on their way), each round of good answers adds one. A retry-after concerns the call that was
told it and nobody else.
"""

import asyncio
import math
from collections import deque
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from workbench import clock as clocks
from workbench.clock import Clock
from workbench.errors import CallError, Overloaded, RateLimited
from workbench.providers.base import RateHeaders

AT_ONCE = 500  # calls at once where a connection sets nothing
_MINUTE_S = 60.0
_LONGEST_HOLD_S = 30.0  # a reset far ahead is tried again before: servers get these headers wrong
_LOOK_AGAIN_S = 0.25
_BETWEEN_CUTS_S = 1.0


@dataclass(slots=True)
class Taken:
    """What one call took from a window; its weight may be corrected while it counts."""

    at_s: float
    weight: float


class Window:
    """At most `most` in any 60 seconds. What is more than `most` by itself passes when nothing else counts."""

    def __init__(self, most: float) -> None:
        self.most = most
        self._taken: deque[Taken] = deque()
        self._sum = 0.0

    def wait_s(self, weight: float, now_s: float) -> float:
        """Seconds until `weight` fits."""
        while self._taken and self._taken[0].at_s <= now_s - _MINUTE_S:
            self._sum -= self._taken.popleft().weight
        over = self._sum + weight - self.most
        if over <= 0 or not self._taken:
            return 0.0
        for taken in self._taken:
            over -= taken.weight
            if over <= 0:
                return taken.at_s + _MINUTE_S - now_s
        return self._taken[-1].at_s + _MINUTE_S - now_s

    def take(self, weight: float, now_s: float) -> Taken:
        """Count `weight` from now on."""
        taken = Taken(now_s, weight)
        self._taken.append(taken)
        self._sum += weight
        return taken

    def correct(self, taken: Taken, weight: float) -> None:
        """Replace an estimate by what it really was."""
        if taken.at_s >= (self._taken[0].at_s if self._taken else math.inf):
            self._sum += weight - taken.weight
        taken.weight = weight


class Pace:
    """Requests a minute of one run, over whatever the connection allows. Every attempt counts."""

    def __init__(self, requests_per_minute: float, clock: Clock = clocks.SYSTEM) -> None:
        self._window = Window(requests_per_minute)
        self._clock = clock
        self._line = asyncio.Lock()

    async def wait(self) -> None:
        """Return when one more request is due."""
        async with self._line:
            while (wait_s := self._window.wait_s(1, self._clock.monotonic_s())) > 0:
                await self._clock.sleep(wait_s)
            self._window.take(1, self._clock.monotonic_s())


@dataclass(slots=True)
class Slot:
    """A call's place among those on their way."""

    began_s: float
    tokens: Taken | None


class Limiter:
    """The limits of one connection in one process. `failures_in_a_row` counts over all its calls."""

    def __init__(self, clock: Clock = clocks.SYSTEM) -> None:
        self.allowed = AT_ONCE
        self.active = 0
        self.failures_in_a_row = 0
        self._most = AT_ONCE
        self._clock = clock
        self._settings: tuple[int | None, int | None, int | None] = (None, None, None)
        self._requests: Window | None = None
        self._tokens: Window | None = None
        self._held_until_s = 0.0
        self._cut_s = -math.inf
        self._good = 0
        self._line = asyncio.Lock()
        self._queued = 0
        self._freed: asyncio.Future[None] | None = None

    @property
    def counts_tokens(self) -> bool:
        """Whether a call's tokens need to be estimated before it leaves."""
        return self._tokens is not None

    def set(self, requests_per_minute: int | None, tokens_per_minute: int | None, at_once: int | None) -> None:
        """Take over the connection's settings; what already counts goes on counting."""
        if self._settings == (requests_per_minute, tokens_per_minute, at_once):
            return
        self._settings = (requests_per_minute, tokens_per_minute, at_once)
        self._requests = _resized(self._requests, requests_per_minute)
        self._tokens = _resized(self._tokens, tokens_per_minute)
        self._most = self.allowed = at_once or AT_ONCE
        self._wake()

    async def enter(self, tokens: int = 0) -> Slot:
        """Wait in line for a place on the way. Cancelling the wait gives nothing away."""
        if self._queued or self._wait_s(tokens) > 0:
            self._queued += 1
            try:
                async with self._line:
                    while (wait_s := self._wait_s(tokens)) > 0:
                        await self._pause(wait_s)
            finally:
                self._queued -= 1
        return self._take(tokens)

    def leave(self, slot: Slot, error: CallError | None = None, rate: RateHeaders | None = None, tokens: int | None = None) -> None:
        """Give the place back, with what was learnt: the error or the provider's own words on its limits."""
        self.active -= 1
        if error is None or not error.retryable:  # a refusal is an answer, too: the connection works
            self.failures_in_a_row = 0
        else:
            self.failures_in_a_row += 1
        if slot.tokens is not None and tokens is not None and self._tokens is not None:
            self._tokens.correct(slot.tokens, tokens)
        if isinstance(error, RateLimited | Overloaded):
            self._cut(slot)
        elif error is None and self.allowed < self._most:
            self._good += 1
            if self._good >= self.allowed:
                self.allowed, self._good = self.allowed + 1, 0
        if rate is not None:
            self._heed(rate)
        self._wake()

    def give_back(self, slot: Slot) -> None:
        """Give the place back of a call that did not leave after all: nothing was learnt."""
        self.active -= 1
        if slot.tokens is not None and self._tokens is not None:
            self._tokens.correct(slot.tokens, 0)
        self._wake()

    def _wait_s(self, tokens: int) -> float:
        if self.active >= self.allowed:
            return math.inf
        if not self._held_until_s and self._requests is None and self._tokens is None:
            return 0.0
        now_s = self._clock.monotonic_s()
        return max(
            self._held_until_s - now_s,
            self._requests.wait_s(1, now_s) if self._requests else 0.0,
            self._tokens.wait_s(tokens, now_s) if self._tokens else 0.0,
        )

    def _take(self, tokens: int) -> Slot:
        now_s = self._clock.monotonic_s()
        self.active += 1
        if self._requests is not None:
            self._requests.take(1, now_s)
        return Slot(now_s, self._tokens.take(tokens, now_s) if self._tokens else None)

    async def _pause(self, wait_s: float) -> None:
        """Until a place is free, or for a moment: only the first of the line is here."""
        if wait_s != math.inf:
            await self._clock.sleep(min(wait_s, _LOOK_AGAIN_S))
            return
        self._freed = asyncio.get_running_loop().create_future()
        try:
            await self._freed
        finally:
            self._freed = None

    def _wake(self) -> None:
        if self._freed is not None and not self._freed.done():
            self._freed.set_result(None)

    def _cut(self, slot: Slot) -> None:
        now_s = self._clock.monotonic_s()
        if slot.began_s > self._cut_s and now_s - self._cut_s >= _BETWEEN_CUTS_S:
            # What was really on its way is what was too much, however much was allowed.
            self.allowed = max(1, min(self.allowed, self.active + 1) // 2)
            self._cut_s, self._good = now_s, 0

    def _heed(self, rate: RateHeaders) -> None:
        out = (
            (rate.remaining_requests, rate.reset_requests_s),
            (rate.remaining_tokens, rate.reset_tokens_s),
        )
        hold_s = max((reset_s for remaining, reset_s in out if remaining == 0 and reset_s), default=0.0)
        if hold_s:
            self._held_until_s = self._clock.monotonic_s() + min(hold_s, _LONGEST_HOLD_S)
        elif rate.remaining_requests or rate.remaining_tokens:
            self._held_until_s = 0.0


_limiters: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str], Limiter]]" = WeakKeyDictionary()


def of(store_url: str, connection: str) -> Limiter:
    """The limiter of a connection in the running loop."""
    mine = _limiters.setdefault(asyncio.get_running_loop(), {})
    key = (store_url, connection)
    if key not in mine:
        mine[key] = Limiter()
    return mine[key]


def _resized(window: Window | None, most: int | None) -> Window | None:
    if most is None:
        return None
    if window is None:
        return Window(most)
    window.most = most
    return window
