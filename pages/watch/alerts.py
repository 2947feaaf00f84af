"""Alerts: what fires, the rules, what has fired, and where it is told (?part=). A rule is added or changed in a form (?edit=)."""

from functools import partial

import streamlit as st

from pages.parts import address, page, session
from pages.watch.alert_parts import editing, firing, form, history, listing, taken, top, webhook
from workbench import clock
from workbench.monitoring import alerts
from workbench.store import Store

_PARTS = {"now": "Now", "history": "History", "webhook": "Webhook"}
_EVERY_S = 15  # as often as the rules are looked at


def _draw() -> None:
    store, now_ms = session.store(), clock.now_ms()
    taken.asked_again(clear=True)
    slot = page.start("Alerts", subtitle="Rules that watch the calls, and what they found. Times are UTC.")
    top.draw()
    taken.draw(store)
    if form.draw(store, now_ms):
        address.settle()
        return
    with slot:
        st.button("Add a rule", type="primary", icon=":material/add:", key="alert-add", on_click=editing.open_new)
    part = address.part("Part", _PARTS, editing.PART, drop=(history.OLDER,))
    address.settle()
    if part == "history":
        history.draw(store, now_ms)
    elif part == "webhook":
        webhook.draw(store)
    else:
        st.fragment(partial(_now, store), run_every=_EVERY_S, key="alerts-now")()


def _now(store: Store) -> None:
    """All that renews itself. What was done here and concerns the rest draws the whole page again."""
    if taken.asked_again():
        st.rerun()
    with page.guard():
        now_ms, standings = clock.now_ms(), alerts.standings(store)
        firing.draw(store, standings, now_ms)
        listing.draw(store, standings, now_ms)


with page.guard():
    _draw()
