"""A document as XLSX: numbers that can be summed, charts that can be changed, texts that stay texts."""

import io
from typing import Any

from workbench.errors import InputError
from workbench.export import drawing, figures, provenance
from workbench.export.literal import visible
from workbench.export.model import Brand, Cell, Chart, Column, Diagram, Document, Table, inline
from workbench.export.spreadsheet import cells, charts, grids
from workbench.export.spreadsheet.outline import Outline, Sheeted
from workbench.export.word import styles
from workbench.export.writers import packaging, writer

_SOURCES = "Sources"
_DIAGRAM_DPI = 120


@writer("xlsx", suffix=".xlsx", mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def write(document: Document) -> bytes:
    """The file: a sheet Document, one for each table, chart and diagram, and Sources. It reads no clock."""
    from openpyxl import Workbook

    book = Workbook()
    first: Any = book.active
    first.title = "Document"
    accent = styles.paint(document.brand.accent).accent
    told = any(section.key == "sources" for section in document.sections)
    taken = {"document"} | (set() if told else {_SOURCES.lower()})

    def elsewhere(block: Sheeted, title: str) -> str:
        name = cells.sheet_name(title or type(block).__name__, taken)
        _sheet(book, name, block, document.brand, accent)
        return name

    Outline(first, accent, elsewhere).write(document)
    if not told:
        grids.write(book.create_sheet(_SOURCES), _sources(document), accent)
    book.properties.title, book.properties.subject = visible(document.title)[:255], visible(document.subtitle)[:255]
    book.properties.creator = visible(document.brand.name)[:255] or packaging.MAKER
    out = io.BytesIO()
    book.save(out)
    return packaging.package(out.getvalue(), provenance.text(document), document.as_of_ms)


def _sheet(book: Any, name: str, block: Sheeted, brand: Brand, accent: str) -> None:
    sheet = book.create_sheet(name)
    if isinstance(block, Table):
        grids.write(sheet, block, accent)
    elif isinstance(block, Chart):
        charts.write(sheet, block, accent)
    else:
        _diagram(sheet, block, brand)


def _diagram(sheet: Any, block: Diagram, brand: Brand) -> None:
    from openpyxl.drawing.image import Image

    cells.put(sheet, 1, 1, block.alt[: cells.LONGEST // 2] or "Diagram")
    try:
        picture = Image(io.BytesIO(drawing.png(block, brand, dpi=_DIAGRAM_DPI)))
    except InputError as error:
        cells.put(sheet, 3, 1, f"This diagram cannot be drawn: {error.message}"[: cells.LONGEST // 2])
        return
    picture.width, picture.height = picture.width * 96 // _DIAGRAM_DPI, picture.height * 96 // _DIAGRAM_DPI
    sheet.add_image(picture, "A3")


def _sources(document: Document) -> Table:
    """What the document was written from, as a table."""
    names = ("Kind", "Name", "Id", "Date", "Digest", "Facts")
    rows = [
        (
            each.kind,
            each.name,
            each.id,
            figures.day(each.at_ms) if each.at_ms is not None else "",
            each.digest,
            "; ".join(f"{name}: {value}" for name, value in each.facts),
        )
        for each in document.sources
    ]
    return Table(tuple(Column(name) for name in names), tuple(tuple(Cell(inline(text)) for text in row) for row in rows))
