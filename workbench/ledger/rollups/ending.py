"""Where a range may end: later than was asked for, where no call began since. The hour and the day that are written are one row a series
then, not a row for each minute of them. Reads only.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from workbench.ledger.rollups import marks
from workbench.ledger.rollups.series import DAY, HOUR, MINUTE

_ANY = (
    "SELECT 1 FROM rollup_series s CROSS JOIN rollups r "
    "WHERE s.facet = 'source' AND r.series = s.id AND r.grain = ? AND r.start_ms >= ? AND r.start_ms < ? LIMIT 1"
)
_SQL = {"sqlite": _ANY, "postgresql": _ANY.replace("?", "%s")}


def end(connection: Connection, known: Mapping[str, int], span: tuple[int, int], bucket_ms: int | None, offset_ms: int) -> int:
    """The end of a span, or the end of its hour or day where no call began between the two: what is counted is the same. Never beyond the
    end of its bucket; never where calls or minutes are there no more, for nobody could tell.
    """
    since_ms, until_ms = span
    for grain, finer in ((HOUR, MINUTE), (DAY, HOUR)):
        begun = until_ms - until_ms % finer
        ends_ms = -(-until_ms // grain) * grain
        split = bucket_ms is not None and (bucket_ms % grain or offset_ms % grain)
        known_from = max(known[marks.MINUTES_FROM] if finer == MINUTE else 0, known.get(marks.ROWS_FROM, 0))
        within = until_ms - until_ms % grain >= since_ms  # else there is no row of it that the range could be read from
        if split or not within or begun < known_from or _any(connection, finer, begun, ends_ms):
            break
        until_ms = ends_ms
    return until_ms


def _any(connection: Connection, grain: int, since_ms: int, until_ms: int) -> bool:
    """Whether any call began in there."""
    if since_ms >= until_ms:
        return False
    return connection.exec_driver_sql(_SQL[connection.dialect.name], (grain, since_ms, until_ms)).first() is not None
