"""The days' users and tags: sums of each by day. Owns their table; of days that are over only the busiest stay apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Table, delete, func, select

from workbench.ledger.fields import OK
from workbench.ledger.rollups.series import DAY
from workbench.ledger.tables import TopDayRow
from workbench.store import Store
from workbench.store.base import storable

USER, TAG = "user", "tag"
REST = ""  # those that are not kept apart
SUMS = ("calls", "ok", "tokens", "cost_nano", "unpriced")
_DAYS = cast("Table", TopDayRow.__table__)
_WIDTH = 200


def _sql(text: str) -> dict[str, str]:
    return {"sqlite": text, "postgresql": text.replace("?", "%s")}


_ADD = _sql(
    f"INSERT INTO top_days (kind, day_ms, value, {', '.join(SUMS)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 (names of columns)
    f"ON CONFLICT (kind, day_ms, value) DO UPDATE SET {', '.join(f'{name} = top_days.{name} + excluded.{name}' for name in SUMS)}"
)
_THERE = _sql("SELECT 1 FROM top_days WHERE kind = ? AND day_ms = ? AND value = ? AND calls >= ?")
_EMPTIED = _sql("DELETE FROM top_days WHERE kind = ? AND day_ms = ? AND value = ? AND calls <= 0")

Place = tuple[str, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """What one user's or one tag's calls add up to."""

    value: str
    calls: int
    ok: int
    tokens: int
    cost_nano: int
    unpriced: int


def top(store: Store, kind: str, since_ms: int, until_ms: int, limit: int = 10) -> tuple[list[Top], int, bool]:
    """The busiest users (`kind` user) or tags (tag) of the days (UTC, whole) that [since_ms, until_ms) touches; how many different ones
    there were, and whether that is only at least so many, because of a day just its busiest are kept apart.
    """
    of = _DAYS.c.kind == kind, _DAYS.c.day_ms >= since_ms - since_ms % DAY, _DAYS.c.day_ms < until_ms
    sums = [func.sum(_DAYS.c[name]).label(name) for name in SUMS]
    each = select(_DAYS.c.value, *sums).where(*of).group_by(_DAYS.c.value).subquery()
    busiest = select(each).where(each.c.value != REST).order_by(each.c.calls.desc(), each.c.value).limit(limit)
    with store.read() as session:
        n, rest = session.execute(select(func.count().filter(each.c.value != REST), func.count().filter(each.c.value == REST))).one()
        found = [Top(value=value, **dict(zip(SUMS, map(int, values), strict=True))) for value, *values in session.execute(busiest)]
    return found, n, bool(rest)


def prune(connection: Connection, day_ms: int, kind: str, keep: int) -> int:
    """Put all but the `keep` busiest of a day under the rest; how many they were."""
    of = _DAYS.c.kind == kind, _DAYS.c.day_ms == day_ms, _DAYS.c.value != REST
    kept = select(_DAYS.c.value).where(*of).order_by(_DAYS.c.calls.desc(), _DAYS.c.value).limit(keep)
    gone = connection.execute(delete(_DAYS).where(*of, _DAYS.c.value.not_in(kept)).returning(*(_DAYS.c[name] for name in SUMS))).all()
    if gone:
        put(connection, {(kind, day_ms, REST): [sum(values) for values in zip(*gone, strict=True)]})
    return len(gone)


def add(connection: Connection, rows: Iterable[Mapping[str, Any]], sign: int = 1) -> None:
    """Add calls to the days of their users and tags, or take them away: from the rest where they are not kept apart any more."""
    found = gathered(rows)
    if not found or sign > 0:
        put(connection, found)
        return
    dialect = connection.dialect.name
    less: dict[Place, list[int]] = {}
    for place in sorted(found):
        kind, day_ms, _value = place
        there = connection.exec_driver_sql(_THERE[dialect], (*place, found[place][0])).first()
        into = less.setdefault(place if there else (kind, day_ms, REST), [0] * len(SUMS))
        for at, value in enumerate(found[place]):
            into[at] -= value
    connection.exec_driver_sql(_ADD[dialect], [(*place, *less[place]) for place in sorted(less)])
    connection.exec_driver_sql(_EMPTIED[dialect], sorted(less))


def put(connection: Connection, found: Mapping[Place, Sequence[int]]) -> None:
    """Add what was gathered."""
    if found:
        connection.exec_driver_sql(_ADD[connection.dialect.name], [(*place, *found[place]) for place in sorted(found)])


def gathered(rows: Iterable[Mapping[str, Any]]) -> dict[Place, list[int]]:
    """The sums of the calls that name a user or a tag."""
    found: dict[Place, list[int]] = {}
    for row in rows:
        user, tags = row.get("user_name"), row.get("tags")
        if not user and not tags:
            continue
        at_ms, ok, cost_nano = row["started_ms"], row["status"] == OK, row["cost_nano"]
        values = (1, int(ok), (row["input_tokens"] or 0) + (row["output_tokens"] or 0), cost_nano or 0, int(ok and cost_nano is None))
        for kind, value in named(user, tags):
            into = found.setdefault((kind, at_ms - at_ms % DAY, value), [0] * len(SUMS))
            for at, one in enumerate(values):
                into[at] += one
    return found


def named(user: str | None, tags: Iterable[Any] | None) -> set[tuple[str, str]]:
    """What a call is counted under: its user, each of its tags once."""
    found = {(USER, user[:_WIDTH])} if user else set()
    return found | {(TAG, storable(str(tag))[:_WIDTH]) for tag in tags or () if tag}
