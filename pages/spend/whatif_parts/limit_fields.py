"""What a plan must keep: fields for money, quality, latency, models and their shares."""

import streamlit as st

from pages.parts import safe
from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, known
from pages.spend.whatif_parts.desk import Desk
from pages.spend.whatif_parts.paths import Path

PATH: Path = ("limits",)
_ANY = "not asked"
_MOST = 8


def draw(desk: Desk) -> None:
    """Draw the limits."""
    st.markdown("**A plan must keep**")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="limits-row"):
        for name, label, step in (("usd_per_month", "$ a month, at most", 100.0), ("latency_p95_ms", "p95 ms, at most", 100.0),
                                  ("latency_p50_ms", "p50 ms, at most", 100.0), ("most_models", "Models, at most", 1.0)):  # fmt: skip
            with st.container(width=138):
                fields.number(desk, (*PATH, name), label, step=step, empty=_ANY, whole=name != "usd_per_month")
        with st.container(width=138):
            fields.percent(desk, (*PATH, "quality"), "Quality, at least", step=0.5, empty=_ANY)
    with st.expander("Models and their shares", key="open-limits", on_change="rerun") as more:
        if more.open:
            _models(desk)


def _models(desk: Desk) -> None:
    held = list(desk.value((*PATH, "models")) or ())
    offered = list(dict.fromkeys([*held, *known.models(desk.good)]))
    key = f"{fields.key_of(desk, PATH)}-models"
    st.multiselect(
        "May be used", offered, held, key=key, placeholder="all that are priced here or answer now", accept_new_options=True,
        format_func=safe.plain, on_change=_chosen, args=(desk, key),
    )  # fmt: skip
    for name in (held or known.of(desk.good))[:_MOST]:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            safe.text(name)
            for which, label in (("least", "At least"), ("most", "At most")):
                with st.container(width=130):
                    fields.percent(desk, (*PATH, which, name), label, empty=_ANY)


def _chosen(desk: Desk, key: str) -> None:
    desks.edit(desk, (*PATH, "models"), tuple(st.session_state[key]))
