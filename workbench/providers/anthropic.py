"""Anthropic's messages, through the `anthropic` SDK. Honours ANTHROPIC_BASE_URL."""

from collections.abc import AsyncIterator
from typing import Any

from workbench.errors import InvalidRequest
from workbench.providers import wire_anthropic
from workbench.providers.base import Reply, Request, provider
from workbench.providers.sdk import SdkProvider


@provider("anthropic")
class Anthropic(SdkProvider):
    """Anthropic itself, or whatever ANTHROPIC_BASE_URL points at."""

    path = "/v1/messages"
    models_path = "/v1/models?limit=1000"
    url_variable = "ANTHROPIC_BASE_URL"

    def make_client(self, key: str | None, base_url: str | None) -> Any:
        """An AsyncAnthropic."""
        from anthropic import AsyncAnthropic

        return AsyncAnthropic(api_key=key or "none", base_url=base_url, max_retries=0, timeout=None)

    def body(self, request: Request) -> dict[str, Any]:
        """The request as JSON; the schema closed and stripped as Anthropic asks."""
        schema = request.parameters.response_schema
        return wire_anthropic.body(request, None if schema is None else _accepted(schema))

    def reply(self, data: dict[str, Any], request: Request) -> Reply:
        """A whole answer."""
        return wire_anthropic.reply(data)

    def reading(self, request: Request) -> wire_anthropic.StreamReading:
        """What takes in a streamed answer."""
        return wire_anthropic.StreamReading()

    def events(self, client: Any, response: Any) -> AsyncIterator[Any]:
        """The SDK's own reader of server-sent events, without its models."""
        from anthropic import AsyncStream

        return aiter(AsyncStream(cast_to=object, response=response, client=client))


def _accepted(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema in the form Anthropic takes; the SDK knows which words it must not hold."""
    from anthropic import transform_schema

    try:
        return dict(transform_schema(schema))
    except Exception as error:  # the SDK raises bare KeyError, ValueError, AssertionError for schemas it cannot read
        raise InvalidRequest(f"The response schema cannot be sent: {error}", hint="Give every part of the schema a type.") from error
