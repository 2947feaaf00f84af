"""Recommendations: what the recorded traffic says could be done, what that is worth, and what it rests on. The period is in the URL."""

import streamlit as st

from pages.parts import address, page, session
from pages.watch.advice_parts import aside, cards, looking, wording
from workbench.monitoring import choices
from workbench.monitoring.recommendations import Advised
from workbench.store import Store

_DAYS = {"30": "30 days", "7": "7 days", "90": "90 days"}
_SUBTITLE = "What to cache, route, cap or mend, out of your own traffic, worth most first."
_FIRST = "Recommendations come out of recorded calls. Load the demo from Home, record your own, or bring a file."


def _draw() -> None:
    store = session.store()
    slot = page.start("Recommendations", subtitle=_SUBTITLE)
    if not choices.newest(store):
        if page.empty("Nothing has been called yet", _FIRST, "Bring a file", key="advice-import"):
            session.go(session.IMPORTS)
        return
    with slot:
        fresh = st.button("Look again", type="primary", icon=":material/refresh:", key="advice-again", help="Else kept for ten minutes")
    days = int(address.part("Days", _DAYS, "days"))
    address.settle()
    aside.draw_taken(store)
    _body(store, looking.look(store, days, fresh=fresh))


def _body(store: Store, found: Advised) -> None:
    if not found.calls and not found.left_out:
        page.notice("No data: no call in this period.")
        return
    cards.about(found)
    for number, one in enumerate(found.recommendations):
        cards.draw(store, one, number)
    if not found.recommendations:
        page.notice("Nothing to recommend: what was looked for is below." if not found.dismissed else "Everything here was put aside.")
    for note in found.notes:
        st.caption(f":material/info: {wording.md(note)}")
    aside.draw(store, found.dismissed)
    cards.looked_for(found)


with page.guard():
    _draw()
