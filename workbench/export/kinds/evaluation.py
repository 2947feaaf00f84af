"""The report on one run by itself: what was tested, how each variant did, where it failed, what it rests on. Names no winner."""

from typing import TYPE_CHECKING

from workbench.comparison import summary, verdict
from workbench.comparison.model import SCORE
from workbench.errors import InputError
from workbench.export import figures
from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.reports import blocks, outcome, tested

if TYPE_CHECKING:
    from workbench.store import Store

_SECTIONS = (
    Part("summary", "Summary", (Prose("summary", "Remarks", "What the reader should take away."),), always=True),
    Part("tested", "What Was Tested", always=True),
    Part("results", "Results", always=True),
    Part("slices", "By Tag", always=True),
    Part("failures", "Failing Cases", always=True),
    Part("errors", "Errors", always=True),
    Part("cost", "Cost and Latency", always=True),
    Part("method", "Method", always=True),
    Part("assumptions", "Assumptions", always=True),
)
_AUDIENCES = {"manager": ("summary", "results", "slices", "cost", "assumptions")}
_INTERVALS = {
    "proportion": "scores of 0 and 1 are a proportion: Wilson's score interval, Clopper and Pearson's where few are right or wrong",
    "student": "Student's t over the cases",
    "envelope": "the wider of Student's t and the studentised bootstrap over the cases",
    "adjusted": "Student's t with a case added at each limit, because few cases differ",
}


@kind(
    "evaluation",
    title="Evaluation report",
    sections=_SECTIONS,
    formats=("md", "html", "docx", "pdf", "xlsx"),
    audiences=_AUDIENCES,
    options=("cases",),
)
def gather(store: "Store", request: Request) -> Gathered:
    """The report on a run. Option `cases`: how many failing cases are shown (10). Raises NotFound, InputError."""
    found = summary.summarise(store, request.subject)
    run = found.run
    total, failures = outcome.failures(store, run, most=_cases(request))
    name, about, definition = tested.scoring(run)
    tags = outcome.tags(store, run)
    facts = {
        **tested.facts(run),
        "sentences": [outcome.said(one) for one in found.variants],
        "scored": run.plan.score is not None,
        "several": len(run.variants) > 1,
        "variants": tested.variants(store, run),
        "assertion": name,
        "assertion_about": about,
        "assertion_definition": definition,
        "results": outcome.results(found),
        "chart": outcome.chart(found),
        "slices": outcome.slices(tags),
        "weak": [f"{one.variant} on {one.tag}" for one in tags if one.weak],
        "failing": total,
        "shown": min(total, _cases(request)),
        "failures": failures,
        "errors": outcome.errors(store, found),
        "costs": outcome.costs(found),
        "method": _method(store, run.id),
        "assumptions": tested.assumptions(run),
    }
    shown = blocks.shown(*(facts[name] for name in facts if name != "method"))
    told = {one.name: figures.share(one.score) for one in found.variants[:6]}
    subtitle = (
        f"{figures.counted(run.plan.cases, 'case')}, {figures.counted(len(run.variants), 'variant')}, {figures.day(tested.as_of(run))}"
    )
    return Gathered(f"Evaluation: {facts['run_name']}", subtitle, facts, tested.sources(run, shown, told), tested.as_of(run))


def _cases(request: Request) -> int:
    said = request.options.get("cases", str(outcome.MOST_CASES))
    if not said.isdecimal() or not 0 <= int(said) <= 100:
        raise InputError(f"{said} is no number of failing cases to show.", place="cases", hint="Write a number from 0 to 100.")
    return int(said)


def _method(store: "Store", run_id: str) -> list[str]:
    """How the intervals were made, by the names of the methods."""
    used = dict.fromkeys(line.method for line in verdict.compare_run(store, run_id).figures if line.metric == SCORE.name and line.method)
    return [f"Interval of a score: {_INTERVALS[name]}." for name in used if name in _INTERVALS]
