"""Rules about the build of a prompt: role, messages, the form of the answer, examples, schema."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from workbench.prompts.lint.base import Advice, Rule, Subject, rule
from workbench.text.counting import counted

_I = re.IGNORECASE
_ROLE = re.compile(
    r"\byou(?:[’']re| are| will be| will act| act| work| serve| help)\b|(?:^|\n)\s{0,20}you (?!must|should|can|may|will|have)\w+"
    r"|\bact(?:ing)? as\b|\b(?:your|the assistant[’']?s?) (?:role|job|task|goal) is\b|\bimagine (?:that )?you\b|\bpretend\b"
    r"|\bas an? (?:\w{1,20} ){0,2}(?:expert|assistant|specialist|engineer|editor|analyst|teacher|writer|translator|lawyer|doctor)\b",
    _I,
)
_FORM = re.compile(
    r"\b(?:translat\w{1,4}|rewrite|rephrase|paraphrase|proofread|correct the|convert|step by step|json|xml|yaml|csv"
    r"|markdown|html|sql|tables?|bullets?|bulleted|numbered|lists?|headings?|code block"
    r"|format\w{0,4}|schema|template|columns?"
    r"|sentences?|paragraphs?|words?|lines?|characters?|pages?|yes or no|true or false|haiku|limerick|sonnet|poem"
    r"|subject line|headlines?|title"
    r"|(?:reply|respond|answer|return|output|print|write|start|end|begin) (?:only |just |exactly |back "
    r"|your \w{1,15} )?(?:with|as|in|by|only|just|the|a|an|one)"
    r"|one of|only the|exactly one|labels?|e-?mail|letter|tweet|essay|story|query|function|regex|number between"
    r"|scale (?:of|from)|score from)\b",
    _I,
)
_STRUCTURED = re.compile(
    r"\b(?:return|respond|reply|answer|output|write|give|produce|generate|provide|format\w{0,4}|use|as|in|valid"
    r"|emit)\b[^.\n]{0,60}?\b(json|xml|yaml|csv)\b",
    _I,
)
_INPUT_SIDE = re.compile(r"\b(?:input|following|given|below|provided|parse|read|this)\b", _I)
_EXAMPLE = re.compile(
    r"\b(?:examples?|e\.g\.|for instance|like this|such as this|looks? like|following (?:format|structure|schema|template|shape))\b", _I
)
_SHAPE_SHOWN = re.compile(r"[{\[]\s{0,50}\"|</\w|```[^`]{0,200}\w|^\s{0,20}\w{1,30}:\s?<", re.MULTILINE)
_EMPTY_TAG = re.compile(r"<(\w{1,40})>\s{0,600}</\1>")  # what is left of a tag around a variable: the input, not an example
_QUOTED_KEY = re.compile(r"[\"“`'](\w{1,40})[\"”`']")
_LABEL_LINE = re.compile(
    r"^[ \t]*(?:output|label|intent|category|class|sentiment|answer|classification|result|topic|verdict"
    r"|assistant)[ \t]*:[ \t]*(\S[^\n]{0,60})$",
    _I | re.MULTILINE,
)
_ARROW_LINE = re.compile(r"^[^\n]{3,300}?(?:->|=>|→)[ \t]*(\S[^\n]{0,60})$", re.MULTILINE)
_OTHER_FORM = re.compile(
    r"\b(?:in|as|return|output|valid|format\w{0,3}:?) (xml|yaml|csv|html|markdown|plain text|a (?:markdown )?table"
    r"|a bulleted list|bullet points|prose|an essay)\b"
    r"|\b(?:reply|respond|answer) (?:with )?(?:only |just |exactly )?(?:(?:the |a |one )+(?:single )?(?:label|word"
    r"|category|sentence|number|letter)|yes or no)\b",
    _I,
)
_KEY_OF_EXAMPLE = re.compile(r"[{,]\s{0,50}\"(\w{1,60})\"\s{0,10}:")
_NAMED_KEYS = re.compile(r"\b(?:keys?|fields?|propert(?:y|ies))\b:?([^.\n]{1,200})", _I)
_ONE_OF = re.compile(r"\b(?:one of|labels?(?: are)?|categories(?: are)?|options?(?: are)?)\b[^:\n]{0,40}:\s{0,5}([^\n.]{3,600})", _I)


@rule("no-role")
class NoRole(Rule):
    """A prompt that does not say who the model is or for whom it works."""

    reason = "A role sets knowledge, tone and care in a few words."
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Once, where a system message or a longer instruction has no role."""
        system = [part for part in subject.parts if part.role == "system" and part.text.strip()]
        if not system and subject.words < 15:
            return
        if subject.instructions and not subject.says(_ROLE):
            part = (system or subject.instructions)[0]
            fix = "Begin with who it is and for whom: “You are a support agent of a bank. You sort customers' messages.”"
            yield self.advice("No role is given.", part.place(0, 40), fix)


@rule("all-in-user-message")
class AllInUser(Rule):
    """Role and instructions in the user message, with no system message."""

    reason = "Instructions in the system message weigh more than the text of a user, so that a user's text cannot overrule them as easily."
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Once, where there is no system message and the user message instructs at length or gives the role."""
        roles = {part.role for part in subject.parts}
        users = [part for part in subject.parts if part.role == "user"]
        if "system" in roles or not users:
            return
        if len(users[0].plain.split()) >= 40 or (_ROLE.search(users[0].plain) and len(users[0].plain.split()) >= 8):
            fix = "Move role and rules into a system message; leave in the user message what changes from case to case."
            yield self.advice("Everything stands in the user message.", users[0].place(0, 40), fix)


@rule("no-output-format")
class NoFormat(Rule):
    """A task that says nothing about the form or length of the answer."""

    reason = "Without a form every answer looks different, and nothing after it can rely on it."
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Once; not where a schema, a tool, examples or a running conversation give the form."""
        if subject.schema or subject.content.tools or subject.words < 4:
            return
        roles = {part.role for part in subject.parts}
        if "assistant" in roles or "user" not in roles or subject.says(_FORM):
            return
        users = [part for part in subject.instructions if part.role == "user"]
        if not subject.words or (all(not part.plain.strip() for part in users) and not subject.names):
            return
        fix = (
            "Say what the answer looks like: “Reply with one label and nothing else”, “Answer in two sentences”, or give a response schema."
        )
        yield self.advice("Nothing says what the answer should look like.", subject.instructions[-1].place(0, 40), fix)


@rule("format-without-example")
class FormatWithoutExample(Rule):
    """JSON, XML, YAML or CSV asked for, and no example of it shown."""

    reason = "The names and the nesting are guessed; one example settles them."
    about_words = True

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Once, at the wish."""
        if subject.schema or any(part.role == "assistant" for part in subject.parts):
            return
        shown = any(_SHAPE_SHOWN.search(_EMPTY_TAG.sub(" ", part.untagged)) for part in subject.instructions)
        if shown or subject.says(_EXAMPLE) or sum(len(set(_QUOTED_KEY.findall(part.text))) for part in subject.instructions) >= 2:
            return
        for part, match in subject.search(_STRUCTURED):
            if _INPUT_SIDE.search(match.group()):
                continue
            kind = match.group(1).upper()
            fix = f"Add one example: {_SAMPLES[kind]}" + (" Or give a response schema." if kind == "JSON" else "")
            yield self.advice(f"{kind} is asked for, and no example shows its shape.", part.place(match.start(), match.end()), fix)
            return


_SAMPLES = {
    "JSON": '“Example: {"label": "refund", "confidence": 0.8}”.',
    "XML": "“Example: <answer><label>refund</label></answer>”.",
    "YAML": "“Example: label: refund”.",
    "CSV": "“Example: id,label”, then one row.",
}


@rule("unbalanced-examples")
class Unbalanced(Rule):
    """Few-shot examples that show one answer far more often than another."""

    severity = "warning"
    reason = "The model copies the frequencies of its examples: the label shown most is answered most."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Once, where the commonest label has three times the examples of the rarest, or all examples have one label."""
        labels, place = _labels(subject)
        counts = Counter(labels)
        if len(labels) < 3 or not counts or max(len(label.split()) for label in counts) > 5:
            return
        (most, top), (least, low) = counts.most_common()[0], counts.most_common()[-1]
        one_only = len(counts) == 1
        if one_only or (len(labels) >= 4 and top >= 3 * low and len(counts) <= len(labels) / 2 + 1):
            message = (
                f"All {top} examples answer “{most}”." if one_only else f"“{most}” has {counted(top, 'example')}, “{least}” only {low}."
            )
            yield self.advice(message, place, "Show each answer about equally often, in mixed order.")


def _labels(subject: Subject) -> tuple[list[str], Any]:
    """The answers of the examples, and where they begin: assistant turns, else lines `Label: x`, else lines `text -> x`."""
    turns = [part for part in subject.parts if part.role == "assistant" and part.text.strip()]
    if turns:
        return [_label(part.text) for part in turns], turns[0].place(0, 40)
    for pattern in (_LABEL_LINE, _ARROW_LINE):
        found = [(part, match) for part, match in subject.search(pattern) if match.group(1).strip()]
        if len(found) >= 3:
            part, match = found[0]
            return [_label(m.group(1)) for _part, m in found], part.place(match.start(), match.end())
    return [], None


def _label(text: str) -> str:
    return " ".join(text.casefold().strip(" \t\n\"'`.").split())[:80]


@rule("schema-mismatch")
class SchemaMismatch(Rule):
    """A text that asks for another form, other fields or other labels than the schema allows."""

    severity = "warning"
    reason = "The schema wins, and the model answers a question that was not asked."

    def find(self, subject: Subject) -> Iterator[Advice]:
        """Form, fields and labels, each at its place."""
        schema = subject.schema
        if not schema:
            return
        given = subject.content.parameters.response_schema
        if subject.content.output_schema and given and given != subject.content.output_schema:
            fix = "Keep one of the two, or make them the same."
            yield self.advice("The output schema and the response schema of the parameters differ.", None, fix)
        yield from self._form(subject)
        yield from self._fields(subject, schema)
        yield from self._enum(subject, schema)

    def _form(self, subject: Subject) -> Iterator[Advice]:
        for part, match in subject.search(_OTHER_FORM):
            if not re.search(r"\bjson\b", part.plain, _I):
                fix = "Take the wish out, or the schema: a schema makes every answer JSON."
                yield self.advice(f"“{match.group()}”, but the schema makes the answer JSON.", part.place(match.start(), match.end()), fix)
                return

    def _fields(self, subject: Subject, schema: dict[str, Any]) -> Iterator[Advice]:
        known = set(_properties(schema))
        if not known:
            return
        for part in subject.instructions:
            found = [(match.group(1), match.start(1)) for match in _KEY_OF_EXAMPLE.finditer(part.text)]
            for clause in _NAMED_KEYS.finditer(part.plain):
                found += [(match.group(1), clause.start(1) + match.start(1)) for match in _QUOTED_KEY.finditer(clause.group(1))]
            for name in dict.fromkeys(name for name, _at in found if name not in known):
                at = next(at for other, at in found if other == name)
                message = f"The text asks for the field “{name}”, and the schema has none."
                yield self.advice(
                    message,
                    part.place(at, at + len(name)),
                    f"Fields of the schema are {', '.join(sorted(known)[:10])}: use one, or add it.",
                )

    def _enum(self, subject: Subject, schema: dict[str, Any]) -> Iterator[Advice]:
        allowed = {_label(value) for values in _enums(schema) for value in values}
        if not allowed:
            return
        for part, match in subject.search(_ONE_OF):
            listed = [_label(item) for item in re.split(r",|;|\||/| or | and ", match.group(1)) if item.strip()]
            wrong = [item for item in listed if item and item not in allowed]
            if wrong and len(listed) >= 2:
                place = part.place(match.start(1), match.end(1))
                yield self.advice(
                    f"The text lists {', '.join(f'“{item}”' for item in wrong[:5])}, which the schema does not allow.",
                    place,
                    f"The schema allows {', '.join(sorted(allowed)[:20])}: make the two lists the same.",
                )


def _walk(schema: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 20:
        return
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from _walk(value, depth + 1)
    elif isinstance(schema, list):
        for value in schema:
            yield from _walk(value, depth + 1)


def _properties(schema: dict[str, Any]) -> Iterator[str]:
    for node in _walk(schema):
        properties = node.get("properties")
        if isinstance(properties, dict):
            yield from (str(name) for name in properties)


def _enums(schema: dict[str, Any]) -> Iterator[list[str]]:
    for node in _walk(schema):
        values = node.get("enum")
        if isinstance(values, list) and values and all(isinstance(value, str) for value in values):
            yield values
