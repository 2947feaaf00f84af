"""A stated bill beside what prices and tokens give: both figures, their ratio, and the choice to scale to it."""

from decimal import Decimal

import streamlit as st

from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, wording
from pages.spend.whatif_parts.desk import Desk

_BILL = ("bill_usd",)
_CLOSE = Decimal("0.005")  # nearer than this, the bill says the same


def draw(desk: Desk) -> None:
    """Draw the field of the bill, and the comparison where one is stated."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="bill-row"):
        with st.container(width=150):
            fields.number(desk, _BILL, "Bill a month, $", step=100.0, empty="not stated", help="What a month is said to have cost.")
        if desk.good.bill_usd is not None:
            key = fields.key_of(desk, ("calibrate",))
            st.checkbox(
                "Scale to the bill", desk.good.calibrate, key=key, on_change=_turn, args=(desk, key),
                help="Multiplies every figure by bill / computed: prices or token counts are not what was billed.",
            )  # fmt: skip
    said = told(desk)
    if said:
        st.caption(said)


def told(desk: Desk) -> str:
    """Both figures and their ratio; empty where there is nothing to compare."""
    bill, outcome = desk.good.bill_usd, desk.outcome
    if bill is None or outcome is None or outcome.bill_ratio is None or not outcome.bill_ratio:
        return ""
    computed = bill / outcome.bill_ratio
    if abs(outcome.bill_ratio - 1) < _CLOSE:
        return f"The bill agrees with prices and tokens: {wording.md(wording.usd(computed))}."
    scaled = "Every figure is scaled to it." if desk.good.calibrate else "The figures are what prices and tokens give."
    return wording.md(
        f"Stated {wording.usd(bill)}, computed {wording.usd(computed)}: the bill is {float(outcome.bill_ratio):.2f} times that. {scaled}"
    )


def _turn(desk: Desk, key: str) -> None:
    desks.edit(desk, ("calibrate",), bool(st.session_state[key]))
