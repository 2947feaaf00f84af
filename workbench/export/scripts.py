"""Which scripts of a document none of the shipped fonts can show: they are named in the file, so that nothing is missing in silence.

Knows every text of a document. Fonts are read where the first question is asked.
"""

from collections.abc import Iterator, Sequence

from workbench.export import literal
from workbench.export.model import Block, Chart, Code, Diagram, Document, Heading, Inline, ListBlock, Note, Paragraph, Quote, Table

_OTHER = "Private or unassigned characters"


def unsupported(document: Document) -> list[tuple[str, str]]:
    """(name of the script, an example of it) for each script that has characters which no shipped font has, in the order they occur.

    Emoji that the fonts lack are "Emoji", signs of all scripts "Symbols", characters without a meaning "Private or unassigned characters".
    """
    from workbench.export.pdf import faces

    found: dict[str, str] = {}
    seen: set[str] = set()
    for text in texts(document):
        if text.isascii():
            continue
        for character in literal.visible(text):
            if character in seen:
                continue
            seen.add(character)
            if ord(character) > 0x7F and not faces.is_known(character):
                found.setdefault(_script(character), character)
    return list(found.items())


def remark(document: Document) -> str:
    """A sentence that names the scripts a file of the shipped fonts cannot show; "" where it shows all."""
    names = [name for name, _ in unsupported(document)]
    if not names:
        return ""
    said = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    are = "are" if len(names) > 1 or names[0].endswith("s") else "is"
    return f"{said} {are} not supported by the fonts of this file; the same document as HTML or DOCX shows it."


def texts(document: Document) -> Iterator[str]:
    """Every text of a document that a reader sees."""
    yield from (document.title, document.subtitle, document.brand.name)
    for section in document.sections:
        yield section.title
        yield from _of_blocks(section.blocks)


def _of_blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Heading):
            yield from _of_runs(block.text)
        elif isinstance(block, Paragraph):
            yield from _of_runs(block.runs)
        elif isinstance(block, Quote | Note):
            yield from _of_blocks(block.blocks)
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _of_blocks(item)
        else:
            yield from _of_data(block)


def _of_data(block: Code | Table | Chart | Diagram) -> Iterator[str]:
    if isinstance(block, Code):
        yield from (block.text, block.caption)
    elif isinstance(block, Diagram):
        yield block.source
    elif isinstance(block, Chart):
        yield from (block.title, block.note, *block.labels, *(line.name for line in block.lines))
    else:
        yield block.caption
        yield from (column.name for column in block.columns)
        for row in block.rows:
            for cell in row:
                yield from _of_runs(cell.runs)


def _of_runs(runs: Inline) -> Iterator[str]:
    for run in runs:
        yield run.text


def _script(character: str) -> str:
    import unicodedata

    from fpdf.unicode_script import get_unicode_script

    if 0x1F000 <= ord(character) <= 0x1FAFF:
        return "Emoji"
    if unicodedata.category(character) in {"Cn", "Co"}:
        return _OTHER
    name = get_unicode_script(character).name.replace("_", " ").title()
    return "Symbols" if name in {"Common", "Inherited", "Unknown"} else name
