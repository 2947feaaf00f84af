"""Messages of alerts to a webhook: queued in the transaction of the alert, signed, tried again with growing pauses. Owns what is sent.

Address and secret come from the environment or the keyring and are written nowhere. A message that was answered with 2xx is not sent
again; one whose sender died before it could note that may be, under the same `webhook-id`. Redirects are not followed.
Source of headers and signature: the Standard Webhooks specification (standardwebhooks.com), version 1.0.
"""

import base64
import binascii
import hmac
import json
import logging
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from workbench.clock import SYSTEM, Clock, iso
from workbench.errors import SettingsError
from workbench.monitoring.messages import headline
from workbench.monitoring.tables import AlertRow, DeliveryRow
from workbench.providers import keys
from workbench.store import Store
from workbench.store.base import new_id

URL, SECRET = "WORKBENCH_WEBHOOK_URL", "WORKBENCH_WEBHOOK_SECRET"
PAUSES_S = (10, 30, 120, 600, 1_800, 3_600, 7_200)  # after the last one it is given up: eight tries in under four hours
_CLAIM_MS = 60_000  # so long a message belongs to who took it; longer than a try can last
_ANSWER_S, _WHOLE_S = 5.0, 10.0
_TICK_S = 20.0
_LOG = logging.getLogger("workbench.alerts")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message and what became of it: `state` is waiting, delivered or given up."""

    id: int
    alert_id: int
    event: str
    state: str
    tries: int
    next_ms: int | None
    done_ms: int | None
    error: str | None
    created_ms: int

    def to_json(self) -> dict[str, Any]:
        """The delivery as JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def configured() -> bool:
    """Whether there is an address to send to."""
    return keys.find(URL) is not None


def queue(session: Session, alert: AlertRow, event: str, now_ms: int) -> None:
    """Have a message sent once this transaction is committed; nothing where no webhook is set."""
    if configured():
        session.add(DeliveryRow(alert_id=alert.id, payload=payload(alert, event, now_ms), tries=0, next_ms=now_ms, created_ms=now_ms))


def payload(alert: AlertRow, event: str, now_ms: int) -> dict[str, Any]:
    """The body of a message: `event` is fired, reminder, resolved or test; `text` is a sentence for chats."""
    fields = ("id", "rule_id", "severity", "started_ms", "ended_ms", "value", "peak", "threshold", "n", "summary", "description")
    word = {"fired": alert.severity, "reminder": "still", "resolved": "resolved", "test": "test"}[event]
    return {
        "id": new_id(now_ms),
        "type": f"alert.{event}",
        "timestamp": iso(now_ms),
        "text": f"[{word}] {headline(alert.name, alert.summary)}",
        "data": {"rule": alert.name} | {name: getattr(alert, name) for name in fields},
    }


def tick(store: Store, now_ms: int) -> int:
    """Send what is due, oldest first; how many arrived. Bounded in time: what is left over goes out next time."""
    if not configured():
        return 0
    begun, arrived, failed = time.monotonic(), 0, set[int]()
    for delivery_id, alert_id in _due(store, now_ms):
        if time.monotonic() - begun > _TICK_S:
            break
        if alert_id in failed:  # the end of an alert is not told before its beginning
            continue
        body = _take(store, delivery_id, now_ms)
        if body is None:
            continue
        error = send(body, now_ms)
        _settle(store, delivery_id, error, now_ms)
        if error is None:
            arrived += 1
        else:
            failed.add(alert_id)
            _LOG.warning("A message of alert %d did not reach the webhook: %s", alert_id, error)
    return arrived


def send_test(*, clock: Clock = SYSTEM) -> str | None:
    """Send a message of type alert.test; None where it arrived, else what went wrong. Raises SettingsError where no webhook is set."""
    if not configured():
        raise SettingsError("No webhook is set.", hint=f"Set {URL} in the environment, and {SECRET} to have messages signed.")
    now_ms = clock.now_ms()
    alert = AlertRow(
        id=0, rule_id=0, name="Test", severity="info", started_ms=now_ms, n=0, summary="The webhook works.", description="Nothing is wrong."
    )
    return send(payload(alert, "test", now_ms), now_ms)


def recent(store: Store, *, alert_id: int | None = None, limit: int = 50) -> list[Delivery]:
    """The newest messages, newest first; of one alert, if it is named."""
    query = select(DeliveryRow).order_by(DeliveryRow.id.desc()).limit(limit)
    if alert_id is not None:
        query = query.where(DeliveryRow.alert_id == alert_id)
    with store.read() as session:
        return [_delivery(row) for row in session.scalars(query)]


def retry(store: Store, delivery_id: int, now_ms: int) -> None:
    """Let a message that was given up be tried again."""
    with store.write() as session:
        row = session.get(DeliveryRow, delivery_id)
        if row is not None and row.done_ms is None:
            row.tries, row.next_ms = 0, now_ms


def signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """The header webhook-signature: v1 and the HMAC-SHA256 of id, time and body in base64. A secret `whsec_...` is base64."""
    key = secret.encode()
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            key = secret.encode()
    digest = hmac.digest(key, f"{message_id}.{timestamp_s}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


def send(body: dict[str, Any], now_ms: int) -> str | None:
    """Post one message; None where it was answered with 2xx, else what went wrong, without the address."""
    url, secret = keys.find(URL), keys.find(SECRET)
    parts = urlsplit(url or "")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{URL} is no address that begins with http:// or https://."
    raw = json.dumps(body, ensure_ascii=False).encode()
    timestamp_s = now_ms // 1_000
    headers = {"Content-Type": "application/json", "User-Agent": "prompt-workbench", "webhook-id": str(body["id"])}
    headers["webhook-timestamp"] = str(timestamp_s)
    if secret:
        headers["webhook-signature"] = signature(secret, str(body["id"]), timestamp_s, raw)
    if parts.username is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{parts.username}:{parts.password or ''}".encode()).decode()
    try:
        status = _post(parts, raw, headers)
    except TimeoutError:
        return "It did not answer in time."
    except Exception as error:  # whatever a network can do: the message waits for its next try
        return f"It could not be reached: {type(error).__name__}."
    if 300 <= status < 400:
        return f"It answered {status}: redirects are not followed."
    return None if 200 <= status < 300 else f"It answered {status}."


def _post(parts: Any, raw: bytes, headers: dict[str, str]) -> int:
    # The standard library's client on purpose: others write the whole address into the log.
    from http.client import HTTPConnection, HTTPSConnection

    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_ANSWER_S)
    late = threading.Event()

    def stop() -> None:
        late.set()
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)

    # A server that answers a byte at a time never meets a timeout of the socket.
    watch = threading.Timer(_WHOLE_S, stop)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body=raw, headers=headers)
        return connection.getresponse().status
    except Exception as error:
        raise TimeoutError if late.is_set() else error from None
    finally:
        watch.cancel()
        connection.close()


def _due(store: Store, now_ms: int, limit: int = 100) -> list[tuple[int, int]]:
    """Messages that may go now: of each alert only the oldest that waits, so that they arrive in order."""
    waiting = select(DeliveryRow.id, DeliveryRow.alert_id, DeliveryRow.next_ms).where(DeliveryRow.next_ms.is_not(None))
    with store.read() as session:
        rows = session.execute(waiting.order_by(DeliveryRow.id).limit(1_000)).all()
    due, held = [], set[int]()
    for delivery_id, alert_id, next_ms in rows:
        if next_ms is None or next_ms > now_ms:
            held.add(alert_id)
        elif alert_id not in held:
            due.append((delivery_id, alert_id))
    return due[:limit]


def _take(store: Store, delivery_id: int, now_ms: int) -> dict[str, Any] | None:
    """The body of a message that now belongs to this process; None where another has taken it."""
    with store.write() as session:
        row = session.get(DeliveryRow, delivery_id, with_for_update=True)
        if row is None or row.next_ms is None or row.next_ms > now_ms:
            return None
        row.tries, row.next_ms = row.tries + 1, now_ms + _CLAIM_MS
        return dict(row.payload)


def _settle(store: Store, delivery_id: int, error: str | None, now_ms: int) -> None:
    with store.write() as session:
        row = session.get(DeliveryRow, delivery_id)
        if row is None:
            return
        row.error = error
        if error is None:
            row.next_ms, row.done_ms = None, now_ms
        elif row.tries > len(PAUSES_S):
            row.next_ms = None
        else:
            row.next_ms = now_ms + PAUSES_S[row.tries - 1] * 1_000


def _delivery(row: DeliveryRow) -> Delivery:
    state = "delivered" if row.done_ms is not None else "waiting" if row.next_ms is not None else "given up"
    event = str(row.payload.get("type", "")).removeprefix("alert.")
    return Delivery(row.id, row.alert_id, event, state, row.tries, row.next_ms, row.done_ms, row.error, row.created_ms)
