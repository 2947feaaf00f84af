"""Every pair at a glance: the metric to look at, what each variant reached, the forest plot of differences, the table of pairs."""

from collections.abc import Mapping

import streamlit as st

from pages.measure.compare_parts import variants, wording
from pages.parts import address, charts, forest, safe, tables
from pages.parts import format as fmt
from pages.parts.forest import Difference
from workbench.comparison.model import Comparison, Metric, Pair
from workbench.runner.reading import Run

_NAME = 20  # characters of each name of a pair beside the plot
_SCROLL, _HEIGHT = 11, 420  # pairs that fit; then the plot scrolls by itself
_WRAP = 24  # characters of a pair that stand in one line beside the plot
_CELL = 19  # characters of a name where two stand in a cell


def draw(found: Comparison, run: Run) -> None:
    """Draw the differences on the metric of the URL."""
    metric = choose_metric(found, run)
    left, right = st.columns([2, 3], gap="large")
    with left:
        _reached(found, metric)
    pairs = of(found, metric)
    with right:
        _forest(found, metric, pairs)
    variants.overview(found, run)
    if pairs:
        _pairs(found, pairs, metric)
    with st.expander(f"{metric.title}: mean, median and spread", key="spread", on_change="rerun") as spread:
        if spread.open:
            variants.one(found, metric)


def choose_metric(found: Comparison, run: Run) -> Metric:
    """The metric of the URL, or as pressed since."""
    known = {metric.name: metric for metric in found.metrics}
    return known[address.part("What is compared", {name: metric.title for name, metric in known.items()}, "metric", of=run.id)]


def of(found: Comparison, metric: Metric) -> list[Pair]:
    """The pairs of one metric that have a difference."""
    return [pair for pair in found.pairs if pair.metric == metric.name and pair.result.difference is not None]


def said(found: Comparison, metric: Metric, pair: Pair) -> str:
    """A pair in words."""
    bounds = wording.interval(metric, pair.result.low, pair.result.high)
    over = "" if bounds == fmt.NONE else f", {wording.level(found.options.level)} {bounds}"
    difference = wording.difference(metric, pair.result.difference)
    return f"{wording.pair(pair)}: {difference}{over}, n = {pair.result.n:,}; {wording.outcome(pair)[2:]}"


def _reached(found: Comparison, metric: Metric) -> None:
    place = variants.places(found) if metric.name == found.metrics[0].name else {}
    scale = 1.0 if metric.unit == "share" else wording.scaled(metric, 1.0)
    named = charts.labels(found.names, _NAME)
    rows = [
        charts.Bar(
            f"{place.get(each.variant, '')} {named[each.variant]}".strip(),
            each.mean * scale,
            None if each.low is None else each.low * scale,
            None if each.high is None else each.high * scale,
            f"n = {each.count:,}",
        )
        for each in sorted(variants.of(found, metric), key=lambda each: _worth(each.mean, metric))
        if each.mean is not None
    ]
    if not rows:
        return
    title = f"{metric.title} of each variant, with {wording.level(found.options.level)}s"
    x_title = "% of the best possible" if metric.unit == "share" else f"Mean, {wording.unit(metric)}"
    figure = charts.interval_bars(title, rows, x_title=x_title, share=metric.unit == "share")
    charts.show(figure, f"reached-{metric.name}", f"{title}. {charts.sentence(rows, share=metric.unit == 'share')}")
    if any(mark.endswith("=") for mark in place.values()):
        st.caption("Variants with the same place, marked =, are told apart by no test.")


def _worth(mean: float | None, metric: Metric) -> float:
    """What sorts the best first."""
    return 0.0 if mean is None else -mean if metric.higher_is_better else mean


def _forest(found: Comparison, metric: Metric, pairs: list[Pair]) -> None:
    if not pairs:
        st.caption("No two variants have a case in common on this metric: there is no difference to draw.")
        return
    named = charts.labels(found.names, _NAME)
    rows = [_row(found, metric, pair, named) for pair in pairs]
    margin = found.options.margin if metric.name == "score" else None
    title = f"Differences in {metric.title.lower()} on the same cases, with {wording.level(found.options.level)}s"
    figure = forest.forest(
        title,
        rows,
        x_title=wording.axis(metric),
        margin=None if margin is None else wording.scaled(metric, margin),
    )
    with st.container(height=_HEIGHT if len(rows) > _SCROLL else "content", border=False):
        charts.show(figure, f"differences-{metric.name}", f"{title}. {'; '.join(row.said for row in rows)}")
    band = f" · shaded: as good as within {margin * 100:g} points" if margin else ""
    st.caption(
        f"Each row is {wording.MINUS}: {wording.better(metric)} · ◆ a winner · ■ as good as each other · ○ no clear difference{band}"
    )
    if len(rows) > _SCROLL:
        st.caption(safe.escape(f"{len(rows)} pairs. Compare all against one variant, above, to see {len(found.names) - 1}."))


def _row(found: Comparison, metric: Metric, pair: Pair, named: Mapping[str, str]) -> Difference:
    result = pair.result
    low, high = (None if bound is None else wording.scaled(metric, bound) for bound in (result.low, result.high))
    name = wording.pair(pair, named)
    return Difference(
        name=name if len(name) <= _WRAP else f"{named[pair.b]}\n− {named[pair.a]}",
        value=wording.scaled(metric, result.difference or 0.0),
        low=low,
        high=high,
        outcome=pair.outcome,
        said=said(found, metric, pair),
    )


def _pairs(found: Comparison, pairs: list[Pair], metric: Metric) -> None:
    named = charts.labels(found.names, _CELL)
    rows = [
        {
            "pair": wording.pair(pair, named),
            "difference": wording.difference(metric, pair.result.difference),
            "interval": wording.interval(metric, pair.result.low, pair.result.high),
            "n": pair.result.n,
            "p": wording.p(pair.p_adjusted),
            "test": wording.TESTS.get(pair.result.test, pair.result.test),
            "says": wording.outcome(pair, named),
        }
        for pair in pairs
    ]
    columns = {
        "pair": st.column_config.TextColumn(wording.MINUS, width=wording.width([str(row["pair"]) for row in rows], 180, 290)),
        "difference": st.column_config.TextColumn("Difference", width=100),
        "interval": st.column_config.TextColumn(wording.level(found.options.level), width=165),
        "n": st.column_config.NumberColumn("Cases", format="localized", width=60),
        "p": st.column_config.TextColumn("p, adjusted", width=90),
        "says": st.column_config.TextColumn("Says", width=wording.width([str(row["says"]) for row in rows], 150, 225)),
        "test": st.column_config.TextColumn("Test", width=125),
    }
    tables.table(rows, columns, f"pairs-{metric.name}", alt="Every pair of variants with its difference and test")
