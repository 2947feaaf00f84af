"""The figures at the top of Spend: what was spent, what the month comes to, and what a call and a solved case cost."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import format as fmt
from pages.parts import session
from pages.spend.spend_parts import wording
from pages.spend.spend_parts.facts import Facts, Narrowed
from pages.spend.spend_parts.period import Period
from workbench.cost.projection import Projection, Solved
from workbench.text.counting import counted


def draw(facts: Facts, period: Period, narrowed: Narrowed, *, ahead: Projection | None, cases: Sequence[Solved], now_ms: int) -> None:
    """Draw the cards."""
    with st.grid(6, min_column_width=152, key="spend-cards"):
        _card("Spent", fmt.usd(facts.total.cost_nano), _spent(facts, period))
        _card(f"{wording.month(now_ms)} comes to", *_projected(ahead))
        _card("A call", fmt.usd(facts.total.usd_per_call), "on average, failed ones among them")
        _card("An answered call", fmt.usd(facts.total.usd_per_ok), _failed(facts))
        _card("A solved case", *_solved(cases, narrowed))
        with st.container(border=True, height="stretch", gap="xsmall"):
            st.metric("Unpriced calls", f"{facts.total.unpriced:,}")
            if facts.total.unpriced:
                st.caption("answered, in no sum here")
                session.link(session.PRICES, "Price them", icon=":material/sell:", view="own")
            else:
                st.caption("every answered call has a price")


def _card(label: str, value: str, note: str) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(label, wording.md(value))
        st.caption(wording.md(note))


def _spent(facts: Facts, period: Period) -> str:
    return f"{wording.calls(facts.total.calls)}, {period.said}"


def _projected(ahead: Projection | None) -> tuple[str, str]:
    if ahead is None:
        return fmt.NONE, "narrow by model or by prompt alone to project"
    if ahead.projected is None:
        return fmt.NONE, ahead.note
    return fmt.usd(ahead.projected.value), f"{wording.span(ahead.projected)} (p5 to p95), from {counted(ahead.days_seen, 'whole day')}"


def _failed(facts: Facts) -> str:
    failed = facts.total.calls - facts.total.ok
    return f"what {failed:,} failed cost is shared out" if failed else "none failed"


def _solved(cases: Sequence[Solved], narrowed: Narrowed) -> tuple[str, str]:
    if narrowed.prompt is not None:
        return fmt.NONE, "known by model, not by prompt"
    found = next((one for one in cases if one.model == (narrowed.model or "")), None)
    if found is None:
        return fmt.NONE, "no scored run in these days"
    if found.unpriced:
        return fmt.NONE, f"{found.unpriced:,} of its calls {'has' if found.unpriced == 1 else 'have'} no price"
    return fmt.usd(found.usd_per_solved), f"{found.solved:,} of {counted(found.cases, 'case')} of scored runs"
