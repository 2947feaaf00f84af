"""The step Risks: a table that is edited in place, and the matrix of likelihood and impact."""

from typing import Any

import streamlit as st

from pages.handover.plan_parts import grid
from pages.handover.plan_parts.desk import Desk
from pages.parts import charts, figures, safe
from workbench.export.plans.drawing import LEVELS, heaviest
from workbench.export.plans.model import NAME, SCALE, TEXT, Plan

_NAMED = 3  # risks named in a cell


def draw(desk: Desk) -> None:
    """Draw table and matrix."""
    column = st.column_config
    levels = {"min_value": 1, "max_value": SCALE, "step": 1, "default": 3}
    columns = {
        "title": column.TextColumn("Risk", width=250, max_chars=NAME),
        "likelihood": column.NumberColumn("Likelihood", width=90, help="1 very low to 5 very high", **levels),
        "impact": column.NumberColumn("Impact", width=80, help="1 very low to 5 very high", **levels),
        "mitigation": column.TextColumn("Mitigation", width=340, max_chars=TEXT),
        "owner": column.TextColumn("Owner", width=120, max_chars=NAME),
    }
    grid.draw(desk, "risks", columns, noun="Risk", alt="The risks of the plan", settle=lambda after, _before: after)
    st.caption("Write into the last row to add a risk; select rows at their left edge and press Delete to take them out.")
    matrix(desk.plan)


def matrix(plan: Plan, key: str = "plan-matrix") -> None:
    """The risks by likelihood and impact, darker the heavier; each cell says how many and names them on hover."""
    import plotly.graph_objects as go

    if not plan.risks:
        return
    cells: list[list[list[str]]] = [[[] for _ in range(SCALE)] for _ in range(SCALE)]
    for one in heaviest(plan):
        cells[one.impact - 1][one.likelihood - 1].append(one.title)
    axis = [f"{n} {word}" for n, word in enumerate(LEVELS, 1)]
    figure = charts.base(f"Risks by likelihood and impact (n = {len(plan.risks)})", height=300)
    weights = [[(impact + 1) * (likelihood + 1) for likelihood in range(SCALE)] for impact in range(SCALE)]
    colour = charts.palette()[1]
    figure.add_trace(
        go.Heatmap(
            x=axis, y=axis, z=weights, zmin=0, zmax=SCALE * SCALE, showscale=False, xgap=3, ygap=3,
            colorscale=[[0, _faint(colour, 0.06)], [1, _faint(colour, 0.85)]],
            text=[[str(len(held)) if held else "" for held in row] for row in cells], texttemplate="<b>%{text}</b>",
            textfont={"size": 17, "color": charts.ink()}, customdata=[[_named(held) for held in row] for row in cells],
            hovertemplate="likelihood %{x}, impact %{y}, weight %{z}<br>%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(title_text="likelihood", showgrid=False)
    figure.update_yaxes(title_text="impact", title_standoff=14)
    said = "; ".join(f"{one.title}: likelihood {one.likelihood}, impact {one.impact}" for one in heaviest(plan))
    charts.show(figure, key, alt=safe.plain(said))


def _named(titles: list[str]) -> Any:
    more = f"<br>and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
    return "<br>".join(figures.text(charts.short(title, 60)) for title in titles[:_NAMED]) + more


def _faint(colour: str, share: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"
