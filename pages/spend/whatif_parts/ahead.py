"""The months ahead: as it is and with it, each with its range."""

import streamlit as st

from pages.parts import curves, figures
from pages.spend.whatif_parts import wording
from workbench.cost import comparing
from workbench.cost.outcome import Figure, Outcome
from workbench.text.counting import counted


def draw(outcome: Outcome) -> None:
    """Draw the lines, and the sum of the year."""
    if comparing.total(outcome.before) is None or comparing.total(outcome.after) is None:
        st.caption("There are no months to draw where no call has a price. State prices under Assumptions.")
        return
    title = f"Cost of each of the next {counted(len(outcome.months), 'month')}, with p5 to p95"
    drawn = [line("As it is", outcome.months_before, "dash"), line("With it", outcome.months)]
    figure = curves.lines(title, drawn, x_title="Month from now", y_title="Dollars a month")
    ground(figure, len(outcome.months))
    last, first = outcome.months[-1], outcome.months[0]
    figures.show(figure, "ahead", f"{title}. With it {wording.usd(first.value)} in month 1, {wording.usd(last.value)} in the last.")
    st.caption(
        wording.md(
            f"{counted(len(outcome.months), 'month')} with it: {wording.usd(outcome.year.value)}, {wording.band_said(outcome.year)}."
        )
        + (" Without a growth lever every month is like the next." if not _grows(outcome) else "")
    )


def line(name: str, months: tuple[Figure, ...], dash: str = "solid") -> curves.Line:
    """The months as a line with its band."""
    ranged = all(each.low is not None and each.high is not None for each in months)
    return curves.Line(
        name,
        list(range(1, len(months) + 1)),
        [float(each.value) for each in months],
        [float(each.low or 0) for each in months] if ranged else (),
        [float(each.high or 0) for each in months] if ranged else (),
        dash=dash,
    )


def ground(figure: object, months: int) -> None:
    """Dollars from zero, whole months."""
    figure.update_yaxes(rangemode="tozero", tickprefix="$")  # type: ignore[attr-defined]  # plotly is loaded with the first chart
    figure.update_xaxes(dtick=1 if months <= 12 else 12)  # type: ignore[attr-defined]


def _grows(outcome: Outcome) -> bool:
    return any(lever.kind == "growth" for lever in outcome.scenario.levers)
