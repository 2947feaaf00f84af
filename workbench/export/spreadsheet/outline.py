"""The sheet Document: what the document says in order, a row each, and the way to the sheets of its tables and charts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.export import figures
from workbench.export.model import Block, Chart, Code, Diagram, Document, Heading, ListBlock, Note, Paragraph, Quote, Run, Table, plain
from workbench.export.spreadsheet import cells, grids
from workbench.export.word.blocks import NOTES
from workbench.export.word.text import address

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Sheeted = Table | Chart | Diagram
_WIDE = 100  # characters of the column with the text
_SIZES = {"title": 0.55, "section": 0.75, "code": 0.95}  # how many of those a larger type leaves
_DEEPEST = 15  # levels that a cell may be indented by


@dataclass(slots=True)
class Outline:
    """The sheet being written: the row that is next, and what gives a block a sheet of its own (its name comes back, "" for none)."""

    sheet: "Worksheet"
    accent: str
    elsewhere: Callable[[Sheeted, str], str]
    row: int = 1
    heading: str = ""
    _fonts: dict[str, Any] = field(default_factory=dict)

    def write(self, document: Document) -> None:
        """Write the whole document."""
        self.sheet.column_dimensions["A"].width, self.sheet.column_dimensions["B"].width = _WIDE, 46
        grids.printed(self.sheet, "portrait")
        self.text(document.title, look="title")
        self.text(document.subtitle, look="soft")
        dated = f"Data as of {figures.day(document.as_of_ms)}" if document.as_of_ms is not None else ""
        self.text(" · ".join(part for part in (dated, document.brand.name) if part), look="soft")
        for section in document.sections:
            self.row += 1
            self.heading = section.title
            self.text(section.title, look="section")
            self.blocks(section.blocks, 0)

    def blocks(self, blocks: Sequence[Block], indent: int) -> None:
        """Write blocks, a row or more each."""
        for block in blocks:
            self._block(block, indent)

    def _block(self, block: Block, indent: int) -> None:
        match block:
            case Heading():
                self.heading = plain(block.text)
                self.text(self.heading, look="heading", indent=indent, runs=block.text)
            case Paragraph():
                self.text(plain(block.runs), indent=indent, runs=block.runs)
            case ListBlock():
                for number, item in enumerate(block.items, 1):
                    self._marked(f"{number}. " if block.ordered else "• ", item, indent + 1)
            case Code():
                self.text(block.caption, look="soft", indent=indent)
                for line in block.text.replace("\r\n", "\n").split("\n"):
                    self.text(line, look="code", indent=indent + 1, empty=True)
            case Quote():
                self.blocks(block.blocks, indent + 1)
            case Note():
                self._marked(f"{NOTES[block.kind]}: ", block.blocks, indent)
            case _:
                self._elsewhere(block, indent)

    def _marked(self, mark: str, blocks: Sequence[Block], indent: int) -> None:
        """Blocks whose first paragraph begins with a mark."""
        if blocks and isinstance(blocks[0], Paragraph):
            runs = (Run(mark), *blocks[0].runs)
            self.text(plain(runs), indent=indent, runs=runs)
            blocks = blocks[1:]
        else:
            self.text(mark.strip(), indent=indent)
        self.blocks(blocks, indent + 1)

    def _elsewhere(self, block: Sheeted, indent: int) -> None:
        title = block.caption if isinstance(block, Table) else block.title if isinstance(block, Chart) else block.alt
        title = title or self.heading
        name = self.elsewhere(block, title)
        kind = type(block).__name__
        at = self.row
        self.text(f"{kind}: {title}" if title else kind, look="soft", indent=indent)
        if isinstance(block, Diagram):
            for line in block.source.split("\n"):
                self.text(line, look="code", indent=indent + 1, empty=True)
        if name:
            there = cells.put(self.sheet, at, 2, f"Sheet {name}")
            grids.linked(there, "#'" + name.replace("'", "''") + "'!A1")

    def text(self, text: str, *, look: str = "", indent: int = 0, runs: Sequence[Run] = (), empty: bool = False) -> None:
        """Write a text in as many rows as it needs; nothing for none, unless an `empty` row says something too."""
        if not text and not empty:
            return
        parts = list(cells.pieces(text))
        links = [url for url in (address(run.link) for run in runs) if url]
        for at, part in enumerate(parts):
            cell = cells.put(self.sheet, self.row, 1, part)
            cell.alignment, cell.font = self._aligned(indent), self._font(look)
            cells.tall(self.sheet, self.row, [(part, _WIDE * _SIZES.get(look, 1.0) - 2 * indent)])
            said = ([cells.WENT_ON] if at else []) + ([cells.GOES_ON] if at < len(parts) - 1 else []) + (links if not at else [])
            if said:
                remark = cells.put(self.sheet, self.row, 2, "\n".join(said)[: cells.LONGEST // 2])
                if len(links) == 1 and not at:
                    grids.linked(remark, links[0])
            self.row += 1

    def _aligned(self, indent: int) -> Any:
        from openpyxl.styles import Alignment

        return Alignment(wrap_text=True, vertical="top", indent=min(indent, _DEEPEST))

    def _font(self, look: str) -> Any:
        from openpyxl.styles import Font

        if not self._fonts:
            self._fonts = {
                "": Font(name=cells.FONT),
                "title": Font(name=cells.FONT, size=18, bold=True, color=f"FF{self.accent}"),
                "section": Font(name=cells.FONT, size=14, bold=True, color=f"FF{self.accent}"),
                "heading": Font(name=cells.FONT, size=11, bold=True),
                "soft": Font(name=cells.FONT, color="FF5F6B7A"),
                "code": Font(name="Consolas", size=10),
            }
        return self._fonts[look]
