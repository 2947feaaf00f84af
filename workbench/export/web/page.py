"""A whole page of HTML: head with its policy and styles, masthead, contents, main part, foot. Works from disk, without script.

The policy forbids every script and every address; the only data: the logo.
"""

import base64
from functools import cache
from pathlib import Path

from workbench.export import figures, provenance
from workbench.export.drawing import looks
from workbench.export.literal import one_line
from workbench.export.model import Brand, Document, anchors
from workbench.export.web.elements import escape, sections

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_DARK = "#14181d"
_SIGNS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def write(document: Document, *, above: str = "") -> str:
    """The page of a document, `above` its masthead's elements; what it was written from is JSON in its last element."""
    said = provenance.text(document).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    data = f'<script type="application/json" id="{provenance.ELEMENT}">{said}</script>'
    inner = f'<div class="page">\n{masthead(document, above=above)}\n{body(document)}\n</div>\n{data}'
    return frame(document.title, inner, document.brand)


def frame(title: str, inner: str, brand: Brand, *, policy: str = POLICY, extra: str = "") -> str:
    """A page of any contents: `extra` are more elements of its head."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<style>\n{style('document.css')}{_colours(brand)}</style>\n"
        f"{extra}<title>{escape(one_line(title)) or 'Document'}</title>\n</head>\n"
        f'<body>\n<a class="skip" href="#content">Skip to the content</a>\n{inner}\n</body>\n</html>\n'
    )


def masthead(document: Document, *, above: str = "") -> str:
    """Logo and name, title, what it is and of when."""
    dated = "" if document.as_of_ms is None else f"As of {figures.day(document.as_of_ms)}"
    about = " · ".join(escape(one_line(part)) for part in (document.subtitle, dated) if part)
    said = f'\n<p class="about" dir="auto">{about}</p>' if about else ""
    return (
        f'<header class="masthead">\n{above}{_brand(document.brand)}<h1 dir="auto">{escape(one_line(document.title))}</h1>{said}\n</header>'
    )


def body(document: Document) -> str:
    """Contents and main part, without the page round them."""
    main = f'<main id="content">\n{sections(document.sections, document.brand)}\n</main>'
    if not document.contents or len(document.sections) < 2:
        return main
    places = anchors(document.sections)
    items = "\n".join(
        f'<li dir="auto"><a href="#{places[section.key]}">{escape(one_line(section.title))}</a></li>' for section in document.sections
    )
    contents = (
        f'<nav class="contents" aria-labelledby="contents-title">\n<h2 id="contents-title">Contents</h2>\n<ol>\n{items}\n</ol>\n</nav>'
    )
    return f'<div class="with-contents">\n{contents}\n{main}\n</div>'


@cache
def style(name: str) -> str:
    """A style sheet of this package."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _brand(brand: Brand) -> str:
    kind = next((mime for sign, mime in _SIGNS if brand.logo.startswith(sign)), "")
    # The name stands beside the logo: read out, the picture would only say it twice.
    logo = f'<img alt="" src="data:{kind};base64,{base64.b64encode(brand.logo).decode()}">' if kind else ""
    name = f'<span dir="auto">{escape(one_line(brand.name))}</span>' if brand.name.strip() else ""
    return f'<p class="brand">{logo}{name}</p>\n' if logo or name else ""


def _colours(brand: Brand) -> str:
    """The accent as text and as the first colour of charts, each readable on its ground, light and dark."""
    accent = looks.accent(brand.accent)
    first = looks.palette(accent, 1)[0]
    dark = f"--accent: {looks.readable(accent, _DARK, 5.0)}; --first: {looks.readable(first, _DARK, 3.0)};"
    light = f"--accent: {looks.readable(accent, looks.PAPER, 5.0)}; --first: {first};"
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n@media print {{ :root {{ {light} }} }}\n"
