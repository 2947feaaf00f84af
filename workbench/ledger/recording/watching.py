"""One call under way in somebody's program: its times, what came back, and the row made of it. Owns the promise that nothing in here
reaches the program: whatever goes wrong is logged, and the program's own result or exception goes on as it was.
"""

import logging
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from workbench import clock
from workbench.ledger.fields import ERROR, from_json
from workbench.ledger.recording import record, recorder, shapes
from workbench.ledger.recording.recorder import Job
from workbench.ledger.recording.shapes import Answer
from workbench.ledger.recording.streams import StreamReading
from workbench.providers.keys import redact

if TYPE_CHECKING:
    from workbench.store import Store

T = TypeVar("T")

_LOG = logging.getLogger("workbench.ledger")
_UNKNOWN = {"provider": "unknown", "model": "unknown"}


class Watch:
    """Follows one call. `done`, `failed` and `left` end it; the first of them counts."""

    def __init__(self, fields: Mapping[str, Any], *, store: "Store | None" = None, base_url: str = "", texts: bool = True) -> None:
        self.fields = dict(fields)
        self.stepping = False  # the program waits for the next piece of a stream: what is closed meanwhile is closed by the SDK
        self.followed = False  # a stream of an SDK is read: its protocol has an end, which can be missing
        self._store = store
        self._texts = texts
        self._base_url = base_url
        self._started_ms = clock.now_ms()
        self._began_s = time.perf_counter()
        self._ttft_ms: int | None = None
        self._reading: StreamReading | None = None
        self._once = threading.Lock()

    def feed(self, event: Any) -> None:
        """A piece of a stream has come."""
        try:
            self._reading = self._reading or StreamReading()
            if self._reading.feed(event) and self._ttft_ms is None:
                self._ttft_ms = self._since_ms()
        except Exception as error:
            _tell(error)

    def done(self, result: Any = None) -> None:
        """The call has come to its end; `result` is None where a stream was read."""
        self._end(lambda: self._answered(result, cut=self.followed))

    def failed(self, error: BaseException) -> None:
        """The call raised."""
        self._end(lambda: self._raised(error))

    def left(self) -> None:
        """Nobody reads on: what has come so far is what is known."""
        self._end(lambda: self._answered(None, cut=False))

    def drop(self) -> None:
        """Forget the call: it is recorded elsewhere."""
        self._once.acquire(blocking=False)

    def _end(self, made: Callable[[], tuple[dict[str, Any], Answer | None]]) -> None:
        if not self._once.acquire(blocking=False):
            return
        try:
            latency_ms = self._since_ms()
            fields, answer = made()
            times = {"started_ms": self._started_ms, "latency_ms": latency_ms, "ttft_ms": self._ttft_ms}
            self._put(times | fields, answer)
        except Exception as error:
            _tell(error)

    def _answered(self, result: Any, *, cut: bool) -> tuple[dict[str, Any], Answer | None]:
        answer, streamed = shapes.read(result), self._reading
        if streamed is not None and (answer is None or answer.usage is None):  # what was yielded says more than what was returned
            answer = streamed.answer()
        if answer is None:
            return {}, None
        fields = answer.to_fields()
        if answer.failed is not None:
            from workbench.providers.failures import from_status

            return fields | record.of_error(from_status(200, {"error": dict(answer.failed)})), answer
        if answer.refused:
            from workbench.errors import ContentRefused

            return fields | record.of_error(ContentRefused(redact(f"The model refused: {answer.refused}"[:500]))), answer
        if cut and not answer.finished and self._reading is not None:
            from workbench.errors import TruncatedReply

            return fields | record.of_error(TruncatedReply("The stream ended before the answer did.")), answer
        return fields, answer

    def _raised(self, error: BaseException) -> tuple[dict[str, Any], Answer | None]:
        # What came before a stream broke was paid for; an answer that the SDK did not accept hangs on its exception.
        completion = getattr(error, "completion", None)
        answer = self._reading.answer() if self._reading is not None else shapes.read(completion) if completion is not None else None
        known = answer.to_fields() if answer else {}
        retried = retries_of(getattr(error, "response", None))
        return known | record.of_error(error) | ({"retries": retried} if retried else {}), answer

    def _put(self, measured: dict[str, Any], answer: Answer | None) -> None:
        found = {name: value for name, value in measured.items() if value is not None}
        seen = {"provider": answer.provider, "model": answer.model} if answer else {}
        guessed = _UNKNOWN | {name: value for name, value in seen.items() if value}
        fields = record.completed(guessed | self.fields | found, said={})  # what was said when the call began counts
        # Where the provider sent no usage, or the stream was left before its end, tokens are counted here: they were paid for.
        begun = self.followed or self._reading is not None
        short = answer is None or answer.usage is None or not answer.finished
        counted = short and (begun or (bool(fields.get("reply")) and fields.get("status") != ERROR))
        answered_by = answer.model if answer else ""
        recorder.put(Job(from_json(fields), self._store, answered_by, self._base_url, counted, self._texts))

    def _since_ms(self) -> int:
        return round((time.perf_counter() - self._began_s) * 1000)


def is_stream(result: Any) -> bool:
    """Whether `result` is a stream of an SDK, of which pieces are yet to come."""
    return hasattr(result, "_iterator") and hasattr(result, "response")


def follow(stream: Any, watch: Watch) -> None:
    """Let `watch` see what is read from an SDK's stream. The stream stays the same object, and works as before."""
    if watch.followed:  # asked for a second time
        return
    watch.followed = True
    inner = stream._iterator  # noqa: SLF001 (both SDKs read every event of a stream through it)
    stream._iterator = _fed_async(inner, watch) if hasattr(inner, "__anext__") else _fed(inner, watch)  # noqa: SLF001
    if retried := retries_of(stream.response):
        watch.fields["retries"] = retried
    on_close(stream.response, watch.left, watch)
    weakref.finalize(stream, watch.left)


def on_close(response: Any, act: Callable[[], None], watch: Watch) -> None:
    """Call `act` when the program closes `response`, but not when the SDK closes it because its end has come."""
    known = weakref.ref(response)
    close, aclose = type(response).close, type(response).aclose

    def closing() -> None:
        if not watch.stepping:
            act()
        if (found := known()) is not None:
            close(found)

    async def closing_async() -> None:
        if not watch.stepping:
            act()
        if (found := known()) is not None:
            await aclose(found)

    response.close, response.aclose = closing, closing_async


def retries_of(response: Any) -> int:
    """How often the SDK itself had tried again before this response, as the request says."""
    try:
        return int(response.request.headers.get("x-stainless-retry-count", 0))
    except Exception:  # no response, or one of another library
        return 0


def _fed(inner: Iterator[Any], watch: Watch) -> Iterator[Any]:
    try:
        while True:
            watch.stepping = True
            try:
                item = next(inner)
            finally:
                watch.stepping = False
            watch.feed(item)
            yield item
    except StopIteration:
        watch.done()
    except GeneratorExit:
        watch.left()
        raise
    except BaseException as error:
        watch.failed(error)
        raise


async def _fed_async(inner: AsyncIterator[Any], watch: Watch) -> AsyncIterator[Any]:
    try:
        while True:
            watch.stepping = True
            try:
                item = await anext(inner)
            finally:
                watch.stepping = False
            watch.feed(item)
            yield item
    except StopAsyncIteration:
        watch.done()
    except GeneratorExit:
        watch.left()
        raise
    except BaseException as error:
        watch.failed(error)
        raise


def _tell(error: Exception) -> None:
    """A call that cannot be recorded is logged, never raised into the program that made it."""
    _LOG.error("A call could not be recorded: %s: %s", type(error).__name__, redact(str(error)))


def guarded(act: Callable[[], T]) -> T | None:
    """What `act` returns; None where it fails, which is logged."""
    try:
        return act()
    except Exception as error:
        _tell(error)
        return None
