"""Charts over time: lines with interval bands, stacked bars, a heat map; versions as upright lines, a range to pull, a table behind it.

A component of our own, drawn in the browser out of the figures alone: it stays where it is while new figures come in, takes a
range by pointer or by keyboard, and makes its PNG and CSV without a server. Rows are passed in; nothing here knows a store.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import points, safe
from workbench.monitoring.dashboard_model import Chart, Heat, Marker, Range

_ASSETS = Path(__file__).with_name("chart_assets")

Pulled = Callable[[int, int], object]


def draw(
    chart: Chart,
    span: Range,
    key: str,
    *,
    markers: Sequence[Marker] = (),
    pulled: Pulled | None = None,
    hidden: Sequence[str] = (),
    limits: Sequence[tuple[float, str]] = (),
    now_ms: int | None = None,
    back: Callable[[], object] | None = None,
) -> None:
    """Draw the chart; `pulled` is called with [since, until) once somebody has chosen a part of the range in it, `back` once somebody wants
    the whole range again. A sum that is not over at `now_ms` is drawn as one. The lines `hidden` wait in the legend; `limits` are levels
    worth a dashed line, with their names.
    """
    levels = [{"value": value, "text": safe.plain(text)} for value, text in limits]
    _mount({**points.lines(chart, span, markers, now_ms), "hidden": list(hidden), "limits": levels}, key, pulled, back)


def draw_heat(
    heat: Heat, span: Range, key: str, *, title: str, pulled: Pulled | None = None, back: Callable[[], object] | None = None
) -> None:
    """Draw how many calls fall into each hour and band of latency."""
    _mount(points.cells(heat, span, title), key, None if heat.hour_of_day else pulled, back)


def _mount(data: Mapping[str, Any], key: str, pulled: Pulled | None, back: Callable[[], object] | None) -> None:
    callback = partial(_tell, key, pulled) if pulled is not None else _nothing
    shown = {**data, "key": key, "select": pulled is not None, "back": back is not None}
    _component()(key=key, data=shown, on_range_change=callback, on_back_change=back or _nothing)


def _tell(key: str, pulled: Pulled) -> None:
    asked = getattr(st.session_state.get(key), "range", None) or {}
    since, until = asked.get("since"), asked.get("until")
    if isinstance(since, int | float) and isinstance(until, int | float) and since < until:
        pulled(int(since), int(until))


@cache
def _component() -> Any:
    css, *scripts = ((_ASSETS / name).read_text(encoding="utf-8") for name in ("chart.css", "words.js", "frame.js", "chart.js"))
    return st.components.v2.component("workbench.chart", html='<div class="chart"></div>', css=css, js="\n".join(scripts))


def _nothing() -> None:
    """A component hands over a state only where something listens to it."""
