"""The periods that spend is counted by: days and months of UTC, as epoch milliseconds of their first instant. Knows no other zone."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

Period = Literal["day", "month"]
PERIODS: tuple[Period, ...] = ("day", "month")
DAY_MS = 86_400_000


def day(at_ms: int) -> int:
    """When the day of `at_ms` began."""
    return at_ms - at_ms % DAY_MS


def start(period: Period, at_ms: int) -> int:
    """When the day or the month of `at_ms` began."""
    return day(at_ms) if period == "day" else _month(day(at_ms))[0]


def end(period: Period, at_ms: int) -> int:
    """When the day or the month of `at_ms` is over: the first instant of the next one."""
    return day(at_ms) + DAY_MS if period == "day" else _month(day(at_ms))[1]


@lru_cache(maxsize=1_000)
def _month(day_ms: int) -> tuple[int, int]:
    first = datetime.fromtimestamp(day_ms / 1000, UTC).replace(day=1)
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return round(first.timestamp() * 1000), round(after.timestamp() * 1000)
