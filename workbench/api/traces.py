"""POST /v1/traces: OpenTelemetry's spans, as protobuf or JSON. Those that are requests to a model become calls, the others are passed over.

Answers and errors are in the form the request had, as the protocol asks. Source: OTLP specification 1.x, OTLP/HTTP.
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench import clock
from workbench.api import answers, taking
from workbench.api.answers import Refused

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from workbench.ledger.importers.otlp import Skipped
    from workbench.store import Store

_PROTOBUF = {"application/x-protobuf", "application/protobuf"}
_MOST_REASONS = 5
_SHAPE = 'Send {"resourceSpans": [...]}, as OTLP/JSON has it.'


async def post(request: "Request") -> "Response":
    """An ExportTraceServiceResponse; `partial_success` says how many spans were refused, and why."""
    from starlette.responses import Response

    media = answers.media(request)
    if media not in _PROTOBUF | {"application/json"}:
        raise Refused(415, f"The body is {media[:80]!r}.", "Send application/x-protobuf or application/json.")
    body = await answers.body(request)
    answer = await answers.in_turn(lambda: _take(body, protobuf=media in _PROTOBUF))
    return Response(answer, media_type=media)


def refusal(request: "Request", error: Refused) -> "Response":
    """The error as a Status in the form of the request; in JSON where that has none of the two."""
    from starlette.responses import Response

    media = answers.media(request)
    protobuf = media in _PROTOBUF
    return Response(_status(error, protobuf=protobuf), error.status, error.headers, media_type=media if protobuf else "application/json")


def _take(body: bytes, *, protobuf: bool) -> bytes:
    from workbench import store

    return take(store.current(), body, protobuf=protobuf)


def take(store: "Store", body: bytes, *, protobuf: bool) -> bytes:
    """Record the calls in an ExportTraceServiceRequest; the bytes of the answer. Raises Refused where it cannot be read or written."""
    from workbench.ledger.importers import otlp
    from workbench.ledger.rows import values_of

    groups = _messages(body) if protobuf else _objects(body)
    records, skipped = otlp.records(groups, now_ms=clock.now_ms())
    refused = taking.take(store, [values_of(record) for record in records]).refused
    reasons = [one for one in skipped if one.refused]
    unwritten = [otlp.Skipped(records[at].model, reason, refused=True) for at, reason in refused]
    return _answer([*reasons, *unwritten], protobuf=protobuf)


def _messages(body: bytes) -> Sequence[Any]:
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    try:
        return list(ExportTraceServiceRequest.FromString(body).resource_spans)
    except DecodeError as error:
        raise Refused(
            400, "The body is no ExportTraceServiceRequest of protobuf.", "Check that the content type is that of the body."
        ) from error


def _objects(body: bytes) -> Sequence[Any]:
    try:
        found = json.loads(body)
    except json.JSONDecodeError as error:
        raise Refused(400, f"The body is broken JSON at line {error.lineno}, column {error.colno}: {error.msg}.", _SHAPE) from error
    except (ValueError, RecursionError) as error:
        raise Refused(400, "The body is no JSON in UTF-8, holds a number that is too long, or is nested too deep.", _SHAPE) from error
    groups = found.get("resourceSpans", found.get("resource_spans", [])) if isinstance(found, dict) else None
    if not isinstance(groups, list):
        raise Refused(400, "The body is no ExportTraceServiceRequest.", _SHAPE)
    return groups


def _answer(refused: "Sequence[Skipped]", *, protobuf: bool) -> bytes:
    message = _told(refused)
    if not protobuf:
        partial = {"partialSuccess": {"rejectedSpans": str(len(refused)), "errorMessage": message}}
        return json.dumps(partial if refused else {}).encode()
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTracePartialSuccess, ExportTraceServiceResponse

    if not refused:
        return b""
    partly = ExportTracePartialSuccess(rejected_spans=len(refused), error_message=message)
    return bytes(ExportTraceServiceResponse(partial_success=partly).SerializeToString())


def _told(refused: "Sequence[Skipped]") -> str:
    """Why spans were refused: the most frequent reasons, each with one of their names."""
    counted = Counter(one.reason for one in refused)
    names = {one.reason: one.name for one in reversed(refused)}
    listed = [f"{n} x {reason} (for one {names[reason][:80]!r})" for reason, n in counted.most_common(_MOST_REASONS)]
    return "; ".join(listed) + (f"; and {len(counted) - _MOST_REASONS} other reasons" if len(counted) > _MOST_REASONS else "")


def _status(error: Refused, *, protobuf: bool) -> bytes:
    """A google.rpc.Status with the message alone: its field 2, a text."""
    text = f"{error.message} {error.hint}".strip()
    if not protobuf:
        return json.dumps({"message": text, "error": error.message, "hint": error.hint}).encode()
    raw = text.encode()
    size, length = len(raw), bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return b"\x12" + bytes(length) + bytes([size]) + raw
