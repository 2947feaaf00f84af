"""Recording a call from any Python program, in one line. Owns what `record` takes and refuses; waits for nothing unless asked to.

from workbench.ledger import record
record(model="openai/gpt-5-mini", input_tokens=812, output_tokens=64, latency_ms=930, prompt="support/triage", user="u-12")
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from workbench import clock
from workbench.errors import CallError, InputError
from workbench.ledger.fields import ERROR, FIELDS, TEXTS, check_call
from workbench.ledger.recording import recorder, tagging
from workbench.ledger.recording.plain import plain, without_keys
from workbench.ledger.recording.recorder import Job

if TYPE_CHECKING:
    from workbench.store import Store

_LEDGER = frozenset((*FIELDS, *TEXTS))


def record(*, wait: bool = False, store: "Store | None" = None, error: BaseException | None = None, **fields: Any) -> "Future[int]":
    """A future of the call's id: it resolves once the call is committed, fails with StoreError, and is there already with `wait`.

    Fields: started_ms, latency_ms, ttft_ms, source, prompt, version, label, provider, model, status, error_type, error_kind, retries,
    input_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, cost_usd, estimated, user,
    tags, run_id, cell_id, trace_id, external_id, feedback, processing, request, variables, reply, tool_calls, error_message, attempts;
    types, units and examples are in docs/watch.md. `model` may be `provider/model`. Where they are not given, `started_ms` is now less
    `latency_ms`, `source` is "client", and the cost is worked out from the tokens. `error` is what the call raised: its type is
    mapped as the workbench maps its own. `request` may be a text or a list of messages. Raises InputError that names the field.
    """
    future = recorder.put(Job(check_call(completed(fields, error)), store))
    if wait:
        future.result()
    return future


def completed(fields: Mapping[str, Any], error: BaseException | None = None, *, said: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The fields of a call with what can be known without being given, and with what is `said` about calls now. Raises InputError."""
    unknown = [name for name in fields if name not in _LEDGER]
    if unknown:
        raise InputError("is not a field of the ledger", place=f"field {unknown[0]}", hint=f"Fields are {', '.join((*FIELDS, *TEXTS))}.")
    given = {name: value for name, value in fields.items() if value is not None}
    if "model" in given:
        tagging.named(given)
    found = tagging.merged({"source": tagging.SOURCE}, tagging.current() if said is None else said, given)
    if "model" not in found:
        raise InputError("is missing", place="field model", hint='Say which model was asked: record(model="openai/gpt-5-mini", ...).')
    if error is not None:
        found = of_error(error) | found
    if "request" in found:
        found["request"] = _request(found["request"])
    for name in ("variables", "tool_calls", "attempts"):
        if name in found:
            found[name] = plain(found[name])
    if "started_ms" not in found:
        latency_ms = found.get("latency_ms")
        found["started_ms"] = clock.now_ms() - (latency_ms if isinstance(latency_ms, int) else 0)
    return found


def of_error(error: BaseException) -> dict[str, Any]:
    """The fields that tell what went wrong; its message carries no key. No SDK is imported: classes are known by name."""
    told = _told(error)
    return {"status": ERROR, "error_type": told.error_type, "error_kind": told.kind, "error_message": told.message}


def _told(error: BaseException) -> CallError:
    from asyncio import CancelledError

    from workbench.errors import Cancelled
    from workbench.providers.failures import translate

    return Cancelled("Stopped.") if isinstance(error, CancelledError | KeyboardInterrupt | SystemExit) else translate(error)


def _request(request: Any) -> Any:
    """A text or a list of messages as the request that the ledger keeps."""
    if isinstance(request, str):
        return {"messages": [{"role": "user", "content": request}]}
    made = plain(request)
    if isinstance(made, Sequence):
        return {"messages": made}
    if isinstance(made, dict):  # keys hide in tools and headers; what was said stays as it was
        return {name: value if name == "messages" else without_keys(value) for name, value in made.items()}
    return made
