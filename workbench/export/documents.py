"""From a request to a document: gather, render each section's template, add what it was written from. Equal stores give equal documents."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import InputError, TemplateError
from workbench.export import figures, kinds, setup, templating
from workbench.export.kinds import Gathered, Kind, Part, Request
from workbench.export.model import Block, Cell, Column, Document, Note, Paragraph, Section, Table, inline
from workbench.export.sources import Source, source
from workbench.store import Store

SOURCES = Part("sources", "Sources")
_FIRST = re.compile(r"\A\s*# (.+)(?:\n|\Z)")  # the line of a template that is its title


@dataclass(frozen=True, slots=True)
class Choice:
    """A section that can be chosen: its key, its title, and whether it stands in the person's own folder alone."""

    key: str
    title: str
    own: bool = False


def choices(kind: str) -> list[Choice]:
    """All sections of a kind in their order: its own, those a person added, the sources."""
    known = kinds.get(kind)
    found = [Choice(part.key, part.title) for part in known.sections]
    named = {choice.key for choice in found}
    found += [Choice(key, _own_title(kind, key), own=True) for key in templating.own_sections(kind) if key not in named]
    return found if known.deck else [*found, Choice(SOURCES.key, SOURCES.title)]


def _own_title(kind: str, key: str) -> str:
    """The title that a person's own template gives in its first line, else its name; a broken one has its own, and is refused when used."""
    try:
        found = templating.find(kind, key)
    except TemplateError:
        found = None
    first = _FIRST.match(found.text) if found else None
    return first[1].strip() if first else key.replace("-", " ").replace("_", " ").capitalize()


def request(
    store: Store,
    kind: str,
    subject: str,
    *,
    options: Mapping[str, str] | None = None,
    **said: Any,
) -> Request:
    """A request; what is not said (sections, audience, period, contents, options of the kind) is as the document is set up."""
    kept = setup.get(store, kind, subject.partition("@")[0] if kinds.get(kind).of_prompt else subject).settings
    known: dict[str, Any] = {name: kept[name] for name in ("sections", "audience", "period", "contents") if name in kept}
    titles = {one.title.casefold(): one.key for one in choices(kind)}
    if "sections" in said:
        said["sections"] = [titles.get(str(name).casefold(), name) for name in said["sections"]]
    merged = {**dict(kept.get("options") or {}), **(options or {})}
    return kinds.request_from_json({**known, **said, "kind": kind, "subject": subject, "options": merged})


def compose(store: Store, request: Request) -> Document:
    """The document. Raises NotFound where there is no such subject, InputError, and TemplateError with file and line."""
    known = kinds.get(request.kind)
    if unknown := [name for name in request.options if name not in known.options]:
        hint = f"It has {', '.join(known.options)}." if known.options else "It has none."
        raise InputError(f"{unknown[0][:80]} is no option of this document.", hint=hint)
    gathered = known.gather(store, request)
    about = gathered.about or request.subject
    prose = setup.get(store, request.kind, about).prose
    sections: list[Section] = []
    found = list(gathered.sources)
    used: dict[str, str] = {}
    for key in _keys(known, request):
        if key == SOURCES.key:
            sections.append(Section(key, SOURCES.title, ()))
            continue
        section, template, words = _section(known, key, gathered, prose, request)
        used |= words
        found += [template] if template else []
        sections += [section] if section else []
    found += _prose_sources(known, about, used)
    unique = tuple({(one.kind, one.id): one for one in found}.values())
    as_of = gathered.as_of_ms or max((one.at_ms for one in unique if one.at_ms is not None), default=None)
    return Document(
        kind=request.kind,
        title=gathered.title,
        subtitle=gathered.subtitle,
        subject=about,
        sections=tuple(Section(one.key, one.title, _sources(unique)) if one.key == SOURCES.key else one for one in sections),
        sources=unique,
        request=request.to_json(),
        as_of_ms=as_of,
        brand=setup.brand(store),
        contents=request.contents,
    )


def _keys(kind: Kind, request: Request) -> tuple[str, ...]:
    offered = choices(kind.name)
    everything = tuple(choice.key for choice in offered)
    if request.sections:
        if unknown := [key for key in request.sections if key not in everything]:
            named = ", ".join(f"{choice.title} ({choice.key})" for choice in offered)
            raise InputError(f"{kind.title} has no section {unknown[0]}.", hint=f"It has {named}.")
        return tuple(dict.fromkeys(request.sections))
    if chosen := kind.audiences.get(request.audience):
        return (*(key for key in chosen if key in everything), *(key for key in everything if key == SOURCES.key))
    return everything


def _section(
    kind: Kind, key: str, gathered: Gathered, prose: dict[str, str], request: Request
) -> tuple[Section | None, Source | None, dict[str, str]]:
    template = templating.find(kind.name, key)
    if template is None:
        raise TemplateError(f"{kind.name}/{key}.md is missing", hint="Install the workbench again.", place=kind.name)
    made = templating.render(template, gathered.facts, prose, request.audience)
    origin = source("template", f"{kind.name}/{key}", f"{kind.name}/{key}.md", template.text) if template.own else None
    part = kind.part(key)
    if not made.blocks and not (part and part.always):
        return None, origin, made.prose
    fallback = part.title if part else key.replace("-", " ").replace("_", " ").capitalize()
    return Section(key, made.title or fallback, made.blocks, made.notes), origin, made.prose


def _prose_sources(kind: Kind, about: str, used: dict[str, str]) -> list[Source]:
    titles = {field.key: field.title for part in kind.sections for field in part.prose}
    return [source("prose", f"{kind.name}/{about}/{key}", titles.get(key, key), text) for key, text in used.items()]


def _sources(found: tuple[Source, ...]) -> tuple[Block, ...]:
    said = Paragraph(
        inline("Every figure above was read from these. A change of one makes this document stale: workbench export check FILE says so.")
    )
    if not found:
        return (Note("missing", (Paragraph(inline("Nothing in the store is behind this document yet.")),)),)
    columns = (Column("What"), Column("Name"), Column("As of"), Column("Digest"))
    rows = tuple(
        (
            Cell(inline(one.kind)),
            Cell(inline(one.name)),
            Cell(inline("" if one.at_ms is None else figures.day(one.at_ms))),
            Cell(inline(one.digest[:8])),
        )
        for one in found
    )
    return (said, Table(columns, rows))
