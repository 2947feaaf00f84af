"""Messages to a webhook that misbehaves: each arrives once, in order, signed, and says nothing of address or secret."""

import base64
import hashlib
import hmac
import json
import logging
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import text

from tests.monitoring.watched import MINUTE, NOW, call, only, put
from workbench.errors import SettingsError
from workbench.monitoring import alerts, delivery
from workbench.monitoring.rules import Rule
from workbench.providers import keys
from workbench.store import Store

SLOW = Rule(name="Slow\n<b>".replace("\n", " "), metric="latency_ms", aggregation="most", threshold=2_000)
SECRET = "whsec_" + base64.b64encode(b"a secret of the receiver").decode()


class Receiver:
    """A real server that does what `acts` says, one for each request, and answers 204 once they are used up."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                outer.act(self, outer.acts.pop(0) if outer.acts else "204")

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook/T0KENINPATH"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def act(self, handler: BaseHTTPRequestHandler, act: str) -> None:
        if act == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            handler.connection.close()
        elif act == "hang":
            self.release.wait(30)
        elif act == "drip":
            for one in b"HTTP/1.1 2" * 100:
                handler.wfile.write(bytes([one]))
                if self.release.wait(0.05):
                    return
        else:
            handler.send_response(int(act))
            if act == "302":
                handler.send_header("Location", self.url + "/elsewhere")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _path, _headers, body in self.got]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    running = Receiver()
    monkeypatch.setenv(delivery.URL, running.url)
    monkeypatch.setenv(delivery.SECRET, SECRET)
    monkeypatch.setattr(delivery, "_ANSWER_S", 0.4)
    monkeypatch.setattr(delivery, "_WHOLE_S", 0.8)
    yield running
    running.release.set()
    running.server.shutdown()
    running.server.server_close()
    keys._known.clear()


def fire_and_resolve(store: Store) -> None:
    only(store, SLOW)
    put(store, [call(NOW, latency_ms=9_000)])
    assert [one.event for at in (1, 20) for one in alerts.tick(store, NOW + at * MINUTE)] == ["fired", "resolved"]


def test_a_message_is_signed_and_arrives_once_in_order(store: Store, receiver: Receiver) -> None:
    fire_and_resolve(store)
    assert delivery.tick(store, NOW + 21 * MINUTE) == 2
    assert delivery.tick(store, NOW + 22 * MINUTE) == 0
    assert [body["type"] for body in receiver.bodies()] == ["alert.fired", "alert.resolved"]
    assert receiver.bodies()[0]["text"].count("Slow <b>") == 1
    assert receiver.bodies()[0]["data"] | {"summary": "", "description": ""} == {
        "rule": "Slow <b>", "id": 1, "rule_id": 9, "severity": "warning", "started_ms": NOW + MINUTE, "ended_ms": None, "value": 9_000,
        "peak": 9_000, "threshold": 2_000, "n": 1, "summary": "", "description": "",
    }  # fmt: skip
    for _path, headers, body in receiver.got:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(b"a secret of the receiver", signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
        assert headers["webhook-id"] == json.loads(body)["id"]


def test_whatever_the_receiver_does_the_message_is_tried_again_until_it_arrives(
    store: Store, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.acts = ["500", "hang", "reset", "302", "drip"]
    fire_and_resolve(store)
    at_ms, errors = NOW + 21 * MINUTE, []
    with caplog.at_level(logging.DEBUG):
        for pause_s in delivery.PAUSES_S[:5]:
            assert delivery.tick(store, at_ms) == 0
            assert delivery.tick(store, at_ms + pause_s * 1_000 - 1) == 0  # not before its time
            errors.append(delivery.recent(store)[1].error)
            at_ms += pause_s * 1_000
        assert delivery.tick(store, at_ms) == 2
    assert errors == [
        "It answered 500.",
        "It did not answer in time.",
        "It could not be reached: ConnectionResetError.",
        "It answered 302: redirects are not followed.",
        "It did not answer in time.",
    ]
    bodies = receiver.bodies()
    assert [body["type"] for body in bodies] == ["alert.fired"] * 6 + ["alert.resolved"]
    assert len({body["id"] for body in bodies[:6]}) == 1
    assert {path for path, _headers, _body in receiver.got} == {"/hook/T0KENINPATH"}
    with store.read() as session:
        kept = " ".join(str(row) for row in session.execute(text("SELECT * FROM deliveries")))
    for secret in ("T0KENINPATH", SECRET, "a secret of"):
        assert secret not in kept + caplog.text


def test_a_message_is_given_up_after_the_last_pause_and_can_be_tried_again(store: Store, receiver: Receiver) -> None:
    receiver.acts = ["503"] * 20
    fire_and_resolve(store)
    at_ms = NOW + 21 * MINUTE
    for pause_s in (*delivery.PAUSES_S, 0):
        delivery.tick(store, at_ms)
        at_ms += pause_s * 1_000
    first = delivery.recent(store)[1]
    assert (first.state, first.tries, first.event) == ("given up", len(delivery.PAUSES_S) + 1, "fired")
    receiver.acts = []
    delivery.retry(store, first.id, at_ms)
    delivery.tick(store, at_ms + 86_400_000)
    assert {one.state for one in delivery.recent(store, alert_id=first.alert_id)} == {"delivered"}


def test_a_process_that_dies_while_it_sends_loses_nothing_and_two_send_no_message_twice(store: Store, receiver: Receiver) -> None:
    fire_and_resolve(store)
    assert delivery._take(store, 1, NOW) is None  # it is due only from the moment it was made
    assert delivery._take(store, 1, NOW + 21 * MINUTE) is not None  # and here its sender dies
    assert delivery.tick(store, NOW + 21 * MINUTE) == 0
    threads = [threading.Thread(target=lambda: delivery.tick(store, NOW + 23 * MINUTE)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(body["type"] for body in receiver.bodies()) == ["alert.fired", "alert.resolved"]


def test_without_a_webhook_nothing_is_queued_and_a_test_says_what_to_set(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(delivery.URL, raising=False)
    fire_and_resolve(store)
    assert delivery.recent(store) == []
    with pytest.raises(SettingsError) as refused:
        delivery.send_test()
    assert delivery.URL in refused.value.hint
    for bad in ("ftp://x/y", "not an address", "http://"):
        monkeypatch.setenv(delivery.URL, bad)
        assert "no address" in (delivery.send_test() or "")


def test_a_test_message_arrives_or_says_why_not(receiver: Receiver) -> None:
    receiver.acts = ["401"]
    assert [delivery.send_test(), delivery.send_test()] == ["It answered 401.", None]
    assert receiver.bodies()[1]["type"] == "alert.test"
