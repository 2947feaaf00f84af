"""What goes through the door and what comes out of it: Call and Outcome, and the row of the ledger made of both. No IO here."""

import asyncio
from dataclasses import asdict, dataclass
from typing import Any

from workbench.calls.limits import Pace
from workbench.calls.retry import RetryPolicy
from workbench.errors import CallError, subclasses
from workbench.ledger.fields import ERROR, OK, CallRecord
from workbench.providers.base import Parameters, Reply, Request
from workbench.text import messages

_SHOWN = tuple(Parameters.__dataclass_fields__)
_DEFAULTS = Parameters()


@dataclass(frozen=True, slots=True)
class Call:
    """A request to make, and what the ledger is to know of it. `provider` is the name of a connection; prompt, version and label
    are kept as given and looked up nowhere. `retry` is by default that of runs; `pace` is a run's own requests a minute and `room`
    its own calls at once: a place there is held while an attempt is under way, not while the call waits to try again.
    """

    provider: str
    request: Request
    source: str
    prompt: str | None = None
    version: int | None = None
    label: str | None = None
    user: str | None = None
    tags: tuple[str, ...] = ()
    run_id: str | None = None
    cell_id: str | None = None
    trace_id: str | None = None
    variables: dict[str, Any] | None = None
    retry: RetryPolicy | None = None
    pace: Pace | None = None
    room: asyncio.Semaphore | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. `error_kind` is None where it was answered; `waited_s` is the wait before it, for limits and after a failure."""

    started_ms: int
    latency_ms: int
    error_kind: str | None
    waited_s: float

    def to_json(self) -> dict[str, Any]:
        """The attempt as the ledger keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call. `call_id` is its row in the ledger, None where no request had left; `latency_ms` is the time of the
    last attempt, the waits between attempts left out; `partial` is the text that was handed over before a stream broke.
    """

    success: bool
    reply: Reply | None
    error_type: str | None
    error_kind: str | None
    message: str
    hint: str
    call_id: int | None
    retries: int
    latency_ms: int
    started_ms: int
    cost_nano: int | None
    attempts: tuple[Attempt, ...]
    partial: str = ""

    def to_json(self) -> dict[str, Any]:
        """success, data, error_type, message; and beside them the finer kind, hint, figures and every attempt."""
        return {
            "success": self.success,
            "data": None if self.reply is None else _data(self.reply),
            "error_type": self.error_type,
            "error_kind": self.error_kind,
            "message": self.message,
            "hint": self.hint,
            "call_id": self.call_id,
            "retries": self.retries,
            "started_ms": self.started_ms,
            "latency_ms": self.latency_ms,
            "cost_usd": None if self.cost_nano is None else self.cost_nano / 10**9,
            "partial": self.partial,
            "attempts": [attempt.to_json() for attempt in self.attempts],
        }

    def unwrap(self) -> Reply:
        """The reply, or the error raised."""
        if self.reply is None:
            raise _BY_KIND.get(self.error_kind or "", CallError)(self.message, hint=self.hint)
        return self.reply


def record(call: Call, outcome: Outcome) -> CallRecord:
    """The row of the ledger. What was sent is kept as messages and parameters; headers and keys never come near it."""
    reply, usage = outcome.reply, outcome.reply.usage if outcome.reply else None
    return CallRecord(
        started_ms=outcome.started_ms,
        latency_ms=outcome.latency_ms,
        ttft_ms=reply.ttft_ms if reply else None,
        source=call.source,
        prompt=call.prompt,
        version=call.version,
        label=call.label,
        provider=call.provider,
        model=call.request.model,
        status=OK if outcome.success else ERROR,
        error_type=outcome.error_type,
        error_kind=outcome.error_kind,
        retries=outcome.retries,
        input_tokens=usage.input_tokens if usage else None,
        cached_tokens=usage.cached_tokens if usage else None,
        cache_write_tokens=usage.cache_write_tokens if usage else None,
        cache_write_1h_tokens=usage.cache_write_1h_tokens if usage else None,
        output_tokens=usage.output_tokens if usage else None,
        reasoning_tokens=usage.reasoning_tokens if usage else None,
        cost_nano=outcome.cost_nano,
        estimated=reply.usage_estimated if reply else False,
        user=call.user,
        tags=call.tags,
        run_id=call.run_id,
        cell_id=call.cell_id,
        trace_id=call.trace_id,
        processing=reply.processing if reply else None,
        request=request_json(call.request),
        variables=call.variables,
        reply=reply.text if reply else outcome.partial or None,
        tool_calls=[_tool_call(part) for part in reply.tool_calls] if reply and reply.tool_calls else None,
        error_message=None if outcome.success else outcome.message,
        # One attempt that was answered says nothing that the row does not.
        attempts=None if len(outcome.attempts) < 2 and outcome.success else [attempt.to_json() for attempt in outcome.attempts],
    )


def request_json(request: Request) -> dict[str, Any]:
    """What was asked, without what was left at its default."""
    shown: dict[str, Any] = {"messages": messages.to_json(request.messages)}
    if request.parameters != _DEFAULTS:
        values = ((name, getattr(request.parameters, name)) for name in _SHOWN)
        shown["parameters"] = {name: value for name, value in values if value not in (None, ())}
    if request.tools:
        shown["tools"] = list(request.tools)
    if request.tool_choice is not None:
        shown["tool_choice"] = request.tool_choice
    return shown


def _data(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "tool_calls": [_tool_call(part) for part in reply.tool_calls],
        "model": reply.model,
        "finish": reply.finish,
        "ttft_ms": reply.ttft_ms,
        "usage": asdict(reply.usage),
        "usage_estimated": reply.usage_estimated,
    }


def _tool_call(part: messages.ToolCall) -> dict[str, str]:
    return {"id": part.id, "name": part.name, "arguments": part.arguments}


# Parents come first in the tree, so that the finest class of a kind is the one that stays.
_BY_KIND: dict[str, type[CallError]] = {kind.kind: kind for kind in subclasses(CallError) if issubclass(kind, CallError)}
