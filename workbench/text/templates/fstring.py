"""The fstring engine: `{name}` stands for a value, `{{` and `}}` for braces. Refuses attributes, indexes, conversions and formats."""

import re
from collections.abc import Mapping

from workbench.errors import TemplateError
from workbench.text.templates.base import MAX_OUTPUT, Names, Template, as_text, cached, missing, place, too_long

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_BRACES = "A brace that is meant as text is written twice: {{ or }}."


class FstringTemplate(Template):
    """A template of texts and names."""

    engine = "fstring"

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._pieces: list[tuple[str, str, int]] = []  # text before, name after, offset of the name
        text, end = "", 0
        for token in _TOKEN.finditer(source):
            text += source[end : token.start()]
            end = token.end()
            name = token.group(1)
            if name is not None:
                self._pieces.append((text, _name(source, token.start(), name), token.start()))
                text = ""
            elif len(token.group()) == 2:
                text += token.group()[0]
            else:
                raise TemplateError(f"a single {token.group()} stands alone", place=place(source, token.start()), hint=_BRACES)
        self._tail = text + source[end:]

    def partials(self) -> tuple[str, ...]:
        """No partials: this engine has none."""
        return ()

    def names(self, partials: Mapping[str, str] | None = None, values: Mapping[str, object] | None = None) -> Names:
        """Every name between braces."""
        needed = tuple(dict.fromkeys(name for _text, name, _offset in self._pieces))
        return Names(needed, frozenset(needed))

    def render(self, variables: Mapping[str, object], partials: Mapping[str, str] | None = None, *, strict: bool = True) -> str:
        """The text with every name replaced by its value."""
        out: list[str] = []
        size = len(self._tail)
        for text, name, offset in self._pieces:
            if name in variables:
                value = as_text(variables[name])
            elif strict:
                raise missing(name, place(self.source, offset))
            else:
                value = ""
            size += len(text) + len(value)
            if size > MAX_OUTPUT:  # before the next value is added: memory stays bounded too
                raise too_long()
            out += (text, value)
        out.append(self._tail)
        return "".join(out)


def _name(source: str, offset: int, name: str) -> str:
    if name.isidentifier():
        return name
    where = place(source, offset)
    if not name.strip():
        raise TemplateError("a name is missing between the braces", place=where, hint=_BRACES)
    bare = re.split(r"[.\[!:]", name.strip(), maxsplit=1)[0]
    if bare.isidentifier() and bare != name.strip():
        raise TemplateError(
            f"{{{name}}} asks for more than a name",
            place=where,
            hint=f"Only names are allowed: write {{{bare}}} and prepare the value before, or use the jinja2 engine. {_BRACES}",
        )
    raise TemplateError(f"{{{name}}} is not a name", place=where, hint=_BRACES)


compiled = cached(FstringTemplate)
