"""Charts of rows: bars, and bars with intervals. The title says what is shown, axes carry units, n is there.

Rows are passed in; nothing here knows a store. Plotly is loaded with the first chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pages.parts import safe
from pages.parts.figures import base, ink, is_dark, labels, palette, paper, short, show, text

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["Bar", "bars", "base", "ink", "interval_bars", "is_dark", "labels", "palette", "paper", "sentence", "short", "show"]


QUIET = "rgba(128,128,128,0.55)"
_NAME = 40  # characters of a name beside a bar


@dataclass(frozen=True)
class Bar:
    """One row of a chart: its name, its value, its interval where it is an estimate, and a note such as "n = 120".

    A `quiet` one is grey: it is there for completeness.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""
    quiet: bool = False


def interval_bars(title: str, bars: Sequence[Bar], *, x_title: str, share: bool = True, reference: float | None = None) -> "go.Figure":
    """Horizontal bars with their intervals as whiskers; `share` shows 0..1 as percent."""
    figure = _bars(title, bars, x_title, share=share)
    if reference is not None:
        figure.add_vline(x=reference, line_width=1, line_dash="dot", line_color=ink())
    return figure


def bars(title: str, rows: Sequence[Bar], *, x_title: str) -> "go.Figure":
    """Horizontal bars of plain numbers."""
    return _bars(title, rows, x_title, share=False)


def sentence(rows: Sequence[Bar], *, share: bool = True) -> str:
    """The rows of a chart in words, for `alt`."""
    return "; ".join(_said(row, share, plain=True) for row in rows)


def _bars(title: str, rows: Sequence[Bar], x_title: str, *, share: bool) -> "go.Figure":
    import plotly.graph_objects as go

    colours = palette()
    named = labels([row.name for row in rows], _NAME)
    figure = base(title, height=_height(len(rows)))
    figure.add_trace(
        go.Bar(
            x=[row.value for row in rows],
            y=[_name(named[row.name], row, share) for row in rows],
            orientation="h",
            marker={"color": [QUIET if row.quiet else colours[n % len(colours)] for n, row in enumerate(rows)]},
            error_x=_whiskers(rows),
            customdata=[_said(row, share) for row in rows],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.update_xaxes(
        title_text=text(x_title), tickformat=".0%" if share else None, range=[0, 1.0001] if share else None, rangemode="tozero"
    )
    figure.update_yaxes(autorange="reversed")
    return figure


def _whiskers(rows: Sequence[Bar]) -> dict[str, Any] | None:
    if all(row.low is None or row.high is None for row in rows):
        return None
    up = [0 if row.high is None or row.value is None else max(0.0, row.high - row.value) for row in rows]
    down = [0 if row.low is None or row.value is None else max(0.0, row.value - row.low) for row in rows]
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": ink(), "thickness": 1.5, "width": 5}


def _name(name: str, row: Bar, share: bool) -> str:
    """What stands beside a bar: its name, its value, its note."""
    value = "" if row.value is None else f"{row.value:.0%}" if share else f"{row.value:,.4g}"
    return f"{text(name)}  <b>{value}</b>" + (f"  <span style='opacity:.8'>{text(row.note)}</span>" if row.note else "")


def _said(row: Bar, share: bool, *, plain: bool = False) -> str:
    def figure(value: float | None) -> str:
        return "no value" if value is None else f"{value:.1%}" if share else f"{value:,.4g}"

    interval = "" if row.low is None or row.high is None else f", 95 % interval {figure(row.low)} to {figure(row.high)}"
    said = f"{row.name}: {figure(row.value)}{interval}{f', {row.note}' if row.note else ''}"
    return safe.plain(said) if plain else text(said)


def _height(count: int) -> int:
    return 56 + 44 * max(1, count)
