"""Blocks as HTML: every text escaped, every table and picture with words for those who cannot see it.

Owns elements, no page. What comes out is well-formed and holds no script, no style sheet and no address but the links of the document.
"""

import html
from collections.abc import Mapping, Sequence
from functools import lru_cache

from workbench.errors import InputError
from workbench.export import drawing, figures, values
from workbench.export.drawing import looks
from workbench.export.literal import one_line, visible
from workbench.export.model import (
    Block,
    Brand,
    Cell,
    Chart,
    Code,
    Column,
    Diagram,
    Heading,
    Inline,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Run,
    Section,
    Table,
    anchors,
    inline,
    plain,
)

NOTES = {"info": "Note", "warning": "Warning", "missing": "Missing", "good": "Good", "bad": "Bad"}
_LINKS = ("http://", "https://", "mailto:")
_LONG = 60  # characters: a text that long wants room
_SHORT = 24  # characters: a figure that long stays in one line
# The inks of a picture that change with the ground of the page.
_INKS = {looks.INK: "--ink", looks.SOFT: "--soft", looks.RULE: "--axis", looks.GRID: "--grid", looks.PAPER: "--ground"}


def escape(text: str) -> str:
    """Text that shows itself, in an element or in quotes."""
    return html.escape(visible(text))


def sections(found: Sequence[Section], brand: Brand) -> str:
    """Sections with their headings, each with the anchor that links and contents lead to."""
    return _Writer(found, brand).sections()


def blocks(found: Sequence[Block], brand: Brand) -> str:
    """Blocks alone."""
    return _Writer((), brand).blocks(found)


class _Writer:
    """Writes one document: knows its anchors and its colours."""

    def __init__(self, found: Sequence[Section], brand: Brand) -> None:
        self._sections = found
        self._brand = brand
        self._places: Mapping[str, str] = anchors(found)

    def sections(self) -> str:
        made = []
        for section in self._sections:
            place = self._places[section.key]
            made.append(
                f'<section aria-labelledby="{place}">\n<h2 id="{place}" dir="auto">{escape(one_line(section.title))}</h2>\n'
                f"{self.blocks(section.blocks)}\n</section>"
            )
        return "\n".join(made)

    def blocks(self, found: Sequence[Block]) -> str:
        return "\n".join(self._block(block) for block in found)

    def _block(self, block: Block) -> str:  # noqa: PLR0911  # one a kind of block
        if isinstance(block, Heading):
            level = min(6, max(3, block.level))
            return f'<h{level} dir="auto">{self._runs(block.text)}</h{level}>'
        if isinstance(block, Paragraph):
            return f'<p dir="auto">{self._runs(block.runs)}</p>'
        if isinstance(block, Code):
            return self._code(block)
        if isinstance(block, Table):
            return self._table(block)
        if isinstance(block, Chart):
            return self._chart(block)
        if isinstance(block, Diagram):
            return self._diagram(block)
        if isinstance(block, Note):
            return self._note(block)
        if isinstance(block, Quote):
            return f"<blockquote>\n{self.blocks(block.blocks)}\n</blockquote>"
        return self._list(block)

    def _runs(self, runs: Inline) -> str:
        return "".join(self._run(run) for run in runs)

    def _run(self, run: Run) -> str:
        text = escape(run.text)
        text = f'<code dir="auto">{text}</code>' if run.code else text.replace("\n", "<br>")
        if run.italic:
            text = f"<em>{text}</em>"
        if run.bold:
            text = f"<strong>{text}</strong>"
        target = self._target(run.link)
        return f'<a href="{target}">{text}</a>' if target else text

    def _target(self, link: str) -> str:
        if link.startswith("#"):
            return link if link[1:] in self._places.values() else ""
        if not link.lower().startswith(_LINKS):
            return ""
        return f'{html.escape("".join(visible(link).split()))}" rel="noopener noreferrer'

    def _list(self, block: ListBlock) -> str:
        name = "ol" if block.ordered else "ul"
        items = []
        for item in block.items:
            first = item[0] if item else None
            # A plain item needs no paragraph of its own.
            inner = self._runs(first.runs) if isinstance(first, Paragraph) else self.blocks(item[:1])
            rest = f"\n{self.blocks(item[1:])}" if item[1:] else ""
            items.append(f'<li dir="auto">{inner}{rest}</li>')
        return f"<{name}>\n" + "\n".join(items) + f"\n</{name}>"

    def _note(self, block: Note) -> str:
        word = f'<strong class="word">{NOTES[block.kind]}:</strong>'
        first, rest = block.blocks[:1], block.blocks[1:]
        if first and isinstance(first[0], Paragraph):
            head = f'<p dir="auto">{word} {self._runs(first[0].runs)}</p>'
        else:
            head, rest = f"<p>{word}</p>", block.blocks
        body = f"{head}\n{self.blocks(rest)}" if rest else head
        return f'<div class="note {block.kind}" role="note">\n{body}\n</div>'

    def _code(self, block: Code) -> str:
        caption = f'<figcaption dir="auto">{escape(one_line(block.caption))}</figcaption>\n' if block.caption.strip() else ""
        return f'<figure>\n{caption}<pre dir="auto"><code>{escape(block.text)}</code></pre>\n</figure>'

    def _table(self, block: Table) -> str:
        if not block.columns:
            return ""
        caption = f'<caption dir="auto">{escape(one_line(block.caption))}</caption>\n' if block.caption.strip() else ""
        label = escape(one_line(block.caption) or "Table: " + ", ".join(one_line(column.name) for column in block.columns))
        names = "".join(_head(column) for column in block.columns)
        rows = "\n".join("<tr>" + self._row(row, block.columns) + "</tr>" for row in block.rows)
        rows = rows or f'<tr><td class="none" colspan="{len(block.columns)}">No rows.</td></tr>'
        return (
            f'<div class="scroll" role="group" aria-label="{label}" tabindex="0">\n<table>\n{caption}<thead>\n<tr>{names}</tr>\n</thead>\n'
            f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
        )

    def _row(self, row: Sequence[Cell], columns: Sequence[Column]) -> str:
        made = []
        for cell, column in zip(row, columns, strict=False):
            size = len(plain(cell.runs))
            if column.align == "right":
                kind = ' class="figure"' if size <= _SHORT else ' class="figure wrap"'
            else:
                kind = ' class="long"' if size > _LONG else ""
            made.append(f'<td{kind} dir="auto">{self._runs(cell.runs)}</td>')
        return "".join(made)

    def _chart(self, block: Chart) -> str:
        measured = values.measured(block)
        said = ". ".join(part for part in (one_line(block.title), one_line(block.alt), measured) if part)
        count = "" if block.n is None else f" <small>(n = {figures.count(block.n)})</small>"
        remark = f'\n<p class="remark" dir="auto">{escape(one_line(block.note))}</p>' if block.note.strip() else ""
        label = f"Figures: {one_line(block.title)}"
        caption = f'<figcaption dir="auto">{escape(one_line(block.title))}{count}</figcaption>'
        details = f"<details><summary>{escape(label)}</summary>\n{self._table(values.table(block))}\n</details>"
        return f"<figure>\n{caption}\n{_picture(block, self._brand, said)}{remark}\n{details}\n</figure>"

    def _diagram(self, block: Diagram) -> str:
        try:
            picture = _picture(block, self._brand, one_line(block.alt) or "Diagram; its source follows.")
        except InputError as error:
            said = Note("warning", (Paragraph(inline(f"This diagram cannot be drawn: {error.message}")),))
            return f"{self._note(said)}\n{self._code(Code(block.source))}"
        caption = f'\n<figcaption class="remark" dir="auto">{escape(one_line(block.alt))}</figcaption>' if block.alt.strip() else ""
        source = f'<details><summary>Source of the diagram</summary>\n<pre dir="auto"><code>{escape(block.source)}</code></pre>\n</details>'
        return f"<figure>\n{picture}{caption}\n{source}\n</figure>"


def _head(column: Column) -> str:
    # An empty heading says nothing to a screen reader, which expects one.
    tag = "th" if column.name.strip() else "td"
    scope = ' scope="col"' if tag == "th" else ""
    kind = ' class="figure"' if column.align == "right" else ""
    return f'<{tag}{scope}{kind} dir="auto">{escape(one_line(column.name))}</{tag}>'


def _picture(what: Chart | Diagram, brand: Brand, said: str) -> str:
    svg = _themed(drawing.svg(what, brand), looks.accent(brand.accent))
    return f'<div class="chart" role="img" aria-label="{escape(said)}" tabindex="0">\n{svg}\n</div>'


@lru_cache(maxsize=512)
def _themed(svg: str, accent: str) -> str:
    """The picture with inks that follow the page's ground; the first colour stays as light against the dark one as it has to be."""
    for ink, name in _INKS.items():
        svg = svg.replace(f": {ink}", f": var({name})")
    first = looks.palette(accent, 1)[0]
    return svg.replace(f": {first}", ": var(--first)").replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
