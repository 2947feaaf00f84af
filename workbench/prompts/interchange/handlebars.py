"""Handlebars as dotprompt uses it, put into mustache, which does the same for what both can say. The rest is named, never lost silently."""

import re

# A tag is found first, with a bound on its length, and its inside read then: no file of spaces or braces makes that slow.
_TAG = re.compile(r"\{\{([^{}]{0,300})\}\}")
_BLOCK = re.compile(
    r"#(?P<kind>[\w.-]+)(?:\s+(?P<name>.*))?|\^\s*(?P<not>[\w.]+)|/\s*(?P<end>[\w.-]+)|(?P<turn>else|\^)(?P<other>\s.*)?", re.S
)
_SIGNS = {"if": "#", "each": "#", "with": "#", "unless": "^"}
_PATH = re.compile(r"[@\w./]+")
_PARTIAL = re.compile(r">\s*([\w./@-]+)\s+.+", re.S)
_THIS = re.compile(r"([#^/]?)\s*this(?:[./]([\w.]+))?")
_LEFT = re.compile(r"else\b.*|#?[\w-]+\s.+|[#/]?@[\w.]+|/(?:if|each|with|unless)", re.S)


def mustache(body: str) -> tuple[str, bool, list[str]]:
    """The body as mustache, whether blocks were put into other words, and what could not be: the inside of each such tag."""
    body = _trimmed(_uncommented(body))
    changed = _blocks(body)
    rewritten = changed != body
    lost: dict[str, None] = {}

    def plain(found: re.Match[str]) -> str:
        inside = found[1].strip()
        if this := _THIS.fullmatch(inside):
            return "{{" + this[1] + (this[2] or ".") + "}}"
        partial = _PARTIAL.fullmatch(inside)
        if partial or _LEFT.fullmatch(inside):
            lost[inside] = None
        return "{{>" + partial[1] + "}}" if partial else found[0]

    changed = _TAG.sub(plain, changed)
    return changed, rewritten, list(lost)


def _uncommented(body: str) -> str:
    """`body` without {{!-- comments --}}, which may hold braces."""
    first, *after = body.split("{{!--")
    return first + "".join(piece.partition("--}}")[2] for piece in after)


def _trimmed(body: str) -> str:
    """`body` without the spaces that a tilde takes away."""
    *before, last = body.split("{{~")
    first, *after = "{{".join([*(piece.rstrip() for piece in before), last]).split("~}}")
    return "}}".join([first, *(piece.lstrip() for piece in after)])


def _blocks(body: str) -> str:
    """Sections for #if, #each, #with and #unless; {{else}} becomes the opposite section, {{else if x}} one more inside it.

    `opened` holds, of each open block, the sections it stands for; none where it is a helper's, which stays as it is.
    """
    opened: list[list[tuple[str, str]]] = []

    def replaced(tag: re.Match[str]) -> str:
        found = _BLOCK.fullmatch(tag[1].strip())
        if not found:
            return tag[0]
        if found["kind"] or found["not"]:
            return _opened(found, opened) or tag[0]
        if found["end"] and opened:
            return "".join(_close(name) for _sign, name in reversed(opened.pop())) or tag[0]
        return (_turned(found, opened[-1]) if opened and found["turn"] else "") or tag[0]

    return _TAG.sub(replaced, body)


def _opened(found: re.Match[str], opened: list[list[tuple[str, str]]]) -> str:
    kind, name = found["kind"], found["name"]
    if kind in _SIGNS and name and _PATH.fullmatch(name):
        opened.append([(_SIGNS[kind], name)])
        return _open(_SIGNS[kind], name)
    plain = not name and kind not in _SIGNS
    opened.append([("#", kind) if kind else ("^", found["not"])] if plain else [])
    return ""  # it stays as it is


def _turned(found: re.Match[str], block: list[tuple[str, str]]) -> str:
    other = (found["other"] or "").removeprefix(" if").strip()
    if not block or (other and not _PATH.fullmatch(other)):
        return ""
    sign, name = block.pop()
    opposite = "#" if sign == "^" else "^"
    block.append((opposite, name))
    if not other:
        return _close(name) + _open(opposite, name)
    block.append(("#", other))
    return _close(name) + _open(opposite, name) + _open("#", other)


def _open(sign: str, name: str) -> str:
    return "{{" + sign + name + "}}"


def _close(name: str) -> str:
    return "{{/" + name + "}}"
