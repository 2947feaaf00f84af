"""What single protocols ask of a request."""

import pytest

from workbench import errors
from workbench.providers import wire_anthropic, wire_openai
from workbench.providers.anthropic import Anthropic
from workbench.providers.base import Parameters, Request
from workbench.providers.compatible import Compatible
from workbench.providers.connections import BUILTIN, Connection
from workbench.providers.openai import OpenAI
from workbench.text.messages import Message, ToolCall, message

HELLO = (message("user", "hi"),)
CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


@pytest.mark.parametrize("model", ["o1", "o3-mini", "o4-mini", "gpt-5", "gpt-5.1-codex", "gpt-10", "ft:gpt-5:me::x"])
def test_reasoning_models_of_openai_take_the_limit_under_its_new_name(model: str):
    body = OpenAI(BUILTIN["openai"]).body(Request(model, HELLO, Parameters(max_tokens=5, temperature=1)))
    assert body["max_completion_tokens"] == 5
    assert "max_tokens" not in body
    assert body["temperature"] == 1


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1-mini", "gpt-3.5-turbo", "llama3"])
def test_other_models_take_it_under_its_old_name(model: str):
    assert OpenAI(BUILTIN["openai"]).body(Request(model, HELLO, Parameters(max_tokens=5)))["max_tokens"] == 5


def test_a_compatible_server_takes_the_old_name_whatever_the_model():
    provider = Compatible(Connection("box", "compatible", base_url="http://127.0.0.1:9/v1"))
    assert provider.body(Request("gpt-5", HELLO, Parameters(max_tokens=5)))["max_tokens"] == 5


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (CLOSED, True),
        ({**CLOSED, "additionalProperties": True}, False),
        ({**CLOSED, "required": []}, False),
        ({**CLOSED, "properties": {"a": {"type": "string", "maxLength": 3}}}, False),
        ({**CLOSED, "properties": {"a": {"type": "object", "properties": {}}}}, False),
        ({**CLOSED, "properties": {"a": {"type": "array", "items": CLOSED}}}, True),
        ({"type": "array", "items": {"type": "string"}}, False),
        (True, False),
    ],
)
def test_strict_mode_is_asked_for_only_where_openai_takes_the_schema(schema: object, strict: bool):
    assert wire_openai.may_be_strict(schema) is strict


def test_anthropic_is_sent_a_closed_schema():
    open_schema = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}, "required": ["a"]}
    body = Anthropic(BUILTIN["anthropic"]).body(Request("claude-opus-5", HELLO, Parameters(response_schema=open_schema)))
    sent = body["output_config"]["format"]["schema"]
    assert sent["additionalProperties"] is False
    assert "minimum" not in sent["properties"]["a"]


def test_a_schema_anthropic_cannot_take_is_an_invalid_request():
    with pytest.raises(errors.InvalidRequest):
        Anthropic(BUILTIN["anthropic"]).body(Request("claude-opus-5", HELLO, Parameters(response_schema={"properties": {}})))


def test_anthropic_refuses_a_seed_rather_than_dropping_it():
    with pytest.raises(errors.InvalidRequest, match="seed"):
        wire_anthropic.body(Request("claude-opus-5", HELLO, Parameters(seed=1)))


def test_anthropic_gets_the_limit_its_protocol_demands():
    assert wire_anthropic.body(Request("claude-opus-5", HELLO))["max_tokens"] == wire_anthropic.MAX_TOKENS


def test_a_later_system_message_stays_where_it_was():
    turns = (message("system", "a"), message("system", "b"), *HELLO, message("system", "c"), message("user", "d"))
    body = wire_anthropic.body(Request("claude-opus-5", turns))
    assert body["system"] == "a\n\nb"
    assert [turn["role"] for turn in body["messages"]] == ["user", "system", "user"]


def test_tool_arguments_that_are_no_json_are_told_to_anthropic_users():
    broken = (Message("assistant", (ToolCall("a", "weather", "{city:"),)),)
    with pytest.raises(errors.InvalidRequest, match="weather"):
        wire_anthropic.body(Request("claude-opus-5", broken))


def test_cached_and_thinking_tokens_are_parts_of_the_whole():
    usage = {"input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 3, "output_tokens": 8}
    usage["output_tokens_details"] = {"thinking_tokens": 6}
    reply = wire_anthropic.reply({"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "usage": usage})
    assert (reply.usage.input_tokens, reply.usage.cached_tokens, reply.usage.cache_write_tokens) == (18, 5, 3)
    assert (reply.usage.output_tokens, reply.usage.reasoning_tokens) == (8, 6)


@pytest.mark.parametrize("said", [-5, 10**18, float("nan"), float("inf"), True, "12", None, [1]])
def test_a_count_that_no_call_can_have_is_none(said: object):
    usage = {"input_tokens": said, "output_tokens": 8, "cache_read_input_tokens": said}
    reply = wire_anthropic.reply({"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "usage": usage})
    assert reply.usage_estimated
    assert (reply.usage.input_tokens, reply.usage.cached_tokens, reply.usage.output_tokens) == (0, 0, 8)


def test_tokens_written_for_an_hour_are_part_of_those_written():
    usage = {"input_tokens": 10, "cache_creation_input_tokens": 30, "output_tokens": 8}
    usage["cache_creation"] = {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20}
    reply = wire_anthropic.reply({"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "usage": usage})
    assert (reply.usage.input_tokens, reply.usage.cache_write_tokens, reply.usage.cache_write_1h_tokens) == (40, 30, 20)


@pytest.mark.parametrize(
    ("used", "processing"),
    [
        ({"service_tier": "standard"}, None),
        ({"service_tier": "batch"}, "batch"),
        ({"speed": "fast"}, "fast"),
        ({"service_tier": None}, None),
    ],
)
def test_the_tariff_of_an_anthropic_answer_is_read(used: dict[str, object], processing: str | None):
    answer = {"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "usage": {"input_tokens": 1, **used}}
    assert wire_anthropic.reply(answer).processing == processing


@pytest.mark.parametrize(("tier", "processing"), [("default", None), ("flex", "flex"), ("priority", "priority"), (None, None), (7, None)])
def test_the_tariff_of_an_openai_answer_is_read(tier: object, processing: str | None):
    chunk = {"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}], "service_tier": tier}
    assert (
        wire_openai.reply({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "service_tier": tier}).processing
        == processing
    )
    stream = wire_openai.StreamReading()
    stream.feed(chunk)
    assert stream.reply().processing == processing


@pytest.mark.parametrize("used", [{}, {"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": None}])
def test_a_usage_that_counts_nothing_is_no_count(used: dict[str, object]):
    assert wire_openai.reply({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": used}).usage_estimated
    assert wire_anthropic.reply({"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "usage": used}).usage_estimated


def test_reasoning_tokens_of_openai_are_read():
    used = {"prompt_tokens": 9, "completion_tokens": 7, "completion_tokens_details": {"reasoning_tokens": 5}, "prompt_tokens_details": None}
    reply = wire_openai.reply({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": used})
    assert (reply.usage.reasoning_tokens, reply.usage.cached_tokens) == (5, 0)


@pytest.mark.parametrize(
    "answer",
    [{}, {"choices": []}, {"choices": [None]}, {"choices": [{"message": None}]}, {"choices": "x"}],
)
def test_an_answer_without_a_message_is_malformed(answer: dict[str, object]):
    with pytest.raises(errors.MalformedReply):
        wire_openai.reply(answer)
