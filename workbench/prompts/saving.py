"""One version into the store, inside a transaction that holds the prompt's row: numbers stay free of gaps, nobody overwrites anybody."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, func, insert, select
from sqlalchemy import update as change
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from workbench import clock, settings
from workbench.errors import Conflict, NameTaken, NotFound
from workbench.prompts import names, search
from workbench.prompts.content import Content, plain
from workbench.prompts.reading import of_row
from workbench.prompts.records import Saved, Version
from workbench.prompts.tables import PromptRow, VersionRow
from workbench.store.base import storable

DEMO = "demo"  # the key in a version's `extra` that marks it as part of the demo
_OURS = select(PromptRow.name.label("prompt"), *VersionRow.__table__.columns).join_from(
    PromptRow, VersionRow, VersionRow.prompt_id == PromptRow.id
)
# Built once: building a statement costs more than running it, and saving has a bar of milliseconds.
_VERSIONS, _PROMPTS = cast("Table", VersionRow.__table__), cast("Table", PromptRow.__table__)
_LOCKED = select(*_PROMPTS.columns).where(PromptRow.name == bindparam("name")).with_for_update()
_MINE = _OURS.where(VersionRow.prompt_id == bindparam("prompt_id"))
_SAME = _MINE.where(VersionRow.hash == bindparam("hash")).order_by(VersionRow.number.desc()).limit(1)
_NUMBERED = _MINE.where(VersionRow.number == bindparam("number"))
_NAMED = _MINE.where(VersionRow.semantic == bindparam("semantic"))
_HIGHEST = select(func.max(VersionRow.number)).where(VersionRow.prompt_id == bindparam("prompt_id"))
_INSERT = insert(_VERSIONS).returning(_VERSIONS.c.id)
_TOUCH = change(_PROMPTS).where(_PROMPTS.c.id == bindparam("prompt_id")).values(updated_ms=bindparam("at_ms"))
_EMPTY: dict[str, Any] = {"description": "", "expected_output": "", "variables": [], "tags": [], "silenced": []}


@dataclass(frozen=True)
class Entry:
    """A version to be saved, with all that goes with it. `number`, `semantic` and `created_ms` are kept where they are given."""

    content: Content
    note: str = ""
    author: str | None = None
    semantic: str | None = None
    extra: Mapping[str, Any] | None = None
    base: int | None = None
    number: int | None = None
    created_ms: int | None = None


def save(session: Session, name: str, entry: Entry, *, demo: bool = False) -> Saved:
    """The version that holds the entry's content, saved unless it is there already. See `registry.save_version`."""
    name = names.prompt(name)
    content = entry.content.checked()
    prompt = _held(session, name, entry, demo=demo)
    digest = content.hash()
    if there := session.execute(_SAME, {"prompt_id": prompt.id, "hash": digest}).first():
        return Saved(of_row(there), new=False)
    latest = session.scalar(_HIGHEST, {"prompt_id": prompt.id}) or 0
    if entry.base is not None and latest > entry.base:
        theirs = of_row(session.execute(_NUMBERED, {"prompt_id": prompt.id, "number": latest}).one())
        raise Conflict(f"{theirs.author} saved {theirs.ref} while you were writing.", theirs=theirs)
    added = _version(name, content, digest, entry, latest + 1, demo=demo)
    _check_free(session, prompt.id, added, numbered=entry.number is not None)
    return Saved(_add(session, prompt, added, newest=added.number > latest), new=True)


def locked(session: Session, name: str) -> Row[Any] | None:
    """The prompt's row, held until the transaction ends; None where there is none."""
    return session.execute(_LOCKED, {"name": storable(name)}).first()


def insert_prompt(session: Session, name: str, values: Mapping[str, Any], *, demo: bool = False, now_ms: int | None = None) -> bool:
    """Add a prompt's row; False where the name is taken."""
    now_ms = clock.now_ms() if now_ms is None else now_ms
    row = {**_EMPTY, **values, "name": name, "demo": demo, "created_ms": now_ms, "updated_ms": now_ms}
    # Two who create the same name at once: the second waits here for the first, and then finds it.
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return bool(session.scalar(make(PromptRow).values(row).on_conflict_do_nothing().returning(PromptRow.id)))


def reindex(session: Session, prompt: Row[Any], content: Content | None = None) -> None:
    """Write what the prompt is found by; `content` is that of its latest version, read where it is not given."""
    if content is None:
        newest = select(VersionRow.content).where(VersionRow.prompt_id == prompt.id).order_by(VersionRow.number.desc()).limit(1)
        raw = session.scalar(newest)
        content = Content.from_json(raw) if raw else Content(())
    texts = [message.text for message in content.messages]
    search.index(session, prompt.id, prompt.name, prompt.description, prompt.expected_output, " ".join(prompt.tags), *texts)


def _held(session: Session, name: str, entry: Entry, *, demo: bool) -> Row[Any]:
    prompt = locked(session, name)
    if prompt is None and entry.base:
        raise NotFound(f"{name} is gone: it was deleted or renamed while you were writing.", hint="Save it under a new name.")
    if prompt is None:
        insert_prompt(session, name, {}, demo=demo, now_ms=entry.created_ms)
        prompt = locked(session, name)
    assert prompt is not None
    return prompt


def _version(name: str, content: Content, digest: str, entry: Entry, following: int, *, demo: bool) -> Version:
    return Version(
        prompt=name,
        number=following if entry.number is None else names.number(entry.number),
        semantic=names.semantic(entry.semantic) if entry.semantic else None,
        content=content,
        extra={**plain(entry.extra or {}, "metadata"), **({DEMO: True} if demo else {})},
        note=storable(entry.note),
        author=storable(settings.load().user if entry.author is None else entry.author),
        hash=digest,
        created_ms=clock.now_ms() if entry.created_ms is None else entry.created_ms,
        id=0,
    )


def _check_free(session: Session, prompt_id: int, added: Version, *, numbered: bool) -> None:
    if numbered and (there := session.execute(_NUMBERED, {"prompt_id": prompt_id, "number": added.number}).first()):
        raise NameTaken(
            f"{added.prompt} has a version {added.number} already, and it says something else.",
            hint=f"Leave the number out to save it as the next one, or look at the difference to {of_row(there).ref}.",
        )
    if added.semantic and (there := session.execute(_NAMED, {"prompt_id": prompt_id, "semantic": added.semantic}).first()):
        raise NameTaken(f"{added.prompt} has a version {added.semantic} already: it is {of_row(there).ref}.", hint="Choose another one.")


def _add(session: Session, prompt: Row[Any], added: Version, *, newest: bool) -> Version:
    row = {
        "prompt_id": prompt.id,
        "number": added.number,
        "semantic": added.semantic,
        "content": added.content.to_json(),
        "extra": added.extra,
        "note": added.note,
        "author": added.author,
        "hash": added.hash,
        "created_ms": added.created_ms,
    }
    added = replace(added, id=session.execute(_INSERT, row).scalar_one())
    if newest:
        session.execute(_TOUCH, {"prompt_id": prompt.id, "at_ms": added.created_ms})
        reindex(session, prompt, added.content)
    return added
