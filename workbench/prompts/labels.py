"""Labels: movable names on versions. Every move is kept, with who, when and why; a version never changes by one."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy import delete as erase
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from workbench import clock, settings
from workbench.errors import NotFound
from workbench.prompts import names, reading, saving
from workbench.prompts.records import Move, Version
from workbench.prompts.tables import LabelMoveRow, LabelRow, PromptRow, VersionRow
from workbench.store import Store
from workbench.store.base import storable

__all__ = ["Move", "history", "move", "move_within", "remove", "roll_back"]

_ROLLED_BACK = "Rolled back from version "  # begins the reason of every roll back, so that the next one goes further back


def move(
    store: Store, name: str, label: str, number: int, *, author: str | None = None, reason: str = "", now_ms: int | None = None
) -> Move:
    """The move of `label` to the version `number`. Where it is there already nothing is written, and from and to are equal."""
    with store.write() as session:
        return move_within(session, name, label, number, author=author, reason=reason, now_ms=now_ms)


def move_within(
    session: Session, name: str, label: str, number: int, *, author: str | None = None, reason: str = "", now_ms: int | None = None
) -> Move:
    """`move` inside a transaction of the caller's."""
    label = names.label(label)
    prompt = _held(session, name)
    wanted = select(VersionRow.id).where(VersionRow.prompt_id == prompt.id, VersionRow.number == names.number(number))
    to_id = session.scalar(wanted)
    if to_id is None:
        raise reading.no_version(session, names.Ref(name, number=number))
    return _move(session, prompt, label, (to_id, number), author=author, reason=reason, now_ms=now_ms)


def remove(store: Store, name: str, label: str, *, author: str | None = None, reason: str = "") -> Move:
    """Take `label` off; its history stays. Raises NotFound where it is not set."""
    with store.write() as session:
        prompt = _held(session, name)
        if _now(session, prompt.id, label) is None:
            raise reading.no_version(session, names.Ref(name, label=label))
        return _move(session, prompt, label, None, author=author, reason=reason)


def history(store: Store, name: str, label: str | None = None) -> list[Move]:
    """Every move of `label`, or of all labels of the prompt, the newest first. Raises NotFound where there is no such prompt."""
    with store.read() as session:
        prompt_id = session.scalar(select(PromptRow.id).where(PromptRow.name == storable(name)))
        if prompt_id is None:
            raise reading.no_prompt(session, name)
        return list(reversed(_moves(session, prompt_id, label)))


def roll_back(store: Store, name: str, label: str, *, author: str | None = None, reason: str = "", now_ms: int | None = None) -> Version:
    """The version `label` named before its last move, where it is put back. A second roll back goes one move further back.

    Raises NotFound where there was no earlier version.
    """
    with store.write() as session:
        prompt = _held(session, name)
        past = _past(_moves(session, prompt.id, label))
        if not past or past[-1] is None:
            raise NotFound(
                f"{name} has no earlier version under {label}.", hint=f"`workbench prompts labels {name}` shows where its labels have been."
            )
        now = _now(session, prompt.id, label)
        told = _ROLLED_BACK + (str(now[1]) if now else "none") + (f": {reason}" if reason else "")
        number = past[-1]
        to_id = session.scalar(select(VersionRow.id).where(VersionRow.prompt_id == prompt.id, VersionRow.number == number))
        assert to_id is not None
        _move(session, prompt, label, (to_id, number), author=author, reason=told, now_ms=now_ms)
    return reading.version(store, name, number)


def _held(session: Session, name: str) -> Row[Any]:
    prompt = saving.locked(session, name)
    if prompt is None:
        raise reading.no_prompt(session, name)
    return prompt


def _now(session: Session, prompt_id: int, label: str) -> tuple[int, int] | None:
    """Row and number of the version that `label` names."""
    there = select(VersionRow.id, VersionRow.number).join(LabelRow, LabelRow.version_id == VersionRow.id)
    found = session.execute(there.where(LabelRow.prompt_id == prompt_id, LabelRow.name == storable(label))).first()
    return None if found is None else (found.id, found.number)


def _past(moves: list[Move]) -> list[int | None]:
    """The versions that a label can be rolled back to, the nearest last. `moves` are the oldest first."""
    past: list[int | None] = []
    for step in moves:
        if step.reason.startswith(_ROLLED_BACK) and past:
            past.pop()
        else:
            past.append(step.from_number)
    return past


def _move(
    session: Session,
    prompt: Row[Any],
    label: str,
    to: tuple[int, int] | None,
    *,
    author: str | None,
    reason: str,
    now_ms: int | None = None,
) -> Move:
    now = _now(session, prompt.id, label)
    made = Move(
        label,
        now[1] if now else None,
        to[1] if to else None,
        clock.now_ms() if now_ms is None else now_ms,
        storable(settings.load().user if author is None else author),
        storable(reason),
    )
    if now == to:
        return made
    row = {
        "prompt_id": prompt.id,
        "label": label,
        "from_version_id": now[0] if now else None,
        "to_version_id": to[0] if to else None,
        "moved_ms": made.moved_ms,
        "author": made.author,
        "reason": made.reason,
    }
    session.add(LabelMoveRow(**row))
    _put(session, prompt.id, label, to[0] if to else None)
    return made


def _put(session: Session, prompt_id: int, label: str, version_id: int | None) -> None:
    if version_id is None:
        session.execute(erase(LabelRow).where(LabelRow.prompt_id == prompt_id, LabelRow.name == label))
        return
    make = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    row = make(LabelRow).values(prompt_id=prompt_id, name=label, version_id=version_id)
    session.execute(row.on_conflict_do_update(index_elements=["prompt_id", "name"], set_={"version_id": version_id}))


def _moves(session: Session, prompt_id: int, label: str | None) -> list[Move]:
    """Moves, the oldest first."""
    before, after = aliased(VersionRow), aliased(VersionRow)
    query = (
        select(LabelMoveRow, before.number, after.number)
        .outerjoin(before, before.id == LabelMoveRow.from_version_id)
        .outerjoin(after, after.id == LabelMoveRow.to_version_id)
        .where(LabelMoveRow.prompt_id == prompt_id)
        .order_by(LabelMoveRow.id)
    )
    if label is not None:
        query = query.where(LabelMoveRow.label == storable(label))
    return [Move(row.label, before, after, row.moved_ms, row.author, row.reason) for row, before, after in session.execute(query)]
