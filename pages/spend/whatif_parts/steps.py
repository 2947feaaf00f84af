"""The waterfall: from a month as it is to a month as it would be, one step a lever, and what they do to each other."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import figures
from pages.spend.whatif_parts import wording
from workbench.cost import comparing
from workbench.cost.outcome import Outcome

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ROW, _EDGES = 34, 84
_NAME = 30
_TOTAL = "rgba(128,128,128,0.6)"


@dataclass(frozen=True)
class Step:
    """A bar from `start` to `end`, in dollars a month; a total stands on the ground."""

    name: str
    start: Decimal
    end: Decimal
    total: bool = False

    @property
    def said(self) -> str:
        """In words."""
        return f"{self.name}: {wording.usd(self.end) if self.total else wording.change(self.end - self.start)}"


def steps(outcome: Outcome) -> list[Step]:
    """Before, every part, after: the parts lead from one to the other exactly."""
    at = outcome.before.usd.value
    found = [Step("A month now", Decimal(0), at, total=True)]
    parts = comparing.steps(outcome)
    for part in parts:
        found.append(Step(wording.LEVERS.get(part.kind, part.label), at, at + part.usd))
        at += part.usd
    if not parts:
        return found
    return [*found, Step("With all of it", Decimal(0), outcome.after.usd.value, total=True)]


def title(outcome: Outcome) -> str:
    """What the chart shows."""
    parts = comparing.steps(outcome)
    what = "each lever alone, and what they do to each other" if len(parts) > 1 else "what the lever changes"
    return f"A month now and with it: {what}" if parts else "A month now"


def draw(outcome: Outcome, key: str = "waterfall", name: str = "") -> None:
    """Draw it, with what it rests on."""
    if comparing.total(outcome.before) is None or comparing.total(outcome.after) is None:
        st.caption(wording.md(f"{outcome.traffic}. There are no steps to draw where no call has a price."))
        return
    found = steps(outcome)
    heading = f"{name}: {title(outcome)[0].lower()}{title(outcome)[1:]}" if name else title(outcome)
    figures.show(waterfall(heading, found, outcome), key, f"{heading}. {'; '.join(step.said for step in found)}.")
    ranged = " · whiskers: p5 to p95" if outcome.after.usd.low is not None else ""
    left = " · no steps: what goes to a model without a price is not saved" if comparing.saved(outcome) is None else ""
    st.caption(wording.md(f"{outcome.traffic}{ranged}{left}"))


def waterfall(heading: str, found: list[Step], outcome: Outcome) -> "go.Figure":
    """The figure: bars from left to right, the whisker at the end is p5 to p95."""
    import plotly.graph_objects as go

    down, up = figures.palette()[0], figures.palette()[1]
    colours = [_TOTAL if step.total else down if step.end <= step.start else up for step in found]
    names = figures.labels([f"{number} {step.name}" for number, step in enumerate(found)], _NAME + 2)
    shown = [figures.text(name.partition(" ")[2]) for name in names.values()]
    figure = figures.base(heading, height=_EDGES + _ROW * len(found))
    figure.add_trace(
        go.Bar(
            y=list(range(len(found))),
            x=[float(step.end - step.start) for step in found],
            base=[float(step.start) for step in found],
            orientation="h",
            marker={"color": colours, "pattern": {"shape": ["" if step.total or step.end <= step.start else "/" for step in found]}},
            customdata=[figures.text(step.said) for step in found],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    _whiskers(figure, found, outcome)
    _values(figure, found, max(float(each.high or each.value) for each in (outcome.before.usd, outcome.after.usd)))
    figure.update_yaxes(zeroline=False, tickvals=list(range(len(found))), ticktext=shown, autorange="reversed")
    figure.update_xaxes(title_text="Dollars a month", tickprefix="$", rangemode="tozero")
    return figure


def _whiskers(figure: "go.Figure", found: list[Step], outcome: Outcome) -> None:
    """p5 to p95 at both totals."""
    import plotly.graph_objects as go

    for place, each in {0: outcome.before.usd, len(found) - 1: outcome.after.usd}.items():
        if each.low is not None and each.high is not None:
            ends = {
                "array": [float(max(each.high - each.value, Decimal(0)))],
                "arrayminus": [float(max(each.value - each.low, Decimal(0)))],
            }
            look = {"type": "data", "symmetric": False, "color": figures.ink(), "thickness": 1.5, "width": 5, **ends}
            figure.add_trace(
                go.Scatter(x=[float(each.value)], y=[place], mode="markers", marker={"opacity": 0}, error_x=look, hoverinfo="skip")
            )


def _values(figure: "go.Figure", found: list[Step], reach: float) -> None:
    """Every bar's figure beside its right end: beyond the whisker, so that no two lie on each other."""
    most = max((float(max(step.start, step.end)) for step in found), default=1.0) or 1.0
    look = {"showarrow": False, "xanchor": "left", "font": {"size": 13, "color": figures.ink()}, "bgcolor": figures.paper(), "borderpad": 1}
    # All at once: one by one, each would have the others looked at again, and this is drawn with every move of a slider.
    figure.layout.annotations = [
        {
            "x": float(max(step.start, step.end)) + most * 0.012, "y": place, "yshift": 10 if step.total else 0,
            "text": figures.text(wording.usd(step.end) if step.total else wording.change(step.end - step.start)), **look,
        }
        for place, step in enumerate(found)
    ]  # fmt: skip
    figure.update_xaxes(range=[min(0.0, *(float(min(step.start, step.end)) * 1.1 for step in found)), max(most * 1.28, reach * 1.04)])
