"""`workbench plans`: project plans kept here: list, new, show, import, export, remove. `workbench export plan` writes one as a document."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output

if TYPE_CHECKING:
    from workbench.export.plans.measures import Measured
    from workbench.export.plans.model import Plan

STARTS = ("capstone", "new_prompt", "migration", "cost_cut")


@click.group()
def plans() -> None:
    """Project plans: list, new, show, import, export, remove."""


@plans.command("list")
@click.option("--search", default="", help="Words in the name.")
@click.option("--after", default="", help="The last name seen: the next page.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@output.json_option
def list_(search: str, after: str, limit: int, *, as_json: bool) -> None:
    """Plans by name."""
    from workbench import clock, store
    from workbench.export.plans import keeping

    rows = [
        {
            "name": one.name,
            "owner": one.owner,
            "tasks": one.tasks,
            "done": one.done,
            "metrics": one.metrics,
            "changed": clock.iso(one.updated_ms),
        }
        for one in keeping.page(store.current(), search=search, after=after, limit=limit)
    ]
    text = output.table(rows, list(rows[0])) if rows else "No plan. `workbench plans new capstone` starts one."
    output.emit(rows, as_json, text)


@plans.command()
@click.argument("start", type=click.Choice(STARTS))
@click.option("--name", help="Call it this.  [default: the template's]")
@click.option("--first-day", help="The day it begins on, as 2026-11-23: tasks get dates.  [default: weeks only]")
@output.json_option
def new(start: str, *, name: str | None, first_day: str | None, as_json: bool) -> None:
    """Start a plan from a template that ships."""
    from datetime import date

    from workbench import store
    from workbench.export.plans import keeping, shipped

    try:
        day = date.fromisoformat(first_day) if first_day else None
    except ValueError:
        raise click.BadParameter("write a day as 2026-11-23", param_hint="--first-day") from None
    plan = shipped.begin(start, name=name or "", first_day=day)
    kept = keeping.create(store.current(), plan)
    _told(kept.plan, as_json, f"Made the plan {kept.plan.name}. `workbench plans show {kept.plan.name!r}` shows it.")


@plans.command()
@click.argument("name")
@click.option("--period", default="30d", show_default=True, help="The days that figures of calls are read over.")
@output.json_option
def show(name: str, *, period: str, as_json: bool) -> None:
    """Where a plan stands: its metrics with their figures now, its tasks, what does not fit.

    Exit code 0, or 4 where a metric misses its target.
    """
    import sys

    from workbench import store
    from workbench.export.plans import keeping, measures, model

    plan = keeping.load(store.current(), name).plan
    measured = measures.measure(store.current(), plan, period)
    data = {**model.to_json(plan), "status": [_json(one) for one in measured]}
    output.emit(data, as_json, _text(plan, measured))
    if any(one.standing == "not met" for one in measured):
        sys.exit(output.NO)


@plans.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", help="Keep it under this name.  [default: the file's]")
@click.option("--replace", "over", is_flag=True, help="Put it in place of the plan of that name, which can be gone back to.")
@output.json_option
def import_(file: Path, *, name: str | None, over: bool, as_json: bool) -> None:
    """Keep a plan out of a YAML or JSON file."""
    from dataclasses import replace

    from workbench import store
    from workbench.errors import NotFound
    from workbench.export.figures import counted
    from workbench.export.plans import keeping

    plan = keeping.read(file)
    plan = replace(plan, name=name) if name else plan
    target = store.current()
    try:
        number = keeping.load(target, plan.name).number if over else None
    except NotFound:
        number = None
    kept = keeping.create(target, plan) if number is None else keeping.save(target, plan, number)
    tasks = counted(len(plan.tasks), "task")
    _told(kept.plan, as_json, f"Kept the plan {kept.plan.name}: {tasks}, {counted(len(plan.metrics), 'metric')}.")


@plans.command()
@click.argument("name")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--what", type=click.Choice(["tasks", "prompts", "metrics", "risks", "all"]), default="tasks", show_default=True, help="Of a CSV."
)
def export(name: str, path: Path, *, what: str) -> None:
    """Write a plan into FILE: YAML, JSON where it ends in .json, a tracker's CSV where it ends in .csv."""
    from workbench import store
    from workbench.export.plans import csv_file, keeping

    plan = keeping.load(store.current(), name).plan
    ending = path.suffix.lower()
    text = csv_file.write(plan, what) if ending == ".csv" else keeping.to_text(plan, as_json=ending == ".json")
    path.write_bytes(text.encode("utf-8", "replace"))
    output.say(f"Wrote {path}.")


@plans.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output.json_option
def remove(name: str, *, yes: bool, as_json: bool) -> None:
    """Remove a plan and what it was."""
    from workbench import store
    from workbench.export.plans import keeping

    target = store.current()
    found = keeping.load(target, name).plan
    if not yes:
        click.confirm(f"Remove the plan {output.plain(found.name)} for good?", abort=True, err=True)
    keeping.remove(target, found.name)
    output.emit({"removed": found.name}, as_json, f"Removed the plan {found.name}.")


def _told(plan: "Plan", as_json: bool, text: str) -> None:
    from workbench.export.plans import model

    output.emit(model.to_json(plan), as_json, text)


def _json(one: "Measured") -> dict[str, Any]:
    reading = one.reading
    figures = {"value": reading.value, "unit": reading.unit, "n": reading.n, "low": reading.low, "high": reading.high}
    told = {"period": reading.period, "why": reading.why, "simulated": reading.simulated}
    return {"metric": one.metric.name, "standing": one.standing, **figures, **told}


def _text(plan: "Plan", measured: "list[Measured]") -> str:
    from workbench.export.plans import dates

    lines = [plan.name + (f", owner {plan.owner}" if plan.owner else "")]
    rows = [
        {
            "metric": one.metric.name,
            "target": one.goal,
            "now": one.now,
            "n": one.reading.n or "",
            "": ", ".join(filter(None, (one.standing, one.remark))),
        }
        for one in measured
    ]
    lines += ["", output.table(rows, list(rows[0]))] if rows else ["", "No metrics yet."]
    placed = dates.place(plan)
    tasks = [
        {"task": one.task.title, "from": one.start, "to": one.end, "owner": one.task.owner, "": "done" if one.task.done else "open"}
        for one in placed
    ]
    lines += ["", output.table(tasks, list(tasks[0]))] if tasks else ["", "No tasks yet."]
    said = [*dates.remarks(plan), *(f"{one.metric.name}: {one.reading.why}" for one in measured if one.reading.why)]
    return "\n".join([*lines, *([""] if said else []), *said])
