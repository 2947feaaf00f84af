"""The Gantt chart of a plan on the page: a bar a task, today as a line. Colour is never alone: names say whether a task is done or late."""

from datetime import date, timedelta
from typing import Any

from pages.parts import charts, figures, safe
from workbench.export.figures import counted
from workbench.export.plans import dates
from workbench.export.plans.dates import Placed
from workbench.export.plans.model import Plan

_MOST = 60  # tasks in a chart: more are in the table
_ROW, _FRAME = 30, 84
_MARKS = {"done": "✓ ", "open": "", "late": "! "}
_MONDAY, _WEEK_MS = "2024-01-01", 7 * 86_400_000


def draw(plan: Plan, today: date, key: str = "plan-gantt") -> bool:
    """Draw it where a task has a date; whether it did."""
    import plotly.graph_objects as go

    placed = sorted((one for one in dates.place(plan) if one.start and one.end), key=lambda one: (one.start, one.end))[:_MOST]
    if not placed:
        return False
    colours = charts.palette()
    late = {one.task.title for one in dates.late(plan, today)}
    figure = charts.base(_title(plan, len(placed)), height=_FRAME + _ROW * len(placed))
    short = charts.labels([one.task.title for one in placed])
    named = {one.task.title: _MARKS[_word(one, late)] + short[one.task.title] for one in placed}
    for word, colour, chosen in (
        ("done", colours[0], [one for one in placed if one.task.done]),
        ("open", colours[2], [one for one in placed if not one.task.done and one.task.title not in late]),
        ("late", colours[1], [one for one in placed if one.task.title in late]),
    ):
        if chosen:
            figure.add_trace(_bars(go, chosen, named, word, colour))
    figure.update_xaxes(type="date", side="top", tickformat="%d %b", title_text=None, **_ticks(placed))
    order = [figures.text(named[one.task.title]) for one in placed]
    figure.update_yaxes(categoryorder="array", categoryarray=order, autorange="reversed")
    figure.update_layout(barmode="overlay", bargap=0.3, showlegend=True, legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0})
    first, last = placed[0].start, max(one.end for one in placed if one.end)
    if first is not None and first - timedelta(days=3) <= today <= last + timedelta(days=3):
        figure.add_vline(x=today.isoformat(), line_width=1.5, line_dash="dot", line_color=charts.ink())
        figure.add_annotation(x=today.isoformat(), y=0, yref="paper", yanchor="bottom", xanchor="left", text="today", showarrow=False)
    charts.show(figure, key, alt=_said(placed, late))
    return True


def _ticks(placed: list[Placed]) -> dict[str, Any]:
    """Ticks on Mondays, where the chart goes over some weeks."""
    first, last = min(one.start for one in placed if one.start), max(one.end for one in placed if one.end)
    weeks = (last - first).days / 7
    return {"tick0": _MONDAY, "dtick": _WEEK_MS * max(1, round(weeks / 5))} if weeks > 2 else {"nticks": 6}


def _bars(go: Any, placed: list[Placed], named: dict[str, str], word: str, colour: str) -> Any:
    lengths = [((one.end - one.start).days + 1) * 86_400_000 for one in placed if one.start and one.end]
    return go.Bar(
        name=f"{_MARKS[word]}{word}",
        y=[figures.text(named[one.task.title]) for one in placed],
        x=lengths,
        base=[one.start.isoformat() for one in placed if one.start],
        orientation="h",
        marker={"color": colour},
        customdata=[figures.text(f"{one.task.title}: {one.start} to {one.end}{_by(one)}, {word}") for one in placed],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _by(one: Placed) -> str:
    return f", {one.task.owner}" if one.task.owner else ""


def _title(plan: Plan, drawn: int) -> str:
    done = sum(task.done for task in plan.tasks)
    left_out = len(plan.tasks) - drawn
    return f"Timeline: {done} of {counted(len(plan.tasks), 'task')} done" + (
        f" ({left_out} not drawn: without a date, or many)" if left_out else ""
    )


def _said(placed: list[Placed], late: set[str]) -> str:
    words = (f"{one.task.title}, {one.start} to {one.end}, {_word(one, late)}" for one in placed)
    return safe.plain("; ".join(words))


def _word(one: Placed, late: set[str]) -> str:
    return "done" if one.task.done else "late" if one.task.title in late else "open"
