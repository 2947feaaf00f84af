"""What other tools export becomes calls as those tools meant them: tokens, times, costs, errors, thumbs; in each form they write."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from workbench.ledger import importers, reading
from workbench.ledger.reading import Call
from workbench.store import Store

GENERATION = {
    "id": "obs-1", "trace_id": "tr-1", "project_id": "p", "type": "GENERATION", "parent_observation_id": None, "name": "answer",
    "start_time": "2026-05-29 13:46:19.963000",
    "end_time": "2026-05-29 13:46:21.463000", "completion_start_time": "2026-05-29 13:46:20.163000",
    "level": "DEFAULT", "status_message": None, "version": None, "input": '[{"role":"user","content":"Where is my card?"}]',
    "output": '{"role":"assistant","content":"On its way."}', "provided_model_name": "gpt-4o",
    "model_parameters": '{"temperature":0.7}',
    "usage_details": {"input": 100, "input_cached_tokens": 50, "output": 20, "total": 170},
    "cost_details": {"input": 0.001, "output": 0.002},
    "prompt_name": "support/triage", "prompt_version": 7, "total_cost": 0.003, "latency": 1.5, "time_to_first_token": 0.2,
    "user_id": "u-1", "tags": ["beta"],
}  # fmt: skip
SPAN = GENERATION | {"id": "obs-0", "type": "SPAN", "provided_model_name": None, "usage_details": {}}
FAILED = GENERATION | {
    "id": "obs-2", "level": "ERROR", "status_message": "429 Too Many Requests", "output": None, "usage_details": {}, "total_cost": None,
    "completion_start_time": None,
}  # fmt: skip

SPEND = {
    "request_id": "chatcmpl-1",
    "call_type": "acompletion", "api_key": "88dc28", "spend": 0.00125, "total_tokens": 130, "prompt_tokens": 100,
    "completion_tokens": 30, "startTime": "2026-05-29T13:46:19.963Z", "endTime": "2026-05-29T13:46:21.463Z",
    "completionStartTime": "2026-05-29T13:46:20.163Z", "model": "gpt-4o", "model_id": "m", "model_group": "gpt-4o",
    "custom_llm_provider": "openai", "api_base": "https://api.openai.com/v1/", "user": "default_user_id", "end_user": "cust-9",
    "metadata": {"user_api_key_alias": "a", "usage_object": {"prompt_tokens_details": {"cached_tokens": 64}}}, "cache_hit": "None",
    "request_tags": ["prod", "eu"], "messages": {}, "response": {}, "status": "success", "session_id": "s-1",
}  # fmt: skip
REFUSED = SPEND | {
    "request_id": "chatcmpl-2", "status": "failure", "spend": 0.0, "completion_tokens": 0, "completionStartTime": SPEND["endTime"],
    "metadata": {"error_information": {"error_code": "429", "error_class": "RateLimitError", "error_message": "slow down"}},
}  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows in the form that the name of the file ends in, as the tools write them."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=2))
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return path


def _cell(value: Any) -> Any:
    return "" if value is None else json.dumps(value) if isinstance(value, dict | list) else value


def taken(store: Store, path: Path, **more: Any) -> list[Call]:
    """The calls of the file, the oldest first, with their texts; the file goes in once more and adds nothing."""
    done = importers.run(store, path, **more)
    assert importers.run(store, path, **more).taken == 0
    assert done.taken == reading.totals(store).n
    return [reading.get(store, call.id) for call in reversed(reading.page(store))]


@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
def test_langfuse_observations_are_calls_in_every_form_it_writes(sqlite_store: Store, tmp_path: Path, form: str) -> None:
    path = write(tmp_path / f"observations.{form}", [SPAN, GENERATION, FAILED])
    assert importers.detect(path) == "langfuse"
    ok, failed = taken(sqlite_store, path)
    assert (ok.provider, ok.model, ok.input_tokens, ok.cached_tokens, ok.output_tokens) == ("openai", "gpt-4o", 150, 50, 20)
    assert (ok.started_ms, ok.latency_ms, ok.ttft_ms, ok.cost_nano) == (1_780_062_379_963, 1500, 200, 3_000_000)
    assert (ok.prompt, ok.version, ok.user, ok.tags, ok.trace_id) == ("support/triage", 7, "u-1", ("beta",), "tr-1")
    assert ok.request == {"messages": [{"role": "user", "content": "Where is my card?"}]}
    assert (ok.reply, ok.external_id, ok.source) == ("On its way.", "langfuse:obs-1", "langfuse")
    assert (failed.status, failed.error_type, failed.error_message) == ("error", "rate_limit", "429 Too Many Requests")
    assert (failed.input_tokens, failed.cost_nano) == (None, None)


def test_langfuse_traces_of_its_page_and_api_bring_their_observations_and_thumbs(sqlite_store: Store, tmp_path: Path) -> None:
    observation = {
        "id": "g", "traceId": "t", "type": "GENERATION", "startTime": "2026-05-29T13:46:19.963Z", "endTime": "2026-05-29T13:46:20.963Z",
        "model": "claude-sonnet-4-5", "usage": {"input": 12, "output": 3, "total": 15, "unit": "TOKENS"}, "input": "hello", "output": "hi",
        "calculatedTotalCost": 0, "promptName": None, "level": "DEFAULT",
    }  # fmt: skip
    scores = [{"name": "user-feedback", "value": 0, "dataType": "BOOLEAN", "observationId": "g"}]
    trace = {"id": "t", "timestamp": "2026-05-29T13:46:19Z", "userId": "u", "tags": ["x"], "observations": [observation], "scores": scores}
    path = tmp_path / "traces.json"
    path.write_text(json.dumps({"data": [trace, trace | {"id": "t2", "observations": ["only-an-id"]}], "meta": {"page": 1}}))
    (one,) = taken(sqlite_store, path)
    assert (one.model, one.provider, one.input_tokens, one.user, one.tags, one.feedback) == (
        "claude-sonnet-4-5", "anthropic", 12, "u", ("x",), -1,
    )  # fmt: skip
    assert one.cost_nano == (12 * 3 + 3 * 15) * 1000  # its own price list did not know it
    assert one.request == {"messages": [{"role": "user", "content": "hello"}]}


@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
def test_a_litellm_spend_log_becomes_calls_in_every_form(sqlite_store: Store, tmp_path: Path, form: str) -> None:
    unknown = SPEND | {
        "request_id": "chatcmpl-3",
        "spend": 0,
        "model": "openai/gpt-4o",
        "startTime": "2026-05-29 14:00:00+00:00",
        "endTime": None,
        "completionStartTime": None,
    }
    path = write(tmp_path / f"spend.{form}", [SPEND, REFUSED, unknown, SPEND | {"request_id": "x", "call_type": "call_mcp_tool"}])
    assert importers.detect(path) == "litellm"
    ok, failed, priced = taken(sqlite_store, path)
    assert (ok.input_tokens, ok.cached_tokens, ok.output_tokens, ok.cost_nano) == (100, 64, 30, 1_250_000)
    assert (ok.latency_ms, ok.ttft_ms, ok.user, ok.tags, ok.trace_id) == (1500, 200, "cust-9", ("prod", "eu"), "s-1")
    assert (failed.status, failed.error_type, failed.error_kind, failed.error_message, failed.ttft_ms) == (
        "error", "rate_limit", "RateLimitError", "slow down", None,
    )  # fmt: skip
    assert (priced.provider, priced.model) == ("openai", "gpt-4o")
    assert priced.cost_nano


def test_promptfoo_results_are_calls_and_a_failed_assertion_is_no_failed_call(sqlite_store: Store, tmp_path: Path) -> None:
    result = {
        "promptIdx": 0, "testIdx": 0, "testCase": {"vars": {"q": "hi"}}, "promptId": "ab",
        "provider": {"id": "openai:chat:gpt-4o-mini", "label": ""},
        "prompt": {"raw": '[{"role":"user","content":"hi"}]', "label": "greet"}, "vars": {"q": "hi"},
        "response": {
            "output": "hello", "cached": False, "cost": 0.0001,
            "tokenUsage": {"total": 15, "prompt": 12, "completion": 3, "completionDetails": {"reasoning": 1}},
        },
        "success": False, "failureReason": 1, "error": "Expected output to contain bye", "score": 0, "latencyMs": 420, "cost": 0.0001,
        "namedScores": {}, "gradingResult": {"pass": False},
    }  # fmt: skip
    failed = result | {
        "testIdx": 1,
        "provider": {"id": "anthropic:messages:claude-sonnet-4-5"},
        "response": {"error": "API error: 529 Overloaded"},
    }
    failed |= {"failureReason": 2, "error": "API error: 529 Overloaded", "cost": 0}
    cached = result | {
        "testIdx": 2,
        "failureReason": 0,
        "error": None,
        "response": {"output": "x", "cached": True, "tokenUsage": {"cached": 9}},
    }
    head = {"version": 3, "timestamp": "2026-05-29T13:46:19.963Z", "prompts": [{"raw": "x"}]}
    whole = {"evalId": "eval-abc", "results": head | {"results": [result, failed, cached], "stats": {}}, "config": {}, "shareableUrl": None}
    path = tmp_path / "output.json"
    path.write_text(json.dumps(whole))
    look = importers.preview(path)
    assert (look.format, look.container) == ("promptfoo", "json")
    one, two = taken(sqlite_store, path)
    assert (one.provider, one.model, one.status, one.input_tokens, one.output_tokens, one.reasoning_tokens) == (
        "openai", "gpt-4o-mini", "ok", 12, 3, 1,
    )  # fmt: skip
    assert (one.latency_ms, one.cost_nano, one.prompt, one.reply, one.variables) == (420, 100_000, "greet", "hello", {"q": "hi"})
    assert (one.started_ms, one.external_id) == (1_780_062_379_963, "promptfoo:eval-abc:0:0")
    assert (two.provider, two.model, two.status, two.error_type, two.input_tokens) == (
        "anthropic", "claude-sonnet-4-5", "error", "server_error", None,
    )  # fmt: skip


def test_promptfoo_lines_and_old_results_that_say_no_time_count_as_made_when_the_file_was_written(
    sqlite_store: Store, tmp_path: Path
) -> None:
    old = {
        "prompt": {"raw": "Rephrase", "display": "Rephrase {{body}}"}, "vars": {"body": "Hello"}, "success": True, "score": 1,
        "provider": {"id": "http://127.0.0.1:3000/api", "label": "Planner API"}, "namedScores": {}, "latencyMs": 812,
        "response": {"output": "Bonjour", "tokenUsage": {"total": 26, "prompt": 17, "completion": 9}},
    }  # fmt: skip
    path = write(tmp_path / "output.jsonl", [old, old | {"latencyMs": 5}, old])
    os.utime(path, (1_780_000_000, 1_780_000_000))
    assert "do not say when" in importers.preview(path).notes[0]
    one, two = taken(sqlite_store, path)
    assert (one.started_ms, two.started_ms, one.provider, one.model) == (1_780_000_000_000, 1_780_000_000_000, "http", "Planner API")
    os.utime(path)
    assert importers.run(sqlite_store, path).duplicates == 3  # a copy is known again by what it says
    named = {"evalId": "eval-6Vn-2026-04-20T13:03:13", "results": {"version": 2, "results": [old], "table": {}}}
    (tmp_path / "output.json").write_text(json.dumps(named))
    assert importers.preview(tmp_path / "output.json").calls[0]["started_ms"] == 1_776_690_193_000


def test_one_langfuse_trace_from_its_page_gives_its_user_tags_and_thumb(sqlite_store: Store, tmp_path: Path) -> None:
    thumb = {"name": "user-feedback", "value": 1, "dataType": "BOOLEAN", "observationId": None}
    bare = {key: value for key, value in GENERATION.items() if key not in ("user_id", "tags")}
    whole = {"trace": {"id": "tr-1", "userId": "u-7", "tags": ["dev"], "scores": [thumb]}, "observations": [bare, SPAN]}
    (tmp_path / "trace.json").write_text(json.dumps(whole))
    (one,) = taken(sqlite_store, tmp_path / "trace.json")
    assert (one.user, one.tags, one.feedback) == ("u-7", ("dev",), 1)


def test_langfuse_usage_that_counts_no_tokens_is_unknown_and_flat_columns_are_folded(sqlite_store: Store, tmp_path: Path) -> None:
    old = {key: value for key, value in GENERATION.items() if key != "usage_details"}
    rows = [
        old | {"id": "a", "usage": {"input": 900, "output": 300, "unit": "CHARACTERS"}},
        old | {"id": "b", "usage_details": {"total": 100}},
        old | {"id": "c", "usageDetails.input": "11", "usageDetails.output": "2", "usageDetails.total": "13"},
        old | {"id": "d", "promptTokens": 20, "completionTokens": 12},
    ]
    calls = taken(sqlite_store, write(tmp_path / "observations.jsonl", rows))
    found = {str(call.external_id): (call.input_tokens, call.output_tokens) for call in calls}
    assert found == {"langfuse:a": (None, None), "langfuse:b": (None, None), "langfuse:c": (11, 2), "langfuse:d": (20, 12)}


def test_what_litellm_logs_of_a_request_is_a_call_and_its_sums_of_days_are_none(sqlite_store: Store, tmp_path: Path) -> None:
    logged = {
        "id": "chatcmpl-9", "trace_id": "t-1", "call_type": "completion", "response_cost": 0.1, "status": "failure",
        "custom_llm_provider": "openai", "prompt_tokens": 20, "completion_tokens": 10, "startTime": 1734567890.0, "endTime": 1734567891.0,
        "completionStartTime": 1734567890.5, "response_time": 1.0, "model": "gpt-3.5-turbo", "error_str": "RateLimitError: 429",
        "metadata": {"user_api_key_user_id": "u1", "usage_object": {"prompt_tokens_details": {"cache_creation_tokens": 2}}},
    }  # fmt: skip
    (one,) = taken(sqlite_store, write(tmp_path / "log.jsonl", [logged]))
    assert (one.started_ms, one.latency_ms, one.ttft_ms, one.error_type, one.user) == (1_734_567_890_000, 1000, 500, "rate_limit", "u1")
    assert (one.cost_nano, one.cache_write_tokens, one.trace_id) == (100_000_000, 2, "t-1")
    day = {"startTime": "2024-10-10", "spend": 3.1, "users": {"u": 3.1}, "models": {"gpt-4o": 3.1}}
    summed = importers.run(sqlite_store, write(tmp_path / "days.jsonl", [day]))
    assert (summed.taken, summed.report.lines[0][1]) == (
        0, "is the sum of a day, not a call: ask LiteLLM for /spend/logs with summarize=false",
    )  # fmt: skip


def test_a_gateway_s_log_is_read_by_its_usual_names(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "requests.csv").write_text(
        "request_id,request_created_at,response_created_at,response_status,request_user_id,request_model,response_model,provider,delay_ms,"
        "time_to_first_token,prompt_tokens,completion_tokens,cost_usd,response_body\n"
        'q1,2024-05-01T10:00:00Z,2024-05-01T10:00:01.5Z,200,u1,gpt-4o,gpt-4o-2024-05-13,OPENAI,1500,300,10,5,0.0001,"{""choices"":'
        '[{""message"":{""content"":""yo""}}]}"\nq2,2024-05-01T10:00:02Z,,429,u1,gpt-4o,,OPENAI,40,,,,,\n'
    )
    one, two = taken(sqlite_store, tmp_path / "requests.csv")
    assert (one.provider, one.model, one.latency_ms, one.ttft_ms, one.user, one.reply) == ("openai", "gpt-4o", 1500, 300, "u1", "yo")
    assert (two.status, two.error_type, two.input_tokens) == ("error", "rate_limit", None)


def test_the_azure_trace_takes_the_model_it_is_given(sqlite_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.0319569,3180,8\n")
    assert importers.preview(path).missing == ("model",)
    one, two = taken(sqlite_store, path, mapping=importers.ColumnMap(fixed={"model": "openai/gpt-4o"}))
    assert (one.started_ms, one.input_tokens, one.output_tokens, one.provider, one.model) == (
        1_700_158_623_980,
        4808,
        10,
        "openai",
        "gpt-4o",
    )
    assert one.cost_nano
    assert two.started_ms - one.started_ms == 52


def test_otlp_files_of_a_document_and_of_lines_are_spans(sqlite_store: Store, tmp_path: Path) -> None:
    span = {
        "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "chat gpt-4o", "kind": 3,
        "startTimeUnixNano": "1780062379963000000", "endTimeUnixNano": "1780062381463000000", "status": {},
        "attributes": [
            {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
            {"key": "gen_ai.system", "value": {"stringValue": "openai"}},
            {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}},
            {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "3"}},
        ],
    }  # fmt: skip
    batch = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {}, "spans": [span]}]}]}
    (tmp_path / "traces.json").write_text(json.dumps(batch, indent=1))
    (one,) = taken(sqlite_store, tmp_path / "traces.json")
    assert (one.model, one.input_tokens, one.latency_ms) == ("gpt-4o", 12, 1500)
    other = json.loads(json.dumps(batch).replace("eee19b7ec3c1b174", "eee19b7ec3c1b175"))
    (tmp_path / "traces.jsonl").write_text(json.dumps(batch) + "\n" + json.dumps(other) + "\n")
    assert importers.detect(tmp_path / "traces.jsonl") == "otlp"
    lines = importers.run(sqlite_store, tmp_path / "traces.jsonl")
    assert (lines.taken, lines.duplicates) == (1, 1)
    mixed = [{"resourceLogs": [{"scopeLogs": []}]}, {"resourceMetrics": []}, batch]
    (tmp_path / "mixed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in mixed))
    assert importers.detect(tmp_path / "mixed.jsonl") == "otlp"
    after = importers.run(sqlite_store, tmp_path / "mixed.jsonl")
    assert (after.duplicates, after.report.reasons) == (1, {"holds logs or metrics, and no spans": 2})
    (tmp_path / "one.json").write_text(json.dumps(batch))
    assert importers.run(sqlite_store, tmp_path / "one.json").duplicates == 1
