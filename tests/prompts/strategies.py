"""Any content that may be saved: what hypothesis draws for round trips."""

from typing import Any

from hypothesis import strategies as st

from workbench.prompts.content import ENGINES, Content, Parameters
from workbench.text.messages import Image, Message, Part, Text, ToolCall, ToolResult

_AWKWARD = [
    "---",
    "\n---\n",
    "<!-- user -->",
    "\r\n",
    "\r",
    " \n",
    "```",
    "{{x}}",
    "é😀",
    "\ufeff",
    "\x85",
    "\u2028",
    "\t",
    "  ",
    "\n",
    "#",
    ": ",
    "- ",
    "'",
    '"',
    "1.10",
    "null",
]

texts = st.one_of(st.text(max_size=40), st.lists(st.one_of(st.sampled_from(_AWKWARD), st.text(max_size=6)), max_size=8).map("".join))
_numbers = st.one_of(st.integers(-(2**40), 2**40), st.floats(allow_nan=False, allow_infinity=False, width=32))
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), _numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
schemas: st.SearchStrategy[dict[str, Any]] = st.dictionaries(texts, _json, min_size=1, max_size=3)
_parts: st.SearchStrategy[Part] = st.one_of(
    texts.map(Text), texts.map(Image), st.builds(ToolCall, texts, texts, texts), st.builds(ToolResult, texts, texts)
)
_messages = st.one_of(
    st.builds(lambda role, text: Message(role, (Text(text),)), st.sampled_from(["system", "user", "assistant", "tool"]), texts),
    st.builds(Message, st.sampled_from(["user", "assistant"]), st.lists(_parts, min_size=1, max_size=3).map(tuple)),
)
parameters = st.builds(
    Parameters,
    temperature=st.none() | st.floats(0, 2),
    max_tokens=st.none() | st.integers(1, 10_000),
    top_p=st.none() | st.floats(0, 1),
    stop=st.lists(texts, max_size=2).map(tuple),
    seed=st.none() | st.integers(-(2**40), 2**40),
    response_schema=st.none() | schemas,
)
_tools = st.lists(
    st.fixed_dictionaries({"name": st.text(min_size=1, max_size=8), "description": texts, "parameters": schemas}),
    max_size=2,
    unique_by=lambda tool: tool["name"].replace("\x00", "\ufffd"),
).map(tuple)


def contents() -> st.SearchStrategy[Content]:
    """Any content with at least one message."""
    return st.builds(
        Content,
        messages=st.lists(_messages, min_size=1, max_size=4).map(tuple),
        engine=st.sampled_from(ENGINES),
        model=st.sampled_from(["", "openai/gpt-5", "local/smollm2", "router/a/b:free"]),
        parameters=parameters,
        tools=_tools,
        tool_choice=st.none() | st.sampled_from(["auto", "none", "required"]),
        output_schema=st.none() | schemas,
    )
