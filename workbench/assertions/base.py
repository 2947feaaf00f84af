"""What an assertion is: a frozen dataclass that checks a reply against its case. Its fields are its form, its JSON and its row in the docs.

An assertion registers itself with `@assertion("name")`; a file of this package is found by being there. Nothing else is edited.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, TypeVar

from workbench.errors import InputError

EXPECTED = "expected"  # the column name that means a case's expected reply, unless an input is called so


@dataclass(frozen=True)
class CaseView:
    """What an assertion sees of a case."""

    inputs: Mapping[str, str]
    expected: str | None = None

    def right(self, column: str) -> str | None:
        """What the case holds in `column`; None where it holds nothing."""
        return self.inputs.get(column, self.expected if column == EXPECTED else None)


@dataclass(frozen=True)
class Score:
    """How well a reply did: `value` 0..1, whether that passes, and why, in a sentence a person can read."""

    value: float
    passed: bool
    reason: str = ""


@dataclass(frozen=True)
class Field:
    """A field of an assertion, as a form needs it. `kind` is column, flag, list or text."""

    name: str
    kind: str
    default: Any
    help: str


@dataclass(frozen=True)
class Assertion(ABC):
    """The base of all assertions. `column` is what the reply is checked against."""

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()

    column: str = EXPECTED

    @abstractmethod
    def check(self, reply: str, case: CaseView) -> Score:
        """The score of `reply` on `case`. Never raises for what a reply or a case may hold."""

    def prepared(self, values: Callable[[str], Sequence[str]]) -> "Assertion":
        """The assertion with what it has to know of the whole dataset; `values` gives the distinct values of a column."""
        return self


A = TypeVar("A", bound=type[Assertion])
_KINDS: dict[object, str] = {bool: "flag", tuple[str, ...]: "list", str: "text"}
_registered: dict[str, type[Assertion]] = {}


def assertion(name: str, *aliases: str) -> Callable[[A], A]:
    """Register a class as the assertion `name`. Raises ValueError if a name is taken."""

    def register(cls: A) -> A:
        for each in (name, *aliases):
            if each in _registered:
                raise ValueError(f"two assertions are called {each!r}")
            _registered[each] = cls
        cls.name, cls.aliases = name, aliases
        return cls

    return register


def registered() -> dict[str, type[Assertion]]:
    """Every assertion class by its name, without aliases."""
    return {name: cls for name, cls in _registered.items() if cls.name == name}


def passed(reason: str = "") -> Score:
    """A full score."""
    return Score(1.0, True, reason)


def failed(reason: str) -> Score:
    """No score, and why."""
    return Score(0.0, False, reason)


def parse(text: str) -> Assertion:
    """An assertion out of `name:column`, or out of its JSON. Raises InputError that lists what there is."""
    if text.lstrip().startswith("{"):
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError("is not JSON", place="score") from error
        return from_json(raw)
    name, _, column = text.partition(":")
    return _find(name.strip())(column=column.strip() or EXPECTED)


def from_json(raw: Mapping[str, Any]) -> Assertion:
    """An assertion out of `{"name": ..., field: value, ...}`. Raises InputError that names the field."""
    cls = _find(str(raw.get("name", "")))
    form = {each.name: each for each in form_fields(cls)}
    given = {key: value for key, value in raw.items() if key != "name"}
    for key, value in given.items():
        if key not in form:
            raise InputError(f"{cls.name} has no field {key!r}", place="score", hint=f"Fields are {', '.join(form)}.")
        given[key] = _value(form[key], value)
    return cls(**given)


def to_json(check: Assertion) -> dict[str, Any]:
    """The assertion as JSON, `from_json` reads it back."""
    values = {each.name: getattr(check, each.name) for each in fields(check)}
    return {"name": check.name, **{key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}}


def form_fields(cls: type[Assertion]) -> tuple[Field, ...]:
    """The fields of an assertion's form, in order."""
    return tuple(
        Field(
            each.name,
            "column" if each.name == "column" else _KINDS[each.type],
            None if each.default is MISSING else each.default,
            each.metadata.get("help", "The column that holds the right reply."),
        )
        for each in fields(cls)
    )


def fitting(check: Assertion, columns: Sequence[str], *, expected: bool = True) -> Assertion:
    """`check` if a dataset of `columns` (with expected replies or not) has what it reads. Raises InputError with the list."""
    there = [*columns, *([EXPECTED] if expected and EXPECTED not in columns else [])]
    if check.column not in there:
        raise InputError(f"there is no column {check.column!r} to score by", place="score", hint=f"Columns are {', '.join(there)}.")
    return check


def table() -> str:
    """Every assertion with its fields as a Markdown table, for the docs."""
    lines = ["| assertion | passes when | fields |", "|---|---|---|"]
    for name, cls in sorted(registered().items()):
        form = ", ".join(f"`{each.name}` ({json.dumps(each.default)})" for each in form_fields(cls))
        lines.append(f"| `{name}` | {(cls.__doc__ or '').strip().splitlines()[0]} | {form} |")
    return "\n".join(lines)


def _find(name: str) -> type[Assertion]:
    if name not in _registered:
        names = ", ".join(f"{each}:COLUMN" for each in sorted(registered()))
        raise InputError(f"there is no assertion {name!r}", place="score", hint=f"Write one of {names}.")
    return _registered[name]


def _value(field: Field, value: object) -> Any:
    if field.kind == "flag" and isinstance(value, bool):
        return value
    if field.kind == "list" and isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if field.kind in {"column", "text"} and isinstance(value, str):
        return value
    raise InputError(f"{field.name} cannot be {str(value)[:40]!r}", place="score", hint=f"It is a {field.kind}.")
