"""What a model cost when: its periods as a table, and as steps where the price changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import figures, tables
from pages.spend.price_parts import wording
from workbench import clock
from workbench.pricing.catalogue import Period

if TYPE_CHECKING:
    import plotly.graph_objects as go

_MONTH_MS = 30 * 86_400_000
_LINES = {"input": "solid", "output": "dash"}


def draw(periods: Sequence[Period]) -> None:
    """Draw the periods, the newest first, with a chart where there is more than one price."""
    if not periods:
        return
    st.markdown("**What it cost when**")
    columns = {"from": "From", "until": "Until", "input": "Input", "cached": "Cached input", "output": "Output", "source": "Source"}
    if any(one.hours for one in periods):
        columns = {"from": "From", "until": "Until", "hours": "Hours"} | columns
    tables.table([_row(one) for one in reversed(periods)], columns, "price-periods", alt="Prices by period")
    if len(periods) > 1 and not any(one.hours for one in periods):
        figure = _steps(periods)
        said = "; ".join(f"from {wording.day(one.from_ms, 'the start')}: {wording.brief(one.rates.input)} in" for one in periods)
        figures.show(figure, "price-steps", f"Price of input and output over time. {said}")


def _row(one: Period) -> dict[str, Any]:
    checked = f", {one.checked}" if one.checked and one.source == "own price" else ""
    return {
        "from": wording.day(one.from_ms, "the start"),
        "until": wording.day(one.until_ms, "open"),
        "hours": one.hours,
        "input": wording.brief(one.rates.input),
        "cached": wording.brief(one.rates.cached),
        "output": wording.brief(one.rates.output),
        "source": f"{one.source}{checked}",
    }


def _steps(periods: Sequence[Period]) -> "go.Figure":
    import pandas as pd
    import plotly.graph_objects as go

    first = next(one.from_ms for one in periods if one.from_ms is not None)
    last = max(clock.now_ms(), *(one.from_ms or 0 for one in periods)) + _MONTH_MS
    figure = figures.base("Dollars per million tokens over time", height=230)
    for (kind, dash), colour in zip(_LINES.items(), figures.palette(), strict=False):
        known = [(one.from_ms or first - 4 * _MONTH_MS, rate.usd_per_mtok) for one in periods if (rate := getattr(one.rates, kind))]
        if not known:
            continue
        known.append((last, known[-1][1]))
        figure.add_trace(
            go.Scatter(
                x=pd.to_datetime([at_ms for at_ms, _usd in known], unit="ms"),
                y=[float(usd) for _at_ms, usd in known],
                name=wording.KINDS[kind],
                line={"shape": "hv", "color": colour, "width": 2, "dash": dash},
                mode="lines",
                hovertemplate="%{x|%Y-%m-%d}: $%{y}<extra>" + wording.KINDS[kind] + "</extra>",
            )
        )
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.15, "x": 0})
    figure.update_xaxes(title_text="Day (UTC)")
    figure.update_yaxes(title_text="$ per million", rangemode="tozero", showgrid=True, gridcolor="rgba(128,128,128,0.22)")
    return figure
