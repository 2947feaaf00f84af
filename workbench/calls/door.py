"""The one door to a model: it waits for its limits, asks the provider, retries, prices and records. Nobody else talks to one.

A call never raises what went wrong with it: it comes out as an Outcome. What may be raised is StoreError, where the ledger cannot
be written, and asyncio.CancelledError, where the task itself was cancelled; a request that had left is recorded even then.
"""

import asyncio
import logging
import random
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace

from workbench import clock as clocks
from workbench import providers
from workbench import store as stores
from workbench.calls import limits, log, loop
from workbench.calls.outcome import Attempt, Call, Outcome, record
from workbench.calls.retry import PRESETS, RetryPolicy
from workbench.calls.stopping import stopped_by
from workbench.clock import Clock
from workbench.errors import CallError, CallTimeout, Cancelled, ProviderMissing, UnknownFailure, WorkbenchError
from workbench.ledger import budgets, overrides, tariff, writer
from workbench.ledger.writer import Beside
from workbench.providers import connections, keys
from workbench.providers.base import OnText, Provider, Reply
from workbench.store import Store

__all__ = ["Attempt", "Call", "Outcome", "RowsBeside", "ask", "complete"]

RowsBeside = Callable[[Outcome], Sequence[Beside]]
_LOG = logging.getLogger("workbench.calls")
_GRACE_S = 1.0  # a provider keeps its own time; this is for the one that does not
_OUTPUT_GUESS_TOKENS = 256
_draw = random.random


async def complete(
    call: Call,
    *,
    on_text: OnText | None = None,
    cancel: asyncio.Event | None = None,
    store: Store | None = None,
    beside: RowsBeside | None = None,
    clock: Clock = clocks.SYSTEM,
) -> Outcome:
    """What became of the call, recorded durably before it returns. Runs in the loop thread. `on_text` is handed each piece of a
    streamed text; once a piece was handed over, a failure is not retried. Setting `cancel` ends the call within a second.
    `beside` makes rows of the outcome (its call_id not known yet) that are committed together with the call.
    """
    store = store or stores.current()
    errand = _Errand(call, store, on_text, clock)
    line_id = log.request(call)
    try:
        with stopped_by(cancel):
            reply = await errand.run()
        outcome = errand.answered(reply)
    except CallError as error:
        outcome = errand.failed(error)
    except asyncio.CancelledError:
        stopped = errand.failed(Cancelled("Stopped."))
        log.outcome(line_id, call, stopped)
        if errand.attempts:
            writer.of(store).append(record(call, stopped))
        raise
    sent = bool(errand.attempts) and outcome.error_kind != ProviderMissing.kind
    try:
        outcome = await _recorded(call, outcome, store, beside, sent=sent)
    finally:  # what could not be recorded is in the log all the same
        log.outcome(line_id, call, outcome)
    return outcome


def ask(call: Call, *, on_text: OnText | None = None, store: Store | None = None) -> Outcome:
    """`complete` for any other thread: blocks until the outcome is there."""
    return loop.run(complete(call, on_text=on_text, store=store))


async def _recorded(call: Call, outcome: Outcome, store: Store, beside: RowsBeside | None, *, sent: bool) -> Outcome:
    """The outcome with the id of its row; without one where no request had left, though the rows beside it are still written."""
    ledger = writer.of(store)
    try:
        rows = beside(outcome) if beside is not None else ()
    except Exception:
        if sent:  # the call was paid for, whatever is wrong with the rows
            await ledger.append_async(record(call, outcome))
        raise
    if sent:
        return replace(outcome, call_id=await ledger.append_async(record(call, outcome), rows))
    if rows:
        await ledger.write_async(rows)
    return outcome


class _Errand:
    """One call on its way, over all its attempts."""

    def __init__(self, call: Call, store: Store, on_text: OnText | None, clock: Clock) -> None:
        self.attempts: list[Attempt] = []
        self._call = call
        self._store = store
        self._clock = clock
        self._on_text = on_text
        self._pieces: list[str] = []
        self._started_ms = clock.now_ms()
        self._provider: Provider | None = None

    async def run(self) -> Reply:
        """The reply, after as many attempts as the policy allows. Raises CallError."""
        self._provider = provider = providers.get(self._call.provider, self._store)
        await self._make_ready(provider)
        policy = self._call.retry or PRESETS["runs"]
        waited_from_s = self._clock.monotonic_s()
        while True:
            try:
                return await self._attempt(provider, waited_from_s)
            except CallError as error:
                waited_from_s = self._clock.monotonic_s()
                wait_s = None if self._pieces else self._wait_s(policy, error)
                self._tell(error, wait_s)
                if wait_s is None:
                    raise
            await self._clock.sleep(wait_s)

    def answered(self, reply: Reply) -> Outcome:
        """The outcome of a call that was answered, priced at its own time."""
        return self._outcome(reply=reply, cost_nano=self._cost_nano(reply))

    def failed(self, error: CallError) -> Outcome:
        """The outcome of a call that was not answered; its message carries no key."""
        return self._outcome(error=error)

    def _wait_s(self, policy: RetryPolicy, error: CallError) -> float | None:
        """How long to wait now; None: give up. The wait grows only as far as the connection's own failures in a row: a provider that
        answers other calls meanwhile has nothing to recover from, and the last call of a run need not sit out its longest wait.
        """
        if len(self.attempts) > policy.retries:
            return None
        return policy.wait_s(max(1, min(len(self.attempts), self._limiter().failures_in_a_row)), error, _draw)

    async def _make_ready(self, provider: Provider) -> None:
        """Let the provider load what it needs before the clock of the first attempt runs: an import is no latency of a model."""
        try:
            await provider.ready()
        except Exception:  # the attempt meets the same, and knows how to tell it
            _LOG.debug("The provider %s could not be made ready.", self._call.provider)

    async def _attempt(self, provider: Provider, waited_from_s: float) -> Reply:
        """One request, when room, pace and limits allow. Raises CallError, whatever the provider raises.

        The pace comes after the room: a turn taken while the room is full would be used later, together with those of that minute.
        """
        async with self._call.room or nullcontext():
            if self._call.pace is not None:
                await self._call.pace.wait()
            return await self._request(provider, waited_from_s)

    async def _request(self, provider: Provider, waited_from_s: float) -> Reply:
        limiter = self._limiter()
        slot = await limiter.enter(self._tokens() if limiter.counts_tokens else 0)
        try:
            await self._obey(provider)
        except BaseException:
            limiter.give_back(slot)
            raise
        began_ms, began_s = self._clock.now_ms(), self._clock.monotonic_s()
        if not self.attempts:
            self._started_ms = began_ms
        reply: Reply | None = None
        error: CallError | None = Cancelled("Stopped.")
        try:
            reply, error = await self._ask(provider), None
        except CallError as raised:
            error = raised
            raise
        finally:
            kind = error.kind if error else None
            latency_ms = round((self._clock.monotonic_s() - began_s) * 1000)
            self.attempts.append(Attempt(began_ms, latency_ms, kind, round(began_s - waited_from_s, 3)))
            used = reply.usage.input_tokens + reply.usage.output_tokens if reply else None
            limiter.leave(slot, error, reply.rate if reply else None, used)
        return reply

    async def _obey(self, provider: Provider) -> None:
        """Raise BudgetReached where there is no money left, asked last of all: others may have spent it while this call stood in line."""
        name, model = self._call.provider, self._call.request.model
        if not provider.free or overrides.current(self._store).of(name, model):
            await budgets.obey(self._store, name, model, self._call.prompt, self._clock.now_ms())

    async def _ask(self, provider: Provider) -> Reply:
        request = self._call.request
        try:
            async with asyncio.timeout(request.timeout_s + _GRACE_S):
                return await provider.complete(request, self._hand if self._on_text is not None else None)
        except CallError:
            raise
        except TimeoutError as error:
            raise CallTimeout(f"No answer within {request.timeout_s:g} s.") from error
        except WorkbenchError as error:
            raise UnknownFailure(error.message, hint=error.hint) from error
        except Exception as error:
            told = keys.redact(traceback.format_exc())  # an error of a library may quote the headers it was given
            _LOG.error("The provider %s raised what no provider should.\n%s", self._call.provider, told)
            raise UnknownFailure(f"{type(error).__name__}: {error}") from error

    def _hand(self, piece: str) -> None:
        """Pass a piece of text on. A reader that fails loses its text, never the call."""
        self._pieces.append(piece)
        if self._on_text is not None:
            try:
                self._on_text(piece)
            except Exception:
                _LOG.exception("The reader of a streamed text failed; the call goes on without it.")
                self._on_text = None

    def _limiter(self) -> limits.Limiter:
        connection = connections.find(self._store, self._call.provider)
        limiter = limits.of(str(self._store.engine.url), connection.name)
        limiter.set(connection.requests_per_minute, connection.tokens_per_minute, connection.concurrency)
        return limiter

    def _tokens(self) -> int:
        """Roughly what the call will use: limits a minute are rough, too, and the reply corrects it."""
        request = self._call.request
        return sum(len(message.text) for message in request.messages) // 4 + (request.parameters.max_tokens or _OUTPUT_GUESS_TOKENS)

    def _cost_nano(self, reply: Reply) -> int | None:
        asked = self._call.provider, self._call.request.model
        free = self._provider is None or self._provider.free
        priced = tariff.of_reply(self._store, *asked, reply, at_ms=self._started_ms, free=free)
        return None if priced is None else priced.nano

    def _tell(self, error: CallError, wait_s: float | None) -> None:
        if _LOG.isEnabledFor(logging.INFO):
            what_next = "gave up" if wait_s is None else f"tries again in {wait_s:.2f} s"
            where = f"{self._call.provider}/{self._call.request.model}"
            _LOG.info("%s failed (%s), attempt %d, %s: %s", where, error.kind, len(self.attempts), what_next, keys.redact(error.message))

    def _outcome(self, *, reply: Reply | None = None, cost_nano: int | None = None, error: CallError | None = None) -> Outcome:
        return Outcome(
            success=error is None,
            reply=reply,
            error_type=error.error_type if error else None,
            error_kind=error.kind if error else None,
            message=keys.redact(error.message) if error else "",
            hint=error.hint if error else "",
            call_id=None,
            retries=max(0, len(self.attempts) - 1),
            latency_ms=self.attempts[-1].latency_ms if self.attempts else 0,
            started_ms=self._started_ms,
            cost_nano=cost_nano,
            attempts=tuple(self.attempts),
            partial="".join(self._pieces) if error else "",
        )
