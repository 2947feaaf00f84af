"""Assertions that compare text: equals, contains, one of labels. Models wrap a right answer in quotes, full stops, code fences and JSON;
unless told to be strict, these read through the wrapping.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from workbench.assertions.base import Assertion, CaseView, Score, assertion, failed, passed
from workbench.errors import InputError

_FENCE = re.compile(r"\A```[\w-]*[ \t]*\n(.*?)\n?```\Z", re.DOTALL)
_WRAPS = {'"': '"', "'": "'", "`": "`", "*": "*", "“": "”", "‘": "’", "«": "»", "(": ")", "[": "]"}
_LAYERS = 8  # wrappings taken off; more is not an answer but an attempt to keep us busy
_SHOWN = 60  # characters of a text quoted in a reason
_IGNORE_CASE = "Whether capitals and small letters are the same."


@assertion("equals")
@dataclass(frozen=True)
class Equals(Assertion):
    """The reply is the right text; quotes, a full stop, a code fence or a JSON object of one field around it do not count."""

    ignore_case: bool = field(default=True, metadata={"help": _IGNORE_CASE})
    strict: bool = field(default=False, metadata={"help": "Whether the reply counts exactly as it came, character for character."})

    def check(self, reply: str, case: CaseView) -> Score:
        """Full score for the right text, none otherwise."""
        right = case.right(self.column)
        if right is None:
            return failed(f"this case has nothing in {self.column}")
        if self._same(reply, right) or (not self.strict and _same_json(reply, right)):
            return passed()
        return failed(f"is {_quoted(reply)}, not {_quoted(right)}")

    def _same(self, reply: str, right: str) -> bool:
        if not self.strict:
            reply, right = bare(only_value(reply)), bare(right)
        return reply.casefold() == right.casefold() if self.ignore_case else reply == right


@assertion("contains")
@dataclass(frozen=True)
class Contains(Assertion):
    """The right text stands somewhere in the reply; runs of white space count as one space."""

    ignore_case: bool = field(default=True, metadata={"help": _IGNORE_CASE})
    whole_words: bool = field(default=False, metadata={"help": "Whether it must stand as words of its own: no card in discard."})

    def check(self, reply: str, case: CaseView) -> Score:
        """Full score where the text is there, none otherwise."""
        right = " ".join((case.right(self.column) or "").split())
        if not right:
            return failed(f"this case has nothing in {self.column}")
        text, wanted = " ".join(reply.split()), right
        if self.ignore_case:
            text, wanted = text.casefold(), wanted.casefold()
        there = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text) if self.whole_words else wanted in text
        return passed() if there else failed(f"{_quoted(right)} is not in it")


@assertion("labels", "label", "one-of-labels")
@dataclass(frozen=True)
class OneOfLabels(Assertion):
    """The reply names exactly one of the labels, and it is the right one. By default the labels are all values of the column."""

    labels: tuple[str, ...] = field(default=(), metadata={"help": "The labels to choose from; empty for all values of the column."})
    ignore_case: bool = field(default=True, metadata={"help": _IGNORE_CASE})

    def prepared(self, values: Callable[[str], Sequence[str]]) -> "OneOfLabels":
        """The assertion with the column's values as its labels where none were given."""
        return self if self.labels else replace(self, labels=tuple(dict.fromkeys(bare(value) for value in values(self.column) if value)))

    def check(self, reply: str, case: CaseView) -> Score:
        """Full score for the right label alone; none where the reply names another one, none, or several."""
        if not self.labels:
            raise InputError("the labels to choose from are not known", place="score", hint="Give labels, or prepare it with the dataset.")
        right = bare(case.right(self.column) or "")
        if not right:
            return failed(f"this case has nothing in {self.column}")
        named = self.named(reply)
        if not named:
            return failed(f"names none of the {len(self.labels)} labels")
        if len(named) > 1:
            return failed(f"names several labels: {', '.join(named)}")
        return passed() if _key(named[0], self.ignore_case) == _key(right, self.ignore_case) else failed(f"is {named[0]}, not {right}")

    def named(self, reply: str) -> list[str]:
        """The labels that stand in the reply as words of their own, the longer one where two overlap; of JSON, only its values."""
        pattern, by_key = _pattern(self.labels, self.ignore_case)
        found = (by_key[_key(match, self.ignore_case)] for text in _texts(reply) for match in pattern.findall(text))
        return list(dict.fromkeys(found))


def bare(text: str) -> str:
    """`text` without what models put around an answer: white space, quotes, emphasis, a full stop."""
    for _ in range(_LAYERS):
        before, text = text, text.strip()
        if text.endswith(".") and not text.endswith(".."):
            text = text[:-1]
        if len(text) > 1 and _WRAPS.get(text[0]) == text[-1]:
            text = text[1:-1]
        if text == before:
            break
    return text


def only_value(reply: str) -> str:
    """The value of a JSON object that has one field; otherwise the reply without a code fence around it."""
    text = _unfenced(reply)
    found = _json(text, literal=True)
    if isinstance(found, dict) and len(found) == 1:
        (value,) = found.values()
        return value if isinstance(value, str) else text if isinstance(value, dict | list) else json.dumps(value)
    return found if isinstance(found, str) else text


def _same_json(reply: str, right: str) -> bool:
    """Whether both are JSON objects or lists, and equal whatever their spacing and order of fields."""
    wanted = _json(right)
    return isinstance(wanted, dict | list) and _json(_unfenced(reply)) == wanted


def _texts(reply: str) -> Iterator[str]:
    """The texts a label may stand in: of a JSON object or list the values, at any depth; otherwise the whole reply."""
    found = _json(_unfenced(reply))
    if not isinstance(found, dict | list):
        yield reply
        return
    rest = [found]
    for value in rest:  # grows while it is walked
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            rest.extend(value.values() if isinstance(value, dict) else value)


def _unfenced(reply: str) -> str:
    text = reply.strip()
    fenced = _FENCE.match(text)
    return fenced.group(1) if fenced else text


def _json(text: str, *, literal: bool = False) -> Any:
    """`text` as JSON, numbers as they were written where `literal`; None where it is not JSON."""
    text = text.strip()
    if text[:1] not in {"{", "[", '"'}:
        return None
    try:
        return json.loads(text, parse_float=str, parse_int=str) if literal else json.loads(text)
    except (ValueError, RecursionError):
        return None


@lru_cache(maxsize=64)
def _pattern(labels: tuple[str, ...], ignore_case: bool) -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds the labels, longest first, and each label by its key. `card arrival` and `card-arrival` name `card_arrival`."""
    by_key = {_key(label, ignore_case): label for label in reversed(labels) if _key(label, ignore_case)}
    words = [r"[\s_\-]+".join(map(re.escape, re.split(r"[\s_\-]+", label))) for label in by_key.values()]
    choice = "|".join(sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{choice or '(?!)'})(?!\w)", re.IGNORECASE if ignore_case else 0), by_key


def _key(label: str, ignore_case: bool) -> str:
    key = " ".join(re.split(r"[\s_\-]+", label)).strip()
    return key.lower() if ignore_case else key


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}”"
