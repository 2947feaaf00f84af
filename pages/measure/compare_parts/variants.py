"""Every variant in figures: its place, score, cost, latency and tokens in one table; or one metric with mean, median and spread."""

from collections.abc import Iterable

import streamlit as st

from pages.measure.compare_parts import wording
from pages.parts import format as fmt
from pages.parts import tables
from workbench.comparison.model import SCORE, Comparison, Figures, Metric
from workbench.runner.reading import Run


def places(found: Comparison) -> dict[str, str]:
    """The place of every variant in the ranking; `2=` where it is shared."""
    held = [rank.place for rank in found.ranking]
    return {rank.variant: f"{rank.place}{'=' if held.count(rank.place) > 1 else ''}" for rank in found.ranking}


def overview(found: Comparison, run: Run) -> None:
    """The table of variants over all metrics."""
    said = {(each.variant, each.metric): each for each in found.figures}
    shown = {metric.name: metric for metric in found.metrics}
    place = places(found)
    rows = []
    order = {rank.variant: number for number, rank in enumerate(found.ranking)}
    for each in sorted(run.variants, key=lambda one: order.get(one.name, len(order))):
        row = {"name": each.name, "place": place.get(each.name, fmt.NONE), "model": each.full_model}
        row |= {name: _mean(said.get((each.name, name)), metric) for name, metric in shown.items()}
        if (score := said.get((each.name, SCORE.name))) is not None:
            row["interval"] = wording.interval(SCORE, score.low, score.high, signed=False)
            row["n"] = f"{score.count:,}"
        rows.append(row)
    columns = {
        "place": _column("Place", 60),
        "name": _column("Variant", wording.width(found.names, 150, 280)),
        "score": _column("Score", 70),
        "interval": _column(wording.level(found.options.level), 125),
        "n": _column("n", 55),
        **{name: _column(metric.title, 92) for name, metric in shown.items() if name != SCORE.name},
        "model": _column("Model", wording.width([each.full_model for each in run.variants], 125, 220)),
    }
    if SCORE.name not in shown:
        columns = {name: column for name, column in columns.items() if name not in ("place", "score", "interval", "n")}
    tables.table(rows, columns, "variants", alt="Every variant with its score, cost and latency", export=f"run-{run.id}-variants.csv")


def one(found: Comparison, metric: Metric) -> None:
    """The table of variants on one metric: mean, interval, median, spread, number of cases."""
    rows = [
        {
            "name": each.variant,
            "mean": wording.value(metric, each.mean),
            "interval": wording.interval(metric, each.low, each.high, signed=False),
            "median": wording.value(metric, each.median),
            "sd": wording.value(metric, each.sd),
            "n": each.count,
        }
        for each in of(found, metric)
    ]
    columns = {
        "name": _column("Variant", wording.width(found.names, 165, 280)),
        "mean": _column("Mean", 85),
        "interval": _column(wording.level(found.options.level), 160),
        "median": _column("Median", 85),
        "sd": _column("Standard deviation", 140),
        "n": st.column_config.NumberColumn("Cases", format="localized", width=70),
    }
    tables.table(rows, columns, f"one-{metric.name}", alt=f"{metric.title} of every variant")


def of(found: Comparison, metric: Metric) -> Iterable[Figures]:
    """The figures of one metric, in the order of the run."""
    return [each for each in found.figures if each.metric == metric.name]


def _mean(figures: Figures | None, metric: Metric) -> str:
    return wording.value(metric, figures.mean if figures else None)


def _column(title: str, width: int) -> object:
    return st.column_config.TextColumn(title, width=width)
