"""What an answer says that has the shape of OpenAI's or Anthropic's: text, tool calls, tokens, model. Pure; imports no SDK.

Chat completions, responses, embeddings and messages are known by their fields, whole or streamed, as models of an SDK or as JSON. What
cannot be read is left out: an answer is the program's, and recording it must never be the reason that it fails.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.ledger.recording.plain import fields_of
from workbench.providers.base import Usage
from workbench.providers.sdk import whole

_TARIFFS = {"batch", "flex", "priority", "fast"}


@dataclass(slots=True)
class Answer:
    """What is known of an answer so far. `usage` is None where the provider has sent none; `finished` says that its end has come,
    `refused` why the model did not answer, `failed` the provider's own word for its failure; `provider` is the vendor whose shape it has.
    """

    provider: str = ""
    model: str = ""
    text: str = ""
    tool_calls: list[dict[str, str]] = field(default_factory=list)
    usage: Usage | None = None
    processing: str | None = None
    refused: str = ""
    failed: Mapping[str, Any] | None = None
    finished: bool = False

    def to_fields(self) -> dict[str, Any]:
        """The answer under the ledger's field names."""
        counts = asdict(self.usage) if self.usage else {}
        return {"reply": self.text or None, "tool_calls": self.tool_calls or None, "processing": self.processing, **counts}


def read(result: Any) -> Answer | None:
    """What `result` says; None where it has no shape that is known. A text is an answer without figures."""
    if isinstance(result, str):
        return Answer(text=result, finished=True)
    data = fields_of(result)
    return None if data is None else _by_fields(data)


def _by_fields(data: Mapping[str, Any]) -> Answer | None:
    if isinstance(data.get("choices"), list):
        return _chat(data)
    if isinstance(data.get("output"), list) and data.get("object", "response") == "response":
        return _response(data)
    if isinstance(data.get("content"), list) and ("stop_reason" in data or data.get("type") == "message"):
        return _message(data)
    if isinstance(data.get("usage"), Mapping):
        vendor = "openai" if data.get("object") == "list" else ""
        return Answer(provider=vendor, model=_text(data.get("model")), usage=usage(data["usage"]), finished=True)
    return None


def usage(raw: Mapping[str, Any]) -> Usage | None:
    """The tokens of a usage of any of the shapes; None where nothing was counted, as no request is empty."""
    if "prompt_tokens" in raw:
        counted = Usage(
            input_tokens=whole(raw, "prompt_tokens"),
            cached_tokens=whole(raw, "prompt_tokens_details", "cached_tokens"),
            cache_write_tokens=whole(raw, "prompt_tokens_details", "cache_write_tokens"),
            output_tokens=whole(raw, "completion_tokens"),
            reasoning_tokens=whole(raw, "completion_tokens_details", "reasoning_tokens"),
        )
    else:
        # Anthropic counts cached tokens beside the input, OpenAI's responses among it; here they are always among it.
        beside, written = whole(raw, "cache_read_input_tokens"), whole(raw, "cache_creation_input_tokens")
        counted = Usage(
            input_tokens=whole(raw, "input_tokens") + beside + written,
            cached_tokens=beside or whole(raw, "input_tokens_details", "cached_tokens"),
            cache_write_tokens=written or whole(raw, "input_tokens_details", "cache_write_tokens"),
            output_tokens=whole(raw, "output_tokens"),
            reasoning_tokens=whole(raw, "output_tokens_details", "reasoning_tokens")
            or whole(raw, "output_tokens_details", "thinking_tokens"),
            cache_write_1h_tokens=min(written, whole(raw, "cache_creation", "ephemeral_1h_input_tokens")),
        )
    return counted if counted.input_tokens else None


def _chat(data: Mapping[str, Any]) -> Answer:
    choices = [choice for choice in data["choices"] if isinstance(choice, Mapping)]
    messages = [message for choice in choices if isinstance(message := choice.get("message"), Mapping)]
    first = messages[0] if messages else {}
    calls = [call for call in first.get("tool_calls") or () if isinstance(call, Mapping)]
    filtered = any(choice.get("finish_reason") == "content_filter" for choice in choices)
    return Answer(
        provider="openai",
        model=_text(data.get("model")),
        text=_content(first.get("content")) or (_text(choices[0].get("text")) if choices else ""),
        tool_calls=[_tool(call.get("id"), *_function(call)) for call in calls],
        usage=usage(data["usage"]) if isinstance(data.get("usage"), Mapping) else None,
        processing=tariff(data.get("service_tier")),
        refused=_text(first.get("refusal")) or ("The provider's content filter withheld the answer." if filtered else ""),
        finished=any(choice.get("finish_reason") for choice in choices),
    )


def _response(data: Mapping[str, Any]) -> Answer:
    items = [item for item in data["output"] if isinstance(item, Mapping)]
    parts = [part for item in items for part in item.get("content") or () if isinstance(part, Mapping)]
    return Answer(
        provider="openai",
        model=_text(data.get("model")),
        text="".join(_text(part.get("text")) for part in parts if part.get("type") == "output_text"),
        tool_calls=[
            _tool(item.get("call_id"), item.get("name"), item.get("arguments")) for item in items if item.get("type") == "function_call"
        ],
        usage=usage(data["usage"]) if isinstance(data.get("usage"), Mapping) else None,
        processing=tariff(data.get("service_tier")),
        refused="".join(_text(part.get("refusal")) for part in parts if part.get("type") == "refusal"),
        failed=data["error"] if data.get("status") == "failed" and isinstance(data.get("error"), Mapping) else None,
        finished=data.get("status") != "in_progress",
    )


def _message(data: Mapping[str, Any]) -> Answer:
    blocks = [block for block in data["content"] if isinstance(block, Mapping)]
    used = data["usage"] if isinstance(data.get("usage"), Mapping) else {}
    text = "".join(_text(block.get("text")) for block in blocks if block.get("type") == "text")
    return Answer(
        provider="anthropic",
        model=_text(data.get("model")),
        text=text,
        tool_calls=[
            _tool(block.get("id"), block.get("name"), json.dumps(block.get("input") or {}, ensure_ascii=False, default=str))
            for block in blocks
            if block.get("type") == "tool_use"
        ],
        usage=usage(used),
        processing=tariff(used.get("service_tier")) or tariff(used.get("speed")),
        refused=(text or "It gave no reason.") if data.get("stop_reason") == "refusal" else "",
        finished=bool(data.get("stop_reason")),
    )


def _tool(call_id: object, name: object, arguments: object) -> dict[str, str]:
    return {"id": _text(call_id), "name": _text(name), "arguments": _text(arguments)}


def _function(call: Mapping[str, Any]) -> tuple[object, object]:
    function = call.get("function")
    return (function.get("name"), function.get("arguments")) if isinstance(function, Mapping) else (None, None)


def _content(content: object) -> str:
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, Mapping))
    return _text(content)


def tariff(word: object) -> str | None:
    """The word, where it names a tariff other than the usual one."""
    return word if isinstance(word, str) and word in _TARIFFS else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
