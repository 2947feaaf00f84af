"""What changed in a stretch of time, over all prompts: versions saved, labels moved. Reads only."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import aliased

from workbench.prompts.tables import LabelMoveRow, PromptRow, VersionRow

if TYPE_CHECKING:
    from workbench.store import Store


@dataclass(frozen=True)
class SavedVersion:
    """A version that was saved: its reference is `prompt@number`."""

    prompt: str
    number: int
    semantic: str | None
    note: str
    author: str
    hash: str
    created_ms: int


@dataclass(frozen=True)
class MovedLabel:
    """A label of a prompt went from one version to another; None is where it was not set."""

    prompt: str
    label: str
    from_number: int | None
    to_number: int | None
    author: str
    reason: str
    moved_ms: int


def saved(store: "Store", since_ms: int, until_ms: int, *, limit: int = 200) -> list[SavedVersion]:
    """Versions saved in [since_ms, until_ms), oldest first, the newest `limit` of them."""
    held = VersionRow
    columns = (PromptRow.name, held.number, held.semantic, held.note, held.author, held.hash, held.created_ms)
    query = select(*columns).join(PromptRow, PromptRow.id == held.prompt_id)
    query = query.where(held.created_ms >= since_ms, held.created_ms < until_ms).order_by(held.created_ms.desc(), held.id.desc())
    with store.read() as session:
        return [SavedVersion(*row) for row in session.execute(query.limit(limit))][::-1]


def moved(store: "Store", since_ms: int, until_ms: int, *, limit: int = 200) -> list[MovedLabel]:
    """Labels moved in [since_ms, until_ms), oldest first, the newest `limit` of them."""
    before, after, held = aliased(VersionRow), aliased(VersionRow), LabelMoveRow
    columns = (PromptRow.name, held.label, before.number, after.number, held.author, held.reason, held.moved_ms)
    query = select(*columns).join(PromptRow, PromptRow.id == held.prompt_id)
    query = query.outerjoin(before, before.id == held.from_version_id).outerjoin(after, after.id == held.to_version_id)
    query = query.where(held.moved_ms >= since_ms, held.moved_ms < until_ms).order_by(held.moved_ms.desc(), held.id.desc())
    with store.read() as session:
        return [MovedLabel(*row) for row in session.execute(query.limit(limit))][::-1]
