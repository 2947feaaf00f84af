"""A plan as CSV for trackers: Jira, GitHub, Linear and their kin take these columns. A cell that a spreadsheet would run is quoted.

Without a byte order mark: importers take it for a part of the first column's name.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping

from workbench.errors import InputError
from workbench.export.plans import dates, shipped
from workbench.export.plans.measures import UNITS, read_from, told
from workbench.export.plans.model import Metric, Plan

COLUMNS = ("Title", "Description", "Status", "Assignee", "Start date", "Due date", "Labels", "Depends on")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
Row = tuple[str, ...]


def write(plan: Plan, what: str = "tasks") -> str:
    """The CSV of `what`: tasks, prompts, metrics, risks, or all of them in one file. Raises InputError."""
    if what not in (*_ROWS, "all"):
        raise InputError(f"{what[:40]!r} is none of {', '.join((*_ROWS, 'all'))}", place="field what")
    kinds = tuple(_ROWS) if what == "all" else (what,)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([neutral(cell) for cell in row] for kind in kinds for row in _ROWS[kind](plan))
    return out.getvalue()


def neutral(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA[:4]) else cell


def _tasks(plan: Plan) -> Iterable[Row]:
    for one in dates.place(plan):
        task = one.task
        labels = ["task", *([f"week-{one.week}"] if one.week and one.week > 0 else [])]
        days = (_day(one.start), _day(one.end))
        yield (task.title, task.note, "Done" if task.done else "To do", task.owner, *days, " ".join(labels), "; ".join(task.depends))


def _prompts(plan: Plan) -> Iterable[Row]:
    before = ""
    for one in map(shipped.own, plan.prompts):
        said = [one.purpose, f"Type: {one.way}" if one.way else "", f"Expected output: {one.output}" if one.output else ""]
        said += [f"Prompt: {one.prompt}" if one.prompt else ""]
        status = "Done" if one.prompt else "To do"
        yield (f"Prompt: {one.name}", "\n".join(filter(None, said)), status, "", "", "", f"prompt {one.way}".strip(), before)
        before = f"Prompt: {one.name}" if one.way == "chain" else ""


def _metrics(plan: Plan) -> Iterable[Row]:
    for one in plan.metrics:
        linked = one.measure
        read = f"Read from: {read_from(linked, ', ')}" if linked else ""
        yield (
            f"Metric: {one.name}",
            "\n".join(filter(None, (f"Target: {target(one)}", read, one.note))),
            "To do",
            "",
            "",
            "",
            "metric",
            "",
        )


def target(metric: Metric) -> str:
    """The target of a metric in words."""
    if metric.target is None:
        return "none yet"
    unit = UNITS.get(metric.measure.kind, metric.unit) if metric.measure else metric.unit
    return f"{metric.direction} {told(metric.target, unit)}"


def _risks(plan: Plan) -> Iterable[Row]:
    for one in plan.risks:
        said = f"Mitigation: {one.mitigation}" if one.mitigation else "No mitigation yet."
        yield (f"Risk: {one.title}", said, "To do", one.owner, "", "", f"risk likelihood-{one.likelihood} impact-{one.impact}", "")


def _day(day: object) -> str:
    return "" if day is None else str(day)


_ROWS: Mapping[str, Callable[[Plan], Iterable[Row]]] = {"tasks": _tasks, "prompts": _prompts, "metrics": _metrics, "risks": _risks}
KINDS = (*_ROWS, "all")
