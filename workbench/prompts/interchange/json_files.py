"""JSON: one file a version, `{name}_v{version}.json`; read as well: lists of prompts and the shapes of other tools."""

from collections.abc import Mapping
from typing import Any

from workbench import clock
from workbench.errors import InputError
from workbench.prompts.interchange import guessing, parsing, shapes, turns
from workbench.prompts.interchange.base import INDEX, File, History, Parcel, reader, writer
from workbench.prompts.interchange.paths import safe
from workbench.prompts.records import Prompt, Version
from workbench.prompts.saving import DEMO
from workbench.text import messages as texts


@reader(".json")
def read(file: File, parcel: Parcel, beside: Mapping[str, File]) -> None:
    """Add the versions in a JSON file to the parcel."""
    if file.path.rpartition("/")[2] == INDEX and any(path.endswith(".txt") for path in beside):
        return  # it describes the text files, whose reader reads it
    raw = parsing.from_json(parsing.text(file, parcel), file.path)
    listed(raw, file, parcel)


def listed(raw: Any, file: File, parcel: Parcel) -> None:
    """Add one prompt, or those of a list, to the parcel. What in a list cannot be a prompt is skipped and told."""
    if isinstance(raw, Mapping) and isinstance(raw.get("prompts"), list | dict) and not shapes.has_text(raw):
        raw = raw["prompts"]
    name, version = guessing.name(file)
    if turns.is_turns(raw):
        raw = {"messages": raw}
    if isinstance(raw, list):
        for count, given in enumerate(raw, 1):
            item(given, shapes.Origin(f"{file.path}, item {count}", f"{name}/{count}"), parcel)
    elif shapes.by_name(raw):
        for key, given in raw.items():
            item(given, shapes.Origin(f"{file.path}, {key}", str(key)), parcel)
    else:
        shapes.prompt(raw, shapes.Origin(file.path, name, version), parcel)


def item(given: Any, origin: shapes.Origin, parcel: Parcel) -> None:
    """Add one of several prompts: a text, or an object. What cannot be one is skipped and told, so that the others are taken."""
    if isinstance(given, str) and given.strip():
        given = {"template": given}
    elif turns.is_turns(given):
        given = {"messages": given}
    text = given.get("template", given.get("raw")) if isinstance(given, Mapping) else None
    if not isinstance(given, Mapping) or not (shapes.has_text(given) or given.get("versions")):
        parcel.skipped.append((origin.place, "it holds no text of a prompt"))
    elif isinstance(text, str) and text.startswith("file://"):
        parcel.skipped.append((origin.place, f"it only names a file: import {text.removeprefix('file://')}"))
    else:
        try:
            shapes.prompt(given, origin, parcel)
        except InputError as error:
            told = error.message.removeprefix(origin.place).lstrip(",: ")
            parcel.skipped.append((origin.place, told))


@writer("json")
def write(history: History) -> list[File]:
    """A file for every version."""
    stem = safe(history.prompt.name)
    return [File(f"{stem}_v{version.number}.json", parsing.to_json(document(history.prompt, version))) for version in history.versions]


def metadata(version: Version) -> dict[str, Any]:
    """What a version carries beside its content, as every format of ours writes it."""
    extra = {key: value for key, value in version.extra.items() if key != DEMO}
    told = {"semantic": version.semantic, "note": version.note, "author": version.author, "extra": extra}
    return {key: value for key, value in told.items() if value not in (None, {}) and (key != "note" or value)}


def settings(version: Version) -> dict[str, Any]:
    """The content of a version beside its messages."""
    content = {name: value for name, value in version.content.to_json().items() if name != "messages"}
    return {"engine": content.pop("engine"), "model": content.pop("model", ""), "parameters": content.pop("parameters", {}), **content}


def about(prompt: Prompt) -> dict[str, Any]:
    """What is said of the prompt itself, where it says anything."""
    told = {
        "description": prompt.description,
        "expected_output": prompt.expected_output,
        "variables": [variable.to_json() for variable in prompt.variables],
        "tags": list(prompt.tags),
        "silenced": list(prompt.silenced),
    }
    return {key: value for key, value in told.items() if value}


def document(prompt: Prompt, version: Version) -> dict[str, Any]:
    """A version as its JSON file holds it, with what is said of its prompt under metadata."""
    labels = [label for label, number in prompt.labels.items() if number == version.number]
    return {
        "name": version.prompt,
        "version": version.number,
        "created_at": clock.iso(version.created_ms),
        "hash": version.hash,
        "messages": texts.to_json(version.content.messages),
        **settings(version),
        "metadata": {**about(prompt), **({"labels": labels} if labels else {}), **metadata(version)},
    }
