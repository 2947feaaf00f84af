"""The frontier: for every quality the least it costs, coloured by latency. A point that is pressed becomes the scenario."""

import math
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import curves, figures, safe, tables
from pages.parts import format as fmt
from pages.spend.whatif_parts import cheapest, plans, wording
from pages.spend.whatif_parts.desk import Desk
from workbench.store import Store

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.cost.optimiser import Plan

_CHART = "frontier"
_SCALE = "Viridis"
_SPREAD = 8  # from so many times the cheapest on, dollars stand on a logarithmic axis


def draw(store: Store, desk: Desk) -> None:
    """Draw the chart and the same points as a table: a press on either takes the plan over."""
    found = [plan for plan in plans.frontier(store, desk.good) if plan.feasible and plan.usd is not None]
    known = [plan for plan in found if plan.quality is not None]
    if not known:
        st.caption("There is no frontier to draw: it takes a known or stated quality of the models. State it under Assumptions.")
        return
    title = "Cost against quality: the least that each quality costs"
    st.markdown(f"**{title}**")
    key = f"{_CHART}-{desk.rev}"
    said = "; ".join(cheapest.said(plan) for plan in known)
    st.plotly_chart(
        chart(title, known, desk), key=key, on_select=lambda: _picked(desk, key, known), selection_mode="points", theme=None,
        alt=safe.plain(f"{title}. {said}."), config={"displayModeBar": False, "scrollZoom": False},
    )  # fmt: skip
    st.caption("Press a point, or Use in the table, to make it your scenario.")
    _table(desk, known)


def chart(title: str, shown: "list[Plan]", desk: Desk) -> "go.Figure":
    """Points over dollars and quality, a line through them, and where the scenario stands now."""
    import plotly.graph_objects as go

    figure = figures.base(title, height=330)
    xs, ys = [float(plan.usd or 0) for plan in shown], [float(plan.quality or 0) for plan in shown]
    p95 = [plan.p95_ms for plan in shown]
    marker: dict[str, Any] = {"size": 13, "line": {"width": 1, "color": figures.ink()}, "color": figures.palette()[0]}
    if all(each is not None for each in p95):
        bar = {"title": {"text": "p95, s", "font": {"size": 12}}, "thickness": 12, "outlinewidth": 0}
        marker |= {"color": [float(each or 0) / 1000 for each in p95], "colorscale": _SCALE, "colorbar": bar, "showscale": True}
    said = [figures.text(f"{cheapest.said(plan)}. {'; '.join(cheapest.what(plan))}") for plan in shown]
    figure.add_trace(
        go.Scatter(
            x=xs, y=ys, mode="lines+markers", line={"shape": "hv", "width": 1, "color": figures.ink()}, marker=marker, customdata=said,
            hovertemplate="%{customdata}<extra></extra>", name="Cheapest plans",
        )
    )  # fmt: skip
    now = desk.outcome.after if desk.outcome is not None else None
    if now is not None and now.quality.value is not None:
        look = {"symbol": "x", "size": 12, "color": figures.palette()[1], "line": {"width": 2}}
        here = figures.text(f"Your scenario: {wording.usd(now.usd.value)}, quality {wording.share(now.quality.value)}")
        figure.add_trace(
            go.Scatter(
                x=[float(now.usd.value)], y=[float(now.quality.value)], mode="markers", marker=look, name="Your scenario",
                customdata=[here], hovertemplate="%{customdata}<extra></extra>",
            )
        )  # fmt: skip
        figure.update_layout(showlegend=True, legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0}, margin={"t": 30})
    log = len(xs) > 1 and max(xs) > _SPREAD * min(xs) > 0
    _limits(figure, desk, log=log)
    if log:
        ticks = _ticks(min(xs), max(xs))
        figure.update_xaxes(type="log", tickvals=ticks, ticktext=[wording.usd(tick) for tick in ticks])
    figure.update_xaxes(title_text="Dollars a month" + (", logarithmic" if log else ""), tickprefix="" if log else "$")
    figure.update_yaxes(title_text="Mean quality", tickformat=".1%", title_standoff=18, showgrid=True, gridcolor="rgba(128,128,128,0.22)")
    return figure


def _ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten that lie between, with one on either side."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step * 10.0**power for power in powers for step in (1, 2, 5) if low / 2 <= step * 10.0**power <= high * 2]


def _limits(figure: "go.Figure", desk: Desk, *, log: bool) -> None:
    """The limits that are asked for, as lines."""
    limits = desk.good.limits
    if limits.usd_per_month:
        most = float(limits.usd_per_month)
        figure.add_vline(x=most, line_width=1.5, line_dash="dash", line_color=figures.ink())
        figure.add_annotation(
            x=math.log10(most) if log else most, y=0, yref="paper", yanchor="bottom", xanchor="left", showarrow=False,
            text=figures.text(f"at most {wording.usd(most)}"), font={"size": 12, "color": figures.ink()}, bgcolor=figures.paper(),
        )  # fmt: skip
    if limits.quality:
        curves.mark(figure, f"at least {wording.share(limits.quality)}", y=float(limits.quality))


def _picked(desk: Desk, key: str, shown: "list[Plan]") -> None:
    points = st.session_state[key]["selection"]["points"]
    place = points[0].get("point_index") if points and points[0].get("curve_number") == 0 else None
    if isinstance(place, int) and 0 <= place < len(shown):
        cheapest.use(desk, shown[place])


def _table(desk: Desk, shown: "list[Plan]") -> None:
    rows = [
        {
            "id": number,
            "usd": wording.usd(plan.usd),
            "quality": wording.share(plan.quality, 2),
            "p95": fmt.ms(plan.p95_ms),
            "what": "; ".join(cheapest.what(plan)),
        }
        for number, plan in enumerate(shown)
    ]
    columns = {
        "usd": st.column_config.TextColumn("$ a month", width=90),
        "quality": st.column_config.TextColumn("Quality", width=80),
        "p95": st.column_config.TextColumn("p95", width=70),
        "what": st.column_config.TextColumn("What it does", width=420),
    }
    tables.table(rows, columns, "frontier-plans", on_select=lambda number: cheapest.use(desk, shown[number]), open_label="Use",
                 alt="Plans on the frontier: cost, quality, latency", height=min(320, 40 + 35 * len(rows)))  # fmt: skip
