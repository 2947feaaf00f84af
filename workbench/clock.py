"""Time, in one place, so that it can be injected. Owns no state; refuses time zones: everything is UTC epoch milliseconds."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the library asks of time. `SystemClock` is the real one; tests pass one that they move by hand."""

    def now_ms(self) -> int:
        """UTC epoch milliseconds."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never go backwards, for durations."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the loop."""
        ...


class SystemClock:
    """The machine's own time."""

    def now_ms(self) -> int:
        """UTC epoch milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary point."""
        return time.perf_counter()

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the loop."""
        await asyncio.sleep(seconds)


SYSTEM: Clock = SystemClock()


def now_ms() -> int:
    """UTC epoch milliseconds by the machine's clock."""
    return SYSTEM.now_ms()


def iso(ms: int) -> str:
    """`ms` (UTC epoch milliseconds) as ISO 8601 with milliseconds and a Z."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> int:
    """UTC epoch milliseconds of an ISO 8601 text; a text without a zone is read as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
