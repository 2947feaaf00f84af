"""Own metrics: numbers with a name, a time and tags, such as conversion or relevance. Owns their tables; refuses what is not finite.

A value is committed when `record_metric` returns, together with the sums it adds to: by name and by each of its tags, a minute, an hour
and a day (UTC). Minutes are kept three days; older ones are read from the values themselves. A value of 0 counts like any other.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Table, and_, delete, func, insert, or_, select, text

from workbench.clock import SYSTEM, Clock
from workbench.errors import InputError
from workbench.ledger.metric_cells import Cell, gathered, joined
from workbench.ledger.tables import MetricRollupRow, MetricRow
from workbench.store import Store
from workbench.store.base import storable

__all__ = ["SHIPPED", "Cell", "Kind", "Known", "Value", "add", "check", "kind", "last", "names", "read", "record_metric", "tags", "values"]

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
GRAINS = (DAY_MS, HOUR_MS, MINUTE_MS)
MINUTES_KEPT_MS = 3 * DAY_MS
MOST = 1e12
MOST_TAGS = 20
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]{0,99}")
_VALUES, _SUMS = cast("Table", MetricRow.__table__), cast("Table", MetricRollupRow.__table__)
_ALONE = text("SELECT pg_advisory_xact_lock(7305281166)")
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """What a metric counts in: `unit` is the word behind a value ("" for a plain number), `good` whether more is better."""

    name: str
    unit: str
    description: str
    good: str = "up"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a metric at `at_ms` (UTC epoch milliseconds)."""

    name: str
    value: float
    at_ms: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A metric that has values: how many, and the days (UTC) of the first and the last."""

    name: str
    n: int
    first_day_ms: int
    last_day_ms: int


SHIPPED: Mapping[str, Kind] = {
    one.name: one
    for one in (
        Kind("conversion_rate", "share", "Share of sessions or offers that led to what was wanted, from 0 to 1."),
        Kind("user_engagement_seconds", "s", "Seconds a person stayed with an answer or a session."),
        Kind("feature_usage", "uses", "How often a feature was used: 1 for each use, told apart by tag."),
        Kind("relevance", "score", "How well an answer fits its question, from 0 to 1."),
        Kind("coherence", "score", "How well an answer holds together, from 0 to 1."),
        Kind("helpfulness", "score", "How much an answer helped, from 0 to 1."),
        Kind("user_satisfaction", "rating", "What a person gave as a rating, on your own scale; a rating of 0 counts."),
    )
}


def kind(name: str) -> Kind:
    """What is known of a metric: of a shipped name its unit and description, of any other a plain number."""
    return SHIPPED.get(name) or Kind(name, "", "A metric of your own.")


def record_metric(
    name: str, value: float, *, at_ms: int | None = None, tags: Iterable[str] = (), store: Store | None = None, clock: Clock = SYSTEM
) -> None:
    """Keep a value of the metric `name`, now or at `at_ms`; it is committed on return. Raises InputError that names the field.

    The store is the one of the settings unless it is given. Many values at once go faster through `add`.
    """
    from workbench import store as stores

    one = Value(name, value, clock.now_ms() if at_ms is None else at_ms, (tags,) if isinstance(tags, str) else tuple(tags))
    add(stores.current() if store is None else store, [one], clock=clock)


def add(store: Store, values: Sequence[Value], *, clock: Clock = SYSTEM) -> int:
    """Keep all of `values`, or none where one is refused, in one transaction; how many. Raises InputError that names value and field."""
    now_ms = clock.now_ms()
    checked = [_checked(one, now_ms, f"value {n}, " if len(values) > 1 else "") for n, one in enumerate(values, 1)]
    if not checked:
        return 0
    rows = [{"at_ms": one.at_ms, "name": one.name, "value": one.value, "tags": list(one.tags) or None} for one in checked]
    with store.write() as session:
        connection = session.connection()
        if not store.is_sqlite:  # sketches are read, added to and written: one at a time
            connection.execute(_ALONE)
        connection.execute(insert(_VALUES), rows)
        _sum(connection, checked, now_ms)
    return len(checked)


def check(name: str) -> str:
    """`name`, if a metric can have it: a letter, then letters, digits and _ . : / -, 100 at most. Raises InputError."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot name a metric",
            place="field name",
            hint="A letter, then letters, digits and _ . : / -, 100 characters at most.",
        )
    return name


def read(
    store: Store,
    name: str,
    since_ms: int,
    until_ms: int,
    *,
    tag: str = "",
    bucket_ms: int | None = None,
    offset_ms: int = 0,
    clock: Clock = SYSTEM,
) -> list[Cell]:
    """The values in [since_ms, until_ms), exactly: one cell, or one for each `bucket_ms` (a multiple of a minute; `offset_ms` is what local
    time is ahead of UTC) that holds any. No value, no cell. With `tag`, those that carry it.
    """
    if bucket_ms is not None and (bucket_ms <= 0 or bucket_ms % MINUTE_MS):
        raise InputError(f"{bucket_ms} is no multiple of a minute", place="bucket_ms", hint=f"A minute is {MINUTE_MS}.")
    kept_ms = _kept_from(clock.now_ms())
    found: list[Cell] = []
    with store.read() as session:
        connection = session.connection()
        spans = [(since_ms, until_ms)]
        for grain in GRAINS:
            if bucket_ms is not None and (bucket_ms % grain or offset_ms % grain):
                continue
            spans = _coarse(connection, found, spans, (grain, name, tag), kept_ms)
        for low, high in spans:
            found += [Cell.of(at_ms, value) for at_ms, value in _raw(connection, name, tag, low, high)]
    return joined(found, bucket_ms, offset_ms)


def last(store: Store, name: str, n: int, *, tag: str = "", since_ms: int = 0, until_ms: int) -> list[tuple[int, float]]:
    """Time and value of the newest `n` in [since_ms, until_ms), newest first. With a tag, among the newest 20 n of the name."""
    query = select(_VALUES.c.at_ms, _VALUES.c.value, _VALUES.c.tags).where(
        _VALUES.c.name == name, _VALUES.c.at_ms >= since_ms, _VALUES.c.at_ms < until_ms
    )
    query = query.order_by(_VALUES.c.at_ms.desc(), _VALUES.c.id.desc()).limit(n * 20 if tag else n)
    with store.read() as session:
        rows = session.execute(query).all()
    return [(at_ms, value) for at_ms, value, tags_of in rows if not tag or tag in (tags_of or ())][:n]


def values(store: Store, name: str, *, since_ms: int = 0, until_ms: int, limit: int = 100) -> list[Value]:
    """The newest values before `until_ms`, newest first."""
    held = _VALUES.c
    query = select(held.name, held.value, held.at_ms, held.tags).where(held.name == name, held.at_ms >= since_ms, held.at_ms < until_ms)
    with store.read() as session:
        rows = session.execute(query.order_by(held.at_ms.desc(), held.id.desc()).limit(limit)).all()
    return [Value(row.name, row.value, row.at_ms, tuple(row.tags or ())) for row in rows]


def names(store: Store) -> list[Known]:
    """The metrics that have values, by name."""
    held = _SUMS.c
    query = select(held.name, func.sum(held.n), func.min(held.start_ms), func.max(held.start_ms))
    with store.read() as session:
        rows = session.execute(query.where(held.grain == DAY_MS, held.tag == "").group_by(held.name).order_by(held.name)).all()
    return [Known(name, int(n), first, newest) for name, n, first, newest in rows]


def tags(store: Store, name: str, since_ms: int, until_ms: int, limit: int = 100) -> list[tuple[str, int]]:
    """The tags of a metric in the days that [since_ms, until_ms) touches and how many values carry each, the most frequent first."""
    held, first = _SUMS.c, since_ms - since_ms % DAY_MS
    query = select(held.tag, func.sum(held.n)).where(
        held.grain == DAY_MS, held.name == name, held.tag != "", held.start_ms >= first, held.start_ms < until_ms
    )
    with store.read() as session:
        rows = session.execute(query.group_by(held.tag).order_by(func.sum(held.n).desc(), held.tag).limit(limit)).all()
    return [(tag, int(n)) for tag, n in rows]


def _checked(one: Value, now_ms: int, where: str) -> Value:
    try:
        check(one.name)
    except InputError as error:
        raise InputError(f"{one.name!r} cannot name a metric", place=f"{where}field name", hint=error.hint) from None
    value, at_ms = one.value, one.at_ms
    if isinstance(value, bool | str | bytes) or value is None:
        raise InputError(f"{value!r} is not a number", place=f"{where}field value", hint="Give yes and no as 1 and 0.")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{value!r} is not a number", place=f"{where}field value") from None
    if not math.isfinite(number) or abs(number) > MOST:
        hint = f"A finite number of at most {MOST:.0e} in size; leave out what is not known."
        raise InputError(f"{value!r} cannot be summed", place=f"{where}field value", hint=hint)
    if type(at_ms) is not int or not 0 <= at_ms <= now_ms + DAY_MS:
        hint = "UTC epoch milliseconds, at most a day ahead." + (" Seconds? Times 1,000." if at_ms and 0 < at_ms < 10**11 else "")
        raise InputError(f"{at_ms!r} is no time of a value", place=f"{where}field at_ms", hint=hint)
    return Value(one.name, number, at_ms, _tags(one.tags, where))


def _tags(given: Sequence[str], where: str) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(given))
    if len(kept) > MOST_TAGS or not all(isinstance(tag, str) and 0 < len(tag) <= 200 and storable(tag) == tag for tag in kept):
        raise InputError(f"must be at most {MOST_TAGS} texts of 1 to 200 characters", place=f"{where}field tags")
    return kept


def _kept_from(now_ms: int) -> int:
    """From when on minutes are whole, by the clock of the machine: what is older is neither written, kept nor believed."""
    return (now_ms - MINUTES_KEPT_MS) // HOUR_MS * HOUR_MS


def _sum(connection: Connection, added: Sequence[Value], now_ms: int) -> None:
    """Add to the sums, in the transaction of the values; the first value of an hour clears away minutes that are too old."""
    kept_ms = _kept_from(now_ms)
    fresh = gathered(
        ((grain, one.name, tag, one.at_ms - one.at_ms % grain), one)
        for one in added
        for grain in GRAINS
        if grain != MINUTE_MS or one.at_ms >= kept_ms
        for tag in ("", *one.tags)
    )
    keys = sorted(fresh)
    key_columns = (_SUMS.c.grain, _SUMS.c.name, _SUMS.c.tag, _SUMS.c.start_ms)
    held: dict[tuple[Any, ...], Cell] = {}
    for first in range(0, len(keys), _BATCH):
        part = or_(
            *(and_(*(column == value for column, value in zip(key_columns, key, strict=True))) for key in keys[first : first + _BATCH])
        )
        held |= {(row.grain, row.name, row.tag, row.start_ms): _cell(row) for row in connection.execute(select(_SUMS).where(part))}
    old = delete(_SUMS).where(
        _SUMS.c.grain == text(":g"), _SUMS.c.name == text(":m"), _SUMS.c.tag == text(":t"), _SUMS.c.start_ms == text(":s")
    )
    if held:
        connection.execute(old, [dict(zip("gmts", key, strict=True)) for key in held])
    summed = [(key, held[key] + fresh[key] if key in held else fresh[key]) for key in keys]
    columns = [column.name for column in key_columns]
    connection.execute(insert(_SUMS), [dict(zip(columns, key, strict=True)) | cell.to_row() for key, cell in summed])
    for name in {key[1] for key in keys if key[0] == HOUR_MS and key not in held}:
        stale = (_SUMS.c.grain == MINUTE_MS, _SUMS.c.name == name, _SUMS.c.start_ms < kept_ms)
        connection.execute(delete(_SUMS).where(*stale))


def _coarse(
    connection: Connection, found: list[Cell], spans: Sequence[tuple[int, int]], key: tuple[int, str, str], kept_ms: int
) -> list[tuple[int, int]]:
    """Take what whole rows of a grain cover out of `spans` into `found`; what is left of the spans."""
    (grain, name, tag), left = key, []
    for low, high in spans:
        begin, end = -(-low // grain) * grain, high // grain * grain
        if grain == MINUTE_MS:
            begin = max(begin, kept_ms)
        if begin >= end:
            left.append((low, high))
            continue
        where = (_SUMS.c.grain == grain, _SUMS.c.name == name, _SUMS.c.tag == tag, _SUMS.c.start_ms >= begin, _SUMS.c.start_ms < end)
        found += [_cell(row) for row in connection.execute(select(_SUMS).where(*where))]
        left += [span for span in ((low, begin), (end, high)) if span[0] < span[1]]
    return left


def _raw(connection: Connection, name: str, tag: str, low: int, high: int) -> list[tuple[int, float]]:
    query = select(_VALUES.c.at_ms, _VALUES.c.value, _VALUES.c.tags).where(
        _VALUES.c.name == name, _VALUES.c.at_ms >= low, _VALUES.c.at_ms < high
    )
    return [(at_ms, value) for at_ms, value, tags_of in connection.execute(query) if not tag or tag in (tags_of or ())]


def _cell(row: Any) -> Cell:
    return Cell(row.start_ms, row.n, row.total, row.least, row.most, (row.sketch,))
