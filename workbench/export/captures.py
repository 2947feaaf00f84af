"""What a template has made, told apart from what it was given: a `Markup` here is Markdown that stands in the template itself (or a token
for a value), and whatever is joined to it becomes a token. So no way of joining strings lets a value be read as Markdown.

Owns the sandbox and the tokens of one rendering. Imported only where a section is rendered: it loads the template engine.
"""

import re
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from types import FrameType
from typing import Any

import markupsafe
from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, filters, pass_context, pass_environment, runtime
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Block as NamedBlock
from jinja2.nodes import CallBlock, EvalContextModifier, FilterBlock
from jinja2.nodes import Template as Parsed
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workbench.errors import InputError
from workbench.export import figures, markdown
from workbench.export.model import Block, Cell, Chart, Code, Diagram, Heading, ListBlock, Note, Paragraph, Quote, Run, Table, inline, plain

_BLOCKS = (Heading, Paragraph, ListBlock, Code, Quote, Note, Table, Chart, Diagram)
_TOKENS = re.compile(f"({markdown.TOKEN.pattern})")
_TEXTS = (
    "title", "wordwrap", "urlencode", "striptags", "truncate", "wordcount", "filesizeformat", "pprint", "int", "float", "length", "last",
    "reverse",
)  # fmt: skip
_CUT = re.compile(r"(?<!%)%(\([^)]*\))?[-#0 +]*[\d*]*\.[\d*]*[sra]")
_REFUSED = {FilterBlock: "filter", NamedBlock: "block", EvalContextModifier: "autoescape"}
_DIGITS = str.maketrans("0123456789", "".join(chr(0xE010 + digit) for digit in range(10)))


@dataclass
class State:
    """What one rendering gathers: what each of its tokens stands for, the template's lines that blocks came from, speaker notes, the
    prose that was used. `secret` is in every token, so that no value can spell one; after the rendering none is left.
    """

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    spoken: list[str] = field(default_factory=list)
    prose: dict[str, str] = field(default_factory=dict)
    secret: str = field(default_factory=lambda: f"{secrets.randbelow(10**20):020}")


_STATE: ContextVar[State] = ContextVar("state of a rendering")


@contextmanager
def rendering() -> Iterator[State]:
    """The state of the rendering that takes place inside."""
    held = State()
    before = _STATE.set(held)
    try:
        yield held
    finally:
        _STATE.reset(before)


def state() -> State:
    """The state of the rendering that is under way."""
    return _STATE.get()


class Markup(markupsafe.Markup):
    """Markdown of a template. Its methods give Markdown again, and what they take from elsewhere becomes a token."""

    __slots__ = ()

    @classmethod
    def escape(cls, s: Any, /) -> "Markup":
        """Markdown as it is; for anything else a token."""
        return s if isinstance(s, Markup) else token(s)

    def replace(self, old: str, new: str, count: Any = -1, /) -> "Markup":
        """Replace in the words of the template, and in no token."""
        made, left = [], int(count)
        for part in _TOKENS.split(str(self)):
            found = 0 if markdown.TOKEN.fullmatch(part) else part.count(old) if left < 0 else min(left, part.count(old))
            made.append(part.replace(old, str(self.escape(new)), found) if found else part)
            left -= found if left > 0 else 0
        return Markup("".join(made))

    def __mod__(self, value: Any, /) -> "Markup":
        """Filled in. Raises InputError where that would cut what stands for a value."""
        if found := _CUT.search(self):
            raise InputError(f"{found[0]} in a capture would cut a value's token.", hint="Cut the value before: {{ value[:20] }}.")
        return super().__mod__(value)

    def translate(self, table: Any, /) -> "Markup":
        """As text: a table may hold any character."""
        return token(said(self).translate(table))

    def ljust(self, width: Any, fillchar: str = " ", /) -> "Markup":
        """As text: its width is that of what it says. So are the others of this sort."""
        return token(said(self).ljust(width, said(fillchar)))

    def rjust(self, width: Any, fillchar: str = " ", /) -> "Markup":
        """As text."""
        return token(said(self).rjust(width, said(fillchar)))

    def center(self, width: Any, fillchar: str = " ", /) -> "Markup":
        """As text."""
        return token(said(self).center(width, said(fillchar)))

    def zfill(self, width: Any, /) -> "Markup":
        """As text."""
        return token(said(self).zfill(width))

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Of the text."""
        return said(self).encode(encoding, errors)

    def __format__(self, spec: str, /) -> str:
        """As text."""
        return format(said(self), spec)

    def __getitem__(self, key: Any, /) -> Any:
        """Of the text: a part of a token stands for nothing."""
        return said(self)[key]

    def __iter__(self) -> Iterator[str]:
        """Through the text."""
        return iter(said(self))


def token(value: Any) -> Markup:
    """What stands in the Markdown for a value."""
    held, now = _held(value), state()
    name = markdown.OPEN + f"{now.secret}{len(now.values)}".translate(_DIGITS) + markdown.CLOSE
    if isinstance(held, tuple) and (line := _here()):
        now.lines[name] = line
    now.values[name] = held
    return Markup(name)


def said(value: Any) -> str:
    """A value as text. Each token in it, wherever strings were put together, gives the text that it stands for."""
    return figures.NONE if value is None else str(worded(value))


def worded(value: Any) -> Any:
    """A value without tokens: of strings, runs and cells the text, also inside lists and dictionaries; anything else as it is."""
    if isinstance(value, str):
        now = _STATE.get(None)  # outside a rendering there are no tokens
        return markdown.told(str(value), now.values) if now is not None and markdown.OPEN in value else str(value)
    if isinstance(value, Run | Cell):
        return value.text if isinstance(value, Run) else plain(value.runs)
    if type(value) in (list, tuple):
        return type(value)(map(worded, value))
    return {worded(key): worded(item) for key, item in value.items()} if type(value) is dict else value


def shown(value: Any) -> tuple[Block, ...]:
    """Blocks of Markdown of the template, and blocks; of any other value one paragraph that says it."""
    return markdown.blocks(str(Markup.escape(value)), state().values) if _rich(value) else (Paragraph(inline(said(value))),)


def _here() -> int | None:
    """The line of the template that is being rendered."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (its only name)
    while frame is not None and frame.f_code.co_filename != "<template>":
        frame = frame.f_back
    if frame is None:
        return None
    made = frame.f_globals.get("__jinja_template__")
    return made.get_corresponding_lineno(frame.f_lineno) if made else None


def _rich(value: Any) -> bool:
    """Whether a value is more than text: Markdown of the template, words in a style, blocks."""
    if isinstance(value, tuple | list):
        return all(isinstance(item, (*_BLOCKS, Run)) for item in value)
    return isinstance(value, (Markup, Run, Cell, *_BLOCKS))


def _held(value: Any) -> Any:
    if isinstance(value, _BLOCKS):
        return (value,)
    if isinstance(value, Run):
        return value
    if isinstance(value, Cell):
        return value.runs
    return tuple(value) if isinstance(value, tuple | list) and _rich(value) else said(value)


def _joined(parts: Iterable[Any]) -> str:
    """What `~` gives: Markdown where a part of it is more than text, and text otherwise."""
    held = list(parts)
    return Markup("").join(held) if any(map(_rich, held)) else "".join(map(said, held))


@pass_environment
def _join(environment: Any, value: Iterable[Any], d: Any = "", attribute: str | int | None = None) -> str:
    held = list(value if attribute is None else map(filters.make_attrgetter(environment, attribute), value))
    return Markup.escape(d).join(held) if any(map(_rich, (d, *held))) else said(d).join(map(said, held))


def _replace(s: Any, old: Any, new: Any, count: int = -1) -> str:
    if isinstance(s, Markup):
        return s.replace(said(old), new, count)
    if _rich(new):
        return Markup.escape(new).join(said(s).split(said(old), count))
    return said(s).replace(said(old), said(new), count)


def _indent(s: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    if not isinstance(s, Markup):
        return filters.do_indent(said(s), width, first, blank)
    by = " " * width if isinstance(width, int) else width if not width.strip(" ") else str(Markup.escape(width))
    return Markup(filters.do_indent(str(s), by, first, blank))


def _format(value: Any, *parts: Any, **named: Any) -> str:
    if not isinstance(value, Markup):
        value, parts, named = said(value), worded(parts), worded(named)
    return filters.do_format(value, *parts, **named)


def _round(value: Any, *how: Any, **named: Any) -> float:
    return filters.do_round(float(said(value)) if isinstance(value, str) else value, *how, **named)


def _of_text(known: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of the engine that looks at the characters of a text: it is given those that the text says."""
    at = int(hasattr(known, "jinja_pass_arg"))  # then the engine hands over something of its own first

    @wraps(known)
    def made(*given: Any, **named: Any) -> Any:
        value = given[at]
        return known(*given[:at], worded(value) if isinstance(value, str | dict) else value, *given[at + 1 :], **named)

    return made


def _whole(parts: Iterable[str]) -> Markup:
    """What was written one after another: every part of it is the template's own, or a token."""
    return Markup("".join(parts))


@pass_context  # so that no constant is written down while a template is compiled: a token is of one rendering
def _finalized(_context: Any, value: Any) -> Any:
    """What is written for `{{ value }}`."""
    if isinstance(value, Undefined):
        return str(value)  # raises: an undefined name is an error
    return Markup.escape(value)


class _Macro(runtime.Macro):
    def _invoke(self, arguments: list[Any], autoescape: bool) -> str:
        return Markup.escape(super()._invoke(arguments, autoescape=False))


class _Generator(CodeGenerator):
    """Also what a call gives for its block is taken as a value, unless it is Markdown of the template."""

    def visit_CallBlock(self, node: CallBlock, frame: Frame) -> None:  # noqa: N802 (the engine's own)
        call_frame, macro = self.macro_body(node, frame)
        self.writeline("caller = ")
        self.macro_def(macro, call_frame)
        self.start_write(frame, node)
        self.write("Markup(")
        self.visit_Call(node.call, frame, forward_caller=True)
        self.write(")")
        self.end_write(frame)


_NAMES: Mapping[str, Any] = {"Markup": Markup.escape, "markup_join": _joined, "Macro": _Macro}
"""What compiled templates find under the names of the engine's own, which know HTML and no Markdown."""


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of sections: strict, and every text that was not written in the template is a token."""

    code_generator_class = _Generator
    concat = staticmethod(_whole)
    intercepted_binops = frozenset("%")

    def __init__(self) -> None:
        """Set it up, without functions."""
        super().__init__(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_finalized)
        self.optimized = False  # what is worked out while a template is compiled does not go through the functions below
        self.filters |= {"join": _join, "replace": _replace, "indent": _indent, "format": _format, "round": _round}
        self.filters |= {name: _of_text(self.filters[name]) for name in _TEXTS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> Parsed:
        """What the engine reads a template into, without what a section has no use for."""
        made = super()._parse(source, name, filename)
        for kind, word in _REFUSED.items():
            for node in made.find_all(kind):
                raise TemplateSyntaxError(f"a section has no {{% {word} %}}", node.lineno, name, filename)
        return made

    def call_binop(self, context: runtime.Context, operator: str, left: Any, right: Any) -> Any:
        """`%` with the words of what is filled in, which it may cut or pad."""
        worked = (left, right) if isinstance(left, Markup) else (worded(left), worded(right))
        return super().call_binop(context, operator, *worked)

    def compiled(self, text: str) -> Callable[[Mapping[str, Any]], str]:
        """What renders the template, inside `rendering`. Raises TemplateSyntaxError."""
        made: Template = self.from_string(text)
        made.root_render_func.__globals__.update(_NAMES)
        return lambda facts: str(made.render(facts))
