"""The timeline: when each task is, what it waits for, and what does not fit. Pure; today's date is passed in where one is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from workbench.errors import InputError

if TYPE_CHECKING:
    from workbench.export.plans.model import Plan, Task

WEEK, WORKDAYS = 7, 5


@dataclass(frozen=True)
class Placed:
    """A task with its days (both within; None where nothing tells them) and its week (1 is the first, 0 and less come before it; None
    without). `rough`: a week is all that is said of it.
    """

    task: "Task"
    start: date | None
    end: date | None
    week: int | None
    rough: bool = False

    @property
    def until_week(self) -> int | None:
        """The week it ends in."""
        if self.start is None or self.end is None or self.week is None:
            return self.week
        return self.week + ((self.start.weekday() + (self.end - self.start).days) // WEEK)


def first_day(plan: "Plan") -> date | None:
    """The first day of week 1: the plan's start, else that of the earliest task with a date."""
    days = [day for task in plan.tasks for day in (task.start, task.end) if day is not None]
    return plan.start or min(days, default=None)


def place(plan: "Plan") -> list[Placed]:
    """Every task in its place, in the order of the plan. A week without dates becomes its days, none before the plan begins."""
    monday = monday_of(plan, 1)
    return [_placed(task, monday, plan.start) for task in plan.tasks]


def _placed(task: "Task", monday: date | None, begins: date | None) -> Placed:
    start, end = task.start or task.end, task.end or task.start
    rough = start is None
    if start is None and task.week is not None and monday is not None:
        start = monday + timedelta(days=WEEK * (task.week - 1))
        end = start + timedelta(days=4)
        start = start if begins is None else max(start, begins)
    week = task.week if start is None or monday is None else (start - monday).days // WEEK + 1
    return Placed(task, start, end, week, rough)


def by_week(plan: "Plan") -> list[tuple[int | None, list[Placed]]]:
    """The tasks by the week they begin in, the earliest first: 0 holds all before week 1; those without a week last, under None."""
    found: dict[int | None, list[Placed]] = {}
    for one in place(plan):
        found.setdefault(one.week if one.week is None else max(one.week, 0), []).append(one)
    weeks: list[int | None] = [*sorted(week for week in found if week is not None), *([None] if None in found else [])]
    return [(week, sorted(found[week], key=lambda one: one.start or date.max)) for week in weeks]


def monday_of(plan: "Plan", week: int) -> date | None:
    """The Monday of a week of the plan. Week 1 holds the first day; where that is no workday, it is the week after."""
    first = first_day(plan)
    if first is None:
        return None
    first = next_monday(first) if first.weekday() >= WORKDAYS else first - timedelta(days=first.weekday())
    return first + timedelta(days=WEEK * (week - 1))


def next_monday(today: date) -> date:
    """The Monday that begins on `today` or after it."""
    return today + timedelta(days=-today.weekday() % WEEK)


def workday(first: date, number: int) -> date:
    """The workday `number` days of work after `first`, or after the Monday behind it where that is none."""
    first = next_monday(first) if first.weekday() >= WORKDAYS else first
    weeks, rest = divmod(first.weekday() + number, WORKDAYS)
    return first - timedelta(days=first.weekday()) + timedelta(days=WEEK * weeks + rest)


def check(tasks: Sequence["Task"]) -> None:
    """Raise InputError where a task depends on itself, on a task that is not there, or in a circle, naming the path."""
    titles = {task.title: number for number, task in enumerate(tasks, 1)}
    for number, task in enumerate(tasks, 1):
        for title in task.depends:
            if title not in titles:
                raise InputError(
                    f"there is no task {title[:80]!r}", place=f"field tasks.{number}.depends", hint="Name the title of another task."
                )
    circle = cycle(tasks)
    if circle:
        path = " → ".join(title[:60] for title in circle)
        hint = "Take one of these dependencies out."
        raise InputError(f"tasks wait for each other in a circle: {path}", place=f"field tasks.{titles[circle[0]]}.depends", hint=hint)


def cycle(tasks: Sequence["Task"]) -> list[str]:
    """The titles along a circle of dependencies, the first one again at the end; empty where there is none."""
    depends = {task.title: task.depends for task in tasks}
    done: set[str] = set()
    for begin, waits in depends.items():
        path, waiting = [begin], [iter(waits)]
        while waiting:
            title = next(waiting[-1], None)
            if title is None:
                done.add(path.pop())
                waiting.pop()
            elif title in path:
                return [*path[path.index(title) :], title]
            elif title not in done:
                path.append(title)
                waiting.append(iter(depends.get(title, ())))
    return []


def remarks(plan: "Plan") -> list[str]:
    """What does not fit: tasks before the first day, or before what they wait for has ended, and tasks without a date among dated ones."""
    placed = {one.task.title: one for one in place(plan)}
    said = []
    for one in placed.values():
        if plan.start is not None and one.start is not None and one.start < plan.start:
            said.append(f"“{one.task.title}” starts on {one.start}, and the plan on {plan.start}.")
        for title in one.task.depends:
            other = placed[title]
            if _too_early(one, other):
                when, until = (
                    (f"on {one.start}", f"on {other.end}") if one.start else (f"in week {one.week}", f"in week {other.until_week}")
                )
                said.append(f"“{one.task.title}” starts {when}, and “{title}”, which it waits for, ends {until}.")
            if one.task.done and not other.task.done:
                said.append(f"“{one.task.title}” is done, and “{title}”, which it waits for, is not.")
    dateless = [one.task.title for one in placed.values() if one.start is None]
    if dateless and len(dateless) < len(placed):
        said.append(f"Without a date: {', '.join(f'“{title}”' for title in dateless[:5])}{'…' if len(dateless) > 5 else ''}.")
    return said


def _too_early(one: Placed, other: Placed) -> bool:
    """Whether a task starts before the one it waits for has ended; where only a week is known, before its week."""
    if one.rough or other.rough:
        return one.week is not None and other.until_week is not None and one.week < other.until_week
    return one.start is not None and other.end is not None and one.start <= other.end


def late(plan: "Plan", today: date) -> list[Placed]:
    """Tasks that are not done and should have ended before `today`."""
    return [one for one in place(plan) if not one.task.done and one.end is not None and one.end < today]
