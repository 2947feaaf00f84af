"""Budgets: a limit in dollars for a day or a month (UTC), of everything, of one model or of one prompt. Owns them and their history.

A budget warns from a share of its limit on, and may stop calls once the limit is reached. Calls under way then are finished, so that
it can be overrun by what they cost. What costs nothing (the simulated and the local model without an own price) is never stopped; a
call of unknown price cannot be counted, and a standing says how many there were. A budget is never changed: another takes its place,
and the old one stays in the history.
"""

import asyncio
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

from sqlalchemy import Select, select, update

from workbench.clock import SYSTEM, Clock
from workbench.errors import InputError, NotFound
from workbench.ledger import book, rollups
from workbench.ledger.book import Budget
from workbench.ledger.periods import PERIODS, Period, end, start
from workbench.ledger.tables import BudgetEventRow, BudgetRow, CallRow
from workbench.store import Store
from workbench.store.base import storable

__all__ = ["Budget", "Event", "Standing", "all", "check", "events", "get", "obey", "put", "remove", "restore", "standings"]

Scope = Literal["total", "model", "prompt"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
_MOST_USD = Decimal(10**9)
_LONGEST = {"model": 301, "prompt": 200}


@dataclass(frozen=True)
class Standing:
    """Where a budget stands in the period that began at `since_ms`. `unpriced` calls of its scope are not in what was spent."""

    budget: Budget
    since_ms: int
    spent_nano: int
    unpriced: int

    @property
    def state(self) -> Literal["ok", "warn", "over"]:
        """over: the limit is reached; warn: its warn level is."""
        warn = self.budget.warn_nano
        return "over" if self.spent_nano >= self.budget.limit_nano else "warn" if warn is not None and self.spent_nano >= warn else "ok"

    @property
    def until_ms(self) -> int:
        """When it starts anew."""
        return end(self.budget.period, self.since_ms)

    @property
    def spent_usd(self) -> Decimal:
        """Dollars spent, exact."""
        return Decimal(self.spent_nano).scaleb(-9)

    @property
    def left_usd(self) -> Decimal:
        """Dollars left; 0 where it is over."""
        return Decimal(max(0, self.budget.limit_nano - self.spent_nano)).scaleb(-9)

    @property
    def share(self) -> float:
        """The share of the limit that is spent; over 1 where it is overrun."""
        return self.spent_nano / self.budget.limit_nano

    def to_json(self) -> dict[str, Any]:
        """The standing as JSON."""
        money = {"spent_usd": float(self.spent_usd), "left_usd": float(self.left_usd), "share": self.share}
        times = {"since_ms": self.since_ms, "until_ms": self.until_ms}
        return {"budget": self.budget.to_json(), "state": self.state, **money, "unpriced": self.unpriced, **times}


@dataclass(frozen=True)
class Event:
    """A level of a budget was crossed, once in the period that began at `period_ms`, by the call `call_id`, which began at `at_ms`.
    `call_id` is None where the level was crossed already when the budget was set; `spent_nano` is what was spent with that call.
    `erased` says that the call is gone: its number may be another call's by now.
    """

    budget: Budget
    level: Literal["warn", "limit"]
    period_ms: int
    call_id: int | None
    at_ms: int
    spent_nano: int
    limit_nano: int
    id: int = 0
    erased: bool = False

    @property
    def spent_usd(self) -> Decimal:
        """Dollars spent, exact."""
        return Decimal(self.spent_nano).scaleb(-9)

    def to_json(self) -> dict[str, Any]:
        """The event as JSON."""
        names = ("id", "level", "period_ms", "call_id", "erased", "at_ms")
        money = {"spent_usd": float(self.spent_usd), "limit_usd": self.limit_nano / 10**9}
        return {"budget": self.budget.to_json(), **{name: getattr(self, name) for name in names}, **money}


def put(
    store: Store,
    *,
    scope: str,
    key: str = "",
    period: str,
    limit_usd: Decimal | float | str,
    warn_percent: int | None = 80,
    stops: bool = False,
    clock: Clock = SYSTEM,
) -> Budget:
    """The budget now in force; the one of the same scope, key and period is replaced and stays in the history. Equal to it: no change.

    It sees what was spent in its period before: a level that is crossed already is noted at once, without a call. Raises InputError.
    """
    values = _checked(scope, key.strip(), period, limit_usd, warn_percent) | {"stops": bool(stops)}
    rollups.ready(store)
    with store.write() as session:
        connection = session.connection()
        book.alone(connection)
        before = [_budget(row) for row in session.scalars(_of(values["scope"], values["key"], values["period"]))]
        for one in before:
            if {name: getattr(one, name) for name in values} == values:
                return one
        now_ms = clock.now_ms()
        connection.execute(update(BudgetRow).where(BudgetRow.id.in_([one.id for one in before])).values(removed_ms=now_ms))
        row = BudgetRow(**values, created_ms=now_ms)
        session.add(row)
        session.flush()
        made = _budget(row)
        _note_now(connection, made, now_ms)
    book.of(store).forget()
    return made


def remove(store: Store, budget_id: int, *, clock: Clock = SYSTEM) -> Budget:
    """The budget, no longer in force; it stays in the history and can be restored. Raises NotFound."""
    with store.write() as session:
        row = _row(session.get(BudgetRow, budget_id), budget_id)
        if row.removed_ms is None:
            row.removed_ms = clock.now_ms()
        removed = _budget(row)
    book.of(store).forget()
    return removed


def restore(store: Store, budget_id: int, *, clock: Clock = SYSTEM) -> Budget:
    """The budget, in force again; one of the same scope, key and period that took its place is removed. Raises NotFound."""
    rollups.ready(store)
    with store.write() as session:
        connection, now_ms = session.connection(), clock.now_ms()
        book.alone(connection)
        row = _row(session.get(BudgetRow, budget_id), budget_id)
        if row.removed_ms is not None:
            for other in session.scalars(_of(row.scope, row.key, row.period)):
                other.removed_ms = now_ms
            row.removed_ms = None
            session.flush()
            _note_now(connection, _budget(row), now_ms)
        restored = _budget(row)
    book.of(store).forget()
    return restored


def get(store: Store, budget_id: int) -> Budget:
    """The budget, in force or removed. Raises NotFound."""
    with store.read() as session:
        return _budget(_row(session.get(BudgetRow, budget_id), budget_id))


def all(store: Store, removed: bool = False) -> list[Budget]:  # noqa: A001 (read with its module: budgets.all)
    """The budgets in force, total first, then by what they limit; with `removed` the history too, newest first behind them."""
    query = select(BudgetRow) if removed else select(BudgetRow).where(BudgetRow.removed_ms.is_(None))
    with store.read() as session:
        found = [_budget(row) for row in session.scalars(query)]
    return sorted(found, key=lambda one: (one.removed_ms is not None, -(one.removed_ms or 0), *_order(one)))


def standings(store: Store, now_ms: int) -> list[Standing]:
    """Where each budget in force stands in the period of `now_ms`, in the order of `all`."""
    budgets = all(store)
    if not budgets:
        return []
    rollups.ready(store)
    with store.read() as session:
        found = book.sums(session.connection(), now_ms)
    spent = [found.get((one.scope, one.key), book.Spent()) for one in budgets]
    return [
        Standing(one, start(one.period, now_ms), sums.of(one.period), sums.unpriced(one.period))
        for one, sums in zip(budgets, spent, strict=True)
    ]


def events(store: Store, limit: int = 100) -> list[Event]:
    """The newest crossings, newest first, those of removed budgets among them."""
    erased = BudgetEventRow.call_id.is_not(None) & CallRow.id.is_(None)
    query = select(BudgetEventRow, BudgetRow, erased).join(BudgetRow, BudgetRow.id == BudgetEventRow.budget_id)
    query = query.outerjoin(CallRow, (CallRow.id == BudgetEventRow.call_id) & (CallRow.started_ms == BudgetEventRow.at_ms))
    with store.read() as session:
        rows = session.execute(query.order_by(BudgetEventRow.id.desc()).limit(limit)).all()
    names = [name for name in Event.__dataclass_fields__ if name not in ("budget", "erased")]
    return [Event(_budget(budget), **{name: getattr(row, name) for name in names}, erased=bool(gone)) for row, budget, gone in rows]


def check(store: Store, provider: str, model: str, prompt: str | None, now_ms: int) -> None:
    """Raises BudgetReached where a budget that stops has nothing left for such a call.

    A look into dictionaries, however many budgets there are. What this process spends counts at once; the store is asked only where
    nobody has asked it for a second and a half, for what other processes spend. Not for providers that are free.
    """
    known = book.of(store)
    if known.is_stale(now_ms):
        known.refresh(now_ms)
    known.check(provider, model, prompt, now_ms)


async def obey(store: Store, provider: str, model: str, prompt: str | None, now_ms: int) -> None:
    """`check` for a coroutine: the loop goes on while the store is asked."""
    known = book.of(store)
    if known.is_stale(now_ms):
        await asyncio.to_thread(known.refresh, now_ms)
    known.check(provider, model, prompt, now_ms)


def _checked(scope: str, key: str, period: str, limit_usd: object, warn_percent: int | None) -> dict[str, Any]:
    if scope not in SCOPES:
        raise InputError(f"{scope!r} is no scope", place="field scope", hint=f"Scopes are {', '.join(SCOPES)}.")
    if period not in PERIODS:
        raise InputError(f"{period!r} is no period", place="field period", hint=f"Periods are {' and '.join(PERIODS)}.")
    if warn_percent is not None and (type(warn_percent) is not int or not 1 <= warn_percent <= 100):
        raise InputError(f"{warn_percent} is no whole number from 1 to 100", place="field warn_percent", hint="None: it does not warn.")
    return {
        "scope": scope,
        "key": _key(scope, key),
        "period": period,
        "limit_nano": _nano(limit_usd),
        "warn_percent": warn_percent,
    }


def _key(scope: str, key: str) -> str:
    if scope == "total":
        if key:
            raise InputError(f"a budget of everything has no key, not {key!r}", place="field key")
        return ""
    if not key or len(key) > _LONGEST[scope] or storable(key) != key:
        what = "a model as provider/model" if scope == "model" else "the name of a prompt"
        raise InputError(f"must be {what}, at most {_LONGEST[scope]} characters", place="field key")
    provider, _, model = key.partition("/")
    if scope == "model" and not (provider and model):
        raise InputError(f"{key!r} does not name a provider", place="field key", hint="Write provider/model: openai/gpt-4o.")
    return key


def _nano(limit_usd: object) -> int:
    try:
        value = Decimal(str(limit_usd))
        if not value.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise InputError(f"{limit_usd!r} is not an amount of dollars", place="field limit_usd") from None
    nano = round(value.scaleb(9)) if abs(value) <= _MOST_USD else 0
    if nano <= 0:
        raise InputError(f"{limit_usd} is not above 0 and at most {_MOST_USD:,}", place="field limit_usd", hint="Dollars, such as 10.50.")
    return nano


def _note_now(connection: Any, budget: Budget, now_ms: int) -> None:
    """Note the levels that were crossed before the budget was there."""
    spent = book.sums(connection, now_ms).get((budget.scope, budget.key), book.Spent()).of(budget.period)
    for level, nano in budget.levels:
        if spent >= nano:
            book.tell(connection, budget, level, call_id=None, at_ms=now_ms, spent_nano=spent)


def _of(scope: str, key: str, period: Period | str) -> Select[BudgetRow]:
    return select(BudgetRow).where(
        BudgetRow.scope == scope, BudgetRow.key == key, BudgetRow.period == period, BudgetRow.removed_ms.is_(None)
    )


def _row(row: BudgetRow | None, budget_id: int) -> BudgetRow:
    if row is None:
        raise NotFound(f"There is no budget {budget_id}.", hint="`workbench budgets list --removed` shows all there were.")
    return row


def _budget(row: BudgetRow) -> Budget:
    return Budget(**{name: getattr(row, name) for name in Budget.__dataclass_fields__})


def _order(budget: Budget) -> tuple[int, str, int]:
    return SCOPES.index(budget.scope), budget.key, PERIODS.index(budget.period)
