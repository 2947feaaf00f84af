"""Assumptions: every one with its value, its source and where it is changed; and the fields of those that stand nowhere else."""

from decimal import Decimal

import streamlit as st

from pages.parts import safe, session, tables
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, known
from pages.spend.whatif_parts.desk import Desk
from workbench.cost.model import Outcome, OwnPrice

_TEXT = st.column_config.TextColumn
_WHERE = {
    "baseline": "Baseline, on the left", "levers": "Levers, on the left", "prices": "Prices, below",
    "believed": "Quality and latency, below",
    "unsure": "How unsure, below", "limits": "Cheapest plan", "bill_usd": "Baseline, on the left", "calibrate": "Baseline, on the left",
    "days_per_month": "How unsure, below", "months": "Growth, on the left",
}  # fmt: skip
_PRICES = (("input", "Input"), ("output", "Output"), ("cached", "Cached"), ("cache_write", "Cache write"), ("batch", "Batch share"))
_MOST = 12


def draw(desk: Desk, outcome: Outcome | None) -> None:
    """Draw the table, then the fields."""
    if outcome is not None:
        rows = [
            {"name": each.name, "value": each.value, "source": each.source, "where": _WHERE.get(each.field.split(".")[0], each.field)}
            for each in outcome.assumptions
        ]
        headings = {"name": _TEXT("What is assumed", width=175), "value": _TEXT("Value", width=165), "source": _TEXT("Source", width=120),
                    "where": _TEXT("Change it", width=130)}  # fmt: skip
        tables.table(rows, headings, "assumptions", alt="Every assumption with its value and source", export="assumptions.csv")
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


def _prices(desk: Desk) -> None:
    with st.expander("Prices of this scenario, $ per million tokens", icon=":material/sell:", key="open-prices", on_change="rerun") as more:
        if not more.open:
            return
        names = list(desk.value(("prices",)) or {})
        st.caption("They stand before your own prices and the price list. 1,000 tokens for $0.03 are $30 a million.")
        for name in names[:_MOST]:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                safe.text(name)
                for field, label in _PRICES:
                    with st.container(width=104):
                        fields.number(desk, ("prices", name, field), label, step=0.1, empty="as input" if "cache" in field else "none")
                st.button("Use the list", key=f"unprice-{name}", type="tertiary", icon=":material/close:", on_click=desks.edit,
                          args=(desk, ("prices", name), None), help="Take this price out of the scenario.")  # fmt: skip
        _another(desk, "Price another model", "price-new", [name for name in known.models(desk.good) if name not in names], _price)
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


def _another(desk: Desk, label: str, key: str, offered: list[str], act: object) -> None:
    name = f"{key}-{desk.rev}"
    st.selectbox(label, offered, None, key=name, accept_new_options=True, format_func=safe.plain, placeholder="provider/model",
                 on_change=act, args=(desk, name), width=300)  # type: ignore[arg-type]  # fmt: skip


def _price(desk: Desk, key: str) -> None:
    """Begin a price of the scenario where the list has it now; a dollar where it has none."""
    name = str(st.session_state[key] or "").strip()
    if name:
        desks.edit(desk, ("prices", name), OwnPrice(Decimal(1), Decimal(1)), redraw=True)
