"""What a document would say otherwise today: its sources then against those it would have now, in sentences. Reads no store.

What is not among the sources any more may well be in the store: a sentence speaks of the document, never of what was removed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from workbench.export.sources import Source

How = Literal["moved", "changed", "other", "gone", "new"]
LABEL = "label"
"""The fact of a version's source that says which label it was found by."""

_VERSION = re.compile(r"(?P<prompt>.+?)(?: version |@)(?P<number>\d+)")
_TELLS = re.compile(r"[A-Z]\w*(?: \w+)? of |What |Example: |.* in the run ")  # names that say by themselves what they are of
_BARE = frozenset({"run", "verdict", "plan", "scenario", "cases", "prose", "template", "assessment"})  # kinds whose names are a person's
_WORDS = {"other": "would differ", "gone": "would not be in it any more", "new": "would be new in it"}


@dataclass(frozen=True, slots=True)
class Change:
    """One source that is not what it was. `facts` are (name, before, now) of the figures that differ.

    `how`: `moved` where the document would be about another version, which is `source` (its facts: the version and the label that was
    moved, if one was); `other` where something else would stand in the same place.
    """

    how: How
    source: Source
    facts: tuple[tuple[str, str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """For people: "Calls of support/triage changed: p95 1.1 s → 2.3 s"."""
        if self.how == "moved":
            return _moved(self)
        said = "; ".join(f"{name} {before} → {now}" for name, before, now in self.facts)
        name = self.source.name
        named = f"{self.source.kind} {name}" if self.source.kind in _BARE and not _TELLS.match(name) else name
        if self.how != "changed":
            return f"{named} {_WORDS[self.how]}"
        return f"{named} changed" + (f": {said}" if said else "")


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether a document is stale, what changed since (what the rest follows from first), and why it could not be made again, if so."""

    changes: tuple[Change, ...]
    trouble: str = ""

    @property
    def stale(self) -> bool:
        """Whether making it again would show something else."""
        return bool(self.changes or self.trouble)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "stale": self.stale,
            "trouble": self.trouble,
            "changes": [
                {
                    "how": change.how,
                    "kind": change.source.kind,
                    "id": change.source.id,
                    "name": change.source.name,
                    "facts": [{"name": name, "before": before, "now": now} for name, before, now in change.facts],
                    "sentence": change.sentence,
                }
                for change in self.changes
            ],
        }


class _Sides(NamedTuple):
    """Sources that stand on one side alone, in their order."""

    gone: list[Source]
    new: list[Source]


def compare(before: tuple[Source, ...], now: tuple[Source, ...], *, without: frozenset[str] = frozenset()) -> Freshness:
    """What differs between the sources a document had and those it would have."""
    old = {(one.kind, one.id): one for one in before if one.kind not in without}
    new = {(one.kind, one.id): one for one in now if one.kind not in without}
    changed = [Change("changed", new[key], _facts(old[key], new[key])) for key in old if key in new and old[key].digest != new[key].digest]
    sides = _Sides([one for key, one in old.items() if key not in new], [one for key, one in new.items() if key not in old])
    moved = list(_moves(sides, changed))
    other = list(_others(sides))
    left = [Change("gone", one) for one in sides.gone] + [Change("new", one) for one in sides.new]
    told = {(name, *change.facts[0][1:]) for change in moved for name, _, _ in change.facts[1:]}
    rest = [one for change in changed if (one := _untold(change, told) if change.source.kind == "labels" else change)]
    return Freshness((*moved, *rest, *other, *left))


def _moves(sides: _Sides, changed: list[Change]) -> Iterator[Change]:
    """The versions that others stand for now, taken off the sides; where a prompt has several on a side nobody knows which is which."""
    for prompt in dict.fromkeys(_prompt(one) for one in sides.gone):
        gone, new = ([one for one in side if prompt and _prompt(one) == prompt] for side in sides)
        if len(gone) == len(new) == 1:
            was, now = (_number(one) for one in (gone[0], new[0]))
            sides.gone.remove(gone[0])
            sides.new.remove(new[0])
            label = _label(gone[0], new[0], (was, now), [one for one in changed if one.source.id == prompt])
            yield Change("moved", new[0], (("version", was, now), *(((label, was, now),) if label else ())))


def _label(gone: Source, new: Source, numbers: tuple[str, str], changed: Iterable[Change]) -> str:
    """The label by which the version was found then and is found now; empty where it was found otherwise."""
    known = dict(gone.facts).get(LABEL, ""), dict(new.facts).get(LABEL, "")
    if known[0] and known[0] == known[1]:
        return known[0]
    facts = [fact for change in changed if change.source.kind == "labels" for fact in change.facts]
    said = [f"{before}\n{now}" for name, before, now in facts if name == "documented"]
    moved = [name for name, before, now in facts if (before, now) == (f"version {numbers[0]}", f"version {numbers[1]}")]
    return next((name for name in moved if said and said[0].count(f"carries the label {name}") > 1), "")


def _others(sides: _Sides) -> Iterator[Change]:
    """What goes by the same name on both sides (an example, the weak spots), taken off them."""
    for was in list(sides.gone):
        match = next((one for one in sides.new if (one.kind, _unnumbered(one)) == (was.kind, _unnumbered(was))), None)
        if match is not None:
            sides.gone.remove(was)
            sides.new.remove(match)
            yield Change("other", match)


def _untold(change: Change, told: set[tuple[str, str, str]]) -> Change | None:
    """What is to be said of labels beside the moves that stand above it; None where these say it all."""
    names = {name for name, _, _ in told}
    if not names:
        return change
    facts = tuple(fact for fact in change.facts if fact not in told and fact[0] not in {*names, "documented"})
    return Change(change.how, change.source, facts) if facts else None


def _moved(change: Change) -> str:
    _, before, now = change.facts[0]
    about = f"the document would now be about version {now}"
    if len(change.facts) > 1:
        return f"{change.facts[1][0]} moved from version {before} to version {now}: {about}"
    return f"{_prompt(change.source)}: {about} in place of version {before}"


def _prompt(one: Source) -> str:
    found = _VERSION.fullmatch(one.name) if one.kind == "version" else None
    return found["prompt"] if found else ""


def _number(one: Source) -> str:
    found = _VERSION.fullmatch(one.name)
    return found["number"] if found else ""


def _unnumbered(one: Source) -> str:
    return re.sub(r"(@| version )\d+", r"\1", one.name)


def _facts(before: Source, now: Source) -> tuple[tuple[str, str, str], ...]:
    old, new = dict(before.facts), dict(now.facts)
    names = dict.fromkeys((*old, *new))
    return tuple((name, old.get(name, "nothing"), new.get(name, "nothing")) for name in names if old.get(name) != new.get(name))
