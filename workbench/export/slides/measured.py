"""What a run measured, for slides: the verdict, a chart of the deciding metric with its intervals, cost and latency beside it.

Words of verdicts are those of `comparison`; the baseline is the run's first variant, or the one that was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.comparison import summary, verdict
from workbench.comparison.model import SCORE, WINNER, Comparison, Figures, Options
from workbench.comparison.summary import Summary, VariantSummary
from workbench.export import figures
from workbench.export.model import Chart, Line, Table
from workbench.export.sources import Source, source
from workbench.export.templating import table
from workbench.runner import reading
from workbench.runner.reading import Run

if TYPE_CHECKING:
    from workbench.store import Store

MOST = 6  # variants in the chart and the table; a run has up to fifty
_LOOKED = 20  # runs among which the newest fitting one is sought


@dataclass(frozen=True)
class Measured:
    """A run with its comparison. `chosen` is the variant the slides speak for: the winner, else the best of the prompt's own."""

    run: Run
    compared: Comparison
    figures: Summary
    baseline: str
    chosen: str

    @property
    def day_ms(self) -> int:
        """When the run ended, or was planned where it did not."""
        return self.run.ended_ms or self.run.created_ms

    @property
    def scored(self) -> bool:
        """Whether any variant has a score."""
        return any(line.mean is not None for line in self.compared.figures if line.metric == SCORE.name)

    @property
    def kind(self) -> str:
        """How the verdict reads: good where somebody won, else info."""
        return "good" if self.compared.outcome == WINNER else "info"

    def position(self, name: str) -> int:
        """Where the variant stands in the run."""
        return next(variant.position for variant in self.run.variants if variant.name == name)


def find(store: "Store", prompt: str, run_id: str, baseline: str) -> Measured | None:
    """The run of that id; without one the newest answered run of the prompt, one that compares variants if there is any.

    None where there is none. Raises NotFound for an id that is none, InputError for a baseline that is no variant.
    """
    run = reading.get(store, run_id) if run_id else _newest(store, prompt)
    if run is None:
        return None
    names = [variant.name for variant in run.variants]
    held = baseline or names[0]
    compared = verdict.compare_run(store, run.id, Options(baseline=held if len(names) > 1 else None))
    return Measured(run, compared, summary.summarise(store, run.id), held, _chosen(run, compared, prompt, held))


def chart(found: Measured) -> Chart:
    """The deciding metric of each variant with its interval: the score, or latency in a run that is not scored."""
    metric = next((one for one in found.compared.metrics if one.name == (SCORE.name if found.scored else "latency_ms")), SCORE)
    lines = [_line(found, metric.name, name) for name in shown(found)]
    labels = tuple(f"{name} (baseline)" if name == found.baseline and len(lines) > 1 else name for name in shown(found))
    counts = [line.count for line in lines if line is not None and line.mean is not None]
    told = "; ".join(
        f"{label} {figures.told(line.mean if line else None, metric.unit)} {_bounds(line, metric.unit)}".strip()
        for label, line in zip(labels, lines, strict=True)
    )
    series = Line(
        metric.title,
        tuple(line.mean if line else None for line in lines),
        tuple(line.low if line else None for line in lines),
        tuple(line.high if line else None for line in lines),
    )
    level = f"{found.compared.options.level * 100:g} % intervals"
    title = f"{metric.title} by variant"
    return Chart("bar", title, metric.unit, labels, (series,), n=max(counts, default=None), note=level, alt=f"{title}: {told}.")


def beside(found: Measured) -> Table:
    """Cost and latency of each variant."""
    by_name = {variant.name: variant for variant in found.figures.variants}
    rows = []
    for name in shown(found):
        one = by_name[name]
        cost = _line(found, "cost_usd", name)
        rows.append(
            [
                name,
                figures.usd(cost.mean if cost is not None else _each(one)),
                figures.ms(one.latency_p50_ms),
                figures.ms(one.latency_p95_ms),
            ]
        )
    return table(["Variant", "Cost a call>", "p50>", "p95>"], rows)


def _each(one: VariantSummary) -> float | None:
    """Dollars a priced reply, where the comparison has left cost out: nothing cost money, or no price is known."""
    priced = one.ok - one.unpriced
    return None if one.cost_usd is None or priced <= 0 else one.cost_usd / priced


def failures(found: Measured) -> str:
    """How many cells failed, in words."""
    failed = [(one.name, one.failed, one.ok + one.failed) for one in found.figures.variants if one.failed]
    if not failed:
        return "The one call was answered." if found.run.done == 1 else f"All {found.run.done:,} calls were answered."
    return "Without a reply: " + ", ".join(f"{count:,} of {whole:,} under {name}" for name, count, whole in failed[:MOST]) + "."


def origin(found: Measured) -> str:
    """Where the figures are from, in a sentence."""
    run = found.run
    data = f" on {run.dataset}" if run.dataset else ""
    cases = figures.counted(run.plan.cases, "case") + (f", {run.plan.repeats} repeats" if run.plan.repeats > 1 else "")
    return f"run {run.id} ({run.name or 'unnamed'}), {run.state} {figures.day(found.day_ms)}, {cases}{data}"


def of_source(found: Measured, learned: Sequence[str] = ()) -> list[Source]:
    """The run with its figures and what it teaches, and its verdict."""
    run, said = found.run, found.compared.verdict
    lines = [[line.variant, line.metric, line.count, line.mean, line.low, line.high] for line in found.compared.figures]
    latency = [[one.name, one.latency_p50_ms, one.latency_p95_ms, one.ok, one.failed] for one in found.figures.variants]
    best = _line(found, SCORE.name, found.chosen)
    facts = {"verdict": said[:200], "score": figures.share(best.mean) if best and best.mean is not None else figures.NONE}
    shown_of = {"name": run.name, "state": run.state, "figures": lines, "latency": latency, "lessons": list(learned)}
    return [
        source("run", run.id, run.name or run.id, shown_of, at_ms=found.day_ms, facts={"calls": figures.count(run.done)}),
        source(
            "verdict",
            run.id,
            f"Verdict of {run.name or run.id}",
            [said, found.baseline, *found.compared.trade_offs],
            at_ms=found.day_ms,
            facts=facts,
        ),
    ]


def shown(found: Measured) -> list[str]:
    """The variants that are shown, in the run's order: all, or the baseline, the chosen one and the best of the others."""
    names = list(found.compared.names)
    if len(names) <= MOST:
        return names
    means = {line.variant: line.mean for line in found.compared.figures if line.metric == SCORE.name and line.mean is not None}
    best = sorted(names, key=lambda name: (name not in (found.baseline, found.chosen), -means.get(name, -1.0), names.index(name)))
    return [name for name in names if name in best[:MOST]]


def prompt_of(found: Measured) -> str:
    """The version that the run speaks for, as a reference; empty where it is none."""
    chosen = next(one for one in found.run.variants if one.name == found.chosen)
    return f"{chosen.prompt}@{chosen.version}" if chosen.prompt and chosen.version is not None else ""


def _line(found: Measured, metric: str, name: str) -> Figures | None:
    return next((line for line in found.compared.figures if line.metric == metric and line.variant == name), None)


def _bounds(line: Figures | None, unit: str) -> str:
    said = figures.interval(line.low, line.high, unit) if line is not None else ""
    return f"({said})" if said else ""


def _newest(store: "Store", prompt: str) -> Run | None:
    if not prompt:
        return None
    answered = [run for run in reading.page(store, prompt=prompt, limit=_LOOKED) if run.ok]
    ended = [run for run in answered if run.state in reading.ENDED]
    return next((run for run in ended if len(run.variants) > 1), None) or next(iter(ended or answered), None)


def _chosen(run: Run, compared: Comparison, prompt: str, baseline: str) -> str:
    """The winner; where nobody won the best of the prompt's variants that is not the baseline."""
    if compared.winner is not None:
        return compared.winner
    means = {line.variant: line.mean for line in compared.figures if line.metric == SCORE.name and line.mean is not None}
    mine = [one.name for one in run.variants if one.prompt == prompt and one.name != baseline] or [one.name for one in run.variants]
    return max(mine, key=lambda name: (means.get(name, -1.0), -mine.index(name)))
