"""What runs have measured of a model: the newest score of each prompt, and the slices it is weak on. Runs on other models are not read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.comparison import by_tag, summary
from workbench.comparison.by_tag import TagFigures
from workbench.comparison.summary import VariantSummary
from workbench.export import figures
from workbench.export.model import Cell, Chart, Line, Table
from workbench.export.reports import blocks
from workbench.export.reports.models import Model
from workbench.export.sources import Source, source
from workbench.runner import reading, seeking
from workbench.runner.reading import Run, RunVariant

if TYPE_CHECKING:
    from workbench.store import Store

LOOKED_AT = 50  # runs of the model, the newest
_MOST = 12  # of them that are read
_SLICED = 6
_MOST_SLICES = 10


@dataclass(frozen=True)
class Scored:
    """The newest scored variant of a prompt on a dataset by an assertion, with the tags it is clearly weaker on."""

    run: Run
    variant: RunVariant
    figures: VariantSummary
    weak: tuple[TagFigures, ...] = ()

    @property
    def context(self) -> str:
        """The prompt it was asked by; the variant's name where it was no version of one."""
        return self.variant.prompt or self.variant.name

    @property
    def ref(self) -> str:
        """prompt@version."""
        return self.context if self.variant.version is None else f"{self.context}@{self.variant.version}"

    @property
    def scorer(self) -> str:
        """The name of the assertion."""
        return str((self.run.plan.score or {}).get("name", ""))

    @property
    def at_ms(self) -> int:
        """When the run ended, or was planned."""
        return self.run.ended_ms or self.run.created_ms


def of_model(store: "Store", model: Model, context: str = "") -> list[Scored]:
    """The newest of each prompt, dataset and assertion, newest first; of one prompt where `context` names it."""
    found: dict[tuple[str, str | None, str], Scored] = {}
    for run_id in seeking.of_model(store, model.provider, model.model, limit=LOOKED_AT):
        run = reading.get(store, run_id)
        mine = [one for one in run.variants if one.full_model == model.name and context in ("", one.prompt or one.name)]
        if run.plan.score is None or not mine or len(found) >= _MOST:
            continue
        fresh = [one for one in mine if (one.prompt or one.name, run.dataset, str(run.plan.score.get("name"))) not in found]
        if not fresh:
            continue
        by_name = {one.name: one for one in summary.summarise(store, run.id).variants}
        tags = by_tag.of_run(store, run.id) if len(found) < _SLICED else ()
        for one in reversed(fresh):  # of several versions the one that stands last, as people add the newer one
            key = (one.prompt or one.name, run.dataset, str(run.plan.score.get("name")))
            weak = tuple(tag for tag in tags if tag.variant == one.name and tag.weak)
            if key not in found and by_name[one.name].score is not None:
                found[key] = Scored(run, one, by_name[one.name], weak)
    return list(found.values())


def table(scores: list[Scored]) -> Table | None:
    """Prompt, run, date, dataset, what checked it, cases, score with its interval, failures, latency, cost."""
    if not scores:
        return None
    columns = ["Prompt", "Run", "Date", "Dataset", "Checked by", "Cases>", "Score>", "Failed>", "p95>", "Tokens out>", "Cost a reply>"]
    return blocks.table(columns, [_row(one) for one in scores], "Intervals are 95 %; repeats of a case count once.")


def chart(scores: list[Scored]) -> Chart | None:
    """The scores with their intervals."""
    if not scores:
        return None
    values = [one.figures for one in scores]
    line = Line("score", tuple(one.score for one in values), tuple(one.low for one in values), tuple(one.high for one in values))
    labels = tuple(f"{one.ref} ({one.run.dataset or 'cases typed in'}, n = {one.figures.n})" for one in scores)
    n = sum(one.figures.n for one in scores)
    said = "; ".join(f"{label}: {figures.share(one.score, one.low, one.high)}" for label, one in zip(labels, values, strict=True))
    return Chart(
        "bars", "Mean score of each prompt in its newest run", "share", labels, (line,), n=n, note="Bars: 95 % intervals.", alt=said
    )


def weak_table(scores: list[Scored]) -> Table | None:
    """Tags on which the model is clearly weaker than on the other cases, the lowest first."""
    found = sorted(((one, tag) for one in scores for tag in one.weak), key=lambda pair: pair[1].mean)[:_MOST_SLICES]
    if not found:
        return None
    rows = [
        [
            blocks.words(one.ref),
            blocks.words(tag.tag, code=True),
            blocks.figure(tag.n, "count"),
            blocks.bounded(tag.mean, tag.low, tag.high, "share"),
            blocks.figure(tag.rest, "share"),
        ]
        for one, tag in found
    ]
    return blocks.table(["Prompt", "Cases tagged", "Cases>", "Score there>", "On other cases>"], rows)


def weak_sentences(scores: list[Scored]) -> list[str]:
    """The same in words."""
    return [
        f"On cases tagged {tag.tag} it scores {figures.share(tag.mean, tag.low, tag.high)} (n = {tag.n:,}), "
        f"on the other cases of {one.ref} {figures.share(tag.rest)}."
        for one in scores
        for tag in one.weak
    ]


def sources(scores: list[Scored]) -> list[Source]:
    """A source for each run, with what of it is shown."""
    runs: dict[str, list[Scored]] = {}
    for one in scores:
        runs.setdefault(one.run.id, []).append(one)
    return [
        source(
            "run",
            run_id,
            mine[0].run.name or run_id,
            blocks.shown([[_row(one), one.weak, one.run.state] for one in mine]),
            at_ms=mine[0].at_ms,
            facts=_told(mine),
        )
        for run_id, mine in runs.items()
    ]


def _told(mine: list[Scored]) -> dict[str, str]:
    """Scores, over how many cases, how many failed, and the run's state."""
    scores = {one.ref: figures.share(one.figures.score) for one in mine[:6]}
    weak = {"weaker on": ", ".join(sorted({tag.tag for one in mine for tag in one.weak})) or "none"}
    n, failed = (figures.count(sum(getattr(one.figures, name) for one in mine)) for name in ("n", "failed"))
    return {**scores, "cases": n, "failed": failed, **weak, "state": mine[0].run.state}


def _row(one: Scored) -> list[Cell]:
    found = one.figures
    each = None if found.cost_usd is None or not found.ok - found.unpriced else found.cost_usd / (found.ok - found.unpriced)
    dataset = one.run.dataset or "cases typed in"
    return [
        blocks.words(one.ref),
        blocks.words(one.run.id if not one.run.demo else f"{one.run.id} (demo)", code=True),
        blocks.words(figures.day(one.at_ms)),
        blocks.words(dataset),
        blocks.words(one.scorer, code=True),
        blocks.figure(found.n, "count"),
        blocks.bounded(found.score, found.low, found.high, "share"),
        blocks.figure(found.failed, "count"),
        blocks.figure(found.latency_p95_ms, "ms"),
        blocks.figure(found.output_tokens / found.ok if found.ok else None, "tokens"),
        blocks.figure(each, "usd"),
    ]
