"""Assumptions: every one with its value, its source and where it is changed; and the fields of those that stand nowhere else."""

from datetime import UTC, date, datetime
from decimal import Decimal

import streamlit as st

from pages.parts import safe, session, tables
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, known
from pages.spend.whatif_parts.desk import Desk
from workbench import clock
from workbench.cost.model import OwnPrice
from workbench.cost.outcome import Outcome
from workbench.ledger import tariff
from workbench.pricing import entries

_HEADINGS = {"name": "What is assumed", "value": "Value", "source": "Source", "where": "Change it"}
_SOURCES = {"believed": "stated in this scenario", "shipped": "comes with the workbench"}
_WHERE = {
    "baseline": "Baseline, on the left", "levers": "Levers, on the left", "prices": "Prices, below",
    "believed": "Quality and latency, below",
    "unsure": "How unsure, below", "limits": "Cheapest plan", "bill_usd": "Baseline, on the left", "calibrate": "Baseline, on the left",
    "days_per_month": "How unsure, below", "months": "Growth, on the left", "prices_at": "Prices, below",
}  # fmt: skip
_PRICES = (("input", "Input"), ("output", "Output"), ("cached", "Cached"), ("cache_write", "Cache write"), ("batch", "Batch share"))
_MOST = 12
_AT = ("prices_at_ms",)


def draw(desk: Desk, outcome: Outcome | None) -> None:
    """Draw the table, then the fields."""
    if outcome is not None:
        _table(outcome)
    with st.expander("About this scenario", icon=":material/notes:", key="open-about", on_change="rerun") as about:
        if about.open:
            fields.area(desk, ("note",), "Note, kept with the scenario")
    _prices(desk)
    _believed(desk)
    with st.expander("How unsure typed numbers are, and the month", icon=":material/casino:", key="open-unsure", on_change="rerun") as more:
        if more.open:
            st.caption("Relative standard deviations, in percent. Recorded calls bring their own spread; these come on top.")
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                for name, label in (
                    ("queries", "Queries"),
                    ("tokens", "Tokens"),
                    ("mix", "Mix"),
                    ("cache", "Hit rates"),
                    ("growth", "Growth"),
                ):
                    with st.container(width=110):
                        fields.percent(desk, ("unsure", name), label)
                with st.container(width=120):
                    fields.number(desk, ("days_per_month",), "Days a month")


def _table(outcome: Outcome) -> None:
    """Every assumption in a table whose cells wrap: some are sentences."""
    rows = [
        {
            "name": each.name,
            "value": each.value.replace(" %", "\u00a0%"),
            "source": _SOURCES.get(each.source, each.source),
            "where": _WHERE.get(each.field.split(".")[0], "In the scenario file"),
        }
        for each in outcome.assumptions
    ]
    tables.wrapped(rows, _HEADINGS, export="assumptions.csv", alt="Every assumption with its value and source")


def _prices(desk: Desk) -> None:
    with st.expander("Prices of this scenario, $ per million tokens", icon=":material/sell:", key="open-prices", on_change="rerun") as more:
        if not more.open:
            return
        names = list(desk.value(("prices",)) or {})
        st.caption("They stand before your own prices and the price list. 1,000 tokens for $0.03 are $30 a million.")
        for name in names[:_MOST]:
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.markdown(f"**{safe.escape(name, limit=60)}**", width="content")
                st.button("Use the list", key=f"unprice-{name}", type="tertiary", icon=":material/close:", on_click=desks.edit,
                          args=(desk, ("prices", name), None), help="Take this price out of the scenario.")  # fmt: skip
            with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
                for field, label in _PRICES:
                    with st.container(width=98):
                        fields.number(desk, ("prices", name, field), label, step=0.1, empty="as input" if "cache" in field else "none")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            key = f"price-new-{desk.rev}"
            st.selectbox(
                "Price another model", [name for name in known.models(desk.good) if name not in names], None, key=key, width=300,
                accept_new_options=True, format_func=safe.plain, placeholder="provider/model", on_change=_price, args=(desk, key),
            )  # fmt: skip
            _day(desk)
        session.link(session.PRICES, "See the price list", icon=":material/sell:")


def _believed(desk: Desk) -> None:
    with st.expander("Quality and latency that you state", icon=":material/psychology:", key="open-believed", on_change="rerun") as more:
        if not more.open:
            return
        st.caption("Counts where no run (quality) and no recorded call (latency) of your own says it.")
        for name in known.of(desk.good)[:_MOST]:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                safe.text(name)
                with st.container(width=120):
                    fields.percent(desk, ("believed", name, "quality"), "Quality", step=0.5, empty="unknown")
                for field, label in (("latency_p50_ms", "p50, ms"), ("latency_p95_ms", "p95, ms")):
                    with st.container(width=120):
                        fields.number(desk, ("believed", name, field), label, step=50, whole=True, empty="unknown")


def _day(desk: Desk) -> None:
    """The day whose prices count where the scenario states none."""
    held, key = desk.value(_AT), fields.key_of(desk, _AT)
    day = None if held is None else datetime.fromtimestamp(held / 1000, UTC).date()
    st.date_input("Else the list's prices of", day, date(1970, 1, 1), date(9999, 12, 31), key=key, width=200, format="YYYY-MM-DD",
                  help="A day (UTC), for the month now and with it alike. Empty: today's.", on_change=_dated, args=(desk, key))  # fmt: skip
    fields.wrong(desk, _AT)


def _dated(desk: Desk, key: str) -> None:
    day: date | None = st.session_state[key]
    desks.edit(desk, _AT, None if day is None else entries.day_ms(day))


def _price(desk: Desk, key: str) -> None:
    """Begin a price of the scenario where the list has it now; a dollar where it has none."""
    name = str(st.session_state[key] or "").strip()
    if not name:
        return
    provider, _, model = name.partition("/")
    found = tariff.rates(session.store(), provider, model, at_ms=clock.now_ms()) if model else None
    if found is None or found.input is None or found.output is None:
        made = OwnPrice(Decimal(1), Decimal(1))
        session.flash("No price is known of it: it starts at $1 a million, put yours in its place.", "info")
    else:
        made = OwnPrice(found.input.usd_per_mtok, found.output.usd_per_mtok)
    desks.edit(desk, ("prices", name), made, redraw=True)
