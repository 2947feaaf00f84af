"""Whatever a program hands over, as plain JSON that can be kept: bounded in depth, without keys. Refuses nothing; knows no SDK."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from workbench.providers.keys import MASK, redact
from workbench.text.counting import counted

_DEEPEST = 30
_LONGEST = 2_000  # of the text of a thing that is no JSON
# Names whose values are secrets whatever they look like.
_SECRET = {"authorization", "proxy-authorization", "api_key", "api-key", "apikey", "x-api-key", "password", "secret", "access_token"}


def plain(value: Any, depth: int = _DEEPEST) -> Any:
    """`value` as JSON would hold it, as a copy: models as their fields, bytes as their number, anything else as its text."""
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if depth <= 0:
        return "…"
    if isinstance(value, Mapping):
        return {str(name): plain(one, depth - 1) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one, depth - 1) for one in value]
    return _of_object(value, depth)


def fields_of(value: Any) -> Mapping[str, Any] | None:
    """The fields of an answer, a chunk or an event: of a mapping, or of a model of an SDK. None for anything else."""
    if isinstance(value, Mapping):
        return value
    dump = getattr(value, "model_dump", None)
    if dump is None or isinstance(value, type):
        return None
    # What a server sent need not fit the model it was put into: no warning for that.
    found = dump(exclude_unset=True, by_alias=True, warnings=False)
    return found if isinstance(found, dict) else None


def without_keys(value: Any) -> Any:
    """Plain JSON with every key in its texts hidden, and every value whose name says that it is one."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        return [without_keys(one) for one in value]
    if isinstance(value, dict):
        return {redact(name): MASK if name.lower() in _SECRET and one else without_keys(one) for name, one in value.items()}
    return value


def _of_object(value: Any, depth: int) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"({counted(len(value), 'byte')})"
    try:
        if (found := fields_of(value)) is not None:
            return plain(found, depth - 1)
        if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name), depth - 1) for field in fields(value)}
        return str(value)[:_LONGEST]
    except Exception:  # an object's own methods may do anything
        return f"({type(value).__name__})"
