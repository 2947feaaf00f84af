"""Messages as other tools write them, as ours: pairs of role and text, human and ai, tool calls, places for a conversation."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.prompts.interchange.base import Parcel

_ROLES = {"human": "user", "ai": "assistant", "model": "assistant"}
_PLACES = ("placeholder", "messages_placeholder")


def turns(listed: Sequence[Any], place: str, parcel: Parcel) -> list[Any]:
    """The messages of a list. Places where a conversation is put in later are left out, and told."""
    found = [_turn(item) for item in listed]
    kept = [item for item in found if not isinstance(item, Mapping) or item.get("role") not in _PLACES]
    if len(kept) < len(found):
        parcel.guess(place, "a place for the conversation is not carried over: it is added where the prompt is used")
    return kept


def is_turns(raw: object) -> bool:
    """Whether a list holds the messages of one prompt, and not several prompts."""
    return isinstance(raw, list) and bool(raw) and all(_is_turn(item) for item in raw)


def _is_turn(item: object) -> bool:
    return _is_pair(item) or (isinstance(item, Mapping) and isinstance(item.get("role"), str) and "name" not in item)


def _is_pair(item: object) -> bool:
    """LangChain's short form: ["system", "You are ..."]."""
    return isinstance(item, list | tuple) and len(item) == 2 and all(isinstance(piece, str) for piece in item)


def _turn(item: Any) -> Any:
    if _is_pair(item):
        item = {"role": item[0], "content": item[1]}
    if not isinstance(item, Mapping):
        return item
    told = item.get("role", item.get("type"))
    turn = {**item, "role": _ROLES.get(told, told) if isinstance(told, str) else told}
    if isinstance(turn.get("tool_calls"), Sequence) and turn["tool_calls"]:
        return {"role": turn["role"], "content": [*_parts(turn.get("content")), *map(_call, turn["tool_calls"])]}
    call = turn.get("tool_call_id")
    if isinstance(call, str) and isinstance(turn.get("content"), str):
        return {"role": "tool", "content": [{"type": "tool_result", "id": call, "text": turn["content"]}]}
    return turn


def _parts(content: Any) -> list[Any]:
    return [content] if isinstance(content, str) and content else list(content) if isinstance(content, list) else []


def _call(raw: Any) -> Any:
    function = raw.get("function") if isinstance(raw, Mapping) else None
    if not isinstance(function, Mapping):
        return raw
    return {"type": "tool_call", "id": raw.get("id"), "name": function.get("name"), "arguments": function.get("arguments")}
