"""One pair in full: right and wrong against each other or value against value, how the differences spread, then every figure of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from pages.measure.compare_parts import evidence, pair_figures, picking, wording
from pages.measure.compare_parts.evidence import BOTH, GAINED, LOST, NEITHER, Series
from pages.parts import charts, curves, safe
from workbench.comparison.model import Comparison, Metric, Pair
from workbench.runner.reading import Run
from workbench.store import Store
from workbench.text.counting import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BUTTON = 25  # characters of a count that stand beside another
_POINTS, _BINS = 1_500, 40
_NAME = 24  # characters of a name in a picture


def draw(store: Store, found: Comparison, run: Run) -> None:
    """Draw the pair of the URL on the metric of the URL."""
    metric, pair = picking.metric_and_pair(found, run)
    if pair is None:
        st.caption("No two variants have a case in common on this metric.")
        return
    st.markdown(safe.escape(pair.verdict, limit=600))
    held = evidence.series(store, run, found, metric, (pair.a, pair.b))
    left, right = st.columns(2, gap="large")
    with left:
        if pair.result.kind == "binary":
            _four(found, run, pair)
        else:
            _scatter(metric, pair, held, charts.labels(found.names, _NAME))
    with right:
        _spread(metric, pair, held, charts.labels(found.names, _NAME))
    pair_figures.draw(found, metric, pair)


def _four(found: Comparison, run: Run, pair: Pair) -> None:
    """The discordance table: four counts, each of which opens its cases."""
    result = pair.result
    both, gained, lost = result.both or 0, result.gained or 0, result.lost or 0
    st.markdown(f"**Right and wrong on the same {counted(result.n, 'case')}**")
    named = charts.labels(found.names)
    a, b = (safe.escape(named[name]) for name in (pair.a, pair.b))
    said = {
        BOTH: (f"Both right: {both:,}", ":material/done_all:"),
        GAINED: (f"Only {b} right: {gained:,}", ":material/trending_up:"),
        LOST: (f"Only {a} right: {lost:,}", ":material/trending_down:"),
        NEITHER: (f"Both wrong: {result.n - both - gained - lost:,}", ":material/close:"),
    }
    beside = max(len(label) for label, _ in said.values()) <= _BUTTON
    for row in ((BOTH, GAINED), (LOST, NEITHER)) if beside else ((BOTH,), (GAINED,), (LOST,), (NEITHER,)):
        for column, kind in zip(st.columns(len(row)), row, strict=True):
            label, icon = said[kind]
            column.button(
                label, icon=icon, key=f"open-{kind}", width="stretch", on_click=evidence.open_cells, args=(kind, pair, run.id, found.names)
            )
    st.caption("Only cases that the two do not share count for the test. Press a count to see its cases.")


def _scatter(metric: Metric, pair: Pair, held: Series, named: Mapping[str, str]) -> None:
    import numpy as np

    step = max(1, -(-len(held.cases) // _POINTS))
    a, b = held.a[::step] * wording.scaled(metric, 1.0), held.b[::step] * wording.scaled(metric, 1.0)
    said = [
        f"Case {case + 1}: {wording.value(metric, x)} and {wording.value(metric, y)}"
        for case, x, y in zip(held.cases[::step], held.a[::step], held.b[::step], strict=True)
    ]
    unit = "%" if metric.unit == "share" else wording.unit(metric)
    title = f"{metric.title} of {counted(len(held.cases), 'case')} under both variants"
    figure = curves.scatter(
        title, a.tolist(), b.tolist(), x_title=f"{named[pair.a]}, {unit}", y_title=f"{named[pair.b]}, {unit}", said=said
    )
    over = int(np.count_nonzero(held.differences > 0))
    alt = f"{title}: {pair.b} lies above {pair.a} in {over:,} of them"
    charts.show(figure, f"scatter-{metric.name}", alt)
    st.caption("On the dotted line both are the same." + (f" Every {step}th case is drawn." if step > 1 else ""))


def _spread(metric: Metric, pair: Pair, held: Series, named: Mapping[str, str]) -> None:
    import numpy as np

    values = held.differences * wording.scaled(metric, 1.0)
    below, above = int(np.count_nonzero(values < 0)), int(np.count_nonzero(values > 0))
    same = len(values) - below - above
    title = f"How the differences of {counted(len(values), 'case')} spread"
    alt = f"{title}: {below:,} below zero, {same:,} at zero, {above:,} above"
    a, b = named[pair.a], named[pair.b]
    if pair.result.kind == "binary":
        rows = [charts.Bar(f"{b} better", above), charts.Bar("the same", same, quiet=True), charts.Bar(f"{a} better", below)]
        figure = charts.bars(title, rows, x_title="Cases")
    else:
        edges = _edges(values)
        counts = np.histogram(values, edges)[0]
        figure = curves.histogram(title, edges.tolist(), counts.tolist(), x_title=f"{b} minus {a}, {wording.unit(metric)} per case")
    charts.show(figure, f"spread-{metric.name}", alt)
    st.caption(safe.escape(f"{alt.partition(': ')[2]}."))


def _edges(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Bins over the values; over a little more where they are all the same but for rounding."""
    import numpy as np

    low, high = float(values.min()), float(values.max())
    size = max(abs(low), abs(high))
    if high - low <= 1e-6 * size or not size:
        low, high = low - 0.05 * (size or 1.0), high + 0.05 * (size or 1.0)
    return np.linspace(low, high, min(_BINS, max(5, int(len(values) ** 0.5))) + 1)
