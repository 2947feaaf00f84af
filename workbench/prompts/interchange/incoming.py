"""An import: all of it, or nothing. Versions already there are told, and nothing that is there is changed."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy import update as change
from sqlalchemy.orm import Session

from workbench.errors import InputError, WorkbenchError
from workbench.prompts import labels, names, registry, saving
from workbench.prompts.interchange.base import READERS, About, Found, Parcel, Report, placed
from workbench.prompts.interchange.gathering import gather
from workbench.prompts.records import Version
from workbench.prompts.tables import LabelRow, PromptRow
from workbench.store import Store

_MOST_VERSIONS = 20_000  # they are saved in one transaction, which others wait for
_Key = tuple[str, int | str | None]


def read(source: Path | bytes, filename: str = "", *, name: str | None = None) -> Parcel:
    """What the file, folder or zip holds; nothing is written. `name` is the prompt's where there is only one. Raises InputError."""
    parcel = Parcel()
    place = filename or (source.name if isinstance(source, Path) else "upload")
    files = gather(source, filename, parcel.skipped)
    beside = {file.path: file for file in files}
    for file in files:
        READERS[file.suffix](file, parcel, beside)
    if len(parcel.versions) > _MOST_VERSIONS:
        raise InputError(f"holds more than {_MOST_VERSIONS:,} versions", place=place, hint="Import it in parts.")
    if name is not None:
        _rename(parcel, names.prompt(name))
    if not parcel.versions and not parcel.prompts:
        told = f": {parcel.skipped[0][1]}" if parcel.skipped else ""
        raise InputError(f"holds no prompt{told}", place=place)
    return parcel


def take(store: Store, parcel: Parcel, *, renumber: bool = False, dry_run: bool = False, demo: bool = False) -> Report:
    """Save what the parcel holds, in one transaction. With `renumber` versions get the next free number instead of their own.

    With `dry_run` the report says what would be done. Raises NameTaken where a number is in use by another text.
    """
    with store.write() as session:
        report = _take(session, parcel, renumber=renumber, demo=demo)
        if dry_run:
            session.rollback()
    return report


def _take(session: Session, parcel: Parcel, *, renumber: bool, demo: bool) -> Report:
    taken: list[str] = []
    same: list[str] = []
    skipped = list(parcel.skipped)
    saved: dict[_Key, Version] = {}
    fresh = {name for name in _names(parcel) if saving.locked(session, name) is None}
    for found in sorted(parcel.versions, key=_order):
        entry = replace(found.entry, number=None) if renumber else found.entry
        try:
            one = saving.save(session, found.prompt, entry, demo=demo)
        except WorkbenchError as error:
            raise _told(error, found) from error
        (taken if one.new else same).append(one.version.ref)
        for key in (found.entry.number, found.entry.semantic):
            saved[found.prompt, key] = one.version
    for name, about in parcel.prompts.items():
        prompt = saving.locked(session, name)
        if prompt is None:
            saving.insert_prompt(session, name, {}, demo=demo)
            prompt = registry.held(session, name)
        _describe(session, prompt, about, fresh=name in fresh)
        skipped += _label(session, prompt, about, saved)
    return Report(tuple(taken), tuple(same), tuple(skipped), tuple(parcel.guesses))


def _names(parcel: Parcel) -> set[str]:
    return {found.prompt for found in parcel.versions} | set(parcel.prompts)


def _order(found: Found) -> tuple[Any, ...]:
    """By prompt; numbered versions first, then semantic ones as semver sorts them, then the rest as they stood."""
    entry = found.entry
    if entry.number is not None:
        return found.prompt, 0, entry.number, ()
    if entry.semantic is not None:
        return found.prompt, 1, 0, names.semantic_key(entry.semantic)
    return found.prompt, 2, 0, ()


def _told(error: WorkbenchError, found: Found) -> WorkbenchError:
    if isinstance(error, InputError):
        return placed(error, found.place)
    return type(error)(f"{found.place}: {error.message}", hint=error.hint)


def _describe(session: Session, prompt: Row[Any], about: About, *, fresh: bool) -> None:
    """Fill in what the prompt does not say yet; what a person wrote there stays."""
    told = registry.fields(about.description, about.expected_output, about.variables, about.tags, about.silenced)
    values = {field: value for field, value in told.items() if value and (fresh or not getattr(prompt, field))}
    if values:
        session.execute(change(PromptRow).where(PromptRow.id == prompt.id).values(**values))
    saving.reindex(session, registry.held(session, prompt.name))


def _label(session: Session, prompt: Row[Any], about: About, saved: Mapping[_Key, Version]) -> list[tuple[str, str]]:
    """Set the labels that are not set yet; what was left alone, with the reason."""
    there = set(session.scalars(select(LabelRow.name).where(LabelRow.prompt_id == prompt.id)))
    left = []
    for label, version in about.labels.items():
        place = f"label {label} of {prompt.name}"
        target = saved.get((prompt.name, version))
        if target is None:
            left.append((place, f"version {version} is not in the import"))
        elif label in there:
            now = session.scalar(_number_of(prompt.id, label))
            if now != target.number:
                left.append((place, f"it is at version {now} already, and stays there"))
        else:
            labels.move_within(session, prompt.name, label, target.number, reason="Came with an import")
    return left


def _number_of(prompt_id: int, label: str) -> Any:
    from workbench.prompts.tables import VersionRow

    return (
        select(VersionRow.number)
        .join(LabelRow, LabelRow.version_id == VersionRow.id)
        .where(LabelRow.prompt_id == prompt_id, LabelRow.name == label)
    )


def _rename(parcel: Parcel, name: str) -> None:
    found = _names(parcel)
    if len(found) > 1:
        raise InputError(f"there are {len(found)} prompts, and one name", place="field name", hint="Import them under their own names.")
    parcel.versions = [replace(version, prompt=name) for version in parcel.versions]
    parcel.prompts = dict.fromkeys([name], next(iter(parcel.prompts.values()), About()))
