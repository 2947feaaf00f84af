"""The verdict as a person reads it: the outcome, the sentence, what it costs, the numbers, what would change it, how it was worked out."""

from collections.abc import Sequence

import streamlit as st

from pages.measure.compare_parts import wording
from pages.parts import page, run_panel, safe
from workbench.comparison.model import SCORE, Comparison
from workbench.runner.reading import Run

_LONG = 600
_RIGHT_OR_WRONG = ("equals", "contains", "labels")
_SIMULATED = "simulated"  # marked beside the outcome; a warning of its own would hide the others
_FIRST = 3  # numbers beside the sentence; the others stand with the method


def draw(found: Comparison, run: Run) -> None:
    """Draw the verdict of a run that is not at work."""
    with st.container(border=True, key="verdict"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _badge(found)
            if run.state == "finished" and not run.failed:
                _run(run)
        st.header(_said(found.verdict), anchor=False)
        if said := _none_right(found):
            st.caption(said)
        if found.trade_offs:
            st.markdown("  \n".join(f":material/balance: {_said(each)}" for each in found.trade_offs))
        _numbers(found)
        for check in found.checks:
            if check.name == _SIMULATED and not check.ok:
                st.caption(f":material/science: {_said(check.sentence)}")
    _checks(found)


def so_far(found: Comparison) -> None:
    """Draw the reading of a run at work: what holds already. Numbers and checks wait: cells on their way are not missing."""
    with st.container(border=True, key="verdict"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _badge(found)
            st.caption("So far. It holds at every look, and changes until the run has ended.", width="content")
        st.header(_said(found.verdict), anchor=False)


def _badge(found: Comparison) -> None:
    shown = wording.badge(found)
    st.badge(shown.word, icon=f":material/{shown.icon}:", color=shown.colour)


def _numbers(found: Comparison) -> None:
    """The first numbers, and beside them what would change the verdict."""
    numbers = st.container()
    if found.would_change:
        numbers, change = st.columns([3, 2], gap="large")
        with change:
            _small(found.would_change, "What would change it")
    with numbers:
        _small(found.numbers[:_FIRST])


def _said(sentence: str) -> str:
    """A sentence of the comparison, harmless in any label; a figure stays with its unit where a line breaks."""
    return safe.escape(sentence.replace("n = ", "n\u00a0=\u00a0").replace(" %", "\u00a0%"), limit=_LONG)


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
        st.warning("\n".join(f"- {_said(each)}" for each in said), icon=page.ICONS["warning"])


def method(found: Comparison) -> None:
    """How sure it is, and how it was worked out: below what it is about."""
    with st.expander("How sure, and how this was worked out", icon=":material/function:", key="method"):
        _lines(found.numbers[_FIRST:])
        _lines(found.method)
        _lines([check.sentence for check in found.checks if check.ok])


def _small(sentences: Sequence[str], title: str = "") -> None:
    head = [f"**{title}**\n"] if title else []
    if sentences:
        st.caption("\n".join([*head, *(f"- {_said(said)}" for said in sentences)]))


def _lines(sentences: Sequence[str]) -> None:
    if sentences:
        st.markdown("\n".join(f"- {_said(said)}" for said in sentences))
