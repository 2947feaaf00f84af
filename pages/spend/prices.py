"""Prices: what a million tokens cost, on the person's own mix of calls; one model in full; own prices; the ledger at other prices."""

import streamlit as st

from pages.parts import address, page, session
from pages.spend.price_parts import adding, compare, mix, opened, own, reprice, unpriced

_VIEWS = {"compare": "Compare models", "own": "Own prices", "reprice": "Reprice the ledger"}


def _draw() -> None:
    store = session.store()
    slot = page.start("Prices", subtitle="What tokens cost, when, and who says so; models compared on the calls you make.")
    with slot:
        if st.button("Add an own price", type="primary", icon=":material/add:", key="price-add"):
            adding.ask(store, session.query("model"))
    own.taken_back(store)
    used = mix.used(store)
    ref = session.query("model")
    if ref:
        opened.draw(store, ref, used)
        address.settle()
        return
    unpriced.draw(store, used)
    view = address.part("View", _VIEWS, "view")
    address.settle()
    with page.guard():
        if view == "own":
            own.draw(store)
        elif view == "reprice":
            reprice.draw(store, used)
        else:
            compare.draw(store, used)


with page.guard():
    _draw()
