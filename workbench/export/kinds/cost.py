"""The report on a kept cost scenario: what a month costs and saves, what that does to quality and latency, what it rests on."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.cost import comparing, engine, keeping, working
from workbench.cost.amounts import ranged, told
from workbench.errors import InputError, NotFound
from workbench.export import figures, period
from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.reports import blocks, costed
from workbench.export.sources import Source, source

if TYPE_CHECKING:
    from workbench.cost.keeping import Kept
    from workbench.cost.outcome import Outcome
    from workbench.store import Store

_SECTIONS = (
    Part("total", "What It Costs", (Prose("remarks", "Remarks", "What is decided, and by whom."),), always=True),
    Part("quality", "Quality and Latency"),
    Part("baseline", "Baseline"),
    Part("parts", "What Each Part Changes"),
    Part("tornado", "What Matters Most"),
    Part("months", "The Months Ahead"),
    Part("models", "By Model"),
    Part("calibration", "Against the Bill"),
    Part("findings", "Findings"),
    Part("prices", "Prices"),
    Part("assumptions", "Assumptions"),
)
_AUDIENCES = {"manager": ("total", "quality", "parts", "tornado", "months", "findings", "prices", "assumptions")}


@kind(
    "cost",
    title="Cost report",
    sections=_SECTIONS,
    formats=("md", "html", "docx", "pdf", "xlsx"),
    audiences=_AUDIENCES,
    options=("prices_at",),
)
def gather(store: "Store", request: Request) -> Gathered:
    """The report on a scenario, or on its version `name@3`. Option `prices_at`: the day of the prices. Raises NotFound, InputError."""
    kept = _kept(store, request.subject)
    at_ms, why = _priced_at(store, kept, request)
    scenario = replace(kept.scenario, prices_at_ms=at_ms)
    facts: dict[str, Any] = {"scenario": kept.name, "version": kept.number, "about": kept.scenario.note, "levers": len(scenario.levers)}
    facts |= {
        "worked": False,
        "error": "",
        "hint": "",
        "saved_on": figures.day(kept.created_ms),
        "priced_on": figures.day(at_ms),
        "priced_why": why,
    }
    try:
        found = working.inputs(store, scenario)
        outcome = engine.evaluate(scenario, found.traffic, found.measured, found.book, found.quality, found.latency)
    except InputError as error:
        facts |= {"error": error.message, "hint": error.hint}
        return _made(kept, facts, [_source(kept, _shown(facts, at_ms), {})], at_ms)
    facts |= _facts(outcome) | {"steps": costed.steps(outcome, found, scenario)}
    total, saved = comparing.total(outcome.after), comparing.saved(outcome)
    shown = {
        "a month": "unknown" if total is None else told(total.value, "usd"),
        "saved": "unknown" if saved is None else told(saved.value, "usd"),
    }
    sources = [_source(kept, _shown(facts, at_ms), shown)]
    sources.append(
        source(
            "prices",
            f"scenario {kept.name}",
            f"Prices of {facts['priced_on']}",
            blocks.shown(facts["models"]),
            at_ms=at_ms,
        )
    )
    return _made(kept, facts, sources, at_ms)


def _facts(outcome: "Outcome") -> dict[str, Any]:
    tornado, months = costed.tornado(outcome), costed.months(outcome)
    ratio = outcome.bill_ratio
    return {
        "worked": True,
        "sentence": costed.sentence(outcome),
        "month": costed.month(outcome),
        "left_out": [said for side in (outcome.before, outcome.after) if (said := comparing.left_out(side))],
        "traffic": outcome.traffic,
        "sides": costed.sides_sources(outcome),
        "unknown": bool(outcome.after.quality.unknown or outcome.after.latency.unknown),
        "waterfall": costed.waterfall(outcome),
        "tornado_chart": tornado[0] if tornado else None,
        "tornado_table": tornado[1] if tornado else None,
        "months_chart": months[0] if months else None,
        "months_table": months[1] if months else None,
        "year": ranged(outcome.year) if months else "",
        "models": costed.models(outcome),
        "bill": None if outcome.scenario.bill_usd is None else told(outcome.scenario.bill_usd, "usd"),
        "bill_ratio": None if ratio is None else told(ratio, "ratio"),
        "calibrated": outcome.scenario.calibrate,
        "as_billed": None if outcome.as_billed_usd is None else told(outcome.as_billed_usd, "usd"),
        "findings": list(outcome.findings),
        "warnings": list(outcome.warnings),
        "assumptions": costed.assumptions(outcome),
    }


def _kept(store: "Store", subject: str) -> "Kept":
    """The scenario of that name, else the version `name@number`."""
    try:
        return keeping.load(store, subject)
    except NotFound:
        name, at, number = subject.rpartition("@")
        if not at or not number.isdecimal():
            raise
        return keeping.load(store, name, int(number))


def _priced_at(store: "Store", kept: "Kept", request: Request) -> tuple[int, str]:
    """The moment of the prices and why that one: the scenario's own, the option's, else the newest day that the store knows."""
    if asked := request.options.get("prices_at"):
        since, _until = period.of(store, f"{asked}..{asked}") or (0, 0)
        return since + period.DAY_MS // 2, "the day asked for"
    return costed.priced_at(store, kept)


def _shown(facts: dict[str, Any], at_ms: int) -> str:
    return costed.undated(blocks.shown({name: value for name, value in facts.items() if name not in ("priced_on", "priced_why")}), at_ms)


def _source(kept: "Kept", shown: Any, told_of: dict[str, str]) -> Source:
    return source("scenario", kept.name, f"{kept.name}, version {kept.number}", shown, at_ms=kept.created_ms, facts=told_of)


def _made(kept: "Kept", facts: dict[str, Any], sources: list[Source], at_ms: int) -> Gathered:
    subtitle = f"Version {kept.number}, prices of {facts['priced_on']}"
    return Gathered(
        f"Cost: {kept.name}", subtitle, facts, sources, max(at_ms // period.DAY_MS * period.DAY_MS, kept.created_ms), about=kept.name
    )
