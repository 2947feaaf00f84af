"""Section templates: Jinja2 that makes Markdown. A value from the store never becomes Markdown: while the template is rendered and parsed
an opaque token stands for it, so no text can break out of its place.

Templates lie in `templates/KIND/SECTION.md`; a file of the same name in the person's own folder is used instead. A broken one is a
TemplateError that names file and line.
"""

import json
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import settings
from workbench.errors import InputError, TemplateError, WorkbenchError
from workbench.export import figures, markdown
from workbench.export.model import Block, Cell, Chart, Code, Column, Diagram, Heading, ListBlock, Note, Paragraph, Quote, Run, Table, inline

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from jinja2.runtime import Context

SHIPPED = Path(__file__).parent / "templates"
_BLOCKS = (Heading, Paragraph, ListBlock, Code, Quote, Note, Table, Chart, Diagram)
_TITLE = re.compile(r"\A\s*# (.+)(?:\n|\Z)")
_MARKUP = ("safe", "forceescape", "urlize", "xmlattr")  # filters that would hand a value on as Markdown
_REMARKS = ("info", "warning", "missing", "good", "bad")
_STATE = "_state"
_HINT = "Mend the file, or move it away to use the shipped one."


@dataclass
class _State:
    """What one rendering gathers: the values its tokens stand for, the template's lines that blocks came from, speaker notes, the prose
    that was used.
    """

    values: list[Any] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    spoken: list[str] = field(default_factory=list)
    prose: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A section: its blocks, its title where the template gives one, speaker notes, and the fields of prose that stand in it."""

    blocks: tuple[Block, ...]
    title: str
    notes: str
    prose: dict[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """A template: its text, its file, and whether it is the person's own."""

    path: Path
    text: str
    own: bool


def folder() -> Path:
    """Where a person's own templates lie: WORKBENCH_TEMPLATES, else `templates` beside the database."""
    return settings.templates_dir()


def find(kind: str, section: str) -> Found | None:
    """The template of a section: the person's own, else the shipped one."""
    for base, own in ((folder(), True), (SHIPPED, False)):
        path = base / kind / f"{section}.md"
        try:
            return Found(path, path.read_text(encoding="utf-8-sig"), own)
        except (FileNotFoundError, NotADirectoryError) as error:
            if path.is_symlink():
                raise TemplateError("points at a file that is not there", hint=_HINT, place=str(path)) from error
        except UnicodeDecodeError as error:
            raise TemplateError(f"cannot be read: {error}", hint="Templates are UTF-8 text.", place=str(path)) from error
        except OSError as error:
            raise TemplateError(f"cannot be read: {error.strerror}", hint=_HINT, place=str(path)) from error
    return None


def own_sections(kind: str) -> list[str]:
    """Names of all templates in the person's own folder for that kind, in the order of their names. Editors' hidden files are none."""
    base = folder() / kind
    try:
        return sorted(path.stem for path in base.iterdir() if path.suffix == ".md" and not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise TemplateError(f"cannot be read: {error.strerror}", hint="Let the workbench read that folder.", place=str(base)) from error


def render(found: Found, facts: Mapping[str, Any], prose: Mapping[str, str], audience: str) -> Rendered:
    """The template with its facts. Raises TemplateError with file and line."""
    from jinja2 import TemplateError as Broken

    state = _State()
    title = _TITLE.match(found.text)
    # The title's line is blanked, not cut, so that a line number in an error is that of the file.
    text = "\n" * found.text[: title.end()].count("\n") + found.text[title.end() :] if title else found.text
    try:
        made = _compiled(text).render({**facts, "facts": facts, "audience": audience, "_prose": prose, _STATE: state})
    except WorkbenchError as error:
        raise _broken(found, _of_block(state, error) or _line(error), error.message, error.hint) from error
    except Broken as error:
        raise _broken(found, getattr(error, "lineno", None) or _line(error), str(error)) from error
    except Exception as error:  # whatever an expression of a template runs into
        raise _broken(found, _line(error), f"{type(error).__name__}: {error}") from error
    try:
        blocks = markdown.blocks(made, state.values)
    except InputError as error:
        raise _broken(found, _of_block(state, error), error.message, error.hint) from error
    return Rendered(blocks, title[1].strip() if title else "", "\n".join(state.spoken), state.prose)


def _broken(found: Found, line: int | None, said: str, hint: str = "") -> TemplateError:
    where = f"{found.path}, line {line}" if line else str(found.path)
    return TemplateError(said, hint=hint or _HINT, place=where)


def _of_block(state: _State, error: Exception) -> int | None:
    """The line of the block that does not stand alone."""
    return state.lines.get(error.number) if isinstance(error, markdown.BlockInside) else None


def _line(error: BaseException) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename in {"<template>", "<unknown>"}]
    return lines[-1] if lines else None


@lru_cache(maxsize=500)
def _compiled(text: str) -> "Template":
    """Compiling takes most of the time of a section, and its text is the same for every document."""
    return environment().from_string(text)


@cache
def environment() -> "Environment":
    """The sandbox all sections are rendered in: strict, and with what templates may call."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(
        autoescape=True,  # so that what macros and captures return is told apart from values
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize(),
    )
    for name in _MARKUP:
        made.filters.pop(name)
    # Nothing has to be escaped, and JSON is a text like any other.
    made.filters |= {"e": _as_it_is, "escape": _as_it_is, "tojson": _json, **figures.FILTERS}
    made.globals.update(_functions())
    return made


def _as_it_is(value: Any) -> Any:
    return value


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def _finalize() -> Callable[..., Any]:
    from jinja2 import Undefined, pass_context
    from markupsafe import Markup

    @pass_context
    def token(context: "Context", value: Any) -> Any:
        if isinstance(value, Markup):
            return value
        if isinstance(value, Undefined):
            return str(value)  # raises: an undefined name is an error
        return _token(context, value)

    return token


def _token(context: "Context", value: Any) -> str:
    """What stands in the Markdown for a value."""
    from markupsafe import Markup

    state: _State = context[_STATE]
    held = _held(value)
    if isinstance(held, tuple) and (line := _here()):
        state.lines[len(state.values)] = line
    state.values.append(held)
    return Markup(f"{markdown.OPEN}{len(state.values) - 1}{markdown.CLOSE}")  # noqa: S704 (a number)


def _here() -> int | None:
    """The line of the template that is being rendered."""
    frame = sys._getframe(1)  # noqa: SLF001 (its only name)
    while frame is not None and frame.f_code.co_filename != "<template>":
        frame = frame.f_back  # type: ignore[assignment]
    made = frame and frame.f_globals.get("__jinja_template__")
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
    return str(value)


def _functions() -> dict[str, Callable[..., Any]]:
    from jinja2 import pass_context

    @pass_context
    def prose(context: "Context", key: str) -> tuple[Block, ...]:
        text = str(context["_prose"].get(key) or "").strip()
        if text:
            context[_STATE].prose[key] = text
        return markdown.blocks(text)

    @pass_context
    def note(context: "Context", kind: str, text: str = "", caller: Callable[[], str] | None = None) -> str:
        if kind not in _REMARKS:
            raise InputError(f"{kind} is no kind of remark.", hint=f"Write one of {', '.join(_REMARKS)}.")
        return _token(context, Note(kind, _inside(context, text, caller)))  # type: ignore[arg-type]

    @pass_context
    def quote(context: "Context", text: str = "", caller: Callable[[], str] | None = None) -> str:
        return _token(context, Quote(_inside(context, text, caller)))

    @pass_context
    def speaker(context: "Context", text: Any) -> str:
        context[_STATE].spoken.append(str(text))
        from markupsafe import Markup

        return Markup("")

    return {
        "prose": prose,
        "note": note,
        "quote": quote,
        "speaker": speaker,
        "words": lambda text: markdown.blocks(str(text)),  # what a person wrote elsewhere, in a plan say: Markdown like prose
        "code": lambda text, language="", caption="": Code(str(text), language, caption),
        "table": table,
        "mono": lambda text: Run(str(text), code=True),
        "strong": lambda text: Run(str(text), bold=True),
        "emphasis": lambda text: Run(str(text), italic=True),
        "link": lambda text, url: Run(str(text), link=str(url) if str(url).lower().startswith(markdown.LINKS) else ""),
        "cell": lambda text, value=None: Cell(inline(str(text)), value),
    }


def _inside(context: "Context", text: str, caller: Callable[[], str] | None) -> tuple[Block, ...]:
    if caller is None:
        return (Paragraph(inline(str(text))),)
    return markdown.blocks(str(caller()), context[_STATE].values)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> Table:
    """A table; a column whose name ends in ">" holds figures. A cell is text, a number, None (no data), a Cell, a Run or runs."""
    heads = tuple(Column(name.removesuffix(">"), "right" if name.endswith(">") else "left") for name in columns)
    for row in rows:
        if len(row) != len(heads):
            raise InputError(f"A row of a table has {len(row)} cells where there are {len(heads)} columns.")
    return Table(heads, tuple(tuple(_cell(value) for value in row) for row in rows), caption)


def _cell(value: Any) -> Cell:
    if isinstance(value, Cell):
        return value
    if isinstance(value, Run):
        return Cell((value,))
    if isinstance(value, _BLOCKS) or (isinstance(value, tuple) and not all(isinstance(item, Run) for item in value)):
        raise InputError("A cell of a table holds words, no blocks.", hint="Put the block into a paragraph of its own.")
    if isinstance(value, tuple):
        return Cell(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(inline(figures.number(value)), float(value))
    return Cell(inline(figures.NONE if value is None else str(value)))
