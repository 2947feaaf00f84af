"""Which names of a mustache template are top-level variables. A name inside a section may be a field of that section's items;
the text alone cannot tell, the values can. Without values a section is taken as a list when its name is a plural and its body
prints neither the section itself nor `{{.}}`: `{{#examples}}{{question}}{{/examples}}` needs `examples` only, while
`{{#has_context}}{{context}}{{/has_context}}` needs both.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from workbench.text.templates.base import Names
from workbench.text.templates.nodes import Body, Partial, Section, Value

_FLAGS = ("has_", "is_", "with_", "show_", "use_", "include_", "no_")
_PLURALS = ("s", "people", "children", "list")
_UNKNOWN: tuple[object, ...] = ()


@dataclass(frozen=True)
class _Scope:
    """What a section puts on the stack: nothing that hides a name (plain), fields not known by name, or items that are."""

    kind: str
    items: tuple[Mapping[str, object], ...] = ()
    certain: bool = True  # False where the body may not be shown at all with these values


_PLAIN = _Scope("plain")
_FIELDS = _Scope("fields")


def partials(body: Body) -> Iterator[str]:
    """Names of the partials in a tree, in order of use, repeated as used."""
    for node in body:
        if isinstance(node, Partial):
            yield node.name
        elif isinstance(node, Section):
            yield from partials(node.body)


def names(body: Body, load: Callable[[str], Body | None], values: Mapping[str, object] | None) -> Names:
    """The top-level names of a tree and of the partials that `load` finds."""
    walk = _Walk(load, values)
    walk.body(body, ())
    return Names(tuple(walk.needed), frozenset(walk.possible))


@dataclass
class _Walk:
    load: Callable[[str], Body | None]
    values: Mapping[str, object] | None
    needed: dict[str, None] = field(default_factory=dict)
    possible: dict[str, None] = field(default_factory=dict)
    seen: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def body(self, body: Body, stack: tuple[_Scope, ...]) -> None:
        for node in body:
            if isinstance(node, Value):
                self.use(node.path[0], stack)
            elif isinstance(node, Section):
                self.use(node.path[0], stack)
                self.body(node.body, self.inside(node, stack))
            elif isinstance(node, Partial):
                # A partial seen in a section of the same kind uses the same names; without this, circles would never end.
                key = (node.name, tuple({scope.kind: None for scope in stack}))
                tree = None if key in self.seen else self.load(node.name)
                self.seen.add(key)
                if tree is not None:
                    self.body(tree, stack)

    def use(self, name: str, stack: tuple[_Scope, ...]) -> None:
        if name == ".":
            return
        self.possible[name] = None
        if all(scope.certain for scope in stack) and not any(_hides(scope, name) for scope in stack):
            self.needed[name] = None

    def inside(self, section: Section, stack: tuple[_Scope, ...]) -> tuple[_Scope, ...]:
        found = self.lookup(section.path, stack)
        if section.inverted:
            shown = found is _UNKNOWN or not all(found)
            return stack if shown else (*stack, _Scope("plain", certain=False))
        if found is _UNKNOWN:
            return (*stack, _FIELDS if _looks_like_a_list(section) else _PLAIN)
        flat = [item for value in found for item in (value if isinstance(value, list | tuple) else (value,))]
        items = tuple(cast("Mapping[str, object]", item) for item in flat if isinstance(item, Mapping))
        if items and len(items) == len(flat):
            return (*stack, _Scope("items", items))
        return (*stack, _Scope("plain", certain=any(found)))

    def lookup(self, path: tuple[str, ...], stack: tuple[_Scope, ...]) -> Sequence[object]:
        """Every value the path may have; _UNKNOWN where nothing is known of it."""
        if self.values is None or path == (".",):
            return _UNKNOWN
        for scope in reversed(stack):
            if scope.kind == "fields":
                return _UNKNOWN
            found = _follow(scope.items, path)
            if found:
                return found
        return _follow((self.values,), path) or _UNKNOWN


def _follow(scopes: Sequence[Mapping[str, object]], path: tuple[str, ...]) -> Sequence[object]:
    found: list[object] = list(scopes)
    for name in path:
        found = [value[name] for value in found if isinstance(value, Mapping) and name in value]
    return found


def _hides(scope: _Scope, name: str) -> bool:
    return scope.kind == "fields" or (scope.kind == "items" and all(name in item for item in scope.items))


def _looks_like_a_list(section: Section) -> bool:
    name = section.path[-1]
    if not name.endswith(_PLURALS) or name.endswith("ss") or name.startswith(_FLAGS):
        return False
    used = {node.path[0] for node in section.body if isinstance(node, Value)}
    return bool(used) and "." not in used and name not in used
