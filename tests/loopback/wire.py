"""The two protocols as the loopback server speaks them: good answers, streams, errors. Shapes are the vendors' own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar


@dataclass(frozen=True)
class Answer:
    """What the server is to say. Tokens are counted by words where they are None."""

    text: str = ""
    tool_calls: tuple[tuple[str, str, str], ...] = ()  # id, name, arguments as JSON text
    finish: str = "stop"  # stop, length, tool_calls, refusal, filtered
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    usage: bool = True


def default(body: dict[str, Any]) -> Answer:
    """An answer that shows what arrived: an instance of the schema asked for, a call of the tool demanded, else an echo."""
    schema, tool = schema_of(body), _demanded_tool(body)
    if tool is not None:
        return Answer(tool_calls=(("call_1", tool[0], json.dumps(example(tool[1]))),), finish="tool_calls")
    if schema is not None:
        return Answer(json.dumps(example(schema)))
    return Answer(f"You said: {last_user_text(body)}")


def last_user_text(body: dict[str, Any]) -> str:
    """The text of the last user message, in either protocol's form."""
    for message in reversed(body.get("messages", [])):
        if message.get("role") == "user":
            content = message.get("content")
            if isinstance(content, str):
                return content
            return "".join(part.get("text", "") for part in content or [] if part.get("type") == "text")
    return ""


def schema_of(body: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema the reply must meet, in either protocol's form."""
    schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
    return schema or ((body.get("output_config") or {}).get("format") or {}).get("schema")


def example(schema: dict[str, Any]) -> Any:
    """The simplest instance of a small JSON schema."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: example(inner) for name, inner in schema.get("properties", {}).items()}
    return {"array": [], "integer": 1, "number": 1.5, "boolean": True, "null": None}.get(kind or "", "text")


def _demanded_tool(body: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    choice, tools = body.get("tool_choice"), body.get("tools") or []
    if choice == "required" or (isinstance(choice, dict) and choice.get("type") == "any"):
        wanted = None
    elif isinstance(choice, dict) and choice.get("type") in {"function", "tool"}:
        wanted = choice.get("name") or choice["function"]["name"]
    else:
        return None
    for tool in tools:
        inner = tool.get("function", tool)
        if wanted in {None, inner["name"]}:
            return inner["name"], inner.get("parameters") or inner.get("input_schema") or {}
    return None


def counted(answer: Answer, body: dict[str, Any]) -> Answer:
    """`answer` with its tokens filled in."""
    words = len(json.dumps(body.get("messages", [])).split())
    said = len(answer.text.split()) + sum(len(arguments.split()) for _, _, arguments in answer.tool_calls)
    return replace(
        answer,
        input_tokens=words if answer.input_tokens is None else answer.input_tokens,
        output_tokens=said if answer.output_tokens is None else answer.output_tokens,
    )


def pieces(text: str) -> list[str]:
    """A text as a model would stream it: word by word."""
    return text.replace(" ", "\0 ").split("\0") if text else []


class OpenAI:
    """Chat completions."""

    done = b"data: [DONE]\n\n"
    finishes: ClassVar = {"refusal": "stop", "filtered": "content_filter"}

    @staticmethod
    def usage(answer: Answer) -> dict[str, Any]:
        return {
            "prompt_tokens": answer.input_tokens,
            "completion_tokens": answer.output_tokens,
            "total_tokens": (answer.input_tokens or 0) + (answer.output_tokens or 0),
            "prompt_tokens_details": {"cached_tokens": answer.cached_tokens},
            "completion_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
        }

    @classmethod
    def _finish(cls, answer: Answer) -> str:
        return cls.finishes.get(answer.finish, answer.finish)

    @staticmethod
    def _calls(answer: Answer) -> list[dict[str, Any]]:
        return [
            {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
            for id_, name, arguments in answer.tool_calls
        ]

    @classmethod
    def body(cls, answer: Answer, request: dict[str, Any]) -> dict[str, Any]:
        """A whole reply."""
        refusal = answer.text or "I'm sorry, I can't help with that." if answer.finish == "refusal" else None
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if refusal or answer.tool_calls else answer.text,
            "refusal": refusal,
        }
        if answer.tool_calls:
            message["tool_calls"] = cls._calls(answer)
        reply = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_760_000_000,
            "model": request.get("model", ""),
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": cls._finish(answer)}],
        }
        return {**reply, "usage": cls.usage(answer)} if answer.usage else reply

    @classmethod
    def events(cls, answer: Answer, request: dict[str, Any]) -> Iterator[bytes]:
        """A streamed reply, event by event."""
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_760_000_000, "model": request.get("model", "")}

        def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            return b"data: " + json.dumps({**head, "choices": [choice]}).encode() + b"\n\n"

        yield event({"role": "assistant", "content": "", "refusal": None})
        field = "refusal" if answer.finish == "refusal" else "content"
        for piece in pieces(answer.text or ("I'm sorry." if field == "refusal" else "")):
            yield event({field: piece})
        for place, call in enumerate(cls._calls(answer)):
            arguments = call["function"]["arguments"]
            middle = len(arguments) // 2
            yield event({"tool_calls": [{"index": place, **call, "function": {**call["function"], "arguments": arguments[:middle]}}]})
            yield event({"tool_calls": [{"index": place, "function": {"arguments": arguments[middle:]}}]})
        yield event({}, cls._finish(answer))
        if answer.usage and (request.get("stream_options") or {}).get("include_usage"):
            yield b"data: " + json.dumps({**head, "choices": [], "usage": cls.usage(answer)}).encode() + b"\n\n"

    @staticmethod
    def stream_error() -> bytes:
        """The provider fails in the middle of a stream."""
        return b'data: {"error": {"message": "The server had an error processing your request.", "type": "server_error", "code": null}}\n\n'

    @staticmethod
    def error(kind: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of an error."""
        model = request.get("model", "")
        told: dict[str, tuple[int, str, str, str | None, str | None]] = {
            "rate_limit": (429, f"Rate limit reached for {model}: Limit 3, Used 3.", "requests", None, "rate_limit_exceeded"),
            "quota": (429, "You exceeded your current quota, please check your plan.", "insufficient_quota", None, "insufficient_quota"),
            "500": (500, "The server had an error while processing your request.", "server_error", None, None),
            "503": (503, "The engine is currently overloaded, please try again later.", "server_error", None, None),
            "529": (529, "Overloaded", "overloaded_error", None, None),
            "401": (
                401,
                "Incorrect API key provided: sk-test1***********************wxyz.",
                "invalid_request_error",
                None,
                "invalid_api_key",
            ),
            "403": (403, f"Project does not have access to model {model}", "invalid_request_error", None, "model_not_allowed"),
            "404": (404, f"The model `{model}` does not exist.", "invalid_request_error", None, "model_not_found"),
            "invalid": (400, "Invalid value for 'temperature': 9.", "invalid_request_error", "temperature", "invalid_value"),
            "policy": (400, "Your request was rejected by our safety system.", "invalid_request_error", None, "content_policy_violation"),
            "context": (
                400,
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
                "invalid_request_error",
                "messages",
                "context_length_exceeded",
            ),
        }
        status, message, type_, param, code = told[kind]
        return status, {"error": {"message": message, "type": type_, "param": param, "code": code}}

    @staticmethod
    def models(names: list[str]) -> dict[str, Any]:
        """The list of models."""
        return {"object": "list", "data": [{"id": name, "object": "model", "created": 1, "owned_by": "loopback"} for name in names]}


class Anthropic:
    """Messages."""

    done = b""
    finishes: ClassVar = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "refusal": "refusal", "filtered": "refusal"}

    @staticmethod
    def usage(answer: Answer) -> dict[str, Any]:
        fresh = (answer.input_tokens or 0) - answer.cached_tokens - answer.cache_write_tokens
        return {
            "input_tokens": max(fresh, 0),  # Anthropic counts cached tokens beside these, not among them
            "cache_creation_input_tokens": answer.cache_write_tokens,
            "cache_read_input_tokens": answer.cached_tokens,
            "output_tokens": answer.output_tokens,
            "service_tier": "standard",
        }

    @classmethod
    def _blocks(cls, answer: Answer) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = [{"type": "text", "text": answer.text}] if answer.text else []
        return blocks + [
            {"type": "tool_use", "id": id_, "name": name, "input": json.loads(arguments)} for id_, name, arguments in answer.tool_calls
        ]

    @classmethod
    def body(cls, answer: Answer, request: dict[str, Any]) -> dict[str, Any]:
        """A whole reply."""
        reply = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": request.get("model", ""),
            "content": cls._blocks(answer),
            "stop_reason": cls.finishes.get(answer.finish, answer.finish),
            "stop_sequence": None,
        }
        return {**reply, "usage": cls.usage(answer)} if answer.usage else reply

    @classmethod
    def events(cls, answer: Answer, request: dict[str, Any]) -> Iterator[bytes]:
        """A streamed reply, event by event."""

        def event(kind: str, **fields: Any) -> bytes:
            return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

        start = {**cls.body(answer, request), "content": [], "stop_reason": None}
        if answer.usage:
            start["usage"] = {**cls.usage(answer), "output_tokens": 1}
        yield event("message_start", message=start)
        yield event("ping")
        for place, block in enumerate(cls._blocks(answer)):
            if block["type"] == "text":
                yield event("content_block_start", index=place, content_block={"type": "text", "text": ""})
                deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
            else:
                yield event("content_block_start", index=place, content_block={**block, "input": {}})
                written = json.dumps(block["input"])
                middle = len(written) // 2
                deltas = [{"type": "input_json_delta", "partial_json": part} for part in (written[:middle], written[middle:])]
            for delta in deltas:
                yield event("content_block_delta", index=place, delta=delta)
            yield event("content_block_stop", index=place)
        finish = {"stop_reason": cls.finishes.get(answer.finish, answer.finish), "stop_sequence": None}
        yield event("message_delta", delta=finish, **({"usage": {"output_tokens": answer.output_tokens}} if answer.usage else {}))
        yield event("message_stop")

    @staticmethod
    def stream_error() -> bytes:
        """The provider fails in the middle of a stream."""
        return b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n'

    @staticmethod
    def error(kind: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of an error."""
        told = {
            "rate_limit": (429, "rate_limit_error", "This request would exceed your rate limit of 50 requests per minute."),
            "quota": (402, "billing_error", "Your credit balance is too low to access the API."),
            "500": (500, "api_error", "Internal server error"),
            "503": (503, "api_error", "Service unavailable"),
            "529": (529, "overloaded_error", "Overloaded"),
            "401": (401, "authentication_error", "invalid x-api-key"),
            "403": (403, "permission_error", "Your API key does not have permission to use the specified resource."),
            "404": (404, "not_found_error", f"model: {request.get('model', '')}"),
            "invalid": (400, "invalid_request_error", "temperature: Input should be less than or equal to 1"),
            "policy": (400, "invalid_request_error", "Output blocked by content filtering policy"),
            "context": (400, "invalid_request_error", "prompt is too long: 205000 tokens > 200000 maximum"),
        }
        status, type_, message = told[kind]
        return status, {"type": "error", "error": {"type": type_, "message": message}, "request_id": "req_1"}

    @staticmethod
    def models(names: list[str]) -> dict[str, Any]:
        """The list of models."""
        data = [{"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"} for name in names]
        return {"data": data, "has_more": False, "first_id": names[0] if names else None, "last_id": names[-1] if names else None}
