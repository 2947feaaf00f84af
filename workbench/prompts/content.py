"""What a version holds and its hash covers: messages, engine, model, parameters, tools, output schema. Knows no database.

In JSON only what differs from the default is written, so that a field added later changes no hash.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from workbench.errors import InputError, WorkbenchError
from workbench.providers.base import Parameters, split
from workbench.text import messages as texts
from workbench.text.messages import Message, message
from workbench.text.templates import ENGINES

FORMAT = 1  # raise it when the same JSON begins to mean something else: every hash changes with it
PRESETS = {"factual": Parameters(temperature=0.2, max_tokens=500), "creative": Parameters(temperature=0.8, max_tokens=1000)}
PARAMETERS = tuple(item.name for item in fields(Parameters))
_DEEPEST = 60


@dataclass(frozen=True)
class Content:
    """The content of a version. `model` is provider/model, or empty where the caller chooses. Tools are as in a Request."""

    messages: tuple[Message, ...]
    engine: str = "mustache"
    model: str = ""
    parameters: Parameters = field(default_factory=Parameters)
    tools: tuple[dict[str, Any], ...] = ()
    tool_choice: str | None = None
    output_schema: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The content as JSON that `from_json` reads back; defaults are left out."""
        whole: dict[str, Any] = {"messages": texts.to_json(self.messages), "engine": self.engine}
        optional = {
            "model": self.model,
            "parameters": parameters_json(self.parameters),
            "tools": list(_tools(self.tools)),
            "tool_choice": self.tool_choice,
            "output_schema": self.output_schema,
        }
        whole |= {name: value for name, value in optional.items() if value not in (None, "", [], {})}
        return dict(plain(whole, "content"))

    @staticmethod
    def from_json(raw: object) -> "Content":
        """The content that `raw` describes. Raises InputError that names the field."""
        return _content(raw)

    def hash(self) -> str:
        """SHA-256 over the canonical JSON and the format number: independent of key order, and of 1 against 1.0."""
        return hashlib.sha256(canonical({"format": FORMAT, **self.to_json()}).encode()).hexdigest()

    def checked(self) -> "Content":
        """The same content if it can be saved and sent, its texts made storable. Raises InputError that names the field."""
        if not self.messages:
            raise InputError("a version needs at least one message", place="messages", hint="Write a message first.")
        return _content(self.to_json())


def text(prompt: str, **more: Any) -> Content:
    """The content of one user message."""
    return Content((message("user", prompt),), **more)


def canonical(value: object) -> str:
    """`value` as the one JSON text that stands for it: keys sorted, no spaces, whole floats as integers."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def parameters_json(parameters: Parameters) -> dict[str, Any]:
    """The parameters that are set; an empty schema accepts anything, which is none."""
    values = {name: getattr(parameters, name) for name in PARAMETERS}
    values["stop"] = list(parameters.stop)
    return {name: value for name, value in values.items() if value not in (None, [], {})}


def parameters(raw: object) -> Parameters:
    """Parameters out of JSON. Raises InputError that names the field; None, and what is absent, is the provider's default."""
    if raw is None:
        return Parameters()
    if not isinstance(raw, Mapping):
        raise InputError("must be an object", place="field parameters")
    given = {str(name): value for name, value in raw.items() if value is not None}
    for name in given:
        if name not in PARAMETERS:
            raise InputError("is not a parameter", place=f"field {name}", hint=f"Parameters are {', '.join(PARAMETERS)}.")
    return Parameters(
        temperature=_number(given, "temperature", 0, 2),
        max_tokens=_whole(given, "max_tokens", 1, 10_000_000),
        top_p=_number(given, "top_p", 0, 1),
        stop=_stop(given.get("stop", ())),
        seed=_whole(given, "seed", -(2**63), 2**63 - 1),
        response_schema=_schema(given.get("response_schema"), "response_schema"),
    )


def with_preset(content: Content, name: str) -> Content:
    """`content` with the temperature and max_tokens of the preset. Raises InputError for an unknown one."""
    if name not in PRESETS:
        raise InputError(f"{name!r} is not a preset", place="field preset", hint=f"Presets are {', '.join(PRESETS)}.")
    preset = PRESETS[name]
    return replace(content, parameters=replace(content.parameters, temperature=preset.temperature, max_tokens=preset.max_tokens))


def _content(raw: object) -> Content:
    if not isinstance(raw, Mapping):
        raise InputError("a version must be an object with messages", hint='Write {"messages": [{"role": "user", "content": "..."}]}.')
    if unknown := [str(name) for name in raw if name not in _FIELDS]:
        raise InputError("is not a field of a version", place=f"field {unknown[0]}", hint=f"Fields are {', '.join(_FIELDS)}.")
    if "messages" not in raw:
        raise InputError("is missing", place="field messages", hint="A version needs at least its messages.")
    given = plain(raw, "content")
    engine = given.get("engine") or "mustache"
    if engine not in ENGINES:
        raise InputError(f"{engine!r} is not a template engine", place="field engine", hint=f"Engines are {', '.join(ENGINES)}.")
    return Content(
        messages=texts.from_json(given["messages"]),
        engine=engine,
        model=_model(given.get("model") or ""),
        parameters=parameters(given.get("parameters")),
        tools=_tools(given.get("tools") or ()),
        tool_choice=_tool_choice(given.get("tool_choice")),
        output_schema=_schema(given.get("output_schema"), "output_schema"),
    )


_FIELDS = tuple(item.name for item in fields(Content))


def plain(value: Any, place: str, depth: int = 0) -> Any:
    """`value` as JSON the databases can hold: text without NUL and lone surrogates, whole floats as integers."""
    if depth > _DEEPEST:
        raise InputError(f"is nested more than {_DEEPEST} deep", place=place)
    if isinstance(value, str):
        return _storable(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError("is not a finite number", place=place)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, Mapping):
        return {_key(name, place): plain(inner, f"{place}.{name}", depth + 1) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [plain(inner, f"{place}[{n}]", depth + 1) for n, inner in enumerate(value, 1)]
    raise InputError(f"is a {type(value).__name__}, which JSON cannot hold", place=place, hint="Put it in quotes.")


def _storable(value: str) -> str:
    # The same rule as the store's PlainText, which needs SQLAlchemy and would make this module slow to import.
    return value.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _key(name: object, place: str) -> str:
    if not isinstance(name, str):
        raise InputError(f"the key {name!r} is not a text", place=place, hint="Put it in quotes.")
    return _storable(name)


def _model(value: object) -> str:
    if not isinstance(value, str):
        raise InputError("must be a text", place="field model")
    if not value:
        return ""
    try:
        provider, name = split(value)
    except WorkbenchError as error:
        raise InputError(error.message, place="field model", hint=error.hint) from None
    if len(provider) > 100 or len(name) > 200:
        raise InputError("is longer than 200 characters", place="field model")
    return value


def _number(given: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"must be a number, not {value!r}", place=f"field {name}")
    if not low <= value <= high:
        raise InputError(f"must lie between {low} and {high}, and is {value}", place=f"field {name}")
    return float(value)


def _whole(given: Mapping[str, Any], name: str, low: int, high: int) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high or int(value) != value:
        raise InputError(f"must be a whole number from {low:,}, not {value!r}", place=f"field {name}")
    return int(value)


def _stop(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Sequence) or not all(isinstance(item, str) for item in value):
        raise InputError("must be a text or a list of texts", place="field stop")
    return tuple(value)


def _schema(value: object, name: str) -> dict[str, Any] | None:
    if value is None or value == {}:
        return None
    if not isinstance(value, Mapping):
        raise InputError("must be a JSON schema, an object", place=f"field {name}")
    return dict(plain(value, name))


def _tool_choice(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, Mapping):  # OpenAI's and Anthropic's forms of "this tool"
        function = value.get("function")
        value = function.get("name") if isinstance(function, Mapping) else value.get("name", value.get("type"))
    if not isinstance(value, str):
        raise InputError("must be auto, none, required or a tool's name", place="field tool_choice")
    return value


def _tools(value: object) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InputError("must be a list", place="field tools", hint='Write [{"name": "...", "description": "...", "parameters": {...}}].')
    found = tuple(_tool(item, f"tool {n}") for n, item in enumerate(value, 1))
    names = [tool["name"] for tool in found]
    if len(set(names)) < len(names):
        raise InputError("two tools have the same name", place="field tools")
    return found


def _tool(raw: object, place: str) -> dict[str, Any]:
    if isinstance(raw, Mapping) and isinstance(raw.get("function"), Mapping):  # OpenAI's form
        raw = raw["function"]
    if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str) or not raw["name"]:
        raise InputError("needs a name", place=place, hint='Write {"name": "...", "description": "...", "parameters": {...}}.')
    schema = raw.get("parameters", raw.get("input_schema", {}))  # the second is Anthropic's word
    if not isinstance(schema, Mapping):
        raise InputError("parameters must be a JSON schema, an object", place=place)
    return {"name": raw["name"], "description": str(raw.get("description") or ""), "parameters": dict(schema)}
