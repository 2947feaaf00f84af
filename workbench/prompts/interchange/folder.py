"""A folder that reads well in a git diff: `name/v3.md` with front matter, the texts below it exactly as they are, and `name/prompt.yaml`.

A body that is one text of a user stands alone. Otherwise each message follows a line `<!-- system -->`, up to the line end before the
next one. Where a text holds such a line itself, the front matter names a boundary: `<!-- 1f3a9c02 system -->`. What is no plain
text, or holds a carriage return that git may change, stands as JSON after `<!-- user json -->`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from workbench import clock
from workbench.errors import InputError
from workbench.prompts.interchange import guessing, parsing, shapes
from workbench.prompts.interchange.base import File, History, Parcel, reader, writer
from workbench.prompts.interchange.json_files import metadata, settings
from workbench.prompts.interchange.paths import folders
from workbench.prompts.interchange.yaml_files import head
from workbench.prompts.records import Version
from workbench.text import messages as texts

_MARKER = re.compile(r"^<!-- (?:([0-9a-f]{8}) )?(system|user|assistant|tool)( json)? -->$", re.M)


@writer("folder")
def write(history: History) -> list[File]:
    """A file for every version, and one that describes the prompt."""
    folder = folders(history.prompt.name)
    described = File(f"{folder}/{shapes.ABOUT_FILE}", parsing.to_yaml(head(history.prompt)).encode())
    return [described, *(File(f"{folder}/v{version.number}.md", document(version).encode()) for version in history.versions)]


def document(version: Version) -> str:
    """A version as a Markdown file."""
    raw = texts.to_json(version.content.messages)
    boundary = _boundary(raw)
    front = {
        "name": version.prompt,
        "version": version.number,
        "created_at": clock.iso(version.created_ms),
        "hash": version.hash,
        **settings(version),
        **({"metadata": told} if (told := metadata(version)) else {}),
        **({"boundary": boundary} if boundary else {}),
    }
    return f"---\n{parsing.to_yaml(front)}---\n{_body(raw, boundary)}"


@reader(".md", ".markdown")
def read(file: File, parcel: Parcel, beside: Mapping[str, File]) -> None:
    """Add the version in a Markdown file to the parcel. A file without front matter is a prompt only where its name is a version's."""
    name, version = guessing.name(file)
    source = parsing.text(file, parcel).replace("\r\n", "\n")
    front, body, _line = split(source, file.path)
    if front is None:
        if version is None and len(beside) > 1:
            parcel.skipped.append((file.path, "it has no front matter"))
            return
        front = {}
    boundary = front.pop("boundary", None)
    given = {**front, "messages": messages(body, boundary, file.path)}
    shapes.prompt(given, shapes.Origin(file.path, name, version), parcel)


def split(source: str, place: str) -> tuple[dict[str, Any] | None, str, int]:
    """Front matter (None where there is none), the body, and the line the body begins at. Raises InputError."""
    if not source.startswith("---\n"):
        return None, source, 1
    end = 3 if source.startswith("---\n---") else source.find("\n---", 3)
    while end != -1 and source[end + 4 : end + 5] not in {"", "\n"}:
        end = source.find("\n---", end + 1)
    if end == -1:
        raise InputError("its front matter does not end", place=f"{place}, line 1", hint="Close it with a line of three dashes.")
    front = parsing.from_yaml(source[4:end], place, first_line=2)
    if front is not None and not isinstance(front, dict):
        raise InputError("its front matter is no object", place=f"{place}, line 2")
    return front or {}, source[end + 5 :], source.count("\n", 0, end + 5) + 1


def messages(body: str, boundary: str | None, place: str) -> list[dict[str, Any]]:
    """The messages that a body holds; without a marker it is one text of a user."""
    marks = [mark for mark in _MARKER.finditer(body) if mark[1] == boundary]
    if not marks:
        return [{"role": "user", "content": body.removesuffix("\n")}]
    if before := body[: marks[0].start()].strip():
        raise InputError(f"text stands before the first message: {before[:40]!r}", place=place, hint="Put it behind <!-- user -->.")
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    return [_message(mark, body[mark.end() + 1 : end], place) for mark, end in zip(marks, ends, strict=True)]


def _message(mark: re.Match[str], text: str, place: str) -> dict[str, Any]:
    text = text.removesuffix("\n")
    return {"role": mark[2], "content": parsing.from_json(text, f"{place}, {mark[0]}") if mark[3] else text}


def _body(raw: list[dict[str, Any]], boundary: str | None) -> str:
    if len(raw) == 1 and raw[0]["role"] == "user" and _is_plain(raw[0]["content"]) and not boundary:
        return f"{raw[0]['content']}\n"
    return "".join(_section(item, boundary) for item in raw)


def _section(item: dict[str, Any], boundary: str | None) -> str:
    plain = _is_plain(item["content"])
    words = [*([boundary] if boundary else []), item["role"], *([] if plain else ["json"])]
    text = item["content"] if plain else json.dumps(item["content"], ensure_ascii=True, indent=2)
    return f"<!-- {' '.join(words)} -->\n{text}\n"


def _is_plain(content: Any) -> bool:
    return isinstance(content, str) and "\r" not in content


def _boundary(raw: list[dict[str, Any]]) -> str | None:
    """A mark that no text holds, where a text holds a line that looks like a marker."""
    plain = [item["content"] for item in raw if _is_plain(item["content"])]
    if not any(_MARKER.search(text) for text in plain):
        return None
    boundary = ""
    while not boundary or any(boundary in text for text in plain):
        # A mark of digits alone would come back from YAML as a number.
        boundary = "f" + hashlib.sha256((boundary + "\n".join(plain)).encode()).hexdigest()[:7]
    return boundary
