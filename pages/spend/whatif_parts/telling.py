"""What is said of a result beside its cards: the answer in one line, findings, warnings, and that it is of an earlier scenario."""

from decimal import Decimal

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page
from pages.spend.whatif_parts import fields, wording
from pages.spend.whatif_parts.desk import Desk
from workbench.cost import comparing
from workbench.cost.outcome import Outcome

_FINDINGS = 4
_IN_CARDS = ("Quality is unknown", "Latency is unknown")  # said by the cards


def nothing(desk: Desk) -> None:
    """What is said where nothing could be worked out yet."""
    if desk.problem is not None:
        page.problem(desk.problem)
    st.caption("Choose another baseline or period on the left; nothing you set is lost.")


def line(outcome: Outcome) -> None:
    """The answer in one line, for a screen on which the cards are out of sight while a lever is moved."""
    with st.container(key="whatif-line"):
        st.markdown(wording.md(in_words(outcome)))


def in_words(outcome: Outcome) -> str:
    """The answer as a sentence: cost, saving, quality, latency."""
    after, saved = outcome.after, comparing.saved(outcome)
    told = "saving unknown" if saved is None else _saves(saved.value)
    month = wording.total(comparing.total(after))
    changed = f"{wording.total(comparing.total(outcome.before))} → {month} a month, {told}"
    return (
        f"{changed if outcome.scenario.levers else f'{month} a month'} · "
        f"quality {wording.quality(after.quality)} · p95 {fmt.ms(after.latency.p95_ms) if after.latency.p95_ms is not None else 'unknown'}"
    )


def _saves(saved: Decimal) -> str:
    return "no change" if not saved else f"{'saves' if saved > 0 else 'costs more:'} {wording.usd(abs(saved))}"


def sentences(outcome: Outcome) -> None:
    """Warnings in a box, then what is worth knowing."""
    if len(outcome.warnings) == 1:
        page.notice(outcome.warnings[0], "warning")
    elif outcome.warnings:
        st.warning("\n".join(f"- {wording.md(each)}" for each in outcome.warnings), icon=page.ICONS["warning"])
    shown = [each for each in outcome.findings if not each.startswith(_IN_CARDS)][:_FINDINGS]
    if shown:
        st.markdown("  \n".join(f":material/lightbulb: {wording.md(each)}" for each in shown))


def stale(desk: Desk) -> None:
    """Say why the figures are not of what is typed, and what to do about it."""
    if desk.problem is not None:
        page.problem(desk.problem)
    lines = [f"- {wording.md(f'{error.place}: {fields.what(error)} {error.hint}')}" for error in desk.errors.values()]
    if desk.outcome is not None:
        lines.insert(0, "**Figures of the last scenario that could be worked out.**")
    if lines:
        st.warning("\n".join(lines), icon=page.ICONS["warning"])
