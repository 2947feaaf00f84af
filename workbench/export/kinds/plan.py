"""The project plan as a document: the headings of the capstone template in their order, then budget and status, live from the data."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from workbench.export import figures, markdown, period
from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.model import Cell, Column, Run, Table, inline
from workbench.export.plans import dates, drawing, gathering, keeping, measures, shipped
from workbench.export.plans.measures import Measured
from workbench.export.plans.model import ENOUGH_METRICS, Plan
from workbench.export.sources import source

if TYPE_CHECKING:
    from workbench.store import Store

_PARTS = (
    Part("problem", "Problem Statement", always=True),
    Part("users", "Target Users", always=True),
    Part("solution", "Solution Overview", always=True),
    Part("prompts", "Prompts Required", always=True),
    Part("architecture", "Architecture", always=True),
    Part("metrics", "Success Metrics", always=True),
    Part("timeline", "Implementation Timeline", always=True),
    Part("risks", "Risk Assessment", always=True),
    Part("testing", "Testing Plan", always=True),
    Part("budget", "Budget", always=True),
    Part("status", "Status", (Prose("status", "Status", "What figures do not say: what is next, what is in the way"),), always=True),
)
_MANAGER = ("problem", "users", "solution", "status", "metrics", "timeline", "risks", "budget")


@kind("plan", title="Project plan", sections=_PARTS, formats=("md", "html", "docx", "pdf", "xlsx"), audiences={"manager": _MANAGER})
def gather(store: "Store", request: Request) -> Gathered:
    """The plan named by the subject, with every figure it is linked to; what is still a start's guidance is missing. Raises NotFound."""
    kept = keeping.load(store, request.subject)
    plan = kept.plan
    filled = shipped.filled(plan)
    measured = measures.measure(store, plan, request.period)
    required, prompt_sources = gathering.prompts(store, plan)
    metrics, metric_sources = gathering.metrics(measured)
    tested, test_sources = gathering.testing(store, plan)
    costs, cost_sources = gathering.costs(store, plan)
    newest = period.newest_ms(store)
    as_of_ms = max(kept.updated_ms, newest or 0)
    today = datetime.fromtimestamp(as_of_ms / 1000, UTC).date()
    done = sum(task.done for task in plan.tasks)
    facts = {"tasks done": f"{done} of {len(plan.tasks)}", "metrics met": f"{met(measured)} of {len(measured)}"}
    # What is late or comes next follows the day of the newest data, not the plan alone.
    origin = source("plan", kept.id, plan.name, [plan_json(plan), tasks_now(plan, today)], at_ms=kept.updated_ms, facts=facts)
    told: dict[str, Any] = {
        "plan": filled,
        **{name: markdown.blocks(getattr(filled, name)) for name in shipped.PROSE},
        "hints": {name: markdown.blocks(getattr(plan, name)) for name in shipped.PROSE if not getattr(filled, name)},
        "prompts": required,
        "diagram": drawing.diagram(filled) if filled.prompts or filled.architecture else None,
        "metrics": metrics,
        "measured": measured,
        "few_metrics": len(plan.metrics) < ENOUGH_METRICS,
        "unread": [one for one in measured if one.reading.why],
        "gantt": drawing.gantt(plan),
        "weeks": timeline(plan),
        "misfits": dates.remarks(plan),
        "matrix": drawing.matrix(plan),
        "risks": risks(plan),
        "tested": tested,
        "costs": costs,
        "as_of": figures.day(as_of_ms),
        "status_lines": status(plan, measured, today),
    }
    sources = (origin, *prompt_sources, *metric_sources, *test_sources, *cost_sources)
    return Gathered(plan.name, " · ".join(filter(None, ("Project plan", plan.owner, plan.contact))), told, sources, as_of_ms)


def plan_json(plan: Plan) -> dict[str, Any]:
    """What of the plan is shown: all of it."""
    from workbench.export.plans import model

    return model.to_json(plan)


def met(measured: Sequence[Measured]) -> int:
    """How many metrics have reached their target."""
    return sum(one.standing == "met" for one in measured)


def timeline(plan: Plan) -> Table | None:
    """The tasks by week."""
    if not plan.tasks:
        return None
    columns = (Column("Week"), Column("Task"), Column("Owner"), Column("From"), Column("To"), Column("Waits for"), Column("State"))
    rows = []
    for week, held in dates.by_week(plan):
        for number, one in enumerate(held):
            said = "" if number else _week(plan, week)
            title = one.task.title + (f"\n{one.task.note}" if one.task.note else "")
            cells = (said, title, one.task.owner, _day(one.start), _day(one.end), ", ".join(one.task.depends))
            state = "done" if one.task.done else "open"
            rows.append((Cell((Run(said, bold=True),)), *(Cell(inline(text)) for text in (*cells[1:], state))))
    return Table(columns, tuple(rows))


def risks(plan: Plan) -> Table | None:
    """The risks, the heaviest first."""
    if not plan.risks:
        return None
    columns = (
        Column("Risk"),
        Column("Likelihood", "right"),
        Column("Impact", "right"),
        Column("Weight", "right"),
        Column("Mitigation"),
        Column("Owner"),
    )
    rows = tuple(
        (
            Cell(inline(one.title)),
            *(Cell(inline(str(value)), float(value)) for value in (one.likelihood, one.impact, one.weight)),
            Cell(inline(one.mitigation or "none yet")),
            Cell(inline(one.owner)),
        )
        for one in drawing.heaviest(plan)
    )
    return Table(columns, rows)


def status(plan: Plan, measured: Sequence[Measured], today: date) -> list[str]:
    """Where the project stands, in sentences: metrics, tasks, what is late, what comes next, the heaviest risk."""
    said = []
    if measured:
        known = [one for one in measured if one.standing in ("met", "not met")]
        said.append(
            f"{met(measured)} of {figures.counted(len(measured), 'metric')} {'is' if len(measured) == 1 else 'are'} met"
            + ("." if len(known) == len(measured) else f"; {len(measured) - len(known)} cannot be told yet.")
        )
        said += [f"{one.sentence}: {one.standing}{f' ({one.remark})' if one.remark else ''}." for one in known]
    said += tasks_now(plan, today)
    heavy = [one for one in drawing.heaviest(plan) if one.weight >= 15]
    if heavy:
        said.append(f"The heaviest risk: {heavy[0].title} ({heavy[0].likelihood} x {heavy[0].impact} = {heavy[0].weight} of 25).")
    return said


def tasks_now(plan: Plan, today: date) -> list[str]:
    """How many tasks are done, which are late and which comes next, in sentences; none without tasks."""
    if not plan.tasks:
        return []
    done, late = sum(task.done for task in plan.tasks), dates.late(plan, today)
    whole = f"{figures.counted(len(plan.tasks), 'task')} {'is' if len(plan.tasks) == 1 else 'are'}"
    said = [f"{done} of {whole} done ({figures.share(done / len(plan.tasks))})."]
    if late:
        named = ", ".join(f"“{one.task.title}” (due {one.end})" for one in late[:5])
        said.append(f"{len(late)} {'is' if len(late) == 1 else 'are'} late: {named}{'…' if len(late) > 5 else ''}.")
    following = [one for one in dates.place(plan) if not one.task.done and one.start is not None and one.start >= today]
    if following:
        first = min(following, key=lambda one: one.start or date.max)
        said.append(f"Next: “{first.task.title}”, from {first.start}.")
    return said


def _week(plan: Plan, week: int | None) -> str:
    """A week of the timeline, as it reads; 0 is all the time before the first."""
    if not week:
        return "No week" if week is None else "Before week 1"
    monday = dates.monday_of(plan, week)
    return f"Week {week}" + (f"\nfrom {monday}" if monday else "")


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
