"""The periods of recorded calls that are offered: the last days, and none that begins before the ledger does."""

from dataclasses import replace

from pages.parts import session
from workbench import clock
from workbench.cost.model import Recorded
from workbench.export import period

DAYS = 30
_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000


def last_days(days: int) -> Recorded:
    """The recorded calls of so many days, until the end of this hour; from the day of the first call on, where the ledger is younger."""
    until_ms = -(-clock.now_ms() // _HOUR_MS) * _HOUR_MS
    return within_ledger(Recorded(until_ms - days * _DAY_MS, until_ms))


def within_ledger(recorded: Recorded) -> Recorded:
    """The period, begun no earlier than the ledger: days on which nothing was recorded yet would thin a month out."""
    first_ms = began_ms()
    if first_ms is None or not recorded.since_ms < first_ms < recorded.until_ms:
        return recorded
    return replace(recorded, since_ms=first_ms)


def began_ms() -> int | None:
    """The beginning of the day (UTC) of the ledger's first call; None where it holds none."""
    first_ms = period.oldest_ms(session.store())
    return None if first_ms is None else first_ms // _DAY_MS * _DAY_MS
