"""A person's self-assessment as a document: the ratings now against before, how they went over time, what to learn next."""

from typing import TYPE_CHECKING

from workbench.export import assessment, figures
from workbench.export.assessment import Assessment, Change
from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.model import Cell, Column, Table, inline
from workbench.export.sources import source

if TYPE_CHECKING:
    from workbench.store import Store

_SHOWN = 24  # assessments in the table of the history
_SECTIONS = (
    Part("skills", "Skill Areas", always=True),
    Part("learning", "Continued Learning", (Prose("plan", "How I will learn", "Courses, projects, people, by when."),), always=True),
    Part("history", "History", always=True),
)


@kind("assessment", title="Self-assessment", sections=_SECTIONS)
def gather(store: "Store", request: Request) -> Gathered:
    """The newest assessment of the person that the subject names, with those before it. Raises NotFound where there is none."""
    person = " ".join(request.subject.split())
    now, before = assessment.latest(store, person)
    found = assessment.history(store, person)
    changes = assessment.changes(now, before)
    facts = {
        "person": person,
        "now": now,
        "before": before,
        "average": _average(now),
        "average_before": _average(before) if before else "",
        "moved": [change for change in changes if change.step],
        "renamed": before is not None and any(change.before is None for change in changes),
        "table": _table(changes),
        "chart": assessment.chart(now, before),
        "history": _history(found),
        "count": len(found),
        "shown": min(len(found), _SHOWN),
    }
    told = {"average rating": _average(now)} | {skill.name: str(skill.rating) for skill in now.skills}
    shown = [[one.id, one.rated_ms, [[s.name, s.rating, s.confidence] for s in one.skills], one.learning, one.note] for one in found]
    origin = source("assessment", person, person, shown, at_ms=now.rated_ms, facts=told)
    return Gathered(f"Self-assessment: {person}", _subtitle(found), facts, (origin,), now.rated_ms, about=person)


def _subtitle(found: list[Assessment]) -> str:
    if len(found) == 1:
        return f"First assessment, {figures.day(found[0].rated_ms)}"
    return f"{figures.day(found[0].rated_ms)}, {len(found)} assessments since {figures.day(found[-1].rated_ms)}"


def _average(one: Assessment) -> str:
    return f"{one.average:.1f} of {assessment.MOST}"


def _table(changes: list[Change]) -> Table:
    columns = (Column("Skill area"), Column("Rating", "right"), Column("In words"), Column("Confidence", "right"), Column("Since before"))
    rows = tuple(
        (
            Cell(inline(one.skill.name)),
            Cell(inline(f"{one.skill.rating} of {assessment.MOST}"), float(one.skill.rating)),
            Cell(inline(assessment.RATED[one.skill.rating])),
            Cell(inline(f"{one.skill.confidence} of {assessment.MOST}"), float(one.skill.confidence)),
            Cell(inline(one.sentence if any(change.before for change in changes) else "first assessment")),
        )
        for one in changes
    )
    return Table(columns, rows)


def _history(found: list[Assessment]) -> Table:
    """The newest assessments, with the names of the newest as columns; an area that was called otherwise then is left open."""
    names = [skill.name for skill in found[0].skills]
    columns = (Column("Date"), *(Column(name, "right") for name in names), Column("Average", "right"))
    rows = []
    for one in found[:_SHOWN]:
        rated = {skill.name: skill.rating for skill in one.skills}
        cells = (Cell(inline(str(rated[name])), float(rated[name])) if name in rated else Cell(inline("\u2013")) for name in names)
        rows.append((Cell(inline(figures.day(one.rated_ms))), *cells, Cell(inline(f"{one.average:.1f}"), one.average)))
    return Table(columns, tuple(rows))
