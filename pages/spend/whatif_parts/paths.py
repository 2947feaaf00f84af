"""Fields of a scenario by path: ("levers", "exact_cache", "ttl_s"). Reads one, gives a scenario with one changed; checks nothing."""

from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from typing import Any

from workbench.cost.model import Believed, Scenario

Path = tuple[str, ...]
"""Names of fields, keys of mappings, kinds of levers, positions in a list."""

_EMPTY = {"believed": Believed}  # what stands behind a name that a mapping does not hold yet


def get(thing: Any, path: Path) -> Any:
    """What is at the path; None where it leads nowhere."""
    for name in path:
        thing = _step(thing, name)
        if thing is None:
            return None
    return thing


def put(scenario: Scenario, path: Path, value: Any) -> Scenario:
    """The scenario with `value` at the path. None takes a lever or the entry of a mapping out."""
    changed: Scenario = _put(scenario, path, value, "")
    return changed


def within(path: Path, outer: Path) -> bool:
    """Whether the path is `outer` or lies in it."""
    return path[: len(outer)] == outer


def _step(thing: Any, name: str) -> Any:
    if isinstance(thing, Mapping):
        return thing.get(name)
    if isinstance(thing, tuple):
        if name.isdigit():
            return thing[int(name)] if int(name) < len(thing) else None
        return next((each for each in thing if getattr(each, "kind", None) == name), None)
    return getattr(thing, name, None)


def _put(thing: Any, path: Path, value: Any, parent: str) -> Any:
    name, rest = path[0], path[1:]
    held = _step(thing, name)
    if rest:
        held = _EMPTY[parent]() if held is None and parent in _EMPTY else held
        value = _put(held, rest, value, name)
    if isinstance(thing, Mapping):
        return _in_mapping(thing, name, value)
    if isinstance(thing, tuple):
        return _in_tuple(thing, name, value)
    assert is_dataclass(thing)
    assert not isinstance(thing, type)
    return replace(thing, **{name: value})


def _in_mapping(thing: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {key: each for key, each in thing.items() if key != name}
    return {**thing, name: value}


def _in_tuple(thing: tuple[Any, ...], name: str, value: Any) -> tuple[Any, ...]:
    found = int(name) if name.isdigit() else next((n for n, each in enumerate(thing) if getattr(each, "kind", None) == name), len(thing))
    new = () if value is None else (value,)
    return (*thing[:found], *new, *thing[found + 1 :])
