"""The loopback server: HTTP/1.1 by hand on asyncio, in a thread of its own. Lean, because benchmarks measure against it."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from tests.loopback.faults import FINISHES, STATUSES, UNSTREAMED, Fault, Plan, Seen, parse, retry_headers, sequence, share
from tests.loopback.wire import Answer, Anthropic, OpenAI, counted, default
from tests.loopback.wire_responses import Embeddings, Responses

Reply = str | Answer | Callable[[dict[str, Any]], "str | Answer"]
_BY_PATH: dict[str, type[OpenAI]] = {"responses": Responses, "embeddings": Embeddings}
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}


class Loopback:
    """A server that speaks OpenAI's and Anthropic's protocol on 127.0.0.1 and misbehaves when told to.

    `with Loopback(latency_s=0.05) as server:` then `server.v1` is the base URL for OpenAI clients, `server.url` the one for
    Anthropic's. `reply` is a text, an Answer, or a callable of the request's body. Everything may be changed while it runs.
    """

    def __init__(
        self, *, latency_s: float = 0.0, chunk_s: float = 0.0, reply: Reply | None = None, port: int = 0, record: bool = True
    ) -> None:
        self.latency_s = latency_s
        self.chunk_s = chunk_s
        self.reply = reply
        self.names = ["loopback-large", "loopback-small"]
        self.headers: dict[str, str] = {}  # sent with every answer: rate-limit headers
        self.requests: list[Seen] = []
        self.count = 0  # requests for a reply; lists of models are not counted
        self.open = 0  # connections open now
        self.dropped = 0  # requests whose client went away before the answer was out
        self._plan: Plan = lambda _seen: None
        self._record = record
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="loopback", daemon=True)
        self.url = ""

    @property
    def v1(self) -> str:
        """The base URL for OpenAI clients."""
        return self.url + "/v1"

    def fail(self, *faults: str | Fault | None) -> None:
        """The next requests go wrong one after another; None answers well."""
        self._plan = sequence(faults)

    def fail_share(self, part: float, *faults: str | Fault, seed: int = 0) -> None:
        """`part` (0..1) of the requests go wrong from now on, each in one of the ways given."""
        self._plan = share(part, faults, seed)

    def fail_always(self, fault: str | Fault) -> None:
        """Every request goes wrong from now on."""
        always = parse(fault)
        self._plan = lambda _seen: always

    def fail_when(self, plan: Plan) -> None:
        """`plan` decides for each request."""
        self._plan = plan

    def heal(self) -> None:
        """Every request is answered well from now on."""
        self._plan = lambda _seen: None

    def start(self) -> Self:
        """Serve; the address is known when this returns."""
        self._thread.start()
        assert self._ready.wait(10), "the loopback server did not start"
        return self

    def stop(self) -> None:
        """Stop serving and drop every connection; once stopped, nothing more."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    __enter__ = start

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self), "127.0.0.1", self._port, backlog=1024)
        )
        self.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            listening.close()
            for connection in list(_Connection.alive.get(id(self), ())):
                connection.transport.abort()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    def decide(self, seen: Seen) -> tuple[Fault | None, Seen]:
        """What is to be done to a request, noted."""
        self.count += 1
        fault = self._plan(seen)
        if fault is not None:
            seen = replace(seen, fault=fault.kind)
        if self._record:
            self.requests.append(seen)
        return fault, seen

    def answer(self, body: dict[str, Any]) -> Answer:
        """What is to be said."""
        said = self.reply(body) if callable(self.reply) else self.reply
        if said is None:
            said = default(body)
        return counted(Answer(said) if isinstance(said, str) else said, body)


class _Connection(asyncio.Protocol):
    """One client's connection, kept alive between requests."""

    alive: dict[int, "set[_Connection]"] = {}  # noqa: RUF012 (shared on purpose: a stopping server drops its own)

    def __init__(self, server: Loopback) -> None:
        self.server = server
        self.buffer = b""
        self.busy = False
        self.transport: asyncio.Transport
        self.timers: list[asyncio.TimerHandle] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.open += 1
        self.alive.setdefault(id(self.server), set()).add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.server.open -= 1
        self.server.dropped += self.busy
        self.alive[id(self.server)].discard(self)
        for timer in self.timers:
            timer.cancel()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, rest = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        method, path, _ = first.split(" ", 2)
        self.busy = True
        self._handle(method, path.partition("?")[0], headers, rest[:length])

    def _handle(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> None:
        server = self.server
        protocol = Anthropic if "anthropic-version" in headers else _BY_PATH.get(path.rpartition("/")[2], OpenAI)
        if method == "GET" and path == "/_count":
            self._send(200, {"count": server.count})
            return
        body = json.loads(raw) if raw else {}
        seen = Seen(path, headers, body, server._loop.time())
        if method == "GET" and path.endswith("/models"):
            fault = server._plan(seen)
            self._after(server.latency_s, lambda: self._list(protocol, fault))
        elif path.endswith(("/chat/completions", "/messages", "/responses", "/embeddings")):
            fault, _ = server.decide(seen)
            self._after(server.latency_s, lambda: self._answer(protocol, fault, body))
        else:
            self._send(404, {"error": {"message": f"no such path {path}", "type": "not_found_error"}})

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        if seconds > 0:
            self.timers = [self.server._loop.call_later(seconds, act)]
        else:
            act()

    def _list(self, protocol: type[OpenAI] | type[Anthropic], fault: Fault | None) -> None:
        if fault is not None and self._misbehave(protocol, fault, {}, protocol.models(self.server.names)):
            return
        self._send(200, protocol.models(self.server.names))

    def _answer(self, protocol: type[OpenAI] | type[Anthropic], fault: Fault | None, body: dict[str, Any]) -> None:
        answer = self.server.answer(body)
        if fault is not None:
            if fault.kind in FINISHES:
                answer = replace(answer, finish=FINISHES[fault.kind], text="" if fault.kind == "filtered" else answer.text)
            elif fault.kind == "no_usage":
                answer = replace(answer, usage=False)
            elif not (body.get("stream") and fault.kind in UNSTREAMED):
                self._misbehave(protocol, fault, body, protocol.body(answer, body))
                return
        if body.get("stream"):
            self._begin_stream()
            self._stream(protocol, iter(list(protocol.events(answer, body))), fault)
        else:
            self._send(200, protocol.body(answer, body))

    def _misbehave(self, protocol: type[OpenAI] | type[Anthropic], fault: Fault, body: dict[str, Any], good: dict[str, Any]) -> bool:
        """Do what the fault says; False where it does not apply to this answer."""
        kind = UNSTREAMED.get(fault.kind, fault.kind)
        if kind in STATUSES:
            status, told = protocol.error("rate_limit" if kind.startswith("rate_limit") else kind, body)
            self._send(status, told, retry_headers(fault))
            return True
        raw = json.dumps(good).encode()
        acts: dict[str, Callable[[], None]] = {
            "timeout": lambda: None,
            "reset": self._reset,
            "reset_midway": lambda: (self._write_head(200, len(raw)), self.transport.write(raw[: len(raw) // 2]), self._reset_soon())[-1],
            "truncated": lambda: (self._write_head(200, len(raw)), self.transport.write(raw[: len(raw) // 2]), self.transport.close())[-1],
            "malformed": lambda: self._send_raw(200, raw[: len(raw) // 2]),
            "empty": lambda: self._send_raw(200, b""),
            "html": lambda: self._send_raw(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html"),
            "no_choices": lambda: self._send(200, {**good, "choices": [], "content": []}),
            "not_an_object": lambda: self._send_raw(200, b'["surprise"]'),
            "error_in_200": lambda: self._send(200, {"error": {"message": "Provider returned error", "code": 502}}),
        }
        act = acts.get(kind)
        if act is None:
            return False
        act()
        return True

    def _begin_stream(self) -> None:
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.server.headers.items())
        self.transport.write(
            f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n{extra}\r\n".encode("latin-1")
        )

    def _stream(self, protocol: type[OpenAI] | type[Anthropic], events: Iterator[bytes], fault: Fault | None, sent: int = 0) -> None:
        """Send the events, `chunk_s` apart; a stream fault strikes after the fourth."""
        for event in events:
            if fault is not None and sent == 4 and fault.kind in UNSTREAMED:
                self._break_stream(protocol, fault.kind)
                return
            self._chunk(event)
            sent += 1
            if self.server.chunk_s > 0:
                self._after(self.server.chunk_s, lambda count=sent: self._stream(protocol, events, fault, count))
                return
        self._chunk(protocol.done)
        self.busy = False
        self.transport.write(b"0\r\n\r\n")

    def _break_stream(self, protocol: type[OpenAI] | type[Anthropic], kind: str) -> None:
        if kind == "stream_break":
            self._reset_soon()
        elif kind == "stream_cut":  # ends as if it were whole, without the end the protocol asks for
            self.busy = False
            self.transport.write(b"0\r\n\r\n")
        elif kind == "stream_error":
            self._chunk(protocol.stream_error())
            self.busy = False
            self.transport.write(b"0\r\n\r\n")
        elif kind == "stream_malformed":
            self._chunk(b"event: content_block_delta\ndata: {" + b'"type": "content_bl\n\n')
            self.busy = False
            self.transport.write(b"0\r\n\r\n")

    def _chunk(self, data: bytes) -> None:
        if data:
            self.transport.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _send(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._send_raw(status, json.dumps(body).encode(), headers=headers)

    def _send_raw(self, status: int, raw: bytes, kind: str = "application/json", headers: dict[str, str] | None = None) -> None:
        self.busy = False
        self._write_head(status, len(raw), kind, headers, raw)

    def _write_head(
        self, status: int, length: int, kind: str = "application/json", headers: dict[str, str] | None = None, raw: bytes = b""
    ) -> None:
        extra = "".join(f"{name}: {value}\r\n" for name, value in {**self.server.headers, **(headers or {})}.items())
        head = f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n{extra}\r\n"
        self.transport.write(head.encode("latin-1") + raw)

    def _reset(self) -> None:
        """Close with a RST: what a crashed server or a cut line looks like."""
        self.busy = False
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _reset_soon(self) -> None:
        self._after(0.01, self._reset)  # what was written is on its way first
