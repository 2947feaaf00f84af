"""Anthropic's messages on the wire: a request as JSON, an answer as a Reply, a stream piece by piece. Pure; imports no SDK."""

import json
from typing import Any

from workbench.errors import ContentRefused, InvalidRequest, MalformedReply, TruncatedReply
from workbench.providers.base import Reply, Request, Usage
from workbench.providers.sdk import Reading, whole
from workbench.text.messages import Image, Message, Part, Text, ToolCall

# The protocol demands a limit; this one is what is sent where none is set.
MAX_TOKENS = 4096
_FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
}
_TARIFFS = ("batch", "priority")
_CHOICES = {"auto": "auto", "none": "none", "required": "any"}


def body(request: Request, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """The request as JSON; `schema` is the response schema in the form Anthropic takes. Raises InvalidRequest."""
    asked = request.parameters
    if asked.seed is not None:
        raise InvalidRequest("Anthropic's models take no seed.", hint="Clear the seed in the version's parameters.")
    system, turns = _split(request.messages)
    made: dict[str, Any] = {
        "model": request.model,
        "max_tokens": MAX_TOKENS if asked.max_tokens is None else asked.max_tokens,
        "messages": [{"role": _role(turn), "content": _content(turn)} for turn in turns],
    }
    if system:
        made["system"] = system
    if asked.temperature is not None:
        made["temperature"] = asked.temperature
    if asked.top_p is not None:
        made["top_p"] = asked.top_p
    if asked.stop:
        made["stop_sequences"] = list(asked.stop)
    if schema is not None:
        made["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    if request.tools:
        made["tools"] = [_tool(tool) for tool in request.tools]
    if request.tool_choice is not None:
        kind = _CHOICES.get(request.tool_choice)
        made["tool_choice"] = {"type": kind} if kind else {"type": "tool", "name": request.tool_choice}
    return made


def _split(messages: tuple[Message, ...]) -> tuple[str, tuple[Message, ...]]:
    """The system messages at the start as one text, and the rest in order; a later system message stays where it is."""
    first = next((place for place, message in enumerate(messages) if message.role != "system"), len(messages))
    return "\n\n".join(message.text for message in messages[:first]), messages[first:]


def _role(message: Message) -> str:
    return "user" if message.role == "tool" else message.role


def _content(message: Message) -> str | list[dict[str, Any]]:
    if len(message.parts) == 1 and isinstance(message.parts[0], Text):
        return message.parts[0].text
    return [_block(part) for part in message.parts]


def _block(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Image):
        return {"type": "image", "source": _source(part.url)}
    if isinstance(part, ToolCall):
        return {"type": "tool_use", "id": part.id, "name": part.name, "input": _arguments(part)}
    return {"type": "tool_result", "tool_use_id": part.id, "content": part.text}


def _source(url: str) -> dict[str, Any]:
    head, separator, data = url.partition(";base64,")
    if url.startswith("data:") and separator:
        return {"type": "base64", "media_type": head.removeprefix("data:"), "data": data}
    return {"type": "url", "url": url}


def _arguments(call: ToolCall) -> dict[str, Any]:
    try:
        parsed = json.loads(call.arguments or "{}")
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise InvalidRequest(
            f"The arguments of the call of {call.name!r} are no JSON object.", hint="Mend the tool call in the conversation."
        )
    return parsed


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    schema = tool.get("parameters") or {"type": "object", "properties": {}}
    rest = {name: value for name, value in tool.items() if name not in {"parameters", "strict"}}
    return {**rest, "input_schema": schema}


def reply(data: dict[str, Any]) -> Reply:
    """A whole answer. Raises MalformedReply, ContentRefused."""
    blocks = data.get("content")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks) or not isinstance(data.get("stop_reason"), str):
        raise MalformedReply("The answer holds no content.")
    if not blocks and data["stop_reason"] not in {"refusal", "end_turn", "stop_sequence", "max_tokens"}:
        raise MalformedReply("The answer holds no content.")
    text = "".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")
    tools = tuple(
        ToolCall(str(block.get("id", "")), str(block.get("name", "")), json.dumps(block.get("input") or {}, ensure_ascii=False))
        for block in blocks
        if block.get("type") == "tool_use"
    )
    _require_answered(data["stop_reason"], data.get("stop_details"), text)
    return _made(text, tools, data["stop_reason"], data.get("usage"), data.get("model"))


def _require_answered(finish: str, details: object, text: str) -> None:
    if finish == "refusal":
        why = details.get("explanation") if isinstance(details, dict) else None
        raise ContentRefused(f"The model refused: {why or text or 'it gave no reason.'}"[:500])


def _made(text: str, tools: tuple[ToolCall, ...], finish: str, used: object, model: object) -> Reply:
    usage = _usage(used) if isinstance(used, dict) else Usage()
    return Reply(
        text=text,
        tool_calls=tools,
        usage=usage,
        model=model if isinstance(model, str) else "",
        finish=_FINISHES.get(finish, finish),
        usage_estimated=not usage.input_tokens,  # no request is empty: a server that says so has not counted
        processing=_processing(used) if isinstance(used, dict) else None,
    )


def _processing(used: dict[str, Any]) -> str | None:
    """The tariff: batches are a service tier here, and the faster one a speed."""
    tier, speed = used.get("service_tier"), used.get("speed")
    if tier in _TARIFFS:
        return str(tier)
    return "fast" if speed == "fast" else None


def _usage(used: dict[str, Any]) -> Usage:
    """Anthropic counts cached tokens beside the input; here they are among it."""
    cached, written = whole(used, "cache_read_input_tokens"), whole(used, "cache_creation_input_tokens")
    return Usage(
        input_tokens=whole(used, "input_tokens") + cached + written,
        cached_tokens=cached,
        cache_write_tokens=written,
        output_tokens=whole(used, "output_tokens"),
        reasoning_tokens=whole(used, "output_tokens_details", "thinking_tokens"),
        cache_write_1h_tokens=min(written, whole(used, "cache_creation", "ephemeral_1h_input_tokens")),
    )


class StreamReading(Reading):
    """A streamed answer: blocks of text and of tool calls, a stop reason, a usage that grows."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._tools: dict[int, list[str]] = {}
        self._usage: dict[str, Any] = {}
        self._model = ""
        self._finish: str | None = None
        self._details: object = None
        self._ended = False

    def feed(self, event: dict[str, Any]) -> str:
        """Take in one event; the text it added."""
        kind = event.get("type")
        if kind == "content_block_delta":
            return self._delta(int(event.get("index", 0)), event.get("delta") or {})
        if kind == "content_block_start":
            block = event.get("content_block") or {}
            if block.get("type") == "tool_use":
                self._tools[int(event.get("index", 0))] = [str(block.get("id", "")), str(block.get("name", "")), ""]
        elif kind == "message_start":
            message = event.get("message") or {}
            self._model = str(message.get("model", ""))
            self._usage.update(message.get("usage") or {})
        elif kind == "message_delta":
            delta = event.get("delta") or {}
            self._finish, self._details = delta.get("stop_reason"), delta.get("stop_details")
            self._usage.update({name: value for name, value in (event.get("usage") or {}).items() if value is not None})
        elif kind == "message_stop":
            self._ended = True
        return ""

    def _delta(self, place: int, delta: dict[str, Any]) -> str:
        if delta.get("type") == "input_json_delta" and place in self._tools:
            self._tools[place][2] += str(delta.get("partial_json", ""))
        if delta.get("type") != "text_delta":
            return ""
        text = str(delta.get("text", ""))
        self._texts.append(text)
        return text

    def reply(self) -> Reply:
        """The whole reply. A stream without its last event broke off."""
        if not self._ended or self._finish is None:
            raise TruncatedReply("The stream ended before the answer did.")
        tools = tuple(ToolCall(id_, name, arguments or "{}") for _, (id_, name, arguments) in sorted(self._tools.items()))
        text = "".join(self._texts)
        _require_answered(self._finish, self._details, text)
        return _made(text, tools, self._finish, self._usage or None, self._model)
