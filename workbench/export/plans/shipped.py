"""The plans that ship to start from: capstone, new prompt, migration to another model, cost cut. Read from `starts/`, changed by nobody.

Their texts say what to write: one that is still the start's own counts as not written wherever a plan is handed over.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from workbench.errors import InputError
from workbench.export.plans import dates, keeping, model
from workbench.export.plans.dates import WORKDAYS
from workbench.export.plans.model import Plan, Requirement, Task

_FOLDER = Path(__file__).parent / "starts"
PROSE = ("problem", "users", "solution", "testing", "budget")  # the texts of a plan that a start guides


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
    plan = replace(plan, name=name or plan.name)
    if first_day is None:
        return plan
    # A day that no plan may begin on is refused before it is reckoned with.
    plan = model.checked(replace(plan, start=first_day))
    return replace(plan, tasks=_days(plan, first_day))


def _days(plan: Plan, first_day: date) -> tuple[Task, ...]:
    """The tasks on workdays from the first day on, five a week: what waits for another of the same week gets a later part of it."""
    placed = {one.task.title: one for one in dates.place(plan)}
    depth: dict[str, int] = {}
    for title, one in placed.items():  # a task stands behind what it waits for
        depth[title] = max((depth[other] + 1 for other in one.task.depends if placed[other].week == one.week), default=0)
    deepest: dict[int | None, int] = {}
    for title, one in placed.items():
        deepest[one.week] = max(deepest.get(one.week, 0), depth[title])
    found = []
    for title, one in placed.items():
        assert one.week is not None
        parts, nth, before = deepest[one.week] + 1, depth[title], (one.week - 1) * WORKDAYS
        first, last = nth * WORKDAYS // parts, (nth + 1) * WORKDAYS // parts - 1
        start, end = (dates.workday(first_day, before + day) for day in (first, last))
        found.append(replace(one.task, start=start, end=end, week=None))
    return tuple(found)


def written(text: str) -> str:
    """The text; "" where it is still what a start says in that place, but for white space."""
    return "" if _plain(text) in _guidance() else text


def own(one: Requirement) -> Requirement:
    """A prompt required without what is still a start's: its purpose, its output, and its type where nobody changed what it is for."""
    way = "" if (_plain(one.purpose) or _plain(one.name), one.way) in _ways() else one.way
    return replace(one, purpose=written(one.purpose), output=written(one.output), way=way)


def filled(plan: Plan) -> Plan:
    """The plan without a start's guidance, for those it is handed to; not to be kept. A prompt that nobody touched or linked is left out,
    and one that is only linked goes by the name of what it is linked to.
    """
    prompts = [own(one) for one in plan.prompts]
    told = [replace(one, name=written(one.name) or one.prompt or one.name) for one in prompts if _is_own(one)]
    texts: dict[str, Any] = {name: written(getattr(plan, name)) for name in PROSE}
    return replace(plan, prompts=tuple(told), **texts)


def _is_own(one: Requirement) -> bool:
    return any((one.prompt, one.purpose, one.output, written(one.name)))


def _plain(text: str) -> str:
    return " ".join(text.split())


@cache
def _guidance() -> frozenset[str]:
    """Every text of a start that says what to write there, white space made even."""
    plans = [_read(one.key) for one in STARTS]
    texts = [getattr(plan, name) for plan in plans for name in PROSE]
    texts += [text for plan in plans for one in plan.prompts for text in (one.name, one.purpose, one.output)]
    return frozenset(filter(None, map(_plain, texts)))


@cache
def _ways() -> frozenset[tuple[str, str]]:
    """The types that starts give, each with the purpose and with the name it was given for."""
    given = [one for start in STARTS for one in _read(start.key).prompts]
    return frozenset((_plain(text), one.way) for one in given for text in (one.name, one.purpose))


def next_monday(today: date) -> date:
    """The Monday that a plan made on `today` begins on: today where it is one."""
    return dates.next_monday(today)


@cache
def _read(key: str) -> Plan:
    if key not in [one.key for one in STARTS]:
        raise InputError(f"{key[:40]!r} is no plan to start from", hint=f"Choose one of {', '.join(one.key for one in STARTS)}.")
    return keeping.read(_FOLDER / f"{key}.yaml")
