"""What one render may still do: work, characters created, time. Owns the budget that is active; whatever is expensive draws on it first."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import CodeType
from typing import Any, cast

import jinja2
from jinja2 import nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError

from workbench.errors import TemplateError
from workbench.text.templates.base import MAX_OUTPUT, MAX_SECONDS, too_long, too_slow

_STEPS = 2_000_000  # nodes of the template that may be run
_CREATED = 30_000_000  # characters that may be created: at most 120 MB even in the widest script
_ITEM = 16  # what a list item costs in characters: a small object of about 60 bytes
_HELD = 4 * MAX_OUTPUT  # characters one list or object may hold
LISTS = (list, tuple, dict, set, frozenset)


class Budget:
    """What one render may still do."""

    def __init__(self, load: Callable[[str], CodeType | None]) -> None:
        self.load = load
        self.loaded: dict[str, jinja2.Template] = {}
        self.loads = 0
        self.steps = _STEPS
        self.created = _CREATED
        self.deadline = time.monotonic() + MAX_SECONDS

    def step(self, weight: int = 1) -> None:
        """Draw work. Raises TemplateError when it is used up, or the time is."""
        self.steps -= weight
        if self.steps < 0 or time.monotonic() > self.deadline:
            raise too_slow()

    def create(self, size: int) -> None:
        """Draw characters or items about to be created."""
        if size > MAX_OUTPUT:
            raise too_long()
        self.created -= size
        if self.created < 0:
            raise _too_much()
        self.step()

    def measure(self, value: object) -> Any:
        """The value itself, once its full size is drawn. Shared parts count as often as they appear: that is what printing them costs."""
        if isinstance(value, str | bytes):
            self.create(len(value))
        elif isinstance(value, int):
            if value.bit_length() > 4_096:
                raise TemplateError("a number grows beyond all use", hint="Compute it before and pass it in.")
        elif isinstance(value, LISTS):
            self._measure_items(value)
        elif isinstance(value, Iterator) and not isinstance(value, _Counted):
            return self.each(value)
        return value

    def _measure_items(self, value: Iterable[Any]) -> None:
        self.step()
        waiting, size = [value], 0
        while waiting:
            if time.monotonic() > self.deadline:
                raise too_slow()
            for item in _items(waiting.pop()):
                cost = _ITEM + len(item) if isinstance(item, str | bytes) else _ITEM
                size += cost
                self.created -= cost
                if self.created < 0 or size > _HELD * _ITEM:
                    raise _too_much()
                if isinstance(item, LISTS):
                    waiting.append(item)

    def each(self, items: Iterable[Any], weight: int = 1) -> "_Counted":
        """The items, each drawing `weight` as it comes."""
        return _Counted(items, self, weight)


def _too_much() -> TemplateError:
    return TemplateError("the template creates too much text on its way", hint="Build the text by output, not by joining in a loop.")


def _items(value: Iterable[Any]) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    else:
        yield from value


class _Counted:
    """An iterable that draws on the budget; has a length where the original has one (jinja2's `loop.length` asks)."""

    def __init__(self, items: Iterable[Any], budget: Budget, weight: int) -> None:
        self._items, self._budget, self._weight = items, budget, weight
        self._iterator: Iterator[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._iterator is None:
            self._iterator = iter(self._items)
        self._budget.step(self._weight)
        return next(self._iterator)

    def __len__(self) -> int:
        return len(cast("list[Any]", self._items))

    def __bool__(self) -> bool:
        return bool(self._items)


_active: ContextVar[Budget | None] = ContextVar("template_budget", default=None)


def budget() -> Budget:
    """The budget of the render that is running."""
    found = _active.get()
    if found is None:  # at compile time: jinja2 takes this as "not a constant"
        raise nodes.Impossible
    return found


@contextmanager
def metered(load: Callable[[str], CodeType | None]) -> Iterator[Budget]:
    """Give the renders inside one budget, and partials by `load`."""
    token = _active.set(Budget(load))
    try:
        yield budget()
    finally:
        _active.reset(token)


def as_output(value: Any) -> str:
    """A value as text: plain ones at once, lists and objects within the budget."""
    if isinstance(value, str):
        return value
    if isinstance(value, LISTS):
        budget().measure(value)
    elif isinstance(value, TemplateModule):
        raise SecurityError("an imported template is not text; use include")
    return str(value)
