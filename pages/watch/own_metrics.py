"""Own metrics: what programs record beside their calls. All of them, or one (?metric=NAME) over time, by tag, and its latest values."""

import streamlit as st

from pages.parts import address, page, session
from pages.watch.metric_parts import detail, first, listing, spans
from workbench import clock
from workbench.ledger import metrics


def _draw() -> None:
    store, now_ms = session.store(), clock.now_ms()
    known = metrics.names(store)
    wanted = session.query(spans.METRIC)
    if wanted and known:
        detail.draw(store, wanted, known, now_ms)
        address.settle()
        return
    slot = page.start("Metrics", subtitle="Numbers your programs record beside their calls, business or quality. Times are UTC.")
    if not known:
        first.draw()
        return
    span = spans.draw(now_ms)
    address.settle()
    with slot, st.popover("Record a value", icon=":material/code:", key="metrics-how"):
        first.lines()
    with page.guard():
        listing.draw(store, known, span)


with page.guard():
    _draw()
