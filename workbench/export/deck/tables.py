"""How wide the columns of a table on a slide are, how high its rows, and where it can be cut."""

from collections.abc import Sequence
from dataclasses import replace

from workbench.export.deck import measuring
from workbench.export.deck.model import CELL_PAD, CELL_RISE
from workbench.export.deck.text import MORE
from workbench.export.literal import visible
from workbench.export.model import Cell, Table, inline, plain

_LOOKED_AT = 60  # rows that tell the widths
_LONGEST = 4_000  # characters of a cell that are set: more never fits


def widths(table: Table, room: float, size: float) -> tuple[float, ...]:
    """The width of each column in points, together the whole room: what a column wants, then a fair share by its longest word."""
    if not table.columns:
        return ()
    wanted, least = [], []
    for at, column in enumerate(table.columns):
        texts = [visible(plain(row[at].runs))[:_LONGEST] for row in table.rows[:_LOOKED_AT]]
        head = visible(column.name)
        most = max([measuring.width(head[:200], size, bold=True), *(_widest(text, size) for text in texts)])
        word = max([measuring.longest_word(head, size, bold=True), *(measuring.longest_word(text, size) for text in texts)])
        wanted.append(most + 2 * CELL_PAD + 2)
        least.append(min(word, room / max(2, len(table.columns))) + 2 * CELL_PAD + 2)
    total = sum(wanted)
    if total <= room:
        return tuple(each * room / total for each in wanted) if total > room * 0.6 else tuple(_spread(wanted, room))
    if sum(least) >= room:
        return tuple(each * room / sum(least) for each in least)
    over = [max(0.0, want - low) for want, low in zip(wanted, least, strict=True)]
    spare = room - sum(least)
    return tuple(low + spare * more / (sum(over) or 1.0) for low, more in zip(least, over, strict=True))


def heights(table: Table, found: Sequence[float], size: float) -> tuple[float, ...]:
    """The height of the head and of each row."""
    head = max([_cell(column.name, width, size, bold=True) for column, width in zip(table.columns, found, strict=True)], default=0.0)
    rows = (max(_cell(plain(cell.runs), width, size) for cell, width in zip(row, found, strict=True)) for row in table.rows)
    return (head, *rows)


def cut(table: Table, found: Sequence[float], size: float, room: float) -> tuple[Table | None, Table | None]:
    """The rows that fit below the head, and the table of the rest. A first row that is too high by itself has its cells cut."""
    head, *rows = heights(table, found, size)
    used, count = head, 0
    for row in rows:
        if used + row > room:
            break
        used, count = used + row, count + 1
    if count == len(rows):
        return (table, None) if head <= room else (None, table)
    if not count:
        return _cut_row(table, found, size, room - head)
    return replace(table, rows=table.rows[:count]), replace(table, rows=table.rows[count:])


def ended(table: Table) -> Table:
    """The table with a last row of ellipses in the place of its last."""
    rows = table.rows[:-1] if len(table.rows) > 1 else table.rows
    return replace(table, rows=(*rows, tuple(Cell(inline(MORE)) for _ in table.columns)))


def _cut_row(table: Table, found: Sequence[float], size: float, room: float) -> tuple[Table | None, Table | None]:
    fitting = int((room - 2 * CELL_RISE) // (size * measuring.LEADING))
    if fitting < 3:
        return None, table
    first, rest = [], []
    for cell, width in zip(table.rows[0], found, strict=True):
        text = visible(plain(cell.runs))
        lines = measuring.lines(text, width - 2 * CELL_PAD, size, most=fitting)
        at = sum(map(len, lines))
        first.append(replace(cell, runs=inline(text[:at])) if at < len(text) else cell)
        rest.append(Cell(inline(text[at:])))
    return replace(table, rows=(tuple(first),)), replace(table, rows=(tuple(rest), *table.rows[1:]))


def _spread(wanted: Sequence[float], room: float) -> list[float]:
    """A narrow table takes most of the room, so that figures stand below each other and not at the far ends."""
    factor = min(1.6, room / sum(wanted))
    return [each * factor for each in wanted]


def _widest(text: str, size: float) -> float:
    return max((measuring.width(line[:200], size) for line in text.split("\n")[:20]), default=0.0)


def _cell(text: str, width: float, size: float, *, bold: bool = False) -> float:
    found = measuring.lines(visible(text), max(size, width - 2 * CELL_PAD), size, bold=bold)
    return len(found) * size * measuring.LEADING + 2 * CELL_RISE
