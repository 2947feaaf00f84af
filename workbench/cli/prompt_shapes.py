"""What the prompt commands print, and what they read: records as JSON and text, files as content."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.prompts.content import Content
    from workbench.prompts.lint import Advice
    from workbench.prompts.records import Move, Prompt, Version


def content(file: Path, *, system: str, engine: str | None, model: str, preset: str | None) -> tuple["Content", str]:
    """The content that FILE and the options stand for, and the note that came with it."""
    from dataclasses import replace

    from workbench.prompts.content import Content, with_preset
    from workbench.text.messages import message

    data = sys.stdin.buffer.read() if str(file) == "-" else _read(file)
    content, note = _from_prompt_file(file, data)
    if content is None:
        content = Content((message("user", data.decode("utf-8-sig", "replace").removesuffix("\n").removesuffix("\r")),))
    if system:
        content = replace(content, messages=(message("system", system), *content.messages))
    content = replace(content, engine=engine or content.engine, model=model or content.model)
    return (with_preset(content, preset) if preset else content), note


def _from_prompt_file(file: Path, data: bytes) -> tuple["Content | None", str]:
    """Content and note where the file is a prompt file, None where it is a plain text."""
    from workbench.errors import InputError
    from workbench.prompts import interchange

    name, suffix = file.name, file.suffix.lower()
    if name == "-":
        name, suffix = ("input.json", ".json") if _is_object(data) else ("input.txt", ".txt")
    front_matter = suffix not in {".md", ".markdown"} or data.startswith(b"---")
    if suffix in {"", ".txt"} or suffix not in interchange.suffixes() or not front_matter:
        return None, ""
    parcel = interchange.reading(data, name)
    if len(parcel.versions) != 1:
        raise InputError(
            f"holds {counted(len(parcel.versions), 'version')}, and one is saved",
            place=name,
            hint="`workbench prompts import` takes them all.",
        )
    entry = parcel.versions[0].entry
    return entry.content, entry.note


def _is_object(data: bytes) -> bool:
    import json

    try:
        return isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        return False


def _read(file: Path) -> bytes:
    from workbench.errors import InputError

    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=str(file)) from None


def values(pairs: tuple[str, ...], file: Path | None) -> dict[str, Any]:
    """Values out of NAME=VALUE pairs, over those of a JSON file. Raises InputError."""
    from workbench.errors import InputError
    from workbench.prompts.interchange import parsing

    values: dict[str, Any] = {}
    if file:
        values = parsing.from_json(_read(file).decode("utf-8-sig", "replace"), file.name)
        if not isinstance(values, dict):
            raise InputError("is no object of values", place=file.name, hint='Write {"name": "value"}.')
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE.", param_hint="--var")
        values[name.strip()] = value
    return values


def prompt(prompt: "Prompt") -> dict[str, Any]:
    """A prompt as JSON."""
    from workbench import clock

    return {
        "name": prompt.name,
        "description": prompt.description,
        "expected_output": prompt.expected_output,
        "latest": prompt.latest,
        "labels": prompt.labels,
        "tags": list(prompt.tags),
        "variables": [variable.to_json() for variable in prompt.variables],
        "archived": prompt.archived,
        "demo": prompt.demo,
        "created_at": clock.iso(prompt.created_ms),
        "updated_at": clock.iso(prompt.updated_ms),
    }


def version(version: "Version", labels: dict[str, int]) -> dict[str, Any]:
    """A version without its content as JSON."""
    from workbench import clock

    return {
        "name": version.prompt,
        "version": version.number,
        "semantic": version.semantic,
        "labels": [label for label, number in labels.items() if number == version.number],
        "created_at": clock.iso(version.created_ms),
        "author": version.author,
        "note": version.note,
        "hash": version.hash,
    }


def move(name: str, made: "Move") -> dict[str, Any]:
    """A move of a label as JSON."""
    from workbench import clock

    return {
        "name": name,
        "label": made.label,
        "from": made.from_number,
        "to": made.to_number,
        "moved_at": clock.iso(made.moved_ms),
        "author": made.author,
        "reason": made.reason,
    }


def described(prompt: "Prompt", version: "Version") -> str:
    """A version as text for a person."""
    from workbench import clock
    from workbench.prompts.content import parameters_json
    from workbench.text import messages as texts

    content = version.content
    labels = ", ".join(label for label, number in prompt.labels.items() if number == version.number)
    head = {
        version.ref: version.semantic or "",
        "labels": labels,
        "description": prompt.description,
        "saved": f"{clock.iso(version.created_ms)} by {version.author}",
        "note": version.note,
        "engine": content.engine,
        "model": content.model,
        "parameters": brief(parameters_json(content.parameters) or ""),
        "hash": version.hash,
    }
    lines = [f"{name}: {value}".removesuffix(": ") for name, value in head.items() if value or name == version.ref]
    return "\n".join(lines) + "".join(f"\n\n[{item['role']}]\n{brief(item['content'])}" for item in texts.to_json(content.messages))


def place(advice: "Advice") -> str:
    """Where advice applies, for a person; empty where it concerns the whole."""
    at = advice.place
    return f" in message {at.message}, line {at.line}, column {at.column}" if at else ""


def label_list(prompt: "Prompt") -> str:
    """The labels of a prompt in one line."""
    return ", ".join(f"{label}={number}" for label, number in prompt.labels.items())


def brief(value: Any) -> str:
    """A value in one line."""
    import json

    return value if isinstance(value, str) else "-" if value is None else json.dumps(value, ensure_ascii=False)
