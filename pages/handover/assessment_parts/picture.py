"""The ratings as a radar chart and as a table: now against before."""

import textwrap
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import figures, tables
from workbench.export import assessment
from workbench.export.assessment import LEAST, MOST, Assessment

if TYPE_CHECKING:
    import plotly.graph_objects as go

_DASHES = ("solid", "dash")
_WIDE = 12  # characters of a line of a label; a longer word stands alone
_SIGNS = ("circle", "diamond-open")


def draw(now: Assessment, before: Assessment | None, *, unsaved: bool) -> None:
    """The picture, and below it each area with what has changed."""
    chart = assessment.chart(now, before)
    names = ("Not saved yet" if unsaved else "Now", "Last time" if unsaved else "Before")
    figures.show(_radar(chart, names), "assess-radar", chart.alt)
    rows = [
        {
            "name": change.skill.name,
            "rating": change.skill.rating,
            "sure": assessment.SURE[change.skill.confidence],
            "step": change.sentence if before else "first time",
        }
        for change in assessment.changes(now, before)
    ]
    columns: dict[str, Any] = {
        "name": "Skill area",
        "rating": st.column_config.NumberColumn("Rating", width="small"),
        "sure": "Confidence",
        "step": "Change",
    }
    tables.table(rows, columns, "assess-now", id_column="name", alt=chart.alt)
    st.caption(f"Average {now.average:.1f} of {MOST}" + (f", {before.average:.1f} before" if before else ""))


def _radar(chart: Any, names: tuple[str, str]) -> "go.Figure":
    import plotly.graph_objects as go

    figure = figures.base(chart.title, height=370)
    colours = figures.palette()
    shown = figures.labels(chart.labels, 40)
    labels = ["<br>".join(map(figures.text, textwrap.wrap(shown[label], _WIDE))) for label in chart.labels]
    for number, (line, name) in enumerate(zip(chart.lines, names, strict=False)):
        values = [*line.values, line.values[0]]
        figure.add_trace(
            go.Scatterpolar(
                r=values,
                theta=[*labels, labels[0]],
                name=name,
                mode="lines+markers",
                fill="toself" if number == 0 else "none",
                opacity=0.9,
                line={"color": colours[number], "width": 2.5, "dash": _DASHES[number]},
                marker={"symbol": _SIGNS[number], "size": 8},
                connectgaps=False,
                hovertemplate="%{theta}: %{r} of 5<extra>" + name + "</extra>",
            )
        )
    grid = "rgba(128,128,128,0.35)"
    figure.update_polars(
        bgcolor="rgba(0,0,0,0)",
        gridshape="linear",
        radialaxis={
            "range": [0, MOST],
            "tickvals": list(range(LEAST, MOST + 1)),
            "gridcolor": grid,
            "linecolor": grid,
            "angle": 90,
            "tickangle": 90,
        },
        angularaxis={"direction": "clockwise", "rotation": 90, "gridcolor": grid, "linecolor": grid},
    )
    legend = {"orientation": "h", "y": -0.26, "x": 0.5, "xanchor": "center"}
    figure.update_layout(showlegend=len(chart.lines) > 1, legend=legend, margin={"l": 80, "r": 80, "t": 34, "b": 64})
    return figure
