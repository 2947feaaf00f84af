"""What Home shows, from rollups and a few indexed queries: how much is there, what this month cost, what waits to go on. Reads only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select

from workbench.datasets.tables import DatasetRow
from workbench.ledger import rollups
from workbench.monitoring import ranges
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
    since = month_start_ms(now_ms)
    ahead = now_ms // ranges.DAY * ranges.DAY + 2 * ranges.DAY  # a clock may be ahead by a day
    (month,) = rollups.read(store, since, ahead)
    (ever,) = rollups.read(store, 0, ahead)
    with store.read() as session:

        def count(column: ColumnElement[int], *where: ColumnElement[bool]) -> int:
            return session.scalar(select(column).where(*where)) or 0

        return Overview(
            prompts=count(func.count(PromptRow.id), PromptRow.archived_ms.is_(None)),
            in_production=count(func.count(LabelRow.prompt_id), LabelRow.name == PRODUCTION),
            datasets=count(func.count(DatasetRow.id), ~DatasetRow.name.startswith("~")),
            runs=count(func.count(RunRow.id)),
            finished_runs=count(func.count(RunRow.id), RunRow.state.in_(reading.ANSWERED)),
            calls=ever.calls,
            month_calls=month.calls,
            month_nano=month.cost_nano,
            month_unpriced=month.unpriced,
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
