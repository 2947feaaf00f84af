"""Messages: a role and a list of parts. Owns their JSON; refuses what no provider could be sent.

In JSON a message is `{"role": "user", "content": "text"}`, or, where it is more than one text,
`{"role": "user", "content": [{"type": "text", "text": "..."}, ...]}`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from workbench.errors import InputError

Role = Literal["system", "user", "assistant", "tool"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Text:
    """Text, with variables where it belongs to a version."""

    text: str
    type: Literal["text"] = field(default="text", init=False)


@dataclass(frozen=True)
class Image:
    """A picture by URL or `data:` URL."""

    url: str
    type: Literal["image"] = field(default="image", init=False)


@dataclass(frozen=True)
class ToolCall:
    """A model asks for a tool. `arguments` is JSON text exactly as the model wrote it: it may not parse."""

    id: str
    name: str
    arguments: str
    type: Literal["tool_call"] = field(default="tool_call", init=False)


@dataclass(frozen=True)
class ToolResult:
    """What a tool answered to the call `id`."""

    id: str
    text: str
    type: Literal["tool_result"] = field(default="tool_result", init=False)


Part = Text | Image | ToolCall | ToolResult
_PARTS: dict[str, tuple[type[Part], tuple[str, ...]]] = {
    "text": (Text, ("text",)),
    "image": (Image, ("url",)),
    "tool_call": (ToolCall, ("id", "name", "arguments")),
    "tool_result": (ToolResult, ("id", "text")),
}


@dataclass(frozen=True)
class Message:
    """One turn."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    def to_json(self) -> dict[str, Any]:
        """The message as JSON: `content` is a string where it is one text, else a list of parts."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Text):
            return {"role": self.role, "content": self.parts[0].text}
        return {"role": self.role, "content": [_part_json(part) for part in self.parts]}


def message(role: Role, text: str) -> Message:
    """A message of one text."""
    return Message(role, (Text(text),))


def from_json(raw: object) -> tuple[Message, ...]:
    """Messages out of a JSON list. Raises InputError that names the message and the part."""
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        raise InputError("messages must be a list", hint='Write [{"role": "user", "content": "..."}].')
    return tuple(_message(item, f"message {place}") for place, item in enumerate(raw, 1))


def to_json(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Messages as a JSON list."""
    return [item.to_json() for item in messages]


def _message(raw: object, place: str) -> Message:
    if not isinstance(raw, Mapping):
        raise InputError("is not an object with role and content", place=place)
    role = raw.get("role")
    if role == "developer":  # OpenAI's newer word for the same role
        role = "system"
    if role not in ROLES:
        raise InputError(f"has the role {role!r}", place=place, hint=f"Roles are {', '.join(ROLES)}.")
    content = raw.get("content", raw.get("parts"))
    if isinstance(content, str):
        return message(cast("Role", role), content)
    if not isinstance(content, Sequence) or isinstance(content, bytes):
        raise InputError("has no content", place=place, hint="content is a text or a list of parts.")
    return Message(cast("Role", role), tuple(_part(item, f"{place}, part {n}") for n, item in enumerate(content, 1)))


def _part(raw: object, place: str) -> Part:
    if isinstance(raw, str):
        return Text(raw)
    if not isinstance(raw, Mapping):
        raise InputError("is neither a text nor an object", place=place)
    kind = raw.get("type", "text")
    if kind == "image_url":  # OpenAI's form of a picture
        inner = raw.get("image_url")
        raw, kind = {"url": inner.get("url") if isinstance(inner, Mapping) else inner}, "image"
    if kind not in _PARTS:
        raise InputError(f"has the type {kind!r}", place=place, hint=f"Types are {', '.join(_PARTS)}.")
    make, names = _PARTS[kind]
    values = [raw.get(name) for name in names]
    for name, value in zip(names, values, strict=True):
        if not isinstance(value, str):
            raise InputError(f"{name} must be a text", place=place)
    return make(*cast("list[str]", values))


def _part_json(part: Part) -> dict[str, Any]:
    return {"type": part.type, **{name: getattr(part, name) for name in _PARTS[part.type][1]}}
