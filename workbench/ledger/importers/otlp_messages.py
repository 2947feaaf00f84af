"""What was said in a span: messages, tool calls and the reply, out of every form that conventions write them in, as the ledger keeps them.

A message is `{"role", "content"}` with the roles and parts of `text.messages`. What cannot be read is left out; nothing here raises.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbench.ledger.importers import otlp_fields as named
from workbench.ledger.importers.otlp_spans import Event, Span

_ROLES = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "assistant": "assistant", "ai": "assistant",
    "model": "assistant", "tool": "tool", "function": "tool",
}  # fmt: skip
_THOUGHTS = {"reasoning", "thinking", "redacted_thinking", "reasoning_content"}
_EVENT_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_ASKED = ("gen_ai.prompt", "ai.prompt.messages", "ai.prompt", "langfuse.observation.input", "gen_ai.request.messages", "request_data")
_DEEPEST = 20

Message = dict[str, Any]


def request(span: Span) -> dict[str, Any] | None:
    """What was asked: messages, parameters and tools; None where the span says nothing of it."""
    messages = _system(span.attributes) + next((found for found in _asked(span) if found), [])
    if not messages:
        return None
    shown: dict[str, Any] = {"messages": messages}
    if parameters := _parameters(span.attributes):
        shown["parameters"] = parameters
    if tools := _tools(span.attributes):
        shown["tools"] = tools
    return shown


def invoked(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of the request, where a writer keeps them in one attribute."""
    found = parsed(next((attributes[name] for name in named.INVOKED if name in attributes), None))
    return found if isinstance(found, Mapping) else {}


def reply(span: Span) -> tuple[str | None, list[dict[str, str]] | None]:
    """What came back: its text, and the tools it asked for; None where the span says nothing of either."""
    for found in _answered(span):
        said = [message for message in found if message["role"] == "assistant"] or found
        if said:
            parts = _parts(said[0])
            text = "".join(part["text"] for part in parts if part["type"] == "text")
            calls = [{name: part[name] for name in ("id", "name", "arguments")} for part in parts if part["type"] == "tool_call"]
            return text or None, calls or None
    return None, None


def variables(attributes: Mapping[str, Any]) -> dict[str, Any] | None:
    """The variables of the prompt, where a span names them."""
    for name in named.VARIABLES:
        found = parsed(attributes.get(name)) if name in attributes else unflattened(attributes, name)
        if isinstance(found, Mapping) and found:
            return {str(key): plain(value) for key, value in found.items()}
    return None


def _system(attributes: Mapping[str, Any]) -> list[Message]:
    given = parsed(attributes.get("gen_ai.system_instructions"))
    if not given:
        return []
    found = _message({"role": "system", "content": given if isinstance(given, str | list) else [given]})
    return [found] if found["content"] else []


def _asked(span: Span) -> Iterator[list[Message]]:
    has = span.attributes
    for attributes in _with_details(span):
        yield _messages(attributes.get("gen_ai.input.messages"))
    yield _messages(unflattened(has, "gen_ai.prompt"))
    yield _messages(unflattened(has, "llm.input_messages"))
    yield [_message({"role": role, **_body(event)}) for event in span.events if (role := _EVENT_ROLES.get(event.name))]
    yield [one for one in _logged(has.get("events")) if one.pop("asked")]
    for event in span.events:
        yield _said(event.attributes.get("gen_ai.prompt"), "user") if event.name == "gen_ai.content.prompt" else []
    for name in _ASKED:
        yield _said(has.get(name), "user")
    yield _texts(has, "llm.prompts", "prompt", "user")
    yield _texts(has, "embedding.embeddings", "embedding", "user")
    yield _said(has.get("input.value"), "user")


def _answered(span: Span) -> Iterator[list[Message]]:
    has = span.attributes
    for attributes in _with_details(span):
        yield _messages(attributes.get("gen_ai.output.messages"), "assistant")
    yield _messages(unflattened(has, "gen_ai.completion"), "assistant")
    yield _messages(unflattened(has, "llm.output_messages"), "assistant")
    yield [_message({"role": "assistant", **_body(event)}) for event in span.events if event.name == "gen_ai.choice"]
    yield [one for one in _logged(has.get("events")) if not one.pop("asked")]
    for event in span.events:
        yield _said(event.attributes.get("gen_ai.completion"), "assistant") if event.name == "gen_ai.content.completion" else []
    yield _said(has.get("gen_ai.completion"), "assistant")
    text, calls = has.get("ai.response.text") or has.get("ai.response.object"), parsed(has.get("ai.response.toolCalls"))
    if text or calls:
        yield [_message({"role": "assistant", "content": text, "tool_calls": calls})]
    yield _said(has.get("langfuse.observation.output"), "assistant")
    yield _texts(has, "llm.choices", "completion", "assistant")
    yield _said(has.get("output.value"), "assistant")


def _with_details(span: Span) -> Iterator[Mapping[str, Any]]:
    yield span.attributes
    for event in span.events:
        if event.name == "gen_ai.client.inference.operation.details":
            yield event.attributes


def _body(event: Event) -> dict[str, Any]:
    """The message in an event: its attributes, or the body that some writers put into one of them, or the message of a choice."""
    held = dict(event.attributes)
    for name in ("body", "event_body", "gen_ai.event.content", "message"):
        inner = parsed(held.get(name))
        if isinstance(inner, Mapping):
            held |= inner
    inner = parsed(held.get("message"))
    if isinstance(inner, Mapping):
        held |= inner
    elif isinstance(inner, str) and "content" not in held:
        held["content"] = inner
    held.pop("role", None)
    held["content"] = (
        parsed(held.get("content")) if isinstance(held.get("content"), str) and held["content"][:2] in {"[{", '{"'} else held.get("content")
    )
    held["tool_calls"] = parsed(held.get("tool_calls"))
    return held


def _logged(raw: Any) -> list[Message]:
    """Events that a writer keeps as one attribute, in JSON."""
    found = parsed(raw)
    listed = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    messages = []
    for one in listed:
        name = str(one.get("event.name") or "")
        inner = one.get("message") if name == "gen_ai.choice" else one
        role = "assistant" if name == "gen_ai.choice" else _EVENT_ROLES.get(name)
        if role and isinstance(inner, Mapping):
            messages.append(_message({**inner, "role": role}) | {"asked": name != "gen_ai.choice"})
    return messages


def _said(raw: Any, role: str) -> list[Message]:
    """Messages out of a value that may be a text, JSON of messages, of a request, of a response, or of anything else."""
    found = parsed(raw)
    if isinstance(found, Mapping):
        for name in ("messages", "contents", "choices", "generations", "output", "candidates"):
            inner = found.get(name)
            while isinstance(inner, list) and len(inner) == 1 and isinstance(inner[0], list):  # batches of one
                inner = inner[0]
            if isinstance(inner, list) and inner:
                return _messages(inner, role)
    if messages := _messages(found, role):
        return messages
    if found in (None, "", [], {}):
        return []
    return [{"role": role, "content": raw if isinstance(raw, str) else _text(found)}]


def _messages(raw: Any, role: str = "user") -> list[Message]:
    found = parsed(raw)
    if isinstance(found, Mapping):
        found = [found]
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        return []
    unwrapped = [_unwrapped(one) for one in found]
    if not all({"role", "content", "parts", "tool_calls", "contents", "text", "type"} & one.keys() for one in unwrapped):
        return []
    return [_message({"role": role, **one}) for one in unwrapped]


def _unwrapped(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message inside a choice, a candidate or a flattened object."""
    for name in ("message", "content"):
        inner = one.get(name)
        if isinstance(inner, Mapping) and {"role", "content", "parts", "tool_calls", "contents"} & inner.keys():
            return inner
    return one


def _message(raw: Mapping[str, Any]) -> Message:
    role = _ROLES.get(str(raw.get("role") or "").lower(), "user")
    content = next((raw[name] for name in ("parts", "contents", "content", "text") if raw.get(name)), "")
    content = parsed(content) if isinstance(content, str) and content[:2] == "[{" else content
    parts = [part for one in (content if isinstance(content, list) else [content]) if (part := _part(one, role))]
    parts += [call for one in _calls(raw) if (call := _call(one))]
    call_id = raw.get("tool_call_id") or (raw.get("id") if role == "tool" else None)
    if role == "tool" and all(part["type"] == "text" for part in parts):
        parts = [{"type": "tool_result", "id": str(call_id or ""), "text": "".join(part["text"] for part in parts)}]
    if all(part["type"] == "text" for part in parts):
        return {"role": role, "content": "".join(part["text"] for part in parts)}
    return {"role": role, "content": parts}


def _calls(raw: Mapping[str, Any]) -> Iterable[Any]:
    calls = parsed(raw.get("tool_calls"))
    if isinstance(calls, list):
        return calls
    if raw.get("function_call_name"):
        return [{"name": raw["function_call_name"], "arguments": raw.get("function_call_arguments_json")}]
    return [raw["function_call"]] if isinstance(raw.get("function_call"), Mapping) else []


def _part(raw: Any, role: str) -> dict[str, str] | None:
    if isinstance(raw, Mapping) and isinstance(raw.get("message_content"), Mapping):
        raw = raw["message_content"]
    if not isinstance(raw, Mapping):
        return {"type": "text", "text": raw if isinstance(raw, str) else _text(raw)} if raw not in (None, "") else None
    kind = str(raw.get("type") or ("text" if "text" in raw or "content" in raw else "")).lower()
    if kind in _THOUGHTS:
        return None
    if kind in {"tool_call", "tool_use", "tool-call", "function_call", "function"}:
        return _call(raw)
    if kind in {"tool_call_response", "tool_result", "tool-result", "function_call_output"}:
        given = next((raw[name] for name in ("response", "result", "output", "content", "text") if raw.get(name) is not None), "")
        name = raw.get("id") or raw.get("tool_use_id") or raw.get("toolCallId") or raw.get("call_id") or ""
        return {"type": "tool_result", "id": str(name), "text": given if isinstance(given, str) else _text(given)}
    if url := _picture(raw):
        return {"type": "image", "url": url}
    given = next((raw[name] for name in ("text", "content", "refusal", "message") if raw.get(name) is not None), None)
    if isinstance(given, Mapping | list):
        given = _text(given)
    return {"type": "text", "text": str(given)} if given not in (None, "") else None


def _picture(raw: Mapping[str, Any]) -> str:
    inner = raw.get("image_url") or raw.get("image") or (raw.get("uri") if raw.get("type") == "uri" else None)
    inner = inner.get("url") or inner.get("image.url") or inner.get("image") if isinstance(inner, Mapping) else inner
    inner = inner.get("url") if isinstance(inner, Mapping) else inner
    return inner if isinstance(inner, str) else ""


def _call(raw: Any) -> dict[str, str] | None:
    if not isinstance(raw, Mapping):
        return None
    raw = raw["tool_call"] if isinstance(raw.get("tool_call"), Mapping) else raw
    function = raw["function"] if isinstance(raw.get("function"), Mapping) else raw
    name = function.get("name") or function.get("toolName") or raw.get("name")
    if not name:
        return None
    given = next((function[key] for key in ("arguments", "args", "input", "parameters") if function.get(key) is not None), "")
    call_id = raw.get("id") or raw.get("toolCallId") or raw.get("call_id") or ""
    return {"type": "tool_call", "id": str(call_id), "name": str(name), "arguments": given if isinstance(given, str) else _text(given)}


def _parts(message: Message) -> list[dict[str, str]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _texts(attributes: Mapping[str, Any], prefix: str, inner: str, role: str) -> list[Message]:
    found = unflattened(attributes, prefix)
    listed = [one.get(inner) for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    texts = [one.get("text") for one in listed if isinstance(one, Mapping)]
    return [{"role": role, "content": text} for text in texts if isinstance(text, str) and text]


def _parameters(attributes: Mapping[str, Any]) -> dict[str, Any]:
    given = invoked(attributes)
    found = {name: plain(given[name]) for name in set(named.PARAMETERS.values()) if given.get(name) is not None}
    found |= {name: plain(attributes[key]) for key, name in named.PARAMETERS.items() if attributes.get(key) not in (None, [])}
    return {name: found[name] for name in sorted(found)}


def _tools(attributes: Mapping[str, Any]) -> list[Any]:
    """What the model might call: the definitions as they were written."""
    found = parsed(attributes.get("gen_ai.tool.definitions"))
    if not isinstance(found, list):
        numbered = unflattened(attributes, "llm.tools")
        held = [one.get("tool", one) for one in numbered if isinstance(one, Mapping)] if isinstance(numbered, list) else []
        found = [parsed(one["json_schema"]) for one in held if isinstance(one, Mapping) and "json_schema" in one]
    return [plain(one) for one in found if isinstance(one, Mapping)]


def parsed(raw: Any) -> Any:
    """`raw`, read as JSON where it is a text that holds an object or a list."""
    if isinstance(raw, str) and raw.lstrip()[:1] in {"[", "{"}:
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            return raw
    return raw


def unflattened(attributes: Mapping[str, Any], prefix: str) -> Any:
    """What was flattened into attributes `prefix.0.role`, `prefix.0.content` and so on; a list where the names are numbers."""
    start = prefix + "."
    root: dict[str, Any] = {}
    for key, value in attributes.items():
        if key.startswith(start):
            steps = key[len(start) :].split(".", _DEEPEST)
            if len(steps) > _DEEPEST:
                continue
            inner = root
            for step in steps[:-1]:
                held = inner.setdefault(step, {})
                if not isinstance(held, dict):  # a text has that name: what lies below it is left out
                    break
                inner = held
            else:
                inner[steps[-1]] = value
    return _listed(root)


def _listed(held: Any) -> Any:
    if not isinstance(held, dict):
        return held
    if held and all(key.isascii() and key.isdigit() and len(key) < 10 for key in held):
        return [_listed(held[key]) for key in sorted(held, key=int)]
    return {key: _listed(value) for key, value in held.items()}


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON that every database holds: no infinite numbers, not endlessly deep."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {str(key): plain(inner, depth + 1) for key, inner in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple):
        return [plain(inner, depth + 1) for inner in value]
    return str(value)[:1000]


def _text(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False)
