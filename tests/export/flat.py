"""The texts of a document in the order in which a writer shows them: what files are compared with."""

from collections.abc import Iterator
from dataclasses import replace

from tests.export.sample import document
from workbench.export.literal import visible
from workbench.export.model import Block, Chart, Code, Diagram, Document, Heading, ListBlock, Note, Paragraph, Quote, Table, plain


def without(*kinds: type) -> Document:
    """The sample without blocks of some kinds: to draw pictures takes longer than all the rest of a file."""
    whole = document()
    sections = (replace(each, blocks=tuple(block for block in each.blocks if not isinstance(block, kinds))) for each in whole.sections)
    return replace(whole, sections=tuple(sections))


def texts(whole: Document) -> list[str]:
    """Every text, with the stand-ins for characters that no file holds."""
    found = [whole.title, whole.subtitle]
    for section in whole.sections:
        found += [section.title, *(text for block in section.blocks for text in of(block))]
    return [visible(text) for text in found if text]


def of(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield plain(block.text)
        case Paragraph():
            yield plain(block.runs)
        case ListBlock():
            yield from (text for item in block.items for each in item for text in of(each))
        case Code():
            yield block.caption
            yield block.text
        case Quote() | Note():
            yield from (text for each in block.blocks for text in of(each))
        case Table():
            yield block.caption
            yield from (column.name for column in block.columns)
            yield from (plain(cell.runs) for row in block.rows for cell in row)
        case Chart():
            yield block.title
            yield block.note
        case Diagram():
            yield ""
