"""What a file leaves open, read from what it shows: template engine, provider of a model, name and version out of a path."""

import re

from workbench.errors import InputError, TemplateError
from workbench.prompts import names
from workbench.prompts.interchange.base import File, Parcel
from workbench.text import templates

_SINGLE = re.compile(r"(?<!\{)\{[A-Za-z_]\w*\}(?!\})")
_DOUBLE = re.compile(r"\{\{\{?\s*(?:[#^/>&!]\s*)?[\w./-]+\s*\}?\}\}")
_JINJA = re.compile(r"\{%-?\s*\w+|\{\{[^{}|]*\|")
_PROVIDERS = ((re.compile(r"(gpt|chatgpt|o\d)[\w.-]*", re.I), "openai"), (re.compile(r"claude[\w.-]*", re.I), "anthropic"))
_NUMBERED = re.compile(r"(.+)_v(\d[\w.+-]*)")


def engine(sources: list[str], place: str, parcel: Parcel) -> str:
    """The engine that a file without one is written for: mustache, unless its braces evidently say something else."""
    whole = "\n".join(sources)
    if _JINJA.search(whole) and _compiles("jinja2", sources):
        parcel.guess(place, "no engine is given: {% %} or a filter shows jinja2")
        return "jinja2"
    if _SINGLE.search(whole) and not _DOUBLE.search(whole):
        if _compiles("fstring", sources):
            parcel.guess(place, "no engine is given: {name} in single braces shows fstring")
            return "fstring"
        parcel.guess(place, "no engine is given: read as mustache, where {name} in single braces is plain text")
    return "mustache"


def model(raw: object, place: str, parcel: Parcel) -> str:
    """`raw` as provider/model; empty, and told, where nobody can say which provider is meant."""
    if not isinstance(raw, str) or not raw.strip():
        return ""
    raw = raw.strip()
    if "/" in raw:
        return raw
    for pattern, provider in _PROVIDERS:
        if pattern.fullmatch(raw):
            parcel.guess(place, f"the model {raw} names no provider: read as {provider}/{raw}")
            return f"{provider}/{raw}"
    parcel.guess(place, f"the model {raw} names no provider: it is kept in the metadata")
    return ""


def name(file: File) -> tuple[str, str | None]:
    """The prompt's name, and the version where there is one, out of a path: a/b_v3.json, a/b/v3.md, a/b/1.10.0.json, a/b.prompt."""
    stem, folder = file.stem, file.folder
    if found := _NUMBERED.fullmatch(stem):
        return _join(folder, found[1].replace("__", "/")), found[2]
    try:
        names.version(stem)
    except InputError:
        return _join(folder, stem), None
    return folder or file.parent or stem, stem


def _join(folder: str, stem: str) -> str:
    return f"{folder}/{stem}" if folder else stem


def _compiles(engine: str, sources: list[str]) -> bool:
    try:
        for source in sources:
            templates.compile(engine, source)
    except TemplateError:
        return False
    return True
