"""What was said in a call: the messages that were sent, the reply, tool calls, the error. All of it is text from outside, shown as text."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import page, safe
from workbench.errors import CallError, subclasses
from workbench.ledger.reading import Call

_LONG = 1_500  # characters from which on a turn scrolls by itself
_MOST = 200_000
_TURNS = 60
_ROLES = {"system": "System", "developer": "System", "user": "User", "assistant": "Assistant", "tool": "Tool"}


def draw(call: Call) -> None:
    """Draw the turns, then what came back."""
    if call.variables:
        with st.expander(f"Variables ({len(call.variables):,})", icon=":material/data_object:"):
            for name, value in list(call.variables.items())[:_TURNS]:
                _turn(str(name), value if isinstance(value, str) else _json(value))
    messages = (call.request or {}).get("messages")
    turns = messages if isinstance(messages, list) else []
    if len(turns) > _TURNS:
        st.caption(f"The first {len(turns) - _TURNS:,} of {len(turns):,} messages are left out here; the JSON below has all.")
    for message in turns[-_TURNS:]:
        _message(message)
    if call.reply is not None:
        _turn("Reply", call.reply or "(empty)", reply=True)
    for tool in (call.tool_calls or [])[:_TURNS]:
        _tool(tool)
    _error(call)
    if not turns and call.reply is None and not call.error_message:
        st.caption("No text of this call is kept: none was recorded, or retention has dropped it.")


def settings(call: Call) -> dict[str, Any]:
    """What was sent beside the messages."""
    return {name: value for name, value in (call.request or {}).items() if name != "messages"}


def _message(message: object) -> None:
    if not isinstance(message, Mapping):
        _turn("Message", _json(message))
        return
    role = str(message.get("role", "message"))
    content = message.get("content", message.get("parts"))
    if isinstance(content, str):
        _turn(_ROLES.get(role, role), content)
        return
    said = [_part(part) for part in content] if isinstance(content, list) else [_json(content)] if content is not None else []
    more = message.get("tool_calls")
    _turn(_ROLES.get(role, role), "\n".join([*said, *([_json(more)] if more else [])]))


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping):
        if isinstance(part.get("text"), str):
            return str(part["text"])
        if part.get("type") == "tool_call":
            return f"{part.get('name')}({part.get('arguments')})"
    return _json(part)[:2_000]


def _turn(who: str, text: str, *, reply: bool = False) -> None:
    with st.container(border=True, gap="xxsmall", height=260 if len(text) > _LONG else "content"):
        st.markdown(f"**{safe.escape(who, limit=80)}**" + (" :material/reply:" if reply else ""))
        safe.text(text[:_MOST])


def _tool(tool: object) -> None:
    if not isinstance(tool, Mapping):
        _turn("Tool call", _json(tool))
        return
    inner = tool.get("function") if isinstance(tool.get("function"), Mapping) else tool
    arguments = inner.get("arguments", inner.get("input", "")) if isinstance(inner, Mapping) else ""
    name = inner.get("name", "") if isinstance(inner, Mapping) else ""
    _turn(f"Tool call: {name}", arguments if isinstance(arguments, str) else _json(arguments))


def _error(call: Call) -> None:
    if call.status == "ok" and not call.error_message:
        return
    hints = {each.kind: each.default_hint for each in subclasses(CallError)}
    hint = hints.get(call.error_kind or "", "") or hints.get(call.error_type or "", "")
    said = f"{call.error_type or 'Error'}: {call.error_message or 'no message was recorded'}"
    page.problem(CallError(said, hint=hint))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
