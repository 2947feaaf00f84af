"""What a run says: the sentence, scores with intervals, paired differences, cost and latency. The figures come from `comparison`."""

import streamlit as st

from pages.parts import charts, glance, page, safe, tables
from pages.parts import format as fmt
from workbench import comparison
from workbench.comparison import Summary
from workbench.runner.reading import Run
from workbench.store import Store

_TESTS = {
    "mcnemar_exact": "exact McNemar",
    "permutation": "paired permutation",
    "paired_t": "paired t",
    "none": "none",
}
_RIGHT_OR_WRONG = ("equals", "contains", "labels")
# As wide together as the page is at 1366: cost and what a pair says must not lie beyond the edge.
_VARIANTS = {
    "name": st.column_config.TextColumn("Variant", width=155),
    "score": st.column_config.TextColumn("Score", width=75),
    "interval": st.column_config.TextColumn("95 % interval", width=135),
    "n": st.column_config.NumberColumn("n", format="localized", width=60),
    "failed": st.column_config.NumberColumn("Failed", format="localized", width=65),
    "cost": st.column_config.TextColumn("Cost", width=80),
    "p50": st.column_config.TextColumn("p50", width=70),
    "p95": st.column_config.TextColumn("p95", width=70),
    "tokens": st.column_config.TextColumn("Tokens in / out", width=130),
    "model": st.column_config.TextColumn("Model", width=165),
}
_PAIRS = {
    "pair": st.column_config.TextColumn("Second minus first", width=225),
    "difference": st.column_config.TextColumn("Difference", width=105),
    "interval": st.column_config.TextColumn("95 % interval", width=160),
    "n": st.column_config.NumberColumn("Cases in both", format="localized", width=105),
    "p": st.column_config.TextColumn("p", width=90),
    "test": st.column_config.TextColumn("Test", width=130),
    "says": st.column_config.TextColumn("Says", width=190),
}


def draw(store: Store, run: Run) -> None:
    """Draw the result of a run that is not at work: sentence, chart, tables."""
    summary = comparison.summarise(store, run.id)
    if said := glance.sentence(summary):
        st.header(safe.escape(said, limit=400), anchor=False)
    if said := _none_right(summary):
        st.caption(said)
    if failed := sum(each.failed for each in summary.variants):
        text = f"{failed:,} cells failed and have no score: they are left out of scores and pairs, and counted here. Retry them above."
        page.notice(text, "warning")
    rows = [
        charts.Bar(each.name, each.score, each.low, each.high, f"n = {each.n:,}") for each in summary.variants if each.score is not None
    ]
    if rows:
        left, right = st.columns(2, gap="large")
        with left:
            title = "Score of each variant, with 95 % intervals"
            charts.show(
                charts.interval_bars(title, rows, x_title=_axis(summary)),
                "scores",
                f"{title}. {charts.sentence(rows)}",
            )
        with right:
            _differences(summary)
    _variants(summary)
    if summary.pairs:
        _pairs(summary)


def table(store: Store, run: Run) -> None:
    """The table of variants alone, for a run that is still at work."""
    _variants(comparison.summarise(store, run.id))


def _scored_by(summary: Summary) -> str:
    return str((summary.run.plan.score or {}).get("name", ""))


def _axis(summary: Summary) -> str:
    return "Replies that were right, % of cases" if _scored_by(summary) in _RIGHT_OR_WRONG else "Mean score, % of the best possible"


def _none_right(summary: Summary) -> str:
    """What to do where every score is zero: more often the check asks too much than every reply is wrong."""
    name = _scored_by(summary)
    scores = [each.score for each in summary.variants if each.score is not None]
    if name not in _RIGHT_OR_WRONG or not scores or any(scores):
        return ""
    others = " or by ".join(other for other in ("contains", "labels") if other != name)
    return f"No reply was right. Open a case to see what they say; perhaps score by {others}."


def _differences(summary: Summary) -> None:
    rows = [charts.Bar(f"{pair.b} − {pair.a}", pair.difference, pair.low, pair.high, f"n = {pair.n:,}") for pair in summary.pairs if pair.n]
    if rows:
        title = "Paired differences, with 95 % intervals"
        figure = charts.dots(title, rows, x_title="Difference, in points", share=True)
        charts.show(figure, "differences", f"{title}. {charts.sentence(rows)}")


def _variants(summary: Summary) -> None:
    rows = [
        {
            "name": each.name,
            "model": f"{column.full_model}" + (f" ({fmt.SIMULATED.lower()})" if column.provider == "simulated" else ""),
            "score": fmt.percent(each.score, 1),
            "interval": fmt.NONE if each.low is None or each.high is None else f"{fmt.percent(each.low, 1)} to {fmt.percent(each.high, 1)}",
            "n": each.n,
            "failed": each.failed,
            "p50": fmt.ms(each.latency_p50_ms),
            "p95": fmt.ms(each.latency_p95_ms),
            "tokens": f"{each.input_tokens:,} / {each.output_tokens:,}",
            "cost": fmt.usd(None if each.cost_usd is None else round(each.cost_usd * 10**9)) + (" + unpriced" if each.unpriced else ""),
        }
        for each, column in zip(summary.variants, summary.run.variants, strict=True)
    ]
    tables.table(
        rows, _VARIANTS, "variants", alt="Every variant with its score, cost and latency", export=f"run-{summary.run.id}-variants.csv"
    )


def _pairs(summary: Summary) -> None:
    rows = [
        {
            "pair": f"{pair.b} − {pair.a}",
            "difference": fmt.points(pair.difference),
            "interval": f"{fmt.points(pair.low)[:-7]} to {fmt.points(pair.high)}",
            "n": pair.n,
            "p": "under 0.001" if pair.p < 0.001 else f"{pair.p:.3f}",
            "test": _TESTS.get(pair.test, pair.test),
            "says": _says(pair.low, pair.high, pair.a, pair.b),
        }
        for pair in summary.pairs
    ]
    tables.table(rows, _PAIRS, "pairs", alt="Every pair of variants with its difference and test")


def _says(low: float, high: float, a: str, b: str) -> str:
    if low <= 0 <= high:
        return "no clear difference yet"
    return f"{b if low > 0 else a} is better"
