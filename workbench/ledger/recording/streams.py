"""A streamed answer as it comes in, of any shape that is known: events go in one by one, and what is known so far comes out. Pure."""

from collections.abc import Mapping
from typing import Any

from workbench.ledger.recording import shapes
from workbench.ledger.recording.plain import fields_of
from workbench.ledger.recording.shapes import Answer


class StreamReading:
    """Takes in chunks of chat completions, events of responses and of messages, and pieces of text."""

    def __init__(self) -> None:
        self._known = Answer()
        self._pieces: list[str] = []
        self._calls: dict[int, list[str]] = {}
        self._used: dict[str, Any] = {}
        self._refusal = ""
        self._whole: Answer | None = None

    def feed(self, event: Any) -> str:
        """Take in one event; the text it added."""
        if isinstance(event, str):
            self._pieces.append(event)
            return event
        data = fields_of(event)
        if data is None:
            return ""
        if data.get("type") == "chunk" and isinstance(data.get("chunk"), Mapping):  # an event of the helper around a stream
            data = data["chunk"]
        kind = str(data.get("type") or "")
        if isinstance(data.get("choices"), list):
            piece = self._chunk(data)
        elif kind.startswith("response."):
            piece = self._response(kind, data)
        else:
            piece = self._message(kind, data)
        if piece:
            self._pieces.append(piece)
        return piece

    def answer(self) -> Answer:
        """What is known so far."""
        if self._whole is not None:
            return self._whole
        known = self._known
        known.text = "".join(self._pieces)
        known.tool_calls = [{"id": one[0], "name": one[1], "arguments": one[2]} for _, one in sorted(self._calls.items())]
        known.usage = shapes.usage(self._used) or known.usage
        known.refused = known.refused or self._refusal
        return known

    def _chunk(self, data: Mapping[str, Any]) -> str:
        """A chunk of a chat completion is a small chat completion with a delta in the place of the message."""
        told = shapes.read(
            {**data, "choices": [{**one, "message": one.get("delta")} for one in data["choices"] if isinstance(one, Mapping)]}
        )
        if told is None:
            return ""
        known = self._known
        known.provider, known.model = "openai", known.model or told.model
        known.usage, known.processing = told.usage or known.usage, told.processing or known.processing
        known.finished = known.finished or told.finished
        self._refusal += told.refused
        for choice in data["choices"][:1]:
            delta = choice.get("delta") if isinstance(choice, Mapping) else None
            for call in (delta.get("tool_calls") or ()) if isinstance(delta, Mapping) else ():
                self._take_call(call)
        return told.text

    def _take_call(self, call: Mapping[str, Any]) -> None:
        function = call.get("function") or {}
        known = self._calls.setdefault(int(call.get("index") or 0), ["", "", ""])
        known[0] = known[0] or str(call.get("id") or "")
        known[1] = known[1] or str(function.get("name") or "")
        known[2] += str(function.get("arguments") or "")

    def _response(self, kind: str, data: Mapping[str, Any]) -> str:
        self._known.provider = "openai"
        if kind == "response.output_text.delta":
            return str(data.get("delta") or "")
        if isinstance(inner := data.get("response"), Mapping):
            self._known.model = str(inner.get("model") or self._known.model)
            if kind in {"response.completed", "response.incomplete", "response.failed"}:
                self._whole = shapes.read(inner)
        return ""

    def _message(self, kind: str, data: Mapping[str, Any]) -> str:
        known = self._known
        if kind == "message_start" and isinstance(message := data.get("message"), Mapping):
            known.provider, known.model = "anthropic", str(message.get("model") or "")
            self._take_usage(message.get("usage"))
        elif kind == "message_delta":
            delta = data.get("delta")
            known.finished = bool(isinstance(delta, Mapping) and delta.get("stop_reason"))
            if isinstance(delta, Mapping) and delta.get("stop_reason") == "refusal":
                self._refusal = "It gave no reason."
            self._take_usage(data.get("usage"))
        elif kind == "content_block_start" and isinstance(block := data.get("content_block"), Mapping):
            if block.get("type") == "tool_use":
                self._calls[int(data.get("index") or 0)] = [str(block.get("id") or ""), str(block.get("name") or ""), ""]
        elif kind == "content_block_delta" and isinstance(delta := data.get("delta"), Mapping):
            if delta.get("type") == "input_json_delta" and (call := self._calls.get(int(data.get("index") or 0))):
                call[2] += str(delta.get("partial_json") or "")
            return str(delta.get("text") or "") if delta.get("type") == "text_delta" else ""
        return ""

    def _take_usage(self, used: object) -> None:
        """Anthropic's usage grows: the start has the input, the end the output."""
        if isinstance(used, Mapping):
            self._used.update({name: value for name, value in used.items() if value is not None})
            self._known.processing = shapes.tariff(self._used.get("service_tier")) or shapes.tariff(self._used.get("speed"))
