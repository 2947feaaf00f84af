"""Turns: one model answering once, in the loop thread. A page reads the text so far and may go away; the answer is kept all the same.

Owns the turns that this process waits for; refuses to send what misses a variable, before anything is spent.
"""

import asyncio
import secrets
import threading
from dataclasses import dataclass, replace

from workbench import clock
from workbench.calls import door, loop
from workbench.calls.door import Call, Outcome
from workbench.errors import InputError, NotFound
from workbench.playground import asking, shelf
from workbench.playground.conversation import Answer, Conversation, Exchange
from workbench.store import Store
from workbench.store.base import storable

PROCESS = secrets.token_hex(8)  # whose turns these are: after a restart nobody waits for them any more


@dataclass(frozen=True)
class TurnState:
    """A turn at this moment. `outcome` is None until it is done."""

    id: str
    text: str
    done: bool
    elapsed_ms: int
    outcome: Outcome | None = None


class _Live:
    """A turn that this process waits for. Its pieces are written by the loop thread and read by any."""

    def __init__(self, ident: str) -> None:
        self.id = ident
        self.pieces: list[str] = []
        self.cancel = asyncio.Event()
        self.started_s = clock.SYSTEM.monotonic_s()
        self.outcome: Outcome | None = None
        self.kept = threading.Event()


_live: dict[str, _Live] = {}


def start(store: Store, conversation: str, call: Call) -> str:
    """The id of a turn that now runs; its answer goes to the conversation's answer of that id."""
    ident = secrets.token_hex(8)
    _begin(store, conversation, ident, call)
    return ident


def send(store: Store, conversation: Conversation, text: str | None = None) -> Conversation:
    """The conversation with one more exchange, every model answering: the opening, or `text` as a follow-up. Raises InputError."""
    models = asking.models(conversation)
    sent = asking.opening(store, conversation) if not conversation.exchanges else asking.follow_up(text)
    answers = tuple(Answer(model, secrets.token_hex(8), PROCESS) for model in models)
    asked = Exchange(sent, answers)
    grown = replace(conversation, exchanges=(*conversation.exchanges, asked))
    calls = [asking.call(store, grown, model) for model in models]
    # An answer that was kept meanwhile stays: only the new exchange is added to what is there now.
    kept = shelf.change(store, grown.id, lambda now: replace(grown, exchanges=(*now.exchanges, asked)))
    for answer, call in zip(answers, calls, strict=True):
        _begin(store, grown.id, answer.turn, call)
    return kept


def retry(store: Store, conversation: Conversation, model: str) -> Conversation:
    """The conversation with `model` asked again for its last exchange, in place of the answer it has there."""
    if not conversation.exchanges:
        raise InputError("there is nothing to ask again", hint="Send the opening first.")
    fresh = Answer(model, secrets.token_hex(8), PROCESS)
    call = asking.call(store, conversation, model)

    def again(now: Conversation) -> Conversation:
        *earlier, last = now.exchanges
        answers = tuple(fresh if answer.model == model else answer for answer in last.answers)
        return replace(now, exchanges=(*earlier, replace(last, answers=answers)))

    asked = shelf.change(store, conversation.id, again)
    _begin(store, asked.id, fresh.turn, call)
    return asked


def state(turn: str) -> TurnState | None:
    """The turn at this moment, or None where this process no longer waits for it: then the kept answer is the whole truth."""
    live = _live.get(turn)
    if live is None:
        return None
    elapsed_ms = round((clock.SYSTEM.monotonic_s() - live.started_s) * 1000)
    return TurnState(turn, "".join(live.pieces), live.outcome is not None, elapsed_ms, live.outcome)


def stop(turn: str) -> None:
    """Ask the turn to end; what it said so far is kept."""
    if live := _live.get(turn):
        loop.submit(_set(live.cancel))


def stop_all(conversation: Conversation) -> None:
    """Stop every turn of the conversation that still runs."""
    for exchange in conversation.exchanges:
        for answer in exchange.answers:
            if answer.state == "running":
                stop(answer.turn)


def wait(turn: str, timeout_s: float) -> bool:
    """Whether the turn is over and kept within `timeout_s`."""
    live = _live.get(turn)
    return live is None or live.kept.wait(timeout_s)


def settled(store: Store, conversation: Conversation) -> Conversation:
    """The conversation as it is: a turn that runs, but for which nobody waits any more, was interrupted."""
    if not _forsaken(conversation):
        return conversation
    # An answer is kept before its turn is let go: read again, it is there where it came just now.
    found = shelf.load(store, conversation.id)
    for answer in _forsaken(found):
        found = found.with_answer(replace(answer, state="interrupted"))
    return found


def _forsaken(conversation: Conversation) -> list[Answer]:
    answers = [answer for exchange in conversation.exchanges for answer in exchange.answers]
    return [one for one in answers if one.state == "running" and (one.owner != PROCESS or one.turn not in _live)]


def _begin(store: Store, conversation: str, turn: str, call: Call) -> None:
    live = _live[turn] = _Live(turn)
    loop.submit(_run(store, conversation, live, call))


async def _run(store: Store, conversation: str, live: _Live, call: Call) -> None:
    try:
        outcome = await door.complete(call, store=store, on_text=live.pieces.append, cancel=live.cancel)
        live.outcome = outcome
        ending = _ending(outcome, "".join(live.pieces))
    except Exception as error:  # whatever went wrong, the person sees it and the turn ends
        ending = {"state": "failed", "error_type": "unknown", "error_kind": "unknown", "error": storable(str(error))}
        ending["text"] = storable("".join(live.pieces))
        ending["hint"] = getattr(error, "hint", "")
    try:
        await asyncio.to_thread(_keep, store, conversation, live.id, ending)
    finally:
        live.kept.set()
        _live.pop(live.id, None)


def _keep(store: Store, conversation: str, turn: str, ending: dict[str, object]) -> None:
    def settle(kept: Conversation) -> Conversation:
        answers = (answer for exchange in kept.exchanges for answer in exchange.answers if answer.turn == turn)
        mine = next(answers, None)
        return kept.with_answer(replace(mine, **ending)) if mine else kept  # type: ignore[arg-type]

    try:
        shelf.change(store, conversation, settle)
    except NotFound:
        return  # discarded while the model answered; the ledger has the call


def _ending(outcome: Outcome, streamed: str) -> dict[str, object]:
    """The fields of an answer that an outcome settles."""
    figures: dict[str, object] = {
        "call_id": outcome.call_id,
        "retries": outcome.retries,
        "latency_ms": outcome.latency_ms,
        "cost_nano": outcome.cost_nano,
    }
    if not outcome.success or outcome.reply is None:
        stopped = outcome.error_kind == "cancelled"
        return figures | {
            "state": "stopped" if stopped else "failed",
            "text": storable(streamed),
            "error_type": outcome.error_type or "unknown",
            "error_kind": outcome.error_kind or "unknown",
            "error": storable(outcome.message or ""),
            "hint": outcome.hint or "",
        }
    reply = outcome.reply
    return figures | {
        "state": "done",
        "text": storable(reply.text),
        "tool_calls": tuple(
            {"id": storable(part.id), "name": storable(part.name), "arguments": storable(part.arguments)} for part in reply.tool_calls
        ),
        "finish": reply.finish,
        "ttft_ms": reply.ttft_ms,
        "input_tokens": reply.usage.input_tokens,
        "output_tokens": reply.usage.output_tokens,
        "estimated": reply.usage_estimated,
    }


async def _set(event: asyncio.Event) -> None:
    event.set()
