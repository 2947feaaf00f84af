"""A model that is none: deterministic, free, for trying things out. Owns its profile; refuses settings it does not know.

The model's name carries the profile as a query: `simulated/good?latency_ms=50&error_rate=0.3&skill=0.8`.

    latency_ms     time to the first token             jitter      share of latency_ms it varies by, 0..1
    tps            tokens a second after that, 0 = all at once
    skill          how often the best label is chosen, 0..1
    error_rate     share of attempts that fail, 0..1   errors      kinds they fail with, by comma
    retry_after_s  sent with a rate limit              context     tokens the model takes

The same request always gets the same reply, and its k-th attempt the same error or none: a retry may succeed.
"""

import asyncio
import hashlib
import json
from collections import OrderedDict
from dataclasses import asdict, dataclass, fields, replace
from random import Random
from typing import NoReturn
from urllib.parse import parse_qsl

from workbench import errors
from workbench.providers import imitation
from workbench.providers.base import OnText, Provider, Reply, Request, Usage, provider, within


@dataclass(frozen=True)
class Profile:
    """How a simulated model behaves; see the module's docstring."""

    latency_ms: float = 30.0
    jitter: float = 0.0
    tps: float = 0.0
    skill: float = 0.75
    error_rate: float = 0.0
    errors: str = "rate_limit,server_error,overloaded,malformed_reply"
    retry_after_s: float = 0.0
    context: float = 32_000.0


MODELS = {
    "good": Profile(latency_ms=60, skill=0.95),
    "fair": Profile(latency_ms=30, skill=0.75),
    "poor": Profile(latency_ms=15, skill=0.4),
}
_KINDS: dict[str, type[errors.CallError]] = {
    cls.kind: cls
    for cls in (
        errors.RateLimited,
        errors.Overloaded,
        errors.CallTimeout,
        errors.ConnectionFailed,
        errors.ServerFailed,
        errors.MalformedReply,
        errors.TruncatedReply,
        errors.InvalidRequest,
        errors.ContextTooLong,
        errors.ContentRefused,
        errors.AuthFailed,
        errors.UnknownFailure,
    )
}
_REMEMBERED = 10_000
_SHARES = {"jitter", "skill", "error_rate"}


def profile(model: str) -> Profile:
    """The profile that `good?skill=0.8` asks for. Raises ModelUnknown, InvalidRequest."""
    name, _, query = model.partition("?")
    if name not in MODELS:
        raise errors.ModelUnknown(f"There is no simulated model {name!r}.", hint=f"There are {', '.join(sorted(MODELS))}.")
    known = {field.name for field in fields(Profile)}
    settings: dict[str, str | float] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key not in known:
            raise errors.InvalidRequest(f"A simulated model has no setting {key!r}.", hint=f"There are {', '.join(sorted(known))}.")
        settings[key] = value if key == "errors" else _number(key, value)
    made = replace(MODELS[name], **settings)  # type: ignore[arg-type]  # names and types are checked above
    if unknown := [kind for kind in made.errors.split(",") if kind not in _KINDS]:
        raise errors.InvalidRequest(f"There is no error kind {unknown[0]!r}.", hint=f"There are {', '.join(sorted(_KINDS))}.")
    return made


def _number(key: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= (1 if key in _SHARES else 1e9):
        bound = "between 0 and 1" if key in _SHARES else "of 0 or more"
        raise errors.InvalidRequest(f"{key} of a simulated model must be a number {bound}, not {value!r}.")
    return number


@provider("simulated")
class Simulated(Provider):
    """Three models, good, fair and poor, that answer at once and cost nothing."""

    simulated = True
    free = True

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, int] = OrderedDict()

    async def models(self) -> list[str]:
        """The three models."""
        return sorted(MODELS)

    async def complete(self, request: Request, on_text: OnText | None = None) -> Reply:
        """The reply that this request always gets, or the error that this attempt of it always gets."""
        async with within(request.timeout_s):
            shape = profile(request.model)
            key = _key(request)
            draw = Random(key)  # noqa: S311 (a simulation, not a secret)
            await asyncio.sleep(shape.latency_ms / 1000 * (1 + shape.jitter * (2 * draw.random() - 1)))
            await self._maybe_fail(shape, key, request)
            reply = _reply(request, shape, draw)
            await _speak(reply.text, shape.tps, on_text)
            return reply

    async def _maybe_fail(self, shape: Profile, key: str, request: Request) -> None:
        if (tokens := _tokens(request)) > shape.context:
            message = f"The simulated model takes {shape.context:.0f} tokens, the request has about {tokens}."
            raise errors.ContextTooLong(message, status=400)
        if shape.error_rate <= 0:
            return
        attempt = self._attempts.pop(key, 0)
        draw = Random(f"{key}:{attempt}")  # noqa: S311 (the same)
        if draw.random() >= shape.error_rate:
            return
        self._attempts[key] = attempt + 1
        if len(self._attempts) > _REMEMBERED:
            self._attempts.popitem(last=False)
        await _fail(_KINDS[draw.choice(shape.errors.split(","))], shape)


async def _fail(kind: type[errors.CallError], shape: Profile) -> NoReturn:
    if kind is errors.CallTimeout:
        await asyncio.Event().wait()  # a timeout is waited for: the caller's limit ends it
    wait = (shape.retry_after_s or None) if kind is errors.RateLimited else None
    raise kind(f"Simulated: {kind.kind.replace('_', ' ')}.", retry_after_s=wait)


async def _speak(text: str, tps: float, on_text: OnText | None) -> None:
    if on_text is None:
        await asyncio.sleep(len(text) / 4 / tps if tps else 0)
        return
    for piece in imitation.pieces(text):
        on_text(piece)
        await asyncio.sleep(len(piece) / 4 / tps if tps else 0)


def _reply(request: Request, shape: Profile, draw: Random) -> Reply:
    said = imitation.answer(request, shape.skill, draw)
    text, finish = said.text, "tool_calls" if said.tool_calls else "stop"
    for mark in request.parameters.stop:
        text = text.partition(mark)[0] if mark else text
    if (limit := request.parameters.max_tokens) is not None and len(text) > limit * 4:
        text, finish = text[: limit * 4], "length"
    output = len(text) // 4 + 1 + sum(len(call.arguments) // 4 for call in said.tool_calls)
    return Reply(
        text=text,
        tool_calls=said.tool_calls,
        usage=Usage(input_tokens=_tokens(request), output_tokens=output),
        model=request.model.partition("?")[0],
        finish=finish,
        ttft_ms=round(shape.latency_ms),
    )


def _tokens(request: Request) -> int:
    return sum(len(message.text) // 4 + 4 for message in request.messages)


def _key(request: Request) -> str:
    """A digest of everything that decides the reply."""
    told = [
        request.model,
        [message.to_json() for message in request.messages],
        asdict(request.parameters),
        request.tools,
        request.tool_choice,
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
