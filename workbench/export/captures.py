"""What a template has made, told apart from what it was given: a `Markup` here is Markdown that stands in the template itself (or a token
for a value), and whatever is joined to it becomes a token. So no way of joining strings lets a value be read as Markdown.

Owns the sandbox and the tokens of one rendering. Imported only where a section is rendered: it loads the template engine.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import markupsafe
from jinja2 import StrictUndefined, Template, Undefined, filters, pass_context, pass_environment, runtime
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import CallBlock, FilterBlock
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workbench.export import figures, markdown
from workbench.export.model import Block, Cell, Chart, Code, Diagram, Heading, ListBlock, Note, Paragraph, Quote, Run, Table, inline

_BLOCKS = (Heading, Paragraph, ListBlock, Code, Quote, Note, Table, Chart, Diagram)
_TOKEN = re.compile(f"({markdown.OPEN}[0-9]+{markdown.CLOSE})")


@dataclass
class State:
    """What one rendering gathers: the values its tokens stand for, the template's lines that blocks came from, speaker notes, the prose
    that was used.
    """

    values: list[Any] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    spoken: list[str] = field(default_factory=list)
    prose: dict[str, str] = field(default_factory=dict)


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
        for part in _TOKEN.split(str(self)):
            found = 0 if _TOKEN.fullmatch(part) else part.count(old) if left < 0 else min(left, part.count(old))
            made.append(part.replace(old, str(self.escape(new)), found) if found else part)
            left -= found if left > 0 else 0
        return Markup("".join(made))

    def translate(self, table: Any, /) -> "Markup":
        """As text: a table may hold any character."""
        return token(said(self).translate(table))


def token(value: Any) -> Markup:
    """What stands in the Markdown for a value."""
    held, now = _held(value), state()
    if isinstance(held, tuple) and (line := _here()):
        now.lines[len(now.values)] = line
    now.values.append(held)
    return Markup(f"{markdown.OPEN}{len(now.values) - 1}{markdown.CLOSE}")


def said(value: Any) -> str:
    """A value as text; in Markdown of the template each token gives the text that it stands for."""
    return markdown.told(str(value), state().values) if isinstance(value, markupsafe.Markup) else str(value)


def shown(value: Any) -> tuple[Block, ...]:
    """Blocks of Markdown of the template; of any other value one paragraph that says it."""
    return markdown.blocks(str(value), state().values) if isinstance(value, Markup) else (Paragraph(inline(said(value))),)


def _here() -> int | None:
    """The line of the template that is being rendered."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (its only name)
    while frame is not None and frame.f_code.co_filename != "<template>":
        frame = frame.f_back
    if frame is None:
        return None
    made = frame.f_globals.get("__jinja_template__")
    return made.get_corresponding_lineno(frame.f_lineno) if made else None


def _held(value: Any) -> Any:
    if isinstance(value, _BLOCKS):
        return (value,)
    if isinstance(value, Run):
        return value
    if isinstance(value, Cell):
        return value.runs
    if isinstance(value, tuple | list) and all(isinstance(item, (*_BLOCKS, Run)) for item in value):
        return tuple(value)
    if value is None:
        return figures.NONE
    return said(value)


def _joined(parts: Iterable[Any]) -> str:
    """What `~` gives: Markdown where a part of it is, and text otherwise."""
    held = list(parts)
    return Markup("").join(held) if any(isinstance(part, Markup) for part in held) else "".join(map(str, held))


@pass_environment
def _join(environment: Any, value: Iterable[Any], d: Any = "", attribute: str | int | None = None) -> str:
    held = list(value if attribute is None else map(filters.make_attrgetter(environment, attribute), value))
    if any(isinstance(part, Markup) for part in (d, *held)):
        return Markup.escape(d).join(held)
    return str(d).join(map(str, held))


def _replace(s: Any, old: Any, new: Any, count: int = -1) -> str:
    if isinstance(s, Markup):
        return s.replace(str(old), new, count)
    if isinstance(new, Markup):
        return new.join(str(s).split(str(old), count))
    return str(s).replace(str(old), str(new), count)


def _indent(s: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    if not isinstance(s, Markup):
        return filters.do_indent(str(s), width, first, blank)
    by = " " * width if isinstance(width, int) else width if not width.strip(" ") else str(Markup.escape(width))
    return Markup(filters.do_indent(str(s), by, first, blank))


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


class _Reference(runtime.TemplateReference):
    """`self` in a template."""

    def __getitem__(self, name: str) -> Any:
        made = super().__getitem__(name)
        return lambda: Markup(made())


class _Generator(CodeGenerator):
    """Also what a call or a filter gives for its block is taken as a value, unless it is Markdown of the template."""

    def visit_CallBlock(self, node: CallBlock, frame: Frame) -> None:  # noqa: N802 (the engine's own)
        call_frame, macro = self.macro_body(node, frame)
        self.writeline("caller = ")
        self.macro_def(macro, call_frame)
        self.start_write(frame, node)
        self.write("Markup(")
        self.visit_Call(node.call, frame, forward_caller=True)
        self.write(")")
        self.end_write(frame)

    def visit_FilterBlock(self, node: FilterBlock, frame: Frame) -> None:  # noqa: N802 (the engine's own)
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        self.enter_frame(inner)
        self.buffer(inner)
        self.blockvisit(node.body, inner)
        self.start_write(frame, node)
        self.write("Markup(")
        self.visit_Filter(node.filter, inner)
        self.write(")")
        self.end_write(frame)
        self.leave_frame(inner)


_NAMES: Mapping[str, Any] = {
    "Markup": Markup.escape, "markup_join": _joined, "str_join": _joined, "Macro": _Macro, "TemplateReference": _Reference,
}  # fmt: skip
"""What compiled templates find under the names of the engine's own, which know HTML and no Markdown."""


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of sections: strict, and every text that was not written in the template is a token."""

    code_generator_class = _Generator
    concat = staticmethod(_whole)

    def __init__(self) -> None:
        """Set it up, without functions."""
        super().__init__(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_finalized)
        self.filters |= {"join": _join, "replace": _replace, "indent": _indent}

    def compiled(self, text: str) -> Callable[[Mapping[str, Any]], str]:
        """What renders the template, inside `rendering`."""
        made: Template = self.from_string(text)
        made.root_render_func.__globals__.update(_NAMES)
        return lambda facts: str(made.render(facts))
