"""What a program says about its calls: fields given once for a client, a function or a block of code. Owns the contexts they hold in.

with tagged(prompt="support/triage", version=7, user="u-12"):
    client.chat.completions.create(...)
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from workbench.errors import InputError
from workbench.ledger.fields import from_json
from workbench.ledger.recording.plain import plain

# What may be said before a call is made; the rest of a call's fields is measured.
FIELDS = ("source", "prompt", "version", "label", "provider", "model", "user", "tags", "run_id", "trace_id", "variables", "processing")
SOURCE = "client"


@dataclass(slots=True)
class Scope:
    """A function under way that records itself; `calls` counts those made inside that are recorded by themselves."""

    calls: int = 0


_said: ContextVar[Mapping[str, Any]] = ContextVar("workbench_said")
_scope: ContextVar[Scope | None] = ContextVar("workbench_scope", default=None)
_NOTHING: Mapping[str, Any] = {}


@contextmanager
def tagged(**fields: Any) -> Iterator[None]:
    """Calls that are recorded inside the block carry these fields; tags add up, an inner block stands before an outer one. Holds for
    the thread or task that entered the block, and for tasks started in it. Raises InputError that names the field.
    """
    with holding(checked(fields)):
        yield


@contextmanager
def holding(fields: Mapping[str, Any], scope: Scope | None = None) -> Iterator[None]:
    """`tagged` for fields that are checked, with the function they are of."""
    said = _said.set(merged(current(), fields))
    entered = _scope.set(scope) if scope is not None else None
    try:
        yield
    finally:
        _said.reset(said)
        if entered is not None:
            _scope.reset(entered)


def current() -> Mapping[str, Any]:
    """What is said about calls made now."""
    return _said.get(_NOTHING)


def scope() -> Scope | None:
    """The function that records itself and is under way now."""
    return _scope.get()


def merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of all layers, later ones first; tags of all of them."""
    found: dict[str, Any] = {}
    for layer in layers:
        both = found.get("tags"), layer.get("tags")
        tags = dict.fromkeys((*both[0], *both[1])) if isinstance(both[0], list | tuple) and isinstance(both[1], list | tuple) else ()
        # A model is named together with its provider: half of an outer pair says nothing about the inner one.
        outer = {name: value for name, value in found.items() if not ("model" in layer and name == "provider")}
        found = {**outer, **layer} | ({"tags": tuple(tags)} if tags else {})
    return found


def checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, if they can be said before a call is made. Raises InputError."""
    given = {name: value for name, value in fields.items() if value is not None}
    for name in given:
        if name not in FIELDS:
            raise InputError("cannot be said before a call is made", place=f"field {name}", hint=f"Fields are {', '.join(FIELDS)}.")
    if isinstance(given.get("variables"), Mapping):
        given["variables"] = plain(given["variables"])
    named(given)
    from_json({"started_ms": 0, "source": SOURCE, "provider": "p", "model": "m", **given})
    return given


def named(fields: dict[str, Any]) -> None:
    """Take `provider/model` apart where the provider is not given by itself. Raises InputError where there is none."""
    model = fields.get("model")
    if not isinstance(model, str) or "provider" in fields:
        return
    provider, separator, rest = model.partition("/")
    if not separator or not provider or not rest:
        # The remedy is in the sentence: in a program the traceback shows no hint.
        raise InputError(f"{model!r} does not name a provider: write openai/gpt-5-mini, or give provider= as well", place="field model")
    fields["provider"], fields["model"] = provider, rest
