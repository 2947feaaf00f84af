"""YAML: one file a prompt, with all its versions, its description and labels; read as well: any object or list that JSON may hold."""

from collections.abc import Mapping
from typing import Any

from workbench import clock
from workbench.prompts.interchange import parsing
from workbench.prompts.interchange.base import File, History, Parcel, reader, writer
from workbench.prompts.interchange.json_files import about, listed, metadata, settings
from workbench.prompts.interchange.paths import safe
from workbench.prompts.records import Prompt, Version
from workbench.text import messages as texts


@reader(".yaml", ".yml")
def read(file: File, parcel: Parcel, _beside: Mapping[str, File]) -> None:
    """Add the versions in a YAML file to the parcel."""
    listed(parsing.from_yaml(parsing.text(file, parcel), file.path), file, parcel)


@writer("yaml")
def write(history: History) -> list[File]:
    """One file with all versions."""
    whole = {**head(history.prompt), "versions": [_version(version) for version in history.versions]}
    return [File(f"{safe(history.prompt.name)}.yaml", parsing.to_yaml(whole).encode())]


def head(prompt: Prompt) -> dict[str, Any]:
    """What is said of the prompt itself."""
    return {"name": prompt.name, **about(prompt), **({"labels": dict(prompt.labels)} if prompt.labels else {})}


def _version(version: Version) -> dict[str, Any]:
    return {
        "version": version.number,
        "created_at": clock.iso(version.created_ms),
        "hash": version.hash,
        **settings(version),
        "metadata": metadata(version),
        "template": _template(version),
    }


def _template(version: Version) -> Any:
    """The text where the version is one text of a user, else the messages."""
    raw = texts.to_json(version.content.messages)
    return raw[0]["content"] if _is_text(raw) else raw


def _is_text(raw: list[dict[str, Any]]) -> bool:
    return len(raw) == 1 and raw[0]["role"] == "user" and isinstance(raw[0]["content"], str) and bool(raw[0]["content"])
