"""What goes on beside the cells of a run at work: its lease is kept, its stop flag and cap are read, its scores are looked at."""

import asyncio
import logging
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from workbench.clock import Clock
from workbench.runner.tables import RunRow
from workbench.store import leases

if TYPE_CHECKING:
    from workbench.runner.jobs import Job
    from workbench.runner.work import Work
    from workbench.store import Store

LOOK_S = 0.3  # how often the stop flag is read
_REST = 4  # times as long as a look at the scores took, before the next one
_LOG = logging.getLogger("workbench.runner")


class Lap:
    """Time at work that the store does not know of yet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since_s = clock.monotonic_s()

    def ms(self) -> int:
        """Milliseconds since it was last asked."""
        before_s, self._since_s = self._since_s, self._clock.monotonic_s()
        return round((self._since_s - before_s) * 1000)


async def watch(working: "Work", owner: str, lap: Lap) -> None:
    """Renew the lease, and see that the run stops when it is told to, or when somebody else has taken it over."""
    job = working.job
    beat_s = held_s = job.clock.monotonic_s()
    while True:
        await asyncio.sleep(LOOK_S)
        now_s = job.clock.monotonic_s()
        try:
            found = await asyncio.to_thread(_look, job.store, job.run_id)
            held = found is not None
            if held and now_s - beat_s >= leases.HEARTBEAT_MS / 1000:
                held = await asyncio.to_thread(_beat, job, owner, lap.ms())
                beat_s = held_s = now_s
        except Exception:
            _LOG.warning("The store could not be asked whether the run %s goes on.", job.run_id, exc_info=True)
            # Who cannot renew a lease must take it for lost when it runs out: another process may be at work.
            found, held = None, now_s - held_s < leases.EXPIRES_MS / 1000
        if not held:
            working.end("lost", at_once=True)
        elif found is not None:
            stop_requested, working.purse.cap_nano = found
            if stop_requested:
                working.end("stopped", at_once=True)


async def judge(working: "Work") -> None:
    """Look at the scores whenever there are new ones, and never for more than a fifth of the time."""
    while not working.over:
        await working.news.wait()
        working.news.clear()
        begun_s = working.job.clock.monotonic_s()
        await working.look()
        await asyncio.sleep(_REST * (working.job.clock.monotonic_s() - begun_s))


def _beat(job: "Job", owner: str, worked_ms: int) -> bool:
    """Whether the run is still this worker's; adds the time it was at work."""
    held = leases.acquire(job.store, f"run:{job.run_id}", owner, job.clock.now_ms())
    if held:
        with job.store.write() as session:
            session.execute(update(RunRow).where(RunRow.id == job.run_id).values(active_ms=RunRow.active_ms + worked_ms))
    return held


def _look(store: "Store", run_id: str) -> tuple[bool, int | None] | None:
    with store.read() as session:
        row = session.execute(select(RunRow.stop_requested, RunRow.cap_nano).where(RunRow.id == run_id)).one_or_none()
    return None if row is None else (row.stop_requested, row.cap_nano)
