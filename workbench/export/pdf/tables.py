"""Tables as boxes: columns as wide as what stands in them, rows line by line, so that a long cell goes on on the next page."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.export.model import Cell, Run, Table, inline
from workbench.export.pdf import looks
from workbench.export.pdf.breaking import Line, lines, widest
from workbench.export.pdf.looks import COLOURS, SMALL, Base
from workbench.export.pdf.sheets import Box, Draw, Sheet, Tag

_LARGEST, _SMALLEST = 8.6, 6.2
_PAD = 4.0
_TALL = 8  # lines of a row that still stay on one page
_SHORT = 13  # rows of a table that is not torn apart
_LEADING = 1.36
_LONGEST = 13.0  # ems of a word that may make the type smaller; a longer one is broken
_SAMPLE = 400  # rows whose cells say how wide a column is


@dataclass(frozen=True, slots=True)
class _Grid:
    widths: tuple[float, ...]
    right: tuple[bool, ...]
    size: float
    tag: Tag


def boxes(table: Table, width: float) -> list[Box]:
    """The table, `width` points wide at most, its head repeated on every page."""
    size, widths = _fitted(table, width)
    grid = _Grid(tuple(widths), tuple(column.align == "right" for column in table.columns), size, Tag("Table"))
    head = _row([Cell((Run(column.name, bold=True),)) for column in table.columns], grid, shaded=True)
    for box in head:
        box.keep = True
    found = [*head]
    rows = [_row(row, grid, head=tuple(head)) for row in table.rows]
    short = len(rows) <= _SHORT and sum(map(len, rows)) <= 2 * _SHORT
    for number, row in enumerate(rows):
        if number < len(rows) - 1 and (short or number in {0, len(rows) - 2}):
            row[-1].keep = True
        found += row
    if not table.rows:
        found += _empty(sum(widths) or width, width, size, grid.tag)
    return [*_caption(table, width), *found]


def _caption(table: Table, width: float) -> list[Box]:
    if not table.caption:
        return []
    found = lines(looks.spans(inline(table.caption), Base(SMALL, colour="muted")), width)
    tag = Tag("Caption")
    return [Box(SMALL * 1.42, _text(line, SMALL), keep=True, tag=tag) for line in found]


def _text(line: Line, size: float) -> Draw:
    return lambda sheet, x, y: sheet.line(line, x, y + size * 1.02)


def _empty(ruled: float, width: float, size: float, tag: Tag) -> list[Box]:
    """A line that says so, which may be wider than the table; the rule below is not."""
    (line,) = lines(looks.spans(inline("No rows."), Base(size, colour="muted")), max(ruled, min(width, 60.0)))

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.line(line, x + _PAD, y + 3 + size * 1.02)
        sheet.fill(x, y + size * _LEADING + 5.6, ruled, 0.4, COLOURS["rule"])

    return [Box(size * _LEADING + 6, draw, tag=tag)]


def _fitted(table: Table, width: float) -> tuple[float, list[float]]:
    """(type size, widths): the largest type in which no word is broken; the smallest, and broken words, where there is none."""
    sizes = [_LARGEST, 8.0, 7.4, 6.8, _SMALLEST]
    columns = [_measured(table, number) for number in range(len(table.columns))]
    for size in sizes:
        least = [unit * size + 2 * _PAD for unit, _ in columns]
        if sum(least) <= width:
            return size, _shared([whole * size + 2 * _PAD for _, whole in columns], least, width)
    share = width / max(1, len(columns))
    least = [min(unit * _SMALLEST + 2 * _PAD, share) for unit, _ in columns]
    return _SMALLEST, _shared([unit * _SMALLEST + 2 * _PAD for unit, _ in columns], least, width)


def _measured(table: Table, number: int) -> tuple[float, float]:
    """(widest unit, widest line) of a column at type of one point, the name with them. Long texts count up to a bound."""
    cells = [Cell((Run(table.columns[number].name, bold=True),)), *(row[number] for row in table.rows[:_SAMPLE])]
    pairs = [widest([(text[:400], style) for text, style in looks.spans(cell.runs, Base(10.0))]) for cell in cells]
    return min(max(unit for unit, _ in pairs) / 9.9, _LONGEST), max(whole for _, whole in pairs) / 9.9


def _shared(wished: Sequence[float], least: Sequence[float], width: float) -> list[float]:
    """Widths that add up to `width` at most: all that is wished for, or what is left over in proportion to the wishes beyond the least."""
    if sum(wished) <= width:
        return list(wished)
    more = [max(0.0, wish - low) ** 0.7 for wish, low in zip(wished, least, strict=True)]
    left, total = width - sum(least), sum(more)
    return [low + (left * part / total if total else 0.0) for low, part in zip(least, more, strict=True)]


def _row(cells: Sequence[Cell], grid: _Grid, *, shaded: bool = False, head: tuple[Box, ...] = ()) -> list[Box]:
    base = Base(grid.size, bold=shaded)
    filled = [lines(looks.spans(cell.runs, base), wide - 2 * _PAD) for cell, wide in zip(cells, grid.widths, strict=True)]
    count = max([len(column) for column in filled] or [1])
    tags = [Tag("P") for _ in cells]
    found = []
    for number in range(count):
        last = number == count - 1
        above = 3.0 if number == 0 else 0.0
        height = above + grid.size * _LEADING + (3.0 if last else 0.0)
        row = [column[number] if number < len(column) else None for column in filled]
        keep = not last and (count <= _TALL or number in {0, count - 2})
        found.append(Box(height, _cells(row, grid, tags, (above, height), shaded=shaded, ruled=last), keep, head=head, tag=grid.tag))
    return found


def _cells(row: Sequence[Line | None], grid: _Grid, tags: Sequence[Tag], high: tuple[float, float], *, shaded: bool, ruled: bool) -> Draw:
    """One line of a row: `high` is the white space over it and its height; a rule stands below the last. Each cell is tagged as one."""
    above, height = high

    def draw(sheet: Sheet, x: float, y: float) -> None:
        if shaded:
            sheet.fill(x, y, sum(grid.widths), height + 0.2, COLOURS["shade"])
        place = x
        if ruled:
            sheet.fill(x, y + height - 0.4, sum(grid.widths), 0.4, COLOURS["rule"])
        for line, wide, right, tag in zip(row, grid.widths, grid.right, tags, strict=True):
            if line is not None:
                sheet.tag = tag
                left = place + (wide - _PAD - line.width if right or line.right else _PAD)
                sheet.line(line, left, y + above + grid.size * 1.02, shade="" if shaded else COLOURS["shade"])
            place += wide

    return draw
