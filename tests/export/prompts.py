"""Documents of prompts as tests look at them: their text by section, their tables by caption, and traffic to document."""

from collections.abc import Iterable, Iterator

from workbench.export import documents
from workbench.export.kinds import Request
from workbench.export.model import Block, Chart, Code, Document, Heading, ListBlock, Note, Paragraph, Quote, Section, Table, plain
from workbench.ledger.fields import CallRecord
from workbench.store import Store

NOW = 1_790_000_000_000  # 2026-09-21
DAY = 86_400_000


def compose(store: Store, subject: str, **more: object) -> Document:
    """The documentation of a prompt."""
    return documents.compose(store, Request("prompt", subject, **more))  # type: ignore[arg-type]


def part(store: Store, subject: str, key: str, **more: object) -> Section:
    """One section of it, made alone."""
    return section(compose(store, subject, sections=(key,), **more), key)


def section(document: Document, key: str) -> Section:
    """The section of that key."""
    return next(one for one in document.sections if one.key == key)


def blocks(of: Document | Section | Iterable[Block]) -> Iterator[Block]:
    """Every block, those inside others too."""
    listed = (
        [one for each in of.sections for one in each.blocks] if isinstance(of, Document) else of.blocks if isinstance(of, Section) else of
    )
    for block in listed:
        yield block
        if isinstance(block, Note | Quote):
            yield from blocks(block.blocks)
        if isinstance(block, ListBlock):
            for item in block.items:
                yield from blocks(item)


def text(of: Document | Section) -> str:
    """All of it, a line each."""
    return "\n".join(line for block in blocks(of) for line in _lines(block))


def tables(of: Document | Section) -> list[list[list[str]]]:
    """The rows of every table, its head first."""
    found = [block for block in blocks(of) if isinstance(block, Table)]
    return [[[column.name for column in one.columns], *([plain(cell.runs) for cell in row] for row in one.rows)] for one in found]


def rows(of: Document | Section, head: str) -> dict[str, list[str]]:
    """The rows of the first table whose first column has that head, by their first cell."""
    table = next(table for table in tables(of) if table[0][0] == head)
    return {row[0]: row[1:] for row in table[1:]}


def codes(of: Document | Section) -> dict[str, str]:
    """Code by caption, the first of each."""
    found: dict[str, str] = {}
    for block in blocks(of):
        if isinstance(block, Code):
            found.setdefault(block.caption, block.text)
    return found


def notes(of: Document | Section, kind: str) -> list[str]:
    """The remarks of one kind."""
    return [
        "\n".join(line for inner in block.blocks for line in _lines(inner))
        for block in blocks(of)
        if isinstance(block, Note) and block.kind == kind
    ]


def call(at_ms: int = NOW, **more: object) -> CallRecord:
    """A call of version 1 of `intent` that was answered."""
    given = {
        "source": "client", "provider": "openai", "model": "gpt-5", "prompt": "intent", "version": 1, "latency_ms": 500,
        "input_tokens": 100, "output_tokens": 20, "cost_nano": 1_000_000,
    }  # fmt: skip
    return CallRecord(started_ms=at_ms, **(given | more))  # type: ignore[arg-type]


def _lines(block: Block) -> list[str]:
    match block:
        case Heading():
            return [f"{'#' * block.level} {plain(block.text)}"]
        case Paragraph():
            return [plain(block.runs)]
        case Code():
            return [block.caption, block.text]
        case Table():
            return [" | ".join(plain(cell.runs) for cell in row) for row in block.rows]
        case Chart():
            return [block.title, block.alt]
    return []
