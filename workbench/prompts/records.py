"""What is handed out of the registry: frozen records, never rows. Knows no database."""

from dataclasses import dataclass, field
from typing import Any

from workbench.errors import InputError
from workbench.prompts.content import Content

VARIABLE_TYPES = ("text", "number", "boolean", "list", "object")


@dataclass(frozen=True)
class Variable:
    """What a prompt's author says of a variable. `example` is text, as it would be typed."""

    name: str
    type: str = "text"
    description: str = ""
    required: bool = True
    example: str = ""

    def to_json(self) -> dict[str, Any]:
        """The variable as a JSON object."""
        return {
            "name": self.name,
            "type": self.type,
            "description": self.description,
            "required": self.required,
            "example": self.example,
        }

    @staticmethod
    def from_json(raw: object) -> "Variable":
        """The variable that `raw`, a name or an object, describes. Raises InputError."""
        given = {"name": raw} if isinstance(raw, str) else raw
        if not isinstance(given, dict) or not isinstance(given.get("name"), str) or not given["name"].strip():
            raise InputError("a variable needs a name", place="field variables", hint='Write {"name": "city", "description": "..."}.')
        kind = str(given.get("type") or "text")
        if kind not in VARIABLE_TYPES:
            raise InputError(
                f"the variable {given['name']} has the type {kind!r}",
                place="field variables",
                hint=f"Types are {', '.join(VARIABLE_TYPES)}.",
            )
        example = given.get("example")
        return Variable(
            given["name"].strip(),
            kind,
            str(given.get("description") or ""),
            bool(given.get("required", True)),
            "" if example is None else str(example),
        )


@dataclass(frozen=True)
class Prompt:
    """A name with a history. `latest` is the highest version number, None where nothing was saved; `labels` maps to numbers."""

    name: str
    description: str = ""
    expected_output: str = ""
    variables: tuple[Variable, ...] = ()
    tags: tuple[str, ...] = ()
    silenced: tuple[str, ...] = ()
    demo: bool = False
    archived: bool = False
    created_ms: int = 0
    updated_ms: int = 0
    latest: int | None = None
    labels: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Version:
    """A version, never changed. `extra` is metadata that came with an import; `id` is its row."""

    prompt: str
    number: int
    semantic: str | None
    content: Content
    extra: dict[str, Any]
    note: str
    author: str
    hash: str
    created_ms: int
    id: int

    @property
    def ref(self) -> str:
        """The version as it is written: intent@3."""
        return f"{self.prompt}@{self.number}"


@dataclass(frozen=True)
class Saved:
    """The version that holds what was saved. Where `new` is False that content was there already, and nothing was added."""

    version: Version
    new: bool


@dataclass(frozen=True)
class Move:
    """A label went from one version to another; None is where it was not set."""

    label: str
    from_number: int | None
    to_number: int | None
    moved_ms: int
    author: str
    reason: str


@dataclass(frozen=True)
class Removed:
    """What the removal of the demo took away, and what it kept, each with the reason."""

    names: tuple[str, ...]
    kept: tuple[tuple[str, str], ...] = ()
