"""Spans written as a client writes them: as objects of JSON and as messages of protobuf."""

from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

START_NS = 1_760_000_000_000_000_000
TRACE, SPAN, PARENT = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", "eee19b7ec3c1b173"


@dataclass(frozen=True)
class Written:
    """A span to be written."""

    attributes: dict[str, Any]
    name: str = "chat"
    events: tuple[tuple[str, dict[str, Any]], ...] = ()
    failed: bool = False
    message: str = ""
    resource: dict[str, Any] = field(default_factory=dict)
    scope: str = ""
    start_ns: int = START_NS
    end_ns: int = START_NS + 1_500_000_000
    trace_id: str = TRACE
    span_id: str = SPAN
    parent_id: str = ""


def as_json(*spans: Written) -> list[dict[str, Any]]:
    return [
        {"resource": {"attributes": _pairs(one.resource)}, "scopeSpans": [{"scope": {"name": one.scope}, "spans": [_span(one)]}]}
        for one in spans
    ]


def _span(one: Written) -> dict[str, Any]:
    at = str(one.start_ns + 10**8)
    return {
        "traceId": one.trace_id.upper(),
        "spanId": one.span_id,
        "parentSpanId": one.parent_id,
        "name": one.name,
        "kind": 3,
        "startTimeUnixNano": str(one.start_ns),
        "endTimeUnixNano": one.end_ns,
        "attributes": _pairs(one.attributes),
        "events": [{"name": name, "timeUnixNano": at, "attributes": _pairs(has)} for name, has in one.events],
        "status": {"code": 2, "message": one.message} if one.failed else {},
        "neverHeardOf": {"a": 1},
    }


def as_protobuf(*spans: Written) -> list[ResourceSpans]:
    groups = []
    for one in spans:
        group = ResourceSpans()
        group.resource.attributes.extend(_messages(one.resource))
        scoped = group.scope_spans.add()
        scoped.scope.name = one.scope
        span = scoped.spans.add(
            trace_id=bytes.fromhex(one.trace_id), span_id=bytes.fromhex(one.span_id), parent_span_id=bytes.fromhex(one.parent_id),
            name=one.name, start_time_unix_nano=one.start_ns, end_time_unix_nano=one.end_ns, attributes=_messages(one.attributes),
        )  # fmt: skip
        for name, has in one.events:
            span.events.append(Span.Event(name=name, time_unix_nano=one.start_ns + 10**8, attributes=_messages(has)))
        if one.failed:
            span.status.code, span.status.message = 2, one.message
        groups.append(group)
    return groups


def _pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _json(value)} for key, value in attributes.items()]


def _json(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_json(one) for one in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": _pairs(value)}}
    return {"stringValue": value}


def _messages(attributes: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_message(value)) for key, value in attributes.items()]


def _message(value: Any) -> AnyValue:
    made = AnyValue()
    if isinstance(value, bool):
        made.bool_value = value
    elif isinstance(value, int):
        made.int_value = value
    elif isinstance(value, float):
        made.double_value = value
    elif isinstance(value, list):
        made.array_value.values.extend(_message(one) for one in value)
    elif isinstance(value, dict):
        made.kvlist_value.values.extend(_messages(value))
    else:
        made.string_value = value
    return made
