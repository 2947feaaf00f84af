"""A ledger of a million calls in seconds, as retention leaves one: sums of all of them, and the calls themselves of the last day alone.

The sums are those of a thousand calls that were gathered once, put down at each of a thousand hours.
"""

import random

from tests.pages.watching import HOUR_MS, a_call, a_day
from workbench.ledger.rollups import gather, marks, series, stored
from workbench.ledger.rollups.gather import Gathered, N, Place, Sums
from workbench.ledger.rollups.series import DAY, HOUR
from workbench.ledger.rows import call_row
from workbench.store import Store

HOURS, AN_HOUR = 1_000, 1_000
_PROMPTS = ("support/triage", "intent")


def a_million(store: Store, now_ms: int) -> int:
    """How many calls the ledger has: a million older ones, and a day that got worse."""
    until = now_ms // DAY * DAY - 2 * DAY
    chance = random.Random(11)
    rows = [call_row(a_call(chance, until - HOUR_MS + n, until + DAY, n, _PROMPTS), n + 1) for n in range(AN_HOUR)]
    hour = gather.gathered(rows, until)
    sums = Sums()
    sums.names = hour.names
    for back in range(HOURS):
        for (number, start_ms), row in hour.by_grain[HOUR].items():
            sums.by_grain[HOUR][number, start_ms - back * HOUR] = row
    for number, start_ms in hour.by_grain[HOUR]:
        _days(sums.by_grain[DAY], number, start_ms, hour.by_grain[HOUR][number, start_ms])
    with store.write() as session:
        connection = session.connection()
        series.ensure(connection, sums.names)
        stored.add(connection, sums, 1)
        marks.put(connection, **{marks.WHOLE: 1, marks.ROWS_FROM: until})
    return HOURS * AN_HOUR + len(a_day(store, now_ms, 1_500))


def _days(into: dict[Place, Gathered], number: int, newest_ms: int, row: Gathered) -> None:
    """The hours of a series added up by days: each is so many times the same."""
    times: dict[int, int] = {}
    for back in range(HOURS):
        start_ms = newest_ms - back * HOUR
        times[start_ms - start_ms % DAY] = times.get(start_ms - start_ms % DAY, 0) + 1
    for day, several in times.items():
        bins = ({place: n * several for place, n in counts.items()} for counts in row[N:])
        into[number, day] = [*(value * several for value in row[:N]), *bins]
