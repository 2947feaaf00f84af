"""Pictures of a plan as data: the diagram of its prompts, its Gantt chart and its risk matrix, as blocks of a document. Draws nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from workbench.export import figures
from workbench.export.model import Chart, Diagram, Line
from workbench.export.plans import dates
from workbench.export.plans.model import SCALE, Plan, Risk

DAY_MS = 86_400_000
LEVELS = ("very low", "low", "medium", "high", "very high")
_LABEL = 60  # characters in a box
_ACROSS = 3  # so many prompts stand side by side
# Characters that mermaid reads in a label, as the codes it shows them by.
CODES = {'"': "#quot;", "#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;", "|": "#124;"}


def mermaid(plan: Plan) -> str:
    """The diagram: what the person wrote, else the chain of the prompts required."""
    return plan.architecture.strip() or chain(plan)


def chain(plan: Plan, *, codes: Mapping[str, str] | None = None, down: bool | None = None) -> str:
    """The chain of required prompts, from what comes in to what goes out, as mermaid; `down` from top to bottom (None: where it is long).

    A label is one line and holds no syntax: `codes` say what stands for characters that would be some.
    """
    long = len(plan.prompts) > _ACROSS if down is None else down
    lines = [f"flowchart {'TD' if long else 'LR'}", '  start(["Input"])']
    before = "start"
    for number, one in enumerate(plan.prompts, 1):
        key = f"p{number}"
        lines.append(f'  {key}["{label(one.name, codes)}"]')
        lines.append(f"  {before} --> {key}")
        before = key
    output = next((one.output for one in reversed(plan.prompts) if one.output), "")
    lines += [f'  finish(["{label(output.strip().splitlines()[0] if output.strip() else "Output", codes)}"])', f"  {before} --> finish"]
    return "\n".join(lines)


def label(text: str, codes: Mapping[str, str] | None = None) -> str:
    """A text as it may stand in a quoted label of mermaid, on one line; `codes` stand for characters that mean something there."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = line if len(line) <= _LABEL else line[: _LABEL - 1] + "…"
    return "".join((CODES if codes is None else codes).get(c, c) for c in line) or " "


def diagram(plan: Plan) -> Diagram:
    """The architecture as a block."""
    names = " → ".join(one.name for one in plan.prompts) or "no prompt yet"
    return Diagram(mermaid(plan), alt=f"Architecture of {plan.name}: {names}"[:400])


def gantt(plan: Plan) -> Chart | None:
    """The timeline as a chart, the earliest task first; None where no task has a date."""
    dated = [one for one in dates.place(plan) if one.start is not None]
    placed = sorted(dated, key=lambda one: (one.start or date.max, one.end or date.max))
    if not placed:
        return None
    low = tuple(_ms(one.start or date.min) for one in placed)
    high = tuple(_ms(one.end or date.min) + DAY_MS for one in placed)
    line = Line("tasks", tuple(1.0 if one.task.done else 0.0 for one in placed), low, high)
    said = "; ".join(f"{one.task.title}: {one.start} to {one.end}{', done' if one.task.done else ''}" for one in placed)
    done = sum(task.done for task in plan.tasks)
    left_out = len(plan.tasks) - len(placed)
    note = f"{figures.counted(left_out, 'task')} without a date {'is' if left_out == 1 else 'are'} left out." if left_out else ""
    title = f"Timeline: {done} of {figures.counted(len(plan.tasks), 'task')} done"
    return Chart("gantt", title, "day", tuple(one.task.title for one in placed), (line,), n=len(placed), note=note, alt=said)


def matrix(plan: Plan) -> Chart | None:
    """How many risks there are by likelihood (labels) and impact (lines, the highest first); None without any."""
    if not plan.risks:
        return None
    lines = []
    for impact in range(SCALE, 0, -1):
        held = [sum(one.likelihood == likelihood and one.impact == impact for one in plan.risks) for likelihood in range(1, SCALE + 1)]
        lines.append(Line(f"impact {LEVELS[impact - 1]}", tuple(float(count) for count in held)))
    said = "; ".join(f"{one.title}: likelihood {one.likelihood}, impact {one.impact}" for one in heaviest(plan))
    labels = tuple(f"{n} {word}" for n, word in enumerate(LEVELS, 1))
    return Chart("matrix", "Risks by likelihood and impact", "risks", labels, tuple(lines), n=len(plan.risks), alt=said)


def heaviest(plan: Plan) -> list[Risk]:
    """The risks, those with the greatest likelihood times impact first."""
    return sorted(plan.risks, key=lambda one: (-one.weight, -one.impact, one.title))


def _ms(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000
