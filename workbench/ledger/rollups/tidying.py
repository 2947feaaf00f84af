"""Takes out of the sums what need not be kept: minutes that are over, rare users and tags of past days, series of nothing."""

from sqlalchemy import delete, exists, func, select

from workbench.ledger.rollups import busiest, keeping, marks
from workbench.ledger.rollups.keeping import ROLLUPS, SERIES
from workbench.ledger.rollups.series import DAY, GRAINS
from workbench.ledger.tables import TopDayRow
from workbench.store import Store

KEEP = 1_000  # users and tags of a day


def tidy(store: Store, now_ms: int, keep: int = KEEP) -> int:
    """Drop the minutes of more than three days ago, and keep the busiest users and tags of each day that is over; how many were put
    together with the rest of their day.
    """
    today_ms = now_ms - now_ms % DAY
    crowded = (
        select(TopDayRow.kind, TopDayRow.day_ms)
        .where(TopDayRow.day_ms < today_ms, TopDayRow.value != busiest.REST)
        .group_by(TopDayRow.kind, TopDayRow.day_ms)
        .having(func.count() > keep)
    )
    with store.write() as session:
        connection = session.connection()
        keeping.lock(connection)
        if marks.MINUTES_FROM in marks.read(connection):
            keeping.drop_minutes(connection, now_ms)
        days = connection.execute(crowded).all()
    together = 0
    for kind, day_ms in days:
        with store.write() as session:
            connection = session.connection()
            keeping.lock(connection)
            together += busiest.prune(connection, day_ms, kind, keep)
    return together


def drop_series(store: Store) -> int:
    """Forget series that no row is of any more; how many."""
    held = exists().where(ROLLUPS.c.grain.in_(GRAINS), ROLLUPS.c.series == SERIES.c.id)
    with store.write() as session:
        connection = session.connection()
        keeping.lock(connection)
        return connection.execute(delete(SERIES).where(~held)).rowcount
