"""The result of a run at one glance: a bar with its interval for each variant, and what the paired test says in one sentence."""

import streamlit as st

from pages.parts import charts, safe, session
from workbench.runner.reading import Run


def show(run: Run, *, key: str = "glance") -> None:
    """Draw the result of a finished run; says so where its replies carry no score."""
    from workbench import comparison

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


def sentence(summary: object) -> str:
    """What the best variant and the one before it show, by the paired test; empty where no pair was tested."""
    scored = [each for each in summary.variants if each.score is not None]
    if len(scored) < 2:
        return ""
    ranked = sorted(scored, key=lambda each: -each.score)
    best = ranked[0].name
    pairs = [pair for pair in summary.pairs if best in (pair.a, pair.b) and ranked[1].name in (pair.a, pair.b)]
    if not pairs or pairs[0].difference is None:
        return ""
    pair = pairs[0]
    sign = 1 if pair.b == best else -1
    low, high = sorted((sign * pair.low, sign * pair.high)) if pair.low is not None and pair.high is not None else (None, None)
    if low is None or high is None:
        return ""
    interval = f"95 % interval {low * 100:.1f} to {high * 100:.1f} points, n = {pair.n:,}"
    if low <= 0 <= high:
        return _tidy(f"No clear difference yet between {best} and {ranked[1].name} ({interval}).")
    return _tidy(f"{best} is better than {ranked[1].name} by {sign * pair.difference * 100:.1f} points ({interval}).")


def _tidy(said: str) -> str:
    """Figures that stay with their unit when a line breaks, and a minus that is one."""
    return said.replace("n = ", "n\u00a0=\u00a0").replace(" %", "\u00a0%").replace(" -", " \u2212")
