"""The plans that ship to start from: capstone, new prompt, migration to another model, cost cut. Read from `starts/`, changed by nobody."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from workbench.errors import InputError
from workbench.export.plans import dates, keeping
from workbench.export.plans.model import Plan, Task

_FOLDER = Path(__file__).parent / "starts"
WORKDAYS = 5


@dataclass(frozen=True)
class Start:
    """A plan to start from: its key, its title, and what it is for."""

    key: str
    title: str
    about: str


STARTS = (
    Start("capstone", "Capstone project", "A whole project from problem to presentation, in six weeks"),
    Start("new_prompt", "New prompt", "One prompt from contract to production, in three weeks"),
    Start("migration", "Migration to another model", "The same prompts on another model, with a way back"),
    Start("cost_cut", "Cost cut", "What a month costs, and what brings it down without loss"),
)


def begin(key: str, *, name: str = "", first_day: date | None = None) -> Plan:
    """A plan as it ships, under `name`; with `first_day` its weeks become days. Raises InputError for a key that is none."""
    plan = _read(key)
    plan = replace(plan, name=name or plan.name, start=first_day)
    if first_day is None:
        return plan
    return replace(plan, tasks=_days(plan))


def _days(plan: Plan) -> tuple[Task, ...]:
    """The tasks on days of their weeks: what waits for another of the same week gets a later part of it."""
    placed = {one.task.title: one for one in dates.place(plan)}
    depth: dict[str, int] = {}
    for title, one in placed.items():  # a task stands behind what it waits for
        depth[title] = max((depth[other] + 1 for other in one.task.depends if placed[other].week == one.week), default=0)
    deepest: dict[int | None, int] = {}
    for title, one in placed.items():
        deepest[one.week] = max(deepest.get(one.week, 0), depth[title])
    found = []
    for title, one in placed.items():
        assert one.start is not None
        parts, nth = deepest[one.week] + 1, depth[title]
        first, last = nth * WORKDAYS // parts, (nth + 1) * WORKDAYS // parts - 1
        found.append(replace(one.task, start=one.start + timedelta(days=first), end=one.start + timedelta(days=last), week=None))
    return tuple(found)


def next_monday(today: date) -> date:
    """The Monday that a plan made on `today` begins on: today where it is one."""
    return today + timedelta(days=-today.weekday() % dates.WEEK)


@cache
def _read(key: str) -> Plan:
    if key not in [one.key for one in STARTS]:
        raise InputError(f"{key[:40]!r} is no plan to start from", hint=f"Choose one of {', '.join(one.key for one in STARTS)}.")
    return keeping.read(_FOLDER / f"{key}.yaml")
