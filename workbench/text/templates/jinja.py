"""The jinja2 engine: compiles in the sandbox, finds the names, renders within the bounds, and puts its errors in our words.

`include`, `import` and `extends` reach the partials given and nothing else.
"""

import builtins
from collections.abc import Iterator, Mapping
from types import CodeType, TracebackType

from jinja2 import TemplateError as JinjaError
from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError, meta, nodes
from jinja2.exceptions import SecurityError

from workbench.errors import TemplateError
from workbench.text.templates import budget, sandbox
from workbench.text.templates.base import MAX_OUTPUT, Names, Template, cached, missing, place, too_deep, too_long

_FILENAME = "<prompt>"
_MAX_TAGS = 5_000  # compiling costs about 0.1 ms a tag
_NO_PARTIALS: Mapping[str, str] = {}
_SANDBOX_HINT = "Prepare the value before and pass it in: templates here compute little on purpose."


class JinjaTemplate(Template):
    """A template in the sandbox."""

    engine = "jinja2"

    def __init__(self, source: str) -> None:
        super().__init__(source)
        if source.count("{{") + source.count("{%") > _MAX_TAGS:
            raise TemplateError(f"the template has more than {_MAX_TAGS:,} tags", hint=_SANDBOX_HINT)
        try:
            environment = sandbox.environment(strict=True)
            self.tree = environment.parse(source)
            code = environment.compile(source, None, _FILENAME)
            assert isinstance(code, CodeType)
            self.code = code
        except TemplateSyntaxError as error:
            raise TemplateError(error.message or "cannot be read", place=f"line {error.lineno}", hint=_syntax_hint(str(error))) from None
        except (RecursionError, MemoryError):
            raise too_deep() from None
        except TemplateError:
            raise
        except Exception as error:
            raise TemplateError(f"the template cannot be read: {error}") from error

    def partials(self) -> tuple[str, ...]:
        """Names written in include, import and extends, in order of first use."""
        return tuple(dict.fromkeys(name for name in meta.find_referenced_templates(self.tree) if name is not None))

    def names(self, partials: Mapping[str, str] = _NO_PARTIALS, values: Mapping[str, object] | None = None) -> Names:
        """The names used and not set by the template itself; a name tested by `is defined` or given a default may be left out."""
        needed: dict[str, None] = {}
        possible: set[str] = set()
        seen: set[str] = set()
        waiting = [self]
        while waiting:
            template = waiting.pop()
            undeclared = meta.find_undeclared_variables(template.tree) - sandbox.GLOBALS
            optional = set(_optional(template.tree))
            used = dict.fromkeys(node.name for node in template.tree.find_all(nodes.Name) if node.name in undeclared)
            possible.update(used)
            needed.update(dict.fromkeys(name for name in used if name not in optional))
            for name in reversed(template.partials()):
                if name in partials and name not in seen:
                    seen.add(name)
                    waiting.append(compiled(partials[name]))
        return Names(tuple(needed), frozenset(possible))

    def render(self, variables: Mapping[str, object], partials: Mapping[str, str] = _NO_PARTIALS, *, strict: bool = True) -> str:
        """The text. Raises TemplateError for a missing value, for what the sandbox refuses, and over the bounds."""
        environment = sandbox.environment(strict=strict)
        try:
            with budget.metered(lambda name: compiled(partials[name]).code if name in partials else None):
                template = environment.template_class.from_code(environment, self.code, environment.make_globals(None))
                context = template.new_context(dict(variables))
                out: list[str] = []
                size = 0
                for piece in template.root_render_func(context):
                    size += len(piece)
                    if size > MAX_OUTPUT:
                        raise too_long()
                    out.append(piece)
                return "".join(out)
        except (RecursionError, MemoryError):
            raise too_deep() from None
        except Exception as error:
            raise self._translate(error) from error

    def _translate(self, error: Exception) -> TemplateError:
        where = _line(error.__traceback__)
        if isinstance(error, TemplateError):
            return error if error.place or not where else TemplateError(error.message, place=where, hint=error.hint)
        name = getattr(error, "variable", None)
        if isinstance(error, UndefinedError) and name:
            return missing(name, self._column(where, name))
        text, hint = str(error), _SANDBOX_HINT
        if isinstance(error, UndefinedError):
            hint = "Give the value, or test it with `is defined` first."
        elif isinstance(error, TemplateNotFound):
            text, hint = f"there is no partial {error.name}", "A partial is a prompt by its name: save one of that name."
        elif isinstance(error, SecurityError):
            text = f"the sandbox refuses this: {error}"
        elif not isinstance(error, JinjaError):
            text = f"{type(error).__name__}: {error}"
        return TemplateError(text, place=where, hint=hint)

    def _column(self, where: str, name: str) -> str:
        """The place of a name on the line that jinja2 knows."""
        lines = self.source.splitlines(keepends=True)
        number = int(where.removeprefix("line ") or 0) if where else 0
        if not 1 <= number <= len(lines):
            return where
        start = sum(len(line) for line in lines[: number - 1])
        column = self.source.find(name, start)
        return place(self.source, column) if column >= 0 else where


compiled = cached(JinjaTemplate)


def _optional(tree: nodes.Template) -> Iterator[str]:
    for test in tree.find_all(nodes.Test):
        if test.name in ("defined", "undefined") and isinstance(test.node, nodes.Name):
            yield test.node.name
    for used in tree.find_all(nodes.Filter):
        if used.name in ("default", "d") and isinstance(used.node, nodes.Name):
            yield used.node.name


def _line(traceback: TracebackType | None) -> str:
    """The line of the template that was running, from the frames of its compiled code."""
    found = ""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == _FILENAME:
            debug = str(traceback.tb_frame.f_globals.get("debug_info") or "")
            found = _source_line(debug, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def _source_line(debug_info: str, compiled_line: int) -> str:
    pairs = [pair.split("=") for pair in debug_info.split("&") if "=" in pair]
    lines = [int(source) for source, compiled in pairs if int(compiled) <= compiled_line]
    return f"line {lines[-1]}" if lines else "line 1"


def _syntax_hint(message: str) -> str:
    if "No filter named" in message:
        return f"Filters here are {', '.join(builtins.sorted(sandbox.FILTERS))}."
    return "Text with braces of its own goes between {% raw %} and {% endraw %}."
