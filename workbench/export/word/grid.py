"""Tables as WordprocessingML: columns as wide as their words, smaller type or a page turned where they are many, rows that stay whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.export.literal import visible
from workbench.export.model import Cell, Column, Inline, Table, inline, plain
from workbench.export.word import text
from workbench.export.word.text import Link, Look, Place

PORTRAIT, LANDSCAPE = 9_638, 14_570  # twips between the margins of A4
_SIZES = {9.5: "TableText", 8.5: "TableSmall", 7.5: "TableTiny"}
_MARGIN = 105  # twips inside a cell, each side
_PER_POINT = 12  # twips that an average character takes for each point of type: a little more than most fonts
_AIR = 0.72  # of a page that words alone may take: less leaves sentences narrow and tall
_BOLD = 1.2  # how much wider bold is
_CROWDED = 9  # columns; more of them need the wider page even where words break on it as well
_MOST = 14  # columns side by side; Word itself draws no more than 63
_LONGEST_WORD, _LONGEST_LINE, _READ = 26, 60, 400  # characters that a column is measured by
_SPLIT_AFTER = 30  # lines; a taller row may break, or it could run off its page
_SHORT = 13  # rows of a table that is not torn apart
_HEADER = 8  # lines of a header that is repeated on every page
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\U0001f000-\U0003ffff]")
_NOTHING = "No rows."


@dataclass(frozen=True, slots=True)
class Colours:
    """Of a table, as rrggbb: the ground of its header, of every second row, its lines, and the line under its header."""

    header: str
    band: str
    line: str
    accent: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How a table is laid out: the widths of its columns in twips, its size of type in points, and whether it needs a page turned."""

    widths: tuple[int, ...]
    size: float
    turned: bool


def parts(table: Table) -> list[Table]:
    """The table, or as many as its columns need; each of them repeats the first column."""
    columns = _columns(table)
    rows = [tuple(row) + (Cell(()),) * (len(columns) - len(row)) for row in table.rows]
    if len(columns) <= _MOST:
        return [Table(columns, tuple(rows), table.caption)]
    made = []
    for start in range(1, len(columns), _MOST - 1):
        chosen = [0, *range(start, min(start + _MOST - 1, len(columns)))]
        said = f"columns {start + 1} to {chosen[-1] + 1} of {len(columns)}"
        caption = f"{table.caption} ({said})" if table.caption else said.capitalize()
        made.append(Table(tuple(columns[n] for n in chosen), tuple(tuple(row[n] for n in chosen) for row in rows), caption))
    return made


def plan(table: Table, left: int, *, may_turn: bool) -> Plan:
    """The largest type at which no word is broken, on an upright page before a turned one; where there is none, small type."""
    measured = [_measure(table, n) for n in range(len(table.columns))]
    upright = PORTRAIT - left
    tries = [(False, upright, 9.5, _AIR), (False, upright, 8.5, _AIR), (False, upright, 8.5, 1.0)]
    if len(table.rows) <= _SHORT:
        tries.append((False, upright, 7.5, 1.0))  # a page turned for a few rows is empty but for them, and the one before it half empty
    if may_turn and len(measured) > 5:
        tries += [(True, LANDSCAPE, size, 1.0) for size in _SIZES]
    for turned, room, size, filled in [*tries, (False, upright, 7.5, 1.0)]:
        least, wanted = ([_needed(each[at], size) for each in measured] for at in (0, 1))
        if sum(least) <= room * filled or sum(wanted) <= room:
            return Plan(_spread(least, wanted, room), size, turned)
    turned = may_turn and len(measured) > _CROWDED
    size, room = 7.5 if len(measured) > 4 else 8.5, LANDSCAPE if turned else upright
    least = [_needed(word, size) for word, _ in measured]
    return Plan(tuple(int(width * room / sum(least)) for width in least), size, turned)


def write(table: Table, laid: Plan, colours: Colours, link: Link, left: int) -> str:
    """The table as XML."""
    rule = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="' + colours.line + '"/>'
    edge = {"top": 45, "left": _MARGIN, "bottom": 45, "right": _MARGIN}
    sides = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in edge.items())
    properties = (
        f'<w:tblW w:w="{sum(laid.widths)}" w:type="dxa"/><w:tblInd w:w="{left}" w:type="dxa"/>'
        f"<w:tblBorders>{''.join(rule.format(side) for side in ('top', 'bottom', 'insideH'))}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{sides}</w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1"/>'
    )
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in laid.widths)
    kept = _kept(table, laid)
    rows = [
        _row(row, table.columns, laid, link, ground=colours.band if at % 2 else "", keep=at in kept) for at, row in enumerate(table.rows)
    ]
    made = "".join(rows) or _empty(laid)
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{_header(table, laid, colours)}{made}</w:tbl>"


def _kept(table: Table, laid: Plan) -> set[int]:
    """The rows that stand on the page of the next one: all of a short table, else the first and the last but one."""
    last = len(table.rows) - 1
    if last < _SHORT and sum(_lines([cell.runs for cell in row], laid) for row in table.rows) <= 2 * _SHORT:
        return set(range(last))
    return {0, last - 1}


def _header(table: Table, laid: Plan, colours: Colours) -> str:
    names = [inline(column.name) for column in table.columns]
    under = f'<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="{colours.accent}"/></w:tcBorders>'
    cells = "".join(
        _cell(name, width, laid, Look(keep=True, right=column.align == "right"), _nowhere, ground=colours.header, border=under, bold=True)
        for name, column, width in zip(names, table.columns, laid.widths, strict=True)
    )
    repeated = "<w:tblHeader/>" if _lines(names, laid) <= _HEADER else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{cells}</w:tr>"


def _row(row: Sequence[Cell], columns: Sequence[Column], laid: Plan, link: Link, *, ground: str, keep: bool) -> str:
    whole = "<w:trPr><w:cantSplit/></w:trPr>" if _lines([cell.runs for cell in row], laid) <= _SPLIT_AFTER else ""
    cells = "".join(
        _cell(cell.runs, width, laid, Look(keep=keep and bool(whole), right=column.align == "right"), link, ground=ground)
        for cell, column, width in zip(row, columns, laid.widths, strict=False)
    )
    return f"<w:tr>{whole}{cells}</w:tr>"


def _cell(runs: Inline, width: int, laid: Plan, look: Look, link: Link, *, ground: str, border: str = "", bold: bool = False) -> str:
    base = text.rtl(plain(runs))
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{ground}"/>' if ground else ""
    inner = text.inline(runs, link, base=base, bold=bold)
    said = text.paragraph(inner, replace(look, style=_SIZES[laid.size]), Place(), right_to_left=base)
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{border}{shade}</w:tcPr>{said}</w:tc>'


def _empty(laid: Plan) -> str:
    said = text.paragraph(text.words(_NOTHING, '<w:color w:val="5F6B7A"/>'), Look(_SIZES[laid.size]), Place())
    span = f'<w:tcW w:w="{sum(laid.widths)}" w:type="dxa"/><w:gridSpan w:val="{len(laid.widths)}"/>'
    return f"<w:tr><w:tc><w:tcPr>{span}</w:tcPr>{said}</w:tc></w:tr>"


def _columns(table: Table) -> tuple[Column, ...]:
    """The columns, as many as the longest row has cells and at least one."""
    count = max((len(row) for row in table.rows), default=0)
    return table.columns + (Column(""),) * (max(count, 1) - len(table.columns))


def _measure(table: Table, at: int) -> tuple[float, float]:
    """The widest word and the widest line of a column, in average characters."""
    word = line = 3.0
    for said, wide in ((table.columns[at].name, _BOLD), *((plain(row[at].runs), 1.0) for row in table.rows[:400])):
        for each in visible(said[:_READ]).split("\n"):
            line = max(line, min(_width(each) * wide, _LONGEST_LINE))
            word = max(word, *(min(_width(part) * wide, _LONGEST_WORD) for part in each.split()), 0.0)
    return word, line


def _needed(characters: float, size: float) -> float:
    """Twips for that many average characters of that size, with the margins of their cell."""
    return characters * size * _PER_POINT + 2 * _MARGIN


def _width(said: str) -> float:
    return len(said) + len(_WIDE.findall(said))


def _spread(least: Sequence[float], wanted: Sequence[float], room: int) -> tuple[int, ...]:
    """Every column what its words need, and the rest of the room by what its lines would like."""
    spare = room - sum(least)
    more = [max(0.0, want - need) + need * 0.15 for need, want in zip(least, wanted, strict=True)]
    return tuple(int(need + spare * each / sum(more)) for need, each in zip(least, more, strict=True))


def _lines(cells: Sequence[Inline], laid: Plan) -> float:
    """About how many lines the tallest of these cells has."""
    most = 1.0
    for runs, width in zip(cells, laid.widths, strict=False):
        said = plain(runs)
        room = max(1.0, (width - 2 * _MARGIN) / (laid.size * _PER_POINT))
        most = max(most, said.count("\n") + 1 + len(said) / room)
    return most


def _nowhere(_: str) -> str:
    return ""
