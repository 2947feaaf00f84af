"""Files that were made, and whether they still tell the truth: a document is composed again and its sources compared. Owns no bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from workbench import clock
from workbench.errors import InputError, NotFound
from workbench.export import differences, documents, files, kinds, sources
from workbench.export.differences import Freshness
from workbench.export.files import File
from workbench.export.provenance import Provenance
from workbench.export.sources import Source
from workbench.export.tables import ExportRow
from workbench.store import Store

TRAFFIC = frozenset({"calls", "metrics", "alerts", "spend"})
"""Kinds of sources that move with every call."""

KINDS = TRAFFIC | {"version", "labels", "cases", "run", "verdict", "scenario", "plan", "prices", "prose", "template", "assessment"}
"""All kinds of sources."""

_LIBRARY = "library"  # the site of all prompts, which is no kind of document


@dataclass(frozen=True, slots=True)
class Export:
    """A past export."""

    id: int
    kind: str
    subject: str
    format: str
    name: str
    request: Mapping[str, Any]
    sources: tuple[Source, ...]
    sha256: str
    size_bytes: int
    made_ms: int


def keep(store: Store, file: File, *, name: str = "", now_ms: int | None = None) -> Export:
    """Note that a file was made; `name` is what the person called it, where it is not the file's own."""
    document = file.document
    with store.write() as session:
        row = ExportRow(
            kind=document.kind,
            subject=document.subject,
            format=file.format,
            name=(name or file.name)[-300:],
            request=dict(document.request),
            sources=[source.to_json() for source in document.sources],
            sha256=file.sha256,
            size_bytes=len(file.data),
            made_ms=clock.now_ms() if now_ms is None else now_ms,
        )
        session.add(row)
        session.flush()
        return _export(row)


def page(store: Store, *, limit: int = 20, before_id: int | None = None, kind: str = "", subject: str = "") -> list[Export]:
    """Past exports, newest first."""
    asked = select(ExportRow).order_by(ExportRow.id.desc()).limit(limit)
    if before_id is not None:
        asked = asked.where(ExportRow.id < before_id)
    if kind:
        asked = asked.where(ExportRow.kind == kind)
    if subject:
        asked = asked.where(ExportRow.subject == subject)
    with store.read() as session:
        return [_export(row) for row in session.scalars(asked)]


def get(store: Store, export_id: int) -> Export:
    """A past export. Raises NotFound."""
    with store.read() as session:
        row = session.get(ExportRow, export_id)
        if row is None:
            raise NotFound(f"There is no export {export_id}.", hint="`workbench export list` and the page Documents show those there are.")
        return _export(row)


def forget(store: Store, export_id: int) -> Export:
    """Take an export off the list; what it was."""
    with store.write() as session:
        row = session.get(ExportRow, export_id)
        if row is None:
            raise NotFound(f"There is no export {export_id}.", hint="`workbench export list` and the page Documents show those there are.")
        found = _export(row)
        session.delete(row)
        return found


def bring_back(store: Store, export: Export) -> None:
    """Put an export back on the list, at its place. What is there already stays as it is."""
    with store.write() as session:
        if session.get(ExportRow, export.id) is None:
            columns = ("id", "kind", "subject", "format", "name", "sha256", "size_bytes", "made_ms")
            row = ExportRow(**{name: getattr(export, name) for name in columns})
            row.request, row.sources = dict(export.request), [one.to_json() for one in export.sources]
            session.add(row)


def again(store: Store, past: Export) -> File:
    """The file made from today's data, set up as it was. Raises what `files.make` raises."""
    if past.kind == _LIBRARY:
        from workbench.export import library

        return library.file(store)
    return files.make(store, kinds.request_from_json(past.request), past.format)


def check(store: Store, said: Export | Provenance, *, without: frozenset[str] = frozenset()) -> Freshness:
    """Whether the document would read differently today. Sources of the kinds in `without` may differ ("calls" moves with every call)."""
    try:
        now = _now(store, said)
    except (NotFound, InputError) as error:  # whatever else goes wrong says nothing about the document
        return Freshness((), trouble=str(error))
    return differences.compare(said.sources, now, without=without)


def _now(store: Store, said: Export | Provenance) -> tuple[Source, ...]:
    """What it would be written from today."""
    if said.kind == _LIBRARY:
        from workbench.export import library

        return library.sources(store)
    return documents.compose(store, kinds.request_from_json(said.request)).sources


def _export(row: ExportRow) -> Export:
    found = tuple(sources.from_json(raw) for raw in row.sources)
    return Export(row.id, row.kind, row.subject, row.format, row.name, dict(row.request), found, row.sha256, row.size_bytes, row.made_ms)
