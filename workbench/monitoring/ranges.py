"""Ranges of time for the Overview: named ones, free ones, and the step its charts take. Pure arithmetic; the clock is the caller's.

Ends lie on minutes, hours or days, so that a range is summed from whole rollups and costs the same however many calls there are.
"""

from workbench.errors import InputError
from workbench.monitoring.dashboard_model import Range

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MINUTES_KEPT = 3 * DAY
NAMED = {
    "15m": (15 * MINUTE, "Last 15 minutes"),
    "1h": (HOUR, "Last hour"),
    "6h": (6 * HOUR, "Last 6 hours"),
    "24h": (DAY, "Last 24 hours"),
    "7d": (7 * DAY, "Last 7 days"),
    "30d": (30 * DAY, "Last 30 days"),
    "90d": (90 * DAY, "Last 90 days"),
    "1y": (365 * DAY, "Last year"),
}
SHIPPED = "24h"
_STEPS = (MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)
_MOST_POINTS = 120
_BY_MINUTES = 2 * DAY  # ranges up to here end on a minute
_BY_HOURS = 31 * DAY  # and up to here on an hour
_LONGEST = 20 * 365 * DAY


def last(name: str, now_ms: int) -> Range:
    """The named range that ends with the minute, hour or day now running. Raises InputError for an unknown name."""
    if name not in NAMED:
        raise InputError("is not a range", place=name, hint=f"Ranges are {', '.join(NAMED)}, or two moments of your own.")
    length = NAMED[name][0]
    grain = _grain(length)
    until = -(-now_ms // grain) * grain if now_ms % grain else now_ms + grain  # the call of this very moment is in it
    return Range(until - length, until, step(length), name)


def between(since_ms: int, until_ms: int, now_ms: int) -> Range:
    """The free range [since, until), widened to whole minutes, hours (where minutes are kept no more) or days.

    Raises InputError where it is empty or longer than twenty years.
    """
    length = until_ms - since_ms
    if length <= 0:
        raise InputError("A range ends after it begins", hint="Choose an end that lies later than the beginning.")
    if length > _LONGEST:
        raise InputError("is longer than twenty years", place="range", hint="Choose a later beginning.")
    grain = _grain(length)
    gone = grain == MINUTE and since_ms < now_ms - MINUTES_KEPT
    if gone:
        grain = HOUR
    since, until = since_ms // grain * grain, -(-until_ms // grain) * grain
    note = "Minutes are kept for three days: this range lies further back and is shown by whole hours." if gone else ""
    return Range(since, until, max(step(until - since), grain), note=note)


def step(length_ms: int) -> int:
    """The step for a range of this length: the smallest of a readable kind that makes at most 120 of them."""
    return next((each for each in _STEPS if length_ms / each <= _MOST_POINTS), _STEPS[-1])


def coarser(span: Range, fewest: int = 4) -> list[int]:
    """The steps that are wider than the range's and hold whole ones of it, in order, as far as the range holds `fewest` of them."""
    return [each for each in _STEPS if each > span.bucket_ms and not each % span.bucket_ms and each * fewest <= span.length_ms]


def starts(span: Range) -> list[int]:
    """When each bucket of the range begins: whole steps from UTC's midnight on, the first one no later than the range."""
    first = span.since_ms // span.bucket_ms * span.bucket_ms
    return list(range(first, span.until_ms, span.bucket_ms))


def _grain(length_ms: int) -> int:
    return MINUTE if length_ms <= _BY_MINUTES else HOUR if length_ms <= _BY_HOURS else DAY
