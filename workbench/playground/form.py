"""A prompt while it is being written: every field as the person typed it, so that a draft with a broken schema is kept too.

Turns into a Content when every field can be read; says place and remedy of what cannot.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from workbench.errors import InputError
from workbench.prompts.content import Content
from workbench.providers.base import Parameters
from workbench.text import messages as texts
from workbench.text.messages import ROLES, Message, Text


@dataclass(frozen=True)
class Turn:
    """One message. `parts` says that `text` is JSON: a list of parts, because the message is more than one text."""

    role: str = "user"
    text: str = ""
    parts: bool = False


@dataclass(frozen=True)
class Form:
    """The fields of a version as typed. `stop` is one per line; the four last are JSON or empty."""

    turns: tuple[Turn, ...] = (Turn("system"), Turn("user"))
    engine: str = "mustache"
    model: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    seed: int | None = None
    stop: str = ""
    tools: str = ""
    tool_choice: str = ""
    response_schema: str = ""
    output_schema: str = ""

    def to_json(self) -> dict[str, Any]:
        """The form as JSON that `from_json` reads back."""
        return asdict(self) | {"turns": [asdict(turn) for turn in self.turns]}


EMPTY = Form()
_FIELDS = tuple(item.name for item in fields(Form))


def from_json(raw: Mapping[str, Any]) -> Form:
    """The form that a draft holds; what is missing or of another shape is left at its default."""
    if "messages" in raw and "turns" not in raw:  # a draft that somebody kept as a version's content
        form = of_content(Content.from_json(dict(raw)))
        return form if form.turns else replace(form, turns=EMPTY.turns)
    known = {name: raw[name] for name in _FIELDS if name in raw and name != "turns"}
    return Form(turns=turns(raw.get("turns")) or EMPTY.turns, **known)


def turns(raw: object) -> tuple[Turn, ...]:
    """Turns out of JSON: the editor's or a draft's."""
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        return ()
    given = [item for item in raw if isinstance(item, Mapping)]
    return tuple(Turn(str(item.get("role") or "user"), str(item.get("text") or ""), bool(item.get("parts"))) for item in given)


def of_content(content: Content) -> Form:
    """The form that shows `content`."""
    parameters = content.parameters
    return Form(
        turns=tuple(_turn(item) for item in content.messages),
        engine=content.engine,
        model=content.model,
        temperature=parameters.temperature,
        max_tokens=parameters.max_tokens,
        top_p=parameters.top_p,
        seed=parameters.seed,
        stop="\n".join(line.replace("\n", "\\n") for line in parameters.stop),
        tools=_pretty(list(content.tools)),
        tool_choice=content.tool_choice or "",
        response_schema=_pretty(parameters.response_schema),
        output_schema=_pretty(content.output_schema),
    )


def content(form: Form) -> Content:
    """The content that the form describes. Raises InputError naming the field, and line and column where it is JSON."""
    schema = _object("response_schema", form.response_schema)
    raw = {
        "messages": [_message_json(turn, place) for place, turn in enumerate(form.turns, 1)],
        "engine": form.engine,
        "model": form.model.strip(),
        "parameters": {
            "temperature": form.temperature,
            "max_tokens": form.max_tokens,
            "top_p": form.top_p,
            "seed": form.seed,
            "stop": [line.replace("\\n", "\n") for line in form.stop.splitlines() if line],
            "response_schema": schema,
        },
        "tools": _list("tools", form.tools),
        "tool_choice": form.tool_choice.strip() or None,
        "output_schema": _object("output_schema", form.output_schema),
    }
    return Content.from_json(raw)


def saved(form: Form) -> Content:
    """The content to save or send: as `content`, without messages that stayed empty. Raises InputError."""
    whole = content(form)
    kept = tuple(item for item in whole.messages if item.text.strip() or any(not isinstance(part, Text) for part in item.parts))
    if not kept:
        raise InputError("every message is empty", place="messages", hint="Write a message first.")
    return Content(kept, whole.engine, whole.model, whole.parameters, whole.tools, whole.tool_choice, whole.output_schema)


def with_preset(form: Form, parameters: Parameters) -> Form:
    """The form with the temperature and max_tokens of a preset."""
    return Form(**{**vars(form), "temperature": parameters.temperature, "max_tokens": parameters.max_tokens})


def _turn(item: Message) -> Turn:
    if len(item.parts) == 1 and isinstance(item.parts[0], Text):
        return Turn(item.role, item.parts[0].text)
    return Turn(item.role, _pretty(item.to_json()["content"]), parts=True)


def _message_json(turn: Turn, place: int) -> dict[str, Any]:
    if not turn.parts:
        return {"role": turn.role if turn.role in ROLES else "user", "content": turn.text}
    raw = {"role": turn.role, "content": _list(f"message {place}", turn.text)}
    texts.from_json([raw])
    return raw


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) if value else ""


def _list(name: str, text: str) -> list[Any]:
    value = _read(name, text)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError("must be a JSON list", place=name, hint="Begin with [ and end with ].")
    return value


def _object(name: str, text: str) -> dict[str, Any] | None:
    value = _read(name, text)
    if value is not None and not isinstance(value, dict):
        raise InputError("must be a JSON object", place=name, hint="Begin with { and end with }.")
    return value


def _read(name: str, text: str) -> Any:
    if not text.strip():
        return None
    place = name.replace("_", " ")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"this is not JSON: {error.msg}",
            place=f"{place}, line {error.lineno}, column {error.colno}",
            hint="Mend it there, then save again.",
        ) from None
    except RecursionError:
        raise InputError("this JSON is nested too deep", place=place) from None
