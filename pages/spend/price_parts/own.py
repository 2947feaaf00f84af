"""Own prices: those of all models or of one, each with a way to remove it, and one to take that back."""

import streamlit as st

from pages.parts import page, safe, session
from pages.spend.price_parts import adding, compare, wording
from workbench.errors import WorkbenchError
from workbench.ledger import overrides
from workbench.pricing import Override
from workbench.store import Store

_REMOVED = "price-removed"
_ROWS = 20


def draw(store: Store) -> None:
    """Draw every own price, a page at a time."""
    found = overrides.all(store)
    if not found:
        text = (
            "A negotiated rate, a private model, a price the list does not know: it stands before the list while it holds, with its date."
        )
        if page.empty("No prices of your own", text, "Add an own price", key="price-first"):
            adding.ask(store)
        return
    pages = -(-len(found) // _ROWS)
    number = min(int(st.session_state.get("own-page", 1)), pages)
    for one in found[(number - 1) * _ROWS : number * _ROWS]:
        _row(store, one, with_model=True)
    if pages > 1:
        st.pagination(pages, key="own-page")


def of_model(store: Store, provider: str, model: str) -> None:
    """Draw the own prices of one model, where there are some."""
    found = [one for one in overrides.all(store) if (one.provider, one.model) == (provider, model)]
    if found:
        st.markdown("**Own prices of this model**")
    for one in found:
        _row(store, one, with_model=False)


def taken_back(store: Store) -> None:
    """Draw the way back from the last removal, until something else is done with prices."""
    removed: Override | None = st.session_state.get(_REMOVED)
    if removed is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="price-undo"):
        st.markdown(f"Removed an own price of {safe.escape(_ref(removed), limit=90)}.", width="stretch")
        st.button("Undo", key="price-undo-press", icon=":material/undo:", on_click=_restore, args=(store, removed))
        st.button("Dismiss", key="price-undo-close", type="tertiary", on_click=st.session_state.pop, args=(_REMOVED, None))


def _row(store: Store, one: Override, *, with_model: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"own-{one.id}"):
        with st.container(gap="xxsmall"):
            if with_model:
                st.markdown(f"**{safe.escape(_ref(one), limit=120)}**")
            st.markdown(safe.escape(_stated(one), limit=400))
            held = f"Holds from {wording.day(one.from_ms, '')} until {wording.day(one.until_ms, 'further notice')}"
            note = f" · {one.note}" if one.note else ""
            st.caption(safe.escape(f"{held}, added {wording.day(one.created_ms, '')}{note}", limit=400))
        if with_model:
            st.button("Open", key=f"own-open-{one.id}", type="tertiary", on_click=compare.open_model, args=(_ref(one),))
        st.button("Remove", key=f"own-remove-{one.id}", icon=":material/delete:", on_click=_remove, args=(store, one))


def _remove(store: Store, one: Override) -> None:
    try:
        overrides.remove(store, one.id)
    except WorkbenchError as error:
        session.flash(error, "error")
        return
    st.session_state[_REMOVED] = one


def _restore(store: Store, one: Override) -> None:
    st.session_state.pop(_REMOVED, None)
    try:
        overrides.restore(store, one.id)
    except WorkbenchError as error:
        session.flash(error, "error")


def _ref(one: Override) -> str:
    return f"{one.provider}/{one.model}"


def _stated(one: Override) -> str:
    """The rates in a line: $2 input, $8.50 output per million."""
    rates = one.rates
    if rates.free and not rates.input and not rates.output:
        return "Free"
    said = [f"{wording.dollars(usd)} {label.lower()}" for kind, label in wording.KINDS.items() if (usd := getattr(rates, kind)) is not None]
    more = [f"{wording.dollars(rates.per_request)} a request"] if rates.per_request else []
    batch = [f"batches at {rates.batch * 100:f} %".replace(".00 ", " ")] if rates.batch is not None else []
    return f"{', '.join(said)} per million tokens{''.join(f', {one}' for one in (*more, *batch))}"
