"""The common style of figures: colours for both themes, fonts, grid, title, and how a figure is drawn. Knows no data."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import safe

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Told apart by people who see no red, no green or no blue, on paper-white and on near-black alike.
LIGHT = ("#0d6e63", "#c2570c", "#4a5fc1", "#a8326f", "#7d6200", "#5d646a")
DARK = ("#4fc3b0", "#f0a35e", "#9aa9f5", "#e88abf", "#dcc15c", "#a6aeb1")
_CUT = 34  # characters of a name beside an axis
_EDGE = " ·-/,"  # says nothing beside a cut
_FONT = '"Source Sans", sans-serif'


def is_dark() -> bool:
    """Whether the visitor sees the dark theme."""
    return getattr(getattr(st.context, "theme", None), "type", None) == "dark"


def palette() -> tuple[str, ...]:
    """The colours of categories for the theme on the screen."""
    return DARK if is_dark() else LIGHT


def paper() -> str:
    """The colour behind a figure: a note on it is read where lines cross."""
    return "#15191b" if is_dark() else "#fcfbf8"


def ink() -> str:
    """The colour of whiskers and reference lines for the theme on the screen."""
    return "#e9e7e2" if is_dark() else "#21262a"


def base(title: str, *, height: int = 320) -> "go.Figure":
    """An empty figure in the common style, for a chart that none of the above draws."""
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.update_layout(
        meta={"title": safe.plain(title)},
        font={"family": _FONT, "size": 13, "color": ink()},
        height=height,
        margin={"l": 4, "r": 16, "t": 6, "b": 40},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=palette(),
        showlegend=False,
        bargap=0.35,
        uirevision="keep",
        hoverlabel={"align": "left"},
    )
    figure.update_xaxes(
        showgrid=True, gridcolor="rgba(128,128,128,0.22)", zeroline=False, automargin=True, fixedrange=True, title_font_size=13
    )
    figure.update_yaxes(showgrid=False, automargin=True, fixedrange=True, ticklabelstandoff=8)
    return figure


def show(figure: "go.Figure", key: str, alt: str) -> None:
    """Draw the figure under its title; `alt` says in words what it shows."""
    # Above the picture and not in it: there it would be cut off on a narrow screen instead of wrapping.
    if title := (figure.layout.meta or {}).get("title"):
        st.markdown(f"**{safe.escape(title)}**")
    st.plotly_chart(figure, key=key, alt=safe.plain(alt), theme=None, config={"displayModeBar": False, "scrollZoom": False})


def text(text: object) -> str:
    """Plotly reads a few HTML tags in its texts, links among them: they are turned into text."""
    return safe.plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(name: str, most: int = _CUT) -> str:
    """A name as it stands beside an axis: cut in the middle, because names differ at either end."""
    line = " ".join(str(name).split())
    if len(line) <= most:
        return line
    tail = (most - 1) // 2
    return f"{line[: most - 1 - tail].rstrip(_EDGE)}…{line[-tail:].lstrip(_EDGE)}"


def labels(names: Sequence[str], most: int = _CUT) -> dict[str, str]:
    """Every name as it stands beside an axis, no two alike: where cutting makes them so, what all of them share is left out."""
    distinct = list(dict.fromkeys(names))
    found = {name: short(name, most) for name in distinct}
    if len(set(found.values())) < len(distinct):
        found = {name: short(rest, most) for name, rest in zip(distinct, _apart(distinct), strict=True)}
    counted = Counter(found.values())
    for number, name in enumerate(distinct, 1):
        if counted[found[name]] > 1:
            found[name] = f"{short(name, max(3, most - len(str(number)) - 3))} ({number})"
    return found


def _apart(names: Sequence[str]) -> list[str]:
    """The names without the words they share; of names built differently, without the beginning and the end they share."""
    lines = [" ".join(str(name).split()) for name in names]
    words = [re.findall(r"[\w@.]+|[^\w@.]+", line) for line in lines]
    if len({len(each) for each in words}) == 1:
        shared = [len(set(column)) == 1 for column in zip(*words, strict=True)]
        kept = ("".join("…" if same else word for word, same in zip(each, shared, strict=True)) for each in words)
        return [re.sub("…+", "…", line) for line in kept]
    first = _shared(lines)
    left = [line[first:] for line in lines]
    last = _shared([line[::-1] for line in left])
    return [f"…{line[: len(line) - last]}{'…' if last else ''}" for line in left]


def _shared(lines: Sequence[str]) -> int:
    """How many characters all of them begin with."""
    alike = (len(set(column)) == 1 for column in zip(*lines, strict=False))
    return sum(1 for _ in takewhile(bool, alike))
