"""What every template engine shares: the bounds, the places of errors, how a value becomes text, the report of a check."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from workbench.errors import TemplateError
from workbench.text import similarity

MAX_OUTPUT = 1_000_000  # characters a template may render to
MAX_SOURCE = 1_000_000  # characters a template may have
MAX_SECONDS = 2.0
MAX_DEPTH = 64  # partials in partials, sections in sections
_CACHED_SOURCE = 65_536

_NO_PARTIALS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Report:
    """What a template and the names given to it have to say to each other. `misspelt` pairs a name with the one probably meant."""

    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    misspelt: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """True when everything the template needs was given."""
        return not self.missing

    def to_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "missing": list(self.missing),
            "unused": list(self.unused),
            "misspelt": [{"name": wrong, "probably": meant} for wrong, meant in self.misspelt],
        }


@dataclass(frozen=True)
class Names:
    """The names a template uses: `needed` in order of first use; `possible` holds also fields of list items and names with a default."""

    needed: tuple[str, ...]
    possible: frozenset[str]


class Template(ABC):
    """A compiled template. Immutable, so that it may be cached and shared by threads."""

    engine: ClassVar[str]

    def __init__(self, source: str) -> None:
        if len(source) > MAX_SOURCE:
            raise TemplateError(
                f"the template has {len(source):,} characters; {MAX_SOURCE:,} are allowed", hint="Move long material into a variable."
            )
        self.source = source

    def variables(self, partials: Mapping[str, str] = _NO_PARTIALS) -> tuple[str, ...]:
        """Names of the top-level variables in order of first use, those of the partials included."""
        return self.names(partials).needed

    @abstractmethod
    def partials(self) -> tuple[str, ...]:
        """Names of the partials used directly, in order of first use."""

    @abstractmethod
    def names(self, partials: Mapping[str, str] = _NO_PARTIALS, values: Mapping[str, object] | None = None) -> Names:
        """The names used. With `values`, fields of lists and objects among them are told from top-level names exactly."""

    @abstractmethod
    def render(self, variables: Mapping[str, object], partials: Mapping[str, str] = _NO_PARTIALS, *, strict: bool = True) -> str:
        """The text. Strict: a missing value raises TemplateError that names it; otherwise it renders empty."""


T = TypeVar("T", bound=Template)


def cached(make: Callable[[str], T]) -> Callable[[str], T]:
    """`make` with a cache of the templates used last; long ones are left out, so that the cache stays small."""
    remembered = lru_cache(maxsize=1024)(make)

    def compiled(source: str) -> T:
        return remembered(source) if len(source) <= _CACHED_SOURCE else make(source)

    return compiled


def place(source: str, offset: int) -> str:
    """Where an offset is, for a person: "line 3, column 7"."""
    start = source.rfind("\n", 0, offset) + 1
    return f"line {source.count(chr(10), 0, offset) + 1}, column {offset - start + 1}"


def as_text(value: object) -> str:
    """A value as it stands in a prompt: texts as they are, nothing for None, JSON for true, false, lists and objects."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    try:
        if isinstance(value, bool | list | tuple | Mapping):
            return json.dumps(value, ensure_ascii=False, default=str)
        return str(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise TemplateError(f"a value cannot be written as text: {error}") from error


class Meter:
    """Counts what a render puts out and how long it takes; raises TemplateError over the bounds."""

    __slots__ = ("_deadline", "out", "size", "steps")

    def __init__(self) -> None:
        self._deadline = time.monotonic() + MAX_SECONDS
        self.out: list[str] = []
        self.size = 0
        self.steps = 0

    def emit(self, text: str) -> None:
        """Append to the output."""
        self.size += len(text)
        if self.size > MAX_OUTPUT:
            raise too_long()
        self.out.append(text)

    def step(self) -> None:
        """Count one step of work; the clock is read every 256."""
        self.steps += 1
        if not self.steps & 255 and time.monotonic() > self._deadline:
            raise too_slow()


def too_long() -> TemplateError:
    """The error for an output over the bound."""
    return TemplateError(
        f"the template renders to more than {MAX_OUTPUT:,} characters", hint="Shorten the values, or the loop that repeats them."
    )


def too_slow() -> TemplateError:
    """The error for a render over the time allowed."""
    return TemplateError(f"the template takes longer than {MAX_SECONDS:g} s", hint="Do less in the template: prepare the values before.")


def too_deep() -> TemplateError:
    """The error for a template nested beyond what can be followed."""
    return TemplateError("the template is nested too deeply", hint="Break the circle of partials or macros, or flatten the template.")


def missing(name: str, where: str) -> TemplateError:
    """The error for a variable without a value."""
    return TemplateError(f"{name} has no value", place=where, hint=f"Give a value for {name}, or take it out of the template.")


def report(names: Names, given: Iterable[str], declared: Iterable[str]) -> Report:
    """Compare the names used with the names given and declared."""
    given_names = dict.fromkeys(given)
    known = {**given_names, **dict.fromkeys(declared)}
    lacking = tuple(name for name in names.needed if name not in given_names)
    unused = tuple(name for name in known if name not in names.possible)
    # A name that is given yet unused is the likeliest one meant; a given and used one may still be meant twice.
    pairs = ((name, similarity.nearest(name, unused) or similarity.nearest(name, known)) for name in names.needed if name not in known)
    return Report(lacking, unused, tuple((name, meant) for name, meant in pairs if meant))
