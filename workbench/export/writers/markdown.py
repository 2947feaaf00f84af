"""Documents as Markdown: CommonMark with the tables of GitHub. Every character of a text is shown; none of it is markup.

Markdown holds no pictures: a chart is a table of its figures, a diagram its mermaid source.
"""

import re
from collections.abc import Iterator, Sequence

from workbench.export import figures, provenance, values
from workbench.export.literal import one_line
from workbench.export.model import (
    Block,
    Chart,
    Code,
    Diagram,
    Document,
    Heading,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Run,
    Table,
    anchors,
    inline,
    plain,
)
from workbench.export.writers import writer
from workbench.export.writers.marking import cell, fence, line, literal, runs

NOTES = {"info": "Note", "warning": "Warning", "missing": "Missing", "good": "Good", "bad": "Bad"}


@writer("md", suffix=".md", mime="text/markdown; charset=utf-8")
def write(document: Document) -> bytes:
    """The document as UTF-8 Markdown; what it was written from is in a comment at its end."""
    places, named = _places(document), anchors(document.sections)
    parts = [f"# {line(document.title)}", *_about(document)]
    if document.contents and document.sections:
        parts += ["## Contents", "\n".join(_entry(one.title, places[named[one.key]]) for one in document.sections)]
    for section in document.sections:
        parts.append(f"## {line(section.title)}")
        parts += _blocks(section.blocks, places)
    parts.append(f"<!-- {provenance.comment(document)} -->")
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def slug(text: str) -> str:
    """The anchor that GitHub gives a heading: lower case, letters, digits, `_` and `-` stay, spaces become hyphens."""
    return re.sub(r"[^\w\- ]", "", one_line(text).lower()).replace(" ", "-")


def _places(document: Document) -> dict[str, str]:
    """Anchor of the model -> the anchor that readers of Markdown give that section's heading."""
    taken: dict[str, int] = {}

    def take(text: str) -> str:
        base = slug(text)
        name = base
        while name in taken:
            taken[base] += 1
            name = f"{base}-{taken[base]}"
        taken[name] = 0
        return name

    take(document.title)
    if document.contents and document.sections:
        take("Contents")
    named = anchors(document.sections)
    made = {}
    for section in document.sections:
        made[named[section.key]] = take(section.title)
        for heading in _headings(section.blocks):
            take(plain(heading.text))
    return made


def _headings(blocks: Sequence[Block]) -> Iterator[Heading]:
    for block in blocks:
        if isinstance(block, Heading):
            yield block
        elif isinstance(block, Quote | Note):
            yield from _headings(block.blocks)
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _headings(item)


def _about(document: Document) -> list[str]:
    dated = "" if document.as_of_ms is None else f"As of {figures.day(document.as_of_ms)}"
    said = " · ".join(literal(one_line(part)) for part in (document.brand.name, document.subtitle, dated) if part)
    return [said] if said else []


def _entry(title: str, place: str) -> str:
    return f"- [{line(title)}](#{place})" if place else f"- {literal(one_line(title))}"


def _blocks(blocks: Sequence[Block], places: dict[str, str]) -> list[str]:
    """Each block as Markdown. Of two lists in a row the second takes the other sign: it would be read as one with the first."""
    made: list[str] = []
    other = False
    before: Block | None = None
    for block in blocks:
        if isinstance(block, ListBlock):
            other = isinstance(before, ListBlock) and before.ordered == block.ordered and not other
            made.append(_list(block, places, other=other))
        else:
            made += _block(block, places)
        before = block
    return [part for part in made if part]


def _block(block: Block, places: dict[str, str]) -> list[str]:  # noqa: PLR0911  # one a kind of block
    if isinstance(block, Heading):
        return [f"{'#' * min(6, max(3, block.level))} {runs(block.text, places, flat=True)}"]
    if isinstance(block, Paragraph):
        return [runs(block.runs, places)]
    if isinstance(block, Code):
        return [*([f"*{line(block.caption)}*"] if block.caption.strip() else []), fence(block.text, block.language)]
    if isinstance(block, Table):
        return [*([f"*{line(block.caption)}*"] if block.caption.strip() else []), _table(block, places)]
    if isinstance(block, Chart):
        return _chart(block, places)
    if isinstance(block, Diagram):
        return [fence(block.source, "mermaid"), *([f"*{line(block.alt)}*"] if block.alt.strip() else [])]
    if isinstance(block, Note):
        return [_quoted(_blocks(_noted(block), places))]
    return [_quoted(_blocks(block.blocks, places))] if isinstance(block, Quote) else [_list(block, places)]


def _noted(block: Note) -> tuple[Block, ...]:
    """The blocks of a note, its word in bold before them."""
    word = Run(f"{NOTES[block.kind]}:", bold=True)
    first, rest = block.blocks[:1], block.blocks[1:]
    if first and isinstance(first[0], Paragraph):
        return (Paragraph((word, Run(" "), *first[0].runs)), *rest)
    return (Paragraph((word,)), *block.blocks)


def _quoted(parts: list[str]) -> str:
    return "\n".join(f"> {row}" if row else ">" for row in "\n\n".join(parts).split("\n"))


def _list(block: ListBlock, places: dict[str, str], *, other: bool = False) -> str:
    rows = []
    for number, item in enumerate(block.items, start=1):
        mark = f"{number}{')' if other else '.'} " if block.ordered else "* " if other else "- "
        parts = _blocks(item, places)
        text = "\n\n".join(parts)
        rows.append(mark + re.sub(r"\n(?=[^\n])", "\n" + " " * len(mark), text))
    tight = all(len(item) == 1 and isinstance(item[0], Paragraph) for item in block.items)
    return ("\n" if tight else "\n\n").join(rows)


def _table(block: Table, places: dict[str, str]) -> str:
    if not block.columns:
        return ""
    names = [cell(inline(column.name), places) for column in block.columns]
    rules = ["---:" if column.align == "right" else "---" for column in block.columns]
    rows = [[cell(one.runs, places) for one in row] for row in block.rows]
    text = "\n".join(f"| {' | '.join(row)} |" for row in (names, rules, *rows))
    return text if rows else f"{text}\n\n*No rows.*"


def _chart(block: Chart, places: dict[str, str]) -> list[str]:
    measured = values.measured(block)
    title = f"**{line(block.title)}**" if block.title.strip() else ""
    head = f"{title} ({line(measured)})" if measured else title
    said = [line(text) for text in (block.note, block.alt) if text.strip()]
    return [head, _table(values.table(block), places), *([" ".join(f"*{text}*" for text in said)] if said else [])]
