"""OpenAI's chat completions on the wire: a request as JSON, an answer as a Reply, a stream piece by piece. Pure; imports no SDK."""

from typing import Any

from workbench.errors import ContentRefused, MalformedReply, TruncatedReply
from workbench.providers.base import Reply, Request, Usage
from workbench.providers.sdk import Reading, whole
from workbench.text.messages import Image, Message, Text, ToolCall, ToolResult

_FINISHES = {"function_call": "tool_calls"}
_TARIFFS = ("flex", "priority", "batch")


def body(request: Request, *, max_tokens: str = "max_tokens") -> dict[str, Any]:
    """The request as JSON; nothing is sent that was not set. `max_tokens` is the model's name for that limit."""
    asked = request.parameters
    made: dict[str, Any] = {"model": request.model, "messages": [turn for message in request.messages for turn in _turns(message)]}
    if asked.temperature is not None:
        made["temperature"] = asked.temperature
    if asked.max_tokens is not None:
        made[max_tokens] = asked.max_tokens
    if asked.top_p is not None:
        made["top_p"] = asked.top_p
    if asked.stop:
        made["stop"] = list(asked.stop)
    if asked.seed is not None:
        made["seed"] = asked.seed
    if asked.response_schema is not None:
        inner = {"name": "reply", "schema": asked.response_schema, "strict": may_be_strict(asked.response_schema)}
        made["response_format"] = {"type": "json_schema", "json_schema": inner}
    if request.tools:
        made["tools"] = [{"type": "function", "function": tool} for tool in request.tools]
    if request.tool_choice is not None:
        named = request.tool_choice not in {"auto", "none", "required"}
        made["tool_choice"] = {"type": "function", "function": {"name": request.tool_choice}} if named else request.tool_choice
    return made


def _turns(message: Message) -> list[dict[str, Any]]:
    """A message as OpenAI's turns: each tool result is a turn of its own."""
    results = [{"role": "tool", "tool_call_id": part.id, "content": part.text} for part in message.parts if isinstance(part, ToolResult)]
    calls = [_call(part) for part in message.parts if isinstance(part, ToolCall)]
    shown = [part for part in message.parts if isinstance(part, Text | Image)]
    if results and not shown:
        return results
    content: Any = "".join(part.text for part in shown if isinstance(part, Text))
    if any(isinstance(part, Image) for part in shown):
        content = [_shown(part) for part in shown]
    turn = {"role": message.role, "content": content if shown or not calls else None}
    return [*results, {**turn, "tool_calls": calls} if calls else turn]


def _shown(part: Text | Image) -> dict[str, Any]:
    return {"type": "text", "text": part.text} if isinstance(part, Text) else {"type": "image_url", "image_url": {"url": part.url}}


def _call(part: ToolCall) -> dict[str, Any]:
    return {"id": part.id, "type": "function", "function": {"name": part.name, "arguments": part.arguments}}


_STRICT_WORDS = {
    "type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref", "$defs", "definitions",
    "description", "title", "minimum", "maximum", "multipleOf", "pattern", "format", "minItems", "maxItems",
}  # fmt: skip


def may_be_strict(schema: object, *, root: bool = True) -> bool:
    """Whether OpenAI takes a schema in strict mode: objects closed, every property required, no word it does not know."""
    if not isinstance(schema, dict) or not schema.keys() <= _STRICT_WORDS or (root and schema.get("type") != "object"):
        return False
    properties = schema.get("properties", {})
    closed = schema.get("additionalProperties") is False and set(schema.get("required", ())) == set(properties)
    if (schema.get("type") == "object" or properties) and not closed:
        return False
    inner = [*properties.values(), *schema.get("$defs", {}).values(), *schema.get("definitions", {}).values(), *schema.get("anyOf", ())]
    inner += [schema["items"]] if "items" in schema else []
    return all(may_be_strict(part, root=False) for part in inner)


def reply(data: dict[str, Any]) -> Reply:
    """A whole answer. Raises MalformedReply, ContentRefused."""
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise MalformedReply("The answer holds no choices.")
    choice = choices[0]
    message = choice.get("message")
    if not isinstance(message, dict):
        raise MalformedReply("The answer holds no message.")
    text = _content(message.get("content"))
    calls = message.get("tool_calls") or ()
    tools = tuple(ToolCall(str(call.get("id") or ""), *_function(call)) for call in calls if isinstance(call, dict))
    _require_answered(choice.get("finish_reason"), message.get("refusal"))
    return _made(text, tools, choice.get("finish_reason"), data.get("usage"), model=data.get("model"), tier=data.get("service_tier"))


def _content(content: object) -> str:
    """The text of an answer; some servers send a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _function(call: dict[str, Any]) -> tuple[str, str]:
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    return str(function.get("name") or ""), str(function.get("arguments") or "")


def _require_answered(finish: object, refusal: object) -> None:
    if isinstance(refusal, str) and refusal:
        raise ContentRefused(f"The model refused: {refusal[:500]}")
    if finish == "content_filter":
        raise ContentRefused("The provider's content filter withheld the answer.")


def _made(text: str, tools: tuple[ToolCall, ...], finish: object, used: object, *, model: object, tier: object) -> Reply:
    usage = _usage(used) if isinstance(used, dict) else Usage()
    word = str(finish or ("tool_calls" if tools else "stop"))
    return Reply(
        text=text,
        tool_calls=tools,
        usage=usage,
        model=model if isinstance(model, str) else "",
        finish=_FINISHES.get(word, word),
        usage_estimated=not usage.input_tokens,  # no request is empty: a server that says so has not counted
        processing=str(tier) if tier in _TARIFFS else None,
    )


def _usage(used: dict[str, Any]) -> Usage:
    return Usage(
        input_tokens=whole(used, "prompt_tokens"),
        cached_tokens=whole(used, "prompt_tokens_details", "cached_tokens"),
        cache_write_tokens=whole(used, "prompt_tokens_details", "cache_write_tokens"),
        output_tokens=whole(used, "completion_tokens"),
        reasoning_tokens=whole(used, "completion_tokens_details", "reasoning_tokens"),
    )


class StreamReading(Reading):
    """A streamed answer: deltas of text and of tool calls, a finish, a usage."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._refusal = ""
        self._finish: str | None = None
        self._usage: dict[str, Any] | None = None
        self._model = ""
        self._tier: object = None
        self._calls: dict[int, list[str]] = {}

    def feed(self, event: dict[str, Any]) -> str:
        """Take in one chunk; the text it added."""
        if isinstance(used := event.get("usage"), dict):
            self._usage = used
        self._model = self._model or str(event.get("model") or "")
        self._tier = event.get("service_tier") or self._tier
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return ""
        choice = choices[0]
        self._finish = choice.get("finish_reason") or self._finish
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return ""
        self._refusal += delta.get("refusal") or ""
        for call in delta.get("tool_calls") or ():
            self._take_call(call)
        text = _content(delta.get("content"))
        self._texts.append(text)
        return text

    def _take_call(self, call: dict[str, Any]) -> None:
        name, arguments = _function(call)
        known = self._calls.setdefault(int(call.get("index") or 0), ["", "", ""])
        known[0] = known[0] or str(call.get("id") or "")
        known[1] = known[1] or name
        known[2] += arguments

    def reply(self) -> Reply:
        """The whole reply. A stream without a finish broke off."""
        _require_answered(self._finish, self._refusal)
        if self._finish is None:
            raise TruncatedReply("The stream ended before the answer did.")
        tools = tuple(ToolCall(*parts) for _, parts in sorted(self._calls.items()))
        return _made("".join(self._texts), tools, self._finish, self._usage, model=self._model, tier=self._tier)
