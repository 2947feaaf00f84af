"""What documents can be about: the subjects of a kind that the store holds, by which they are chosen. Owns no document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from workbench.export import kinds, period
from workbench.ledger.fields import OK
from workbench.ledger.tables import SeriesRow
from workbench.runner.cells import PASSED
from workbench.runner.tables import CellRow, RunCaseRow
from workbench.store import Store

_MOST = 500
_MOST_CELLS = 200


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject: its name as a request takes it, and how it reads in a list."""

    name: str
    title: str


def of(store: Store, kind: str, *, search: str = "") -> list[Subject]:
    """The subjects of a kind, the newest or the first by name in front, 500 at most; `search` narrows prompts and runs by their names."""
    if kinds.get(kind).of_prompt:
        return _prompts(store, search)
    if kind in {"model_card", "disclosure"}:
        return _models(store)
    if kind in {"evaluation", "comparison"}:
        return _runs(store, 2 if kind == "comparison" else 1)
    if kind == "cost":
        return _scenarios(store, search)
    return _months(store) if kind == "operations" else []


def plans(store: Store) -> list[Subject]:
    """The project plans by name."""
    from workbench.export.tables import PlanRow

    with store.read() as session:
        return [Subject(name, name) for name in session.scalars(select(PlanRow.name).order_by(PlanRow.name).limit(_MOST))]


def runs_of(store: Store, prompt: str) -> list[Subject]:
    """The finished runs with a version of the prompt in them, newest first."""
    return _runs(store, 1, prompt=prompt or None)


def cells_of(store: Store, subject: str) -> list[Subject]:
    """The first 200 cases of the newest finished run with that version of the prompt, as cells that an example can name.

    Raises NotFound, InputError.
    """
    from workbench.export.prompt import runs
    from workbench.export.prompt import subject as subjects

    about = subjects.find(store, subject, "all")
    if about.number is None:
        return []
    found = runs.of(store, about.name)
    run = runs.choose(found, about.name, about.number, scored=True) or runs.choose(found, about.name, about.number)
    if run is None:
        return []
    at = runs.variant(run, about.name, about.number).position
    query = (
        select(CellRow.case_position, CellRow.status, CellRow.score, RunCaseRow.inputs)
        .join(RunCaseRow, (RunCaseRow.run_id == CellRow.run_id) & (RunCaseRow.position == CellRow.case_position))
        .where(CellRow.run_id == run.id, CellRow.variant == at, CellRow.repeat == 0)
        .order_by(CellRow.case_position)
        .limit(_MOST_CELLS)
    )
    with store.read() as session:
        rows = session.execute(query).all()
    return [Subject(f"{run.id}:{at}:{row.case_position}:0", _cell(row.case_position, row.status, row.score, row.inputs)) for row in rows]


def _cell(position: int, status: str, score: float | None, inputs: Mapping[str, str]) -> str:
    """How a case reads in a list: which, how it went, what it begins with."""
    went = "no reply" if status != OK else "answered" if score is None else "passed" if score >= PASSED else "failed its check"
    text = " ".join(" ".join(str(value) for value in inputs.values()).split())
    return f"Case {position + 1}, {went}: {text[:70]}{'…' if len(text) > 70 else ''}"


def _prompts(store: Store, search: str) -> list[Subject]:
    from workbench.prompts import registry

    return [Subject(found.name, found.name) for found in registry.page(store, search=search, limit=_MOST)]


def _models(store: Store) -> list[Subject]:
    pairs = select(SeriesRow.provider, SeriesRow.model).distinct().where(SeriesRow.facet == "model")
    with store.read() as session:
        found = session.execute(pairs.order_by(SeriesRow.model, SeriesRow.provider).limit(_MOST)).all()
    return [Subject(f"{provider}/{model}", f"{model} ({provider})") for provider, model in found if model]


def _runs(store: Store, least: int, *, prompt: str | None = None) -> list[Subject]:
    from workbench.runner import reading

    found = [run for run in reading.page(store, prompt=prompt, limit=200) if len(run.variants) >= least]
    return [Subject(run.id, f"{run.name} · {datetime.fromtimestamp(run.created_ms / 1000, UTC):%Y-%m-%d}") for run in found]


def _scenarios(store: Store, search: str) -> list[Subject]:
    from workbench.cost import keeping

    return [Subject(found.name, found.name) for found in keeping.page(store, search=search, limit=_MOST)]


def _months(store: Store) -> list[Subject]:
    """Months with calls in them, newest first; the days' sums say which."""
    first, last = period.oldest_ms(store), period.newest_ms(store)
    if first is None or last is None:
        return []
    start, month = datetime.fromtimestamp(first / 1000, UTC), datetime.fromtimestamp(last / 1000, UTC)
    found: list[Subject] = []
    while (month.year, month.month) >= (start.year, start.month) and len(found) < 120:
        found.append(Subject(f"{month:%Y-%m}", f"{month:%B %Y}"))
        month = datetime.fromtimestamp((period.of(store, f"{month:%Y-%m}") or (0, 0))[0] / 1000 - 1, UTC)
    return found
