"""What a rule is and what it reads: the prompt cut into messages, sentences and variables once, for all rules. A rule never
raises on any text, and its patterns are bounded, so that hostile text costs no more than its length.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

from workbench.errors import TemplateError
from workbench.prompts.content import Content
from workbench.prompts.records import Prompt
from workbench.text import templates
from workbench.text.messages import Message, Text, ToolResult

Severity = Literal["info", "warning", "error"]
_MOST_READ = 60_000  # characters of a prompt that are judged by their wording
_MOST_ADVICE = 5  # pieces of advice one rule gives: after that the point is made
_EXCERPT = 80

_TAGS = {
    "mustache": re.compile(r"\{\{[^{}]{0,500}\}\}|\{\{\{[^{}]{0,500}\}\}\}"),
    "fstring": re.compile(r"(?<!\{)\{\w{1,200}\}(?!\})"),
    "jinja2": re.compile(r"\{\{[^{}]{0,500}\}\}|\{%[^{}]{0,500}%\}|\{#[^{}]{0,500}#\}"),
}
_USES = {
    "mustache": re.compile(r"\{\{[{&]?\s{0,20}(\w[\w.-]{0,200})\s{0,20}\}?\}\}"),
    "fstring": re.compile(r"(?<!\{)\{(\w{1,200})\}(?!\})"),
    "jinja2": re.compile(r"\{\{-?\s{0,20}(\w{1,200})[^{}]{0,300}\}\}"),
}
_FENCE = re.compile(r"```[^`]{0,20000}```")
_SENTENCE = re.compile(r"[^.!?\n]{1,1000}[.!?]{0,3}")
_ARTICLES = "the a an to and of is in you for with or are your this that be as it not if on one only do reply answer write"
_COMMON = frozenset(_ARTICLES.split())


@dataclass(frozen=True)
class Place:
    """Where in a prompt: the message, its line and column, all from 1, and the words found there."""

    message: int
    line: int
    column: int
    excerpt: str


@dataclass(frozen=True)
class Advice:
    """One piece of advice. `fix` says what to do; `replacement` is text to put in the place of the excerpt, where there is one."""

    rule: str
    severity: Severity
    message: str
    reason: str
    place: Place | None
    fix: str
    replacement: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The advice as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Part:
    """The text of one message. `untagged` has spaces where tags stand, `plain` also where code stands, so that offsets agree."""

    number: int
    role: str
    text: str
    untagged: str
    plain: str

    def place(self, start: int, end: int) -> Place:
        """The place of a stretch of this message."""
        line_start = self.text.rfind("\n", 0, start) + 1
        excerpt = " ".join(self.text[start : min(end, start + _EXCERPT)].split())
        return Place(self.number, self.text.count("\n", 0, start) + 1, start - line_start + 1, excerpt)


@dataclass(frozen=True)
class Sentence:
    """One sentence or line of instructions, in the order written."""

    part: Part
    start: int
    text: str

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.part.place(self.start, self.start + len(self.text))


@dataclass(frozen=True)
class Use:
    """A variable where it is used."""

    part: Part
    name: str
    start: int
    end: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.part.place(self.start, self.end)


class Subject:
    """The prompt under advice. `cases` are inputs it will meet; `partials` the texts of the prompts it includes."""

    def __init__(self, content: Content, prompt: Prompt | None, cases: Sequence[Mapping[str, object]], partials: Mapping[str, str]) -> None:
        self.content, self.prompt, self.cases, self.partials = content, prompt, cases, partials

    @cached_property
    def parts(self) -> list[Part]:
        """The messages, as far as their wording is judged."""
        left, parts = _MOST_READ, []
        for number, message in enumerate(self.content.messages, 1):
            text = _joined(message)[:left]
            left -= len(text)
            untagged = _TAGS.get(self.content.engine, _TAGS["mustache"]).sub(_blank, text)
            parts.append(Part(number, message.role, text, untagged, _FENCE.sub(_blank, untagged)))
        return parts

    @cached_property
    def whole(self) -> list[Part]:
        """The messages to their last letter, tool results included, for what must not stand anywhere."""
        return [
            Part(number, message.role, text, text, text)
            for number, message in enumerate(self.content.messages, 1)
            if (text := _joined(message))
        ]

    @cached_property
    def instructions(self) -> list[Part]:
        """Messages that instruct: assistant turns are examples."""
        return [part for part in self.parts if part.role in ("system", "user")]

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Sentences of the instructions, two words or longer."""
        found = []
        for part in self.instructions:
            for match in _SENTENCE.finditer(part.plain):
                text = match.group().strip(" \t-*•>#")
                if len(text.split()) >= 2:
                    found.append(Sentence(part, match.start() + match.group().find(text), text))
        return found

    @cached_property
    def text(self) -> str:
        """All instructions in one text, without tags and code."""
        return "\n".join(part.plain for part in self.instructions)

    @cached_property
    def words(self) -> int:
        """Words of the instructions."""
        return len(self.text.split())

    @cached_property
    def english(self) -> bool:
        """Whether the wording can be judged: rules about words know English."""
        text = self.text[:20_000]
        if sum(sign.isalpha() and not sign.isascii() for sign in text) > 0.3 * sum(sign.isalpha() for sign in text):
            return False
        words = re.findall(r"[^\W\d_]+", text.lower())
        return len(words) < 8 or sum(word in _COMMON for word in words) >= 0.1 * len(words)

    @cached_property
    def uses(self) -> list[Use]:
        """Variables as they are used, in all messages."""
        pattern = _USES.get(self.content.engine, _USES["mustache"])
        return [
            Use(part, match.group(1).split(".")[0], match.start(), match.end())
            for part in self.parts
            for match in pattern.finditer(part.text)
        ]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the variables over all messages that can be read, in order of first use."""
        found: dict[str, None] = {}
        for part in self.parts:
            try:
                found.update(dict.fromkeys(templates.compile(self.content.engine, part.text).variables(self.partials)))
            except TemplateError:
                continue  # a rule of its own tells
        return tuple(found)

    @property
    def schema(self) -> dict[str, Any] | None:
        """The schema a reply must meet."""
        return self.content.output_schema or self.content.parameters.response_schema

    def search(self, pattern: re.Pattern[str]) -> Iterator[tuple[Part, re.Match[str]]]:
        """Matches of a pattern in the instructions, tags and code left out."""
        for part in self.instructions:
            for match in pattern.finditer(part.plain):
                yield part, match

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether the instructions match."""
        return next(self.search(pattern), None) is not None


class Rule(ABC):
    """One piece of knowledge about prompts. The docstring's first line says what it finds; `reason` why that matters."""

    name: ClassVar[str]
    severity: ClassVar[Severity] = "info"
    reason: ClassVar[str]
    about_words: ClassVar[bool] = False  # judges English wording, so keeps quiet on other languages

    @abstractmethod
    def find(self, subject: Subject) -> Iterable[Advice]:
        """The advice of this rule on the prompt."""

    def advice(
        self, message: str, place: Place | None, fix: str, *, severity: Severity | None = None, replacement: str | None = None
    ) -> Advice:
        """A piece of advice in this rule's name."""
        return Advice(self.name, severity or self.severity, message, self.reason, place, fix, replacement)

    def check(self, subject: Subject) -> list[Advice]:
        """The advice, not more of it than helps."""
        if self.about_words and not subject.english:
            return []
        found = []
        for advice in self.find(subject):
            found.append(advice)
            if len(found) == _MOST_ADVICE:
                break
        return found


RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[type[Rule]], type[Rule]]:
    """Register a class as the rule `name`. Raises ValueError if the name is taken."""

    def register(cls: type[Rule]) -> type[Rule]:
        if name in RULES:
            raise ValueError(f"two lint rules are called {name!r}")
        cls.name = name
        RULES[name] = cls()
        return cls

    return register


def _joined(message: Message) -> str:
    return "\n".join(part.text for part in message.parts if isinstance(part, Text | ToolResult))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())
