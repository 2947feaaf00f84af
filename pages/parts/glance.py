"""The result of a run at one glance: a bar with its interval for each variant, and the verdict in one sentence."""

import streamlit as st

from pages.parts import charts, safe, session
from workbench import comparison
from workbench.comparison import Summary
from workbench.runner.reading import Run


def show(run: Run, *, key: str = "glance") -> None:
    """Draw the result of a finished run; says so where its replies carry no score."""
    summary = comparison.summarise(session.store(), run.id)
    rows = [
        charts.Bar(each.name, each.score, each.low, each.high, f"n = {each.n:,}") for each in summary.variants if each.score is not None
    ]
    if not rows:
        st.caption("No scores: this run kept the replies without checking them.")
        return
    if said := sentence(summary):
        st.markdown(safe.escape(said, limit=400))
    cases = max(each.n for each in summary.variants)
    on = f" on {run.dataset}" if run.dataset else ""
    title = f"Share of replies that were right{on}, with 95 % intervals"
    figure = charts.interval_bars(title, rows, x_title="Replies that were right, % of cases")
    charts.show(figure, key, alt=f"{title}; {cases:,} cases. {charts.sentence(rows)}")


def sentence(summary: Summary) -> str:
    """The verdict of the run in one sentence; empty where it has no score to compare."""
    scored = [each for each in summary.variants if each.score is not None]
    return _tidy(comparison.compare_run(session.store(), summary.run.id).verdict) if len(scored) > 1 else ""


def _tidy(said: str) -> str:
    """Figures that stay with their unit when a line breaks."""
    return said.replace("n = ", "n\u00a0=\u00a0").replace(" %", "\u00a0%")
