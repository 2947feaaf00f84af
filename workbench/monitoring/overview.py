"""What Home shows, in a few indexed queries: how much is there, what this month cost, what waits to go on. Reads only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select

from workbench.datasets.tables import DatasetRow
from workbench.ledger.tables import CallRow
from workbench.prompts.tables import DraftRow, LabelRow, PromptRow
from workbench.runner import reading
from workbench.runner.tables import RunRow

if TYPE_CHECKING:
    from workbench.store import Store

PRODUCTION = "production"


@dataclass(frozen=True)
class Overview:
    """Counts of what is in the store. `month_nano` is this month's cost in nano-dollars; it leaves out `month_unpriced` answered calls."""

    prompts: int
    in_production: int
    datasets: int
    runs: int
    finished_runs: int
    calls: int
    month_calls: int
    month_nano: int
    month_unpriced: int
    demo: bool

    @property
    def empty(self) -> bool:
        """Whether nobody has begun yet."""
        return not (self.prompts or self.datasets or self.runs or self.calls)


@dataclass(frozen=True)
class Unsaved:
    """A draft: what it is of, and when it was last touched."""

    kind: str
    key: str
    updated_ms: int


def look(store: "Store", now_ms: int) -> Overview:
    """The store at a glance."""
    month = month_start_ms(now_ms)
    with store.read() as session:

        def count(column: ColumnElement[int], *where: ColumnElement[bool]) -> int:
            return session.scalar(select(column).where(*where)) or 0

        this_month = session.execute(
            select(
                func.count(),
                func.coalesce(func.sum(CallRow.cost_nano), 0),
                func.count().filter(CallRow.cost_nano.is_(None), CallRow.status == "ok"),
            ).where(CallRow.started_ms >= month)
        ).one()
        return Overview(
            prompts=count(func.count(PromptRow.id), PromptRow.archived_ms.is_(None)),
            in_production=count(func.count(LabelRow.prompt_id), LabelRow.name == PRODUCTION),
            datasets=count(func.count(DatasetRow.id), ~DatasetRow.name.startswith("~")),
            runs=count(func.count(RunRow.id)),
            finished_runs=count(func.count(RunRow.id), RunRow.state.in_(reading.ANSWERED)),
            calls=count(func.count(CallRow.id)),
            month_calls=this_month[0] or 0,
            month_nano=int(this_month[1] or 0),
            month_unpriced=this_month[2] or 0,
            demo=any(count(func.count(), row.demo.is_(True)) for row in (PromptRow, DatasetRow, RunRow)),
        )


def unsaved(store: "Store", limit: int = 5) -> list[Unsaved]:
    """Drafts, the one touched last first."""
    query = select(DraftRow.kind, DraftRow.key, DraftRow.updated_ms).order_by(DraftRow.updated_ms.desc(), DraftRow.key).limit(limit)
    with store.read() as session:
        return [Unsaved(row.kind, row.key, row.updated_ms) for row in session.execute(query)]


def month_start_ms(now_ms: int) -> int:
    """The first moment of the month of `now_ms`, by UTC."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    return round(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
