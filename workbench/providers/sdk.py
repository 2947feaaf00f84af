"""What the providers with an SDK share: one client an event loop, one way through a request, streamed or not. Owns no protocol.

The SDK signs, sends and raises; replies are read as plain JSON here, because building its models costs more than the rest of a call.
SDK retries are off: retrying is the door's.
"""

import asyncio
import json
import os
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self
from weakref import WeakKeyDictionary

from workbench.errors import AuthFailed, CallError, MalformedReply
from workbench.providers import keys
from workbench.providers.base import OnText, Provider, Reply, Request, Usage, within
from workbench.providers.failures import from_status, rate_headers, translate

if TYPE_CHECKING:
    from workbench.providers.connections import Connection


# A client, or the making of it, with the key and the address it is for.
_MOST_TOKENS = 500_000_000  # a call that says more has not counted
_Made = tuple[tuple[str | None, str | None], asyncio.Future[Any]]


class Reading(ABC):
    """A reply as it comes in: events go in one by one, the whole comes out."""

    text: str = ""

    @abstractmethod
    def feed(self, event: dict[str, Any]) -> str:
        """Take in one event of a stream; the text it added."""

    @abstractmethod
    def reply(self) -> Reply:
        """The reply, once its end has come. Raises TruncatedReply, ContentRefused, MalformedReply."""


class SdkProvider(Provider):
    """A provider that reaches its server through an SDK client with `post` and `get`."""

    path: ClassVar[str]  # where replies are asked for
    models_path: ClassVar[str]
    url_variable: ClassVar[str] = ""  # the environment variable of the base URL

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, _Made] = WeakKeyDictionary()

    @classmethod
    def connect(cls, connection: "Connection") -> Self:
        """A provider for this connection."""
        return cls(connection)

    def key_status(self) -> str:
        """Whether the key is there."""
        return keys.status(self.connection.key_variable)

    async def ready(self) -> None:
        """Import the SDK and make its client: seconds, the first time."""
        await self._client()

    async def complete(self, request: Request, on_text: OnText | None = None) -> Reply:
        """The reply; see `Provider.complete`."""
        async with within(request.timeout_s):
            begun = False
            try:
                body = self.body(request)
                client = await self._client()
                if on_text is not None:
                    body["stream"] = True
                    self.ask_for_usage(body)
                before = time.perf_counter()
                response = await self._post(client, body)
                begun = True
                try:
                    if on_text is None:
                        reply = self.reply(_json(await response.aread()), request)
                    else:
                        reply = await self._streamed(client, response, request, on_text, before)
                finally:
                    await response.aclose()
                return await _counted(replace(reply, rate=rate_headers(response.headers)), request)
            except CallError:
                raise
            except Exception as error:
                raise translate(error, in_body=begun) from error

    async def models(self) -> list[str]:
        """The models the server lists, sorted."""
        begun = False
        try:
            client = await self._client()
            response = await client.get(self.models_path, cast_to=_response_class(), stream=True)
            begun = True
            try:
                listed = _json(await response.aread())
            finally:
                await response.aclose()
        except CallError:
            raise
        except Exception as error:
            raise translate(error, in_body=begun) from error
        entries = listed.get("data")
        if not isinstance(entries, list):
            raise MalformedReply("The list of models cannot be read.")
        return sorted({str(entry["id"]) for entry in entries if isinstance(entry, dict) and "id" in entry})

    async def close(self) -> None:
        """Give back the connections of every event loop that still runs."""
        while self._clients:
            loop, (_, made) = self._clients.popitem()
            if not made.done() or _failed(made):
                continue
            if loop is asyncio.get_running_loop():
                await made.result().close()
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(made.result().close(), loop)

    @abstractmethod
    def make_client(self, key: str | None, base_url: str | None) -> Any:
        """The SDK's client, without retries of its own and without a timeout: the whole call is bounded here."""

    @abstractmethod
    def body(self, request: Request) -> dict[str, Any]:
        """The request as the protocol's JSON. Raises InvalidRequest."""

    @abstractmethod
    def reply(self, data: dict[str, Any], request: Request) -> Reply:
        """A whole answer as a reply. Raises MalformedReply, ContentRefused."""

    @abstractmethod
    def reading(self, request: Request) -> Reading:
        """What takes in a streamed answer."""

    @abstractmethod
    def events(self, client: Any, response: Any) -> AsyncIterator[Any]:
        """The events of a streamed answer as JSON."""

    def ask_for_usage(self, body: dict[str, Any]) -> None:
        """Ask that a stream ends with its usage, where that needs asking."""

    async def _post(self, client: Any, body: dict[str, Any]) -> Any:
        """The answer with its body unread, so that a body that breaks off is known from a connection that never stood."""
        return await client.post(self.path, cast_to=_response_class(), body=body, stream=True)

    async def _streamed(self, client: Any, response: Any, request: Request, on_text: OnText, before: float) -> Reply:
        reading, ttft_ms = self.reading(request), None
        if "json" in response.headers.get("content-type", ""):  # a server that does not stream answers whole
            reply = self.reply(_json(await response.aread()), request)
            if reply.text:
                on_text(reply.text)
            return reply
        async for event in self.events(client, response):
            if not isinstance(event, dict):
                raise MalformedReply("An event of the stream is no JSON object.")
            if piece := reading.feed(event):
                if ttft_ms is None:
                    ttft_ms = round((time.perf_counter() - before) * 1000)
                on_text(piece)
        return replace(reading.reply(), ttft_ms=ttft_ms)

    async def _client(self) -> Any:
        """The client of the running loop; a new one where the key or the address has changed."""
        loop = asyncio.get_running_loop()
        wanted = (self._key(), self.base_url())
        known = self._clients.get(loop)
        if known is None or known[0] != wanted or _failed(known[1]):
            # In a thread, because the first import of an SDK takes seconds and the loop's other calls go on meanwhile;
            # kept while it is made, so that calls that come together share one client.
            known = (wanted, asyncio.ensure_future(asyncio.to_thread(self.make_client, *wanted)))
            self._clients[loop] = known
        return known[1].result() if known[1].done() else await asyncio.shield(known[1])

    def base_url(self) -> str | None:
        """The address set for the connection, else the environment's, else None: the SDK's own."""
        return self.connection.base_url or (os.environ.get(self.url_variable, "").strip() or None if self.url_variable else None)

    def _key(self) -> str | None:
        variable = self.connection.key_variable
        key = keys.find(variable)
        if variable and not key:
            name = self.connection.name
            hint = f"export {variable}=... or `workbench providers key {name}`."
            raise AuthFailed(f"No key for {name}: {variable} is not set.", hint=hint)
        if key and not (key.isascii() and key.isprintable()):
            raise AuthFailed(f"The key in {variable} holds a character that no key has.", hint="Paste the key alone, without a line break.")
        return key


def _failed(made: asyncio.Future[Any]) -> bool:
    return made.done() and (made.cancelled() or made.exception() is not None)


def _response_class() -> type:
    from httpx2 import Response

    return Response


def _json(raw: bytes) -> dict[str, Any]:
    """A body as a JSON object. An error inside a good answer is raised as what it tells. Raises CallError."""
    try:
        data = json.loads(raw)
    except ValueError as error:
        raise MalformedReply("The answer is no JSON." if raw else "The answer is empty.") from error
    if not isinstance(data, dict):
        raise MalformedReply("The answer is no JSON object.")
    if data.get("error"):
        raise from_status(200, data)
    return data


async def _counted(reply: Reply, request: Request) -> Reply:
    """`reply` with its tokens counted here, where the provider sent no usage."""
    if not reply.usage_estimated:
        return reply
    from workbench.text import tokens

    def usage() -> Usage:
        asked = tokens.count_messages(request.messages, request.tools, request.model)
        said = tokens.count(reply.text + "".join(call.name + call.arguments for call in reply.tool_calls), request.model)
        return Usage(input_tokens=asked.tokens, output_tokens=said.tokens)

    # In a thread: the first count of a process unpacks its tables.
    return replace(reply, usage=await asyncio.to_thread(usage))


def whole(source: Mapping[str, Any] | None, *path: str) -> int:
    """The count at `path`; 0 where there is none, or one that no call can have (below zero, endless)."""
    found: Any = source
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    counted = isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= _MOST_TOKENS
    return int(found) if counted else 0
