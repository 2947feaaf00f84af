"""Rules about variables: templates that do not parse, names that do not agree, values that stand among instructions."""

import re
from collections.abc import Iterator

from workbench.errors import TemplateError
from workbench.prompts.lint.base import Advice, Place, Rule, Subject, Use, rule
from workbench.text import similarity, templates

_WRAPPED = ('"', "'", "`", "“", "”", "«", "»", "‘", "’", "[[", "]]", "<<<", ">>>")
_TAG = re.compile(r"<(/?)([A-Za-z_][\w-]{0,60})>")
_RULER = re.compile(r"^\s*(?:#{1,6}(?:\s.*)?|-{3,}|={3,}|\*{3,})\s*$")
_PLACE = re.compile(r"line (\d+)(?:, column (\d+))?")
# Names that hold what a stranger wrote, and names that hold a short setting.
_TEXTS = re.compile(
    r"text|message|input|content|document|question|query|review|e?mail|comment|article|context|transcript|ticket"
    r"|feedback|post|body|passage"
    r"|conversation|chat|history|request|complaint|description|user|customer|data|snippet|code|story|essay|letter|note|answer|response",
    re.IGNORECASE,
)
_SETTINGS = re.compile(
    r"language|lang|tone|style|format|count|number|num|limit|length|audience|_name|^name|date|year|city|country"
    r"|locale|level|role|persona|_id|^id|^n$"
    r"|max|min|labels|categories|options|brand|currency|unit|type|count|today|schema",
    re.IGNORECASE,
)
_MOST_USES = 200  # uses of variables that are looked at
_NEAR = 5_000  # characters before and after a variable in which its marks are looked for
_LABEL_ONLY = re.compile(r"^\s*(?:[\w '’-]{0,40}:)?\s*$")


@rule("template-broken")
class Broken(Rule):
    """A template that does not parse."""

    severity = "error"
    reason = "Nothing can be rendered from it, so no call can be made."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """The error of each message, at its place."""
        for part in subject.parts:
            try:
                templates.compile(subject.content.engine, part.text)
            except TemplateError as error:
                found = _PLACE.match(error.place)
                line, column = (int(found.group(1)), int(found.group(2) or 1)) if found else (1, 1)
                lines = part.text.splitlines() or [""]
                excerpt = lines[min(line, len(lines)) - 1][column - 1 :][:80]
                message = error.message.removeprefix(f"{error.place}: ")
                yield self.advice(f"{message[:1].upper()}{message[1:]}.", Place(part.number, line, column, excerpt), error.hint)


@rule("undeclared-variable")
class Undeclared(Rule):
    """A variable the template uses that is neither declared nor in the cases."""

    severity = "warning"
    reason = "It has no value when the prompt runs, and a run with a missing value does not start."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Each name; quiet where nothing was declared yet and no case is there."""
        declared = [variable.name for variable in subject.prompt.variables] if subject.prompt else []
        columns = list(dict.fromkeys(name for case in subject.cases[:50] for name in case))
        known = [*declared, *columns]
        if not known:
            return
        for name in subject.names:
            if name in known:
                continue
            meant = similarity.nearest(name, known)
            fix = f"Write {meant} if that is meant, or declare {name}." if meant else f"Declare {name} with a description and an example."
            yield self.advice(f"{name} is used and not declared.", _where(subject, name), fix, replacement=meant)


@rule("unused-variable")
class Unused(Rule):
    """A variable that is declared and never used."""

    severity = "warning"
    reason = "Whoever fills it in believes that it matters."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Each declared name that no message uses."""
        if subject.prompt is None or any(True for _ in Broken().find(subject)):
            return
        possible: set[str] = set()
        for part in subject.parts:
            possible |= templates.compile(subject.content.engine, part.text).names(subject.partials).possible
            possible |= _included(subject, part.text)
        for variable in subject.prompt.variables:
            if variable.name not in possible:
                written = _tag(subject, variable.name)
                fix = f"Use it where it belongs, as in <{variable.name}>{written}</{variable.name}>, or delete the declaration."
                yield self.advice(f"{variable.name} is declared and never used.", None, fix)


def _included(subject: Subject, text: str) -> set[str]:
    """Where a partial is not at hand, any declared name may be used there."""
    unknown = [name for name in templates.compile(subject.content.engine, text).partials() if name not in subject.partials]
    return {variable.name for variable in subject.prompt.variables} if unknown and subject.prompt else set()


@rule("undelimited-variable")
class Undelimited(Rule):
    """A text from outside that stands among the instructions with nothing to mark where it begins and ends."""

    severity = "warning"
    reason = "The model cannot tell the text from the instructions, so a text that says “ignore the above” is obeyed (prompt injection)."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Each such variable, once."""
        seen: set[str] = set()
        types = {variable.name: variable.type for variable in subject.prompt.variables} if subject.prompt else {}
        for use in subject.uses[:_MOST_USES]:
            if use.name in seen or use.part.role not in ("system", "user") or types.get(use.name) in ("number", "boolean"):
                continue
            if _foreign(use) and not _alone(subject, use) and not _delimited(use):
                seen.add(use.name)
                tag = re.sub(r"\W", "_", use.name)
                written = use.part.text[use.start : use.end]
                fixed = f"<{tag}>\n{written}\n</{tag}>"
                fix = f"Put it between tags and say so: {fixed.replace(chr(10), ' ')}"
                yield self.advice(f"{use.name} is not set apart from the instructions.", use.place, fix, replacement=fixed)


def _foreign(use: Use) -> bool:
    """Whether the value is likely to be somebody's text: by its name, or because it ends a line after a colon."""
    if _SETTINGS.search(use.name) and not re.search(
        r"text|message|question|query|content|document|email"
        r"|review",
        use.name,
        re.IGNORECASE,
    ):
        return False
    if _TEXTS.search(use.name):
        return True
    before = use.part.text[max(0, use.start - 100) : use.start].rstrip()
    after = use.part.text[use.end :].split("\n", 1)[0]
    return before.endswith(":") and not after.strip()


def _alone(subject: Subject, use: Use) -> bool:
    """True when the message holds nothing but labels and variables, and the instructions stand in another message."""
    if len(subject.instructions) < 2:
        return not use.part.plain.strip()
    return all(_LABEL_ONLY.match(line) for line in use.part.plain[: 4 * _NEAR].splitlines()[:200])


def _delimited(use: Use) -> bool:
    text = use.part.text
    before, after = text[max(0, use.start - _NEAR) : use.start].rstrip(), text[use.end : use.end + 4 * _NEAR].lstrip()
    if before.endswith(_WRAPPED) and after.startswith(_WRAPPED):
        return True
    for fence in ("```", '"""', "'''"):
        if text.count(fence, 0, use.start) % 2 and fence in after:
            return True
    return _in_tag(before, after) or _under_heading(before, after)


def _in_tag(before: str, after: str) -> bool:
    opened = [match.group(2) for match in _TAG.finditer(before) if not match.group(1)]
    closed = [match.group(2) for match in _TAG.finditer(before) if match.group(1)]
    later = {match.group(2) for match in _TAG.finditer(after) if match.group(1)}
    return any(opened.count(name) > closed.count(name) and name in later for name in set(opened))


def _under_heading(before: str, after: str) -> bool:
    above = before.rsplit("\n", 1)[-1]
    below = after.split("\n", 1)[0]
    return bool(above.strip()) and bool(_RULER.match(above)) and (not below.strip() or bool(_RULER.match(below)))


def _where(subject: Subject, name: str) -> Place | None:
    return next((use.place for use in subject.uses if use.name == name), None)


def _tag(subject: Subject, name: str) -> str:
    return f"{{{name}}}" if subject.content.engine == "fstring" else f"{{{{{name}}}}}"
