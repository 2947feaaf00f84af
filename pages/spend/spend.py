"""Spend: what calls have cost by day, model and prompt, what the month comes to, and the report of it. Period and filter are in the URL."""

import streamlit as st

from pages.parts import address, page, session
from pages.spend.spend_parts import ahead, by_day, cards, narrowing, onward, period, report, wording, written
from pages.spend.spend_parts import facts as sums
from pages.spend.spend_parts.facts import Facts, Narrowed
from pages.spend.spend_parts.period import Period
from workbench import clock
from workbench.ledger import reading
from workbench.store import Store


def _draw() -> None:
    store, now_ms = session.store(), clock.now_ms()
    slot = page.start("Spend", subtitle="What calls have cost, and what the month will come to. Days and months are those of UTC.")
    if not reading.page(store, limit=1):
        text = "Every call to a model is counted here, by day, model and prompt. Ask one in the Playground, or load the demo from Home."
        if page.empty("Nothing has been called yet", text, "Open the Playground", key="to-playground"):
            session.go(session.PLAYGROUND)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="spend-filters"):
        chosen = period.choose(now_ms)
        found = sums.look(store, chosen.since_ms, chosen.until_ms, Narrowed())
        narrowed = narrowing.choose(found)
    address.settle()
    with slot, st.container(horizontal=True, vertical_alignment="center", width="content"):
        onward.whatif(chosen, narrowed, now_ms)
        if st.button("Set a budget", type="primary", icon=":material/savings:", key="to-budgets"):
            session.go(session.BUDGETS)
    if narrowed != Narrowed():
        found = sums.look(store, chosen.since_ms, chosen.until_ms, narrowed)
    _spent(store, found, chosen, narrowed, now_ms)


def _spent(store: Store, found: Facts, chosen: Period, narrowed: Narrowed, now_ms: int) -> None:
    if not found.total.calls:
        _nothing(chosen, narrowed)
        return
    projected = ahead.month(store, now_ms, narrowed)
    cases = ahead.solved(store, store.url, chosen.since_ms, chosen.until_ms)
    cards.draw(found, chosen, narrowed, ahead=projected, cases=cases, now_ms=now_ms)
    by_day.draw(found, chosen, ahead.rest(projected, now_ms) if chosen.kind == period.MONTH else None)
    about = written.About(chosen.name, chosen.said, _only(narrowed))
    own = [one for one in cases if narrowed.prompt is None and one.model == (narrowed.model or "")]
    report.draw(found, about, projected, own)


def _nothing(chosen: Period, narrowed: Narrowed) -> None:
    only = f" of {_only(narrowed)}" if narrowed != Narrowed() else ""
    page.notice(f"No call{only} in these days: {chosen.said}.")
    if only:
        st.button("Show all models and prompts", key="show-all", icon=":material/filter_alt_off:", on_click=narrowing.drop)
    elif chosen.kind != "90":
        st.button("Show 90 days", key="show-90", icon=":material/date_range:", on_click=_ninety)


def _ninety() -> None:
    st.query_params["period"] = "90"


def _only(narrowed: Narrowed) -> str:
    """What is looked at, in words; empty where it is everything."""
    prompt = None if narrowed.prompt is None else f"prompt {narrowed.prompt}" if narrowed.prompt else wording.NO_PROMPT.lower()
    return " and ".join(each for each in (narrowed.model, prompt) if each)


with page.guard():
    _draw()
