"""Dotprompt files (`.prompt`): YAML front matter and a Handlebars body. Read only; what cannot be carried over is reported.

{{role "system"}} begins a message. Handlebars' #if, #unless and #each become mustache sections, which do the same for them.
"""

import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import InputError
from workbench.prompts.interchange import handlebars, parsing, picoschema, shapes
from workbench.prompts.interchange.base import File, Parcel, reader
from workbench.prompts.interchange.folder import split

_ROLE = re.compile(r"""\{\{\s*role\s+["'](\w+)["']\s*\}\}""")
_ROLES = {"model": "assistant", "system": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
_CONFIG = {"temperature": "temperature", "maxOutputTokens": "max_tokens", "topP": "top_p", "stopSequences": "stop", "seed": "seed"}
_HISTORY = re.compile(r"\{\{\s*history\s*\}\}")
_JSON = re.compile(r"\{\{\s{0,9}json\s{1,9}([\w.]{1,200})(?:\s{1,9}indent=\d{1,3})?\s{0,9}\}\}")
_MEDIA = re.compile(
    r"""\{\{\s{0,9}media\s{1,9}url=(?:["']([^"'{}]{1,999})["']|([\w.]{1,200}))(?:\s{1,9}contentType=[^{}]{0,99})?\s{0,9}\}\}"""
)
_LICENCE = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?+\n)++(?=---[ \t]*\n)")
_KNOWN = ("name", "model", "config", "input", "output", "tools", "metadata", "variant", "description", "version")


@reader(".prompt")
def read(file: File, parcel: Parcel, _beside: Mapping[str, File]) -> None:
    """Add the prompt in a dotprompt file to the parcel."""
    source = parsing.text(file, parcel).replace("\r\n", "\n")
    front, body, _line = split(_LICENCE.sub("", source, count=1) if _LICENCE.match(source) else source.lstrip("\n"), file.path)
    front = front or {}
    stem = file.stem.removeprefix("_") or file.stem  # _style.prompt is the partial {{>style}}
    name = f"{file.folder}/{stem}" if file.folder else stem
    given: dict[str, Any] = {
        "name": front.get("name") or name,
        "engine": "mustache",
        "messages": _messages(body, file, parcel),
        "model": front.get("model"),
        "parameters": _parameters(_object(front, "config", file), file, parcel),
        "variables": _variables(_object(front, "input", file), file, parcel),
        "metadata": {**_object(front, "metadata", file), **{key: value for key, value in front.items() if key not in _KNOWN}},
        **{key: front[key] for key in ("description", "version") if key in front},
        **_output(_object(front, "output", file), file, parcel),
    }
    tools = front.get("tools") or []
    whole = [tool for tool in tools if isinstance(tool, Mapping)] if isinstance(tools, list) else []
    if named := [str(tool) for tool in tools if not isinstance(tool, Mapping)] if isinstance(tools, list) else [str(tools)]:
        parcel.guess(file.path, f"tools named only ({', '.join(named)}) are not carried over: their schemas live in code")
    given["tools"] = [
        {"name": tool.get("name"), "description": tool.get("description"), "parameters": picoschema.schema(tool.get("input"), file.path)}
        for tool in whole
    ]
    shapes.prompt({key: value for key, value in given.items() if value not in (None, [], {})}, shapes.Origin(file.path, name), parcel)


def _object(front: dict[str, Any], key: str, file: File) -> dict[str, Any]:
    value = front.get(key)
    if value is not None and not isinstance(value, dict):
        raise InputError(f"{key} must be an object", place=file.path)
    return value or {}


def _parameters(config: dict[str, Any], file: File, parcel: Parcel) -> dict[str, Any]:
    if lost := [str(key) for key in config if key not in _CONFIG]:
        parcel.guess(file.path, f"not carried over from config: {', '.join(lost)}")
    return {ours: config[theirs] for theirs, ours in _CONFIG.items() if config.get(theirs) is not None}


def _schema(given: dict[str, Any], file: File, parcel: Parcel) -> dict[str, Any] | None:
    """The schema of input or output. One that is only named lives in code: it is told, and left out."""
    raw = given.get("schema")
    if isinstance(raw, str) and picoschema.is_name(raw):
        parcel.guess(file.path, f"the schema {raw} is not carried over: it lives in code")
        return None
    return picoschema.schema(raw, file.path)


def _variables(given: dict[str, Any], file: File, parcel: Parcel) -> list[dict[str, Any]]:
    schema = _schema(given, file, parcel) or {}
    examples = given.get("default")
    examples = examples if isinstance(examples, dict) else {}
    fields = schema.get("properties", {})
    names = [*fields, *(name for name in examples if name not in fields)]
    return [_variable(str(name), fields.get(name, {}), schema.get("required", []), examples) for name in names]


def _variable(name: str, field: Any, required: Any, examples: dict[str, Any]) -> dict[str, Any]:
    field = field if isinstance(field, Mapping) else {}
    kinds = field.get("type")
    kind = next((item for item in kinds if item != "null"), "string") if isinstance(kinds, list) else kinds
    return {
        "name": name,
        "type": picoschema.VARIABLE_TYPES.get(str(kind), "text"),
        "description": str(field.get("description") or ""),
        "required": name in required and name not in examples,
        "example": examples.get(name, ""),
    }


def _output(given: dict[str, Any], file: File, parcel: Parcel) -> dict[str, Any]:
    schema = _schema(given, file, parcel)
    if not schema and given.get("format"):
        parcel.guess(file.path, f"the output format {given['format']} is not carried over: it has no schema")
    return {"output_schema": schema, "response_schema": schema} if schema else {}


def _messages(body: str, file: File, parcel: Parcel) -> list[dict[str, Any]]:
    pieces = _ROLE.split(_mustache(body, file, parcel))
    roles = ["user", *pieces[1::2]]
    found = []
    for role, text in zip(roles, pieces[::2], strict=True):
        if role not in _ROLES:
            raise InputError(f"has the role {role!r}", place=file.path, hint=f"Roles are {', '.join(_ROLES)}.")
        if text.strip():
            found.append({"role": _ROLES[role], "content": _content(text.strip("\n"))})
    if not found:
        raise InputError("its body is empty", place=file.path)
    return found


def _content(text: str) -> str | list[dict[str, Any]]:
    """The text, or where it shows pictures, texts and pictures in their order."""
    pieces = _MEDIA.split(text)
    parts: list[dict[str, Any]] = []
    for plain, literal, name in zip(pieces[::3], [*pieces[1::3], None], [*pieces[2::3], None], strict=True):
        if plain.strip():
            parts.append({"type": "text", "text": plain})
        if url := literal or (name and "{{" + name + "}}"):
            parts.append({"type": "image", "url": url})
    return parts if len(pieces) > 1 else text


def _mustache(body: str, file: File, parcel: Parcel) -> str:
    """The body in mustache. Helpers that mustache has not are reported and stay as they are."""
    if names := dict.fromkeys(_JSON.findall(body)):
        told = ", ".join(f"{{{{json {name}}}}}" for name in names)
        parcel.guess(file.path, f"read as the plain value, which is JSON where it is a list or an object: {told}")
    changed, rewritten, lost = handlebars.mustache(_JSON.sub(r"{{\1}}", body))
    if rewritten:
        parcel.guess(file.path, "#if, #unless, #each and #with were read as mustache sections")
    changed, histories = _HISTORY.subn("", changed)
    if histories:
        parcel.guess(file.path, "{{history}} is not carried over: the conversation is added where the prompt is used")
    known = [item for item in lost if _ROLE.fullmatch("{{" + item + "}}") or _MEDIA.fullmatch("{{" + item + "}}")]
    if left := [item for item in lost if item not in known]:
        parcel.guess(file.path, f"not carried over, please change by hand: {', '.join('{{' + item + '}}' for item in left)}")
    return changed
