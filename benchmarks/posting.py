"""Calls and traces over HTTP: batches of 100 over a few connections at once, each call counted again in the store. Ends with /metrics.

`WORKBENCH_DATABASE_URL` names a PostgreSQL server to run on instead of SQLite (`benchmarks.databases`), with 20,000 calls;
`python -m benchmarks.posting 5000` takes another number of calls.
"""

import http.client
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from sqlalchemy import text

from benchmarks import databases
from benchmarks.report import report
from tests.browser.harness import serving
from workbench.store import Store, open_store

CALLS, ON_POSTGRES, SPANS, BATCH, CONNECTIONS = 200_000, 20_000, 20_000, 100, 4
MODELS = ("openai/gpt-4o", "openai/gpt-4o-mini", "anthropic/claude-sonnet-4-5", "google/gemini-2.5-flash", "mistral/mistral-large-latest")
_NOW_MS = time.time_ns() // 10**6


def main(calls: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        databases.server(Path(folder)) as made,
        made.empty() as url,
        serving(Path(folder) / "home", WORKBENCH_DATABASE_URL=url) as server,
    ):
        store, on, spans_n = open_store(url), f" on {made.name}", min(SPANS, calls)
        address = server.url.removeprefix("http://")
        _posted(address, "/api/calls", [_calls(10**9)], "application/json")  # prices and code are loaded
        bodies = [_calls(first) for first in range(0, calls, BATCH)]
        before, cpu_s = _count(store), _cpu_s(server.process.pid)
        took_s, seen = _posted(address, "/api/calls", bodies, "application/json")
        stored = _count(store) - before
        report(f"POST /api/calls, batches of 100 over 4 connections{on}", took_s / calls * 1e6, "µs a call", calls, bar=200)
        if cpu_s is not None:  # what it takes of a core, whatever else the machine does
            report("POST /api/calls, CPU of the server", ((_cpu_s(server.process.pid) or 0) - cpu_s) / calls * 1e6, "µs a call", calls)
        report("POST /api/calls, rate", calls / took_s, "calls/s", calls)
        report("POST /api/calls, slowest of the batches", max(seen) * 1000, "ms", len(seen))
        report("calls lost or not to be seen at once", calls - stored, "calls", calls, bar=0)

        spans = [_spans(first) for first in range(0, spans_n, BATCH)]
        before = _count(store)
        took_s, _seen = _posted(address, "/v1/traces", spans, "application/x-protobuf")
        report(f"POST /v1/traces, protobuf with messages{on}", took_s / spans_n * 1e6, "µs a span", spans_n, bar=500)
        report("POST /v1/traces, rate", spans_n / took_s, "spans/s", spans_n)
        report("spans lost or not to be seen at once", spans_n - (_count(store) - before), "spans", spans_n, bar=0)
        report("GET /metrics", _metrics_ms(address), "ms", 20, bar=50)
        store.close()


def _posted(address: str, path: str, bodies: Sequence[bytes], media: str) -> tuple[float, list[float]]:
    """The seconds all took together, and each of them."""
    waiting, took, lock = list(enumerate(bodies)), [0.0] * len(bodies), threading.Lock()

    def send() -> None:
        connection = http.client.HTTPConnection(address, timeout=120)
        while True:
            with lock:
                if not waiting:
                    break
                number, body = waiting.pop()
            begun = time.perf_counter()
            connection.request("POST", path, body, {"Content-Type": media})
            answer = connection.getresponse()
            answer.read()
            took[number] = time.perf_counter() - begun
            assert answer.status == 200, answer.status
        connection.close()

    begun = time.perf_counter()
    senders = [threading.Thread(target=send) for _ in range(min(CONNECTIONS, len(bodies)))]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return time.perf_counter() - begun, took


def _calls(first: int) -> bytes:
    return json.dumps([_call(n) for n in range(first, first + BATCH)]).encode()


def _call(n: int) -> dict[str, object]:
    return {
        "model": MODELS[n % 5], "started_ms": _NOW_MS - n % 3_600_000, "latency_ms": 300 + n % 1700, "input_tokens": 200 + n % 800,
        "output_tokens": 20 + n % 200, "prompt": f"support/prompt-{n % 20}", "version": 1 + n % 3, "label": "production",
        "user": f"user-{n % 500}", "external_id": f"bench-{n}",
    }  # fmt: skip


def _spans(first: int) -> bytes:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.append(_pair("service.name", "bench"))
    scoped = group.scope_spans.add()
    for n in range(first, first + BATCH):
        asked = json.dumps([{"role": "user", "parts": [{"type": "text", "content": f"Question {n}: what is the capital of France? " * 5}]}])
        said = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Paris. " * 20}], "finish_reason": "stop"}])
        provider, _, model = MODELS[n % 5].partition("/")
        start = (_NOW_MS - n % 3_600_000) * 10**6
        scoped.spans.add(
            trace_id=(n + 1).to_bytes(16), span_id=(n + 1).to_bytes(8), name=f"chat {model}", start_time_unix_nano=start,
            end_time_unix_nano=start + 10**9 + n % 10**9,
            attributes=[
                _pair("gen_ai.operation.name", "chat"), _pair("gen_ai.provider.name", provider), _pair("gen_ai.request.model", model),
                _pair("gen_ai.response.model", model), _pair("gen_ai.request.temperature", 0.2), _pair("gen_ai.usage.input_tokens", 300),
                _pair("gen_ai.usage.output_tokens", 40), _pair("gen_ai.input.messages", asked), _pair("gen_ai.output.messages", said),
                _pair("user.id", f"user-{n % 500}"), _pair("server.address", "api.example.com"), _pair("gen_ai.response.id", f"r-{n}"),
            ],
        )  # fmt: skip
    return request.SerializeToString()


def _pair(key: str, value: str | int | float) -> KeyValue:
    kind = {str: "string_value", int: "int_value", float: "double_value"}[type(value)]
    return KeyValue(key=key, value=AnyValue(**{kind: value}))


def _cpu_s(pid: int) -> float | None:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return None
    spent = stat.read_text().rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def _count(store: Store) -> int:
    with store.read() as session:
        return int(session.execute(text("SELECT count(*) FROM calls")).scalar_one())


def _metrics_ms(address: str) -> float:
    times = []
    for _ in range(20):
        connection = http.client.HTTPConnection(address, timeout=30)
        begun = time.perf_counter()
        connection.request("GET", "/metrics")
        connection.getresponse().read()
        times.append((time.perf_counter() - begun) * 1000)
        connection.close()
    return sorted(times)[10]


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else databases.size(CALLS, ON_POSTGRES))
