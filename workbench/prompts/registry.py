"""Prompts and their versions: what may be done with them. A version is never changed; names, descriptions and places of labels are.

Every change happens in one transaction that holds the prompt's row, so that two people at once are put in order.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy import delete as erase
from sqlalchemy import update as change
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workbench import clock
from workbench.errors import InputError, InUse, NameTaken
from workbench.ledger.tables import CallRow
from workbench.prompts import names, saving, search
from workbench.prompts.content import Content
from workbench.prompts.names import Ref, parse_ref
from workbench.prompts.reading import folders, get, label_names, no_prompt, page, resolve, tags, version, versions
from workbench.prompts.records import Prompt, Removed, Saved, Variable, Version
from workbench.prompts.tables import DraftRow, LabelMoveRow, LabelRow, PromptRow, VersionRow
from workbench.store import Store

__all__ = [
    "Prompt", "Ref", "Removed", "Saved", "Variable", "Version",
    "archive", "create", "delete", "duplicate", "folders", "get", "label_names", "page", "parse_ref", "remove_demo", "rename",
    "resolve", "save_version", "tags", "unarchive", "update", "version", "versions",
]  # fmt: skip


def create(
    store: Store,
    name: str,
    *,
    description: str = "",
    expected_output: str = "",
    variables: Iterable[Variable] = (),
    tags: Iterable[str] = (),
    silenced: Iterable[str] = (),
    demo: bool = False,
    now_ms: int | None = None,
) -> Prompt:
    """A new prompt without a version. Raises NameTaken."""
    name = names.prompt(name)
    values = fields(description, expected_output, variables, tags, silenced)
    with store.write() as session:
        if not saving.insert_prompt(session, name, values, demo=demo, now_ms=now_ms):
            raise NameTaken(f"There is a prompt called {name} already.")
        saving.reindex(session, held(session, name), Content(()))
    return get(store, name)


def save_version(
    store: Store,
    name: str,
    content: Content,
    *,
    note: str = "",
    author: str | None = None,
    semantic: str | None = None,
    extra: dict[str, Any] | None = None,
    base: int | None = None,
    number: int | None = None,
    now_ms: int | None = None,
    demo: bool = False,
) -> Saved:
    """The version that holds `content`; the prompt is created where it is absent.

    Content that any version of the prompt holds already, the latest or an older one, is not saved again: that version comes back
    with `new=False`. Who goes back to an old text is told that it is version 1 again, and moves the label there; a second copy
    would split its results over two numbers. `base` is the latest number the writer had seen (0: none): Conflict with `theirs`
    where a newer one exists. `number` and `semantic` are kept if they are free: NameTaken.
    """
    entry = saving.Entry(content, note, author, semantic, extra, base, number, now_ms)
    with store.write() as session:
        return saving.save(session, name, entry, demo=demo)


def update(
    store: Store,
    name: str,
    *,
    description: str | None = None,
    expected_output: str | None = None,
    variables: Iterable[Variable] | None = None,
    tags: Iterable[str] | None = None,
    silenced: Iterable[str] | None = None,
) -> Prompt:
    """The prompt with what is given changed; None leaves a field as it is. Raises NotFound."""
    values = fields(description, expected_output, variables, tags, silenced)
    with store.write() as session:
        prompt = held(session, name)
        _change(session, prompt, **values)
        saving.reindex(session, held(session, name))
    return get(store, name)


def rename(store: Store, name: str, new_name: str) -> Prompt:
    """The prompt under its new name, its draft too. Raises NameTaken, and InUse where a current version includes it by its name."""
    new_name = names.prompt(new_name)
    _refuse_included(store, name, current_only=True)
    with store.write() as session:
        prompt = held(session, name)
        if new_name != name:
            if saving.locked(session, new_name):
                raise NameTaken(f"There is a prompt called {new_name} already.")
            _move_draft(session, name, new_name)
            _change(session, prompt, name=new_name)
            saving.reindex(session, held(session, new_name))
    return get(store, new_name)


def duplicate(store: Store, name: str, new_name: str) -> Prompt:
    """A new prompt that begins with the latest version of `name` and its description. Labels and history stay. Raises NameTaken."""
    new_name = names.prompt(new_name)
    source = get(store, name)
    newest = version(store, name) if source.latest else None
    with store.write() as session:
        values = fields(source.description, source.expected_output, source.variables, source.tags, source.silenced)
        if not saving.insert_prompt(session, new_name, values):
            raise NameTaken(f"There is a prompt called {new_name} already.")
        if newest:
            saving.save(session, new_name, saving.Entry(newest.content, note=f"Copy of {newest.ref}"))
        else:
            saving.reindex(session, held(session, new_name), Content(()))
    return get(store, new_name)


def archive(store: Store, name: str) -> Prompt:
    """The prompt, taken out of lists. Its versions and labels go on working."""
    return _archive(store, name, clock.now_ms())


def unarchive(store: Store, name: str) -> Prompt:
    """The prompt, back in lists."""
    return _archive(store, name, None)


def delete(store: Store, name: str) -> None:
    """Remove the prompt with its versions, labels and draft. Raises InUse while a call, a run or another prompt refers to it."""
    _refuse_included(store, name, current_only=False)
    with store.write() as session:
        prompt = held(session, name)
        if session.scalar(select(CallRow.id).where(CallRow.prompt == name).limit(1)) is not None:
            raise InUse(f"{name} cannot be deleted: calls were made with it.", hint="Archive it instead.")
        try:
            _erase(session, prompt)
        except IntegrityError:
            raise InUse(f"{name} cannot be deleted: a run was made with it.") from None


def remove_demo(store: Store) -> Removed:
    """Remove the demo's prompts. Kept, as one's own from now on: those with versions of one's own, and those that other runs used."""
    gone, kept = [], []
    with store.write() as session:
        for prompt in session.execute(select(*PromptRow.__table__.columns).where(PromptRow.demo).order_by(PromptRow.name)).all():
            if reason := _remove(session, prompt):
                kept.append((prompt.name, reason))
                session.execute(change(PromptRow).where(PromptRow.id == prompt.id).values(demo=False))
            else:
                gone.append(prompt.name)
    return Removed(tuple(gone), tuple(kept))


def held(session: Session, name: str) -> Row[Any]:
    """The prompt's row, held until the transaction ends. Raises NotFound."""
    prompt = saving.locked(session, name)
    if prompt is None:
        raise no_prompt(session, name)
    return prompt


def fields(
    description: str | None = None,
    expected_output: str | None = None,
    variables: Iterable[Variable] | None = None,
    tags: Iterable[str] | None = None,
    silenced: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Columns of a prompt out of what is given. Raises InputError."""
    values = {
        "description": description,
        "expected_output": expected_output,
        "variables": None if variables is None else _variables(variables),
        "tags": None if tags is None else _words(tags, "tags"),
        "silenced": None if silenced is None else _words(silenced, "silenced"),
    }
    return {name: value for name, value in values.items() if value is not None}


def _variables(given: Iterable[Variable]) -> list[dict[str, Any]]:
    listed = [replace(Variable.from_json(item.to_json()), name=item.name.strip()) for item in given]
    if len({item.name for item in listed}) < len(listed):
        raise InputError("two variables have the same name", place="field variables")
    return [item.to_json() for item in listed]


def _words(given: Iterable[str], field: str) -> list[str]:
    listed = list(dict.fromkeys(word.strip() for word in given if word.strip()))
    if any(len(word) > 100 or not names.printable(word) for word in listed):
        raise InputError("each must be one line of at most 100 characters", place=f"field {field}")
    return listed


def _change(session: Session, prompt: Row[Any], **values: Any) -> None:
    session.execute(change(PromptRow).where(PromptRow.id == prompt.id).values(**values, updated_ms=clock.now_ms()))


def _archive(store: Store, name: str, at_ms: int | None) -> Prompt:
    with store.write() as session:
        _change(session, held(session, name), archived_ms=at_ms)
    return get(store, name)


def _move_draft(session: Session, name: str, new_name: str) -> None:
    draft = (DraftRow.kind == "prompt") & (DraftRow.key == name)
    if session.scalar(select(DraftRow.key).where(DraftRow.kind == "prompt", DraftRow.key == new_name)) is None:
        session.execute(change(DraftRow).where(draft).values(key=new_name))


def _refuse_included(store: Store, name: str, *, current_only: bool) -> None:
    from workbench.prompts import rendering

    if users := rendering.users(store, name, current_only=current_only):
        raise InUse(f"{name} is included by {', '.join(users[:5])}.", hint="Change those prompts first, or archive this one.")


def _remove(session: Session, prompt: Row[Any]) -> str:
    """Why a prompt of the demo cannot be removed; empty where it was."""
    extras = session.scalars(select(VersionRow.extra).where(VersionRow.prompt_id == prompt.id))
    if not all(extra.get(saving.DEMO) for extra in extras):
        return "it has versions of your own"
    try:
        with session.begin_nested():
            _erase(session, prompt)
    except IntegrityError:
        return "a run of your own uses it"
    return ""


def _erase(session: Session, prompt: Row[Any]) -> None:
    for table in (LabelMoveRow, LabelRow, VersionRow):
        session.execute(erase(table).where(table.prompt_id == prompt.id))
    session.execute(erase(DraftRow).where(DraftRow.kind == "prompt", DraftRow.key == prompt.name))
    search.forget(session, prompt.id)
    session.execute(erase(PromptRow).where(PromptRow.id == prompt.id))
