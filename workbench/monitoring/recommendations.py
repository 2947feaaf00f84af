"""Recommendations out of the recorded traffic, worth most first, and those that were put aside. What kinds there are: `monitoring.advice`.

Deterministic: the same calls give the same answer. It is kept in memory for a while, because the calls themselves are looked at.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import delete, func, select

from workbench import clock, settings
from workbench.errors import InputError, NotFound, WorkbenchError
from workbench.ledger.tables import CallRow
from workbench.monitoring.advice.kinds import DAYS, FLOOR_SHARE, FLOOR_USD, Recommendation
from workbench.monitoring.advice.looked import Looked
from workbench.monitoring.ranges import DAY, HOUR
from workbench.monitoring.tables import DismissalRow
from workbench.store.base import storable
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.store import Store

MOST_DAYS = 366
_FRESH_S = 600.0
_GROWN = 0.02  # as much more of a ledger as makes what is kept old
_LOG = logging.getLogger("workbench.monitoring")
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A recommendation that was put aside: by whom and when. `title` is what it said then."""

    key: str
    title: str
    author: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Advised:
    """What is recommended as of `made_ms` for the calls of [since_ms, until_ms). `calls` is how many were looked at, `left_out` how many of
    runs and the playground were not; `read_ms` is from when on calls were looked at one by one, `least_usd` what a recommendation in money
    is worth at least; `notes` say what is bounded or went wrong.
    """

    since_ms: int
    until_ms: int
    made_ms: int
    calls: int
    read_ms: int
    least_usd: Decimal
    recommendations: tuple[Recommendation, ...]
    dismissed: tuple[Dismissed, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def counted(self) -> str:
        """What was looked at, in words: "503 calls; 360 of runs and the playground left out"."""
        said = counted(self.calls, "call")
        return f"{said}; {self.left_out:,} of runs and the playground left out" if self.left_out else said

    def to_json(self) -> dict[str, Any]:
        """The whole of it as JSON values."""
        return {
            "since": clock.iso(self.since_ms),
            "until": clock.iso(self.until_ms),
            "calls": self.calls,
            "left_out": self.left_out,
            "least_usd_a_month": str(self.least_usd),
            "recommendations": [one.to_json() for one in self.recommendations],
            "dismissed": [{"key": one.key, "title": one.title, "by": one.author, "at": clock.iso(one.at_ms)} for one in self.dismissed],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class _Kept:
    made_s: float
    newest: int
    hour_ms: int
    advised: Advised


_kept: "WeakKeyDictionary[Store, dict[int, _Kept]]" = WeakKeyDictionary()
_lock = threading.Lock()


def look(store: "Store", *, days: int = DAYS, now_ms: int | None = None, fresh: bool = False, progress: Progress | None = None) -> Advised:
    """What is recommended for the calls of the last `days`, without what was put aside. `fresh` looks again; `progress` is told what is
    looked for and which share is done. Raises InputError for no number of days.

    Sums are read from the rollups, calls themselves of the newest 200,000 alone.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"{days} is not between 1 and {MOST_DAYS}", place="days", hint=f"{DAYS} is usual.")
    now_ms = clock.now_ms() if now_ms is None else now_ms
    newest, hour_ms = _newest(store), now_ms // HOUR
    with _lock:  # two pages that ask at once look once
        held = _kept.setdefault(store, {}).get(days)
        if held is None or fresh or not _still(held, newest, hour_ms):
            held = _kept[store][days] = _Kept(time.monotonic(), newest, hour_ms, _looked_at(store, days, now_ms, progress))
    gone = {one.key: one for one in dismissed(store)}
    shown = tuple(one for one in held.advised.recommendations if one.key not in gone)
    return replace(held.advised, recommendations=shown, dismissed=tuple(gone.values()))


def dismiss(store: "Store", recommendation: Recommendation, *, author: str | None = None, now_ms: int | None = None) -> None:
    """Put a recommendation aside until it is brought back."""
    row = DismissalRow(
        key=recommendation.key,
        title=storable(recommendation.title),
        dismissed_by=(author or settings.load().user)[:200],
        dismissed_ms=clock.now_ms() if now_ms is None else now_ms,
    )
    with store.write() as session:
        session.merge(row)


def restore(store: "Store", key: str) -> None:
    """Bring a recommendation back that was put aside. Raises NotFound."""
    with store.write() as session:
        found = session.execute(delete(DismissalRow).where(DismissalRow.key == storable(key)).returning(DismissalRow.key)).all()
    if not found:
        raise NotFound("This recommendation was not put aside.", hint="It may have been brought back already.")


def dismissed(store: "Store") -> list[Dismissed]:
    """Everything that was put aside, the newest first."""
    query = select(DismissalRow).order_by(DismissalRow.dismissed_ms.desc(), DismissalRow.key)
    with store.read() as session:
        return [Dismissed(row.key, row.title, row.dismissed_by or "", row.dismissed_ms) for row in session.scalars(query)]


def _newest(store: "Store") -> int:
    with store.read() as session:
        return session.scalar(select(func.max(CallRow.id))) or 0


def _still(held: _Kept, newest: int, hour_ms: int) -> bool:
    grown = newest - held.newest
    return 0 <= grown <= _GROWN * held.newest and time.monotonic() - held.made_s < _FRESH_S and hour_ms == held.hour_ms


def _looked_at(store: "Store", days: int, now_ms: int, progress: Progress | None) -> Advised:
    from workbench.monitoring import advice

    until_ms = (now_ms // HOUR + 1) * HOUR
    looked = _period(store, until_ms - days * DAY, until_ms, now_ms)
    whole = looked.read()[0]
    spent = Decimal(whole.cost_nano).scaleb(-9) * Decimal(repr(looked.monthly))
    least = max(FLOOR_USD, (spent * FLOOR_SHARE).quantize(Decimal("0.01")))
    found: dict[str, Recommendation] = {}
    notes: list[str] = []
    kinds = advice.every() if whole.calls else ()
    for number, kind in enumerate(kinds):
        if progress is not None:
            progress(kind.title, number / len(kinds))
        try:
            for one in kind.find(looked):
                if one.worth.matters(least):
                    found.setdefault(one.key, one)
        except WorkbenchError as error:  # one kind that cannot be worked out hides none of the others
            _LOG.warning("no recommendation of the kind %s: %s", kind.name, error)
            notes.append(f"{kind.title}: {error.message}")
    read_ms = looked.raw_since_ms if whole.calls else looked.since_ms
    if read_ms > looked.since_ms:
        since = clock.iso(read_ms)[:16].replace("T", " ")
        notes.append(f"Calls were looked at one by one from {since} UTC on ({looked.stretch}): the newest.")
    if looked.sources is not None:
        notes.append(
            "Calls of runs and the playground repeat themselves on purpose: they are left out, but where a provider's limit counts them."
        )
    places = {kind.name: kind.place for kind in kinds}
    ordered = sorted(found.values(), key=lambda one: (*(-each for each in one.worth.order), places[one.kind], one.key))
    left_out = looked.left_out
    counted = whole.calls - left_out
    return Advised(looked.since_ms, until_ms, now_ms, counted, read_ms, least, tuple(ordered), notes=tuple(notes), left_out=left_out)


def _period(store: "Store", since_ms: int, until_ms: int, now_ms: int) -> Looked:
    """The period, begun no earlier than the first call in it: a ledger of a week is not a month with three empty weeks. At least a day."""
    cells = Looked(store, since_ms, until_ms, now_ms).read(bucket_ms=HOUR)
    first = min((cell.bucket_ms for cell in cells if cell.bucket_ms is not None and cell.calls), default=since_ms)
    return Looked(store, min(max(since_ms, first), max(since_ms, until_ms - DAY)), until_ms, now_ms)
