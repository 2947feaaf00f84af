"""OpenAI's responses and embeddings as the loopback server speaks them."""

import json
from collections.abc import Iterator
from typing import Any

from tests.loopback.wire import Answer, OpenAI, pieces


class Responses(OpenAI):
    """The newer protocol: items instead of choices."""

    done = b""

    @staticmethod
    def usage(answer: Answer) -> dict[str, Any]:
        return {
            "input_tokens": answer.input_tokens,
            "input_tokens_details": {"cached_tokens": answer.cached_tokens},
            "output_tokens": answer.output_tokens,
            "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
            "total_tokens": (answer.input_tokens or 0) + (answer.output_tokens or 0),
        }

    @classmethod
    def body(cls, answer: Answer, request: dict[str, Any]) -> dict[str, Any]:
        """A whole reply."""
        said = {"type": "output_text", "text": answer.text, "annotations": []}
        items: list[dict[str, Any]] = [{"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [said]}]
        items += [
            {"id": f"fc_{id_}", "type": "function_call", "call_id": id_, "name": name, "arguments": arguments, "status": "completed"}
            for id_, name, arguments in answer.tool_calls
        ]
        reply = {
            "id": "resp_1", "object": "response", "created_at": 1_760_000_000, "model": request.get("model", ""), "status": "completed",
            "output": items, "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "error": None,
        }  # fmt: skip
        return {**reply, "usage": cls.usage(answer)} if answer.usage else reply

    @classmethod
    def events(cls, answer: Answer, request: dict[str, Any]) -> Iterator[bytes]:
        """A streamed reply, event by event."""
        whole = cls.body(answer, request)
        begun = {**whole, "status": "in_progress", "output": [], "usage": None}
        told: list[tuple[str, dict[str, Any]]] = [("response.created", {"response": begun}), ("response.in_progress", {"response": begun})]
        item = {**whole["output"][0], "status": "in_progress", "content": []}
        part = {"type": "output_text", "text": "", "annotations": []}
        told.append(("response.output_item.added", {"output_index": 0, "item": item}))
        told.append(("response.content_part.added", {"item_id": "msg_1", "output_index": 0, "content_index": 0, "part": part}))
        told += [
            ("response.output_text.delta", {"item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": piece, "logprobs": []})
            for piece in pieces(answer.text)
        ]
        told.append(("response.completed", {"response": whole}))
        for number, (kind, fields) in enumerate(told):
            yield f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': number, **fields})}\n\n".encode()


class Embeddings(OpenAI):
    """Vectors of no meaning."""

    @classmethod
    def body(cls, answer: Answer, request: dict[str, Any]) -> dict[str, Any]:
        """One vector a text."""
        texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
        return {
            "object": "list",
            "data": [{"object": "embedding", "index": place, "embedding": [0.1, 0.2]} for place, _ in enumerate(texts)],
            "model": request["model"],
            "usage": {"prompt_tokens": answer.input_tokens, "total_tokens": answer.input_tokens},
        }
