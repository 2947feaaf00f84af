"""What matters most: the tornado. One unsure thing at a time at its p5 and at its p95, all else in the middle."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import figures
from pages.spend.whatif_parts import wording
from workbench.cost.outcome import Outcome, Sensitivity

if TYPE_CHECKING:
    import plotly.graph_objects as go

_SHOWN = 10


def draw(outcome: Outcome) -> None:
    """Draw the bars, the widest first."""
    found = sorted(outcome.tornado, key=lambda each: -abs(each.high - each.low))[:_SHOWN]
    if not found:
        st.caption("Nothing in this scenario is unsure: every figure is stated exactly, and how unsure they are is set to 0.")
        return
    title = "Total of a month when one unsure thing is low or high, all else in the middle"
    said = "; ".join(f"{each.name}: {wording.usd(each.low)} at {each.at_low}, {wording.usd(each.high)} at {each.at_high}" for each in found)
    figures.show(tornado(title, found, float(outcome.after.usd.value)), "tornado", f"{title}. {said}.")
    st.caption("Low and high are the 5th and the 95th percentile of the thing. How unsure typed figures are is set under Assumptions.")


def tornado(title: str, found: list[Sensitivity], middle: float) -> "go.Figure":
    """Bars around the total: the end at p5 in one colour, at p95 hatched in another."""
    import plotly.graph_objects as go

    names = figures.labels([each.name.partition(" (")[0] for each in found], 30)
    figure = figures.base(title, height=110 + 44 * len(found))
    ends = ((False, "at its p5", ""), (True, "at its p95", "/"))
    for high, legend, hatch in ends:
        values = [float(each.high if high else each.low) for each in found]
        words = [each.at_high if high else each.at_low for each in found]
        figure.add_trace(
            go.Bar(
                y=[figures.text(names[each.name.partition(" (")[0]]) for each in found],
                x=[value - middle for value in values],
                base=middle,
                orientation="h",
                name=legend,
                marker={"color": figures.palette()[int(high)], "pattern": {"shape": hatch}},
                text=[figures.text(word) for word in words],
                textposition="outside",
                textfont={"size": 12, "color": figures.ink()},
                cliponaxis=False,
                customdata=[
                    figures.text(f"{each.name} at {word}: {wording.usd(value)}")
                    for each, word, value in zip(found, words, values, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    figure.add_vline(x=middle, line_width=1.5, line_color=figures.ink())
    spread = max((abs(float(end) - middle) for each in found for end in (each.low, each.high)), default=1.0) or 1.0
    figure.update_layout(
        barmode="overlay", showlegend=True, legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0}, margin={"t": 30}
    )
    figure.update_xaxes(title_text="Dollars a month", tickprefix="$", range=[middle - spread * 1.6, middle + spread * 1.6])
    figure.update_yaxes(autorange="reversed")
    return figure
