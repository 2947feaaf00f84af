"""A conversation at the playground: what is asked, of which models, and what each answered. Knows no database and calls no model.

The opening (a version or free text, with its variables) is rendered when it is first sent and kept as it was sent, so that a
later edit of the prompt does not change what the models had read.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from workbench.errors import InputError
from workbench.prompts.content import Content
from workbench.providers.base import Parameters
from workbench.text import messages as texts
from workbench.text.messages import Message, Text, ToolCall, message

MOST_MODELS = 4
STATES = ("running", "done", "failed", "stopped", "interrupted")


@dataclass(frozen=True)
class Answer:
    """What one model answered once. `owner` is the process that waits for it; `cost_nano` is None where nobody knows the price."""

    model: str
    turn: str
    owner: str
    state: str = "running"
    text: str = ""
    tool_calls: tuple[dict[str, str], ...] = ()
    finish: str = ""
    error_type: str = ""
    error_kind: str = ""
    error: str = ""
    hint: str = ""
    call_id: int | None = None
    retries: int = 0
    latency_ms: int | None = None
    ttft_ms: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    estimated: bool = False
    cost_nano: int | None = None

    @property
    def usable(self) -> bool:
        """Whether a next turn may build on it."""
        return self.state == "done"


@dataclass(frozen=True)
class Exchange:
    """What a person sent, and each model's answer. `sent` is the messages this exchange added: the opening, or one follow-up."""

    sent: tuple[Message, ...]
    answers: tuple[Answer, ...] = ()

    def answer(self, model: str) -> Answer | None:
        """The answer of `model`, if it was asked."""
        return next((answer for answer in self.answers if answer.model == model), None)


def blank() -> Content:
    """An opening nobody has written yet. A small model without a limit may talk for minutes, so it has one."""
    return Content((message("system", ""), message("user", "")), parameters=Parameters(max_tokens=500))


@dataclass(frozen=True)
class Conversation:
    """A conversation. `prompt` and `version` name where the opening came from; `content` is the opening as it stands now."""

    id: str
    content: Content = field(default_factory=blank)
    prompt: str = ""
    version: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    task: str = ""
    exchanges: tuple[Exchange, ...] = ()
    updated_ms: int = 0

    @property
    def title(self) -> str:
        """A few words by which a person knows it again."""
        asked = self.exchanges[0].sent if self.exchanges else self.content.messages
        words = " ".join(" ".join(item.text for item in asked if item.role == "user").split())
        opening = words if len(words) <= 60 else f"{words[:57]}…"
        return " · ".join(part for part in (self.prompt, opening) if part) or "Empty conversation"

    @property
    def written(self) -> bool:
        """Whether there is anything to come back to: a prompt, a word of an opening, or something said."""
        return bool(self.prompt or self.exchanges or any(item.text.strip() for item in self.content.messages))

    @property
    def running(self) -> bool:
        """Whether any model still answers."""
        return any(answer.state == "running" for exchange in self.exchanges for answer in exchange.answers)

    def history(self, model: str, exchanges: int | None = None) -> tuple[Message, ...]:
        """The messages `model` is to see next: its own answers where it has any, else the first that somebody gave."""
        seen: list[Message] = []
        for number, exchange in enumerate(self.exchanges[:exchanges]):
            told = _told(exchange, model)
            # The opening is always said: without it a follow-up has nothing to follow.
            if number == 0 or told is not None:
                seen.extend(exchange.sent)
            if told is not None:
                seen.append(told)
        return tuple(seen)

    def with_answer(self, answer: Answer) -> "Conversation":
        """The conversation with the answer of the same turn replaced; unchanged where no such turn is left."""
        changed = tuple(
            replace(exchange, answers=tuple(answer if old.turn == answer.turn else old for old in exchange.answers))
            for exchange in self.exchanges
        )
        return replace(self, exchanges=changed)

    def to_json(self) -> dict[str, Any]:
        """The conversation as JSON that `from_json` reads back; the id and the time are not in it."""
        return {
            "content": self.content.to_json(),
            "prompt": self.prompt,
            "version": self.version,
            "variables": dict(self.variables),
            "models": list(self.models),
            "task": self.task,
            "exchanges": [
                {"sent": texts.to_json(exchange.sent), "answers": [asdict(answer) for answer in exchange.answers]}
                for exchange in self.exchanges
            ],
        }


def from_json(ident: str, raw: Mapping[str, Any], updated_ms: int = 0) -> Conversation:
    """The conversation that `raw` describes. Raises InputError."""
    try:
        return Conversation(
            id=ident,
            content=Content.from_json(raw.get("content") or blank().to_json()),
            prompt=str(raw.get("prompt") or ""),
            version=raw.get("version"),
            variables={str(name): str(value) for name, value in dict(raw.get("variables") or {}).items()},
            models=tuple(str(model) for model in raw.get("models") or ())[:MOST_MODELS],
            task=str(raw.get("task") or ""),
            exchanges=tuple(_exchange(item) for item in raw.get("exchanges") or ()),
            updated_ms=updated_ms,
        )
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise InputError("the kept conversation cannot be read", place=f"conversation {ident}", hint="Begin a new one.") from error


def _exchange(raw: Mapping[str, Any]) -> Exchange:
    return Exchange(texts.from_json(raw["sent"]), tuple(_answer(item) for item in raw.get("answers", ())))


_ANSWER = tuple(item.name for item in fields(Answer))


def _answer(raw: Mapping[str, Any]) -> Answer:
    known = {name: raw[name] for name in _ANSWER if name in raw}
    known["tool_calls"] = tuple(dict(call) for call in known.get("tool_calls", ()))
    return Answer(**known)


def _told(exchange: Exchange, model: str) -> Message | None:
    """The answer to `exchange` as a message, or None where nobody gave one."""
    own = exchange.answer(model)
    chosen = own if own and own.usable else next((answer for answer in exchange.answers if answer.usable), None)
    if chosen is None:
        return None
    calls = tuple(ToolCall(call["id"], call["name"], call["arguments"]) for call in chosen.tool_calls)
    return Message("assistant", (Text(chosen.text), *calls)) if chosen.text or not calls else Message("assistant", calls)
