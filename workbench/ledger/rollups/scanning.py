"""Sums of calls narrowed by what no sum is kept by, a user or a tag: a scan of the calls, bounded, that says how far it came."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, false, func, or_, select

from workbench.ledger.rollups import ranges, raw
from workbench.ledger.rollups.cells import Cell
from workbench.ledger.rollups.found import Found, Values
from workbench.ledger.rollups.keeping import CALLS
from workbench.ledger.rollups.ranges import RAW, Filters, Piece
from workbench.ledger.rollups.raw import Question
from workbench.store import Store

MOST = 200_000


class RawFilters(Filters, total=False):
    """What a scan may be narrowed by besides: a user, a tag, or several of which any will do."""

    user: str | tuple[str, ...]
    tag: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The sums of the `scanned` newest calls of the range. Where it holds more (`complete` is False), those from `reached_ms` on."""

    cells: list[Cell]
    complete: bool
    reached_ms: int
    scanned: int


def read_raw(
    store: Store,
    since_ms: int,
    until_ms: int,
    *,
    by: Collection[str] = (),
    bucket_ms: int | None = None,
    offset_ms: int = 0,
    filters: RawFilters | None = None,
    most: int = MOST,
) -> Result:
    """`read` out of the calls themselves, narrowed by `user` and `tag` too: of the newest `most` calls of the range, or of the users'
    in it. Raises InputError.
    """
    by = tuple(by)
    ranges.check(by, bucket_ms, offset_ms)
    asked = ranges.asked(filters or {}, ("user", "tag"))
    question = Question(by, bucket_ms, offset_ms, {name: values for name, values in asked.items() if name not in ("user", "tag")})
    found = Found()
    with store.read() as session:
        connection = session.connection(execution_options={} if store.is_sqlite else {"isolation_level": "REPEATABLE READ"})
        of_user = [CALLS.c.user_name.in_(asked["user"])] if "user" in asked else []
        in_range = CALLS.c.started_ms >= since_ms, CALLS.c.started_ms < until_ms
        newest = select(CALLS.c.started_ms).where(*in_range, *of_user).order_by(CALLS.c.started_ms.desc()).limit(most + 1).subquery()
        n, oldest = connection.execute(select(func.count(), func.min(newest.c.started_ms))).one()
        complete = n <= most
        reached_ms = since_ms if complete else oldest + 1
        narrowed = [*of_user, *_tagged(connection, asked)]
        raw.add(found, connection, Piece(RAW, reached_ms, until_ms), question, narrowed, by_time="user" not in asked)
    cells = found.cells(by)
    return Result(cells or ([] if by or bucket_ms else [Cell()]), complete, reached_ms, min(n, most))


def _tagged(connection: Connection, asked: Mapping[str, Values]) -> list[ColumnElement[bool]]:
    if "tag" not in asked:
        return []
    each = func.json_each(CALLS.c.tags) if connection.dialect.name == "sqlite" else func.json_array_elements_text(CALLS.c.tags)
    tag = each.table_valued("value")
    return [or_(false(), select(tag.c.value).where(tag.c.value.in_(asked["tag"])).exists())]
