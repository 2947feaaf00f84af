"""Calls: every call of the ledger, found by any field or by text; one call as a whole (?call=ID). The filters are in the URL."""

import streamlit as st

from pages.parts import page, session
from pages.watch.calls_parts import collecting, detail, filters, listing, wanted
from workbench import clock
from workbench.ledger import reading


def _draw() -> None:
    store, now_ms = session.store(), clock.now_ms()
    asked = wanted.read(st.query_params.to_dict(), now_ms)
    if one := session.query(wanted.CALL):
        detail.draw(store, one, asked)
        return
    slot = page.start("Calls", subtitle="Every call to a model, newest first: what was sent, what came back, what it cost.")
    if not reading.page(store, limit=1):
        text = (
            "Every call the workbench makes is kept here, and every one that another program records or a file brings. "
            "Ask a model in the Playground, or load the demo from Home."
        )
        if page.empty("Nothing has been called yet", text, "Open the Playground", key="to-playground"):
            session.go(session.PLAYGROUND)
        return
    with slot:
        pressed = st.button(
            "Add to dataset", type="primary", icon=":material/playlist_add:", key="all-to-dataset", help="The calls that fit the filters"
        )
    filters.draw(store, asked, now_ms)
    for problem in asked.problems:
        page.notice(problem, "warning")
    with page.guard():
        if pressed:
            collecting.matching(store, asked.sought)
        listing.draw(store, asked, now_ms)


with page.guard():
    _draw()
