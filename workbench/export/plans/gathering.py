"""What a plan's document shows beside the plan: its prompts, metrics, runs, datasets and scenario as they are in the store, each with
its source. What is linked and not there says so; nothing is left out silently.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, NotFound, WorkbenchError
from workbench.export import figures
from workbench.export.model import Cell, Column, Run, Table, inline
from workbench.export.plans import shipped
from workbench.export.plans.measures import Measured, read_from
from workbench.export.plans.model import Plan
from workbench.export.sources import Source, source

if TYPE_CHECKING:
    from workbench.store import Store

STATES = {"met": "met", "not met": "not met", "no data": "no data", "no target": "no target"}


@dataclass(frozen=True)
class Required:
    """A prompt required, with what stands in the store for it: `linked` in words, `missing` what is wrong with the link.

    What is still a start's guidance is empty; `hint` quotes it.
    """

    name: str
    purpose: str
    way: str
    output: str
    linked: str = ""
    missing: str = ""
    hint: str = ""


def prompts(store: "Store", plan: Plan) -> tuple[list[Required], list[Source]]:
    """The prompts required, and the versions they are linked to."""
    from workbench.prompts import reading

    found, sources = [], []
    for one in plan.prompts:
        linked = missing = ""
        if one.prompt:
            try:
                version = reading.resolve(store, one.prompt)
            except (NotFound, InputError) as error:
                missing = f"{error} {error.hint}".strip()
            else:
                model = version.content.model or "no model named"
                linked = f"{version.ref}, {model}, saved {figures.day(version.created_ms)}"
                facts = {"version": str(version.number)}
                sources.append(
                    source("version", version.id, version.ref, [one.prompt, version.hash], at_ms=version.created_ms, facts=facts)
                )
        told = shipped.own(one)
        hint = " ".join(f"{text.strip().rstrip('.')}." for text in (one.purpose, one.output) if text and not shipped.written(text))
        found.append(Required(one.name, told.purpose, told.way, told.output, linked, missing, hint))
    return found, sources


def metrics(measured: Sequence[Measured]) -> tuple[Table | None, list[Source]]:
    """The metrics as a table with their figures now, and what these were read from."""
    columns = (Column("Metric"), Column("Target"), Column("Now", "right"), Column("Over", "right"), Column("Read from"), Column("Status"))
    rows = tuple(_row(one) for one in measured)
    sources = []
    for number, one in enumerate(measured, 1):
        reading = one.reading
        if reading.source is not None:
            kind, key = reading.source
            shown = [reading.value, reading.n, reading.low, reading.high, reading.period]
            # A run may be behind several metrics of a plan: each of them is a source of its own.
            name = f"{one.metric.name}: {reading.period}"
            sources.append(source(kind, f"{key} #{number}", name, shown, at_ms=reading.at_ms, facts={one.metric.name: one.now}))
        elif reading.period:  # there are calls, and none of them says it
            sources.append(source("calls", f"nothing #{number}", f"{one.metric.name}: {reading.period}", [reading.period, reading.why]))
    return (Table(columns, rows) if rows else None), sources


def _row(one: Measured) -> tuple[Cell, ...]:
    reading = one.reading
    within = reading.within
    linked = one.metric.measure
    read = read_from(linked) if linked else "linked to nothing"
    status = STATES[one.standing] + (f"; {one.remark}" if one.remark else "")
    return (
        Cell((Run(one.metric.name, bold=True), *((Run(f"\n{one.metric.note}"),) if one.metric.note else ()))),
        Cell(inline(one.goal), one.metric.target),
        Cell(inline(one.now + (f" ({within})" if within else "")), reading.value),
        Cell(inline(f"{reading.n:,}" if reading.n else ""), float(reading.n) if reading.n else None),
        Cell(inline(read + (f"\n{reading.period}" if reading.period else ""))),
        Cell((Run(status, bold=one.standing in ("met", "not met")),)),
    )


def testing(store: "Store", plan: Plan) -> tuple[Table | None, list[Source]]:
    """The runs and datasets that the plan is tested on."""
    columns = (Column("What"), Column("Name"), Column("Date"), Column("Result"))
    rows: list[tuple[Cell, ...]] = []
    sources: list[Source] = []
    for run_id in plan.runs:
        try:
            row, origin = _run(store, run_id)
        except NotFound as error:
            row = ("Run", run_id, "", error.message)
        else:
            sources.append(origin)
        rows.append(tuple(Cell(inline(text)) for text in row))
    for name in plan.datasets:
        try:
            row, origin = _dataset(store, name)
        except NotFound as error:
            row = ("Dataset", name, "", error.message)
        else:
            sources.append(origin)
        rows.append(tuple(Cell(inline(text)) for text in row))
    return (Table(columns, tuple(rows)) if rows else None), sources


def _run(store: "Store", run_id: str) -> tuple[tuple[str, str, str, str], Source]:
    from workbench.comparison import summary

    found = summary.summarise(store, run_id)
    run, at_ms = found.run, found.run.ended_ms or found.run.created_ms
    parts = []
    for one in found.variants:
        within = f"{one.low:.2f} to {one.high:.2f}" if one.low is not None and one.high is not None else ""
        score = f"score {one.score:.2f}" if one.score is not None else "no score"
        parts.append(f"{one.name}: {score}{f' ({within})' if within else ''}, n = {one.n:,}")
    notes = [*([run.state] if run.state != "finished" else []), *(["simulated"] if run.simulated else [])]
    said = "\n".join([*([", ".join(notes)] if notes else []), *parts])
    facts = {one.name: "no score" if one.score is None else f"{one.score:.2f}" for one in found.variants[:5]}
    name = run.name or run.id
    origin = source("run", run.id, name, [run.state, said], at_ms=at_ms, facts=facts)
    return ("Run", name, figures.day(at_ms), said), origin


def _dataset(store: "Store", name: str) -> tuple[tuple[str, str, str, str], Source]:
    from workbench.datasets import registry

    found = registry.get(store, name)
    splits = registry.splits(store, name)
    told = ", ".join(f"{split or 'no split'} {count:,}" for split, count in splits.items()) if len(splits) > 1 else ""
    said = f"{figures.counted(found.cases, 'case')}{f': {told}' if told else ''}"
    origin = source("cases", name, name, registry.content_hash(store, name), facts={"cases": f"{found.cases:,}"})
    return ("Dataset", name, "", said), origin


@dataclass(frozen=True)
class Costs:
    """A scenario worked out: a table of figures, what is worth saying of it; `missing` where it cannot be."""

    name: str = ""
    table: Table | None = None
    findings: tuple[str, ...] = ()
    missing: str = ""


def costs(store: "Store", plan: Plan) -> tuple[Costs | None, list[Source]]:
    """The scenario of the budget; None where none is linked."""
    if not plan.scenario:
        return None, []
    from workbench.cost import keeping, working
    from workbench.export.reports import costed

    try:
        kept = keeping.load(store, plan.scenario)
        at_ms, _why = costed.priced_at(store, kept)
        outcome = working.work_out(store, replace(kept.scenario, prices_at_ms=at_ms))
    except WorkbenchError as error:
        return Costs(plan.scenario, missing=f"{error} {error.hint}".strip()), []
    rows: list[tuple[Any, ...]] = [
        ("A month as it is", _ranged(outcome.before.usd)),
        ("A month with what is planned", _ranged(outcome.after.usd)),
        ("Saved a month", _ranged(outcome.saved)),
        ("The first year", _ranged(outcome.year)),
        ("A request with what is planned", (figures.usd(outcome.after.usd_per_call), _number(outcome.after.usd_per_call))),
    ]
    if not kept.scenario.levers:
        rows = [rows[0], rows[3], ("A request", rows[4][1])]
    cells = tuple((Cell(inline(name)), Cell(inline(text), value)) for name, (text, value) in rows)
    table = Table((Column("Figure"), Column("Dollars", "right")), cells)
    shown = [[text for _, (text, _) in rows], list(outcome.findings), list(outcome.warnings)]
    name = f"{kept.name}, version {kept.number}"
    origin = source(
        "scenario",
        kept.name,
        name,
        costed.undated([name, shown], at_ms),
        at_ms=kept.created_ms,
        facts={"month": rows[min(1, len(rows) - 1)][1][0]},
    )
    return Costs(name, table, (*outcome.findings, *outcome.warnings)), [origin]


def _ranged(figure: Any) -> tuple[str, float | None]:
    within = figures.interval(_number(figure.low), _number(figure.high), "usd")
    return figures.usd(figure.value) + (f" ({within})" if within else ""), _number(figure.value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
