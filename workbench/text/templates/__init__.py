"""Templates: text with variables, in one of three engines, rendered within bounds of time and output. Input is never run as a template.

mustache   {{name}} {{#part}}...{{/part}} {{^part}}...{{/part}} {{>partial}} {{! comment }} {{=<% %>=}}
fstring    {name}; braces as text are {{ and }}
jinja2     sandboxed and strict: {{ name }} {% if %} {% for %} {% include "partial" %}
"""

from collections.abc import Iterable, Mapping

from workbench.errors import TemplateError
from workbench.text.templates.base import MAX_OUTPUT, MAX_SECONDS, Names, Report, Template, report

__all__ = ["ENGINES", "MAX_OUTPUT", "MAX_SECONDS", "Names", "Report", "Template", "check", "compile"]

ENGINES = ("mustache", "fstring", "jinja2")


def compile(engine: str, source: str) -> Template:  # noqa: A001 - the word for it; always called as templates.compile
    """The compiled template, cached. Raises TemplateError that names line and column."""
    # Each engine is imported on first use: the command line's help must not pay for jinja2.
    if engine == "mustache":
        from workbench.text.templates import mustache

        return mustache.compiled(source)
    if engine == "fstring":
        from workbench.text.templates import fstring

        return fstring.compiled(source)
    if engine == "jinja2":
        from workbench.text.templates import jinja

        return jinja.compiled(source)
    raise TemplateError(f"there is no template engine {engine!r}", hint=f"Engines are {', '.join(ENGINES)}.")


def check(
    engine: str, source: str, given: Iterable[str], declared: Iterable[str] = (), partials: Mapping[str, str] | None = None
) -> Report:
    """What is missing, unused and misspelt. `given` as a mapping name -> value tells fields of lists from variables exactly."""
    values = given if isinstance(given, Mapping) else None
    names = compile(engine, source).names(partials or {}, values)
    return report(names, given, declared)
