"""Plans in the store: named, with what each was at its last saves, so that a save can be taken back. Owns the tables of plans.

A save says which state it was made on; where somebody saved meanwhile it is refused and nothing is overwritten.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workbench import clock
from workbench.errors import Conflict, InputError, NameTaken, NotFound
from workbench.export.plans import model
from workbench.export.plans.model import Plan
from workbench.export.tables import PlanRow, PlanVersionRow
from workbench.store import Store
from workbench.store.base import storable

KEPT = 100  # earlier states of a plan
_NEAR = 20
_PLACE = "field "


@dataclass(frozen=True)
class Kept:
    """A plan as it is kept. `number` grows with every change; `earlier` is how many states can be gone back to; `id` is its row."""

    plan: Plan
    number: int
    created_ms: int
    updated_ms: int
    earlier: int = 0
    id: int = 0


@dataclass(frozen=True)
class Listing:
    """A plan in a list."""

    name: str
    owner: str
    tasks: int
    done: int
    metrics: int
    updated_ms: int


def create(store: Store, plan: Plan, *, now_ms: int | None = None) -> Kept:
    """The plan, kept as a new one. Raises NameTaken, InputError."""
    plan, now_ms = model.checked(plan), clock.now_ms() if now_ms is None else now_ms
    with _free(plan.name), store.write() as session:
        row = PlanRow(name=plan.name, body=model.to_json(plan), number=1, created_ms=now_ms, updated_ms=now_ms)
        session.add(row)
        session.flush()
        return _kept(session, row)


def load(store: Store, name: str) -> Kept:
    """The plan of that name. Raises NotFound."""
    with store.read() as session:
        return _kept(session, _find(session, name))


def save(store: Store, plan: Plan, number: int, *, now_ms: int | None = None) -> Kept:
    """The plan in place of its state `number`; what it was can be gone back to. What says the same changes nothing.

    Raises Conflict with what is there now (`Kept`) where somebody saved meanwhile, NotFound, InputError.
    """
    plan, now_ms = model.checked(plan), clock.now_ms() if now_ms is None else now_ms
    with store.write() as session:
        row = _find(session, plan.name, lock=True)
        body = model.to_json(plan)
        if row.body == body:
            return _kept(session, row)
        if row.number != number:
            raise Conflict(f"Somebody changed the plan {row.name} since you opened it.", theirs=_kept(session, row))
        _step(session, row, body, now_ms)
        return _kept(session, row)


def undo(store: Store, name: str, number: int, *, now_ms: int | None = None) -> Kept:
    """The plan as it was before its last save; pressed again, before the one before. Raises Conflict, NotFound."""
    with store.write() as session:
        row = _find(session, name, lock=True)
        if row.number != number:
            raise Conflict(f"Somebody changed the plan {row.name} since you opened it.", theirs=_kept(session, row))
        last = session.scalar(
            select(PlanVersionRow).where(PlanVersionRow.plan_id == row.id).order_by(PlanVersionRow.number.desc()).limit(1)
        )
        if last is None:
            raise NotFound(f"The plan {row.name} was not changed since it was made.", hint="There is nothing to take back.")
        row.body = {**last.body, "name": row.name}
        row.number, row.updated_ms = row.number + 1, clock.now_ms() if now_ms is None else now_ms
        session.delete(last)
        session.flush()
        return _kept(session, row)


def rename(store: Store, name: str, new_name: str) -> Kept:
    """The plan under another name. Raises NameTaken, NotFound, InputError."""
    new_name = model.checked(Plan(new_name)).name
    with _free(new_name), store.write() as session:
        row = _find(session, name, lock=True)
        row.name, row.body = new_name, {**row.body, "name": new_name}
        row.number, row.updated_ms = row.number + 1, clock.now_ms()
        session.flush()
        return _kept(session, row)


def duplicate(store: Store, name: str, new_name: str) -> Kept:
    """A copy of the plan as it is now, under another name. Raises NameTaken, NotFound, InputError."""
    return create(store, replace(load(store, name).plan, name=new_name))


def remove(store: Store, name: str) -> None:
    """Remove the plan and what it was. Raises NotFound."""
    with store.write() as session:
        row = _find(session, name, lock=True)
        session.execute(delete(PlanVersionRow).where(PlanVersionRow.plan_id == row.id))
        session.delete(row)


def page(store: Store, *, search: str = "", after: str = "", limit: int = 50) -> list[Listing]:
    """Plans by name, those behind the name `after`."""
    query = select(PlanRow).where(PlanRow.name > storable(after))
    if words := storable(search.strip()):
        query = query.where(PlanRow.name.icontains(words, autoescape=True))
    with store.read() as session:
        return [_listing(row) for row in session.scalars(query.order_by(PlanRow.name).limit(limit))]


def count(store: Store) -> int:
    """How many plans there are."""
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(PlanRow)) or 0


def free_name(store: Store, wanted: str) -> str:
    """`wanted`, or `wanted (2)` and so on where it is taken."""
    with store.read() as session:
        for number in range(1, 1_000):
            ending = "" if number == 1 else f" ({number})"
            name = wanted[: model.NAME - len(ending)] + ending
            if session.scalar(select(PlanRow.id).where(PlanRow.name == name)) is None:
                return name
    raise NameTaken(f"There are many plans called {wanted!r} already.")


def to_yaml(plan: Plan) -> str:
    """The plan as a person would write it."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def represent_str(self, data: str) -> Any:
            """Several lines as a block, where that can be read back."""
            style = "|" if "\n" in data and not any(c in data for c in "\r\t\x85\u2028\u2029\ufeff") and " \n" not in data else None
            return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Dumper.add_representer(str, Dumper.represent_str)
    return str(yaml.dump(model.to_json(plan), Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10**6))


def to_text(plan: Plan, *, as_json: bool = False) -> str:
    """The plan as a file: YAML, or JSON."""
    return json.dumps(model.to_json(plan), ensure_ascii=False, indent=2) + "\n" if as_json else to_yaml(plan)


def from_text(text: str) -> Plan:
    """The plan of a YAML or JSON text. Raises InputError with line and place."""
    from workbench.cost import parsing

    raw, lines = parsing.from_yaml(text)
    try:
        return model.from_json(raw)
    except InputError as error:
        place = error.place.removeprefix(_PLACE)
        while place and place not in lines:
            place = place.rpartition(".")[0]
        if not error.place or not place:
            raise
        said = error.message.removeprefix(f"{error.place}: ")
        raise InputError(said, place=f"line {lines[place]}, {error.place}", hint=error.hint) from None


def read(path: Path) -> Plan:
    """The plan of a file. Raises InputError that names the file."""
    from workbench.cost import parsing

    try:
        if path.stat().st_size > parsing.MOST_BYTES:
            raise InputError(f"is larger than {parsing.MOST_BYTES:,} bytes", place=str(path))
        return from_text(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", place=str(path), hint="Check the path.") from None
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", place=str(path), hint="Save it as UTF-8.") from None
    except InputError as error:
        if error.place == str(path):
            raise
        said = error.message.removeprefix(f"{error.place}: ") if error.place else error.message
        raise InputError(said, place=f"{path}, {error.place}" if error.place else str(path), hint=error.hint) from None


@contextmanager
def _free(name: str) -> Iterator[None]:
    """Around a write: a name that is taken is said to be."""
    try:
        yield
    except IntegrityError as error:
        raise NameTaken(f"There is a plan {name!r} already.") from error


def _step(session: Session, row: PlanRow, body: dict[str, Any], now_ms: int) -> None:
    """Put `body` in place of what the row holds, which becomes an earlier state; the oldest ones go."""
    session.add(PlanVersionRow(plan_id=row.id, number=row.number, body=row.body, saved_ms=row.updated_ms))
    row.body, row.number, row.updated_ms = body, row.number + 1, now_ms
    session.flush()
    kept = select(PlanVersionRow.number).where(PlanVersionRow.plan_id == row.id).order_by(PlanVersionRow.number.desc())
    oldest = session.scalar(kept.offset(KEPT).limit(1))
    if oldest is not None:
        session.execute(delete(PlanVersionRow).where(PlanVersionRow.plan_id == row.id, PlanVersionRow.number <= oldest))


def _find(session: Session, name: str, *, lock: bool = False) -> PlanRow:
    query = select(PlanRow).where(PlanRow.name == storable(name.strip()))
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        names = session.scalars(select(PlanRow.name).order_by(PlanRow.name).limit(_NEAR)).all()
        hint = f"Plans: {', '.join(names)}." if names else "None is kept yet: the Plans page starts one, or `workbench plans new`."
        raise NotFound(f"There is no plan {name[:200]!r}.", hint=hint)
    return row


def _kept(session: Session, row: PlanRow) -> Kept:
    earlier = session.scalar(select(func.count()).select_from(PlanVersionRow).where(PlanVersionRow.plan_id == row.id)) or 0
    return Kept(model.from_json({**row.body, "name": row.name}), row.number, row.created_ms, row.updated_ms, earlier, row.id)


def _listing(row: PlanRow) -> Listing:
    tasks = row.body.get("tasks", [])
    done = sum(bool(task.get("done")) for task in tasks)
    return Listing(row.name, str(row.body.get("owner", "")), len(tasks), done, len(row.body.get("metrics", [])), row.updated_ms)
