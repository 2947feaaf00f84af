"""The language of conditions on a call: `words < 20 and question`, `prompt = "support/*" or tag = "vip"`. Owns grammar and evaluation.

    condition:  any of `or`, `and`, `not`, parentheses around
                a number      words, characters, input_tokens   with  <  <=  >  >=  =  !=   and a whole number
                a text        prompt, model, tag                with  =  !=                 and a text in quotes, * and ? as wildcards
                yes or no     question                          alone, or with  = yes, = no

Nothing is run but these comparisons. What is not known of a call (words where no text was recorded) makes a condition neither true nor
false (Kleene's three values): `not` of it is not known either, and a condition holds only where it is true.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import translate
from typing import TYPE_CHECKING, Any, NoReturn

from workbench.cost.facts import Facts
from workbench.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[Any]
    Truth = tuple[Flags, Flags]  # where it is true, where it is false; neither: not known

NUMBERS = ("words", "characters", "input_tokens")
TEXTS = ("prompt", "model", "tag")
YES_NO = ("question",)
NAMES = (*NUMBERS, *TEXTS, *YES_NO)
LONGEST, DEEPEST = 2_000, 40
_TOKEN = re.compile(
    r"""(?P<number>\d[\d_,]*(?:\.\d+)?)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<name>[^\W\d]\w*)"""
    r"""|(?P<op><=|>=|!=|<>|==|[<>=()])""",
)
_OPS = {"==": "=", "<>": "!="}
_HINT = f"A condition compares {', '.join(NAMES)}, as in: words < 20 and question."


@dataclass(frozen=True)
class Compare:
    """A name against a value; `question` alone is against True."""

    name: str
    op: str
    value: int | str | bool


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    of: "Condition"


@dataclass(frozen=True)
class Both:
    """All of the conditions hold (`and`), or any of them (`or`)."""

    word: str
    of: tuple["Condition", ...]


Condition = Compare | Not | Both


def parse(text: str, place: str = "when") -> Condition:
    """The condition. Raises InputError that names the column."""
    if len(text) > LONGEST:
        raise InputError(f"has {len(text):,} characters: at most {LONGEST:,}", place=place, hint="Write several rules.")
    reader = _Reader(list(_tokens(text, place)), place, len(text) + 1)
    found = reader.any_of(0)
    if reader.kind:
        reader.fail(f"{reader.said} is not expected here", "Join conditions with and, or.")
    return found


def holds(condition: Condition, facts: Facts) -> "Truth":
    """Where the condition is true, and where it is false: two arrays of flags, never both."""
    if isinstance(condition, Not):
        true, false = holds(condition.of, facts)
        return false, true
    if isinstance(condition, Compare):
        return _compare(condition, facts)
    true, false = holds(condition.of[0], facts)
    for other in condition.of[1:]:
        more, less = holds(other, facts)
        true, false = (true & more, false | less) if condition.word == "and" else (true | more, false & less)
    return true, false


def _compare(condition: Compare, facts: Facts) -> "Truth":
    import numpy as np

    nowhere = np.zeros(facts.calls, dtype=bool)
    if condition.name in NUMBERS:
        values = facts.numbers.get(condition.name)
        if values is None:
            return nowhere, nowhere
        known, met = values >= 0, _number(values, condition)
        return known & met, known & ~met
    if condition.name in YES_NO:
        asked = facts.question
        return (nowhere, nowhere) if asked is None else ((asked == condition.value), (asked == (not condition.value)))
    matches = _matcher(str(condition.value))
    found: Flags | None
    if condition.name == "tag":
        found = facts.tags(matches)
    else:
        codes, names = facts.texts[condition.name]
        known_names = np.array([*map(matches, names), False])
        found = known_names[np.where((codes >= 0) & (codes < len(names)), codes, len(names))]
    if found is None:
        return nowhere, nowhere
    return (found, ~found) if condition.op == "=" else (~found, found)


def _number(values: "NDArray[Any]", condition: Compare) -> "Flags":
    import operator

    ops = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne}
    met: Flags = ops[condition.op](values, condition.value)
    return met


def _matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a name is the pattern, * standing for anything and ? for one character. A pattern without them is compared as it is."""
    if not re.search(r"[*?]", pattern):
        return lambda name: name == pattern
    # A bracket is a character like any other here; a run of stars says no more than one, and would cost its power in time.
    compiled = re.compile(translate(re.sub(r"\*+", "*", pattern).replace("[", "[[]")))
    return lambda name: name is not None and compiled.match(name) is not None


def _tokens(text: str, place: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and column of every token."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = _TOKEN.match(text, at)
        if found is None:
            said = "a text has no closing quote" if text[at] in "\"'" else f"{text[at]!r} means nothing in a condition"
            raise InputError(said, place=f"{place}, column {at + 1}", hint=_HINT)
        yield str(found.lastgroup), found.group(), at + 1
        at = found.end()


class _Reader:
    """Goes through the tokens once; `kind` is that of the next one, empty at the end."""

    def __init__(self, tokens: list[tuple[str, str, int]], place: str, end: int) -> None:
        self.tokens, self.place, self.end, self.at = tokens, place, end, 0

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    @property
    def text(self) -> str:
        return self.tokens[self.at][1] if self.kind else ""

    @property
    def said(self) -> str:
        return repr(self.text) if self.kind else "the end"

    def fail(self, message: str, hint: str = _HINT) -> NoReturn:
        column = self.tokens[self.at][2] if self.kind else self.end
        raise InputError(message, place=f"{self.place}, column {column}", hint=hint)

    def word(self, *words: str) -> bool:
        """Whether the next token is one of the words; then it is taken."""
        if self.kind in ("name", "op") and self.text.lower() in words:
            self.at += 1
            return True
        return False

    def any_of(self, depth: int) -> Condition:
        return self.joined("or", self.all_of, depth)

    def all_of(self, depth: int) -> Condition:
        return self.joined("and", self.one, depth)

    def joined(self, word: str, part: Callable[[int], Condition], depth: int) -> Condition:
        parts = [part(depth)]
        while self.word(word):
            parts.append(part(depth))
        return parts[0] if len(parts) == 1 else Both(word, tuple(parts))

    def one(self, depth: int) -> Condition:
        if depth > DEEPEST:
            self.fail(f"is nested more than {DEEPEST} deep", "Write several rules.")
        if self.word("not"):
            return Not(self.one(depth + 1))
        if self.word("("):
            inside = self.any_of(depth + 1)
            if not self.word(")"):
                self.fail(f"a ) is missing before {self.said}")
            return inside
        return self.comparison()

    def comparison(self) -> Condition:
        name = self.text.lower()
        if name == "output_tokens":
            self.fail("output_tokens are not known before a model has answered", "Use input_tokens or words, or an output cap.")
        if self.kind != "name" or name not in NAMES:
            self.fail(f"{self.said} is not something a condition looks at" if self.kind else "a condition is missing")
        self.at += 1
        op = _OPS.get(self.text, self.text) if self.kind == "op" and self.text not in "()" else ""
        if name in YES_NO:
            return self.yes_no(name, op)
        if not op:
            self.fail(f"{name} is compared with nothing", f"Write {name} < 20." if name in NUMBERS else f'Write {name} = "x".')
        if name in TEXTS and op not in ("=", "!="):
            self.fail(f"{name} is a text: compare it with = or !=")
        self.at += 1
        return Compare(name, op, self.number(name) if name in NUMBERS else self.quoted(name))

    def yes_no(self, name: str, op: str) -> Condition:
        if not op:
            return Compare(name, "=", value=True)
        if op not in ("=", "!="):
            self.fail(f"{name} is yes or no: compare it with = or !=")
        self.at += 1
        said = self.text.lower()
        if not self.word("yes", "true", "no", "false"):
            self.fail(f"{name} is yes or no, not {self.said}", f"Write {name} = yes, or {name} alone.")
        return Compare(name, "=", value=(said in ("yes", "true")) == (op == "="))

    def number(self, name: str) -> int:
        text = self.text.replace("_", "").replace(",", "")
        if self.kind != "number" or not text.isdecimal() or not text.isascii():
            self.fail(f"{name} is compared with a whole number, not {self.said}")
        if len(text) > 15:
            self.fail(f"{self.said} is too large")
        self.at += 1
        return int(text)

    def quoted(self, name: str) -> str:
        if self.kind != "text":
            self.fail(f"{name} is compared with a text in quotes, not {self.said}", f'Write {name} = "{self.text or "x"}".')
        value = re.sub(r"\\(.)", r"\1", self.text[1:-1], flags=re.DOTALL)
        self.at += 1
        return value
