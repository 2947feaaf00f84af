"""Cells, tables and remarks of reports out of figures: what is shown, and the number behind it. Reads nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any, Literal

from workbench.export import figures
from workbench.export.model import Cell, Column, Note, Paragraph, Run, Table, inline

_ROUNDED = 9  # digits behind the point that a digest looks at: what lies beyond is rounding of the machine
MISSING = Cell((Run(figures.NONE, italic=True),))


def words(text: object, *, code: bool = False) -> Cell:
    """A cell of text, on one line."""
    return Cell((Run(" ".join(str(text).split()), code=code),))


def figure(value: float | None, unit: str) -> Cell:
    """A cell of a figure; what a unit is told per (usd/call) does not show."""
    return MISSING if value is None else Cell(inline(told(value, unit)), float(value))


def bounded(value: float | None, low: float | None, high: float | None, unit: str) -> Cell:
    """A cell of a figure with its interval in brackets."""
    if value is None:
        return MISSING
    within = figures.interval(low, high, _word(unit))
    return Cell(inline(told(value, unit) + (f" ({within})" if within else "")), float(value))


def change(value: float | None, unit: str, *, relative: bool) -> Cell:
    """A cell of a change: +12.0 %, or for a share −1.2 points."""
    if value is None:
        return MISSING
    size = abs(value) * 100
    said = f"{size:,.1f} %" if relative or unit != "share" else f"{size:,.1f} points"
    return Cell(inline(("+" if value >= 0 else "−") + said if size >= 0.05 else said), float(value))


def told(value: float | None, unit: str) -> str:
    """A figure in its unit; one told per call or rating in the unit before the slash."""
    if unit == "calls/min":
        return figures.NONE if value is None else f"{figures.number(value)} a minute"
    return figures.told(value, _word(unit))


def _word(unit: str) -> str:
    """The unit as a figure tells it: without what it is told per; a score from 0 to 1 tells none."""
    whole = unit.partition("/")[0]
    return "" if whole == "score" else whole


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], caption: str = "") -> Table:
    """A table; a column whose name ends in > stands right."""
    made = tuple(Column(name.removesuffix(">"), "right" if name.endswith(">") else "left") for name in columns)
    return Table(made, tuple(tuple(row) for row in rows), caption)


def note(kind: Literal["info", "warning", "missing", "good", "bad"], text: str) -> Note:
    """A remark of one paragraph."""
    return Note(kind, (Paragraph(inline(text)),))


def shown(*parts: Any) -> Any:
    """What a digest covers: blocks, and any values beside them, as JSON values."""
    return [_plain(part) for part in parts]


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, float):
        return round(value, _ROUNDED)
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
