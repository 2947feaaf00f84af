"""What runs say about a prompt: scores by run and version, and the verdicts of comparisons. All figures come from `comparison`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.comparison import compare_run
from workbench.comparison.model import EQUIVALENT, SCORE, WINNER, Comparison
from workbench.export import figures
from workbench.export.model import Cell, Chart, Line, inline
from workbench.export.prompt import runs
from workbench.export.prompt.subject import Subject
from workbench.export.prompt.told import Told, newest
from workbench.export.sources import Source
from workbench.export.templating import table
from workbench.runner.reading import Run

if TYPE_CHECKING:
    from workbench.store import Store

MOST = 8  # runs that are told in full
LARGEST = 50_000  # cells of a run that a document waits for


@dataclass(frozen=True)
class Verdict:
    """A comparison in which the prompt took part. `tone` is good where it says something, else info."""

    run_id: str
    name: str
    day: str
    dataset: str
    sentence: str
    outcome: str
    numbers: tuple[str, ...]
    trade_offs: tuple[str, ...]
    remarks: tuple[str, ...]
    method: tuple[str, ...]
    simulated: bool
    unfinished: bool

    @property
    def tone(self) -> str:
        """The kind of note that the sentence stands in."""
        return "warning" if self.simulated or self.unfinished else "good" if self.outcome in (WINNER, EQUIVALENT) else "info"


def tests(store: "Store", subject: Subject, found: Sequence[Run]) -> Told:
    """Facts tests (table), tests_more (whether there may be older runs), tests_large (ids of runs too large to work out), tests_chart."""
    scored = [run for run in found if run.plan.score is not None and run.ok]
    large = tuple(run.id for run in scored if run.total > LARGEST)
    chosen = [run for run in scored if run.total <= LARGEST][:MOST]
    rows: list[tuple[Any, ...]] = []
    sources: list[Source] = []
    for run in chosen:
        mine = _scores(store, run, subject)
        rows += [row for row, _mean in mine]
        told = {"state": runs.state(run), **{row[2]: figures.share(mean) for row, mean in mine}}
        sources.append(runs.source_of(run, [row for row, _mean in mine], told))
    heads = ["Date", "Run", "Variant", "Model", "Dataset", "Checked by", "Cases>", "Score>"]
    facts: dict[str, Any] = {
        "tests": table(heads, rows) if rows else None,
        "tests_large": large,
        "tests_more": len(scored) - len(chosen) - len(large) > 0 or len(found) >= runs.MOST,
    }
    sources += [runs.source_of(run, "too large", {"calls": figures.count(run.total)}) for run in scored if run.id in large]
    facts["tests_chart"] = _chart(store, chosen, subject)
    return Told(facts, tuple(sources), newest(map(runs.at_ms, chosen)))


def _scores(store: "Store", run: Run, subject: Subject) -> list[tuple[tuple[Any, ...], float | None]]:
    """A row for each variant of the run that is a version of the prompt."""
    compared = compare_run(store, run.id)
    held = {line.variant: line for line in compared.figures if line.metric == SCORE.name}
    made = []
    for one in runs.variants(run, subject.name):
        line = held.get(one.name)
        mean = line.mean if line else None
        score = Cell(inline(figures.share(mean, line.low, line.high) if line else figures.NONE), mean)
        state = "" if runs.state(run) == "finished" else f" ({runs.state(run)})"
        model = f"{one.full_model} (simulated)" if one.provider == runs.SIMULATED else one.full_model
        cases = Cell(inline(figures.count(line.count if line else 0)), line.count if line else 0)
        row = (
            figures.day(runs.at_ms(run)),
            f"{run.name}, {run.id}{state}",
            one.name,
            model,
            run.dataset or "typed in",
            runs.checked_by(run),
            cases,
            score,
        )
        made.append((row, mean))
    return made


def _chart(store: "Store", chosen: Sequence[Run], subject: Subject) -> Chart | None:
    """The scores of the newest run with several versions of the prompt."""
    run = next((run for run in chosen if len(runs.variants(run, subject.name)) > 1), None)
    if run is None:
        return None
    names = {one.name for one in runs.variants(run, subject.name)}
    lines = [
        line for line in compare_run(store, run.id).figures if line.metric == SCORE.name and line.variant in names and line.mean is not None
    ]
    if len(lines) < 2:
        return None
    line = Line("score", tuple(one.mean for one in lines), tuple(one.low for one in lines), tuple(one.high for one in lines))
    told = "; ".join(f"{one.variant}: {figures.share(one.mean)}" for one in lines)
    note = f"Run {run.id}, {figures.day(runs.at_ms(run))}, 95 % intervals"
    return Chart(
        "bars",
        f"Score by variant on {run.dataset or 'typed cases'}",
        "share",
        tuple(one.variant for one in lines),
        (line,),
        n=max(one.count for one in lines),
        note=note,
        alt=told,
    )


def verdicts(store: "Store", subject: Subject, found: Sequence[Run]) -> Told:
    """Facts verdicts, newest first, and verdicts_more (whether there may be older ones)."""
    several = [run for run in found if len(run.variants) > 1 and run.ok and run.total <= LARGEST]
    made = [_verdict(compare_run(store, run.id), run) for run in several[:MOST]]
    sources = tuple(
        runs.source_of(run, one, {"state": runs.state(run), "verdict": one.sentence}, kind="verdict")
        for run, one in zip(several, made, strict=False)
    )
    more = len(several) > len(made) or len(found) >= runs.MOST
    return Told({"verdicts": tuple(made), "verdicts_more": more}, sources, newest(map(runs.at_ms, several[:MOST])))


def _verdict(compared: Comparison, run: Run) -> Verdict:
    return Verdict(
        run_id=run.id,
        name=run.name,
        day=figures.day(runs.at_ms(run)),
        dataset=run.dataset or "cases that were typed in",
        sentence=compared.verdict,
        outcome=compared.outcome,
        numbers=compared.numbers,
        trade_offs=compared.trade_offs,
        remarks=tuple(check.sentence for check in compared.checks if not check.ok),
        method=compared.method,
        simulated=run.simulated,
        unfinished=not runs.ended(run),
    )
