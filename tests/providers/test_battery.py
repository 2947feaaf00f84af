"""One battery for every provider: what goes in, what comes out, and what every failure becomes."""

import asyncio
import json
import time

import pytest

from tests.loopback import Answer, Loopback
from workbench import errors
from workbench.providers import connections, local
from workbench.providers.base import Parameters, Provider, Reply, Request
from workbench.providers.compatible import Compatible
from workbench.providers.connections import Connection
from workbench.providers.sdk import SdkProvider
from workbench.providers.simulated import Simulated
from workbench.text.messages import Image, Message, Text, ToolCall, ToolResult, message

MOOD = {
    "type": "object",
    "properties": {"mood": {"type": "string", "enum": ["positive", "negative"]}},
    "required": ["mood"],
    "additionalProperties": False,
}
WEATHER = {"name": "weather", "description": "The weather.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}


def ask(provider: Provider, text: str = "hello you", *, model: str = "m", stream: bool = False, **fields: object) -> Reply:
    """The reply of one call, on a loop of its own; streamed pieces must add up to it."""
    given = {"messages": (message("user", text),), "timeout_s": 20.0, **fields}
    pieces: list[str] = []

    async def call() -> Reply:
        try:
            return await provider.complete(Request(model, **given), pieces.append if stream else None)  # type: ignore[arg-type]
        finally:
            if not isinstance(provider, local.Local):
                await provider.close()

    reply = asyncio.run(call())
    if stream:
        assert "".join(pieces) == reply.text
    return reply


# ---- every provider, those without a wire included


@pytest.fixture(params=["simulated", pytest.param("local", marks=pytest.mark.local_model), "remote"])
def either(request: pytest.FixtureRequest, server: Loopback) -> tuple[Provider, str]:
    """A provider and a model of its own."""
    if request.param == "simulated":
        return Simulated(), "good"
    if request.param == "local":
        return local.Local(connections.BUILTIN["local"]), local.MODEL
    return Compatible(Connection("box", "compatible", base_url=server.v1)), "loopback-large"


@pytest.mark.parametrize("stream", [False, True])
def test_every_provider_answers_with_text_usage_and_model(either: tuple[Provider, str], stream: bool):
    provider, model = either
    reply = ask(provider, "Say hello.", model=model, stream=stream, parameters=Parameters(temperature=0, max_tokens=12))
    assert reply.text
    assert reply.model == model
    assert reply.finish in {"stop", "length"}
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0
    assert (reply.ttft_ms is not None) or not stream


@pytest.mark.parametrize("stream", [False, True])
def test_every_provider_meets_a_schema(either: tuple[Provider, str], stream: bool):
    provider, model = either
    told = Parameters(temperature=0, max_tokens=60, response_schema=MOOD)
    assert json.loads(ask(provider, "I love it", model=model, stream=stream, parameters=told).text)["mood"] in {"positive", "negative"}


def test_every_provider_lists_its_models(either: tuple[Provider, str]):
    provider, model = either
    listed = asyncio.run(provider.models())
    assert model in listed
    assert listed == sorted(listed)


# ---- the wire


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_comes_back_whole(remote: SdkProvider, server: Loopback, stream: bool):
    server.reply = Answer("Grüße 🎉 from\nhere", input_tokens=100, cached_tokens=40, output_tokens=7)
    reply = ask(remote, stream=stream)
    assert reply.text == "Grüße 🎉 from\nhere"
    assert (reply.usage.input_tokens, reply.usage.cached_tokens, reply.usage.output_tokens) == (100, 40, 7)
    assert (reply.model, reply.finish, reply.usage_estimated) == ("m", "stop", False)


@pytest.mark.parametrize("stream", [False, True])
def test_tool_calls_come_back_with_their_arguments_as_written(remote: SdkProvider, server: Loopback, stream: bool):
    server.reply = Answer(tool_calls=(("a1", "weather", '{"city": "Bonn"}'), ("a2", "weather", '{"city": "Rom"}')), finish="tool_calls")
    reply = ask(remote, stream=stream, tools=(WEATHER,), tool_choice="auto")
    assert reply.tool_calls == (ToolCall("a1", "weather", '{"city": "Bonn"}'), ToolCall("a2", "weather", '{"city": "Rom"}'))
    assert reply.finish == "tool_calls"


@pytest.mark.parametrize("choice", ["required", "weather"])
def test_a_tool_can_be_demanded(remote: SdkProvider, choice: str):
    assert [call.name for call in ask(remote, tools=(WEATHER,), tool_choice=choice).tool_calls] == ["weather"]


def test_a_conversation_with_pictures_and_tools_is_sent_in_the_protocols_own_form(remote: SdkProvider, server: Loopback):
    turns = (
        message("system", "Be brief."),
        Message("user", (Text("What is this?"), Image("data:image/png;base64,AAAA"), Image("https://example.org/a.png"))),
        Message("assistant", (Text("A look."), ToolCall("a1", "weather", '{"city": "Bonn"}'))),
        Message("tool", (ToolResult("a1", "rain"),)),
        message("user", "So?"),
    )
    ask(remote, messages=turns)
    sent = server.requests[-1].body
    if server.requests[-1].path == "/v1/messages":
        assert sent["system"] == "Be brief."
        assert [turn["role"] for turn in sent["messages"]] == ["user", "assistant", "user", "user"]
        assert sent["messages"][0]["content"][1]["source"] == {"type": "base64", "media_type": "image/png", "data": "AAAA"}
        assert sent["messages"][0]["content"][2]["source"] == {"type": "url", "url": "https://example.org/a.png"}
        assert sent["messages"][1]["content"][1] == {"type": "tool_use", "id": "a1", "name": "weather", "input": {"city": "Bonn"}}
        assert sent["messages"][2]["content"] == [{"type": "tool_result", "tool_use_id": "a1", "content": "rain"}]
    else:
        assert [turn["role"] for turn in sent["messages"]] == ["system", "user", "assistant", "tool", "user"]
        assert sent["messages"][1]["content"][1] == {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
        assert sent["messages"][2]["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city": "Bonn"}'}
        assert sent["messages"][3] == {"role": "tool", "tool_call_id": "a1", "content": "rain"}


def test_nothing_is_sent_that_was_not_set(remote: SdkProvider, server: Loopback):
    ask(remote)
    assert server.requests[-1].body.keys() - {"max_tokens"} == {"model", "messages"}


def test_parameters_are_sent_under_the_protocols_names(remote: SdkProvider, server: Loopback):
    ask(remote, parameters=Parameters(temperature=0.0, max_tokens=9, top_p=0.5, stop=("END",)))
    sent = server.requests[-1].body
    assert (sent["temperature"], sent["max_tokens"], sent["top_p"]) == (0.0, 9, 0.5)
    assert sent.get("stop", sent.get("stop_sequences")) == ["END"]


FAULTS = {
    "rate_limit": errors.RateLimited,
    "quota": errors.AuthFailed,
    "500": errors.ServerFailed,
    "503": errors.Overloaded,
    "529": errors.Overloaded,
    "401": errors.AuthFailed,
    "403": errors.AuthFailed,
    "404": errors.ModelUnknown,
    "invalid": errors.InvalidRequest,
    "context": errors.ContextTooLong,
    "policy": errors.ContentRefused,
    "reset": errors.ConnectionFailed,
    "reset_midway": errors.TruncatedReply,
    "malformed": errors.MalformedReply,
    "truncated": errors.TruncatedReply,
    "empty": errors.MalformedReply,
    "html": errors.ServerFailed,
    "not_an_object": errors.MalformedReply,
    "error_in_200": errors.ServerFailed,
    "refused": errors.ContentRefused,
    "filtered": errors.ContentRefused,
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_type_and_the_next_call_goes_well(remote: SdkProvider, server: Loopback, fault: str, stream: bool):
    server.fail(fault)
    with pytest.raises(errors.CallError) as raised:
        ask(remote, stream=stream)
    assert type(raised.value) is FAULTS[fault]
    assert raised.value.hint
    assert raised.value.message
    assert ask(remote).text == "You said: hello you"


STREAM_FAULTS = {
    "stream_break": errors.TruncatedReply,
    "stream_cut": errors.TruncatedReply,
    "stream_malformed": errors.MalformedReply,
    "stream_error": (errors.ServerFailed, errors.Overloaded),
}


@pytest.mark.parametrize("fault", STREAM_FAULTS)
def test_a_stream_that_goes_wrong_midway_is_an_error_after_the_text_that_came(remote: SdkProvider, server: Loopback, fault: str):
    server.fail(fault)
    pieces: list[str] = []

    async def call() -> None:
        try:
            await remote.complete(Request("m", (message("user", "one two three four"),)), pieces.append)
        finally:
            await remote.close()

    with pytest.raises(STREAM_FAULTS[fault]):
        asyncio.run(call())
    assert "".join(pieces).startswith("You")


@pytest.mark.parametrize("kind", ["rate_limit", "rate_limit_ms", "rate_limit_date"])
def test_a_rate_limit_carries_its_retry_after_however_it_is_written(remote: SdkProvider, server: Loopback, kind: str):
    server.fail(f"{kind}=30")
    with pytest.raises(errors.RateLimited) as raised:
        ask(remote)
    assert raised.value.retry_after_s == pytest.approx(30, abs=2)


def test_a_rate_limit_without_a_word_on_when_has_none(remote: SdkProvider, server: Loopback):
    server.fail("rate_limit")
    with pytest.raises(errors.RateLimited) as raised:
        ask(remote)
    assert raised.value.retry_after_s is None


@pytest.mark.parametrize("fault", ["timeout", "stream_stall"])
@pytest.mark.parametrize("stream", [False, True])
def test_the_timeout_bounds_the_whole_call_and_closes_the_connection(remote: SdkProvider, server: Loopback, fault: str, stream: bool):
    server.fail_always(fault)
    ask_once_to_load_the_sdk(remote, server)
    server.fail_always(fault)
    before = time.perf_counter()
    with pytest.raises(errors.CallTimeout):
        ask(remote, stream=stream, timeout_s=0.3)
    assert time.perf_counter() - before < 20
    settle(server)


def test_a_cancelled_call_closes_its_connection_at_once(remote: SdkProvider, server: Loopback):
    ask_once_to_load_the_sdk(remote, server)
    server.latency_s = 30

    async def begin_and_cancel() -> float:
        task = asyncio.create_task(remote.complete(Request("m", (message("user", "hello"),))))
        while server.count < 2:
            await asyncio.sleep(0.01)
        task.cancel()
        before = time.perf_counter()
        with pytest.raises(asyncio.CancelledError):
            await task
        waited = time.perf_counter() - before
        while server.open:
            await asyncio.sleep(0.01)
            assert time.perf_counter() - before < 20
        await remote.close()
        return waited

    assert asyncio.run(begin_and_cancel()) < 1
    assert server.dropped == 1


@pytest.mark.parametrize("stream", [False, True])
def test_tokens_are_counted_here_where_the_server_counts_none(remote: SdkProvider, server: Loopback, stream: bool):
    server.fail("no_usage")
    reply = ask(remote, stream=stream)
    assert reply.usage_estimated
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0


def test_a_server_that_cannot_be_reached_is_a_failed_connection(remote: SdkProvider, server: Loopback):
    server.stop()
    with pytest.raises(errors.ConnectionFailed):
        ask(remote)


def test_many_calls_at_once_share_one_client(remote: SdkProvider, server: Loopback):
    server.latency_s = 0.01

    async def call_many() -> list[Reply]:
        calls = [remote.complete(Request("m", (message("user", f"number {n}"),))) for n in range(60)]
        replies = await asyncio.gather(*calls)
        await remote.close()
        return replies

    assert [reply.text for reply in asyncio.run(call_many())] == [f"You said: number {n}" for n in range(60)]


def ask_once_to_load_the_sdk(provider: SdkProvider, server: Loopback) -> None:
    """Import the SDK before a short timeout is tried: its first import takes seconds."""
    server.heal()
    ask(provider)


def settle(server: Loopback) -> None:
    before = time.perf_counter()
    while server.open:
        time.sleep(0.01)
        assert time.perf_counter() - before < 20, "the connection is still open"
