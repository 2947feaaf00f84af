"""The result of a run at one glance: a bar with its interval for each variant, and the verdict in one sentence."""

import streamlit as st

from pages.parts import charts, safe, session
from workbench.runner.reading import Run
from workbench.text.counting import counted


def show(run: Run, *, key: str = "glance") -> None:
    """Draw the result of a finished run; says so where its replies carry no score."""
    from workbench.comparison.model import SCORE
    from workbench.comparison.verdict import compare_run

    found = compare_run(session.store(), run.id)
    lines = [line for line in found.figures if line.metric == SCORE.name and line.mean is not None]
    rows = [charts.Bar(line.variant, line.mean, line.low, line.high, f"n = {line.count:,}") for line in lines]
    if not rows:
        st.caption("No scores: this run kept the replies without checking them.")
        return
    if len(rows) > 1:
        st.markdown(safe.escape(_tidy(found.verdict), limit=600))
    cases = max(line.count for line in lines)
    on = f" on {run.dataset}" if run.dataset else ""
    title = f"Mean score of each variant{on}, with 95 % intervals"
    figure = charts.interval_bars(title, rows, x_title="Score, % of the best possible")
    charts.show(figure, key, alt=f"{title}; {counted(cases, 'case')}. {charts.sentence(rows)}")


def _tidy(said: str) -> str:
    """Figures that stay with their unit when a line breaks."""
    return said.replace("n = ", "n\u00a0=\u00a0").replace(" %", "\u00a0%")
