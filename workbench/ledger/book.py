"""What a process knows of its budgets and of what has been spent of them, so that a call is checked without a query.

Exact where it matters: a level is crossed in the transaction that inserts the call, by the sums as they stand in that transaction.
What is kept in memory is used only while no other process has inserted a call since, and not for long, because another one may have
deleted some; on PostgreSQL it is never used for that.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from workbench.clock import iso
from workbench.errors import BudgetReached
from workbench.ledger.periods import DAY_MS, Period, day, end, start
from workbench.ledger.rollups import rebuilding, writing
from workbench.ledger.rollups.series import MODEL, SOURCE, VERSION
from workbench.ledger.tables import BudgetEventRow, BudgetRow
from workbench.store import Store

_LOG = logging.getLogger("workbench.ledger")
_BUDGETS, _EVENTS = (cast("Table", row.__table__) for row in (BudgetRow, BudgetEventRow))
_FRESH_S = 1.5  # how long the sums in memory may be older than the store
_DAYS_KEPT = 64
# Of PostgreSQL; SQLite lets one writer in at a time anyway. Whoever adds to budgets goes alone, and while one is set nobody spends: what
# it did not see as spent would be added by a writer that did not see it.
_ADDING = text("SELECT pg_advisory_xact_lock(7305281164)")
_SPENDING = text("SELECT pg_advisory_xact_lock_shared(7305281165)")
_SETTING = text("SELECT pg_advisory_xact_lock(7305281165)")
# The series first: without figures about its tables SQLite would read every day of every one of them.
_SUMS = text(
    "SELECT s.facet, s.provider, s.model, s.prompt, sum(CASE WHEN r.start_ms = :today THEN r.cost_nano ELSE 0 END), "
    "sum(CASE WHEN r.start_ms = :today THEN r.unpriced ELSE 0 END), sum(r.cost_nano), sum(r.unpriced) "
    "FROM rollup_series s CROSS JOIN rollups r WHERE s.facet IN ('source', 'model', 'version') "
    "AND r.grain = :grain AND r.series = s.id AND r.start_ms >= :since AND r.start_ms < :until "
    "GROUP BY s.facet, s.provider, s.model, s.prompt"
)
_IN_FORCE = _BUDGETS.c.removed_ms.is_(None)
# Rows are only added, or removed and restored: where as many are removed as before but others, the sum of the times is later.
_MARK = select(func.count(), func.max(_BUDGETS.c.id), func.count(_BUDGETS.c.removed_ms), func.sum(_BUDGETS.c.removed_ms))

Key = tuple[str, str]
Place = tuple[int, int]  # the id of a budget, and when its period began


@dataclass(frozen=True)
class Budget:
    """A limit for a day or a month. `key` is "" for scope total, provider/model, or the name of a prompt. From `warn_percent` of the
    limit on it warns (None: never); `stops` says whether calls are refused once the limit is reached.
    """

    id: int
    scope: str
    key: str
    period: Period
    limit_nano: int
    warn_percent: int | None
    stops: bool
    created_ms: int
    removed_ms: int | None = None

    @property
    def limit_usd(self) -> Decimal:
        """The limit in dollars, exact."""
        return Decimal(self.limit_nano).scaleb(-9)

    @property
    def title(self) -> str:
        """What is limited: "openai/gpt-4o a day"."""
        what = {"total": "all calls", "model": self.key, "prompt": f"prompt {self.key}"}[self.scope]
        return f"{what} a {self.period}"

    @property
    def warn_nano(self) -> int | None:
        """From where on it warns, rounded up to a nano-dollar; None: never."""
        return None if self.warn_percent is None else -(-self.limit_nano * self.warn_percent // 100)

    @property
    def levels(self) -> tuple[tuple[str, int], ...]:
        """The levels that are noted when they are crossed, lowest first, in nano-dollars."""
        warn = () if self.warn_nano is None else (("warn", self.warn_nano),)
        return (*warn, ("limit", self.limit_nano))

    def to_json(self) -> dict[str, Any]:
        """The budget as JSON."""
        names = ("id", "scope", "key", "period", "warn_percent", "stops", "created_ms", "removed_ms", "title")
        return {name: getattr(self, name) for name in names} | {"limit_usd": float(self.limit_usd)}


@dataclass(frozen=True)
class Spent:
    """What the sums say of one scope and key: nano-dollars and calls of unknown price, of a day and of its month."""

    day_nano: int = 0
    day_unpriced: int = 0
    month_nano: int = 0
    month_unpriced: int = 0

    def of(self, period: Period) -> int:
        """Nano-dollars of the day or of the month."""
        return self.day_nano if period == "day" else self.month_nano

    def unpriced(self, period: Period) -> int:
        """Calls of unknown price of the day or of the month."""
        return self.day_unpriced if period == "day" else self.month_unpriced


@dataclass
class Noted:
    """What a batch of calls did to budgets; counts once its transaction is committed: `settle` it then."""

    last_id: int
    days: dict[int, dict[Place, int]]  # by day, what each budget had in it before the batch
    spent: dict[Place, int] = field(default_factory=dict)  # after the batch
    told: list[str] = field(default_factory=list)
    settled: Callable[["Noted"], None] = field(default=lambda _noted: None)

    def settle(self) -> None:
        """The transaction is committed."""
        self.settled(self)


class Book:
    """The budgets in force and what has been spent of them. Any thread may check; one writer at a time notes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._mark: tuple[int, ...] = ()
        self._by_key: dict[Key, list[Budget]] = {}
        self._stops: dict[Key, list[Budget]] = {}
        self._spent: dict[Place, int] = {}
        self._exact: dict[int, bool] = {}  # days whose sums in memory are those of the store, up to the call `_last_id`
        self._exact_s = float("-inf")
        self._last_id = -1
        self._erasures = -1
        self._read_s = float("-inf")
        self._day_ms = -1

    def forget(self) -> None:
        """Read everything anew the next time it is needed."""
        self._read_s = float("-inf")

    def is_stale(self, now_ms: int) -> bool:
        """Whether another process may have changed what is known here."""
        return time.monotonic() - self._read_s > _FRESH_S or day(now_ms) != self._day_ms

    def refresh(self, now_ms: int) -> None:
        """Read what the store says now, unless another thread just did."""
        with self._lock:
            if not self.is_stale(now_ms):
                return
            begun_s = time.monotonic()
            rebuilding.ready(self._store)
            with self._store.read() as session:
                connection = session.connection()
                self._learn(connection)
                known = self._places(sums(connection, now_ms), now_ms) if self._stops else {}
            self._spent = known
            self._exact.clear()
            self._day_ms, self._read_s = day(now_ms), begun_s

    def check(self, provider: str, model: str, prompt: str | None, now_ms: int) -> None:
        """Raises BudgetReached where a budget that stops has nothing left. A look into dictionaries; `refresh` keeps them fresh."""
        if not self._stops:
            return
        for key in _keys(provider, model, prompt):
            for budget in self._stops.get(key, ()):
                spent = self._spent.get((budget.id, start(budget.period, now_ms)), 0)
                if spent >= budget.limit_nano:
                    raise reached(budget, spent, now_ms)

    def note(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Noted:
        """Write down the levels that `rows`, about to be added to the sums, cross in their order, each with the very call."""
        unbroken = self._store.is_sqlite and rows[0]["id"] == self._last_id + 1 and self._erasures == writing.erasures
        now_s = time.monotonic()
        paid = [row for row in rows if row["cost_nano"]]
        if paid and not self._store.is_sqlite:
            connection.execute(_SPENDING)
        with self._lock:
            if self._learn(connection) if paid else False:
                unbroken = False
            if not unbroken or now_s - self._exact_s > _FRESH_S:
                self._exact.clear()
                self._exact_s = now_s
            noted = Noted(rows[-1]["id"], {}, settled=self._settle)
            if not self._by_key or not paid:
                return noted
            if not self._store.is_sqlite:
                connection.execute(_ADDING)
            self._erasures = writing.erasures
            for row in paid:
                for key in _keys(row["provider"], row["model"], row["prompt"]):
                    for budget in self._by_key.get(key, ()):
                        self._add(connection, noted, budget, row)
        return noted

    def _add(self, connection: Connection, noted: Noted, budget: Budget, row: Mapping[str, Any]) -> None:
        at_ms: int = row["started_ms"]
        if end(budget.period, at_ms) <= budget.created_ms:
            return  # an old call brought in: that period was over before there was a budget
        place = (budget.id, start(budget.period, at_ms))
        before = noted.spent[place] if place in noted.spent else self._before(connection, noted, place, at_ms)
        noted.spent[place] = after = before + row["cost_nano"]
        for level, nano in budget.levels:
            if before < nano <= after and tell(connection, budget, level, call_id=row["id"], at_ms=at_ms, spent_nano=after):
                crossed = f"{_LEVELS[level]} by call {row['id']}"
                noted.told.append(f"The budget of ${usd(budget.limit_nano)} for {budget.title}: ${usd(after)} spent, {crossed}.")

    def _before(self, connection: Connection, noted: Noted, place: Place, at_ms: int) -> int:
        """What was spent of a budget before this batch: by memory where that is exact, else by the sums."""
        day_ms = day(at_ms)
        if self._exact.get(day_ms):
            return self._spent.get(place, 0)
        if day_ms not in noted.days:
            noted.days[day_ms] = self._places(sums(connection, at_ms), at_ms)
        return noted.days[day_ms].get(place, 0)

    def _settle(self, noted: Noted) -> None:
        with self._lock:
            for day_ms, known in noted.days.items():
                self._spent |= known
                self._exact[day_ms] = True
            self._spent |= noted.spent
            self._last_id = noted.last_id
            if len(self._exact) > _DAYS_KEPT:
                self._exact.clear()
        for sentence in noted.told:
            _LOG.warning(sentence)

    def _learn(self, connection: Connection) -> bool:
        """Whether the budgets in force were others than those known; they are known now."""
        mark = tuple(int(value or 0) for value in connection.execute(_MARK).one())
        if mark == self._mark:
            return False
        rows = connection.execute(select(_BUDGETS).where(_IN_FORCE)).mappings() if mark[0] else ()
        by_key: dict[Key, list[Budget]] = {}
        for budget in (Budget(**row) for row in rows):
            by_key.setdefault((budget.scope, budget.key), []).append(budget)
        stops = {key: [one for one in budgets if one.stops] for key, budgets in by_key.items()}
        # Each in one step: other threads check meanwhile.
        self._by_key, self._stops, self._mark = by_key, {key: found for key, found in stops.items() if found}, mark
        return True

    def _places(self, found: Mapping[Key, Spent], at_ms: int) -> dict[Place, int]:
        return {
            (budget.id, start(budget.period, at_ms)): found.get(key, _NOTHING).of(budget.period)
            for key, budgets in self._by_key.items()
            for budget in budgets
        }


_NOTHING = Spent()
_LEVELS = {"warn": "its warn level is crossed", "limit": "its limit is reached"}
_INSERT_EVENT = {
    "sqlite": sqlite.insert(_EVENTS).on_conflict_do_nothing().returning(_EVENTS.c.id),
    "postgresql": postgresql.insert(_EVENTS).on_conflict_do_nothing().returning(_EVENTS.c.id),
}
_books: dict[Store, Book] = {}
_making = threading.Lock()


def of(store: Store) -> Book:
    """The one book of `store` in this process."""
    book = _books.get(store)
    if book is None:
        with _making:
            book = _books.setdefault(store, Book(store))
    return book


def sums(connection: Connection, at_ms: int) -> dict[Key, Spent]:
    """What was spent on the day and in the month of `at_ms`, by scope and key."""
    bounds = {"grain": DAY_MS, "today": day(at_ms), "since": start("month", at_ms), "until": end("month", at_ms)}
    found: dict[Key, list[int]] = {}
    for facet, provider, model, prompt, *values in connection.execute(_SUMS, bounds):
        if facet == VERSION and not prompt:
            continue
        key = {SOURCE: ("total", ""), MODEL: ("model", f"{provider}/{model}"), VERSION: ("prompt", prompt)}[facet]
        into = found.setdefault(key, [0, 0, 0, 0])
        for position, value in enumerate(values):
            into[position] += int(value)
    return {key: Spent(*values) for key, values in found.items()}


def alone(connection: Connection) -> None:
    """Keep other processes from adding to what is spent until this transaction ends, and wait for those that are at it."""
    if connection.dialect.name != "sqlite":
        connection.execute(_SETTING)


def tell(connection: Connection, budget: Budget, level: str, *, call_id: int | None, at_ms: int, spent_nano: int) -> bool:
    """Note that a level is crossed in the period of `at_ms`; False where it was before."""
    values = {"budget_id": budget.id, "period_ms": start(budget.period, at_ms), "level": level, "call_id": call_id, "at_ms": at_ms}
    values |= {"spent_nano": spent_nano, "limit_nano": budget.limit_nano}
    return connection.execute(_INSERT_EVENT[connection.dialect.name], values).first() is not None


def reached(budget: Budget, spent_nano: int, now_ms: int) -> BudgetReached:
    """The refusal of a call for this budget: which it is, when it starts anew, and what to do."""
    until_ms = end(budget.period, now_ms)
    again = iso(until_ms)[:16].replace("T", " ")
    return BudgetReached(
        f"The budget of ${usd(budget.limit_nano)} for {budget.title} is used up: ${usd(spent_nano)} spent.",
        hint=f"It starts anew at {again} UTC. To go on before, raise or remove it: Budgets, or `workbench budgets list`.",
    )


def usd(nano: int) -> str:
    """Dollars with two decimals, and more where two would say nothing."""
    value = Decimal(nano).scaleb(-9)
    return f"{value:,.2f}" if value >= 1 or not nano else f"{value:,.4f}"


def _keys(provider: str, model: str, prompt: str | None) -> Iterable[Key]:
    found = (("total", ""), ("model", f"{provider}/{model}"))
    return (*found, ("prompt", prompt)) if prompt else found
