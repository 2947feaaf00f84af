"""The tree of a mustache template: texts as str, and these."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """A value by name."""

    name: str
    offset: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part that shows when its value is true, once for each item of a list; inverted: when it is not."""

    name: str
    offset: int
    path: tuple[str, ...]
    inverted: bool
    body: "Body"


@dataclass(frozen=True, slots=True)
class Partial:
    """Another template, indented like the line it stands on."""

    name: str
    offset: int
    indent: str


Node = str | Value | Section | Partial
Body = list[Node]
