"""Sums of the ledger by day (UTC), model and prompt. Owns their table: kept in the transaction that inserts or deletes the calls.

A call that failed and cost all the same counts with what it cost. An answered call of unknown price is counted in `unpriced`, and
its cost is in no sum. Money is whole nano-dollars, so that every sum is exact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Executable, Table, and_, case, delete, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from workbench.ledger.fields import OK
from workbench.ledger.periods import DAY_MS, day
from workbench.ledger.tables import CallRow, SpendDayRow
from workbench.store import Store

_CALLS, _DAYS = cast("Table", CallRow.__table__), cast("Table", SpendDayRow.__table__)
_KEYS = ("day_ms", "provider", "model", "prompt")
_SUMS = ("calls", "ok", "input_tokens", "output_tokens", "cost_nano", "unpriced")
_COUNTED = ("started_ms", "provider", "model", "prompt", "status", "input_tokens", "output_tokens", "cost_nano")
_EMPTIED = delete(_DAYS).where(*(_DAYS.c[name] == text(f":{name}") for name in _KEYS), _DAYS.c.calls == 0)
_PER = Decimal("1e-9")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What calls add up to. `cost_nano` leaves out the `unpriced` ones: answered calls that no price is known of."""

    calls: int
    ok: int
    input_tokens: int
    output_tokens: int
    cost_nano: int
    unpriced: int

    @property
    def cost_usd(self) -> Decimal:
        """The known cost in dollars, exact."""
        return Decimal(self.cost_nano).scaleb(-9)

    @property
    def known(self) -> bool:
        """Whether `cost_nano` says anything: not where calls were answered and none of them has a price."""
        return self.unpriced < self.ok or bool(self.cost_nano) or not self.ok

    @property
    def usd_per_call(self) -> Decimal | None:
        """Dollars a call, failed ones among them, to the nano-dollar; of those with a known price; None where there is none."""
        return _each(self.cost_nano, self.calls - self.unpriced)

    @property
    def usd_per_ok(self) -> Decimal | None:
        """Dollars for each call that was answered: what failed calls cost is shared out among them; None where there is none."""
        return _each(self.cost_nano, self.ok - self.unpriced)

    def to_json(self) -> dict[str, Any]:
        """The sums under the ledger's field names, with the cost of a call; None where nothing has a price, never 0."""
        each = {"usd_per_call": _float(self.usd_per_call), "usd_per_ok": _float(self.usd_per_ok)}
        shown = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "cost_nano"}
        return shown | {"cost_usd": self.cost_nano / 10**9 if self.known else None} | each


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpend(Sums):
    """One day of one model and prompt; prompt "" is no prompt."""

    day_ms: int
    provider: str
    model: str
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal(Sums):
    """One day of everything."""

    day_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpend(Sums):
    """One model."""

    provider: str
    model: str

    @property
    def full_model(self) -> str:
        """provider/model."""
        return f"{self.provider}/{self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSpend(Sums):
    """One prompt; "" is no prompt."""

    prompt: str


def note(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add the rows of the calls table that this transaction inserts: one statement, however many they are."""
    _add(connection, _gathered(rows), 1)


def erase(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Delete the calls that meet `conditions`, and take them out of the sums; how many they were."""
    global erasures  # noqa: PLW0603 (one number that only grows)
    erasures += 1
    gone = connection.execute(delete(_CALLS).where(*conditions).returning(*(_CALLS.c[name] for name in _COUNTED)))
    sums = _gathered(gone.mappings())
    if sums:
        _add(connection, sums, -1)
        connection.execute(_EMPTIED, [dict(zip(_KEYS, key, strict=True)) for key in sums])
    return sum(values[0] for values in sums.values())


def rebuild(store: Store) -> int:
    """Work the sums out of the calls anew; how many rows they are."""
    global erasures  # noqa: PLW0603
    day_ms = _CALLS.c.started_ms - (_CALLS.c.started_ms % DAY_MS + DAY_MS) % DAY_MS  # SQL's remainder follows the sign
    of_known = (func.coalesce(func.sum(_CALLS.c[name]), 0) for name in ("input_tokens", "output_tokens", "cost_nano"))
    unpriced = func.count(case((and_(_CALLS.c.cost_nano.is_(None), _CALLS.c.status == OK), 1)))
    keys = (day_ms, _CALLS.c.provider, _CALLS.c.model, func.coalesce(_CALLS.c.prompt, ""))
    summed = select(*keys, func.count(), func.count(case((_CALLS.c.status == OK, 1))), *of_known, unpriced).group_by(*keys)
    with store.write() as session:
        erasures += 1
        if not store.is_sqlite:  # a writer whose call this cannot see yet must add it afterwards, not before
            session.execute(text("LOCK TABLE spend_days IN SHARE ROW EXCLUSIVE MODE"))
        session.execute(delete(_DAYS))
        session.execute(insert(_DAYS).from_select([*_KEYS, *_SUMS], summed))
        return session.scalar(select(func.count()).select_from(_DAYS)) or 0


def days(store: Store, since_ms: int, until_ms: int) -> list[DaySpend]:
    """The days that [since_ms, until_ms) touches, whole, by model and prompt; days without a call are left out."""
    return [DaySpend(**row) for row in _summed(store, since_ms, until_ms, *_KEYS)]


def by_day(store: Store, since_ms: int, until_ms: int, *, scope: str = "total", key: str = "") -> list[DayTotal]:
    """The days that [since_ms, until_ms) touches, whole, oldest first; of everything, or of a budget's scope and key."""
    return [DayTotal(**row) for row in _summed(store, since_ms, until_ms, "day_ms", scope=scope, key=key)]


def by_model(store: Store, since_ms: int, until_ms: int) -> list[ModelSpend]:
    """Sums by model over the days that [since_ms, until_ms) touches, the dearest first."""
    found = [ModelSpend(**row) for row in _summed(store, since_ms, until_ms, "provider", "model")]
    return sorted(found, key=lambda one: (-one.cost_nano, -one.calls))


def by_prompt(store: Store, since_ms: int, until_ms: int) -> list[PromptSpend]:
    """Sums by prompt over the days that [since_ms, until_ms) touches, the dearest first."""
    found = [PromptSpend(**row) for row in _summed(store, since_ms, until_ms, "prompt")]
    return sorted(found, key=lambda one: (-one.cost_nano, -one.calls))


def total(store: Store, since_ms: int, until_ms: int, *, scope: str = "total", key: str = "") -> Sums:
    """Everything, or what is in a budget's scope, over the days that [since_ms, until_ms) touches."""
    (row,) = _summed(store, since_ms, until_ms, scope=scope, key=key)
    return Sums(**row)


def within(scope: str, key: str) -> tuple[ColumnElement[bool], ...]:
    """The rows of the sums that a budget of this scope and key counts."""
    if scope == "model":
        provider, _, model = key.partition("/")
        return _DAYS.c.provider == provider, _DAYS.c.model == model
    return (_DAYS.c.prompt == key,) if scope == "prompt" else ()


def _summed(store: Store, since_ms: int, until_ms: int, *by: str, scope: str = "total", key: str = "") -> list[dict[str, Any]]:
    columns = [_DAYS.c[name] for name in by]
    sums = [func.coalesce(func.sum(_DAYS.c[name]), 0).label(name) for name in _SUMS]
    of = (_DAYS.c.day_ms >= day(since_ms), _DAYS.c.day_ms < until_ms, *within(scope, key))
    query = select(*columns, *sums).where(*of).group_by(*columns).order_by(*columns)
    with store.read() as session:
        return [{name: int(value) if name in _SUMS else value for name, value in row.items()} for row in session.execute(query).mappings()]


def _gathered(rows: Iterable[Mapping[Any, Any]]) -> dict[tuple[Any, ...], list[int]]:
    """The sums of `rows` by the key of the table."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        started_ms, cost_nano, answered = row["started_ms"], row["cost_nano"], row["status"] == OK
        key = (started_ms - started_ms % DAY_MS, row["provider"], row["model"], row["prompt"] or "")
        values = sums.get(key)
        if values is None:
            values = sums[key] = [0, 0, 0, 0, 0, 0]
        values[0] += 1
        values[1] += answered
        values[2] += row["input_tokens"] or 0
        values[3] += row["output_tokens"] or 0
        values[4] += cost_nano or 0
        values[5] += answered and cost_nano is None
    return sums


def _add(connection: Connection, sums: Mapping[tuple[Any, ...], Sequence[int]], sign: int) -> None:
    # Always in the same order: two processes that add to the same rows wait for each other instead of locking each other out.
    values = [
        dict(zip(_KEYS, key, strict=True)) | {name: sign * value for name, value in zip(_SUMS, sums[key], strict=True)}
        for key in sorted(sums)
    ]
    connection.execute(_UPSERTS[connection.dialect.name], values)


def _upsert(dialect: Any) -> Executable:
    added = dialect.insert(_DAYS)
    upsert: Executable = added.on_conflict_do_update(
        index_elements=list(_KEYS), set_={name: _DAYS.c[name] + added.excluded[name] for name in _SUMS}
    )
    return upsert


_UPSERTS = {"sqlite": _upsert(sqlite), "postgresql": _upsert(postgresql)}
erasures = 0  # grows when sums shrink in this process: what was kept of them in memory is wrong then


def _each(nano: int, n: int) -> Decimal | None:
    return (Decimal(nano).scaleb(-9) / n).quantize(_PER) if n > 0 else None


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
