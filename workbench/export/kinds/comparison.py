"""The report on a comparison: the verdict first, then what it rests on. Every verdict word is `workbench.comparison`'s."""

from typing import TYPE_CHECKING, Any

from workbench.comparison import verdict
from workbench.comparison.model import EQUIVALENT, SCORE, UNDECIDED, WINNER, Comparison
from workbench.export import figures
from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.reports import blocks, outcome, tested, versus
from workbench.runner import reading

if TYPE_CHECKING:
    from workbench.runner.reading import Run
    from workbench.store import Store

_SECTIONS = (
    Part("verdict", "Verdict", (Prose("remarks", "Remarks", "What follows from it: which version goes where."),), always=True),
    Part("numbers", "The Numbers", always=True),
    Part("pairs", "Differences", always=True),
    Part("distribution", "How the Cases Fall", always=True),
    Part("power", "What Would Change It", always=True),
    Part("checks", "Before Trusting It", always=True),
    Part("slices", "By Tag", always=True),
    Part("tested", "What Was Compared", always=True),
    Part("method", "Method", always=True),
    Part("assumptions", "Assumptions", always=True),
)
_AUDIENCES = {"manager": ("verdict", "numbers", "power", "checks", "assumptions")}
_NOTES = {WINNER: "good", EQUIVALENT: "info", UNDECIDED: "info"}


@kind(
    "comparison",
    title="Comparison report",
    sections=_SECTIONS,
    formats=("md", "html", "docx", "pdf", "xlsx"),
    audiences=_AUDIENCES,
    options=versus.OPTIONS,
)
def gather(store: "Store", request: Request) -> Gathered:
    """The report on a run. Options: baseline, metric, margin, missing, level. Raises NotFound, InputError."""
    run = reading.get(store, request.subject)
    options, wanted = versus.options(request.options)
    found = verdict.compare_run(store, run.id, options)
    on = versus.metric(found, wanted)
    facts: dict[str, Any] = {
        **tested.facts(run),
        "verdict": found.verdict,
        "verdict_note": blocks.note(_NOTES.get(found.outcome, "info"), found.verdict),  # type: ignore[arg-type]
        "trade_offs": list(found.trade_offs),
        "alone": len(found.names) < 2,
        "scored": any(metric.name == SCORE.name for metric in found.metrics),
        "numbers": list(found.numbers),
        "variants": versus.variants(found) if found.metrics else None,
        "outcomes": versus.outcomes(found) if len(found.names) > 1 and found.metrics else None,
        "pair_parts": _parts(found, wanted),
        "metric": on.title if on else "",
        "discordance": versus.discordance(found),
        "distribution": versus.distribution(store, found),
        "power": versus.power(found) if not found.peeked else [],
        "would_change": list(found.would_change),
        "checks": versus.checks(found),
        "slices": versus.slices(found),
        "stability": versus.stability(found),
        "asked": tested.variants(store, run),
        "assertion": tested.scoring(run)[0],
        "assertion_about": tested.scoring(run)[1],
        "method": list(found.method),
        "peeked": found.peeked,
        "compared": versus.assumptions(found),
        "assumptions": tested.assumptions(run),
    }
    sources = tested.sources(run, blocks.shown(facts), {"verdict": outcome.clipped(found.verdict, 200)})
    return Gathered(f"Comparison: {facts['run_name']}", _subtitle(run), facts, sources, tested.as_of(run))


def _parts(found: Comparison, wanted: str) -> list[dict[str, Any]]:
    """Forest and table for each metric, the score first; for one alone where it is asked for."""
    asked = [one for one in found.metrics if not wanted or one.name == wanted]
    made = [{"title": one.title, "forest": versus.forest(found, one), "table": versus.pairs(found, one)} for one in asked]
    return [part for part in made if part["table"] is not None]


def _subtitle(run: "Run") -> str:
    return f"{figures.counted(len(run.variants), 'variant')} on {figures.counted(run.plan.cases, 'case')}, {figures.day(tested.as_of(run))}"
