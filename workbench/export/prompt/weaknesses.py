"""Where a version is weak: the tags of cases it scores lowest on, and cases it failed, with their texts. Of its newest scored run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from workbench.export import figures
from workbench.export.model import Block, Cell, inline
from workbench.export.prompt import examples, runs
from workbench.export.prompt.results import LARGEST
from workbench.export.prompt.subject import Subject
from workbench.export.prompt.told import Told
from workbench.export.sources import source
from workbench.export.templating import table
from workbench.ledger.fields import ERROR
from workbench.runner.cells import PASSED
from workbench.runner.reading import Run
from workbench.runner.tables import CellRow

if TYPE_CHECKING:
    from workbench.store import Store

_SLICES, _FEWEST = 5, 5
_CASES = 5
_UNKNOWN = (None, None, None)


@dataclass(frozen=True)
class Failing:
    """A case that failed: where, what the score said, and its texts."""

    place: str
    said: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class _Slice:
    tag: str
    n: int
    mean: float
    low: float
    high: float


def gather(store: "Store", subject: Subject, found: Sequence[Run], *, texts: bool) -> Told:
    """Facts weak_run, weak_version, slices, slices_clear, weak_overall, failing, failing_n; with `texts` False no texts of cases."""
    facts: dict[str, Any] = {
        "weak_run": None,
        "slices": None,
        "slices_clear": (),
        "weak_overall": "",
        "failing": (),
        "failing_n": 0,
        "weak_cases": 0,
    }
    facts |= {"weak_day": "", "weak_simulated": False, "weak_dataset": ""}
    if subject.version is None:
        return Told(facts)
    scored = [run for run in found if run.total <= LARGEST]
    run = runs.choose(scored, subject.name, subject.version.number, scored=True)
    if run is None:
        return Told(facts)
    variant = runs.variant(run, subject.name, subject.version.number)
    overall, cases, slices = _slices(store, run, variant.position)
    places = _failing(store, run, variant.position)
    shown = [one for place in places[:_CASES] if (one := _case(store, run, variant.position, place)) is not None] if texts else []
    worst = sorted(slices, key=lambda one: (one.mean, one.tag))[:_SLICES]
    facts |= {
        "weak_run": run.id,
        "weak_day": figures.day(runs.at_ms(run)),
        "weak_dataset": run.dataset or "cases that were typed in",
        "weak_simulated": variant.provider == runs.SIMULATED,
        "weak_overall": overall,
        "weak_cases": cases,
        "slices": table(["Cases with the tag", "Cases>", "Score>", "95 % interval>"], [_row(one) for one in worst]) if worst else None,
        "slices_clear": tuple(one.tag for one in worst if one.high < _rate(overall[0])),
        "failing": tuple(shown),
        "failing_n": len(places),
    }
    facts["weak_overall"] = figures.share(*overall)
    told = {"score": facts["weak_overall"], "cases": figures.count(cases), "failing": figures.count(len(places)), "state": runs.state(run)}
    made = source(
        "run", f"{run.id}/{variant.name}/weak", f"Weak spots of {variant.name} in {run.name}", facts, at_ms=runs.at_ms(run), facts=told
    )
    return Told(facts, (made,), runs.at_ms(run))


def _rate(overall: float | None) -> float:
    return 0.0 if overall is None else overall


def _slices(store: "Store", run: Run, variant: int) -> tuple[Sequence[float | None], int, list[_Slice]]:
    """The mean score over cases with its interval, over how many, and the same for every tag that enough of them carry."""
    import numpy as np

    from workbench.comparison import matrix, slices
    from workbench.comparison.model import SCORE
    from workbench.stats import score_interval

    held = matrix.read(store, run)
    if not held.scored:
        return _UNKNOWN, 0, []
    scores = held.values[SCORE.name][variant]
    known = np.isfinite(scores)
    if not known.any():
        return _UNKNOWN, 0, []
    found = []
    for tag in slices.tags(held):
        mine = [float(score) for score, there, tags in zip(scores, known, held.tags, strict=True) if there and tag in tags]
        if len(mine) >= _FEWEST:
            low, high = score_interval(mine)
            found.append(_Slice(tag, len(mine), sum(mine) / len(mine), low, high))
    return (float(scores[known].mean()), *score_interval(scores[known].tolist())), int(known.sum()), found


def _row(one: _Slice) -> tuple[Any, ...]:
    score = Cell(inline(figures.share(one.mean)), one.mean)
    return one.tag, Cell(inline(figures.count(one.n)), one.n), score, figures.interval(one.low, one.high, "share")


def _failing(store: "Store", run: Run, variant: int) -> list[tuple[int, int]]:
    """Case and repeat of every cell that did not pass, the lowest scores first, then those without a reply."""
    failed = or_(CellRow.status == ERROR, CellRow.score < PASSED)
    query = select(CellRow.case_position, CellRow.repeat, CellRow.score).where(CellRow.run_id == run.id, CellRow.variant == variant, failed)
    with store.read() as session:
        rows = session.execute(query).all()
    ordered = sorted(rows, key=lambda row: (row.score is None, row.score or 0.0, row.case_position, row.repeat))
    # A case is told once, however often its repeats failed.
    return list({row.case_position: (row.case_position, row.repeat) for row in reversed(ordered)}.values())[::-1]


def _case(store: "Store", run: Run, variant: int, place: tuple[int, int]) -> Failing | None:
    found = examples.recorded(store, f"{run.id}:{variant}:{place[0]}:{place[1]}")
    if found is None:
        return None
    said = dict(found.facts).get("Score") or "no reply"
    return Failing(found.place, said, examples.texts(found))
