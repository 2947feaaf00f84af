"""Leases: who is at work on what, so that an app and a command can share one store. A lease that is not renewed is free."""

from sqlalchemy import BigInteger, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from workbench.store.base import Base
from workbench.store.engine import Store

HEARTBEAT_MS = 5_000
EXPIRES_MS = 15_000


class LeaseRow(Base):
    """One row a name: the owner, and when it last said that it lives."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    owner: Mapped[str] = mapped_column(String(200))
    heartbeat_ms: Mapped[int] = mapped_column(BigInteger)


_INSERT = text("INSERT INTO leases (name, owner, heartbeat_ms) VALUES (:name, :owner, :heartbeat_ms) ON CONFLICT DO NOTHING")


def acquire(store: Store, name: str, owner: str, now_ms: int) -> bool:
    """Whether `owner` now holds `name`: it was free, expired, or already its own. Renews the heartbeat."""
    with store.write() as session:
        # Two takers of a free name: one inserts, the other finds the row; the row's lock then makes them take turns.
        session.execute(_INSERT, {"name": name, "owner": owner, "heartbeat_ms": now_ms})
        row = session.get_one(LeaseRow, name, with_for_update=True)
        if row.owner != owner and row.heartbeat_ms > now_ms - EXPIRES_MS:
            return False
        row.owner, row.heartbeat_ms = owner, now_ms
        return True


def release(store: Store, name: str, owner: str) -> None:
    """Free `name` if `owner` holds it."""
    with store.write() as session:
        row = session.get(LeaseRow, name)
        if row is not None and row.owner == owner:
            session.delete(row)


def holder(store: Store, name: str, now_ms: int) -> str | None:
    """Who holds `name` now; None where nobody does or the lease has expired."""
    with store.read() as session:
        row = session.get(LeaseRow, name)
        return row.owner if row is not None and row.heartbeat_ms > now_ms - EXPIRES_MS else None


def held(store: Store, now_ms: int) -> list[str]:
    """Names of every lease that somebody holds now."""
    with store.read() as session:
        alive = select(LeaseRow.name).where(LeaseRow.heartbeat_ms > now_ms - EXPIRES_MS)
        return list(session.scalars(alive.order_by(LeaseRow.name)))
