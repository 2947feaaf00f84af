"""Edits of a dataset: cases changed, added and removed in one step that can be taken back; splits and tags.

Every edit says which revision it was made on. A stale one changes nothing and raises Conflict with what is there now.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from workbench import clock
from workbench.datasets import cases as shapes
from workbench.datasets import registry
from workbench.datasets.cases import Case, Dataset, NewCase
from workbench.datasets.tables import CaseRow, DatasetRow
from workbench.errors import Conflict, InputError
from workbench.store import Store

_PART = 500  # ids in one statement; databases bound the number of parameters


@dataclass(frozen=True)
class Edits:
    """What to do. `changed` maps a case id to the fields that change (inputs column by column), `added` are cases in JSON
    (`id` and `position` only where an undo brings one back), `removed` are case ids. An undo is made of the same.
    """

    changed: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    added: Sequence[Mapping[str, Any]] = ()
    removed: Sequence[int] = ()


@dataclass(frozen=True)
class Edited:
    """What came of it: the dataset at its new revision, the ids of added cases, and the edits that take it back."""

    dataset: Dataset
    added: tuple[int, ...]
    undo: Edits


def apply_edits(store: Store, name: str, revision: int, edits: Edits | Mapping[str, Any]) -> Edited:
    """Apply `edits` made on `revision`, all or none. Raises Conflict if the dataset has changed since, InputError, NotFound.

    To take them back: `apply_edits(store, name, edited.dataset.revision, edited.undo)`.
    """
    plan = edits if isinstance(edits, Edits) else _read(edits)
    with store.write() as session:
        row = registry.find(session, name, lock=True)
        if row.revision != revision:
            raise Conflict(f"The dataset {name!r} has changed since you opened it.", theirs=registry.dataset(session, row))
        taken_out = _remove(session, row, plan.removed)
        before = _change(session, row, {key: fields for key, fields in plan.changed.items() if key not in set(plan.removed)})
        added = _add(session, row, plan.added)
        if taken_out or before or added:
            _touch(row)
        session.flush()
        return Edited(registry.dataset(session, row), added, Edits(before, taken_out, added))


def set_split(store: Store, name: str, shares: Mapping[str, float], seed: int = 0) -> Dataset:
    """Put every case into one of the splits by chance, in the `shares` given (they sum to 1): the same for the same seed and cases."""
    names = [shapes.split(split, f"split {split!r}") for split in shares]
    if not names or min(shares.values()) < 0 or abs(sum(shares.values()) - 1) > 1e-6:
        raise InputError("the shares of the splits must sum to 1", place="splits", hint="Write for example train=0.8 test=0.2.")
    with store.write() as session:
        row = registry.find(session, name, lock=True)
        ids = list(session.scalars(select(CaseRow.id).where(CaseRow.dataset_id == row.id).order_by(CaseRow.position, CaseRow.id)))
        random.Random(seed).shuffle(ids)  # noqa: S311 (a split, not a secret)
        bounds, total = [0], 0.0
        for share in shares.values():
            total += share
            bounds.append(round(total * len(ids)))
        for split, start, stop in zip(names, bounds[:-1], bounds[1:], strict=True):
            for part in registry.parts(ids[start:stop], _PART):
                session.execute(update(CaseRow).where(CaseRow.id.in_(part)).values(split=split))
        _touch(row)
        return registry.dataset(session, row)


def add_tags(store: Store, name: str, tags: Iterable[str], ids: Sequence[int] | None = None) -> Dataset:
    """Add `tags` to the cases `ids`, to all of them by default."""
    new = shapes.tags(list(tags))
    return _retag(store, name, ids, lambda old: tuple(dict.fromkeys((*old, *new))))


def remove_tags(store: Store, name: str, tags: Iterable[str], ids: Sequence[int] | None = None) -> Dataset:
    """Take `tags` off the cases `ids`, off all of them by default."""
    gone = set(tags)
    return _retag(store, name, ids, lambda old: tuple(tag for tag in old if tag not in gone))


def _read(raw: Mapping[str, Any]) -> Edits:
    if unknown := set(raw) - {"changed", "added", "removed"}:
        raise InputError(f"edits have no part {min(unknown)!r}", place="edits", hint="Parts are changed, added and removed.")
    try:
        changed = {int(key): fields for key, fields in raw.get("changed", {}).items()}
        return Edits(changed, tuple(raw.get("added", ())), tuple(int(key) for key in raw.get("removed", ())))
    except (TypeError, ValueError) as error:
        raise InputError("cases are named by their id, a number", place="edits") from error


def _remove(session: Session, row: DatasetRow, ids: Sequence[int]) -> tuple[Mapping[str, Any], ...]:
    """Remove the cases; what would bring them back."""
    found = tuple(registry.case(case) for case in _rows(session, row, ids))
    for part in registry.parts([case.id for case in found], _PART):
        session.execute(delete_rows(CaseRow).where(CaseRow.id.in_(part)))
    return tuple(_back(case) for case in found)


def _change(session: Session, row: DatasetRow, changed: Mapping[int, Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Change the cases; what would change them back. A case that stays as it was is left out."""
    before: dict[int, Mapping[str, Any]] = {}
    for found in _rows(session, row, list(changed)):
        old = registry.case(found)
        new = _changed(old, changed[old.id])
        values = registry.storable_case(new, row.columns)
        if new == NewCase(old.inputs, old.expected, old.tags, old.split):
            continue
        before[old.id] = shapes.to_json(old)
        for name, value in values.items():
            setattr(found, name, value)
    return before


def _changed(old: Case, fields: Mapping[str, Any]) -> NewCase:
    given = shapes.from_json(fields, f"case {old.position + 1}")
    return NewCase(
        {**old.inputs, **given.inputs},
        given.expected if "expected" in fields else old.expected,
        given.tags if "tags" in fields else old.tags,
        given.split if "split" in fields else old.split,
    )


def _add(session: Session, row: DatasetRow, added: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    last = session.scalar(select(func.max(CaseRow.position)).where(CaseRow.dataset_id == row.id))
    following = 0 if last is None else last + 1
    size = session.scalar(select(func.count()).select_from(CaseRow).where(CaseRow.dataset_id == row.id)) or 0
    if size + len(added) > shapes.MAX_ROWS:
        raise InputError(f"a dataset takes {shapes.MAX_ROWS:,} cases", place="edits")
    taken = _taken(session, row, added)
    new: list[CaseRow] = []
    for number, raw in enumerate(added, 1):
        fields = {key: value for key, value in raw.items() if key not in {"id", "position"}}
        values = registry.storable_case(shapes.from_json(fields, f"added case {number}"), row.columns)
        # A case that comes back takes its old place, unless a newer one stands there: two in one place would hide one from paging.
        position = None if raw.get("position") in taken else raw.get("position")
        case = CaseRow(dataset_id=row.id, position=following if position is None else position, **values)
        if raw.get("id") is not None and session.get(CaseRow, raw["id"]) is None:
            case.id = raw["id"]  # a case that comes back is the same case, unless its id was given away meanwhile
        following += position is None
        new.append(case)
    session.add_all(new)
    session.flush()
    return tuple(case.id for case in new)


def _taken(session: Session, row: DatasetRow, added: Sequence[Mapping[str, Any]]) -> set[int]:
    """Which of the places that the added cases ask for are not free."""
    asked = [raw["position"] for raw in added if raw.get("position") is not None]
    parts = [
        session.scalars(select(CaseRow.position).where(CaseRow.dataset_id == row.id, CaseRow.position.in_(part)))
        for part in registry.parts(asked, _PART)
    ]
    return {place for part in parts for place in part}


def _rows(session: Session, row: DatasetRow, ids: Sequence[int]) -> list[CaseRow]:
    """The cases, in order. Raises InputError where one is not of this dataset."""
    possible = [key for key in dict.fromkeys(ids) if 0 < key < 2**63]
    found = [
        case
        for part in registry.parts(possible, _PART)
        for case in session.scalars(select(CaseRow).where(CaseRow.dataset_id == row.id, CaseRow.id.in_(part)))
    ]
    if missing := set(ids) - {case.id for case in found}:
        raise InputError(f"{row.name!r} has no case with the id {min(missing)}", place="edits", hint="Reload the dataset.")
    return sorted(found, key=lambda case: (case.position, case.id))


def _back(case: Case) -> dict[str, Any]:
    return {"id": case.id, "position": case.position, **shapes.to_json(case)}


def _touch(row: DatasetRow) -> None:
    row.revision += 1
    row.updated_ms = clock.now_ms()


def _retag(store: Store, name: str, ids: Sequence[int] | None, change: Callable[[Sequence[str]], tuple[str, ...]]) -> Dataset:
    with store.write() as session:
        row = registry.find(session, name, lock=True)
        of = CaseRow.dataset_id == row.id
        found = (
            session.execute(select(CaseRow.id, CaseRow.tags).where(of))
            if ids is None
            else ((c.id, c.tags) for c in _rows(session, row, ids))
        )
        new = [{"id": key, "tags": list(change(tags))} for key, tags in found if list(change(tags)) != list(tags)]
        if new:
            session.execute(update(CaseRow), new)
            _touch(row)
        return registry.dataset(session, row)
