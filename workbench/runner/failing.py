"""What went wrong in a run: its worst cases, worst first, and its errors by type. Reads only."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Integer, case, cast, func, select

from workbench.runner.cells import PASSED
from workbench.runner.tables import CellRow

if TYPE_CHECKING:
    from workbench.store import Store


@dataclass(frozen=True)
class Failing:
    """A case that some cell failed, or scored below PASSED, on. `mean` is over all its cells, one without a reply counting 0; `worst` names
    the worst repeat of each variant that failed it, as (variant, repeat).
    """

    position: int
    mean: float
    worst: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ErrorCount:
    """How many cells of a variant ended with an error of this type."""

    variant: int
    error_type: str
    n: int


def worst(store: "Store", run_id: str, *, limit: int = 10, upto: int | None = None) -> tuple[int, tuple[Failing, ...]]:
    """How many cases failed, and the worst of them, worst first. `upto`: of the first so many cases alone."""
    failed = (CellRow.status == "error") | (CellRow.score < PASSED)
    of_run = (CellRow.run_id == run_id, *(() if upto is None else (CellRow.case_position < upto,)))
    worth = case((CellRow.status == "error", 0.0), else_=func.coalesce(CellRow.score, 1.0))
    mean = func.avg(worth).label("mean")
    lost = func.sum(cast(case((failed, 1), else_=0), Integer))
    each = select(CellRow.case_position, mean).where(*of_run).group_by(CellRow.case_position).having(lost > 0)
    with store.read() as session:
        total = session.scalar(select(func.count()).select_from(each.subquery())) or 0
        rows = session.execute(each.order_by(mean, CellRow.case_position).limit(limit)).all()
        cells = select(CellRow.case_position, CellRow.variant, CellRow.repeat).where(
            *of_run, failed, CellRow.case_position.in_([row.case_position for row in rows])
        )
        found: dict[int, dict[int, int]] = {}
        for position, variant, repeat in session.execute(cells.order_by(worth, CellRow.variant, CellRow.repeat)):
            found.setdefault(position, {}).setdefault(variant, repeat)
    return total, tuple(Failing(row.case_position, float(row.mean), tuple(sorted(found[row.case_position].items()))) for row in rows)


def errors(store: "Store", run_id: str) -> tuple[ErrorCount, ...]:
    """Errors by variant and type, the most frequent first."""
    n, kind = func.count().label("n"), func.coalesce(CellRow.error_type, "unknown").label("kind")
    query = select(CellRow.variant, kind, n).where(CellRow.run_id == run_id, CellRow.status == "error").group_by(CellRow.variant, kind)
    with store.read() as session:
        rows = session.execute(query).all()
    return tuple(ErrorCount(*row) for row in sorted(rows, key=lambda row: (-row.n, row.variant, row.kind)))
