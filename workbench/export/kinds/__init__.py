"""Kinds of documents: one file a kind, registered by name; a name taken twice raises.

A kind gathers: it reads figures and hands them over with their sources. What is said of them stands in the templates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import InputError
from workbench.export.sources import Source

if TYPE_CHECKING:
    from workbench.store import Store

Audience = Literal["engineer", "manager", "reviewer"]
AUDIENCES: tuple[Audience, ...] = ("engineer", "manager", "reviewer")
# Name -> the module under kinds. Named here so that none is imported before it is used.
MODULES = {
    "prompt": "prompt",
    "model_card": "model_card",
    "disclosure": "disclosure",
    "evaluation": "evaluation",
    "comparison": "comparison",
    "cost": "cost",
    "operations": "operations",
    "plan": "plan",
    "slides": "slides",
    "assessment": "assessment",
}


@dataclass(frozen=True, slots=True)
class Prose:
    """A field that a person writes: its key, its title, and what belongs there."""

    key: str
    title: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section that a kind has: its key is its template's name. `always`: it stands there even where its template renders to nothing."""

    key: str
    title: str
    prose: tuple[Prose, ...] = ()
    always: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a document is made from: nothing else decides what stands in it but the store.

    `sections` are keys in the order wanted (none: all that the audience gets), `period` is one of `export.period`,
    `options` are of the kind.
    """

    kind: str
    subject: str
    sections: tuple[str, ...] = ()
    audience: Audience = "engineer"
    period: str = "30d"
    options: Mapping[str, str] = field(default_factory=dict)
    contents: bool = True

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "sections": list(self.sections),
            "audience": self.audience,
            "period": self.period,
            "options": dict(self.options),
            "contents": self.contents,
        }


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a kind hands over: title, subtitle, facts by name for the templates, and where they came from.

    `about` is the subject that prose is kept under, where the request's subject says more than that ("support/triage@7").
    """

    title: str
    subtitle: str
    facts: Mapping[str, Any]
    sources: tuple[Source, ...] | list[Source]
    as_of_ms: int | None = None
    about: str = ""


Gather = Callable[["Store", Request], Gathered]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its sections in order, the formats it is offered in, and which sections an audience gets by default.

    `options` are the names of what else can be said of one. `of_prompt`: its subject is a prompt, perhaps with a version behind @, and all
    versions are set up alike. `deck`: it is slides, one a section, with the sources in their notes.
    """

    name: str
    title: str
    sections: tuple[Part, ...]
    formats: tuple[str, ...]
    audiences: Mapping[str, tuple[str, ...]]
    gather: Gather
    options: tuple[str, ...] = ()
    of_prompt: bool = False
    deck: bool = False

    def part(self, key: str) -> Part | None:
        """The section of that key."""
        return next((part for part in self.sections if part.key == key), None)


_known: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    title: str,
    sections: tuple[Part, ...],
    formats: tuple[str, ...] = ("md", "html", "docx", "pdf"),
    audiences: Mapping[str, tuple[str, ...]] | None = None,
    options: tuple[str, ...] = (),
    of_prompt: bool = False,
    deck: bool = False,
) -> Callable[[Gather], Gather]:
    """Register the function that gathers a kind of document."""

    def register(gather: Gather) -> Gather:
        if name in _known:
            raise ValueError(f"two kinds of documents are named {name}")
        _known[name] = Kind(name, title, sections, formats, audiences or {}, gather, options, of_prompt, deck)
        return gather

    return register


def get(name: str) -> Kind:
    """The kind of that name. Raises InputError."""
    if name not in MODULES:
        raise InputError(f"No kind of document is called {name}.", hint=f"Choose one of {', '.join(MODULES)}.")
    if name not in _known:
        import_module(f"workbench.export.kinds.{MODULES[name]}")
    return _known[name]


def request_from_json(raw: Mapping[str, Any]) -> Request:
    """A request back from JSON. Raises InputError where it is none."""
    try:
        audience = str(raw.get("audience") or "engineer")
        if audience not in AUDIENCES:
            raise InputError(f"No audience is called {audience}.", hint=f"Choose one of {', '.join(AUDIENCES)}.")
        return Request(
            str(raw["kind"]),
            str(raw["subject"]),
            tuple(str(key) for key in raw.get("sections") or ()),
            audience,
            str(raw.get("period") or "30d"),
            {str(name): str(value) for name, value in dict(raw.get("options") or {}).items()},
            bool(raw.get("contents", True)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("What the document was made from cannot be read.", hint="Export it again.") from error
