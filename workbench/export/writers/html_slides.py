"""Slides as one HTML file that works from disk: places and sizes are those of the presentation, on a page that scrolls.

Without the script it is read by scrolling, its notes open by a click; printed it is one slide a page. The script is our own, and nothing
else may run: the file's own policy names it by its hash, and no address is ever asked.
"""

import base64
import hashlib
import html
import re
from functools import cache
from pathlib import Path
from typing import Any

from workbench.errors import InputError
from workbench.export import drawing, provenance
from workbench.export.deck import arranging, svg
from workbench.export.deck.model import (
    CARD_BAR,
    CARD_PAD,
    CELL_PAD,
    CELL_RISE,
    CODE_PAD,
    Box,
    Deck,
    Grid,
    Mono,
    Par,
    Picture,
    Slide,
    Words,
)
from workbench.export.drawing import looks
from workbench.export.literal import one_line, visible
from workbench.export.model import Chart, Diagram, Document, Run
from workbench.export.powerpoint import charts
from workbench.export.powerpoint.look import has_logo
from workbench.export.powerpoint.text import is_rtl
from workbench.export.writers import writer

_LINKS = ("http://", "https://", "mailto:")
_CARDS = {
    "info": ("#eaf1f8", "var(--accent)"),
    "warning": ("#fdf3dc", "#b26b00"),
    "missing": ("#f1f3f5", "#6b7785"),
    "good": ("#e6f4ea", "#1e7b45"),
    "bad": ("#fcebea", "#b3261e"),
}


@writer("slides.html", suffix=".html", mime="text/html")
def write(document: Document) -> bytes:
    """The file."""
    deck = arranging.deck(document)
    accent = looks.accent(document.brand.accent)
    page = _Page(document, deck)
    body = "".join(page.section(number, slide) for number, slide in enumerate(deck.slides, 1))
    script, sheet = (_part(name) for name in ("page.js", "page.css"))
    style = sheet.replace("$accent", accent).replace("$on", looks.on(accent)) + page.style()
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    title = html.escape(one_line(document.title))
    hint = '<p class="hint">Arrow keys turn the slides, N shows the notes, printing gives a slide a page with the notes that are open.</p>'
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="Prompt Workbench">'
        f"<title>{title}</title><style>{style}</style></head><body><main>{body}</main>{hint}"
        f'<script type="application/json" id="{provenance.ELEMENT}">{_json(document)}</script><script>{script}</script></body></html>\n'
    ).encode()


class _Page:
    """Builds the sections, and gathers the rule that puts each piece into its place: a style attribute would need a wider policy."""

    def __init__(self, document: Document, deck: Deck) -> None:
        self._document, self._deck = document, deck
        self._classes: dict[str, str] = {}

    def style(self) -> str:
        """The rules of all places."""
        return "".join(f".{name} {{ {rule} }}\n" for rule, name in self._classes.items())

    def section(self, number: int, slide: Slide) -> str:
        """A slide with its notes."""
        level = "h1" if slide.opening else "h2"
        size = self._class(f"font-size: {_u(slide.title_size)}")
        title = f'<{level} class="{size}" dir="auto"><span>{html.escape(slide.title)}</span></{level}>'
        pieces = "".join(self._piece(piece) for piece in slide.pieces)
        foot = (
            "" if slide.opening else f'<div class="foot"><span dir="auto">{html.escape(self._deck.foot)}</span><span>{number}</span></div>'
        )
        notes = f"<details><summary>Notes</summary>{_paragraphs(slide.notes)}</details>" if slide.notes else ""
        opening = " opening" if slide.opening else ""
        place = f'<div class="slide{opening}"><div class="tick"></div>{title}{pieces}{self._logo()}{foot}</div>'
        return f'<section id="slide-{number}" aria-label="Slide {number}">{place}{notes}</section>'

    def _piece(self, piece: Any) -> str:
        match piece:
            case Words():
                return self._words(piece)
            case Mono():
                return self._mono(piece)
            case Grid():
                return self._grid(piece)
            case _:
                return self._picture(piece)

    def _words(self, piece: Words) -> str:
        rule = _place(piece.box)
        if piece.card:
            ground, bar = _CARDS[piece.card]
            pad = f"{_u(CARD_PAD)} {_u(CARD_PAD)} {_u(CARD_PAD)} {_u(CARD_PAD)}"
            rule += f"; background: {ground}; border-left: {_u(CARD_BAR)} solid {bar}; padding: {pad}"
        return f'<div class="words {self._class(rule)}">{"".join(map(self._par, piece.pars))}</div>'

    def _par(self, par: Par) -> str:
        rule = f"font-size: {_u(par.size)}; padding-block: {_u(par.before)} {_u(par.after)}; padding-inline-start: {_u(par.indent)}"
        tag = "h3" if par.role == "heading" else "pre" if par.role == "code" else "p"
        mark = ""
        if par.mark:
            out = max(0.0, par.indent - max(1.1 * par.size, len(par.mark) * par.size * 0.8))
            mark = f'<span class="mark {self._class(f"inset-inline-start: {_u(out)}")}">{html.escape(par.mark)}</span>'
        return f'<{tag} class="par {par.role} {self._class(rule)}" dir="auto">{mark}{"".join(map(_run, par.runs))}</{tag}>'

    def _mono(self, piece: Mono) -> str:
        below = 18.0 if piece.caption else 0.0
        inner = self._class(f"height: {_u(piece.box.height - below)}; padding: {_u(CODE_PAD)}; font-size: {_u(piece.size)}")
        small = self._class(f"font-size: {_u(12)}; padding-top: {_u(2)}")
        caption = f'<p class="caption {small}">{html.escape(piece.caption)}</p>' if piece.caption else ""
        # A line feed right behind <pre> is dropped by readers of HTML: this one is, so that the text's own stays.
        said = f'<pre class="{inner}">\n{html.escape(visible(piece.text))}</pre>'
        return f'<div class="mono {self._class(_place(piece.box))}">{said}{caption}</div>'

    def _grid(self, piece: Grid) -> str:
        table = piece.table
        cell = self._class(f"padding: {_u(CELL_RISE)} {_u(CELL_PAD)}; font-size: {_u(piece.size)}")
        aligned = [f"{cell} right" if column.align == "right" else cell for column in table.columns]
        columns = "".join(f'<col class="{self._class(f"width: {_u(width)}")}">' for width in piece.widths)
        head = "".join(
            f'<th scope="col" class="{name}" dir="auto">{html.escape(visible(column.name))}</th>'
            for name, column in zip(aligned, table.columns, strict=True)
        )
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td class="{name}" dir="auto">{"".join(map(_run, each.runs))}</td>' for name, each in zip(aligned, row, strict=True)
            )
            + "</tr>"
            for row in table.rows
        )
        place = f"left: {_u(piece.box.left)}; top: {_u(piece.box.top)}; width: {_u(piece.box.width)}"
        return (
            f'<table class="{self._class(place)}"><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        )

    def _picture(self, piece: Picture) -> str:
        block, box = piece.block, piece.box
        chart = block if isinstance(block, Chart) else None
        if chart is not None and charts.is_empty(chart):
            return self._words(Words(box, (Par((Run(f"{chart.title}: no data yet."),), 16.0),), "missing"))
        try:
            picture = self._classed(svg.diagram(block, box) or "") if isinstance(block, Diagram) else ""
            picture = picture or self._classed(drawing.svg(block, self._document.brand, width_px=max(320, round(box.width * 0.8))))
        except InputError as error:
            return self._words(Words(box, (Par((Run(f"This diagram cannot be drawn: {error.message}"),), 16.0),), "missing"))
        named = chart.title if chart else ""
        said = visible(charts.alt(chart) if chart else getattr(block, "alt", "") or "Diagram")
        size = self._class(f"font-size: {_u(16)}")
        title = f'<p class="named {size}" dir="auto">{html.escape(one_line(named))}</p>' if named else ""
        foot = one_line(chart.note) if chart else ""  # n stands in the picture
        below = f'<p class="caption {self._class(f"font-size: {_u(12)}")}">{html.escape(foot)}</p>' if foot else ""
        inner = f'{title}<div class="drawn" role="img" aria-label="{html.escape(said)}">{picture}</div>{below}'
        return f'<div class="picture {self._class(_place(box))}">{inner}</div>'

    def _classed(self, picture: str) -> str:
        """A picture whose styles are rules of the page: the policy lets none stand at an element."""
        return re.sub(r' style="([^"]*)"', lambda found: f' class="{self._class(html.unescape(found[1]))}"', picture)

    def _logo(self) -> str:
        brand = self._document.brand
        if not has_logo(brand):
            return ""
        data = base64.b64encode(brand.logo).decode()
        return f'<img class="logo" alt="{html.escape(visible(brand.name) or "Logo")}" src="data:image/png;base64,{data}">'

    def _class(self, rule: str) -> str:
        return self._classes.setdefault(rule, f"c{len(self._classes)}")


@cache
def _part(name: str) -> str:
    return (Path(__file__).resolve().parent.parent / "deck" / name).read_text(encoding="utf-8")


def _run(run: Run) -> str:
    said = html.escape(visible(run.text))
    for tag, wanted in (("code", run.code), ("em", run.italic), ("strong", run.bold)):
        said = f"<{tag}>{said}</{tag}>" if wanted else said
    link = visible(run.link)
    return f'<a href="{html.escape(link)}" rel="noreferrer">{said}</a>' if link.lower().startswith(_LINKS) else said


def _paragraphs(notes: str) -> str:
    return "".join(
        f'<p dir="{"rtl" if is_rtl(line) else "ltr"}">{html.escape(line)}</p>' for line in visible(notes).split("\n") if line.strip()
    )


def _place(box: Box) -> str:
    return f"left: {_u(box.left)}; top: {_u(box.top)}; width: {_u(box.width)}; height: {_u(box.height)}"


def _u(points: float) -> str:
    return f"calc(var(--unit) * {round(points, 2):g})"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _json(document: Document) -> str:
    return provenance.text(document).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
