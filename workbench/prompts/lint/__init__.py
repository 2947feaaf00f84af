"""Advice on a prompt while it is written, one rule a class. Owns the judgement; changes nothing and asks no model.

A rule is a class in a file of this package, registered by its name; `docs/lint.md` lists them all.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules

from workbench.prompts.content import Content
from workbench.prompts.lint.base import RULES, Advice, Place, Rule, Severity, Subject, rule
from workbench.prompts.records import Prompt

__all__ = ["RULES", "Advice", "Place", "Rule", "Severity", "rule", "run", "table"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

_GRAVITY = ("error", "warning", "info")


def run(
    content: Content,
    prompt: Prompt | None = None,
    *,
    cases: Iterable[Mapping[str, object]] = (),
    silenced: Iterable[str] = (),
    partials: Mapping[str, str] | None = None,
) -> list[Advice]:
    """Advice on `content`, the gravest first. `prompt` tells what was declared; its silenced rules and `silenced` keep quiet."""
    quiet = {*silenced, *(prompt.silenced if prompt else ())}
    subject = Subject(content, prompt, tuple(cases), partials or {})
    found = [advice for name, rule in RULES.items() if name not in quiet for advice in rule.check(subject)]
    return sorted(found, key=lambda advice: _GRAVITY.index(advice.severity))


def table() -> str:
    """The rules as a table in Markdown."""
    rows = ["| rule | severity | finds | because |", "|---|---|---|---|"]
    for name in sorted(RULES):
        found = RULES[name]
        rows.append(f"| `{name}` | {found.severity} | {(found.__doc__ or '').splitlines()[0]} | {found.reason} |")
    return "\n".join(rows) + "\n"
