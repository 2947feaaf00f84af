"""One recommendation as a card: what to do, its worth, what it rests on, and where it is set up; and what is looked for at all."""

import streamlit as st

from pages.parts import session
from pages.spend.whatif_parts import bar, library
from pages.spend.whatif_parts import link as links
from pages.watch.advice_parts import aside, wording
from workbench.monitoring import advice
from workbench.monitoring.advice.kinds import Link, Recommendation
from workbench.monitoring.recommendations import Advised
from workbench.store import Store

_ICONS = {
    "cache": "cached", "route": "alt_route", "cap": "content_cut", "worse": "trending_up", "limit": "speed", "creep": "show_chart",
    "prefix": "vertical_align_top", "wasted": "money_off",
}  # fmt: skip
_PAGES = {
    "whatif": "calculate", "compare": "balance", "prompts": "edit_note", "calls": "list_alt", "overview": "monitoring", "settings": "tune",
}  # fmt: skip


def about(found: Advised) -> None:
    """Draw what was looked at."""
    looked = f"{wording.period(found.since_ms, found.until_ms)}: {found.counted}"
    st.caption(wording.md(f"{looked}. A month has 30 days. Each is worth so much by itself: two together save less than their sum."))


def draw(store: Store, one: Recommendation, number: int) -> None:
    """Draw a card. `number` tells the cards of a page apart."""
    with st.container(border=True, gap="small", key=f"advice-card-{number}"):
        left, right = st.columns([5, 1.3], gap="small")
        with left, st.container(gap=None, key=f"advice-said-{number}"):
            st.markdown(f":material/{_ICONS.get(one.kind, 'lightbulb')}: {wording.sentence(one.title)}")
            for said in one.evidence:
                st.caption(wording.sentence(said))
        with right:
            _worth(one, number)
        with st.container(horizontal=True, vertical_alignment="center", key=f"advice-links-{number}"):
            link(one.setup, first=True)
            for each in one.rests_on:
                link(each)
            _how(one, number)
            aside.button(store, one, number)


def link(to: Link, *, first: bool = False) -> None:
    """Draw a link of a recommendation."""
    query: dict[str, object] = dict(to.query)
    if to.scenario is not None:
        query |= {"scenario": library.NEW, bar.LINK: links.encode(to.scenario) or None}
    label = wording.md(to.label)
    session.link(to.page, f"**{label}**" if first else label, icon=f":material/{_PAGES.get(to.page, 'link')}:", **query)


def looked_for(found: Advised) -> None:
    """Draw every kind there is, and from when on it is recommended."""
    with st.expander("What is looked for, and from when on it is said", key="advice-kinds"):
        for kind in advice.every():
            st.markdown(f"- **{wording.md(kind.title)}**: {wording.md(kind.asks)}.")
        st.caption(
            wording.md(
                f"What is worth less than {wording.usd(found.least_usd)}, ten minutes of waiting and 20 calls a month is not shown. "
                "Simulated and local models are never worth money."
            )
        )


def _how(one: Recommendation, number: int) -> None:
    with st.popover("How sure?", icon=":material/info:", type="tertiary", key=f"advice-how-{number}"):
        st.markdown(f"**Worth.** {wording.sentence(one.worth.how)}")
        st.markdown(f"**How sure.** {wording.sentence(one.sure)}")


def _worth(one: Recommendation, number: int) -> None:
    figure, rest = wording.worth(one.worth)
    with st.container(gap=None, key=f"advice-worth-{number}"):
        st.markdown(f"**{wording.md(figure)}**")
        if rest:
            st.caption(wording.md(rest))
