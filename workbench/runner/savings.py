"""What a run that was decided early did not have to ask for. Reads only."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from workbench.runner.tables import CellRow, RunRow


def saved(session: Session, rows: Sequence[RunRow]) -> dict[str, dict[str, Any]]:
    """By run: `saved_calls`, the planned cells that were not asked, and `saved_nano`, what they would have cost at the mean of the
    asked cells of their variant; None where that has no price. Only runs that were decided early are in it.
    """
    wanted = {row.id: row for row in rows if row.state == "decided"}
    if not wanted:
        return {}
    asked = CellRow.reused_from.is_(None)
    unpriced = asked & (CellRow.status == "ok") & CellRow.cost_nano.is_(None)
    query = (
        select(
            CellRow.run_id,
            func.count().label("finished"),
            func.sum(case((asked, 1), else_=0)).label("asked"),
            func.sum(case((unpriced, 1), else_=0)).label("unpriced"),
            func.sum(case((asked, CellRow.cost_nano), else_=0)).label("cost_nano"),
        )
        .where(CellRow.run_id.in_(wanted))
        .group_by(CellRow.run_id, CellRow.variant)
    )
    found: dict[str, dict[str, Any]] = {run_id: {"saved_calls": 0, "saved_nano": 0} for run_id in wanted}
    for column in session.execute(query):
        plan, sums = wanted[column.run_id].plan, found[column.run_id]
        left = plan["cases"] * plan["repeats"] - column.finished
        sums["saved_calls"] += left
        if left and (column.unpriced or not column.asked):
            sums["saved_nano"] = None
        elif sums["saved_nano"] is not None:
            sums["saved_nano"] += round(left * int(column.cost_nano or 0) / max(1, column.asked))
    return found
