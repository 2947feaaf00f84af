"""The version that is documented, whole, and the history of versions and labels. Reads the newest of each and says where there are more."""

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.export import figures
from workbench.export.model import Block, Code, Run, Table
from workbench.export.prompt.subject import Subject
from workbench.export.prompt.told import Told, cut, line, newest, without_data
from workbench.export.sources import source
from workbench.export.templating import table
from workbench.prompts import labels, registry, rendering
from workbench.prompts.content import parameters_json
from workbench.prompts.records import Move, Version
from workbench.text.messages import Message

if TYPE_CHECKING:
    from workbench.store import Store

MOST = 50  # versions, and moves of labels, that are listed
_SHORT = 8  # characters of a hash that tell versions apart


def gather(store: "Store", subject: Subject, *, shown: bool, whole: bool) -> Told:
    """Facts labels_here, settings, messages, included, versions, moves; with `whole` False no texts. With `shown` False the section is not
    in the document: its sources are only the version, and why it is that one.
    """
    listed = registry.versions(store, subject.name, limit=MOST + 1)
    moves = labels.history(store, subject.name)
    version = subject.version
    included = _included(store, version) if version and shown and whole else {}
    here = [label for label, number in sorted(subject.prompt.labels.items()) if version and number == version.number]
    facts: dict[str, Any] = {
        "labels_here": here,
        "settings": _settings(version, here, whole=whole) if version else None,
        "messages": messages(version) if version and whole else (),
        "included": tuple(Code(text, "", f"Included: {name}") for name, text in included.items()),
        "versions": _versions(listed[:MOST], subject),
        "versions_more": len(listed) > MOST,
        "moves": _moves(moves[:MOST]),
        "moves_more": max(0, len(moves) - MOST),
    }
    found = [of_version(version)] if version else []
    told_of = {"now": subject.prompt.labels, "moves": facts["moves"], "more": facts["moves_more"]} if shown else {}
    where = {label: f"version {number}" for label, number in subject.prompt.labels.items()}
    where |= _moved(subject, moves, shown=shown)
    at_ms = moves[0].moved_ms if moves else None
    found.append(
        source(
            "labels",
            subject.name,
            f"Labels of {subject.name}",
            {**told_of, "chosen": subject.chosen},
            at_ms=at_ms,
            facts=where | _moved(subject, moves, shown=shown),
        )
    )
    if not shown:
        return Told(facts, tuple(found), at_ms)
    if included:
        hashes = {name: sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_SHORT] for name, text in included.items()}
        found.append(source("version", f"{subject.name}/included", f"What {subject.name} includes", included, facts=hashes))
    told = {"newest": f"version {subject.prompt.latest}", "hash": listed[0].hash[:_SHORT], "labels": labelled(subject)} if listed else {}
    history = listed[0].created_ms if listed else None
    found.append(source("version", f"{subject.name}/history", f"Versions of {subject.name}", facts["versions"], at_ms=history, facts=told))
    return Told(facts, tuple(found), newest([at_ms, history]))


def of_version(version: Version) -> Any:
    """The source of everything that is shown of one version: its content cannot change, so its hash stands for it."""
    shown = {"hash": version.hash, "number": version.number, "note": version.note, "author": version.author, "at": version.created_ms}
    facts = {"version": f"{version.number}", "hash": version.hash[:_SHORT]}
    return source("version", version.id, f"{version.prompt} version {version.number}", shown, at_ms=version.created_ms, facts=facts)


def labelled(subject: Subject) -> str:
    """The labels of the prompt and where they stand, on one line: production=3, staging=4."""
    return ", ".join(f"{label}={number}" for label, number in sorted(subject.prompt.labels.items())) or "none"


def _moved(subject: Subject, moves: list[Move], *, shown: bool) -> dict[str, str]:
    """Which version is documented and why, and where the moves are listed how many there are."""
    chosen = {"documented": f"version {subject.number}: {subject.chosen}"} if subject.number else {}
    return {**chosen, **({"moves": figures.count(len(moves))} if shown else {})}


def messages(version: Version) -> tuple[Block, ...]:
    """Every message, its text whole and character for character, and every tool. Pictures within a message stand as their hash."""
    content = version.content
    said = [Code(_text(message), "", f"Message {number}: {message.role}") for number, message in enumerate(content.messages, 1)]
    return (*said, *(Code(json.dumps(tool, ensure_ascii=False, indent=2), "json", f"Tool: {tool['name']}") for tool in content.tools))


def _text(message: Message) -> str:
    raw = message.to_json()["content"]
    return raw if isinstance(raw, str) else without_data(json.dumps(raw, ensure_ascii=False, indent=2))


def _included(store: "Store", version: Version) -> dict[str, str]:
    """The texts that the version includes, by name; none where they cannot be read: the contract says why."""
    try:
        return rendering.partials(store, version.content)
    except WorkbenchError:
        return {}


def _settings(version: Version, here: list[str], *, whole: bool) -> Table:
    content = version.content
    given = {name: value for name, value in parameters_json(content.parameters).items() if name != "response_schema"}
    rows: list[tuple[str, Any]] = [
        ("Version", f"{version.number} ({version.semantic})" if version.semantic else f"{version.number}"),
        ("Labels", ", ".join(here) or "none"),
        ("Saved", f"{figures.moment(version.created_ms)}{f' by {version.author}' if version.author else ''}"),
        ("Reason", version.note or "no note was written"),
        ("Model", content.model or "none of its own: the caller chooses"),
        ("Template engine", content.engine),
        *((f"Parameter {name}", cut(json.dumps(value, ensure_ascii=False), 200)) for name, value in given.items()),
        *([("Tools", ", ".join(tool["name"] for tool in content.tools))] if content.tools else []),
        *([("Tool choice", content.tool_choice)] if content.tool_choice else []),
        ("Hash", (Run(version.hash, code=True),)),
    ]
    return table(["What", "Value"], rows if whole else rows[:5])


def _versions(listed: list[Version], subject: Subject) -> Table | None:
    if not listed:
        return None
    carried: dict[int, list[str]] = {}
    for label, number in sorted(subject.prompt.labels.items()):
        carried.setdefault(number, []).append(label)
    rows = [
        (
            f"{one.number} ({one.semantic})" if one.semantic else f"{one.number}",
            ", ".join(carried.get(one.number, ())),
            figures.day(one.created_ms),
            one.author,
            line(one.note, 300),
        )
        for one in listed
    ]
    return table(["Version", "Labels", "Saved", "By", "Reason"], rows)


def _moves(moves: list[Move]) -> Table | None:
    if not moves:
        return None
    rows = [
        (figures.moment(move.moved_ms), move.label, _place(move.from_number), _place(move.to_number), move.author, line(move.reason, 300))
        for move in moves
    ]
    return table(["When", "Label", "From", "To", "By", "Reason"], rows)


def _place(number: int | None) -> str:
    return "not set" if number is None else f"version {number}"
