"""Records what a client of OpenAI's or Anthropic's SDK asks. Owns the place where it listens: the one method of a client that every
request goes through, whole, parsed, streamed or raw. The client stays the same object of the same class.

    client = wrap(OpenAI(), prompt="support/triage")
"""

import inspect
import os
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from workbench.errors import InputError
from workbench.ledger.recording import tagging
from workbench.ledger.recording.watching import Watch, follow, guarded, is_stream, on_close, retries_of

if TYPE_CHECKING:
    from workbench.store import Store

C = TypeVar("C")

# Where replies are asked for; a client asks its server for other things too.
_PATHS = ("/chat/completions", "/responses", "/messages", "/embeddings", "/completions")
_CLASSES = {"azure": "azure", "bedrock": "aws", "vertex": "google", "anthropic": "anthropic", "openai": "openai"}
_OWN = {"openai": ("api.openai.com", "OPENAI_BASE_URL"), "anthropic": ("api.anthropic.com", "ANTHROPIC_BASE_URL")}
_MESSAGES = {"messages", "system", "input", "instructions", "prompt"}
_LEFT_OUT = {"Omit", "NotGiven"}  # what the SDKs put in the place of a parameter that is not sent
_NO_PARAMETER = _MESSAGES | {"model", "tools", "tool_choice", "stream", "stream_options"}


@dataclass(frozen=True, slots=True)
class _Settings:
    fields: Mapping[str, Any]
    store: "Store | None"
    texts: bool


def wrap(client: C, *, store: "Store | None" = None, texts: bool = True, **fields: Any) -> C:
    """The client itself, each of whose requests for a reply is a row of the ledger from now on: chat completions, responses,
    messages and embeddings, streamed or not, of clients made by `with_options` too. `fields` are said of every call (prompt,
    version, user, tags, ...; `provider` where the address does not tell); `tagged` says more for a block. Without `texts` neither
    requests nor replies are kept. Wrapping again sets all of it anew. Raises InputError.
    """
    request = getattr(type(client), "request", None)
    if request is None or not hasattr(client, "base_url") or not hasattr(type(client), "copy"):
        hint = "Pass OpenAI(), AsyncOpenAI(), Anthropic() or AsyncAnthropic()."
        raise InputError(f"{type(client).__name__} is no client of OpenAI's or Anthropic's SDK", place="client", hint=hint)
    _listen(client, _Settings(tagging.checked(fields), store, texts))
    return client


def _listen(client: Any, settings: _Settings) -> None:
    original = client.request
    if getattr(original, "func", None) in {_request, _request_async}:  # an earlier wrapping
        original = original.args[0]
    method = _request_async if inspect.iscoroutinefunction(type(client).request) else _request
    client.request = partial(method, original, client, settings)
    client.copy = client.with_options = partial(_copy, client, settings)


def _copy(client: Any, settings: _Settings, /, *args: Any, **kwargs: Any) -> Any:
    made = type(client).copy(client, *args, **kwargs)
    guarded(lambda: _listen(made, settings))
    return made


def _request(original: Any, client: Any, settings: _Settings, /, cast_to: Any, options: Any, *args: Any, **kwargs: Any) -> Any:
    watch = guarded(lambda: _begin(client, settings, options))
    if watch is None:
        return original(cast_to, options, *args, **kwargs)
    try:
        result = original(cast_to, options, *args, **kwargs)
    except BaseException as error:
        watch.failed(error)
        raise
    guarded(lambda: _answered(result, watch))
    return result


async def _request_async(original: Any, client: Any, settings: _Settings, /, cast_to: Any, options: Any, *args: Any, **kwargs: Any) -> Any:
    watch = guarded(lambda: _begin(client, settings, options))
    if watch is None:
        return await original(cast_to, options, *args, **kwargs)
    try:
        result = await original(cast_to, options, *args, **kwargs)
    except BaseException as error:
        watch.failed(error)
        raise
    guarded(lambda: _answered(result, watch))
    return result


def _begin(client: Any, settings: _Settings, options: Any) -> Watch | None:
    """A watch of this request; None where it asks for no reply."""
    body = options.json_data
    if options.method.lower() != "post" or not isinstance(body, Mapping) or not urlsplit(str(options.url)).path.endswith(_PATHS):
        return None
    if isinstance(extra := getattr(options, "extra_json", None), Mapping):
        body = {**body, **extra}
    if not isinstance(body.get("model"), str):
        return None
    provider, base_url = settings.fields.get("provider"), ""
    if provider is None:
        provider, base_url = _provider(client)
    asked = {"provider": provider, "model": body["model"], "request": _asked(body)}
    watch = Watch(
        tagging.merged(_user(body), settings.fields, tagging.current(), asked),
        store=settings.store,
        base_url=base_url,
        texts=settings.texts,
    )
    if (scope := tagging.scope()) is not None:
        scope.calls += 1
    return watch


def _answered(result: Any, watch: Watch) -> None:
    if is_stream(result):
        follow(result, watch)
    elif hasattr(result, "http_response") and hasattr(result, "parse"):
        _raw(result, watch)
    else:
        watch.done(result)


def _raw(raw: Any, watch: Watch) -> None:
    """A response that the program itself reads: by `parse`, as a whole, or piece by piece."""
    response = raw.http_response
    if retried := retries_of(response):
        watch.fields["retries"] = retried
    if hasattr(response, "_content"):
        watch.done(response.json())
        return
    parse = raw.parse

    def seen(found: Any) -> Any:
        guarded(lambda: _answered(found, watch))
        return found

    async def seen_async(found: Any) -> Any:
        return seen(await found)

    def parsing(*args: Any, **kwargs: Any) -> Any:
        found = parse(*args, **kwargs)
        return seen_async(found) if inspect.isawaitable(found) else seen(found)

    def closed() -> None:
        if hasattr(response, "_content"):
            guarded(lambda: watch.done(response.json()))
        elif not response.is_stream_consumed:
            watch.left()

    raw.parse = parsing
    on_close(response, closed, watch)
    weakref.finalize(raw, watch.left)


def _provider(client: Any) -> tuple[str, str]:
    """The provider by the client's class and address, and the address where it is nobody's own."""
    kind = next((word for part, word in _CLASSES.items() if part in type(client).__name__.lower()), "openai")
    address = str(client.base_url)
    host = urlsplit(address).hostname or ""
    if kind not in _OWN or host == _OWN[kind][0] or address.rstrip("/") == os.environ.get(_OWN[kind][1], "").strip().rstrip("/"):
        return kind, ""
    parts = host.split(".")
    if host in {"127.0.0.1", "::1"} or parts[-1].isdigit() or ":" in host:
        return ("localhost" if host in {"127.0.0.1", "::1"} else host), address
    return (parts[-2] if len(parts) > 1 else host), address  # api.mistral.ai is mistral


def _user(body: Mapping[str, Any]) -> dict[str, Any]:
    """Whom the request itself names as the one it is made for."""
    metadata = body.get("metadata")
    named = body.get("user") or body.get("safety_identifier") or (metadata.get("user_id") if isinstance(metadata, Mapping) else None)
    return {"user": named} if isinstance(named, str) else {}


def _asked(body: Mapping[str, Any]) -> dict[str, Any]:
    """The request as the ledger keeps it: messages with the system's first, parameters, tools."""
    messages: list[Any] = []
    for name in ("system", "instructions"):
        if body.get(name):
            messages.append({"role": "system", "content": body[name]})
    said: Any = next((body[name] for name in ("messages", "input", "prompt") if body.get(name)), ())
    # The input of embeddings is texts, that of responses turns.
    turns = [{"role": "user", "content": said}] if isinstance(said, str) else list(said) if isinstance(said, list | tuple) else []
    messages += [{"role": "user", "content": turn} if isinstance(turn, str) else turn for turn in turns]
    asked: dict[str, Any] = {"messages": messages}
    if parameters := {name: value for name, value in body.items() if name not in _NO_PARAMETER and type(value).__name__ not in _LEFT_OUT}:
        asked["parameters"] = parameters
    return asked | {name: body[name] for name in ("tools", "tool_choice") if body.get(name)}
