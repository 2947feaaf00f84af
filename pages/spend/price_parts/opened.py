"""One model: its rates by kind, tariff and tier, what it cost when, who says so, and own prices of it."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, safe, tables
from pages.spend.price_parts import adding, compare, history, mix, own, wording
from workbench import clock
from workbench.cost import mixes
from workbench.ledger import overrides, tariff
from workbench.ledger.spend import ModelSpend
from workbench.pricing import Rates, catalogue, entries
from workbench.store import Store
from workbench.text.counting import counted


def draw(store: Store, ref: str, used: list[ModelSpend]) -> None:
    """Draw the model `ref` (provider/model), known or not."""
    st.button("All prices", icon=":material/arrow_back:", key="price-back", type="tertiary", on_click=_back)
    provider, _, model = ref.partition("/")
    st.header(safe.escape(ref, limit=200), anchor=False)
    if not model:
        page.notice("A model is written provider/model. Search for it among all prices.", "warning")
        return
    now_ms = clock.now_ms()
    vendor = tariff.vendor(store, provider)
    entry = entries.find(vendor.provider, model, vendor.base_url)
    rates = tariff.rates(store, provider, model, at_ms=now_ms)
    if rates is None:
        _unknown(store, ref)
    else:
        others = entry.tariffs() if entry and rates.source == entry.source else (("batch",) if rates.source == "own price" else ())
        found = {name: tariff.rates(store, provider, model, at_ms=now_ms, processing=name) for name in others}
        _on_mix(store, ref, used)
        _rates(rates, {name: one for name, one in found.items() if one is not None and one.processing == name})
    if entry is not None:
        _about(entry, rates)
    history.draw(catalogue.periods(vendor.provider, model, _as_vendor(store, provider, model, vendor.provider), base_url=vendor.base_url))
    own.of_model(store, provider, model)


def _on_mix(store: Store, ref: str, used: list[ModelSpend]) -> None:
    """What the last 30 days would have cost on this model alone, and on the one used most."""
    most = compare.billed(used)
    if not most:
        return
    calls, now_ms = mixes.recorded(store, mix.period()), clock.now_ms()
    provider, _, model = ref.partition("/")
    here = mixes.on_model(store, calls, provider, model, at_ms=now_ms)
    base = mixes.on_model(store, calls, most[0].provider, most[0].model, at_ms=now_ms)
    if here is None or not calls.calls:
        return
    beside = ""
    if base is not None and base.nano and base.ref != ref:
        beside = f", {wording.times(here.nano / base.nano)} of {fmt.usd(base.nano)} on {base.ref}"
    st.markdown(
        safe.escape(f"Your {mix.DAYS} days, {counted(calls.calls, 'call')}, would cost {fmt.usd(here.nano)} on it{beside}.", limit=400)
    )


def _back() -> None:
    st.query_params.pop("model", None)


def _as_vendor(store: Store, provider: str, model: str, vendor: str) -> "tuple[overrides.Override, ...]":
    """Own prices of the ledger's name of the model, under the name the list knows it by."""
    from dataclasses import replace

    return tuple(replace(one, provider=vendor) for one in overrides.current(store) if (one.provider, one.model) == (provider, model))


def _unknown(store: Store, ref: str) -> None:
    page.notice("Nobody knows what a token of this model costs today: its calls are counted, and are in no sum.", "warning")
    if st.button("Add its price", key="price-add-unknown", icon=":material/add:"):
        adding.ask(store, ref)


def _rates(rates: Rates, others: dict[str, Rates]) -> None:
    st.markdown("**Dollars per million tokens today**")
    rows = []
    for kind, label in wording.KINDS.items():
        found = getattr(rates, kind)
        if found is None:
            continue
        for over in (0, *(start for start, _usd in found.steps)):
            step = f", in calls of over {over:,} input tokens" if over else ""
            row = {"kind": label + step, "standard": wording.rate(found, over)}
            rows.append(row | {name: wording.rate(getattr(one, kind), over) for name, one in others.items()})
    if rates.request:
        rows.append({"kind": "Each request", "standard": wording.dollars(rates.usd_per_request)})
    columns = {"kind": "Kind", "standard": "Standard"} | {name: wording.TARIFFS[name] for name in others}
    tables.table(rows, columns, "price-rates", alt="Rates by kind of token")
    missing = [label.lower() for kind, label in wording.KINDS.items() if getattr(rates, kind) is None and kind != "training"]
    if missing:
        st.caption(f"Without a price of their own, billed as the kind around them: {'; '.join(missing)}.")


def _about(entry: entries.Entry, rates: Rates | None) -> None:
    edition = catalogue.edition()
    known = f"{edition.name}, put here on {edition.installed}, knows price changes up to {edition.newest_change}"
    before = "" if rates is None or rates.source == entry.source else " An own price stands before it."
    said = "The list says since when a price holds, not on which day each was last looked at; the vendor's own page is the proof."
    noted = f" This entry's own note names a check on {entry.noted_check}." if entry.noted_check else ""
    st.caption(safe.escape(f"Price list: {known}. {said}{noted}{before}", limit=600))
    with st.container(horizontal=True, vertical_alignment="center", key="price-source"):
        if entry.url.startswith("https://"):
            st.link_button("The vendor's price page", entry.url, icon=":material/open_in_new:", type="tertiary")
        safe.text(entry.url or fmt.NONE)
    if entry.listed.price_comments:
        with st.expander("What the list says of this price"):
            safe.text(entry.listed.price_comments)
