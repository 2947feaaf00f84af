"""The newest runs that a prompt was in, and the cases they were made on. Reads a bounded number of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from workbench.assertions.base import EXPECTED
from workbench.export.sources import Source, source
from workbench.runner import reading
from workbench.runner.reading import Run, RunVariant
from workbench.runner.tables import RunCaseRow, RunRow, RunVariantRow

if TYPE_CHECKING:
    from workbench.store import Store

MOST = 20
SIMULATED = "simulated"
_UNFINISHED = ("running", "interrupted", "planned")


@dataclass(frozen=True)
class Case:
    """A case of a run as it was then."""

    position: int
    inputs: dict[str, str]
    expected: str | None
    tags: tuple[str, ...]


def of(store: "Store", name: str, number: int | None = None) -> list[Run]:
    """The newest runs in which any version of the prompt was a variant, newest first; behind them the newest of one version, where a number
    is given: the version in production may have been tested long ago.
    """
    found = reading.page(store, prompt=name, limit=MOST)
    if number is None or len(found) < MOST:
        return found
    mine = select(RunVariantRow.run_id).where(RunVariantRow.prompt == name, RunVariantRow.version == number)
    known = [run.id for run in found]
    query = select(RunRow.id).where(RunRow.id.in_(mine), RunRow.id.not_in(known))
    with store.read() as session:
        older = session.scalars(query.order_by(RunRow.created_ms.desc(), RunRow.id.desc()).limit(MOST)).all()
    return [*found, *(reading.get(store, run_id) for run_id in older)]


def variants(run: Run, name: str, number: int | None = None) -> list[RunVariant]:
    """The variants of the run that are versions of the prompt; of one version where a number is given."""
    return [one for one in run.variants if one.prompt == name and (number is None or one.version == number)]


def choose(runs: Sequence[Run], name: str, number: int, *, scored: bool = False) -> Run | None:
    """The newest run that answered cases with the version; one on a real model if there is any. With `scored`, one that checked replies."""
    fit = [run for run in runs if run.ok and variants(run, name, number) and (not scored or run.plan.score is not None)]
    real = [run for run in fit if any(one.provider != SIMULATED for one in variants(run, name, number))]
    return next(iter(real or fit), None)


def variant(run: Run, name: str, number: int) -> RunVariant:
    """The variant of the run that stands for the version: one on a real model if there is any."""
    mine = variants(run, name, number)
    return next((one for one in mine if one.provider != SIMULATED), mine[0])


def cases(store: "Store", run_id: str, limit: int) -> list[Case]:
    """The first cases of the run."""
    query = select(RunCaseRow).where(RunCaseRow.run_id == run_id).order_by(RunCaseRow.position).limit(limit)
    with store.read() as session:
        return [Case(row.position, dict(row.inputs), row.expected, tuple(map(str, row.tags or ()))) for row in session.scalars(query)]


def checked_by(run: Run) -> str:
    """How replies were checked: `equals:label`; empty where they were not."""
    score = run.plan.score
    if score is None:
        return ""
    column = score.get("column")
    return f"{score.get('name')}:{column}" if column else f"{score.get('name')}"


def right(run: Run, inputs: dict[str, str], expected: str | None) -> str | None:
    """The reply that counts as right for a case."""
    column = str((run.plan.score or {}).get("column") or EXPECTED)
    return inputs.get(column, expected if column == EXPECTED else None) if run.plan.score is not None else expected


def ended(run: Run) -> bool:
    """Whether nothing is to come of the run any more, unless somebody resumes it."""
    return run.state not in _UNFINISHED


def state(run: Run) -> str:
    """The state in a word. Who works on an unfinished run right now is a matter of the moment, and no document's."""
    return run.state if ended(run) else "unfinished"


def at_ms(run: Run) -> int:
    """The date of its results."""
    return run.ended_ms or run.created_ms


def source_of(run: Run, shown: object, facts: dict[str, str] | None = None, kind: str = "run") -> Source:
    """The run as a source of what is shown of it."""
    return source(kind, run.id, run.name, shown, at_ms=at_ms(run), facts=facts or {})
