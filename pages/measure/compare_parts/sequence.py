"""While it ran: what was known of a pair after every case, by evidence that holds however often one looks; live while the run goes on."""

from collections.abc import Sequence

import streamlit as st

from pages.measure.compare_parts import evidence, picking, wording
from pages.parts import charts, curves, safe
from workbench.comparison.model import SCORE, Comparison, Pair
from workbench.runner.reading import Run
from workbench.stats import Sequential
from workbench.store import Store
from workbench.text.counting import counted

_NAME = 32  # characters of each name in a title
_DRAWN = 1e12  # beyond it an axis of evidence says nothing


def draw(store: Store, found: Comparison, run: Run, *, live: bool = False) -> None:
    """Draw both plots for the pair of the URL: the difference in score with its confidence sequence, and the e-value."""
    if not any(pair.metric == SCORE.name for pair in found.pairs):
        st.caption("Evidence is gathered case by case from scores; this run has none to compare.")
        return
    from workbench.stats.sequential import path

    pair = picking.pair(found, SCORE, live=live)
    if pair is None:
        st.caption("No case has a score under two variants yet.")
        return
    count = sum(each.metric == SCORE.name for each in found.pairs)
    share = 1 - (1 - found.options.level) / count
    held = evidence.series(store, run, found, SCORE, (pair.a, pair.b))
    steps = path(held.differences, limits=(-1.0, 1.0), level=share)
    if not steps:
        st.caption("These scores have no limits: evidence that holds at every look needs them.")
        return
    st.markdown(safe.escape(_sentence(pair, steps, 1 / (1 - share), run.decided_after), limit=400))
    so_far = held.differences.cumsum()
    means = [float(so_far[step.n - 1]) / step.n for step in steps]
    left, right = st.columns(2, gap="large")
    with left:
        _differences(found, pair, steps, means, share)
    with right:
        _evidence(steps, 1 / (1 - share))
    st.caption(_read(found, count, share))


def _read(found: Comparison, count: int, share: float) -> str:
    """What is drawn, in plain words."""
    said = (
        "Left: the band holds the true difference, however often you look; once it leaves 0, there is one. "
        "Right: it is decided when the evidence passes the line."
    )
    if count < 2:
        return said
    level = wording.level(share).removesuffix(" interval")
    asked = wording.level(found.options.level).removesuffix(" interval")
    return f"{said} The band is at {level}, not {asked}, because {count} pairs are looked at; the line is higher for the same reason."


def _sentence(pair: Pair, steps: Sequence[Sequential], line: float, stopped: int | None) -> str:
    """When it was decided, if it was; `stopped` is the case at which the run saw that and ended."""
    from workbench.stats.sequential import FEWEST_CASES

    names = f"{pair.b} against {pair.a}"
    crossed = next((step for step in steps if step.e >= line and step.n >= FEWEST_CASES), None)
    last = steps[-1]
    bounds = wording.interval(SCORE, last.low, last.high)
    if crossed is None:
        return f"{names}: after {counted(last.n, 'case')} the evidence has not decided; the difference lies within {bounds}."
    if stopped is not None and stopped > crossed.n:
        seen = f"the evidence crossed the line at case {crossed.n:,}; the run looked and stopped at case {stopped:,}"
        return f"{names}: {seen}; after {last.n:,} the difference lies within {bounds}."
    return f"{names}: decided after {crossed.n:,} cases; after {last.n:,} the difference lies within {bounds}."


def _differences(found: Comparison, pair: Pair, steps: Sequence[Sequential], means: Sequence[float], share: float) -> None:
    names = wording.pair(pair, charts.labels(found.names, _NAME))
    title = f"{names} in score after every case, {wording.level(share)} valid at every look"
    line = curves.Line(
        "Mean so far",
        [step.n for step in steps],
        [wording.scaled(SCORE, mean) for mean in means],
        [wording.scaled(SCORE, step.low) for step in steps],
        [wording.scaled(SCORE, step.high) for step in steps],
    )
    figure = curves.lines(title, [line], x_title=f"Cases, n = {steps[-1].n:,}", y_title="difference, points", height=270)
    curves.mark(figure, "", y=0.0)
    if found.options.margin:
        for edge in (-1, 1):
            figure.add_hline(y=edge * found.options.margin * 100, line_width=1, line_dash="dot", line_color=charts.ink())
    alt = f"{title}: after {counted(steps[-1].n, 'case')} {wording.interval(SCORE, steps[-1].low, steps[-1].high)}"
    charts.show(figure, "sequence", alt)


def _evidence(steps: Sequence[Sequential], line: float) -> None:
    title = "Evidence against “no difference” (e-value) after every case"
    ns = [step.n for step in steps]
    drawn = curves.Line("e-value", ns, [min(max(step.e, 1e-3), _DRAWN) for step in steps])
    decided = curves.Line(f"decided at {line:,.0f}", [ns[0], ns[-1]], [line, line], dash="dash")
    figure = curves.lines(title, [drawn, decided], x_title=f"Cases, n = {ns[-1]:,}", y_title="e-value", log=True, height=270)
    last = steps[-1].e
    charts.show(figure, "evidence", f"{title}: {min(last, _DRAWN):,.0f} after {counted(steps[-1].n, 'case')}; decided at {line:,.0f}")
