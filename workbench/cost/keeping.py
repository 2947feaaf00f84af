"""Scenarios in the store: named, with a history of versions that never change. Owns no arithmetic and no reading of documents.

Saving what the latest version says already makes no new one. Going back to something older does: what is opened is the latest, and
a scenario has no label that could be moved instead. Nothing is deleted: what is archived can be restored.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workbench import clock, settings
from workbench.cost import checking, document
from workbench.cost.fields import NAME, NOTE
from workbench.cost.forms import At, near
from workbench.cost.model import Scenario
from workbench.cost.tables import ScenarioRow, ScenarioVersionRow
from workbench.errors import NameTaken, NotFound
from workbench.store import Store
from workbench.store.base import storable

_LAST = 2**31 - 1  # what the column of numbers holds


@dataclass(frozen=True)
class Kept:
    """A version of a scenario. `new` is False where saving found that the latest version says the same."""

    name: str
    number: int
    scenario: Scenario
    created_ms: int
    note: str = ""
    new: bool = True


@dataclass(frozen=True)
class Listing:
    """A scenario in a list: how many versions it has (`latest` is the highest number), and when it was archived, if it is."""

    name: str
    latest: int
    note: str  # of the latest version
    created_ms: int
    updated_ms: int
    archived_ms: int | None = None


def save(store: Store, scenario: Scenario, note: str = "", *, now_ms: int | None = None) -> Kept:
    """The scenario as the latest version under its name, which is created where it is absent and leaves the archive where it was in it.

    Raises InputError where the scenario cannot be.
    """
    checking.check(scenario)
    NOTE.check(note, At("note"))
    now_ms = clock.now_ms() if now_ms is None else now_ms
    written, digest = document.to_json(scenario), content_hash(scenario)
    with store.write() as session:
        row = _made(session, scenario.name, now_ms)
        row.archived_ms = None
        latest = session.scalar(_versions(row).limit(1))
        if latest is not None and latest.content_hash == digest:
            return _kept(row, latest, new=False)
        number = 1 if latest is None else latest.number + 1
        version = ScenarioVersionRow(scenario_id=row.id, number=number, document=written, content_hash=digest, note=note, created_ms=now_ms)
        session.add(version)
        row.updated_ms = now_ms
        session.flush()
        return _kept(row, version)


def load(store: Store, name: str, number: int | None = None) -> Kept:
    """A version of the scenario, by default the latest; archived ones too. Raises NotFound, naming what is near."""
    with store.read() as session:
        row = _find(session, name)
        asked = _versions(row)
        if number is not None:
            asked = asked.where(ScenarioVersionRow.number == max(0, min(number, _LAST)))
        found = session.scalar(asked.limit(1))
        if found is None:
            latest = session.scalar(_versions(row).limit(1))
            raise NotFound(f"{name} has no version {number}.", hint=f"Its latest is {latest.number if latest else 0}.")
        return _kept(row, found)


def versions(store: Store, name: str) -> tuple[Kept, ...]:
    """Every version, the latest first. Raises NotFound."""
    with store.read() as session:
        row = _find(session, name)
        return tuple(_kept(row, version) for version in session.scalars(_versions(row)))


def page(store: Store, *, search: str = "", after: str = "", limit: int = 50, archived: bool = False) -> list[Listing]:
    """Scenarios by name, the ones after `after`; those in the archive with `archived`, else the others."""
    latest = func.max(ScenarioVersionRow.number).label("latest")
    newest = select(ScenarioVersionRow.scenario_id, latest).group_by(ScenarioVersionRow.scenario_id).subquery()
    query = (
        select(ScenarioRow, ScenarioVersionRow.number, ScenarioVersionRow.note)
        .join(newest, newest.c.scenario_id == ScenarioRow.id)
        .join(ScenarioVersionRow, (ScenarioVersionRow.scenario_id == ScenarioRow.id) & (ScenarioVersionRow.number == newest.c.latest))
        .where(ScenarioRow.name > after, ScenarioRow.archived_ms.is_not(None) if archived else ScenarioRow.archived_ms.is_(None))
    )
    if search.strip():
        query = query.where(ScenarioRow.name.icontains(search.strip(), autoescape=True))
    with store.read() as session:
        return [_listing(row, number, note) for row, number, note in session.execute(query.order_by(ScenarioRow.name).limit(limit))]


def rename(store: Store, name: str, new_name: str) -> Listing:
    """The scenario under its new name, all versions with it. Raises NameTaken."""
    new_name = NAME.read(new_name, At("name"))
    try:
        with store.write() as session:
            row = _find(session, name)
            row.name, row.updated_ms = new_name, clock.now_ms()
            session.flush()
            return _told(session, row)
    except IntegrityError as error:
        raise NameTaken(f"There is a scenario {new_name!r} already.") from error


def archive(store: Store, name: str) -> Listing:
    """The scenario, taken out of the list; `restore` brings it back."""
    return _archive(store, name, clock.now_ms())


def restore(store: Store, name: str) -> Listing:
    """The scenario, back in the list."""
    return _archive(store, name, None)


def shipped() -> tuple[Scenario, ...]:
    """The examples that come with the program, by file name."""
    return tuple(document.read(path) for path in shipped_files().values())


def shipped_files() -> dict[str, Path]:
    """The examples' files by what the command line calls them: support_assistant."""
    return {path.stem: path for path in sorted((settings.app_root() / "data" / "demo").glob("*.yaml"))}


def content_hash(scenario: Scenario) -> str:
    """A sha256 of what the scenario says, its name left out: equal for scenarios that come to the same, whatever the order of levers."""
    said: dict[str, Any] = document.to_json(replace(scenario, name="-"))
    said["levers"] = sorted(said.get("levers", []), key=lambda lever: next(iter(lever)))
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _made(session: Session, name: str, now_ms: int) -> ScenarioRow:
    """The row of that name, held until the transaction ends. Two who create it at once: the second waits here, then finds it."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(make(ScenarioRow).values(name=name, created_ms=now_ms, updated_ms=now_ms).on_conflict_do_nothing())
    return session.scalars(select(ScenarioRow).where(ScenarioRow.name == name).with_for_update()).one()


def _find(session: Session, name: str) -> ScenarioRow:
    row = session.scalar(select(ScenarioRow).where(ScenarioRow.name == storable(name.strip())))
    if row is None:
        names = session.scalars(
            select(ScenarioRow.name).where(ScenarioRow.archived_ms.is_(None)).order_by(ScenarioRow.name).limit(200)
        ).all()
        there = f"Scenarios: {', '.join(names[:20])}." if names else "None is saved yet: `workbench cost scenarios save FILE` saves one."
        raise NotFound(f"There is no scenario {name[:200]!r}.", hint=near(name, names) + there)
    return row


def _versions(row: ScenarioRow) -> Select[ScenarioVersionRow]:
    return select(ScenarioVersionRow).where(ScenarioVersionRow.scenario_id == row.id).order_by(ScenarioVersionRow.number.desc())


def _archive(store: Store, name: str, at_ms: int | None) -> Listing:
    with store.write() as session:
        row = _find(session, name)
        row.archived_ms = at_ms
        return _told(session, row)


def _told(session: Session, row: ScenarioRow) -> Listing:
    latest = session.scalars(_versions(row).limit(1)).one()
    return _listing(row, latest.number, latest.note)


def _listing(row: ScenarioRow, latest: int, note: str) -> Listing:
    return Listing(row.name, latest, note, row.created_ms, row.updated_ms, row.archived_ms)


def _kept(row: ScenarioRow, version: ScenarioVersionRow, *, new: bool = True) -> Kept:
    """A version with the name that the scenario has now, whatever it was called when it was saved."""
    scenario = replace(document.from_json({**version.document, "name": "-"}), name=row.name)
    return Kept(row.name, version.number, scenario, version.created_ms, version.note, new=new)
