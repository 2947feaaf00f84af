"""A composed document as text, so that a test can look for what a reader sees: sections by key, tables as rows of text."""

from collections.abc import Iterable, Iterator

from workbench.export import documents
from workbench.export.kinds import Request
from workbench.export.model import Block, Cell, Chart, Code, Document, Heading, ListBlock, Note, Paragraph, Quote, Section, Table, plain
from workbench.store import Store


def compose(store: Store, kind: str, subject: str, **given: object) -> Document:
    """The document; composed twice, and equal both times."""
    request = Request(kind, subject, **given)  # type: ignore[arg-type]
    made = documents.compose(store, request)
    assert documents.compose(store, request) == made
    return made


def section(document: Document, key: str) -> Section:
    """The section of that key."""
    return next(one for one in document.sections if one.key == key)


def text(document: Document, *keys: str) -> str:
    """Every word of the document, or of some of its sections, a block a line."""
    return "\n".join(line for one in document.sections if not keys or one.key in keys for line in _lines(one.blocks))


def tables(document: Document, key: str) -> list[Table]:
    """The tables of a section."""
    return [block for block in section(document, key).blocks if isinstance(block, Table)]


def charts(document: Document, key: str) -> list[Chart]:
    """The charts of a section."""
    return [block for block in section(document, key).blocks if isinstance(block, Chart)]


def rows(table: Table) -> list[list[str]]:
    """The cells of a table as text."""
    return [[plain(cell.runs) for cell in row] for row in table.rows]


def cell(table: Table, row: str, column: str) -> Cell:
    """The cell in the first row that holds `row` somewhere, under that heading."""
    at = [each.name for each in table.columns].index(column)
    return next(each[at] for each in table.rows if row in [plain(one.runs) for one in each])


def missing(document: Document, key: str) -> list[str]:
    """What a section says is not there."""
    notes = (block for block in section(document, key).blocks if isinstance(block, Note) and block.kind == "missing")
    return [" ".join(_lines(note.blocks)) for note in notes]


def _lines(found: Iterable[Block]) -> Iterator[str]:
    for block in found:
        if isinstance(block, Paragraph):
            yield plain(block.runs)
        elif isinstance(block, Heading):
            yield plain(block.text)
        elif isinstance(block, Note | Quote):
            yield from _lines(block.blocks)
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _lines(item)
        elif isinstance(block, Code):
            yield f"{block.caption}\n{block.text}"
        elif isinstance(block, Table):
            yield " | ".join(column.name for column in block.columns)
            yield from (" | ".join(row) for row in rows(block))
        elif isinstance(block, Chart):
            yield f"{block.title} {' '.join(block.labels)} {block.note}"
