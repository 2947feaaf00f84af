"""What replies look like, found by looking at them: keys of JSON with types and how often, or lengths of text. Pure; knows no store."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

_FENCE = re.compile(r"\A\s*```[\w-]*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_DEEPEST = 3
_KEYS = 40
_VALUES, _VALUE_LENGTH, _ENOUGH = 12, 60, 10
_JSON_FROM = 0.5  # share of replies from which a shape is told as JSON


@dataclass(frozen=True)
class Key:
    """A key of JSON replies: its path (`items[].name`), its types with how often, in how many replies it is there, a value."""

    path: str
    types: tuple[tuple[str, int], ...]
    n: int
    example: str


@dataclass(frozen=True)
class Shape:
    """`n` replies; `parsed` of them are JSON objects or lists, `fenced` of these stand in a code fence. `lengths` are characters: least,
    median, most. `values` are the replies themselves where there are few different ones.
    """

    n: int
    parsed: int = 0
    fenced: int = 0
    keys: tuple[Key, ...] = ()
    lengths: tuple[int, int, int] = (0, 0, 0)
    values: tuple[tuple[str, int], ...] = ()

    @property
    def is_json(self) -> bool:
        """Whether the replies are JSON more often than not."""
        return bool(self.n) and self.parsed >= _JSON_FROM * self.n


@dataclass
class _Seen:
    types: Counter[str] = field(default_factory=Counter)
    replies: set[int] = field(default_factory=set)
    example: str = ""


def observe(replies: Sequence[str]) -> Shape:
    """The shape of the replies."""
    if not replies:
        return Shape(0)
    read = [parse(reply) for reply in replies]
    found = [(at, value) for at, (value, _fenced) in enumerate(read) if isinstance(value, dict | list)]
    lengths = sorted(map(len, replies))
    return Shape(
        n=len(replies),
        parsed=len(found),
        fenced=sum(fenced for value, fenced in read if isinstance(value, dict | list)),
        keys=_keys(found),
        lengths=(lengths[0], lengths[len(lengths) // 2], lengths[-1]),
        values=_values(replies),
    )


def parse(reply: str) -> tuple[Any, bool]:
    """The JSON of a reply, None where it is none, and whether it stands in a code fence."""
    fenced = _FENCE.match(reply)
    try:
        return json.loads(fenced[1] if fenced else reply), fenced is not None
    except (ValueError, RecursionError):
        return None, False


def type_of(value: object) -> str:
    """The type in the words of variables: text, number, boolean, list, object, null."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "list" if isinstance(value, list) else "object"


def _keys(found: Sequence[tuple[int, Any]]) -> tuple[Key, ...]:
    seen: dict[str, _Seen] = {}
    for at, value in found:
        for path, inner in _walk("", value, 0):
            here = seen.setdefault(path, _Seen())
            here.types[type_of(inner)] += 1
            here.replies.add(at)
            if not here.example and not isinstance(inner, dict | list):
                here.example = json.dumps(inner, ensure_ascii=False)
    listed = list(seen.items())[:_KEYS]
    return tuple(Key(path, tuple(sorted(one.types.items(), key=_most)), len(one.replies), one.example) for path, one in listed)


def _walk(path: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and depth < _DEEPEST:
        for name, inner in value.items():
            below = f"{path}.{name}" if path else str(name)
            yield below, inner
            yield from _walk(below, inner, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for inner in value[:20]:
            if isinstance(inner, dict | list):
                yield from _walk(f"{path}[]", inner, depth + 1)
            else:
                yield f"{path}[]", inner


def _values(replies: Sequence[str]) -> tuple[tuple[str, int], ...]:
    counted = Counter(reply.strip() for reply in replies)
    few = len(replies) >= _ENOUGH and len(counted) <= min(_VALUES, len(replies) // 2)
    return tuple(sorted(counted.items(), key=_most)) if few and max(map(len, counted)) <= _VALUE_LENGTH else ()


def _most(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
