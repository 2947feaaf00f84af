"""The mustache engine, per the mustache specification without HTML escaping: variables, sections, inverted sections, comments,
delimiters, partials. Owns its parser and renderer; refuses inheritance, lambdas and calls, so that a value is only ever a value.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from workbench.errors import TemplateError
from workbench.text.templates import scopes
from workbench.text.templates.base import MAX_DEPTH, MAX_SOURCE, Meter, Names, Template, as_text, cached, missing, place, too_deep
from workbench.text.templates.nodes import Body, Partial, Section, Value

_REST_OF_LINE = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_DELIMITERS = re.compile(r"\s*([^\s=]+)\s+([^\s=]+)\s*\Z")
_STANDALONE = frozenset("#^/!=>")
_REFUSED = {"$": "blocks", "<": "parents"}
_MISSING = object()
_NO_PARTIALS: Mapping[str, str] = {}


class MustacheTemplate(Template):
    """A template of texts, values, sections and partials."""

    engine = "mustache"

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.body = _Parser(source).parse()

    def partials(self) -> tuple[str, ...]:
        """Names of the partials used directly, in order of first use."""
        return tuple(dict.fromkeys(scopes.partials(self.body)))

    def names(self, partials: Mapping[str, str] = _NO_PARTIALS, values: Mapping[str, object] | None = None) -> Names:
        """The names used; what is looked up in the items of a list is not a top-level name."""
        try:
            return scopes.names(self.body, lambda name: compiled(partials[name]).body if name in partials else None, values)
        except RecursionError:
            raise too_deep() from None

    def render(self, variables: Mapping[str, object], partials: Mapping[str, str] = _NO_PARTIALS, *, strict: bool = True) -> str:
        """The text. Strict refuses a missing value or partial; a missing section is falsy, as in the specification."""
        run = _Run(variables, partials, strict=strict)
        try:
            run.render(self.body, self.source, 0)
        except RecursionError:
            raise too_deep() from None
        return "".join(run.meter.out)


compiled = cached(MustacheTemplate)


class _Tag(NamedTuple):
    kind: str
    name: str
    start: int
    end: int


class _Parser:
    """One pass over the source; `open_sections` holds what is not closed yet."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.opening, self.closing = "{{", "}}"
        self.root: Body = []
        self.open_sections: list[Section] = []
        self.body = self.root

    def parse(self) -> Body:
        """The tree. Raises TemplateError that names line and column."""
        source, position, blank = self.source, 0, True  # blank: only spaces since the start of this line
        while (start := source.find(self.opening, position)) >= 0:
            text = source[position:start]
            newline = text.rfind("\n")
            blank = (blank or newline >= 0) and not text[newline + 1 :].strip(" \t")
            tag = self._tag(start)
            position = tag.end
            rest = _REST_OF_LINE.match(source, position) if blank and tag.kind in _STANDALONE else None
            indent = ""
            if rest:  # alone on its line: the line goes with the tag
                text, indent = text[: newline + 1], text[newline + 1 :]
                position = rest.end()
            if text:
                self.body.append(text)
            self._take(tag, indent)
            blank = rest is not None
        if position < len(source):
            self.body.append(source[position:])
        if self.open_sections:
            left = self.open_sections[-1]
            raise self._error(f"the section {left.name} is never closed", left.offset, f"Write {{{{/{left.name}}}}} where it ends.")
        return self.root

    def _tag(self, start: int) -> _Tag:
        inner = start + len(self.opening)
        kind = self.source[inner : inner + 1]
        closing = {"{": "}" + self.closing, "=": "=" + self.closing}.get(kind, self.closing)
        skip = 1 if kind in "#^/!=>&{$<" and kind else 0
        end = self.source.find(closing, inner + skip)
        if end < 0:
            raise self._error(f"a tag is opened by {self.opening} and never closed", start, f"Close it with {closing}.")
        return _Tag(kind if skip else "", self.source[inner + skip : end].strip(), start, end + len(closing))

    def _take(self, tag: _Tag, indent: str) -> None:
        if tag.kind == "!":
            return
        if tag.kind == "=":
            self._set_delimiters(tag)
            return
        self._check_name(tag)
        if tag.kind in ("#", "^"):
            self._open(tag)
        elif tag.kind == "/":
            self._close(tag)
        elif tag.kind == ">":
            self.body.append(Partial(tag.name, tag.start, indent))
        else:
            self.body.append(Value(tag.name, tag.start, _path(tag.name)))

    def _check_name(self, tag: _Tag) -> None:
        if tag.kind in _REFUSED:
            raise self._error(f"{_REFUSED[tag.kind]} ({tag.kind}) are not supported", tag.start, "Use a partial: {{>name}}.")
        if not tag.name:
            raise self._error("the tag is empty", tag.start, "Write a name between the braces.")
        if len(tag.name.split()) > 1:
            hint = "A name has no spaces. To write braces as text, change the delimiters: {{=<% %>=}}."
            word = tag.name.split()[0]
            if tag.kind == "#" and word in ("if", "each", "unless", "with"):
                sign = "^" if word == "unless" else "#"
                hint = f"This is Handlebars; in mustache write {{{{{sign}{tag.name.split()[1]}}}}} and close it by the same name."
            raise self._error(f"{tag.name[:60]!r} is not a name", tag.start, hint)

    def _set_delimiters(self, tag: _Tag) -> None:
        pair = _DELIMITERS.match(tag.name)
        if not pair:
            raise self._error("the delimiters cannot be read", tag.start, "Write two of them with a space between: {{=<% %>=}}.")
        self.opening, self.closing = pair.groups()

    def _open(self, tag: _Tag) -> None:
        if len(self.open_sections) >= MAX_DEPTH:
            raise self._error(f"sections are nested more than {MAX_DEPTH} deep", tag.start, "Flatten the template.")
        section = Section(tag.name, tag.start, _path(tag.name), tag.kind == "^", [])
        self.body.append(section)
        self.open_sections.append(section)
        self.body = section.body

    def _close(self, tag: _Tag) -> None:
        if not self.open_sections:
            raise self._error(f"the section {tag.name} is closed and was never opened", tag.start, f"Open it with {{{{#{tag.name}}}}}.")
        section = self.open_sections.pop()
        if section.name != tag.name:
            opened = place(self.source, section.offset)
            raise self._error(
                f"{tag.name} is closed here, but the open section is {section.name} ({opened})",
                tag.start,
                f"Write {{{{/{section.name}}}}} first.",
            )
        self.body = self.open_sections[-1].body if self.open_sections else self.root

    def _error(self, message: str, offset: int, hint: str) -> TemplateError:
        return TemplateError(message, place=place(self.source, offset), hint=hint)


def _path(name: str) -> tuple[str, ...]:
    if name.startswith("."):  # `.` is the item itself, `.name` is looked up in it alone
        return (".", *(part for part in name.split(".") if part))
    return tuple(name.split("."))


class _Run:
    """One render: the stack of contexts, the output, the bounds."""

    __slots__ = ("meter", "partials", "stack", "strict")

    def __init__(self, variables: Mapping[str, object], partials: Mapping[str, str], *, strict: bool) -> None:
        self.meter = Meter()
        self.partials = partials
        self.stack: list[object] = [variables]
        self.strict = strict

    def render(self, body: Body, source: str, depth: int) -> None:
        meter = self.meter
        for node in body:
            meter.step()
            if isinstance(node, str):
                meter.emit(node)
            elif isinstance(node, Value):
                value = self.find(node.path)
                if value is not _MISSING:
                    meter.emit(as_text(value))
                elif self.strict:
                    raise missing(node.name, place(source, node.offset))
            elif isinstance(node, Section):
                self.section(node, source, depth)
            else:
                self.partial(node, source, depth)

    def section(self, node: Section, source: str, depth: int) -> None:
        value = self.find(node.path)
        falsy = value is _MISSING or not value
        if node.inverted:
            if falsy:
                self.render(node.body, source, depth)
        elif not falsy:
            for item in value if isinstance(value, list | tuple) else (value,):
                self.stack.append(item)
                self.render(node.body, source, depth)
                self.stack.pop()

    def partial(self, node: Partial, source: str, depth: int) -> None:
        text = self.partials.get(node.name)
        if text is None:
            if self.strict:
                hint = "A partial is a prompt by its name: save one of that name."
                raise TemplateError(f"there is no partial {node.name}", place=place(source, node.offset), hint=hint)
            return
        if depth >= MAX_DEPTH:
            raise TemplateError(f"partials include one another more than {MAX_DEPTH} deep, at last {node.name}", hint="Break the circle.")
        if node.indent:
            if len(text) + len(node.indent) * text.count("\n") > MAX_SOURCE:
                raise TemplateError(f"the partial {node.name} is too long to indent")
            text = re.sub(r"(?m)^(?!\Z)", lambda _match: node.indent, text)
        self.render(compiled(text).body, text, depth + 1)

    def find(self, path: tuple[str, ...]) -> object:
        first = path[0]
        value: object = self.stack[-1] if first == "." else _MISSING
        if value is _MISSING:
            for scope in reversed(self.stack):
                if isinstance(scope, Mapping) and first in scope:
                    value = scope[first]
                    break
        for name in path[1:]:
            if not isinstance(value, Mapping) or name not in value:
                return _MISSING
            value = value[name]
        return value
