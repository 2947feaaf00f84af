"""The chart of Spend: cost by day (by month over a long time), stacked by model, and what the rest of the month costs at this pace."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import charts, figures, safe
from pages.parts import format as fmt
from pages.spend.spend_parts import wording
from pages.spend.spend_parts.ahead import Rest
from pages.spend.spend_parts.facts import Facts
from pages.spend.spend_parts.period import Period
from workbench.ledger.periods import DAY_MS, end, start
from workbench.text.counting import counted

if TYPE_CHECKING:
    import plotly.graph_objects as go

_MOST_DAYS = 186  # bars; beyond, a bar is a month
_FAINT = 0.16
_NAME = 24  # characters of a model in the legend


def draw(facts: Facts, period: Period, rest: Rest | None) -> None:
    """Draw the chart, or say why there is nothing to draw."""
    if not facts.total.cost_nano:
        paid = "none of them has a known price" if facts.total.unpriced else "all of them were free or failed"
        st.caption(f"No cost to draw: {wording.calls(facts.total.calls)}, and {paid}.")
        return
    figure = chart(facts, period, rest)
    charts.show(figure, "spend-by-day", said(facts, period, rest))
    notes = []
    if rest is not None:
        notes.append(
            f"Dashed: what a day of the rest of {wording.month(rest.since_ms)} costs on average at this pace; shaded: its p5 to p95."
        )
    if facts.total.unpriced:
        notes.append(f"{wording.calls(facts.total.unpriced)} of unknown price in no bar.")
    if notes:
        st.caption(wording.md(" ".join(notes)))


def chart(facts: Facts, period: Period, rest: Rest | None) -> "go.Figure":
    """The figure."""
    import plotly.graph_objects as go

    monthly = period.days > _MOST_DAYS
    figure = charts.base(said(facts, period, None), height=310)
    named = _names([name for name in facts.series if name])
    colours = figures.palette()
    others = len([one for one in facts.models if one.cost_nano]) - len(named)
    for number, (name, by_day) in enumerate(facts.series.items()):
        label = named[name] if name else counted(others, "other model")
        bars = _bars(by_day, monthly=monthly)
        figure.add_trace(
            go.Bar(
                x=[_iso(at) for at in bars],
                y=[nano / 1e9 for nano in bars.values()],
                name=figures.text(label),
                marker={"color": colours[number % len(colours)] if name else charts.QUIET, "line": {"width": 0}},
                width=None if monthly else 0.8 * DAY_MS,
                customdata=[[_when(at, monthly=monthly), fmt.usd(nano)] for at, nano in bars.items()],
                hovertemplate=f"%{{customdata[0]}}: %{{customdata[1]}}<br>{figures.text(label)}<extra></extra>",
            )
        )
    if rest is not None and not monthly:
        _shade(figure, rest)
    _axes(figure, period.since_ms, rest.until_ms if rest else period.until_ms, monthly=monthly)
    return figure


def said(facts: Facts, period: Period, rest: Rest | None) -> str:
    """What the chart shows, in a sentence: its title, and with the rest its words."""
    total = facts.total.cost_nano
    dearest = facts.models[0]
    over = f"in {period.days:,} days" if period.days > 1 else "in a day"
    n = f"n = {wording.calls(facts.total.calls)}"
    if len([one for one in facts.models if one.cost_nano]) == 1:
        told = f"{dearest.full_model} cost {fmt.usd(total)} {over} ({n})"
    else:
        told = f"{dearest.full_model} is {dearest.cost_nano / total:.0%} of {fmt.usd(total)} {over} ({n})".replace("%", " %")
    if rest is None:
        return told
    return f"{told}; a day of the rest of the month about ${rest.usd:,.2f} (${rest.low:,.2f} to ${rest.high:,.2f})"


def _names(full: Sequence[str]) -> dict[str, str]:
    """The models as the legend has them: without their provider, where that leaves no two alike."""
    bare = [name.partition("/")[2] for name in full]
    apart = len(set(bare)) == len(bare)
    short = figures.labels(bare if apart else full, _NAME)
    return {name: short[each] for name, each in zip(full, bare if apart else full, strict=True)}


def _bars(by_day: Any, *, monthly: bool) -> dict[int, int]:
    found: dict[int, int] = {}
    for at, nano in sorted(by_day.items()):
        begun = start("month", at) if monthly else at
        found[begun] = found.get(begun, 0) + nano
    return found


def _shade(figure: "go.Figure", rest: Rest) -> None:
    ends = [_iso(rest.since_ms - DAY_MS // 2), _iso(rest.until_ms - DAY_MS // 2)]
    ink = charts.ink()
    faint = f"rgba({int(ink[1:3], 16)},{int(ink[3:5], 16)},{int(ink[5:7], 16)},{_FAINT})"
    around: dict[str, Any] = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=ends, y=[rest.low] * 2, **around)
    figure.add_scatter(x=ends, y=[rest.high] * 2, fill="tonexty", fillcolor=faint, **around)
    figure.add_scatter(
        x=ends, y=[rest.usd] * 2, mode="lines", line={"color": ink, "width": 2, "dash": "dash"}, showlegend=False,
        hovertemplate=f"about ${rest.usd:,.2f} a day (${rest.low:,.2f} to ${rest.high:,.2f})<extra></extra>",
    )  # fmt: skip


def _axes(figure: "go.Figure", since_ms: int, until_ms: int, *, monthly: bool) -> None:
    half = DAY_MS // 2
    last = end("month", until_ms - 1) if monthly else until_ms
    few = {"dtick": DAY_MS} if until_ms - since_ms <= 7 * DAY_MS else {}
    figure.update_xaxes(
        type="date", range=[_iso(since_ms - half), _iso(last - half)], tickformat="%b %Y" if monthly else "%-d %b",
        nticks=8, showgrid=False, **few,
    )  # fmt: skip
    figure.update_yaxes(
        title_text=f"US dollars a {'month' if monthly else 'day'}", title_font_size=13, title_standoff=14, tickprefix="$",
        rangemode="tozero", showgrid=True, gridcolor="rgba(128,128,128,0.22)",
    )  # fmt: skip
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "font": {"size": 12}, "traceorder": "normal"}
    figure.update_layout(barmode="stack", showlegend=True, legend=legend, margin={"t": 34, "b": 24})


def _when(ms: int, *, monthly: bool) -> str:
    return safe.plain(f"{datetime.fromtimestamp(ms / 1000, UTC):%B %Y}" if monthly else wording.day(ms))


def _iso(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M}"
