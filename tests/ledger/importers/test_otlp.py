"""Traces as calls: each convention as its writers write it, over both wires; what is no call; what contradicts itself."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.ledger.importers.wire import PARENT, SPAN, START_NS, TRACE, Written, as_json, as_protobuf
from workbench.ledger.fields import CallRecord
from workbench.ledger.importers import otlp

Wire = Callable[..., list[Any]]
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
ASKED = [{"role": "user", "content": "Capital of France?"}]


@pytest.fixture(params=[as_json, as_protobuf], ids=["json", "protobuf"])
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


def _one(wire: Wire, written: Written) -> CallRecord:
    taken, skipped = otlp.records(wire(written))
    assert skipped == []
    (record,) = taken
    return record


def test_a_span_of_the_current_conventions_becomes_a_call(wire: Wire) -> None:
    output = [
        {
            "role": "assistant",
            "parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": "Paris"}],
            "finish_reason": "stop",
        }
    ]
    record = _one(wire, Written(
        CHAT | {
            "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20,
            "gen_ai.usage.cache_read.input_tokens": 60, "gen_ai.usage.cache_creation.input_tokens": 10,
            "gen_ai.usage.reasoning.output_tokens": 5, "gen_ai.request.temperature": 0.2, "gen_ai.request.stop_sequences": ["END"],
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
            "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Capital of France?"}]}]),
            "gen_ai.output.messages": json.dumps(output), "gen_ai.response.time_to_first_chunk": 0.25, "user.id": "ada",
            "gen_ai.conversation.id": "c1", "gen_ai.prompt.name": "geo/capital", "gen_ai.prompt.version": "v7",
        },
        resource={"service.name": "shop", "deployment.environment.name": "prod"}, parent_id=PARENT,
    ))  # fmt: skip
    assert (record.provider, record.model, record.source, record.status) == ("openai", "gpt-4o", "otlp", "ok")
    assert (record.started_ms, record.latency_ms, record.ttft_ms) == (START_NS // 10**6, 1500, 250)
    assert (record.input_tokens, record.cached_tokens, record.cache_write_tokens) == (100, 60, 10)
    assert (record.output_tokens, record.reasoning_tokens) == (20, 5)
    assert (record.prompt, record.version, record.label, record.user) == ("geo/capital", 7, None, "ada")
    assert (record.trace_id, record.external_id) == (TRACE, f"{TRACE}:{SPAN}")
    assert record.tags == ("service:shop", "environment:prod")
    assert record.request == {
        "messages": [{"role": "system", "content": "Be brief."}, *ASKED],
        "parameters": {"stop": ["END"], "temperature": 0.2},
    }
    assert record.reply == "Paris"
    assert record.attempts is not None
    assert (record.attempts[0]["parent"], record.attempts[0]["session"]) == (PARENT, "c1")  # there is no end to conversations: no tag


def test_messages_may_come_structured_and_on_an_event(wire: Wire) -> None:
    call = {"type": "tool_call", "id": "t1", "name": "weather", "arguments": {"city": "Paris"}}
    record = _one(wire, Written(CHAT, events=((
        "gen_ai.client.inference.operation.details",
        {
            "gen_ai.input.messages": [
                {"role": "user", "parts": [{"type": "text", "content": "Weather?"}]},
                {"role": "assistant", "parts": [call]},
                {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "rainy"}]},
            ],
            "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "Rain."}, call]}],
        },
    ),)))  # fmt: skip
    kept = {"id": "t1", "name": "weather", "arguments": '{"city": "Paris"}'}
    assert record.request == {"messages": [
        {"role": "user", "content": "Weather?"}, {"role": "assistant", "content": [{"type": "tool_call", **kept}]},
        {"role": "tool", "content": [{"type": "tool_result", "id": "t1", "text": "rainy"}]},
    ]}  # fmt: skip
    assert (record.reply, record.tool_calls) == ("Rain.", [kept])


def test_the_older_conventions_with_events_are_read(wire: Wire) -> None:
    tool = [{"id": "t1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]
    record = _one(wire, Written(
        {
            "gen_ai.system": "az.ai.openai", "gen_ai.response.model": "gpt-4o", "gen_ai.operation.name": "chat",
            "gen_ai.usage.prompt_tokens": 12, "gen_ai.usage.completion_tokens": 3,
        },
        events=(
            ("gen_ai.system.message", {"content": "Be brief."}), ("gen_ai.user.message", {"content": "Weather?"}),
            ("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": json.dumps({"content": "Rain", "tool_calls": tool})}),
        ),
    ))  # fmt: skip
    assert (record.provider, record.model, record.input_tokens, record.output_tokens) == ("azure", "gpt-4o", 12, 3)
    assert record.request == {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather?"}]}
    assert (record.reply, record.tool_calls) == ("Rain", [{"id": "t1", "name": "weather", "arguments": "{}"}])


def test_openllmetry_numbers_its_messages(wire: Wire) -> None:
    record = _one(wire, Written(
        {
            "gen_ai.system": "Anthropic", "gen_ai.request.model": "claude-sonnet-4-5", "llm.request.type": "chat",
            "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Capital of France?", "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "Paris", "gen_ai.completion.0.tool_calls.0.id": "t1",
            "gen_ai.completion.0.tool_calls.0.name": "look", "gen_ai.completion.0.tool_calls.0.arguments": '{"q": 1}',
            "gen_ai.usage.input_tokens": 5, "gen_ai.usage.cache_read_input_tokens": 900, "llm.usage.total_tokens": 8,
            "gen_ai.usage.output_tokens": 3, "traceloop.association.properties.user_id": "ada", "traceloop.prompt.key": "geo",
            "traceloop.prompt.version": 3, "traceloop.workflow.name": "wf",
        },
        name="anthropic.chat",
    ))  # fmt: skip
    assert (record.provider, record.user, record.prompt, record.version) == ("anthropic", "ada", "geo", 3)
    # 900 cached ones cannot be among 5: this writer counts them apart.
    assert (record.input_tokens, record.cached_tokens) == (905, 900)
    assert record.request == {"messages": ASKED}
    assert (record.reply, record.tool_calls) == ("Paris", [{"id": "t1", "name": "look", "arguments": '{"q": 1}'}])


def test_openinference_is_read(wire: Wire) -> None:
    record = _one(wire, Written(
        {
            "openinference.span.kind": "LLM", "llm.system": "openai", "llm.provider": "azure", "llm.model_name": "gpt-4o",
            "llm.token_count.prompt": 10, "llm.token_count.completion": 5, "llm.token_count.prompt_details.cache_read": 4,
            "llm.token_count.completion_details.reasoning": 2, "llm.cost.total": 0.0066, "tag.tags": ["shop", "eu"],
            "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": "Be brief.",
            "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.contents.0.message_content.type": "text",
            "llm.input_messages.1.message.contents.0.message_content.text": "What is it?",
            "llm.input_messages.1.message.contents.1.message_content.type": "image",
            "llm.input_messages.1.message.contents.1.message_content.image.image.url": "https://example.com/a.png",
            "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.tool_calls.0.tool_call.id": "t1",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"q": 1}',
            "llm.invocation_parameters": '{"model": "gpt-4o", "temperature": 0.5, "max_tokens": 9}', "input.value": "ignored",
            "llm.prompt_template.variables": '{"thing": "it"}', "prompt.id": "vision", "llm.prompt_template.version": "1.2.0",
            "session.id": "s1", "user.id": "ada", "llm.tools.0.tool.json_schema": '{"type": "function", "function": {"name": "look"}}',
        },
        events=(("First Token Stream Event", {}),),
    ))  # fmt: skip
    assert (record.provider, record.model, record.ttft_ms, record.cost_nano) == ("azure", "gpt-4o", 100, 6_600_000)
    assert (record.input_tokens, record.cached_tokens, record.output_tokens, record.reasoning_tokens) == (10, 4, 5, 2)
    assert (record.prompt, record.version, record.label) == ("vision", None, "1.2.0")
    assert record.tags == ("shop", "eu")
    assert record.variables == {"thing": "it"}
    picture = [{"type": "text", "text": "What is it?"}, {"type": "image", "url": "https://example.com/a.png"}]
    assert record.request == {
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": picture}],
        "parameters": {"max_tokens": 9, "temperature": 0.5},
        "tools": [{"type": "function", "function": {"name": "look"}}],
    }
    assert (record.reply, record.tool_calls) == (None, [{"id": "t1", "name": "look", "arguments": '{"q": 1}'}])


def test_plain_input_and_output_are_taken_where_there_are_no_messages(wire: Wire) -> None:
    has = {"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o", "input.value": "Capital of France?"}
    response = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Paris"}}]})
    record = _one(wire, Written(has | {"output.value": response}))
    assert (record.provider, record.request, record.reply) == ("openai", {"messages": ASKED}, "Paris")
    sent = json.dumps({"model": "gpt-4o", "messages": ASKED})
    assert _one(wire, Written(has | {"input.value": sent, "output.value": "Paris"})).request == {"messages": ASKED}


def test_other_writers_are_read(wire: Wire) -> None:
    vllm = _one(wire, Written({
        "gen_ai.response.model": "Qwen/Qwen3-8B", "gen_ai.usage.prompt_tokens": 7, "gen_ai.latency.time_to_first_token": 0.02,
    }, name="llm_request", scope="vllm.llm_engine"))  # fmt: skip
    assert (vllm.provider, vllm.model, vllm.input_tokens, vllm.ttft_ms) == ("vllm", "Qwen/Qwen3-8B", 7, 20)
    sdk = _one(wire, Written(
        {
            "ai.operationId": "ai.generateText.doGenerate", "gen_ai.system": "openai.chat", "gen_ai.request.model": "gpt-4o",
            "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": "Capital of France?"}]}]),
            "ai.response.text": "Paris", "ai.usage.promptTokens": 9, "ai.response.msToFirstChunk": 40.0,
        }
    ))  # fmt: skip
    assert (sdk.provider, sdk.input_tokens, sdk.ttft_ms, sdk.request, sdk.reply) == ("openai", 9, 40, {"messages": ASKED}, "Paris")
    logged = [{"event.name": "gen_ai.user.message", "content": "Capital of France?", "role": "user"},
              {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "Paris"}}]  # fmt: skip
    pydantic = _one(wire, Written(CHAT | {"events": json.dumps(logged), "operation.cost": 0.0}))
    assert (pydantic.request, pydantic.reply, pydantic.cost_nano) == ({"messages": ASKED}, "Paris", None)
    langfuse = _one(wire, Written({
        "langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o", "langfuse.observation.prompt.name": "geo",
        "langfuse.observation.prompt.version": 4, "langfuse.observation.input": json.dumps(ASKED), "langfuse.observation.output": "Paris",
    }))  # fmt: skip
    assert (langfuse.prompt, langfuse.version, langfuse.request, langfuse.reply) == ("geo", 4, {"messages": ASKED}, "Paris")


@pytest.mark.parametrize(
    "attributes",
    [
        {"http.request.method": "POST"},
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 900},
        {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look"},
        {"openinference.span.kind": "CHAIN", "llm.model_name": "gpt-4o"},
        {"openinference.span.kind": "AGENT", "llm.token_count.prompt": 5},
        {"traceloop.span.kind": "workflow", "traceloop.entity.name": "wf"},
        {"ai.operationId": "ai.generateText", "ai.model.id": "gpt-4o", "ai.usage.promptTokens": 9},
        {"langfuse.observation.type": "span", "langfuse.observation.input": "x"},
    ],
)
def test_what_is_no_request_to_a_model_is_passed_over(wire: Wire, attributes: dict[str, Any]) -> None:
    taken, (skipped,) = otlp.records(wire(Written(attributes)))
    assert taken == []
    assert not skipped.refused
    assert skipped.reason


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (Written(CHAT, start_ns=0), "no start time"),
        (Written(CHAT, end_ns=0), "no end time"),
        (Written(CHAT, end_ns=START_NS - 2_000_000_000), "ends 2.000 s before it begins"),
        (Written(CHAT, start_ns=START_NS // 10**6, end_ns=START_NS), "nanoseconds"),
        (Written(CHAT, end_ns=START_NS + 30 * 86_400 * 10**9), "lasts 30 days"),
        (Written(CHAT, start_ns=START_NS * 10, end_ns=START_NS * 10 + 1), "more than a day from now"),
        (Written(CHAT | {"gen_ai.usage.input_tokens": "many"}), "no whole number"),
        (Written(CHAT | {"gen_ai.usage.input_tokens": -4}), "no call has"),
        (Written(CHAT | {"gen_ai.usage.output_tokens": 1.5}), "no whole number"),
        (Written(CHAT, trace_id="00" * 16), "trace id"),
        (Written(CHAT, span_id="00" * 8), "span id"),
    ],
)
def test_a_span_that_contradicts_itself_is_refused_with_the_reason(wire: Wire, written: Written, reason: str) -> None:
    taken, (skipped,) = otlp.records(wire(written), now_ms=START_NS // 10**6)
    assert taken == []
    assert skipped.refused
    assert reason in skipped.reason


@pytest.mark.parametrize(
    ("attributes", "message", "error_type", "kind"),
    [
        ({"error.type": "openai.RateLimitError"}, "", "rate_limit", "openai.RateLimitError"),
        ({"error.type": "429"}, "", "rate_limit", "429"),
        ({"error.type": "TimeoutError"}, "", "timeout", "TimeoutError"),
        ({"error.type": "AuthenticationError"}, "", "auth_error", "AuthenticationError"),
        ({"error.type": "BadRequestError"}, "", "invalid_request", "BadRequestError"),
        ({"error.type": "InternalServerError"}, "", "server_error", "InternalServerError"),
        ({"http.response.status_code": 503}, "", "server_error", None),
        ({}, "Request timed out.", "timeout", None),
        ({"error.type": "_OTHER"}, "no idea", "unknown", "_OTHER"),
    ],
)
def test_errors_have_the_words_of_the_ledger(
    wire: Wire, attributes: dict[str, Any], message: str, error_type: str, kind: str | None
) -> None:
    record = _one(wire, Written(CHAT | attributes, failed=True, message=message))
    assert (record.status, record.error_type, record.error_kind, record.error_message) == ("error", error_type, kind, message or None)


def test_an_exception_says_what_failed(wire: Wire) -> None:
    event = ("exception", {"exception.type": "anthropic.APIConnectionError", "exception.message": "Connection error."})
    record = _one(wire, Written(CHAT, failed=True, events=(event,)))
    assert (record.error_type, record.error_message) == ("server_error", "Connection error.")


def test_json_takes_what_writers_make_of_it() -> None:
    (group,) = as_json(Written(CHAT))
    (span,) = group["scopeSpans"][0]["spans"]
    span["traceId"] = base64.b64encode(bytes.fromhex(TRACE)).decode()
    span["spanId"] = base64.b64encode(bytes.fromhex(SPAN)).decode()
    span["status"] = {"code": "STATUS_CODE_ERROR"}
    span["parentSpanId"] = "0" * 16
    (record,), _ = otlp.records([group])
    assert (record.external_id, record.status, record.attempts) == (f"{TRACE}:{SPAN}", "error", None)
    has = [{"key": "gen_ai.request.model", "value": {"string_value": "gpt-4o"}}]
    times = {"start_time_unix_nano": START_NS, "end_time_unix_nano": START_NS}
    snake = {"scope_spans": [{"spans": [{"trace_id": TRACE, "span_id": SPAN, "attributes": has, **times}]}]}
    (record,), _ = otlp.records([snake])
    assert (record.provider, record.model, record.latency_ms) == ("openai", "gpt-4o", 0)


@pytest.mark.parametrize("group", [7, None, {}, {"scopeSpans": 7}, {"scopeSpans": [{"spans": 7}]}, {"scopeSpans": [{"spans": [{}, 7]}]}])
def test_json_of_another_shape_raises_nothing(group: Any) -> None:
    taken, skipped = otlp.records([group])
    assert taken == []
    assert all(one.refused for one in skipped)


def test_attributes_that_are_anything_raise_nothing(wire: Wire) -> None:
    names = ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.prompt", "events", "gen_ai.system_instructions", "input.value")
    for value in (
        "[[[",
        "[1, null]",
        '[{"role": 7, "parts": 3}]',
        '{"messages": [[{"role": "user"}]]}',
        "[" * 5000,
        "x",
        "",
        '[{"message": {}}]',
    ):
        record = _one(wire, Written(CHAT | dict.fromkeys(names, value)))
        assert record.model == "gpt-4o"
    clashing = {"gen_ai.prompt": "x", "gen_ai.prompt.0": "y", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.name@": "z"}
    assert _one(wire, Written(CHAT | clashing)).status == "ok"
    endless = {"gen_ai.prompt." + "0." * 3_000: "x", "gen_ai.completion." + "9" * 5_000: "y"}
    assert _one(wire, Written(CHAT | endless)).status == "ok"


@pytest.mark.parametrize(
    ("model", "provider", "found"),
    [
        ("openai/gpt-4o", "", ("openai", "gpt-4o")),
        ("openai/gpt-4o", "openai", ("openai", "gpt-4o")),
        ("anthropic/claude-sonnet-4-5", "openrouter", ("openrouter", "anthropic/claude-sonnet-4-5")),
        ("gemini-2.5-flash", "gcp.vertex_ai", ("google", "gemini-2.5-flash")),
        ("grok-4", "x_ai", ("x-ai", "grok-4")),
        ("claude-sonnet-4-5", "", ("anthropic", "claude-sonnet-4-5")),
        ("my-model", "", ("unknown", "my-model")),
        ("my-model", "my.company", ("my.company", "my-model")),
    ],
)
def test_a_model_is_named_as_the_price_list_names_it(model: str, provider: str, found: tuple[str, str]) -> None:
    record = _one(as_json, Written({"gen_ai.operation.name": "chat", "gen_ai.request.model": model, "gen_ai.system": provider}))
    assert (record.provider, record.model) == found


def test_a_prompt_may_carry_its_version_in_its_name() -> None:
    for name, found in (("geo@7", ("geo", 7, None)), ("geo@production", ("geo", None, "production")), ("geo", ("geo", None, None))):
        record = _one(as_json, Written(CHAT, resource={"workbench.prompt": name}))
        assert (record.prompt, record.version, record.label) == found


def test_many_spans_are_told_apart() -> None:
    spans = [replace(Written(CHAT if n % 2 else {"a": 1}), span_id=f"{n + 1:016x}") for n in range(10)]
    taken, skipped = otlp.records(as_protobuf(*spans))
    assert len({record.external_id for record in taken}) == 5
    assert len(skipped) == 5


def test_a_request_that_two_writers_saw_counts_once() -> None:
    outer = Written(CHAT | {"gen_ai.usage.input_tokens": 10, "gen_ai.prompt.name": "geo", "user.id": "ada"}, name="outer")
    inner = replace(outer, attributes=CHAT | {"gen_ai.usage.input_tokens": 10}, name="inner", span_id="01" * 8, parent_id=SPAN)
    (record,), (skipped,) = otlp.records(as_json(inner, outer))
    assert (record.external_id, record.prompt, record.user) == (f"{TRACE}:{'01' * 8}", "geo", "ada")
    assert (skipped.name, skipped.refused) == ("outer", False)
    another = replace(inner, attributes=CHAT | {"gen_ai.usage.input_tokens": 4})  # asked by a tool while the outer one was answering
    assert len(otlp.records(as_json(another, outer))[0]) == 2
    assert len(otlp.records(as_json(inner, replace(outer, parent_id="01" * 8)))[0]) == 1  # each the parent of the other
    itself = replace(outer, parent_id=SPAN)
    assert len(otlp.records(as_json(itself))[0]) == 1


def test_an_instrumentation_beside_a_client_that_traces_itself_counts_once() -> None:
    tokens = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5}
    own = Written(CHAT | tokens | {"gen_ai.response.id": "r1"}, scope="sdk", start_ns=START_NS + 2_000_000)
    around = replace(
        own, attributes=CHAT | tokens | {"gen_ai.usage.output_tokens": 6, "gen_ai.response.id": "r1", "gen_ai.prompt.name": "geo"},
        scope="instrumentation", trace_id="ab" * 16, start_ns=START_NS, end_ns=own.end_ns + 1_000_000,
    )  # fmt: skip
    (record,), (skipped,) = otlp.records(as_protobuf(own, around))
    assert (record.external_id, record.prompt, record.output_tokens) == (f"{TRACE}:{SPAN}", "geo", 5)
    assert not skipped.refused
    untold = replace(around, attributes=CHAT | {"input.value": "Hello"})  # no id of the response: times and tokens tell
    (record,), _ = otlp.records(as_protobuf(untold, own))
    assert record.request == {"messages": [{"role": "user", "content": "Hello"}]}
    for other in (
        replace(around, scope="sdk"),  # one writer sees a request once
        replace(around, attributes=around.attributes | {"gen_ai.response.id": "r2"}),
        replace(untold, attributes=CHAT | tokens | {"gen_ai.usage.input_tokens": 11}),
        replace(untold, attributes=untold.attributes | {"gen_ai.request.model": "gpt-4o-mini"}),
        replace(untold, end_ns=own.end_ns + 200_000_000),
    ):
        assert len(otlp.records(as_protobuf(own, other))[0]) == 2


def test_a_failed_request_has_the_model_of_its_parameters_and_vectors_are_no_reply() -> None:
    failed = Written(
        {"openinference.span.kind": "LLM", "llm.invocation_parameters": '{"model": "gpt-4o", "user": "ada"}'}, failed=True, message="429"
    )
    vectors = Written(
        {"openinference.span.kind": "EMBEDDING", "embedding.model_name": "text-embedding-3-small", "output.value": "[0.1]"},
        span_id="01" * 8, resource={"service.name": 7.0},
    )  # fmt: skip
    broken = as_json(vectors)
    broken[0]["resource"]["attributes"].append({"key": "n", "value": {"intValue": "many"}})
    (first,), (second,) = otlp.records(as_json(failed))[0], otlp.records(broken)[0]
    assert (first.provider, first.model, first.user, first.error_type) == ("openai", "gpt-4o", "ada", "rate_limit")
    assert (second.model, second.reply, second.tags) == ("text-embedding-3-small", None, ("embeddings",))
