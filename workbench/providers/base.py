"""What a provider is: a request in, a reply out, errors of one tree. Owns the shapes; imports no SDK.

A provider registers itself under a name with `@provider("name")`; nothing else is edited to add one.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from workbench.errors import CallTimeout, ProviderMissing
from workbench.text.messages import Message, ToolCall

if TYPE_CHECKING:
    from workbench.providers.connections import Connection


@dataclass(frozen=True)
class Parameters:
    """What may be set on a call; None is the provider's own default. `response_schema` is a JSON schema the reply must meet."""

    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    response_schema: dict[str, Any] | None = None


@dataclass(frozen=True)
class Request:
    """One request to one model. `model` is the provider's own name of it. `tools` are JSON objects
    `{"name", "description", "parameters"}` (a JSON schema); `tool_choice` is "auto", "none", "required" or a tool's name.
    """

    model: str
    messages: tuple[Message, ...]
    parameters: Parameters = Parameters()
    tools: tuple[dict[str, Any], ...] = ()
    tool_choice: str | None = None
    timeout_s: float = 60.0


@dataclass(frozen=True)
class Usage:
    """Tokens as the provider counted them. `input_tokens` includes cached and cache-write ones; `output_tokens` includes reasoning;
    `cache_write_1h_tokens` are those of `cache_write_tokens` that are kept an hour.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cache_write_1h_tokens: int = 0


@dataclass(frozen=True)
class RateHeaders:
    """What the provider said of its limits: remaining counts and seconds until they are whole again; None where it said nothing."""

    remaining_requests: int | None = None
    remaining_tokens: int | None = None
    reset_requests_s: float | None = None
    reset_tokens_s: float | None = None


@dataclass(frozen=True)
class Reply:
    """What came back. `model` is the one that answered; `finish` is stop, length, tool_calls or the provider's own word.
    `usage_estimated` says that the provider sent no usage and tokens were counted here; `processing` is the tariff it says it answered
    under (batch, flex, priority, fast), None for the standard one.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()
    model: str = ""
    finish: str = "stop"
    ttft_ms: int | None = None
    rate: RateHeaders = field(default_factory=RateHeaders)
    usage_estimated: bool = False
    processing: str | None = None


OnText = Callable[[str], None]


class Provider(ABC):
    """One way to reach models. One instance a process and connection; its methods run in the loop thread and raise CallError only."""

    name: ClassVar[str]
    simulated: ClassVar[bool] = False
    free: ClassVar[bool] = False  # costs nothing a call: simulated and local

    @abstractmethod
    async def complete(self, request: Request, on_text: OnText | None = None) -> Reply:
        """The reply. With `on_text` the reply is streamed: each piece of text is handed over as it comes."""

    @abstractmethod
    async def models(self) -> list[str]:
        """Names of the models that can be asked, sorted. Raises CallError."""

    async def ready(self) -> None:
        """Load what the first call needs, so that no call's time is spent on it. Raises CallError."""

    @classmethod
    def connect(cls, connection: "Connection") -> Self:
        """A provider for this connection. One that has nothing to set takes no notice of it."""
        return cls()

    async def close(self) -> None:
        """Give back connections and child processes."""

    def key_status(self) -> str:
        """Whether the key is there: `not needed`, `set` or `not set`. Never the key itself."""
        return "not needed"


_REGISTERED: dict[str, type[Provider]] = {}


def provider(name: str) -> Callable[[type[Provider]], type[Provider]]:
    """Register a class as the provider `name`. Raises ValueError if the name is taken."""

    def register(cls: type[Provider]) -> type[Provider]:
        if name in _REGISTERED:
            raise ValueError(f"two providers are called {name!r}")
        cls.name = name
        _REGISTERED[name] = cls
        return cls

    return register


def registered() -> dict[str, type[Provider]]:
    """Every provider class by name."""
    return dict(_REGISTERED)


@asynccontextmanager
async def within(timeout_s: float) -> AsyncIterator[None]:
    """Bound everything inside by `timeout_s`, streaming included. Raises CallTimeout."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError as error:
        raise CallTimeout(f"No whole answer within {timeout_s:g} s.") from error


def split(model: str) -> tuple[str, str]:
    """`provider/model` as its two halves; the model may hold slashes of its own. Raises ProviderMissing."""
    name, separator, rest = model.partition("/")
    if not separator or not name or not rest:
        raise ProviderMissing(
            f"{model!r} does not name a provider.", hint="Write provider/model, for example local/smollm2 or openai/gpt-5."
        )
    return name, rest
