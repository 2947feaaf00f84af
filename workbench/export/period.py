"""Which days a document looks at. Read from the data, never from a clock: the newest call says what today is."""

import calendar
import re
from datetime import UTC, datetime

from sqlalchemy import func, select

from workbench.errors import InputError
from workbench.ledger.tables import CallRow
from workbench.store import Store

DAY_MS = 86_400_000
NAMED = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


def of(store: Store, name: str, *, prompt: str | None = None) -> tuple[int, int] | None:
    """[since_ms, until_ms) of whole UTC days: `30d` ends with the newest call's day, `all` begins with the first one's; `2026-11` and
    `2026-11-01..2026-11-15` (both days within) are what they say. With `prompt` its calls alone are looked at, so that calls of another one
    move nothing. None where they depend on calls and there are none. Raises InputError.
    """
    if month := _MONTH.fullmatch(name):
        return _month(int(month[1]), int(month[2]), name)
    if days := _DAYS.fullmatch(name):
        since, until = _day(days[1], name), _day(days[2], name) + DAY_MS
        if until <= since:
            raise InputError(f"The period {name} ends before it begins.", hint="Write the earlier day first.")
        return since, until
    if name not in NAMED and name != "all":
        raise InputError(f"{name} is no period.", hint=f"Write {', '.join(NAMED)}, all, 2026-11 or 2026-11-01..2026-11-15.")
    last = newest_ms(store)
    if last is None:
        return None
    if prompt is not None:
        called = _called(store, prompt, last)
        return _until(name, called[0], called[-1]) if called else None
    return _until(name, oldest_ms(store) or last, last)


def _until(name: str, first: int, last: int) -> tuple[int, int]:
    until = (last // DAY_MS + 1) * DAY_MS
    return (first // DAY_MS * DAY_MS if name == "all" else until - NAMED[name] * DAY_MS), until


def _called(store: Store, prompt: str, last: int) -> list[int]:
    """The days with calls of the prompt, by the sums: they know of calls that are not kept any more."""
    from workbench.ledger import rollups

    until = (last // DAY_MS + 1) * DAY_MS
    cells = rollups.read(store, 0, until, bucket_ms=DAY_MS, filters={"prompt": prompt}, sketches=False)
    return [cell.bucket_ms for cell in cells if cell.bucket_ms is not None]


def oldest_ms(store: Store) -> int | None:
    """When the oldest call started."""
    with store.read() as session:
        return session.scalar(select(func.min(CallRow.started_ms)))


def newest_ms(store: Store) -> int | None:
    """When the newest call started. Asked apart from the oldest: for both at once SQLite would read the whole index."""
    with store.read() as session:
        return session.scalar(select(func.max(CallRow.started_ms)))


def _month(year: int, month: int, name: str) -> tuple[int, int]:
    if not (1970 <= year <= 9998 and 1 <= month <= 12):
        raise InputError(f"{name} is no month.", hint="Write a month as 2026-11.")
    since = datetime(year, month, 1, tzinfo=UTC)
    return int(since.timestamp() * 1000), int(since.timestamp() * 1000) + calendar.monthrange(year, month)[1] * DAY_MS


def _day(text: str, name: str) -> int:
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise InputError(f"{text} in the period {name} is no day.", hint="Write days as 2026-11-21.") from None
