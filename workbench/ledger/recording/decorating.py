"""Records what a function does that calls a model. Owns the wrapper around it: results, exceptions, signature and kind stay the same.

@recorded(model="openai/gpt-5-mini", prompt="support/triage", version=7)
def triage(message): ...
"""

import inspect
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from workbench.ledger.recording import tagging
from workbench.ledger.recording.plain import plain
from workbench.ledger.recording.watching import Watch, follow, guarded, is_stream

if TYPE_CHECKING:
    from workbench.store import Store

F = TypeVar("F", bound=Callable[..., Any])
NewWatch = Callable[[Mapping[str, Any]], Watch]


@overload
def recorded(function: F, /) -> F: ...
@overload
def recorded(
    function: None = None, /, *, capture: "bool | tuple[str, ...]" = False, texts: bool = True, store: "Store | None" = None, **fields: Any
) -> Callable[[F], F]: ...
def recorded(
    function: F | None = None,
    /,
    *,
    capture: bool | tuple[str, ...] = False,
    texts: bool = True,
    store: "Store | None" = None,
    **fields: Any,
) -> F | Callable[[F], F]:
    """The function, each call of which is one row of the ledger: its time, the tokens of what it returns or yields (an answer of OpenAI's
    or Anthropic's shape), the type of what it raises. With `capture` its arguments, or those named, are kept as variables; without
    `texts` what it answers is not kept.

    A generator is timed from its first step to its end, with the time to its first text. Calls of a wrapped client made inside
    are recorded by themselves, with these fields, and the function then is not. Raises InputError where a field is wrong.
    """
    known = tagging.checked(fields)

    def decorate(decorated: F) -> F:
        call = _Recorded(decorated, known, capture, partial(Watch, store=store, texts=texts))
        if inspect.isasyncgenfunction(decorated):
            made = call.async_generator()
        elif inspect.iscoroutinefunction(decorated):
            made = call.coroutine()
        elif inspect.isgeneratorfunction(decorated):
            made = call.generator()
        else:
            made = call.plain()
        return cast("F", wraps(decorated)(made))

    return decorate if function is None else decorate(function)


class _Recorded:
    """One decorated function, and the four kinds of wrapper."""

    def __init__(self, function: Callable[..., Any], fields: Mapping[str, Any], capture: bool | tuple[str, ...], watch: "NewWatch"):
        self._function = function
        self._fields = fields
        self._capture = capture
        self._watch = watch

    def plain(self) -> Callable[..., Any]:
        """For a function."""

        def call(*args: Any, **kwargs: Any) -> Any:
            under_way = self._begin(args, kwargs)
            try:
                with under_way.step():
                    result = self._function(*args, **kwargs)
            except BaseException as error:
                under_way.failed(error)
                raise
            under_way.done(result)
            return result

        return call

    def coroutine(self) -> Callable[..., Any]:
        """For a coroutine function."""

        async def call(*args: Any, **kwargs: Any) -> Any:
            under_way = self._begin(args, kwargs)
            try:
                with under_way.step():
                    result = await self._function(*args, **kwargs)
            except BaseException as error:
                under_way.failed(error)
                raise
            under_way.done(result)
            return result

        return call

    def generator(self) -> Callable[..., Any]:
        """For a generator function; what is sent and thrown into it arrives."""

        def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            return (yield from _Steps(self._function(*args, **kwargs), self._begin(args, kwargs)))

        return call

    def async_generator(self) -> Callable[..., Any]:
        """For an async generator function."""

        async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            under_way = self._begin(args, kwargs)
            inner = self._function(*args, **kwargs)
            act = partial(inner.asend, None)
            while True:
                try:
                    with under_way.step():
                        item = await act()
                except StopAsyncIteration:
                    under_way.done(None)
                    return
                except BaseException as error:
                    under_way.failed(error)
                    raise
                under_way.feed(item)
                try:
                    act = partial(inner.asend, (yield item))
                except GeneratorExit:
                    under_way.left()
                    await inner.aclose()
                    raise
                except BaseException as error:  # thrown in from outside: the function may catch it
                    act = partial(inner.athrow, error)

        return call

    def _begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> "_UnderWay":
        return guarded(lambda: _UnderWay(self._said(args, kwargs), self._watch)) or _UnderWay({}, self._watch, blind=True)

    def _said(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        said = tagging.merged(tagging.current(), self._fields)
        if not self._capture and "model" in said:
            return said
        try:
            given = inspect.signature(self._function).bind(*args, **kwargs)
        except TypeError:  # the function itself will say so
            return said
        given.apply_defaults()
        if "model" not in said and isinstance(model := given.arguments.get("model"), str):
            named = {"model": model}
            if "provider" not in said and "/" in model:
                tagging.named(named)
            said |= named
        if self._capture:
            names = self._capture if isinstance(self._capture, tuple) else [name for name in given.arguments if name not in {"self", "cls"}]
            said["variables"] = {name: plain(given.arguments[name]) for name in names if name in given.arguments}
        return said


class _UnderWay:
    """One call of a decorated function. `blind` ones see nothing: they could not be begun."""

    def __init__(self, said: Mapping[str, Any], watch: "NewWatch", *, blind: bool = False) -> None:
        self._said = said
        self._scope = tagging.Scope()
        self._watch = watch(said)
        if blind:
            self._watch.drop()

    @contextmanager
    def step(self) -> Iterator[None]:
        """The function runs: calls made inside belong to it."""
        with tagging.holding(self._said, self._scope):
            yield

    def feed(self, item: Any) -> None:
        """It has yielded."""
        self._watch.feed(item)

    def done(self, result: Any) -> None:
        """It has returned."""
        if self._elsewhere():
            return
        if is_stream(result):
            guarded(lambda: follow(result, self._watch))
        else:
            self._watch.done(result)

    def failed(self, error: BaseException) -> None:
        """It has raised."""
        if not self._elsewhere():
            self._watch.failed(error)

    def left(self) -> None:
        """Nobody asks it for more."""
        if not self._elsewhere():
            self._watch.left()

    def _elsewhere(self) -> bool:
        if self._scope.calls:
            self._watch.drop()
        return bool(self._scope.calls)


class _Steps:
    """A generator step by step, as `yield from` takes it."""

    def __init__(self, inner: Generator[Any, Any, Any], under_way: _UnderWay) -> None:
        self._inner = inner
        self._under_way = under_way

    def __iter__(self) -> "_Steps":
        return self

    def __next__(self) -> Any:
        return self._step(lambda: next(self._inner))

    def send(self, value: Any) -> Any:
        """As of a generator."""
        return self._step(lambda: self._inner.send(value))

    def throw(self, *error: Any) -> Any:
        """As of a generator."""
        return self._step(lambda: self._inner.throw(*error))

    def close(self) -> None:
        """As of a generator: nobody asks for more."""
        self._under_way.left()
        self._inner.close()

    def _step(self, act: Callable[[], Any]) -> Any:
        try:
            with self._under_way.step():
                item = act()
        except StopIteration as end:
            self._under_way.done(end.value)
            raise
        except BaseException as error:
            self._under_way.failed(error)
            raise
        self._under_way.feed(item)
        return item
