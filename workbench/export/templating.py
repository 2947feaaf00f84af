"""Section templates: Jinja2 that makes Markdown. A value from the store never becomes Markdown: while the template is rendered and parsed
an opaque token stands for it, so no text can break out of its place.

Templates lie in `templates/KIND/SECTION.md`; a file of the same name in the person's own folder is used instead. A broken one is a
TemplateError that names file and line.
"""

import json
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import settings
from workbench.errors import InputError, TemplateError, WorkbenchError
from workbench.export import figures, markdown
from workbench.export.model import Block, Cell, Chart, Code, Column, Diagram, Heading, ListBlock, Note, Paragraph, Quote, Run, Table, inline
from workbench.text.counting import counted

if TYPE_CHECKING:
    from jinja2.runtime import Context

    from workbench.export.captures import Sandbox, State

SHIPPED = Path(__file__).parent / "templates"
_BLOCKS = (Heading, Paragraph, ListBlock, Code, Quote, Note, Table, Chart, Diagram)
_TITLE = re.compile(r"\A\s*# (.+)(?:\n|\Z)")
_MARKUP = ("safe", "forceescape", "urlize", "xmlattr")  # filters that would hand a value on as Markdown
_REMARKS = ("info", "warning", "missing", "good", "bad")
_HINT = "Mend the file, or move it away to use the shipped one."


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
    from workbench.export import captures

    with captures.rendering() as state:
        return _rendered(found, facts, prose, audience, state)


def _rendered(found: Found, facts: Mapping[str, Any], prose: Mapping[str, str], audience: str, state: "State") -> Rendered:
    from jinja2 import TemplateError as Broken

    title = _TITLE.match(found.text)
    # The title's line is blanked, not cut, so that a line number in an error is that of the file.
    text = "\n" * found.text[: title.end()].count("\n") + found.text[title.end() :] if title else found.text
    try:
        made = _compiled(text)({**facts, "facts": facts, "audience": audience, "_prose": prose})
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


def _of_block(state: "State", error: Exception) -> int | None:
    """The line of the block that does not stand alone."""
    return state.lines.get(error.token) if isinstance(error, markdown.BlockInside) else None


def _line(error: BaseException) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename in {"<template>", "<unknown>"}]
    return lines[-1] if lines else None


@lru_cache(maxsize=500)
def _compiled(text: str) -> Callable[[Mapping[str, Any]], str]:
    """Compiling takes most of the time of a section, and its text is the same for every document."""
    return environment().compiled(text)


@cache
def environment() -> "Sandbox":
    """The sandbox all sections are rendered in: strict, and with what templates may call."""
    from workbench.export.captures import Sandbox

    made = Sandbox()
    for name in _MARKUP:
        made.filters.pop(name)
    # Nothing has to be escaped, and JSON is a text like any other.
    made.filters |= {"e": _as_it_is, "escape": _as_it_is, "tojson": _json, **figures.FILTERS}
    made.globals.update(_functions())
    return made


def _as_it_is(value: Any) -> Any:
    return value


def _json(value: Any, indent: int | None = None) -> str:
    from workbench.export.captures import worded

    return json.dumps(worded(value), ensure_ascii=False, indent=indent, default=str)


def _functions() -> dict[str, Callable[..., Any]]:
    from jinja2 import pass_context

    from workbench.export.captures import Markup, said, shown, state, token

    @pass_context
    def prose(context: "Context", key: str) -> tuple[Block, ...]:
        name = said(key)
        text = str(context["_prose"].get(name) or "").strip()
        if text:
            state().prose[name] = text
        return markdown.blocks(text)

    def note(kind: str, text: Any = "", caller: Callable[[], Any] | None = None) -> str:
        kind = said(kind)
        if kind not in _REMARKS:
            raise InputError(f"{kind} is no kind of remark.", hint=f"Write one of {', '.join(_REMARKS)}.")
        return token(Note(kind, shown(text if caller is None else caller())))  # type: ignore[arg-type]

    def speaker(text: Any) -> str:
        state().spoken.append(said(text))
        return Markup("")

    def link(text: Any, url: Any) -> Run:
        leads = said(url)
        return Run(said(text), link=leads if leads.lower().startswith(markdown.LINKS) else "")

    def words(text: Any) -> tuple[Block, ...]:
        """What a person wrote elsewhere, in a plan say: Markdown like prose."""
        return shown(text) if isinstance(text, Markup) else markdown.blocks(said(text))

    return {
        "prose": prose,
        "note": note,
        "quote": lambda text="", caller=None: token(Quote(shown(text if caller is None else caller()))),
        "speaker": speaker,
        "words": words,
        "code": lambda text, language="", caption="": Code(said(text), said(language), said(caption)),
        "table": table,
        "mono": lambda text: Run(said(text), code=True),
        "strong": lambda text: Run(said(text), bold=True),
        "emphasis": lambda text: Run(said(text), italic=True),
        "link": link,
        "cell": lambda text, value=None: Cell(inline(said(text)), value),
    }


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> Table:
    """A table; a column whose name ends in ">" holds figures. A cell is text, a number, None (no data), a Cell, a Run or runs."""
    from workbench.export.captures import said

    names = [said(name) for name in columns]
    heads = tuple(Column(name.removesuffix(">"), "right" if name.endswith(">") else "left") for name in names)
    for row in rows:
        if len(row) != len(heads):
            raise InputError(f"A row of a table has {counted(len(row), 'cell')} where the head has {counted(len(heads), 'column')}.")
    return Table(heads, tuple(tuple(_cell(value, said) for value in row) for row in rows), said(caption))


def _cell(value: Any, said: Callable[[Any], str]) -> Cell:
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
    return Cell(inline(figures.NONE if value is None else said(value)))
