"""Picoschema, dotprompt's short way to write a JSON schema, as the JSON schema it stands for. A whole JSON schema passes unchanged."""

from collections.abc import Mapping
from typing import Any

from workbench.errors import InputError

VARIABLE_TYPES = {"string": "text", "number": "number", "integer": "number", "boolean": "boolean", "array": "list", "object": "object"}
_SCALARS = ("string", "number", "integer", "boolean", "null", "any")
_DEEPEST = 30


def schema(raw: object, place: str) -> dict[str, Any] | None:
    """The JSON schema of `raw`; None where there is none. Raises InputError."""
    if raw is None:
        return None
    if isinstance(raw, Mapping) and (raw.get("type") in {"object", "array", *_SCALARS} or "properties" in raw or "$schema" in raw):
        return dict(raw)
    return _type(raw, place, 0)


def is_name(raw: str) -> bool:
    """Whether a schema that is one word names another, defined elsewhere, and no type."""
    return raw.strip().isidentifier() and raw.strip() not in _SCALARS


def _type(raw: object, place: str, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise InputError("its schema is nested too deep", place=place)
    if isinstance(raw, str):
        return _scalar(raw, place)
    if isinstance(raw, Mapping):
        return _object(raw, place, depth)
    raise InputError(f"its schema holds {raw!r}", place=place, hint="Write a type, for example: name: string, the person's name.")


def _scalar(raw: str, place: str) -> dict[str, Any]:
    kind, _comma, description = (piece.strip() for piece in raw.partition(","))
    if kind not in _SCALARS:
        raise InputError(f"its schema has the type {kind!r}", place=place, hint=f"Types are {', '.join(_SCALARS)}.")
    return {**({} if kind == "any" else {"type": kind}), **({"description": description} if description else {})}


def _object(raw: Mapping[Any, Any], place: str, depth: int) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    more: Any = False
    for key, value in raw.items():
        head, _bracket, inner = str(key).partition("(")
        head = head.strip()
        kind, _comma, description = (piece.strip() for piece in inner.rstrip().removesuffix(")").partition(","))
        field = _field(kind, value, place, depth)
        if description:
            field["description"] = description
        if kind == "*" or head == "(*)" or (not head and kind == "*"):
            more = field
            continue
        name = head.removesuffix("?")
        properties[name] = field
        if not head.endswith("?"):
            required.append(name)
    return {"type": "object", "properties": properties, **({"required": required} if required else {}), "additionalProperties": more}


def _field(kind: str, value: Any, place: str, depth: int) -> dict[str, Any]:
    if kind == "enum":
        if not isinstance(value, list):
            raise InputError("an enum in its schema must be a list", place=place)
        return {"enum": value}
    if kind == "array":
        return {"type": "array", "items": _type(value, place, depth + 1)}
    return _type(value, place, depth + 1)
