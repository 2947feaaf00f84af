"""Rules about how instructions are worded: vague, negative, contradicting, repeated, out of time."""

import re
from collections.abc import Iterable, Iterator

from workbench.prompts.lint.base import Advice, Rule, Sentence, Subject, rule

_I = re.IGNORECASE
# What is vague, and what to write in its place.
_VAGUE = [
    (re.compile(p, _I), fix)
    for p, fix in (
        (r"\b(?:do|try) your (?:very )?best\b", "Say what a good answer has: length, content, form."),
        (
            (
                r"\bmake (?:it|this|them|that) (?:sound )?(?:\w{1,10} )?(?:better|good|great|nicer?|awesome|perfect"
                r"|interesting|professional|pop)\b"
            ),
            "Say what should change: 'shorten to 50 words', 'use the active voice', 'name the price first'.",
        ),
        (
            (
                r"\b(?:write|give|produce|create|provide|generate)\b (?:me |us )?(?:a |an |some )?(?:really |very )?"
                r"(?:good|nice|great|interesting|cool|decent|proper|amazing) \w+"
            ),
            "Replace the praise by what makes it so: audience, length, points to cover.",
        ),
        (r"\bnot too (?:long|short|much|many|detailed|formal|technical)\b", "Give a number or a bound: 'at most 80 words'."),
        (
            (
                r"\b(?:fairly|pretty|quite|somewhat|kind of|sort of|relatively|reasonably) (?:short|long|brief|detailed"
                r"|simple|formal|concise)\b"
            ),
            "Give a number or a bound: 'two sentences', 'at most 80 words'.",
        ),
        (
            r"\b(?:and stuff|or whatever|or something(?: like that)?|and so on|and so forth|and things like that)\b",
            "List what is meant, or say what decides.",
        ),
        (
            (
                r"\b(?:some|a few|several|a couple of) (?:things|stuff|ideas|points|bullet points|words|sentences"
                r"|paragraphs|suggestions|tips)\b"
            ),
            "Give the number: 'three'.",
        ),
        (
            r"\bsomething (?:really |very )?(?:good|nice|great|interesting|cool|useful|suitable|appropriate)\b",
            "Say what makes it so: audience, length, points to cover.",
        ),
        (
            (
                r"\b(?:as (?:appropriate|needed|necessary)|where (?:appropriate|suitable)"
                r"|in an? (?:suitable|appropriate|good|nice) (?:way|manner|form))\b"
            ),
            "Say what decides, or name the form.",
        ),
        (r"\bas you (?:see fit|like|wish|think best)\b", "Say what decides, or give the order of preference."),
    )
]
_BARE_TASK = re.compile(r"\s*(?:please )?(?:improve|fix|analy[sz]e|handle|process|review|check|look at|summari[sz]e)\b[^\n]{0,40}", _I)
_MEASURED = re.compile(r"\d|\bin (?:one|two|three)\b|\bfor\b|\binto\b", _I)
_NEGATIVE = re.compile(
    r"\s*(?:please |also |and )?(?:do not|don[’']?t|never|avoid|no|you (?:must|should|may|can) ?not|must not|refrain from)\b", _I
)
_ALTERNATIVE = re.compile(r"\b(?:instead|rather|but|only|unless|if|when|except|other than)\b", _I)
_NEUTRAL = re.compile(r"\s*(?:you are|you're|act as|your (?:role|job) is|hello|hi)\b", _I)
_CONDITION = re.compile(r"\b(?:if|when|unless|otherwise|except|in case|for (?:simple|complex|short|long))\b", _I)

_LANGUAGES = "English|French|German|Spanish|Italian|Portuguese|Dutch|Chinese|Japanese|Korean|Russian|Arabic|Polish|Turkish|Hindi|Swedish"
_LANGUAGE = re.compile(rf"\b(?:answer|reply|respond|write|speak)(?: \w{{1,10}}){{0,2}} in ({_LANGUAGES})\b", _I)
_SHORT = (
    r"\b(?:(?:be|stay|keep (?:it|this|them|(?:your|the|all) \w{1,20})|(?:answers?|replies|responses?) (?:must|should) be|make it) "
    r"(?:very |as |extremely )?(?:concise|brief|short|succinct|terse)"
    r"|(?:answer|reply|respond|explain|write) (?:very )?(?:briefly|concisely|shortly)"
    r"|(?:in|with|use|write) (?:only |just |exactly |at most )?(?:one|a single|1) (?:short )?(?:sentence|word))\b"
)
_LONG = (
    r"\b(?:(?:be|as) (?:very |as |extremely )?(?:detailed|comprehensive|thorough|exhaustive|in-depth|elaborate|verbose|long)"
    r"|in (?:great |full |much )?detail|as much detail as|(?:provide|give|write|include) (?:a |an |your )?(?:very |highly )?"
    r"(?:detailed|comprehensive|in-depth|exhaustive|thorough|long|lengthy|elaborate)(?:,? (?:and )?[\w-]{1,20}){0,2}"
    r" (?:answer|explanation|response|reply|analysis|description|essay))\b"
)
_NO_WHY = (
    r"\b(?:(?:do not|don[’']?t|never) (?:explain|justify|give reasons|include (?:an |any )?explanations?)"
    r"|(?:no|without(?: any)?) explanations?"
    r"|(?:and )?nothing else|(?:no|without any) (?:other|additional|extra|further) (?:text|words|output))\b"
)
_WHY = (
    r"\b(?:explain (?:why|your|the reason\w*)|justify your|give (?:your |the |a )?reasons?|show your (?:work|reasoning)"
    r"|(?:add|include|provide|write|give)(?: me)? (?:an |a |your )?(?:short |brief |detailed )?explanation)\b"
)
# Two wishes that cannot both be granted, and what to do about them.
_PAIRS = [
    (re.compile(a, _I), re.compile(b, _I), fix)
    for a, b, fix in (
        (_SHORT, _LONG, "Keep one of the two, or say which part is short and which is long."),
        (_NO_WHY, _WHY, "Keep one of the two, or give the explanation a field of its own."),
        (
            r"\b(?:use|be|stay|in|write|keep)\b[^.\n]{0,25}(?<!in)\bformal\b",
            r"\b(?:use|be|stay|in|write|keep)\b[^.\n]{0,25}\b(?:casual|informal|slang|colloquial)\b",
            "Choose one tone.",
        ),
        (
            r"\b(?:no|avoid|do not use|don[’']?t use|never use|without) (?:any )?emojis?\b",
            r"(?<!not )(?<!n't )(?<!never )\b(?:use|add|include) (?:\w{1,10} )?emojis?\b",
            "Choose one.",
        ),
        (
            r"\b(?:no|avoid|do not use|don[’']?t use|never use|without) (?:any )?(?:bullet(?:ed)?|lists?)\b",
            (
                r"(?<!not )(?<!n't )(?<!never )\b(?:use|as|in|write|with) (?:\w{1,10} )?(?:bullet(?:ed)? ?(?:points?"
                r"|lists?)|numbered lists?)\b"
            ),
            "Choose one form.",
        ),
        (
            r"\b(?:no|avoid|do not use|don[’']?t use|never use|without) (?:any )?markdown\b|\bplain text only\b",
            r"(?<!not )(?<!n't )(?<!never )\b(?:use|as|in|with|format\w{0,3}(?: \w{1,10})?) markdown\b",
            "Choose one form.",
        ),
        (
            r"\b(?:answer|reply|respond|output|return|write)\b[^.\n]{0,20}\b(?:json|xml|yaml)\b",
            r"(?<!not )(?<!n't )(?<!never )\b(?:answer|reply|respond|output|return|write)\b[^.\n]{0,20}\bplain text\b",
            "Choose one form.",
        ),
        (
            r"\b(?:never|do not|don[’']?t) ask (?:the user |any |for )?(?:clarif\w+|(?:follow-?up |further )?questions?)",
            r"(?<!not )(?<!n't )(?<!never )\bask (?:the user |for )?(?:a |any )?(?:clarif\w+|follow-?up questions?)",
            "Say when to ask, and when to answer at once.",
        ),
    )
]
_FIELD = re.compile(r"\b(?:field|key|property|column|tags?)\b|[<\"`]", _I)
_AT_LEAST = re.compile(
    r"\b(?:at least|minimum(?: of)?|no (?:less|fewer) than|more than) (\d{1,6}) (words|sentences|paragraphs"
    r"|characters|bullet points|items)",
    _I,
)
_AT_MOST = re.compile(
    r"\b(?:at most|maximum(?: of)?|no more than|(?:fewer|less) than|under|up to) (\d{1,6}) (words|sentences"
    r"|paragraphs|characters|bullet points|items)",
    _I,
)
_ALWAYS = re.compile(r"\balways ([^.!?\n;,]{3,80})", _I)
_NEVER = re.compile(r"\b(?:never|do not|don[’']?t) ([^.!?\n;,]{3,80})", _I)

_WORLD = (
    r"(?:versions?|releases?|news|prices?|president|prime minister|ceo|data|statistics|figures|research|trends?"
    r"|events?|laws?|regulations?"
    r"|population|rates?|weather|scores?|standards?|guidelines?|developments?|information|technolog\w{1,5}|stocks?"
    r"|champions?|records?|findings|studies)"
)
_LATEST = re.compile(
    rf"\b(?:(?:the )?(?:latest|most recent|newest|current|up-to-date|today'?s|this (?:year|month|week)'?s?)"
    rf"(?: [\w-]{{1,20}}){{0,2}}? {_WORLD}"
    rf"|who is (?:currently )?the (?:current )?(?:president|ceo|prime minister)|as of (?:today|now)|what is happening (?:now|today))\b",
    _I,
)
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\bas of \{|\b(?:today is|current date|date:|knowledge cut-?off)", _I)
_DATE_NAMES = re.compile(r"date|today|now|year|time|day|as_of", _I)
_SOURCE_NAMES = re.compile(r"context|document|article|source|passage|text|data|search|results|notes|report", _I)
_DUPLICATE_TRIM = " \t-*•>#0123456789.)(:;,!?"


@rule("vague-instruction")
class Vague(Rule):
    """Wishes without a measure: "make it better", "not too long", "a few sentences"."""

    reason = "The model fills what is left open with its own taste, and it does so differently each time."
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Vague phrases, and a prompt that is nothing but a bare task."""
        for pattern, fix in _VAGUE:
            for part, match in subject.search(pattern):
                yield self.advice(f"“{match.group()}” leaves open what is wanted.", part.place(match.start(), match.end()), fix)
        if subject.words <= 12 and len(subject.sentences) <= 1 and subject.schema is None:
            for part in subject.instructions:
                task = _BARE_TASK.match(part.plain)
                if task and not _MEASURED.search(part.plain):
                    fix = "Say for whom, to what end, in what form and length."
                    yield self.advice("The task alone does not say what a good result is.", part.place(task.start(), task.end()), fix)


@rule("only-negative")
class OnlyNegative(Rule):
    """Instructions that say only, or nearly only, what not to do."""

    reason = "A model follows what it is told to do better than what it is told to leave out."
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """The first prohibition, where prohibitions stand nearly alone."""
        telling = [item for item in subject.sentences if not _NEUTRAL.match(item.text)]
        negative = [item for item in telling if _NEGATIVE.match(item.text) and not _ALTERNATIVE.search(item.text)]
        positive = len(telling) - len(negative)
        if negative and (positive == 0 or (len(negative) >= 3 and len(negative) >= 0.6 * len(telling))):
            count = len(negative)
            message = (
                "The prompt says only what not to do." if positive == 0 else f"{count} of {len(telling)} instructions say what not to do."
            )
            yield self.advice(
                message, negative[0].place, "Say what to do in their place: “Use words a twelve-year-old knows” for “Don't use jargon”."
            )


@rule("contradiction")
class Contradiction(Rule):
    """Instructions that cannot both be followed: brief and detailed, no explanation and an explanation, two languages."""

    severity = "warning"
    reason = "The model will follow one of the two, and which one changes from call to call."
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Each pair, at the place of the later one."""
        plain = [item for item in subject.sentences if not _CONDITION.search(item.text)]
        for one, other, fix in _PAIRS:
            first, second = _first(plain, one), _first(plain, other)
            if first and second and not (_FIELD.search(first.text) or _FIELD.search(second.text)):
                yield self._two(first, second, fix)
        yield from self._numbers(plain)
        yield from self._languages(plain)
        yield from self._always_never(plain)

    def _two(self, first: Sentence, second: Sentence, fix: str) -> Advice:
        same = first.start == second.start and first.part == second.part
        message = (
            f"“{second.text[:80]}” contradicts itself." if same else f"“{first.text[:60]}” and “{second.text[:60]}” contradict one another."
        )
        return self.advice(message, second.place, fix)

    def _numbers(self, sentences: list[Sentence]) -> Iterator[Advice]:
        least = [(int(m.group(1)), m.group(2).lower(), item) for item in sentences for m in _AT_LEAST.finditer(item.text)]
        most = [(int(m.group(1)), m.group(2).lower(), item) for item in sentences for m in _AT_MOST.finditer(item.text)]
        for low, unit, first in least[:20]:
            for high, other_unit, second in most[:20]:
                if unit == other_unit and low > high:
                    yield self._two(first, second, f"At least {low} and at most {high} {unit} leave nothing between them: mend one number.")

    def _languages(self, sentences: list[Sentence]) -> Iterator[Advice]:
        asked = [(m.group(1).lower(), item) for item in sentences for m in _LANGUAGE.finditer(item.text) if not _NEGATIVE.match(item.text)]
        for language, item in asked[1:]:
            if language != asked[0][0]:
                yield self._two(asked[0][1], item, "Name one language, or say when which one is used.")
                return

    def _always_never(self, sentences: list[Sentence]) -> Iterator[Advice]:
        never = [(_bag(m.group(1)), item) for item in sentences for m in _NEVER.finditer(item.text)][:50]
        for item in sentences:
            for match in _ALWAYS.finditer(item.text):
                wanted = _bag(match.group(1))
                for refused, other in never:
                    if len(wanted) >= 2 and wanted == refused:
                        yield self._two(item, other, "Keep one of the two, or say when each holds.")


def _first(sentences: Iterable[Sentence], pattern: re.Pattern[str]) -> Sentence | None:
    return next((item for item in sentences if pattern.search(item.text)), None)


def _bag(clause: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", clause.lower())) - {"a", "an", "the", "any", "your", "it"}


@rule("undated-facts")
class Undated(Rule):
    """Questions about the "latest" or "current" state of the world with no date and no source."""

    reason = "A model knows the world up to its training, and takes that for today."
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Each question of the day, unless a date, a source or a tool is there."""
        if subject.content.tools or subject.says(_DATED):
            return
        if any(_DATE_NAMES.search(name) or _SOURCE_NAMES.search(name) for name in subject.names):
            return
        for part, match in subject.search(_LATEST):
            fix = "Give the date (“Today is {{date}}”) and the material to answer from, or ask for the state of a given year."
            yield self.advice(f"“{match.group()}” has no date.", part.place(match.start(), match.end()), fix)


@rule("duplicate-lines")
class Duplicate(Rule):
    """Lines that say the same twice."""

    severity = "warning"
    reason = "A repeated line costs tokens on every call, and when one copy is mended the other stays."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """The second copy of each line of four words or more."""
        seen: dict[str, int] = {}
        for part in subject.parts:
            offset = 0
            for line in part.plain.splitlines(keepends=True):
                key = " ".join(line.casefold().strip().strip(_DUPLICATE_TRIM).split())
                if key.count(" ") >= 3 and len(key) >= 18:
                    if key in seen:
                        place = part.place(offset + len(line) - len(line.lstrip()), offset + len(line))
                        where = f"line {seen[key] % 1_000_000} of message {seen[key] // 1_000_000}"
                        yield self.advice(f"This line stands in {where} already.", place, "Delete one of the two.", replacement="")
                    else:
                        seen[key] = part.number * 1_000_000 + part.place(offset, offset).line
                offset += len(line)
