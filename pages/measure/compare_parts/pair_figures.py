"""Every figure of one pair: the tests, how large the difference is, medians, the Bayesian reading, equivalence, what held while it ran."""

from collections.abc import Mapping

import streamlit as st

from pages.measure.compare_parts import wording
from pages.parts import charts, safe, tables
from pages.parts import format as fmt
from workbench.comparison import explain
from workbench.comparison.model import Comparison, Metric, Pair
from workbench.stats import coverage

_ROW, _HEAD = 35, 37  # pixels
_NAME = 19  # characters of a name in a cell
_COLUMNS = {
    "what": st.column_config.TextColumn("Figure", width=265),
    "value": st.column_config.TextColumn("Value", width=120),
    "interval": st.column_config.TextColumn("Interval", width=165),
    "reads": st.column_config.TextColumn("Reads", width=480),
}


def draw(found: Comparison, metric: Metric, pair: Pair) -> None:
    """Draw the table."""
    rows = _rows(found, metric, pair)
    tall = _HEAD + _ROW * len(rows)
    reads = st.column_config.TextColumn("Reads", width=wording.width([str(row["reads"]) for row in rows], 440, 640))
    tables.table(rows, {**_COLUMNS, "reads": reads}, f"figures-{metric.name}", height=tall, alt=f"Every figure of {wording.pair(pair)}")
    if pair.bayes is not None:
        st.caption(safe.escape(f"Prior of the Bayesian reading: {pair.bayes.prior}", limit=400))


def _rows(found: Comparison, metric: Metric, pair: Pair) -> list[dict[str, object]]:
    """The rows of the table of figures; what a pair does not have is left out."""
    result, level = pair.result, wording.level(found.options.level)
    over = wording.interval(metric, result.low, result.high)
    named = charts.labels(found.names, _NAME)
    test = wording.TESTS.get(result.test, result.test)
    covers = "" if result.coverage is None else f"; covers at least {fmt.percent(result.coverage, 1)} in simulations at this n"
    rows = [
        (
            "Mean difference",
            wording.difference(metric, result.difference),
            over,
            f"{level} by {explain.INTERVALS.get(result.method, result.method)}{covers}",
        ),
        (f"p, {test}", wording.p(result.p), fmt.NONE, f"{wording.p(pair.p_adjusted)} adjusted for all pairs (Holm)"),
        *_other_tests(pair),
        *_bca(metric, pair),
        *_sizes(metric, pair, named),
        *_readings(metric, pair, named),
    ]
    names = ("what", "value", "interval", "reads")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _other_tests(pair: Pair) -> list[tuple[str, str, str, str]]:
    result = pair.result
    other = {"p, mid-p McNemar": result.p_mid, "p, Wilcoxon": result.p_wilcoxon, "p, paired t": result.p_t}
    return [
        (name, wording.p(figure), fmt.NONE, "beside the test above, for comparison") for name, figure in other.items() if figure is not None
    ]


def _bca(metric: Metric, pair: Pair) -> list[tuple[str, str, str, str]]:
    result = pair.result
    if result.bca_low is None or result.bca_high is None:
        return []
    bounds = wording.interval(metric, result.bca_low, result.bca_high)
    worst = None if result.coverage is None else coverage.worst("bca", result.n)  # measured at 95 % alone, as the other one
    covers = "" if worst is None else f"; covers as little as {fmt.percent(worst, 1)} in simulations at this n"
    return [("BCa bootstrap", wording.difference(metric, result.difference), bounds, f"beside the interval above, for comparison{covers}")]


def _sizes(metric: Metric, pair: Pair, named: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    result, rows = pair.result, []
    if result.median is not None:
        bounds = wording.interval(metric, result.median_low, result.median_high)
        rows.append(
            ("Median difference", wording.difference(metric, result.median), bounds, "half of the cases differ by less, half by more")
        )
    if result.effect is not None:
        odds = result.effect_name == "odds_ratio"
        name = "Matched odds ratio" if odds else "Effect size d_z"
        bounds = (
            fmt.NONE if result.effect_low is None or result.effect_high is None else f"{result.effect_low:.2f} to {result.effect_high:.2f}"
        )
        reads = (
            f"cases that only {named[pair.b]} has right for each that only {named[pair.a]} has right"
            if odds
            else "mean difference in standard deviations of it"
        )
        rows.append((name, f"{result.effect:.2f}", bounds, reads))
    if result.superiority is not None:
        reads = f"of cases have a higher value under {named[pair.b]}; ties count half"
        rows.append(("Probability of superiority", fmt.percent(result.superiority, 1), fmt.NONE, reads))
    return rows


def _readings(metric: Metric, pair: Pair, named: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    rows = []
    if (bayes := pair.bayes) is not None:
        lost, lost_a = (wording.loss(metric, figure) for figure in (bayes.loss, bayes.loss_a))
        reads = f"choosing {named[pair.b]} is expected to lose {lost}, choosing {named[pair.a]} {lost_a}"
        rows.append((f"Probability that {named[pair.b]} is better", fmt.percent(bayes.probability, 1), fmt.NONE, reads))
    if (same := pair.equivalence) is not None:
        reads = "as good as each other" if same.equivalent else "not shown to be as good as each other"
        margin = wording.difference(metric, same.margin).lstrip("+")
        bounds = wording.interval(metric, same.low, same.high)
        rows.append((f"p, equivalent within {margin}", wording.p(same.p), bounds, f"{reads} (two one-sided tests, 90 % interval)"))
    if (looks := pair.sequential) is not None:
        bounds = wording.interval(metric, looks.low, looks.high)
        rows.append(
            (
                "p, valid at every look",
                wording.p(looks.p),
                bounds,
                f"e-value {_evidence(looks.e)}: holds however often the run was looked at",
            )
        )
    return rows


def _evidence(e: float) -> str:
    return "over 1,000,000" if e > 1e6 else f"{e:,.1f}"
