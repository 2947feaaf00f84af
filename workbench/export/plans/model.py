"""A project plan as values, and as JSON. Owns no store and no clock; what does not hold is refused with the name of its field.

Dates are days without a zone. A link is a name in the store (prompt, run, dataset, scenario); whether it is there is asked when it is read.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from workbench.errors import InputError
from workbench.export.plans.fields import At, at

Way = Literal["zero-shot", "few-shot", "chain", ""]
Direction = Literal["at least", "at most"]
WAYS: tuple[Way, ...] = ("zero-shot", "few-shot", "chain")
DIRECTIONS: tuple[Direction, ...] = ("at least", "at most")
KINDS = (
    "score", "success_rate", "latency_p50", "latency_p95", "usd_per_call", "satisfaction", "own_metric", "spend", "budget_share",
)  # fmt: skip
CHOOSE = "?"
"""What a measure of calls is of until somebody chooses: a prompt, or all calls."""
SCALE = 5  # likelihood and impact go from 1 to this
ENOUGH_METRICS = 3
NAME, LINE, TEXT = 200, 500, 20_000  # characters
MOST_PROMPTS, MOST_METRICS, MOST_TASKS, MOST_RISKS, MOST_LINKS = 50, 50, 300, 100, 50
MOST_WEEKS = 520


@dataclass(frozen=True)
class Requirement:
    """A prompt that the project needs. `prompt` is the one that exists for it, as name, name@label or name@7; empty: not written yet.

    `way` is one of WAYS in a plan that is kept; empty where it is told of and nobody has chosen it.
    """

    name: str
    purpose: str = ""
    way: Way = "zero-shot"
    output: str = ""
    prompt: str = ""


@dataclass(frozen=True)
class Measure:
    """What a metric is read from: a kind of KINDS, and of what: a prompt, the name of an own metric, a budget.

    A budget is "model KEY" or "prompt KEY"; its key alone where no other has it. Empty is all calls, CHOOSE that nobody has chosen yet.
    """

    kind: str
    of: str = ""


@dataclass(frozen=True)
class Metric:
    """What success means. The target is in the unit of the measure: a share as 0.9, milliseconds, dollars."""

    name: str
    target: float | None = None
    direction: Direction = "at least"
    measure: Measure | None = None
    unit: str = ""  # of a metric that is linked to nothing
    note: str = ""


@dataclass(frozen=True)
class Task:
    """A step of the work, from `start` to `end`, both days within; or in a week of the plan. `depends` are titles of other tasks."""

    title: str
    start: date | None = None
    end: date | None = None
    week: int | None = None
    owner: str = ""
    depends: tuple[str, ...] = ()
    done: bool = False
    note: str = ""


@dataclass(frozen=True)
class Risk:
    """What may go wrong: likelihood and impact from 1 to 5, and what is done about it."""

    title: str
    likelihood: int = 3
    impact: int = 3
    mitigation: str = ""
    owner: str = ""

    @property
    def weight(self) -> int:
        """Likelihood times impact, 1 to 25."""
        return self.likelihood * self.impact


@dataclass(frozen=True)
class Plan:
    """A project plan. `architecture` is mermaid; empty: drawn from the chain of required prompts. `start` is the first day of week 1."""

    name: str
    owner: str = ""
    contact: str = ""
    start: date | None = None
    problem: str = ""
    users: str = ""
    solution: str = ""
    prompts: tuple[Requirement, ...] = ()
    architecture: str = ""
    metrics: tuple[Metric, ...] = ()
    tasks: tuple[Task, ...] = ()
    risks: tuple[Risk, ...] = ()
    testing: str = ""
    runs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    budget: str = ""
    scenario: str = ""


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON, every field under its name; what is empty is left out, but for the name."""
    return {name: value for name, value in _plain(asdict(plan)).items() if not _empty(value) or name == "name"}


def from_json(raw: Any) -> Plan:
    """The plan that `raw` says. Raises InputError with the field's place: "field tasks.2.end"."""
    given = at(raw, "a plan")
    given.only(*Plan.__dataclass_fields__)
    plan = Plan(
        name=given.text("name", NAME, needed=True),
        owner=given.text("owner", NAME),
        contact=given.text("contact", LINE),
        start=given.day("start"),
        problem=given.text("problem", TEXT),
        users=given.text("users", TEXT),
        solution=given.text("solution", TEXT),
        prompts=tuple(_requirement(one) for one in given.rows("prompts", MOST_PROMPTS)),
        architecture=given.text("architecture", TEXT),
        metrics=tuple(_metric(one) for one in given.rows("metrics", MOST_METRICS)),
        tasks=tuple(_task(one) for one in given.rows("tasks", MOST_TASKS)),
        risks=tuple(_risk(one) for one in given.rows("risks", MOST_RISKS)),
        testing=given.text("testing", TEXT),
        runs=given.words("runs", MOST_LINKS, LINE),
        datasets=given.words("datasets", MOST_LINKS, LINE),
        budget=given.text("budget", TEXT),
        scenario=given.text("scenario", NAME),
    )
    _agree(plan)
    return plan


def checked(plan: Plan) -> Plan:
    """The plan as it is kept. Raises InputError where it does not hold."""
    return from_json(to_json(plan))


def renamed(plan: Plan, old: str, new: str) -> Plan:
    """The plan with a task's title changed in what depends on it."""
    tasks = tuple(replace(task, depends=tuple(new if title == old else title for title in task.depends)) for task in plan.tasks)
    return replace(plan, tasks=tasks)


def _requirement(given: At) -> Requirement:
    given.only(*Requirement.__dataclass_fields__)
    way = given.choice("way", WAYS, "zero-shot")
    name, prompt = given.text("name", NAME, needed=True), given.text("prompt", LINE)
    return Requirement(name, given.text("purpose", TEXT), way, given.text("output", TEXT), prompt)


def _metric(given: At) -> Metric:
    given.only(*Metric.__dataclass_fields__)
    linked = given.inner("measure")
    measure = None
    if linked is not None:
        linked.only("kind", "of")
        measure = Measure(linked.choice("kind", KINDS), linked.text("of", LINE))
    direction = given.choice("direction", DIRECTIONS, "at least")
    name, unit = given.text("name", NAME, needed=True), given.text("unit", 40)
    return Metric(name, given.number("target"), direction, measure, unit, given.text("note", TEXT))


def _task(given: At) -> Task:
    given.only(*Task.__dataclass_fields__)
    start, end = given.day("start"), given.day("end")
    if start is not None and end is not None and end < start:
        given.refuse("end", f"{end} is before the start, {start}", "A task ends on the day it starts, or later.")
    week = given.whole("week", 1, MOST_WEEKS)
    title, owner = given.text("title", NAME, needed=True), given.text("owner", NAME)
    depends = given.words("depends", MOST_TASKS, NAME)
    return Task(title, start, end, week, owner, depends, given.flag("done"), given.text("note", TEXT))


def _risk(given: At) -> Risk:
    given.only(*Risk.__dataclass_fields__)
    likelihood, impact = (given.whole(name, 1, SCALE, default=3) for name in ("likelihood", "impact"))
    title, mitigation = given.text("title", NAME, needed=True), given.text("mitigation", TEXT)
    return Risk(title, likelihood or 3, impact or 3, mitigation, given.text("owner", NAME))


def _agree(plan: Plan) -> None:
    """What single fields cannot know: names that are taken twice, dependencies on nothing or in a circle."""
    from workbench.export.plans import dates

    for field, names in (("prompts", [one.name for one in plan.prompts]), ("metrics", [one.name for one in plan.metrics])):
        _unlike(field, "name", names)
    _unlike("tasks", "title", [one.title for one in plan.tasks])
    dates.check(plan.tasks)


def _unlike(field: str, key: str, names: list[str]) -> None:
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if name in seen:
            place = f"field {field}.{number}.{key}"
            raise InputError(f"{name[:80]!r} is the name of {field[:-1]} {seen[name]} already", place=place, hint="Give each its own.")
        seen[name] = number


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_item(item) for item in value] if isinstance(value, list | tuple) else value


def _item(value: Any) -> Any:
    plain = _plain(value)
    if not isinstance(plain, dict):
        return plain
    return {name: item for name, item in plain.items() if not _empty(item)}


def _empty(value: Any) -> bool:
    """Whether a value says nothing; 0 does."""
    return value is None or value is False or value in ("", [])
