"""A stated bill beside what prices and tokens give: both figures, their ratio, and the choice to scale to it."""

from decimal import Decimal

import streamlit as st

from pages.spend.whatif_parts import desk as desks
from pages.spend.whatif_parts import fields, wording
from pages.spend.whatif_parts.desk import Desk

_CLOSE = Decimal("0.005")  # nearer than this, the bill says the same


def field(desk: Desk) -> None:
    """Draw the field of the bill."""
    with st.container(width=160):
        fields.number(desk, ("bill_usd",), "Bill a month, $", step=100.0, empty="not stated", help="What a month is said to have cost.")


def draw(desk: Desk) -> None:
    """Draw the comparison where a bill is stated."""
    if desk.good.bill_usd is None:
        return
    key = fields.key_of(desk, ("calibrate",))
    st.checkbox(
        told(desk), desk.good.calibrate, key=key, on_change=_turn, args=(desk, key),
        help="Multiplies by bill / computed: right where prices or token counts are not what was billed.",
    )  # fmt: skip


def told(desk: Desk) -> str:
    """The choice with both figures and their ratio, as far as anything was worked out."""
    bill, outcome = desk.good.bill_usd, desk.outcome
    if bill is None or outcome is None or outcome.bill_ratio is None or not outcome.bill_ratio:
        return "Scale to the bill"
    computed = bill / outcome.bill_ratio
    if abs(outcome.bill_ratio - 1) < _CLOSE:
        return wording.md(f"Scale to the bill of {wording.usd(bill)}, which agrees with prices and tokens")
    return wording.md(f"Scale to the bill: {wording.usd(bill)}, {float(outcome.bill_ratio):.2f} of the computed {wording.usd(computed)}")


def _turn(desk: Desk, key: str) -> None:
    desks.edit(desk, ("calibrate",), bool(st.session_state[key]))
