"""Models the ledger uses and nobody has a price of: named first, because their calls are in no sum."""

import streamlit as st

from pages.parts import page, safe
from pages.spend.price_parts import adding, mix
from workbench import clock
from workbench.ledger import tariff
from workbench.ledger.spend import ModelSpend
from workbench.store import Store
from workbench.text.counting import counted

_MOST = 4


def draw(store: Store, used: list[ModelSpend]) -> None:
    """Draw a box with a line and a button a model; nothing where every model has a price."""
    now_ms = clock.now_ms()
    unknown = [one for one in used if one.unpriced and tariff.rates(store, one.provider, one.model, at_ms=now_ms) is None]
    if not unknown:
        return
    unknown.sort(key=lambda one: -one.unpriced)
    with st.container(border=True, key="unpriced", gap="small"):
        calls = sum(one.unpriced for one in unknown)
        what = "a model" if len(unknown) == 1 else counted(len(unknown), "model")
        st.markdown(f"{page.ICONS['warning']} **Nobody has a price of {what} you use: {_calls(calls)} of {mix.DAYS} days not in any sum.**")
        for number, one in enumerate(unknown[:_MOST]):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.markdown(f"{safe.escape(one.full_model, limit=90)} · {_calls(one.unpriced)}", width="content")
                if st.button("Add its price", key=f"unpriced-{number}", icon=":material/add:"):
                    adding.ask(store, one.full_model, since_ms=mix.period().since_ms)
        if len(unknown) > _MOST:
            st.caption(f"And {len(unknown) - _MOST} more.")


def _calls(count: int) -> str:
    return counted(count, "call")
