"""OpenAI, and everything that speaks its chat completions, through the `openai` SDK. Honours OPENAI_BASE_URL."""

import re
from collections.abc import AsyncIterator
from typing import Any

from workbench.providers import wire_openai
from workbench.providers.base import Reply, Request, provider
from workbench.providers.sdk import SdkProvider

# Reasoning models refuse `max_tokens`; older ones, and most servers that imitate OpenAI, know no other name.
_REASONING = re.compile(r"^(?:ft:)?(?:o\d|gpt-(?:[5-9]|\d\d)|codex|computer-use)")


class ChatCompletions(SdkProvider):
    """Whatever speaks OpenAI's chat completions."""

    path = "/chat/completions"
    models_path = "/models"

    def make_client(self, key: str | None, base_url: str | None) -> Any:
        """An AsyncOpenAI that sends this key and nothing else from the environment."""
        from openai import AsyncOpenAI

        client = AsyncOpenAI(api_key=key or "none", base_url=base_url, max_retries=0, timeout=None)
        # Organisation, project and admin key come from the environment for OpenAI; nobody else is to see them.
        client.organization = client.project = client.admin_api_key = None
        return client

    def body(self, request: Request) -> dict[str, Any]:
        """The request as JSON."""
        return wire_openai.body(request)

    def reply(self, data: dict[str, Any], request: Request) -> Reply:
        """A whole answer."""
        return wire_openai.reply(data)

    def reading(self, request: Request) -> wire_openai.StreamReading:
        """What takes in a streamed answer."""
        return wire_openai.StreamReading()

    def events(self, client: Any, response: Any) -> AsyncIterator[Any]:
        """The SDK's own reader of server-sent events, without its models."""
        from openai import AsyncStream

        return aiter(AsyncStream(cast_to=object, response=response, client=client))

    def ask_for_usage(self, body: dict[str, Any]) -> None:
        """Usage in the last chunk. A server that does not know the wish sends none, and tokens are estimated."""
        body["stream_options"] = {"include_usage": True}


@provider("openai")
class OpenAI(ChatCompletions):
    """OpenAI itself, or whatever OPENAI_BASE_URL points at."""

    url_variable = "OPENAI_BASE_URL"

    def make_client(self, key: str | None, base_url: str | None) -> Any:
        """An AsyncOpenAI with its organisation and project from the environment."""
        from openai import AsyncOpenAI

        return AsyncOpenAI(api_key=key, base_url=base_url, max_retries=0, timeout=None)

    def body(self, request: Request) -> dict[str, Any]:
        """The request as JSON, with the limit of tokens under the name the model takes."""
        return wire_openai.body(request, max_tokens="max_completion_tokens" if _REASONING.match(request.model) else "max_tokens")
