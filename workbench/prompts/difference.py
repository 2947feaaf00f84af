"""What differs between two versions: messages by word, everything else by field."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from workbench.prompts.content import Content
from workbench.prompts.records import Version
from workbench.text import diff
from workbench.text.diff import FieldChange, Piece
from workbench.text.messages import Message, Text


@dataclass(frozen=True)
class MessageChange:
    """One message on both sides, paired by role and order; None where a side has none. `number` counts from 1 in `b`, else in `a`."""

    number: int
    a: Message | None
    b: Message | None
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.a != self.b


@dataclass(frozen=True)
class Difference:
    """Two versions side by side. `messages` holds equal ones too, so that the whole can be read; `fields` only what differs."""

    messages: tuple[MessageChange, ...]
    fields: tuple[FieldChange, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.fields and not any(message.changed for message in self.messages)

    def to_json(self) -> list[dict[str, Any]]:
        """The differing fields, each with its value on both sides; a message is compared as `messages[n]`."""
        found = [{"field": change.path, "a": change.before, "b": change.after} for change in self.fields]
        return [line for change in self.messages if change.changed for line in _message_json(change)] + found


def between(a: Version | Content, b: Version | Content) -> Difference:
    """What differs from `a` to `b`."""
    before, after = _content(a), _content(b)
    pairs = list(_paired(before.messages, after.messages))
    changes = tuple(MessageChange(number, one, two, tuple(diff.words(_text(one), _text(two)))) for number, one, two in pairs)
    return Difference(changes, tuple(diff.fields(_fields(before), _fields(after))))


def _content(side: Version | Content) -> Content:
    return side.content if isinstance(side, Version) else side


def _fields(content: Content) -> dict[str, Any]:
    given = {"parameters": {}, **content.to_json()}  # always there, so that each parameter is a field of its own
    return {field.name: given.get(field.name) for field in fields(content) if field.name != "messages"}


def _text(message: Message | None) -> str:
    """The message as text to compare: parts that are no text stand as JSON, a line each."""
    if message is None:
        return ""
    raw = message.to_json()["content"]
    if isinstance(raw, str):
        return raw
    lines = zip(message.parts, raw, strict=True)
    return "\n".join(part.text if isinstance(part, Text) else json.dumps(given, ensure_ascii=False) for part, given in lines)


def _paired(before: tuple[Message, ...], after: tuple[Message, ...]) -> Iterator[tuple[int, Message | None, Message | None]]:
    """Messages side by side. Equal ones find each other across an inserted turn; of the rest, those of one role do."""
    keys_a, keys_b = ([(message.role, _text(message)) for message in side] for side in (before, after))
    for _what, a1, a2, b1, b2 in SequenceMatcher(None, keys_a, keys_b, autojunk=False).get_opcodes():
        roles_a, roles_b = [message.role for message in before[a1:a2]], [message.role for message in after[b1:b2]]
        for same, i1, i2, j1, j2 in SequenceMatcher(None, roles_a, roles_b, autojunk=False).get_opcodes():
            left, right = range(a1 + i1, a1 + i2), range(b1 + j1, b1 + j2)
            pairs = zip_longest(left, right) if same == "equal" else [*((i, None) for i in left), *((None, j) for j in right)]
            for i, j in pairs:
                number = (j if j is not None else i) or 0
                yield number + 1, None if i is None else before[i], None if j is None else after[j]


def _message_json(change: MessageChange) -> Iterator[dict[str, Any]]:
    place = f"messages[{change.number}]"
    if change.a is None or change.b is None:
        yield {"field": place, "a": change.a and change.a.to_json(), "b": change.b and change.b.to_json()}
        return
    one, two = change.a.to_json(), change.b.to_json()
    for name in ("role", "content"):
        if one[name] != two[name]:
            yield {"field": f"{place}.{name}", "a": one[name], "b": two[name]}
