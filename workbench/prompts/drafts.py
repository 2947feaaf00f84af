"""Work that is not a version yet, kept across reload and page switch. Owns the drafts table; knows nothing of what a draft holds."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete as erase
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from workbench import clock
from workbench.errors import InputError
from workbench.prompts.tables import DraftRow
from workbench.store import Store
from workbench.store.base import storable


@dataclass(frozen=True)
class Draft:
    """What was written and not saved. `base_version` is the latest number the writer had seen when the draft began."""

    kind: str
    key: str
    content: dict[str, Any]
    base_version: int | None
    updated_ms: int


def save(store: Store, kind: str, key: str, content: dict[str, Any], base_version: int | None = None, *, now_ms: int | None = None) -> None:
    """Keep `content` as the draft `key`; what was there is replaced."""
    _check(kind, key)
    at_ms = clock.now_ms() if now_ms is None else now_ms
    row = {"kind": kind, "key": storable(key), "content": content, "base_version": base_version, "updated_ms": at_ms}
    make = (sqlite if store.is_sqlite else postgresql).insert
    changed = {name: row[name] for name in ("content", "base_version", "updated_ms")}
    with store.write() as session:
        session.execute(make(DraftRow).values(row).on_conflict_do_update(index_elements=["kind", "key"], set_=changed))


def load(store: Store, kind: str, key: str) -> Draft | None:
    """The draft, or None."""
    with store.read() as session:
        found = session.execute(select(*DraftRow.__table__.columns).where(DraftRow.kind == kind, DraftRow.key == storable(key))).first()
    return None if found is None else Draft(found.kind, found.key, found.content, found.base_version, found.updated_ms)


def discard(store: Store, kind: str, key: str) -> bool:
    """Remove the draft; whether there was one."""
    with store.write() as session:
        gone = erase(DraftRow).where(DraftRow.kind == kind, DraftRow.key == storable(key)).returning(DraftRow.key)
        return session.scalar(gone) is not None


def keys(store: Store, kind: str) -> list[str]:
    """Keys of the drafts of a kind, the newest first."""
    with store.read() as session:
        mine = select(DraftRow.key).where(DraftRow.kind == kind)
        return list(session.scalars(mine.order_by(DraftRow.updated_ms.desc(), DraftRow.key)))


def _check(kind: str, key: str) -> None:
    if not 1 <= len(kind) <= 40 or not 1 <= len(key) <= 200:
        raise InputError("a draft is kept under a kind of 1 to 40 and a key of 1 to 200 characters", place="draft")
