"""The verdict as a person reads it: the outcome, the sentence, what it costs, the numbers, what would change it, how it was worked out."""

from collections.abc import Sequence

import streamlit as st

from pages.measure.compare_parts.wording import OUTCOMES
from pages.parts import page, run_panel, safe
from workbench.comparison.model import SCORE, UNDECIDED, Comparison
from workbench.runner.reading import Run

_LONG = 600
_RIGHT_OR_WRONG = ("equals", "contains", "labels")
_SIMULATED = "simulated"  # marked beside the outcome; a warning of its own would hide the others
_FIRST = 3  # numbers beside the sentence; the others stand with the method


def draw(found: Comparison, run: Run, *, live: bool = False) -> None:
    """Draw the verdict; while the run goes on it is marked as provisional."""
    with st.container(border=True, key="verdict"):
        shown = OUTCOMES.get(found.outcome, OUTCOMES[UNDECIDED])
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(shown.word, icon=f":material/{shown.icon}:", color=shown.colour)
            if live:
                st.caption("So far. It holds at every look, and changes until the run has ended.", width="content")
            elif run.state == "finished" and not run.failed:
                _run(run)
        st.header(safe.escape(found.verdict, limit=_LONG), anchor=False)
        if said := _none_right(found):
            st.caption(said)
        if found.trade_offs:
            st.markdown("  \n".join(f":material/balance: {safe.escape(said, limit=_LONG)}" for said in found.trade_offs))
        if found.would_change:
            numbers, change = st.columns([3, 2], gap="large")
            with change:
                _small(found.would_change, "What would change it")
        else:
            numbers = st.container()
        with numbers:
            _small(found.numbers[:_FIRST])
        for check in found.checks:
            if check.name == _SIMULATED and not check.ok:
                st.caption(f":material/science: {safe.escape(check.sentence, limit=_LONG)}")
    _checks(found)


def _none_right(found: Comparison) -> str:
    """What to do where every score is zero: more often the check asks too much than every reply is wrong."""
    name = found.about.get("scored_by")
    means = [each.mean for each in found.figures if each.metric == SCORE.name and each.mean is not None]
    if name not in _RIGHT_OR_WRONG or not means or any(means):
        return ""
    others = " or by ".join(other for other in ("contains", "labels") if other != name)
    return f"No reply was right. Open a case to see what they say; perhaps score by {others}."


def _run(run: Run) -> None:
    """What it was made from, in the same line."""
    run_panel.marks(run)
    st.markdown(f"**{safe.escape(run.name, limit=60)}**", width="content")
    st.caption(run_panel.line(run), width="content")


def _checks(found: Comparison) -> None:
    """What to know before trusting it, in one box."""
    said = [check.sentence for check in found.checks if not check.ok and check.name != _SIMULATED]
    if len(said) == 1:
        page.notice(said[0], "warning")
    elif said:
        st.warning("\n".join(f"- {safe.escape(each, limit=_LONG)}" for each in said), icon=page.ICONS["warning"])


def method(found: Comparison) -> None:
    """How sure it is, and how it was worked out: below what it is about."""
    with st.expander("How sure, and how this was worked out", icon=":material/function:", key="method"):
        _lines(found.numbers[_FIRST:])
        _lines(found.method)
        _lines([check.sentence for check in found.checks if check.ok])


def _small(sentences: Sequence[str], title: str = "") -> None:
    head = [f"**{title}**\n"] if title else []
    if sentences:
        st.caption("\n".join([*head, *(f"- {safe.escape(said, limit=_LONG)}" for said in sentences)]))


def _lines(sentences: Sequence[str]) -> None:
    if sentences:
        st.markdown("\n".join(f"- {safe.escape(said, limit=_LONG)}" for said in sentences))
