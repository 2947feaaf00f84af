"""Traces of OpenTelemetry as calls: which spans are requests to a model, and what they say. Pure; knows no store, no clock, no network.

The conventions are those of `otlp_fields`. A span that is no request to a model (a chain, an agent, a tool, a web request) is passed
over: what an agent adds up over its calls would else count twice. Where a span contradicts itself, it is refused with the reason.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.ledger.fields import ERROR, MOST_NANO, MOST_TOKENS, OK, CallRecord
from workbench.ledger.importers import otlp_fields as named
from workbench.ledger.importers import otlp_messages as said
from workbench.ledger.importers.otlp_once import once
from workbench.ledger.importers.otlp_spans import Span, Unread, spans

SOURCE = "otlp"
_PER_MS = 10**6
_DAY_NS = 86_400 * 10**9
_EARLIEST_NS = 946_684_800 * 10**9  # the year 2000: what lies before was not written in nanoseconds
_LONGEST_NS = 7 * _DAY_NS
_NUMBERED = re.compile(r"v?(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A span that became no call. `refused` says that it was meant as one and cannot be taken, False that it is something else."""

    name: str
    reason: str
    refused: bool


class _Refused(ValueError):
    pass


def records(resource_spans: Iterable[Any], *, now_ms: int | None = None) -> tuple[list[CallRecord], list[Skipped]]:
    """The calls among the spans of the ResourceSpans given (protobuf's messages, or objects of JSON), and what is none of them, with why.

    A call's `external_id` is its trace and its span, so that a span which is sent twice is known. With `now_ms`, spans from more than a
    day later are refused.
    """
    taken: list[tuple[Span, CallRecord]] = []
    skipped: list[Skipped] = []
    for span in spans(resource_spans):
        if isinstance(span, Unread):
            skipped.append(Skipped(span.name, span.reason, refused=True))
        elif reason := _other(span):
            skipped.append(Skipped(span.name, reason, refused=False))
        else:
            try:
                taken.append((span, _record(span, now_ms)))
            except _Refused as error:
                skipped.append(Skipped(span.name, str(error), refused=True))
    found, repeated = once(taken)
    skipped += [Skipped(span.name, "the request is counted by another span", refused=False) for span in repeated]
    return found, skipped


def _other(span: Span) -> str:
    """Why the span is no request to a model; empty where it is one."""
    has = span.attributes
    kind = _word(has, named.KIND)
    if kind in named.OTHERS:
        return f"it is a span of the kind {kind}"
    operation = _word(has, named.OPERATION)
    if operation in named.OTHERS:
        return f"its operation is {operation}"
    if operation.startswith("ai.") and operation not in named.CALLS:  # it encloses the span of the request itself
        return f"its operation is {operation}"
    model = _asked_model(has)
    if kind in named.CALLS or operation in named.CALLS:
        return "" if model or _first(has, named.PROVIDER) else "it names neither a model nor a provider"
    return "" if model else "it names no model"


def _record(span: Span, now_ms: int | None) -> CallRecord:
    has, failed = span.attributes, span.failed or bool(span.attributes.get("error.type"))
    started_ms, latency_ms = _times(span, now_ms)
    provider, model = _model(span)
    prompt, version, label = _prompt(has, span.resource)
    message = _failure(span) if failed else None
    kind = str(has.get("error.type") or _exception(span, "exception.type") or "") if failed else ""
    asked = said.request(span)
    text, tool_calls = (None, None) if _embeds(has) else said.reply(span)  # vectors are nothing to read
    tokens = _tokens(has)
    return CallRecord(
        started_ms=started_ms,
        latency_ms=latency_ms,
        ttft_ms=_first_token(span, latency_ms),
        source=SOURCE,
        prompt=prompt,
        version=version,
        label=label,
        provider=provider,
        model=model,
        status=ERROR if failed else OK,
        error_type=_error_type(kind, message, has) if failed else None,
        error_kind=kind[:40] or None,
        retries=_count(has, named.RETRIES) or 0,
        input_tokens=tokens["input_tokens"],
        cached_tokens=tokens["cached_tokens"],
        cache_write_tokens=tokens["cache_write_tokens"],
        output_tokens=tokens["output_tokens"],
        reasoning_tokens=tokens["reasoning_tokens"],
        cost_nano=_cost(has),
        user=_given(has, span.resource, named.USER) or _text_of(said.invoked(has).get("user")),
        tags=_tags(span),
        trace_id=span.trace_id,
        external_id=f"{span.trace_id}:{span.span_id}",
        processing=_tier(has),
        request=asked,
        variables=said.variables(has),
        reply=text,
        tool_calls=list(tool_calls) if tool_calls else None,
        error_message=message,
        attempts=_links(span, started_ms, latency_ms, kind),
    )


def _times(span: Span, now_ms: int | None) -> tuple[int, int]:
    start, end = span.start_ns, span.end_ns
    if start <= 0:
        raise _Refused("it has no start time")
    if start < _EARLIEST_NS:
        raise _Refused(f"its start time {start} is no time since 1970 in nanoseconds")
    if end <= 0:
        raise _Refused("it has no end time: it has not ended, or its end was lost")
    if end < start:
        raise _Refused(f"it ends {(start - end) / 1e9:.3f} s before it begins: the clocks of its writers differ")
    if end - start > _LONGEST_NS:
        raise _Refused(f"it lasts {(end - start) // _DAY_NS} days: its times are no nanoseconds, or its end is wrong")
    if now_ms is not None and start > now_ms * _PER_MS + _DAY_NS:
        raise _Refused("it begins more than a day from now: the clock of its writer is wrong")
    return start // _PER_MS, round((end - start) / _PER_MS)


def _asked_model(has: Mapping[str, Any]) -> Any:
    """The model; where a request failed, some writers have it among the parameters alone."""
    return _first(has, named.MODEL) or said.invoked(has).get("model")


def _model(span: Span) -> tuple[str, str]:
    """The provider and the model, as the ledger and the price list write them."""
    has = span.attributes
    model = str(_asked_model(has) or "unknown")
    provider = str(_first(has, named.PROVIDER) or "").strip().lower()
    provider = named.PROVIDERS.get(provider, provider)
    before, _, after = model.partition("/")
    before = named.PROVIDERS.get(before.lower(), before.lower())
    if after and (before == provider or (not provider and before in named.VENDORS)):  # not the owner of open weights
        provider, model = before, after
    vendor = provider.partition(".")[0]  # openai.chat, anthropic.messages
    if vendor in named.VENDORS:
        provider = named.PROVIDERS.get(vendor, vendor)
    return provider or _guessed(span, model), model


def _guessed(span: Span, model: str) -> str:
    """The provider of a span that names none: by the address it asked, by who wrote the span, by the family of the model."""
    address = str(span.attributes.get("server.address") or span.attributes.get("gen_ai.openai.api_base") or "").lower()
    scope, family = span.scope.lower(), model.lower()
    for host, provider in named.HOSTS.items():
        if host in address:
            return provider
    found = next((one for one in named.SCOPES if one in scope), "")
    if found:
        return named.PROVIDERS.get(found, found)
    return next((provider for pattern, provider in named.FAMILIES if pattern.match(family)), "unknown")


def _tokens(has: Mapping[str, Any]) -> dict[str, int | None]:
    """The counts of tokens. In the ledger the input holds what was cached and written, and the output what was thought, whichever way
    the writer of the span counts: a part that is larger than its whole was not in it.
    """
    found = {field: _count(has, names) for field, names in named.TOKENS.items()}
    of_cache = (found["cached_tokens"] or 0) + (found["cache_write_tokens"] or 0)
    if found["input_tokens"] is not None and of_cache > found["input_tokens"]:
        found["input_tokens"] += of_cache
    if found["output_tokens"] is not None and (found["reasoning_tokens"] or 0) > found["output_tokens"]:
        found["output_tokens"] += found["reasoning_tokens"] or 0
    return found


def _count(has: Mapping[str, Any], names: Iterable[str]) -> int | None:
    for name in names:
        value = has.get(name)
        if value is None:
            continue
        if isinstance(value, str) and value.strip().isdecimal():
            value = int(value) if len(value) < 20 else MOST_TOKENS + 1
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _Refused(f"{name} is {str(value)[:40]!r}, which is no whole number")
        if not 0 <= value <= MOST_TOKENS:
            raise _Refused(f"{name} is {value}, which no call has")
        return value
    return None


def _cost(has: Mapping[str, Any]) -> int | None:
    """The cost the span states, in nano-dollars. Writers put 0 where they know no price: that is worked out here instead."""
    for name in named.COST:
        value = has.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MOST_NANO / 1e9:
            return round(value * 1e9)
    return None


def _first_token(span: Span, latency_ms: int) -> int | None:
    for name, unit_ms in named.FIRST.items():
        value = span.attributes.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value * unit_ms <= latency_ms + 1:
            return min(round(value * unit_ms), latency_ms)
    first = min((event.at_ns for event in span.events if event.name in named.FIRST_EVENTS), default=0)
    return round((first - span.start_ns) / _PER_MS) if span.start_ns <= first <= span.end_ns else None


def _prompt(has: Mapping[str, Any], resource: Mapping[str, Any]) -> tuple[str | None, int | None, str | None]:
    """The prompt's name, version and label. `name@7` and `name@production` are read, and a version that is no number is a label."""
    name = _given(has, resource, named.PROMPT)
    version, label = _given(has, resource, named.VERSION), _given(has, resource, named.LABEL)
    if name and "@" in name:
        name, _, which = name.rpartition("@")
        version = version or which
    if name is None or version is None:
        return name, None, label
    found = _NUMBERED.fullmatch(version)
    return (name, int(found[1]), label) if found else (name, None, label or version)


def _tags(span: Span) -> tuple[str, ...]:
    has = span.attributes
    listed = said.parsed(_first(has, named.TAGS))
    tags = [one for one in listed if isinstance(one, str) and one] if isinstance(listed, list) else []
    if isinstance(listed, str):
        tags = [one.strip() for one in listed.split(",") if one.strip()]
    if _embeds(has):
        tags.append("embeddings")
    service = str(span.resource.get("service.name") or "")
    if service and not service.startswith("unknown_service"):
        tags.append(f"service:{service}")
    if place := span.resource.get("deployment.environment.name") or span.resource.get("deployment.environment"):
        tags.append(f"environment:{place}")
    return tuple(dict.fromkeys(tag[:200] for tag in tags))


def _embeds(has: Mapping[str, Any]) -> bool:
    return _word(has, named.OPERATION) in named.EMBEDDINGS or _word(has, named.KIND) in named.EMBEDDINGS


def _tier(has: Mapping[str, Any]) -> str | None:
    tier = str(_first(has, named.TIER) or "")
    return tier[:20] if tier not in {"", "auto", "default", "standard"} else None


def _links(span: Span, started_ms: int, latency_ms: int, kind: str) -> list[dict[str, Any]] | None:
    """Where the call stands in its trace and its conversation, beside the one attempt that a span knows of. Conversations are no tags:
    there is no end to them, and the days' tags would be full of them.
    """
    session = _first(span.attributes, named.SESSION)
    if not span.parent_id and session is None:
        return None
    tried = {"started_ms": started_ms, "latency_ms": latency_ms, "error_kind": kind or None, "waited_s": 0.0, "span": span.name[:200]}
    tried |= {"parent": span.parent_id} if span.parent_id else {}
    return [tried | ({"session": str(session)[:200]} if session is not None else {})]


def _failure(span: Span) -> str | None:
    return span.message or _exception(span, "exception.message") or str(span.attributes.get("error.message") or "") or None


def _exception(span: Span, name: str) -> str:
    found = (event.attributes.get(name) for event in reversed(span.events) if event.name == "exception")
    return str(next((one for one in found if one), ""))


def _error_type(kind: str, message: str | None, has: Mapping[str, Any]) -> str:
    """The ledger's coarse word of an error: by its type, by the status of the answer, by what was said, in this order."""
    status = has.get("http.response.status_code") or has.get("http.status_code") or ""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind)
    for text in (spaced, str(status), (message or "")[:300]):
        for pattern, word in named.ERRORS:
            if pattern.search(text.lower()):
                return word
    return "unknown"


def _first(has: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((has[name] for name in names if has.get(name) not in (None, "", [])), None)


def _word(has: Mapping[str, Any], names: Iterable[str]) -> str:
    return str(_first(has, names) or "").strip().lower()


def _text_of(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) and value else None


def _given(has: Mapping[str, Any], resource: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    value = _first(has, names)
    value = _first(resource, names) if value is None else value
    return None if value is None else str(value)[:200]
