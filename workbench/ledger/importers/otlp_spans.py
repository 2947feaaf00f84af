"""Spans as they come over the wire, protobuf or JSON, in one plain form. Owns the wire's details; refuses to guess what a span means.

JSON is read as the protocol says (hexadecimal ids, 64-bit numbers as text), and as writers depart from it: ids in base64, field names
of the proto files, names instead of numbers for the status. Unknown fields are ignored. Source: OTLP specification 1.x.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_DEEPEST = 32
_FAILED = {2, "2", "STATUS_CODE_ERROR", "ERROR", "Error"}
_TRACE_BYTES, _SPAN_BYTES = 16, 8


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened within a span, at `at_ns` since the epoch."""

    name: str
    at_ns: int
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """One span. Ids are lower-case hexadecimal, `parent_id` empty at a root; times are nanoseconds since the epoch."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    events: tuple[Event, ...]
    failed: bool
    message: str
    resource: dict[str, Any]
    scope: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A span that cannot be read, and why."""

    name: str
    reason: str


def spans(resource_spans: Iterable[Any]) -> Iterator[Span | Unread]:
    """Every span of the ResourceSpans given, which are messages of protobuf or objects of JSON."""
    for group in resource_spans:
        if isinstance(group, Mapping):
            yield from _of_json(group)
        elif hasattr(group, "scope_spans"):
            yield from _of_message(group)
        else:
            yield Unread("", "resourceSpans holds something that is no object")


def _of_message(group: Any) -> Iterator[Span | Unread]:
    resource = _attributes(group.resource.attributes)
    for scoped in group.scope_spans:
        scope = scoped.scope.name
        for span in scoped.spans:
            trace_id, span_id = span.trace_id, span.span_id
            if reason := _id_fault(trace_id, span_id):
                yield Unread(span.name, reason)
                continue
            yield Span(
                trace_id.hex(),
                span_id.hex(),
                _parent(span.parent_span_id),
                span.name,
                span.start_time_unix_nano,
                span.end_time_unix_nano,
                _attributes(span.attributes),
                tuple(Event(one.name, one.time_unix_nano, _attributes(one.attributes)) for one in span.events),
                span.status.code == 2,
                span.status.message,
                resource,
                scope,
            )


def _attributes(pairs: Iterable[Any]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: Any, depth: int = 0) -> Any:
    kind = value.WhichOneof("value")
    if kind in {"string_value", "int_value", "double_value", "bool_value"}:
        return getattr(value, kind)
    if depth >= _DEEPEST or kind is None:
        return None
    if kind == "array_value":
        return [_value(one, depth + 1) for one in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value, depth + 1) for pair in value.kvlist_value.values}
    return base64.b64encode(value.bytes_value).decode() if kind == "bytes_value" else None


def _of_json(group: Mapping[str, Any]) -> Iterator[Span | Unread]:
    try:
        resource = _pairs(_get(_mapping(_get(group, "resource")), "attributes"))
    except (ValueError, TypeError, OverflowError):  # the spans are worth more than where they come from
        resource = {}
    scoped = _get(group, "scopeSpans") or _get(group, "instrumentationLibrarySpans") or ()
    for one in _list(scoped):
        scope = str(_get(_mapping(_get(one, "scope") or _get(one, "instrumentationLibrary")), "name") or "")
        for span in _list(_get(one, "spans")):
            try:
                yield _span(span, resource, scope)
            except (ValueError, TypeError, OverflowError) as error:
                yield Unread(str(span.get("name") or ""), str(error))
        if not isinstance(_get(one, "spans") or [], Sequence):
            yield Unread("", "spans is not a list")


def _span(raw: Mapping[str, Any], resource: dict[str, Any], scope: str) -> Span:
    trace_id, span_id = _id(_get(raw, "traceId"), _TRACE_BYTES, "traceId"), _id(_get(raw, "spanId"), _SPAN_BYTES, "spanId")
    if reason := _id_fault(trace_id, span_id):
        raise ValueError(reason)
    parent = _get(raw, "parentSpanId")
    status = _mapping(_get(raw, "status"))
    return Span(
        trace_id.hex(),
        span_id.hex(),
        _parent(_id(parent, _SPAN_BYTES, "parentSpanId")),
        str(_get(raw, "name") or ""),
        _whole(_get(raw, "startTimeUnixNano"), "startTimeUnixNano"),
        _whole(_get(raw, "endTimeUnixNano"), "endTimeUnixNano"),
        _pairs(_get(raw, "attributes")),
        tuple(_event(one) for one in _list(_get(raw, "events"))),
        _get(status, "code") in _FAILED,
        str(_get(status, "message") or ""),
        resource,
        scope,
    )


def _event(raw: Mapping[str, Any]) -> Event:
    return Event(str(_get(raw, "name") or ""), _whole(_get(raw, "timeUnixNano"), "timeUnixNano"), _pairs(_get(raw, "attributes")))


def _pairs(raw: Any) -> dict[str, Any]:
    if isinstance(raw, Mapping):  # some writers send a plain object
        return {str(key): value for key, value in raw.items()}
    return {str(pair.get("key")): _json_value(pair.get("value")) for pair in _list(raw)}


def _json_value(raw: Any, depth: int = 0) -> Any:
    if not isinstance(raw, Mapping) or depth >= _DEEPEST:
        return raw if isinstance(raw, str | int | float) else None
    for name, value in raw.items():
        read = _READ.get(name.replace("_", "").lower())
        if read:
            return read(value, depth + 1)
    return None


_READ: dict[str, Callable[[Any, int], Any]] = {
    "stringvalue": lambda value, _depth: value if isinstance(value, str) else str(value),
    "boolvalue": lambda value, _depth: value is True or value == "true",
    "bytesvalue": lambda value, _depth: str(value),
    "intvalue": lambda value, _depth: _whole(value, "intValue"),
    "doublevalue": lambda value, _depth: float(value),
    "arrayvalue": lambda value, depth: [_json_value(one, depth) for one in _items(_get(_mapping(value), "values"))],
    "kvlistvalue": lambda value, depth: {
        str(pair.get("key")): _json_value(pair.get("value"), depth) for pair in _list(_get(_mapping(value), "values"))
    },
}


def _get(raw: Mapping[str, Any], name: str) -> Any:
    """The field by its JSON name, or by its name in the proto file."""
    if name in raw:
        return raw[name]
    return raw.get("".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name))


def _mapping(raw: Any) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {}


def _items(raw: Any) -> Sequence[Any]:
    return raw if isinstance(raw, list) else ()


def _list(raw: Any) -> list[Mapping[str, Any]]:
    return [one for one in _items(raw) if isinstance(one, Mapping)]


def _whole(raw: Any, name: str) -> int:
    """A 64-bit number, which JSON has as text or as a number; 0 where it is absent."""
    if raw is None or raw == "":
        return 0
    if isinstance(raw, bool) or not isinstance(raw, int | str | float):
        raise TypeError(f"{name} is {str(raw)[:60]!r}, which is no number")
    try:
        return int(raw)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} is {str(raw)[:60]!r}, which is no whole number") from None


def _id(raw: Any, size: int, name: str) -> bytes:
    if raw is None or raw == "":
        return b""
    if isinstance(raw, str):
        try:
            # As many hexadecimal digits as the id has; else base64, as protobuf's own JSON mapping writes bytes.
            found = bytes.fromhex(raw) if len(raw) == 2 * size else base64.b64decode(raw, validate=True)
        except (ValueError, binascii.Error):
            found = b""
        if len(found) == size:
            return found
    raise ValueError(f"{name} is {str(raw)[:60]!r}: it must have {2 * size} hexadecimal digits")


def _parent(span_id: bytes) -> str:
    return span_id.hex() if any(span_id) else ""  # some writers have zeros at a root


def _id_fault(trace_id: bytes, span_id: bytes) -> str:
    if len(trace_id) != _TRACE_BYTES or not any(trace_id):
        return "it has no valid trace id (16 bytes, not all zero)"
    if len(span_id) != _SPAN_BYTES or not any(span_id):
        return "it has no valid span id (8 bytes, not all zero)"
    return ""
