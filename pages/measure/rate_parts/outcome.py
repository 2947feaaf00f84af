"""What the ratings of a run say: the sentence, preference with intervals, ranking, pairs, agreement, the file."""

import streamlit as st

from pages.measure.rate_parts import agreement
from pages.parts import charts, safe, tables
from pages.parts import format as fmt
from workbench.comparison import preferences, ratings
from workbench.comparison.preferences import PairCount, Results
from workbench.runner.reading import Run
from workbench.store import Store
from workbench.text.counting import counted

_RANKING = {
    "place": st.column_config.NumberColumn("Place", width=60),
    "variant": st.column_config.TextColumn("Variant", width=240),
    "preferred": st.column_config.TextColumn("Preferred over the average", width=190),
    "interval": st.column_config.TextColumn("95 % interval", width=140),
    "won": st.column_config.NumberColumn("Won", format="localized", width=70),
    "lost": st.column_config.NumberColumn("Lost", format="localized", width=70),
    "tied": st.column_config.NumberColumn("Tie or both bad", format="localized", width=120),
}
_PAIRS = {
    "pair": st.column_config.TextColumn("Pair", width=200),
    "cases": st.column_config.NumberColumn("Cases", format="localized", width=65),
    "first": st.column_config.NumberColumn("Prefer first", format="localized", width=95),
    "second": st.column_config.NumberColumn("Prefer second", format="localized", width=110),
    "share": st.column_config.TextColumn("Share of second", width=120),
    "interval": st.column_config.TextColumn("95 % interval", width=135),
    "p": st.column_config.TextColumn("p", width=90),
    "bad": st.column_config.NumberColumn("Both bad", format="localized", width=80),
    "same": st.column_config.NumberColumn("Identical", format="localized", width=80),
}


def draw(store: Store, run: Run) -> None:
    """Draw the results."""
    found = preferences.results(store, run.id)
    said = found.verdict.replace(" %", "\u00a0%").replace("n = ", "n\u00a0=\u00a0")  # figures stay with their unit
    st.header(safe.escape(said, limit=600), anchor=False)
    if run.simulated:
        st.badge(fmt.SIMULATED, icon=":material/science:", color="violet")
    if not found.ratings:
        return
    raters = ", ".join(f"{name} ({count:,})" for name, count in found.raters)
    st.caption(safe.escape(f"{counted(found.ratings, 'rating')} of {counted(found.cases, 'case')} by {raters}", limit=600))
    _chart(found)
    _ranking(found)
    _pairs(found.pairs)
    agreement.draw(found.agreement)
    with st.expander("How this was worked out", icon=":material/function:"):
        for sentence in found.method:
            st.caption(sentence)
    st.download_button(
        "Ratings as CSV",
        data=lambda: "".join(ratings.export_csv(store, run.id)).encode("utf-8", "replace"),
        file_name=f"run-{run.id}-ratings.csv",
        mime="text/csv",
        icon=":material/download:",
        key="ratings-csv",
        on_click="ignore",
    )


def _chart(found: Results) -> None:
    rows = [
        charts.Bar(each.variant, each.probability, each.low, each.high, f"n = {each.won + each.lost + each.tied:,}")
        for each in found.ranking
        if each.probability is not None
    ]
    if rows:
        title = "How often each variant is preferred over an average one, with 95 % intervals"
        figure = charts.interval_bars(title, rows, x_title="Choices that prefer it, % of those that prefer one", reference=0.5)
        charts.show(figure, "preference", f"{title}. {charts.sentence(rows)}")


def _ranking(found: Results) -> None:
    rows = [
        {
            "place": each.place,
            "variant": each.variant,
            "preferred": fmt.percent(each.probability),
            "interval": _between(each.low, each.high),
            "won": each.won,
            "lost": each.lost,
            "tied": each.tied,
        }
        for each in found.ranking
    ]
    tables.table(rows, _RANKING, "ranking", alt="Variants by place; variants that no test tells apart share one")


def _pairs(pairs: tuple[PairCount, ...]) -> None:
    rows = [
        {
            "pair": f"{pair.a} or {pair.b}",
            "cases": pair.cases,
            "first": pair.cases_a,
            "second": pair.cases_b,
            "share": fmt.percent(pair.share),
            "interval": _between(pair.low, pair.high),
            "p": "under 0.001" if pair.p_adjusted < 0.001 else f"{pair.p_adjusted:.3f}",
            "bad": pair.both_bad,
            "same": pair.identical,
        }
        for pair in pairs
    ]
    st.header("Pairs, by case", anchor=False)
    tables.table(rows, _PAIRS, "pairs", alt="Every pair of variants with the cases that prefer a side, share, interval and p")


def _between(low: float | None, high: float | None) -> str:
    return fmt.NONE if low is None or high is None else f"{fmt.percent(low)} to {fmt.percent(high)}"
