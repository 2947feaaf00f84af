"""The routes of a running server: who may use them, what they hand out, and that what was accepted survives the end of the process."""

import gzip
import http.client
import json
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from sqlalchemy import select

from tests.api.asking import Answer, ask, post
from tests.api.prometheus import parsed
from tests.browser.harness import Server, serving
from tests.ledger.importers.wire import Written, as_json, as_protobuf
from workbench.errors import SettingsError
from workbench.ledger.tables import CallRow
from workbench.prompts import labels, registry
from workbench.prompts.content import Content
from workbench.server import launcher
from workbench.text.messages import message

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
CALL = {"model": "openai/gpt-4o", "input_tokens": 1000, "output_tokens": 100, "latency_ms": 420}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("api") / "home") as running:
        yield running


def _ids(server: Server) -> list[str]:
    with server.store.read() as session:
        return list(session.scalars(select(CallRow.external_id).where(CallRow.external_id.is_not(None))))


def test_calls_are_stored_when_they_are_answered(server: Server) -> None:
    for number, (body, headers) in enumerate((
        (json.dumps([CALL | {"external_id": "one-0"}]).encode(), {}),
        (gzip.compress(json.dumps({"calls": [CALL | {"external_id": "one-1"}]}).encode()), {"Content_Encoding": "gzip"}),
    )):  # fmt: skip
        answer = ask(server.url, "POST", "/api/calls", body, Content_Type="application/json; charset=utf-8", **headers)
        assert (answer.status, answer.json) == (200, {"accepted": 1, "duplicates": 0, "rejected": []})
        assert f"one-{number}" in _ids(server)
    lines = "\n".join(json.dumps(CALL | {"external_id": f"one-{n}"}) for n in (1, 2))
    answer = ask(server.url, "POST", "/api/calls", lines.encode(), Content_Type="application/x-ndjson")
    assert answer.json == {"accepted": 1, "duplicates": 1, "rejected": []}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/api/calls", {"Origin": "http://evil.example"}, 403),
        ("POST", "/v1/traces", {"Origin": "null"}, 403),
        ("POST", "/api/calls", {"Sec_Fetch_Site": "cross-site"}, 403),
        ("OPTIONS", "/api/calls", {"Origin": "http://evil.example", "Access_Control_Request_Method": "POST"}, 403),
        ("GET", "/metrics", {"Origin": "http://evil.example"}, 403),
        ("POST", "/api/calls", {"Host": "evil.example"}, 403),
        ("GET", "/api/calls", {}, 405),
        ("GET", "/api/nothing", {}, 404),
        ("POST", "/v1/metrics", {}, 404),
        ("POST", "/api/calls", {"Content_Type": "text/plain"}, 415),
        ("POST", "/api/calls", {"Content_Encoding": "br"}, 415),
        ("POST", "/v1/traces", {"Content_Type": "application/x-ndjson"}, 415),
    ],
)
def test_what_is_not_to_be_answered_is_refused_and_writes_nothing(
    server: Server, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    before = len(_ids(server))
    body = json.dumps(CALL | {"external_id": "refused"}).encode() if method == "POST" else b""
    answer = ask(server.url, method, path, body, **{"Content_Type": "application/json", **headers})
    assert answer.status == status
    assert answer.headers.get("access-control-allow-origin") is None
    assert set(answer.json) == {"error", "hint"} | ({"message"} if path == "/v1/traces" else set())
    assert len(_ids(server)) == before


def test_a_page_of_our_own_may_ask(server: Server) -> None:
    assert post(server.url, "/api/calls", [], Origin=server.url).status == 200


def test_a_body_over_the_bound_is_answered_with_413_and_the_remedy(server: Server) -> None:
    answer = ask(server.url, "POST", "/api/calls", b" " * (33 * 2**20), Content_Type="application/json")
    assert answer.status == 413
    assert "smaller" in answer.json["hint"]


def test_traces_are_answered_in_their_own_form(server: Server) -> None:
    good, bad, other = Written(CHAT, span_id="01" * 8), Written(CHAT, span_id="02" * 8, end_ns=1), Written({"a": 1}, span_id="03" * 8)
    body = ExportTraceServiceRequest(resource_spans=as_protobuf(good, bad, other)).SerializeToString()
    for sent, packing in ((body, {}), (gzip.compress(body), {"Content_Encoding": "gzip"})):
        answer = ask(server.url, "POST", "/v1/traces", sent, Content_Type="application/x-protobuf", **packing)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/x-protobuf")
        partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
        assert partial.rejected_spans == 1
        assert "before it begins" in partial.error_message
    assert [name for name in _ids(server) if name.endswith("01" * 8)] == [f"{good.trace_id}:{good.span_id}"]
    whole = ask(server.url, "POST", "/v1/traces", ExportTraceServiceRequest(resource_spans=as_protobuf(good)).SerializeToString(),
                Content_Type="application/x-protobuf")  # fmt: skip
    assert not ExportTraceServiceResponse.FromString(whole.body).HasField("partial_success")
    as_text = post(server.url, "/v1/traces", {"resourceSpans": as_json(bad)})
    assert as_text.headers["content-type"] == "application/json"
    assert as_text.json["partialSuccess"]["rejectedSpans"] == "1"
    assert post(server.url, "/v1/traces", {"resourceSpans": as_json(good)}).json == {}
    assert post(server.url, "/v1/traces", {}).json == {}


def test_a_broken_trace_is_answered_with_a_status(server: Server) -> None:
    answer = ask(server.url, "POST", "/v1/traces", b"\xff\xff", Content_Type="application/x-protobuf")
    assert (answer.status, answer.headers["content-type"]) == (400, "application/x-protobuf")
    assert answer.body[:1] == b"\x12"
    assert b"protobuf" in answer.body
    answer = ask(server.url, "POST", "/v1/traces", b'{"resourceSpans": [', Content_Type="application/json")
    assert answer.status == 400
    assert "line 1, column 20" in answer.json["message"]
    assert "resourceSpans" in answer.json["hint"]


def test_a_prompt_is_handed_out_by_label_and_by_number(server: Server) -> None:
    store = server.store
    for n in (1, 2):
        registry.save_version(store, "support/triage", Content((message("user", f"Take {n}: {{{{question}}}}"),), model="openai/gpt-4o"))
    registry.update(store, "support/triage", variables=[registry.Variable("question")])
    labels.move(store, "support/triage", "production", 1)
    path = "/api/prompts/support/triage"
    answer = ask(server.url, "GET", f"{path}?label=production")
    assert answer.status == 200
    assert {name: answer.json[name] for name in ("name", "version", "semantic", "label", "engine", "model")} == {
        "name": "support/triage", "version": 1, "semantic": None, "label": "production", "engine": "mustache", "model": "openai/gpt-4o",
    }  # fmt: skip
    assert answer.json["messages"] == [{"role": "user", "content": "Take 1: {{question}}"}]
    assert answer.json["variables"][0]["name"] == "question"
    assert answer.json["hash"] == registry.version(store, "support/triage", 1).hash
    assert [ask(server.url, "GET", path + which).json["version"] for which in ("", "?version=1", "?version=v2")] == [2, 1, 2]
    assert ask(server.url, "GET", "/api/prompts/support%2Ftriage").status == 200
    tag = answer.headers["etag"]
    assert ask(server.url, "GET", f"{path}?label=production", If_None_Match=tag).status == 304
    labels.move(store, "support/triage", "production", 2)
    assert ask(server.url, "GET", f"{path}?label=production", If_None_Match=tag).json["version"] == 2
    for which, status in (
        ("?label=staging", 404),
        ("?version=9", 404),
        ("?version=x", 400),
        ("?label=a&version=1", 400),
        ("?lable=a", 400),
    ):
        missing = ask(server.url, "GET", path + which)
        assert missing.status == status
        assert missing.json["hint"]
    assert ask(server.url, "GET", "/api/prompts/no/such").status == 404


def test_metrics_are_read_by_a_strict_reader(server: Server) -> None:
    before = _sum(parsed(ask(server.url, "GET", "/metrics").body.decode()), "workbench_calls_total")
    post(server.url, "/api/calls", [CALL, CALL | {"status": "error", "error_type": "timeout"}])
    answer = ask(server.url, "GET", "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert _sum(parsed(answer.body.decode()), "workbench_calls_total") == before + 2


def _sum(families: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]], name: str) -> float:
    return sum(families[name].values())


def test_answers_do_not_wait_for_more_to_send() -> None:
    listening = launcher._listen("127.0.0.1", 0)
    assert listening.proto == socket.IPPROTO_TCP
    listening.close()


def test_a_token_is_made_where_none_is_set_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_API_TOKEN", raising=False)
    told: list[str] = []
    made = launcher._token(told.append)
    assert len(made) >= 40
    assert [made in line for line in told] == [True]
    monkeypatch.setenv("WORKBENCH_API_TOKEN", made)
    assert launcher._token(told.append) == made
    assert len(told) == 1
    for poor in ("short", "with a space in it, long enough"):
        monkeypatch.setenv("WORKBENCH_API_TOKEN", poor)
        with pytest.raises(SettingsError, match="16 characters") as refused:
            launcher._token(told.append)
        assert poor not in str(refused.value)


def test_a_server_that_others_reach_asks_for_its_token(tmp_path: Path) -> None:
    token = "correct-horse-battery-staple"
    with serving(tmp_path / "home", "--allow-network", WORKBENCH_API_TOKEN=token) as running:
        for given, status in (
            ({}, 401),
            ({"Authorization": "Bearer wrong"}, 401),
            ({"Authorization": f"Basic {token}"}, 401),
            ({"Authorization": "Bearer \xe9"}, 401),
            ({"Authorization": f"Bearer {token}"}, 200),
        ):
            assert post(running.url, "/api/calls", [], **given).status == status
            assert ask(running.url, "GET", "/metrics", **given).status == status
        refused = ask(running.url, "POST", "/v1/traces", b"", Content_Type="application/x-protobuf")
        assert (refused.status, refused.headers["content-type"], refused.body[:1]) == (401, "application/x-protobuf", b"\x12")
        assert ask(running.url, "GET", "/api/health").status == 200
        assert post(running.url, "/api/calls", [], Authorization=f"Bearer {token}", Origin="http://evil.example").status == 403
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(15)


def test_what_was_accepted_is_there_after_kill_9_and_nothing_twice(tmp_path: Path) -> None:
    home = tmp_path / "home"
    batches = [[CALL | {"external_id": f"{sender}-{n}-{k}"} for k in range(20)] for sender in range(3) for n in range(40)]
    accepted: set[str] = set()
    with serving(home) as running:
        post(running.url, "/api/calls", [CALL])
        enough = threading.Event()
        senders = [threading.Thread(target=_burst, args=(running.url, batches[at::3], accepted, enough)) for at in range(3)]
        for sender in senders:
            sender.start()
        enough.wait(30)
        running.process.kill()
        for sender in senders:
            sender.join()
        running.process.wait()
    assert 0 < len(accepted) < 2400
    with serving(home) as running:
        assert accepted <= set(_ids(running))
        answers: list[Answer] = [post(running.url, "/api/calls", [call for batch in batches for call in batch])]
        assert answers[0].json["accepted"] + answers[0].json["duplicates"] == 2400
        assert sorted(_ids(running)) == sorted(call["external_id"] for batch in batches for call in batch)  # type: ignore[arg-type,type-var]


def _burst(url: str, batches: list[list[dict[str, object]]], accepted: set[str], enough: threading.Event) -> None:
    try:
        for batch in batches:
            if post(url, "/api/calls", batch).json["accepted"] == len(batch):
                accepted.update(str(call["external_id"]) for call in batch)
            if len(accepted) >= 400:
                enough.set()
    except (OSError, http.client.HTTPException):
        pass  # it was killed
