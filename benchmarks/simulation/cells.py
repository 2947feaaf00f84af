"""One measured figure, and the worst of many."""

from collections.abc import Iterable
from dataclasses import dataclass

DRAWS = 4_000
SIZES = (5, 10, 20, 30, 50, 100, 200, 500)
RATES = (0.05, 0.5, 0.95)
LEVEL, ALPHA = 0.95, 0.05


@dataclass(frozen=True)
class Cell:
    """`rate` of `name` (an interval's method or a test) with `n` cases on the data described by `where`; `exact` where enumerated."""

    name: str
    n: int
    where: str
    rate: float
    exact: bool = False


def worst_coverage(cells: Iterable[Cell]) -> dict[str, dict[int, Cell]]:
    """The lowest rate of every name and n."""
    return _extreme(cells, lowest=True)


def worst_error(cells: Iterable[Cell]) -> dict[str, dict[int, Cell]]:
    """The highest rate of every name and n."""
    return _extreme(cells, lowest=False)


def _extreme(cells: Iterable[Cell], *, lowest: bool) -> dict[str, dict[int, Cell]]:
    found: dict[str, dict[int, Cell]] = {}
    for cell in cells:
        kept = found.setdefault(cell.name, {}).setdefault(cell.n, cell)
        if (cell.rate < kept.rate) if lowest else (cell.rate > kept.rate):
            found[cell.name][cell.n] = cell
    return found
