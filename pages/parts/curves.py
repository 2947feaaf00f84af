"""Charts of relations: a line with its band, points of pairs, a histogram. Same style as `charts`.

Rows are passed in; nothing here knows a store. What is drawn is bounded by the caller; texts are made harmless here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pages.parts.figures import base, ink, palette, paper, short, text
from workbench.text.counting import counted

if TYPE_CHECKING:
    import plotly.graph_objects as go

_STANDOFF = 18  # pixels between the ticks of the upright axis and its title


@dataclass(frozen=True)
class Line:
    """A line through `ys` at `xs`; with `lows` and `highs` a band around it."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    lows: Sequence[float] = ()
    highs: Sequence[float] = ()
    dash: str = "solid"


def lines(
    title: str, drawn: Sequence[Line], *, x_title: str, y_title: str, share: bool = False, height: int = 300, log: bool = False
) -> "go.Figure":
    """Lines over numbers, with a legend where there is more than one; `share` shows 0..1 as percent."""
    import plotly.graph_objects as go

    figure = base(title, height=height)
    for number, line in enumerate(drawn):
        colour = palette()[number % len(palette())]
        if line.lows and line.highs:
            around = {"x": [*line.xs, *reversed(line.xs)], "y": [*line.highs, *reversed(line.lows)]}
            figure.add_trace(
                go.Scatter(**around, fill="toself", fillcolor=_faint(colour), line={"width": 0}, hoverinfo="skip", showlegend=False)
            )
        shape = {"color": colour, "width": 2, "dash": line.dash}
        figure.add_trace(go.Scatter(x=list(line.xs), y=list(line.ys), mode="lines", line=shape, name=text(short(line.name))))
    figure.update_xaxes(title_text=text(x_title))
    figure.update_yaxes(
        title_text=text(y_title),
        title_font_size=13,
        title_standoff=_STANDOFF,
        showgrid=True,
        gridcolor="rgba(128,128,128,0.22)",
        zeroline=False,
    )
    if share:
        figure.update_yaxes(tickformat=".0%", range=[0, 1.03])
    if log:
        figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    if len(drawn) > 1:
        legend = {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0}
        figure.update_layout(showlegend=True, legend=legend, margin={"t": 34})
    return figure


def mark(figure: "go.Figure", said: str, *, x: float | None = None, y: float | None = None) -> None:
    """A named line across the figure, upright at `x` or level at `y`."""
    look: dict[str, Any] = {"line_width": 1.5, "line_dash": "dash", "line_color": ink()}
    note: dict[str, Any] = {"annotation_text": text(said), "annotation_font": {"size": 12, "color": ink()}, "annotation_bgcolor": paper()}
    if x is not None:
        figure.add_vline(x=x, annotation_position="bottom right", **look, **note)
    if y is not None:
        figure.add_hline(y=y, annotation_position="bottom right", **look, **note)


def scatter(title: str, xs: Sequence[float], ys: Sequence[float], *, x_title: str, y_title: str, said: Sequence[str]) -> "go.Figure":
    """Pairs of values as points; on the dotted line both are the same."""
    import plotly.graph_objects as go

    figure = base(title, height=320)
    ends = [min([*xs, *ys], default=0.0), max([*xs, *ys], default=1.0)]
    figure.add_trace(go.Scatter(x=ends, y=ends, mode="lines", line={"color": ink(), "width": 1, "dash": "dot"}, hoverinfo="skip"))
    look = {"size": 7, "color": palette()[0], "opacity": 0.55}
    points = {"customdata": [text(each) for each in said], "hovertemplate": "%{customdata}<extra></extra>"}
    figure.add_trace(go.Scatter(x=list(xs), y=list(ys), mode="markers", marker=look, **points))
    figure.update_xaxes(title_text=text(x_title))
    figure.update_yaxes(
        title_text=text(y_title), title_font_size=13, title_standoff=_STANDOFF, showgrid=True, gridcolor="rgba(128,128,128,0.22)"
    )
    return figure


def histogram(title: str, edges: Sequence[float], counts: Sequence[int], *, x_title: str) -> "go.Figure":
    """How often values lie between neighbouring `edges`; a dotted line stands at none."""
    import plotly.graph_objects as go

    figure = base(title, height=260)
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    widths = [high - low for low, high in pairwise(edges)]
    said = [f"{low:,.4g} to {high:,.4g}: {counted(count, 'case')}" for (low, high), count in zip(pairwise(edges), counts, strict=True)]
    figure.add_trace(
        go.Bar(
            x=middles, y=list(counts), width=widths, customdata=said, hovertemplate="%{customdata}<extra></extra>", marker_line_width=0.5
        )
    )
    figure.add_vline(x=0, line_width=1, line_dash="dot", line_color=ink())
    figure.update_layout(bargap=0)
    figure.update_xaxes(title_text=text(x_title))
    figure.update_yaxes(title_text="Cases", title_font_size=13, title_standoff=_STANDOFF, showgrid=True, gridcolor="rgba(128,128,128,0.22)")
    return figure


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"
