"""A wrapped client is the client it was, and each of its requests is a row: against the real SDKs and a server that misbehaves."""

import asyncio
import gc
import logging
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from pydantic import BaseModel

from tests.loopback import Answer, Loopback
from workbench.errors import InputError
from workbench.ledger import flush, reading, tagged, wrap
from workbench.ledger.recording import recorder
from workbench.providers import connections
from workbench.providers.connections import Connection
from workbench.store import Store

ASKED: Any = [{"role": "user", "content": "Hi there"}]
TOLD = Answer("Good day to you", input_tokens=1_000, output_tokens=100, cached_tokens=400, reasoning_tokens=7)
COST = 600 * 1_250 + 400 * 125 + 100 * 10_000  # of gpt-5


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    with Loopback(reply=TOLD) as running:
        # As for everybody who sets these: what answers there is taken to be the vendor.
        monkeypatch.setenv("OPENAI_BASE_URL", running.v1)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-0123456789abcdef")
        yield running
        assert flush(30)


def rows(store: Store) -> list[Any]:
    """Everything recorded so far, oldest first, with its texts."""
    assert flush(30)
    return [reading.get(store, call_id) for call_id in sorted(row.id for row in reading.page(store, limit=100))]


def only(store: Store) -> Any:
    (row,) = rows(store)
    return row


def ask(client: Any, **more: Any) -> Any:
    return client.chat.completions.create(model="gpt-5", messages=ASKED, **more)


def say(client: Any, **more: Any) -> Any:
    return client.messages.create(model="claude-sonnet-4-6", max_tokens=50, messages=ASKED, **more)


def test_a_chat_completion_is_a_row_with_tokens_cost_and_texts(store: Store, server: Loopback) -> None:
    client = openai.OpenAI(max_retries=0)
    assert wrap(client, store=store, prompt="support/triage", version=7, label="production", user="u-1", tags=["a"]) is client
    assert type(client) is openai.OpenAI
    reply = ask(client, temperature=0.5)
    assert reply.choices[0].message.content == "Good day to you"
    row = only(store)
    assert (row.source, row.provider, row.model, row.status) == ("client", "openai", "gpt-5", "ok")
    assert (row.prompt, row.version, row.label, row.user, row.tags) == ("support/triage", 7, "production", "u-1", ("a",))
    assert (row.input_tokens, row.cached_tokens, row.output_tokens, row.reasoning_tokens) == (1_000, 400, 100, 7)
    assert (row.cost_nano, row.estimated, row.reply) == (COST, False, "Good day to you")
    assert row.request == {"messages": ASKED, "parameters": {"temperature": 0.5}}


def test_messages_are_a_row_with_what_was_written_to_the_cache(sqlite_store: Store, server: Loopback) -> None:
    server.reply = Answer("Yes", input_tokens=1_000, output_tokens=10, cached_tokens=300, cache_write_tokens=200)
    client = wrap(anthropic.Anthropic(max_retries=0), store=sqlite_store)
    assert say(client, system="Be short.").content[0].text == "Yes"
    row = only(sqlite_store)
    assert (row.provider, row.model, row.reply) == ("anthropic", "claude-sonnet-4-6", "Yes")
    assert (row.input_tokens, row.cached_tokens, row.cache_write_tokens, row.output_tokens) == (1_000, 300, 200, 10)
    assert row.cost_nano == 500 * 3_000 + 300 * 300 + 200 * 3_750 + 10 * 15_000
    assert row.request["messages"][0] == {"role": "system", "content": "Be short."}
    assert row.request["parameters"] == {"max_tokens": 50}  # and nothing of what the SDK leaves out


def test_streams_are_read_as_before_and_recorded_with_the_time_to_their_first_text(sqlite_store: Store, server: Loopback) -> None:
    client, other = wrap(openai.OpenAI(), store=sqlite_store), wrap(anthropic.Anthropic(), store=sqlite_store)
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Good day to you"
    with client.chat.completions.stream(model="gpt-5", messages=ASKED, stream_options={"include_usage": True}) as stream:
        assert stream.get_final_completion().choices[0].message.content == "Good day to you"
    assert [event.type for event in say(other, stream=True)][-1] == "message_stop"
    with other.messages.stream(model="claude-sonnet-4-6", max_tokens=50, messages=ASKED) as said:
        assert "".join(said.text_stream) == "Good day to you"
    found = rows(sqlite_store)
    assert [row.reply for row in found] == ["Good day to you"] * 4
    assert [(row.input_tokens, row.cached_tokens, row.output_tokens) for row in found] == [(1_000, 400, 100)] * 4
    assert [(row.status, row.estimated, row.ttft_ms is not None) for row in found] == [("ok", False, True)] * 4
    assert [row.cost_nano for row in found[:2]] == [COST] * 2


def test_responses_and_embeddings_are_rows(sqlite_store: Store, server: Loopback) -> None:
    client = wrap(openai.OpenAI(), store=sqlite_store)
    assert client.responses.create(model="gpt-5", input="Hi", instructions="Be kind.").output_text == "Good day to you"
    assert [event.type for event in client.responses.create(model="gpt-5", input="Hi", stream=True)][-1] == "response.completed"
    with client.responses.stream(model="gpt-5", input="Hi") as stream:
        assert stream.get_final_response().output_text == "Good day to you"
    client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
    *said, embedded = rows(sqlite_store)
    assert [(row.input_tokens, row.cached_tokens, row.output_tokens, row.reasoning_tokens) for row in said] == [(1_000, 400, 100, 7)] * 3
    assert [(row.reply, row.cost_nano) for row in said] == [("Good day to you", COST)] * 3
    assert [row.ttft_ms is not None for row in said] == [False, True, True]
    assert said[0].request == {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]}
    assert (embedded.model, embedded.input_tokens, embedded.cost_nano) == ("text-embedding-3-small", 1_000, 20_000)


class Mood(BaseModel):
    mood: str


def test_parsed_and_raw_answers_and_other_options_keep_working(sqlite_store: Store, server: Loopback) -> None:
    server.reply = Answer('{"mood": "fine"}', input_tokens=10, output_tokens=5)
    client = wrap(openai.OpenAI(), store=sqlite_store, prompt="mood")
    parsed = client.chat.completions.parse(model="gpt-5", messages=ASKED, response_format=Mood)
    assert parsed.choices[0].message.parsed == Mood(mood="fine")
    raw = ask_raw = client.chat.completions.with_raw_response.create(model="gpt-5", messages=ASKED)
    assert (raw.http_response.status_code, ask_raw.parse().choices[0].message.content) == (200, '{"mood": "fine"}')
    other = client.with_options(timeout=5)
    assert (type(other), other.timeout) == (openai.OpenAI, 5)
    ask(other)
    with client.chat.completions.with_streaming_response.create(model="gpt-5", messages=ASKED) as streamed:
        assert b"fine" in streamed.read()
    with client.chat.completions.with_streaming_response.create(model="gpt-5", messages=ASKED, stream=True) as streamed:
        assert len(list(streamed.parse())) > 3
    assert [(row.prompt, row.reply, row.input_tokens is not None) for row in rows(sqlite_store)] == [("mood", '{"mood": "fine"}', True)] * 5
    assert [model.id for model in client.models.list()] == server.names  # a list of models is no call
    assert len(rows(sqlite_store)) == 5


def test_asynchronous_clients_are_recorded_the_same(sqlite_store: Store, server: Loopback) -> None:
    async def all_ways() -> None:
        client, other = wrap(openai.AsyncOpenAI(), store=sqlite_store), wrap(anthropic.AsyncAnthropic(), store=sqlite_store)
        with tagged(prompt="async", user="u"):
            await ask(client)
            assert len([chunk async for chunk in await ask(client, stream=True, stream_options={"include_usage": True})]) > 3
            await say(other)
            async with other.messages.stream(model="claude-sonnet-4-6", max_tokens=5, messages=ASKED) as stream:
                assert await stream.get_final_text() == "Good day to you"
            raw = await client.chat.completions.with_raw_response.create(model="gpt-5", messages=ASKED)
            assert raw.parse().choices[0].message.content == "Good day to you"
        async for _chunk in await ask(client.with_options(timeout=9), stream=True):
            break

    asyncio.run(all_ways())
    *found, left = rows(sqlite_store)
    assert [(row.reply, row.input_tokens, row.prompt, row.user) for row in found] == [("Good day to you", 1_000, "async", "u")] * 5
    assert (left.status, left.estimated, left.prompt) == ("ok", True, None)


@pytest.mark.parametrize("way", ["break", "close", "dropped", "never read"])
@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_a_stream_that_is_left_is_recorded_with_what_is_known(sqlite_store: Store, server: Loopback, way: str, vendor: str) -> None:
    server.reply = Answer("one two three four five six seven eight", input_tokens=1_000, output_tokens=100)
    if vendor == "openai":
        stream = ask(wrap(openai.OpenAI(), store=sqlite_store), stream=True)
    else:
        stream = say(wrap(anthropic.Anthropic(), store=sqlite_store), stream=True)
    if way != "never read":
        for number, _event in enumerate(stream):
            if number == 4:
                break
    if way == "close":
        stream.close()
    else:
        del stream
        gc.collect()
    row = only(sqlite_store)
    assert (row.status, row.error_type) == ("ok", None)
    if way != "never read":
        assert row.estimated
        assert row.reply.startswith("one two")
        assert 0 < row.output_tokens < 100
        assert row.input_tokens == (1_000 if vendor == "anthropic" else row.input_tokens)
        assert row.cost_nano


@pytest.mark.parametrize(
    ("fault", "error", "raised"),
    [
        ("rate_limit", "rate_limit rate_limit", openai.RateLimitError),
        ("500", "server_error server_error", openai.InternalServerError),
        ("401", "auth_error auth_error", openai.AuthenticationError),
        ("context", "invalid_request context_too_long", openai.BadRequestError),
        ("reset", "server_error connection", openai.APIConnectionError),
        ("timeout", "timeout timeout", openai.APITimeoutError),
    ],
)
def test_what_a_client_raises_is_raised_and_recorded_by_type(
    sqlite_store: Store, server: Loopback, fault: str, error: str, raised: type[Exception]
) -> None:
    server.fail_always(fault)
    client = wrap(openai.OpenAI(max_retries=0, timeout=0.5), store=sqlite_store)
    with pytest.raises(raised):
        ask(client)
    row = only(sqlite_store)
    assert (row.status, f"{row.error_type} {row.error_kind}", row.input_tokens) == ("error", error, None)
    assert row.error_message
    assert "sk-test" not in str(row)


def test_a_stream_that_breaks_off_keeps_what_came_and_says_why(sqlite_store: Store, server: Loopback) -> None:
    client, other = wrap(openai.OpenAI(max_retries=0), store=sqlite_store), wrap(anthropic.Anthropic(max_retries=0), store=sqlite_store)
    server.fail("stream_error", "stream_cut", "stream_error")
    with pytest.raises(openai.APIError):
        list(ask(client, stream=True))
    assert list(ask(client, stream=True))  # the SDK takes a missing end for an end
    with pytest.raises(anthropic.APIStatusError):
        list(say(other, stream=True))
    found = rows(sqlite_store)
    assert [(row.status, row.error_kind) for row in found] == [
        ("error", "server_error"), ("error", "truncated_reply"), ("error", "overloaded"),
    ]  # fmt: skip
    assert [row.reply for row in found] == ["Good day to", "Good day to", "Good"]
    assert [row.estimated for row in found] == [True] * 3


def test_the_tries_of_the_sdk_itself_are_counted(sqlite_store: Store, server: Loopback) -> None:
    server.fail("rate_limit_ms=0.001", "rate_limit_ms=0.001")
    client = wrap(openai.OpenAI(max_retries=2), store=sqlite_store)
    assert list(ask(client, stream=True))
    server.fail_always("rate_limit_ms=0.001")
    with pytest.raises(openai.RateLimitError):
        ask(client)
    assert [row.retries for row in rows(sqlite_store)] == [2, 2]


def test_an_answer_that_is_refused_is_an_error_that_cost_its_tokens(sqlite_store: Store, server: Loopback) -> None:
    server.fail_always("refused")
    for client, act in ((openai.OpenAI(), ask), (anthropic.Anthropic(), say)):
        act(wrap(client, store=sqlite_store))
    found = rows(sqlite_store)
    assert [(row.status, row.error_kind, row.input_tokens) for row in found] == [("error", "content_refused", 1_000)] * 2
    assert all(row.cost_nano for row in found)


def test_what_is_said_of_a_block_stands_before_what_is_said_of_the_client(sqlite_store: Store, server: Loopback) -> None:
    client = wrap(openai.OpenAI(), store=sqlite_store, prompt="p", user="everybody", tags=["client"])
    with tagged(prompt="q", version=2, tags=["outer"]), tagged(user="ann", tags=["inner"]):
        ask(client)
    ask(wrap(client, store=sqlite_store, prompt="again"))
    ask(client, user="asked for")
    first, second, third = rows(sqlite_store)
    assert third.user == "asked for"
    assert (first.prompt, first.version, first.user, first.tags) == ("q", 2, "ann", ("client", "outer", "inner"))
    assert (second.prompt, second.user, second.tags) == ("again", None, ())


def test_a_server_of_ones_own_is_named_by_its_connection_or_its_address(
    sqlite_store: Store, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL")
    client = wrap(openai.OpenAI(base_url=server.v1), store=sqlite_store)
    ask(client)
    assert flush(30)  # a call is named when it is written, and a thread of its own does that
    connections.save(sqlite_store, Connection("bench", "compatible", base_url=server.v1))
    ask(client)
    ask(wrap(client, store=sqlite_store, provider="openrouter"))
    assert [(row.provider, row.cost_nano is None) for row in rows(sqlite_store)] == [
        ("localhost", True), ("bench", True), ("openrouter", True),
    ]  # fmt: skip


def test_texts_stay_out_where_they_are_not_wanted_and_tokens_are_counted_all_the_same(sqlite_store: Store, server: Loopback) -> None:
    server.fail_always("no_usage")
    ask(wrap(openai.OpenAI(), store=sqlite_store, texts=False))
    row = only(sqlite_store)
    assert (row.request, row.reply, row.estimated) == (None, None, True)
    assert row.input_tokens > 0
    assert row.output_tokens > 0


def test_clients_of_azure_are_recorded_as_its(sqlite_store: Store, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL")
    client = openai.AzureOpenAI(azure_endpoint=server.url, api_version="2024-10-21", api_key="x")
    ask(wrap(client, store=sqlite_store))
    row = only(sqlite_store)
    assert (row.provider, row.model, row.input_tokens, row.cost_nano) == ("azure", "gpt-5", 1_000, COST)


def test_a_failure_to_record_never_reaches_the_program(
    sqlite_store: Store, server: Loopback, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = wrap(openai.OpenAI(), store=sqlite_store)

    def refuse(_job: object) -> None:
        raise RuntimeError("nothing can be recorded, not even sk-test-0123456789abcdef")

    monkeypatch.setattr(recorder, "put", refuse)
    with caplog.at_level(logging.ERROR, "workbench.ledger"):
        assert ask(client).choices[0].message.content == "Good day to you"
        assert list(ask(client, stream=True))
    assert [message.split(":")[0] for message in caplog.messages] == ["A call could not be recorded"] * 2
    assert "sk-test-0123456789" not in caplog.text


def test_what_is_no_client_and_what_is_no_field_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="client: dict"):
        wrap({})
    with pytest.raises(InputError, match="field promt"):
        wrap(openai.OpenAI(api_key="x"), promt="typo")
    with pytest.raises(InputError, match="field version"), tagged(version="7"):
        pass
