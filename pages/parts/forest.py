"""The forest plot: differences with their intervals around a line at none, and the band in which two are as good as each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pages.parts.figures import base, ink, palette, text

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ROW, _TALL, _FRAME = 34, 44, 62  # pixels
_MANY = 11
# Told apart without colour too: filled where something is decided, hollow where not.
_SYMBOLS = {"winner": "diamond", "equivalent": "square", "undecided": "circle-open"}


@dataclass(frozen=True)
class Difference:
    """One row of a forest plot; a `name` may have two lines; `said` is the row in words, for the hover."""

    name: str
    value: float
    low: float | None
    high: float | None
    outcome: str
    said: str


def forest(title: str, rows: Sequence[Difference], *, x_title: str, margin: float | None = None, suffix: str = "") -> "go.Figure":
    """Differences with their intervals around a line at none; `margin` is drawn as a band on both sides of it."""
    import plotly.graph_objects as go

    figure = base(title, height=_FRAME + (_TALL if any("\n" in row.name for row in rows) else _ROW) * max(2, len(rows)))
    figure.update_layout(margin={"l": 4, "r": 16, "t": 6, "b": 44})
    if margin:
        figure.add_vrect(x0=-margin, x1=margin, fillcolor=palette()[2], opacity=0.14, line_width=0, layer="below")
    figure.add_vline(x=0, line_width=1, line_dash="dot", line_color=ink())
    spots = list(range(len(rows)))
    figure.add_trace(
        go.Scatter(
            x=[row.value for row in rows],
            y=spots,
            mode="markers",
            marker={
                "size": 11,
                "symbol": [_SYMBOLS.get(row.outcome, "circle-open") for row in rows],
                "color": [
                    palette()[0] if row.outcome == "winner" else palette()[2] if row.outcome == "equivalent" else ink() for row in rows
                ],
                "line": {"width": 2},
            },
            error_x=_whiskers(rows),
            customdata=[text(row.said) for row in rows],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.update_xaxes(title_text=text(x_title), ticksuffix=suffix)
    if len(rows) > _MANY:  # its foot is out of sight where it scrolls
        figure.update_xaxes(side="top")
        figure.update_layout(margin={"t": 56, "b": 8})
    figure.update_yaxes(zeroline=False, tickvals=spots, ticktext=[_lines(row.name) for row in rows], range=[len(rows) - 0.5, -0.5])
    return figure


def _lines(name: str) -> str:
    return "<br>".join(text(line) for line in name.split("\n"))


def _whiskers(rows: Sequence[Difference]) -> dict[str, Any]:
    up = [0.0 if row.high is None else max(0.0, row.high - row.value) for row in rows]
    down = [0.0 if row.low is None else max(0.0, row.value - row.low) for row in rows]
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": ink(), "thickness": 1.5, "width": 5}
