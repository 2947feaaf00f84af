"""What the registry holds, read: prompts, versions, references. Every missing thing is NotFound with what exists in its hint."""

import difflib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select, text
from sqlalchemy.orm import Session

from workbench.errors import NotFound
from workbench.prompts import names
from workbench.prompts.content import Content
from workbench.prompts.names import Ref, parse_ref
from workbench.prompts.records import Prompt, Variable, Version
from workbench.prompts.search import matching
from workbench.prompts.tables import LabelRow, PromptRow, VersionRow
from workbench.store import Store
from workbench.store.base import storable

_LATEST = select(func.max(VersionRow.number)).where(VersionRow.prompt_id == PromptRow.id).correlate(PromptRow).scalar_subquery()
_PROMPT = select(*PromptRow.__table__.columns, _LATEST.label("latest"))
_VERSION = select(PromptRow.name.label("prompt"), *VersionRow.__table__.columns).join_from(
    PromptRow, VersionRow, VersionRow.prompt_id == PromptRow.id
)
_BY_NAME = _VERSION.where(PromptRow.name == bindparam("name"))
_BY_NUMBER = _BY_NAME.where(VersionRow.number == bindparam("number"))
_BY_LABEL = _BY_NAME.join(LabelRow, LabelRow.version_id == VersionRow.id).where(LabelRow.name == bindparam("label"))
_BY_SEMANTIC = _BY_NAME.where(VersionRow.semantic == bindparam("semantic"))
_NEWEST = _BY_NAME.order_by(VersionRow.number.desc()).limit(1)
_TAGGED = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(prompts.tags) AS tag WHERE tag.value = :tag)",
    "postgresql": "EXISTS (SELECT 1 FROM json_array_elements_text(prompts.tags) AS tag(value) WHERE tag.value = :tag)",
}


def get(store: Store, name: str) -> Prompt:
    """The prompt called `name`. Raises NotFound."""
    with store.read() as session:
        found = _prompts(session, _PROMPT.where(PromptRow.name == storable(name)))
        if not found:
            raise no_prompt(session, name)
    return found[0]


def page(
    store: Store,
    *,
    search: str = "",
    folder: str = "",
    tag: str = "",
    label: str = "",
    archived: bool = False,
    after: str = "",
    limit: int = 50,
) -> list[Prompt]:
    """Prompts by name, at most `limit` of them, beginning behind the name `after`; the archived ones alone with `archived`."""
    query = _PROMPT.where(PromptRow.archived_ms.is_not(None) if archived else PromptRow.archived_ms.is_(None))
    if folder := storable(folder).strip("/"):
        query = query.where(func.substr(PromptRow.name, 1, len(folder) + 1) == folder + "/")
    if label:
        carrying = select(LabelRow.prompt_id).where(LabelRow.prompt_id == PromptRow.id, LabelRow.name == storable(label))
        query = query.where(carrying.correlate(PromptRow).exists())
    if after:
        query = query.where(PromptRow.name > storable(after))
    with store.read() as session:
        if tag:
            query = query.where(text(_TAGGED[session.get_bind().dialect.name]).bindparams(tag=storable(tag)))
        if search.strip():
            query = query.where(matching(session, search))
        return _prompts(session, query.order_by(PromptRow.name).limit(limit))


def folders(store: Store) -> list[str]:
    """Every folder that holds a prompt which is not archived, and the folders around it, sorted."""
    with store.read() as session:
        found = session.scalars(select(PromptRow.name).where(PromptRow.archived_ms.is_(None), PromptRow.name.contains("/")))
        parts = [name.split("/")[:-1] for name in found]
    return sorted({"/".join(part[: n + 1]) for part in parts for n in range(len(part))})


def tags(store: Store) -> list[str]:
    """Every tag of a prompt that is not archived, sorted."""
    with store.read() as session:
        found = session.scalars(select(PromptRow.tags).where(PromptRow.archived_ms.is_(None)))
        return sorted({tag for row in found for tag in row})


def label_names(store: Store) -> list[str]:
    """Every label that is set somewhere, sorted."""
    with store.read() as session:
        return sorted(session.scalars(select(LabelRow.name).distinct()))


def version(store: Store, name: str, number: int | None = None, label: str | None = None) -> Version:
    """The version by number or by label, the latest where both are None. Raises NotFound; nothing is fallen back to."""
    return _version(store, Ref(name, number=number, label=label))


def resolve(store: Store, ref: str) -> Version:
    """The version that `intent@3`, `intent@production`, `intent@1.10.0` or `intent` means. Raises InputError, NotFound."""
    return _version(store, parse_ref(ref))


def versions(store: Store, name: str, *, after: int | None = None, limit: int = 50) -> list[Version]:
    """Versions newest first, at most `limit`, beginning below the number `after`. Raises NotFound where there is no such prompt."""
    query = _BY_NAME.order_by(VersionRow.number.desc()).limit(limit)
    if after is not None:
        query = query.where(VersionRow.number < min(after, names.HIGHEST_NUMBER + 1))
    with store.read() as session:
        rows = session.execute(query, {"name": storable(name)}).all()
        if not rows and session.scalar(select(PromptRow.id).where(PromptRow.name == storable(name))) is None:
            raise no_prompt(session, name)
    return [of_row(row) for row in rows]


def of_row(row: Row[Any]) -> Version:
    """The version in a row that has every column of a version and the prompt's name as `prompt`."""
    return Version(
        prompt=row.prompt,
        number=row.number,
        semantic=row.semantic,
        content=Content.from_json(row.content),
        extra=row.extra,
        note=row.note,
        author=row.author,
        hash=row.hash,
        created_ms=row.created_ms,
        id=row.id,
    )


def _version(store: Store, ref: Ref) -> Version:
    if ref.number is not None and ref.label is not None:
        raise ValueError("a version is named by its number or by a label, not by both")
    with store.read() as session:
        row = session.execute(*_lookup(ref)).first()
        if row is None:
            raise no_version(session, ref)
    return of_row(row)


def _lookup(ref: Ref) -> tuple[Select[Any], dict[str, Any]]:
    name = storable(ref.name)
    if ref.label is not None:
        return _BY_LABEL, {"name": name, "label": storable(ref.label)}
    if ref.number is not None:
        # PostgreSQL's integers end at 2^31; a number nobody can have is not there, which is no error of the database.
        return _BY_NUMBER, {"name": name, "number": ref.number if 0 < ref.number <= names.HIGHEST_NUMBER else 0}
    if ref.semantic is not None:
        return _BY_SEMANTIC, {"name": name, "semantic": ref.semantic}
    return _NEWEST, {"name": name}


def _prompts(session: Session, query: Select[Any]) -> list[Prompt]:
    rows = session.execute(query).all()
    moved: dict[int, dict[str, int]] = {row.id: {} for row in rows}
    if rows:
        labelled = select(LabelRow.prompt_id, LabelRow.name, VersionRow.number).join(VersionRow, VersionRow.id == LabelRow.version_id)
        for prompt_id, label, number in session.execute(labelled.where(LabelRow.prompt_id.in_(list(moved))).order_by(LabelRow.name)):
            moved[prompt_id][label] = number
    return [_prompt(row, moved[row.id]) for row in rows]


def _prompt(row: Row[Any], labels: dict[str, int]) -> Prompt:
    return Prompt(
        name=row.name,
        description=row.description,
        expected_output=row.expected_output,
        variables=tuple(Variable.from_json(item) for item in row.variables),
        tags=tuple(row.tags),
        silenced=tuple(row.silenced),
        demo=row.demo,
        archived=row.archived_ms is not None,
        created_ms=row.created_ms,
        updated_ms=row.updated_ms,
        latest=row.latest,
        labels=labels,
    )


def no_version(session: Session, ref: Ref) -> NotFound:
    """The error of a version that is not there; its hint names the versions and labels that are."""
    prompt_id = session.scalar(select(PromptRow.id).where(PromptRow.name == storable(ref.name)))
    if prompt_id is None:
        return no_prompt(session, ref.name)
    ours = select(VersionRow.number, VersionRow.semantic).where(VersionRow.prompt_id == prompt_id).order_by(VersionRow.number.desc())
    saved = session.execute(ours.limit(20)).all()
    if not saved:
        return NotFound(f"The prompt {ref.name} has no version yet.", hint="Save one first.")
    numbers = ", ".join(f"{row.number} ({row.semantic})" if row.semantic else str(row.number) for row in saved)
    if ref.label is None:
        return NotFound(f"There is no {ref}.", hint=f"Versions of {ref.name}: {numbers}.")
    labels = session.scalars(select(LabelRow.name).where(LabelRow.prompt_id == prompt_id).order_by(LabelRow.name)).all()
    there = f"Labels of {ref.name}: {', '.join(labels)}" if labels else f"{ref.name} has no labels"
    return NotFound(f"The prompt {ref.name} has no label {ref.label}.", hint=f"{there}. Versions: {numbers}.")


def no_prompt(session: Session, name: str) -> NotFound:
    """The error of a prompt that is not there; its hint names what may have been meant."""
    there: Sequence[str] = session.scalars(select(PromptRow.name).order_by(PromptRow.name).limit(5000)).all()
    meant = difflib.get_close_matches(name, there, 1)
    hint = f"Did you mean {meant[0]}?" if meant else f"Prompts: {_some(there)}." if there else "No prompt has been saved yet."
    return NotFound(f"There is no prompt called {name!r}.", hint=hint)


def _some(there: Sequence[str]) -> str:
    return ", ".join(there[:10]) + (f" and {len(there) - 10:,} more" if len(there) > 10 else "")
