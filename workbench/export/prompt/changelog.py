"""What changed from version to version: notes, a summary of each step, and of two chosen versions everything. Owns how a change reads."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.export import figures
from workbench.export.model import Block, Code
from workbench.export.prompt.subject import Subject
from workbench.export.prompt.told import Told, line, without_data
from workbench.export.sources import source
from workbench.prompts import difference, registry
from workbench.prompts.difference import Difference, MessageChange
from workbench.prompts.records import Version
from workbench.text import diff
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.store import Store

MOST = 20  # steps that are told
_KEPT = 5_000  # steps whose summary is kept
_TOLD: dict[tuple[str, str], tuple[str, ...]] = {}
_CONTEXT = 3  # unchanged lines shown around a change
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Step:
    """From one version to another: the note of the later one, what changed in sentences, and the differences where they are wanted."""

    title: str
    day: str
    author: str
    note: str
    changes: tuple[str, ...]
    diffs: tuple[Block, ...] = ()


def gather(store: "Store", subject: Subject, options: Mapping[str, str]) -> Told:
    """Facts steps (newest first), steps_more, first (the oldest version where it is told), pair (the chosen two, in full)."""
    listed = registry.versions(store, subject.name, limit=MOST + 1)
    steps = tuple(_step(before, after) for after, before in pairwise(listed))
    chosen = _chosen(store, subject, listed, options)
    pair = _step(*chosen, whole=True) if chosen else None
    first = listed[-1] if listed and len(listed) <= MOST else None
    facts: dict[str, Any] = {"steps": steps, "steps_more": len(listed) > MOST, "pair": pair}
    facts["first"] = Step(f"Version {first.number}", figures.day(first.created_ms), first.author, first.note, ()) if first else None
    at_ms = listed[0].created_ms if listed else None
    told = {"newest": f"version {listed[0].number}", "hash": listed[0].hash[:8]} if listed else {}
    told |= {"shown in full": pair.title} if pair else {}
    made = source("version", f"{subject.name}/changes", f"Changes of {subject.name}", facts, at_ms=at_ms, facts=told)
    return Told(facts, (made,), at_ms)


def _chosen(store: "Store", subject: Subject, listed: Sequence[Version], options: Mapping[str, str]) -> tuple[Version, Version] | None:
    """The two versions of the options `from` and `to`: a number, a label or a semantic version. One alone is set against its neighbour."""
    begin, end = (options.get(name, "").strip() for name in ("from", "to"))
    if not begin and not end:
        return None
    after = _version(store, subject, end) if end else subject.version
    if after is None:
        raise InputError(f"{subject.name} has no version yet.", place="option from", hint="Save one first.")
    before = _version(store, subject, begin) if begin else _previous(store, subject, after)
    return before, after


def _version(store: "Store", subject: Subject, which: str) -> Version:
    return registry.resolve(store, f"{subject.name}@{which}")


def _previous(store: "Store", subject: Subject, version: Version) -> Version:
    earlier = registry.versions(store, subject.name, after=version.number, limit=1)
    if not earlier:
        raise InputError(
            f"There is no version before {version.ref}.", place="option to", hint="Name the other version with the option from."
        )
    return earlier[0]


def _step(before: Version, after: Version, *, whole: bool = False) -> Step:
    title = f"Version {before.number} to {after.number}" if whole else f"Version {after.number}"
    diffs = tuple(_diffs(difference.between(before, after))) if whole else ()
    return Step(title, figures.day(after.created_ms), after.author, after.note, _summary(before, after), diffs)


def _summary(before: Version, after: Version) -> tuple[str, ...]:
    """The changes in sentences. Versions do not change, so they are kept: long texts take half a second a step."""
    key = before.hash, after.hash
    if key not in _TOLD:
        if len(_TOLD) >= _KEPT:
            _TOLD.clear()
        _TOLD[key] = tuple(_changes(difference.between(before, after))) or ("Nothing differs.",)
    return _TOLD[key]


def _changes(found: Difference) -> Iterator[str]:
    for state, held in groupby(found.messages, _state):
        changes = list(held)
        if state == "changed":
            yield from map(_told, changes)
        elif state:
            yield f"{_named(changes)} {'is' if len(changes) == 1 else 'are'} {state}."
    for field in found.fields:
        yield f"{field.path}: {_value(field.before)} → {_value(field.after)}."


def _state(change: MessageChange) -> str:
    """What became of a message: new, gone, changed; empty where it is the same."""
    return "new" if change.a is None else "gone" if change.b is None else "changed" if change.changed else ""


def _named(changes: Sequence[MessageChange]) -> str:
    """Messages that stand one after another: Message 2 (user); Messages 2 to 17 (user, assistant)."""
    roles = ", ".join(dict.fromkeys(_role(change) for change in changes))
    first, last = changes[0].number, changes[-1].number
    return f"Message {first} ({roles})" if len(changes) == 1 else f"Messages {first} to {last} ({roles})"


def _role(change: MessageChange) -> str:
    side = change.b or change.a
    return side.role if side else ""


def _told(change: MessageChange) -> str:
    assert change.a is not None
    assert change.b is not None
    counts = {op: sum(len(_WORD.findall(piece.text)) for piece in change.pieces if piece.op == op) for op in ("added", "removed")}
    role = f"{change.a.role} → {change.b.role}" if change.a.role != change.b.role else change.b.role
    words = (
        "only signs or spaces changed"
        if not any(counts.values())
        else f"{_words(counts['added'])} added, {_words(counts['removed'])} removed"
    )
    return f"Message {change.number} ({role}): {words}."


def _words(n: int) -> str:
    return counted(n, "word")


def _value(value: Any) -> str:
    return "not set" if value is None else line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 120)


def _diffs(found: Difference) -> Iterator[Block]:
    """Every message that differs, line by line; every field that does, whole."""
    for change in found.messages:
        if change.changed:
            one, two = (without_data(_text(change, side)) for side in ("a", "b"))
            yield Code("\n".join(_unified(one, two)), "diff", f"Message {change.number}: {_role(change)}")
    for field in found.fields:
        sides = [(mark, value) for mark, value in (("-", field.before), ("+", field.after)) if value is not None]
        yield Code("\n".join(f"{mark} {text}" for mark, value in sides for text in _lines(value)), "diff", field.path)


def _lines(value: Any) -> list[str]:
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)).splitlines() or [""]


def _text(change: MessageChange, side: str) -> str:
    """A side of a change as text, told from its pieces."""
    gone = "added" if side == "a" else "removed"
    return "".join(piece.text for piece in change.pieces if piece.op != gone)


def _unified(a: str, b: str) -> Iterator[str]:
    """Both texts as lines marked - and +, with some unchanged lines around them."""
    rows = diff.lines(a, b)
    near = {place + by for place, row in enumerate(rows) if row.op != "same" for by in range(-_CONTEXT, _CONTEXT + 1)}
    waiting: list[str] = []
    skipped = False
    for place, row in enumerate(rows):
        if row.op == "same":
            yield from waiting
            waiting = []
            if place not in near:
                skipped = True
                continue
        if skipped:
            yield "  …"
            skipped = False
        if row.op == "same":
            yield f"  {row.left}"
            continue
        if row.left is not None:
            yield f"- {row.left}"
        if row.right is not None:
            waiting.append(f"+ {row.right}")
    yield from waiting
    if skipped:
        yield "  …"
